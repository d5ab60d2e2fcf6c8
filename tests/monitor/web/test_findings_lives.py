"""Lives of a case over the real services: pages, emails and the desk agree about it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta

from bs4 import Tag
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.db.database import Database
from monitor.domain.case import (
    Case,
    list_possible_decisions,
    mark_notice_bounced,
    mark_notified,
    resume_case,
)
from monitor.domain.case_log import SHARING
from monitor.domain.errors import MonitorError
from monitor.domain.person import Reviewer
from monitor.domain.vocabulary import (
    CaseBin,
    CaseKind,
    Decision,
    Means,
    OpeningReason,
    Severity,
    Side,
    StepActor,
)
from monitor.services.answers import DecisionInput, decide_cases
from monitor.services.disclosure import disclose_own, find_review_opening
from monitor.services.review import (
    build_review_digest,
    take_report_back,
    undo_own_decisions,
)
from monitor.services.review_access import ANY_CASE, record_case_views
from monitor.services.visible_cases import list_allowed_decisions, load_queue_page
from monitor.web.findings import CaseAnswerForm, record_case_answer
from reports.case_view import CaseSummary, CaseView
from reports.dates import format_near_day
from reports.emails.office import render_review
from tests.monitor.counts import check_desk_counts, check_personal_counts
from tests.monitor.services.world import REVIEWERS, Staff
from tests.monitor.web.portal import Portal
from tests.monitor.web.review.flagged import fake

SPANS = tuple(timedelta(minutes=minutes) for minutes in (11_520, 1, 1_500, 1_500, 44_640))
# What silence opens to IT is where most can go wrong.
KINDS = (CaseKind.IMPERSONATION, CaseKind.IMPERSONATION, *CaseKind)
SEVERITIES = (Severity.HIGH, Severity.HIGH, *Severity)
ABOUT_OWN_ACCOUNTS = frozenset({CaseKind.STUDENT_LINK, CaseKind.OWN_ACCOUNT_CHANGED})
RELATIONS = {CaseKind.STUDENT_LINK: "follows", CaseKind.EXPOSED_CONTACT: "phone"}
# As likely as all other words about one kind of case are.
UNDOING = (Decision.REOPENED,) * 3
QUIET = ("All quiet.", "Nothing needs you now.")
# What stands beside an answer: whether anybody in IT sees it then, all there, only who has decided
# on it, or only who reported it.
SIGHTS = {
    "IT can no longer see it.": (False, False, False, False),
    "Only you see it.": (False, False, False, False),
    "IT still sees it": (True, True, False, False),
    "IT sees it. ": (True, True, False, False),
    "IT sees it, and has reported it.": (True, True, False, False),
    "Only a reviewer who decided on it still sees it": (True, False, True, False),
    "IT sees only its address from now on.": (True, False, False, True),
}


class OverError(Exception):
    """Takes back all that a life wrote."""


@dataclass(frozen=True)
class Life:
    """One case of Maria's, with which anything may happen."""

    portal: Portal
    maria: Staff
    id: str
    data: st.DataObject

    @property
    def db(self) -> Database:
        return self.portal.world.state

    @property
    def case(self) -> Case:
        return self.db.cases.load_case(self.id)

    @property
    def zone(self) -> str:
        return self.db.people.load_person(self.maria.id).zone

    def begin(self) -> None:
        case, kind = self.case, self.data.draw(st.sampled_from(KINDS))
        others = [one.id for one in self.maria.findings.values() if one.id != case.finding_id]
        begun = replace(
            case,
            kind=kind,
            severity=self.data.draw(st.sampled_from(SEVERITIES)),
            finding_id=others[0] if kind in ABOUT_OWN_ACCOUNTS else case.finding_id,
            relation=RELATIONS.get(kind, ""),
            is_checkable=self.data.draw(st.booleans()),
        )
        is_told = self.data.draw(st.sampled_from([True, True, False]))
        now = self.portal.world.clock.at
        self.db.cases.update_case(mark_notified(begun, now) if is_told else begun)
        # Chance alone seldom has IT report what its person then says pretends nothing.
        if kind is CaseKind.IMPERSONATION and self.data.draw(st.booleans()):
            self._begin_with_mistake()

    def _begin_with_mistake(self) -> None:
        """Let IT report it by mistake, perhaps take that back, and perhaps undo that."""
        app, reporter = self.portal.world.app, Reviewer(address=REVIEWERS[0])
        said = self.data.draw(st.sampled_from([Decision.MINE, Decision.NAMESAKE, Decision.MOCK]))
        for decision, by in (
            (Decision.SHARED, self.maria.id),
            (Decision.REPORTED, reporter.id),
            (said, self.maria.id),
        ):
            decide_cases(app, (self.id,), DecisionInput(decision=decision, by=by))
        record_case_views(app, reporter, [self.id])
        presses = self.data.draw(st.sampled_from([2, 2, 1, 0]))
        if presses > 0:
            take_report_back(app, reporter, self.id)
        if presses > 1:
            undo_own_decisions(app, reporter, [self.id])

    def go_on(self) -> None:
        """Let time pass, and then its person, a reviewer or the world do something."""
        self.portal.world.clock.at += self.data.draw(st.sampled_from(SPANS))
        by = self.data.draw(st.sampled_from([*REVIEWERS, "person", "person", "world"]))
        if by == "world":
            self.db.cases.update_case(self._happen())
        elif by == "person":
            self._speak()
        else:
            self._review(Reviewer(address=by))

    def _happen(self) -> Case:
        case, now = self.case, self.portal.world.clock.at
        happened = self.data.draw(st.sampled_from(["told", "told", "bounced", "gone", "back"]))
        if happened == "bounced" and case.notified_at:
            return mark_notice_bounced(case, now)
        if happened == "gone" and case.awaits_proof:
            return replace(case, gone_at=now)
        if happened == "back" and (case.gone_at or case.last_lever):
            return resume_case(case, now)
        return mark_notified(case, now)

    def _speak(self) -> None:
        """Let its person say or take back anything that their pages and emails let them."""
        fitting = sorted({*list_possible_decisions(self.case), *SHARING})
        words = (*fitting, *UNDOING)
        said = DecisionInput(
            decision=self.data.draw(st.sampled_from(words)),
            by=self.maria.id,
            means=self.data.draw(st.sampled_from([Means.PAGE, Means.PAGE, Means.LINK])),
        )
        before = self.case.get_word(Side.IT)
        # What does not fit now, none of their pages offers.
        with suppress(MonitorError):
            decide_cases(self.portal.world.app, (self.id,), said)
        # What a report says that it is follows the kind of case, which the evidence may renew.
        assert self.case.get_word(Side.IT) == before

    def list_seeing(self) -> set[str]:
        """Return which reviewers see it now."""
        app, case = self.portal.world.app, self.case
        ids = (Reviewer(address=address).id for address in REVIEWERS)
        return {one for one in ids if find_review_opening(app, case, one)}

    def _review(self, reviewer: Reviewer) -> None:
        """Let a reviewer who sees it say what they are offered: they go on seeing it."""
        app, before = self.portal.world.app, disclose_own(self.portal.world.app, self.case)
        opening = find_review_opening(app, self.case, reviewer.id)
        if opening is None:
            return
        # Of what its person says is theirs, IT does nothing but answer for its report.
        answers = before.take_back_by or opening.reason is OpeningReason.REPORT_BACK
        words = [] if answers else list(list_allowed_decisions(self.case, app.clock.now()))
        if self.case.report_to_take_back:
            words += [Decision.TAKEN_BACK] * 3
        elif any(entry.by == reviewer.id for entry in self.case.undoable):
            words += UNDOING
        if not words:
            return
        said = self.data.draw(st.sampled_from(words))
        seeing = self.list_seeing()
        record_case_views(app, reviewer, [self.id])
        if said is Decision.TAKEN_BACK:
            take_report_back(app, reviewer, self.id)
        elif said is Decision.REOPENED:
            undo_own_decisions(app, reviewer, [self.id])
        else:
            decide_cases(app, (self.id,), DecisionInput(decision=said, by=reviewer.id))

        after = disclose_own(app, self.case)
        assert (after.decision, after.undoes) == (before.decision, before.undoes)
        # What only their own word kept open, or going, closes and ends with it.
        if said is not Decision.REOPENED:
            assert self.list_seeing() >= seeing, said
            assert after.end is None or before.end is not None, said


def check_own_pages(life: Life) -> None:
    """Look whether home and the page of the result say how it stands, and whose word is whose."""
    view = disclose_own(life.portal.world.app, life.case)
    guest = life.portal.signed_in(life.maria.mail)
    home = guest.get("/me").text
    if view.bin is CaseBin.NEEDS_YOU:
        assert not home.startswith(QUIET), home
    article = guest.get(f"/me/findings/{life.case.finding_id}").page.find(id=f"case-{life.id}")
    assert isinstance(article, Tag)

    assert (view.next_step is None) is (view.end is not None)
    assert not (life.case.gone_at and view.next_step)
    assert view.next_step is None or view.due
    spoke = life.case.get_verdict(Side.PERSON) is not None
    assert spoke or "You said" not in article.get_text(" ")
    if life.case.is_undecided and not view.end:
        assert article.find(attrs={"name": "decision"})
    own = life.case.get_last_entry(Side.PERSON) is not None
    assert own or article.find("form", action=f"/me/cases/{life.id}/undo") is None


def check_hints(life: Life) -> None:
    """Press one answer that is offered, and look whether it does for IT what stood beside it."""
    app, portal = life.portal.world.app, life.portal
    seen, before = disclose_own(app, life.case), life.list_seeing()
    guest = portal.signed_in(life.maria.mail)
    page = guest.get(f"/me/findings/{life.case.finding_id}").page
    article = page.find(id=f"case-{life.id}")
    assert isinstance(article, Tag)
    offered = {str(one["value"]): one for one in article.select("button[name=decision]")}
    for field in article.select(".more input[name=decision]"):
        offered.setdefault(str(field["value"]), field.find_parent("form").find("p") or field)
    if not offered:
        return
    value, told = life.data.draw(st.sampled_from(list(offered.items())))
    said, words = Decision(value), " ".join(told.get_text(" ").split())
    with taken_back(portal):
        record_case_answer(app, life.case, CaseAnswerForm(decision=said))
        check_hint(life, words, before)
    if said in seen.foreseen:
        with taken_back(portal):
            by_link = DecisionInput(decision=said, by=life.maria.id, means=Means.LINK)
            decide_cases(app, (life.id,), by_link)
            assert seen.foreseen[said].needs_sign_in is life.case.awaits_confirmation, said


def check_hint(life: Life, words: str, before: set[str]) -> None:
    """Look whether IT sees it now, after an answer, as these words beside it foretold."""
    app, clock = life.portal.world.app, life.portal.world.clock
    view, after = disclose_own(app, life.case), life.list_seeing()
    told = [sight for sight in SIGHTS if sight in words]
    if not told:
        assert after == before == set(), words
        return
    assert len(told) == 1, words
    everybody = view.it_sees_since is not None
    few = bool(after) and not everybody
    alone = few and life.case.is_own
    assert SIGHTS[told[0]] == (bool(after), everybody, few and not alone, alone), words
    later = re.search("(until|do not report it by) ([^,]+, [^,]+?)[,.]", words)
    if later is None:
        return
    days = (clock.at + timedelta(hours=hours) for hours in range(24 * 60))
    clock.at = next(at for at in days if later[2] == format_near_day(at, life.zone))
    if later[1] != "until":
        clock.at += timedelta(days=1)
        assert disclose_own(app, life.case).next_by is StepActor.IT, words
        return
    assert life.list_seeing() == after, words
    clock.at += timedelta(days=1)
    assert disclose_own(app, life.case).it_sees_since is None or few, words
    assert life.list_seeing() < after, words


def check_desk(life: Life, reviewer: Reviewer) -> None:
    """Look whether what one reviewer sees of it, by each way, is one thing."""
    app, case = life.portal.world.app, life.case
    email = render_review(build_review_digest(app, reviewer.address))
    for word in ("Maria", "Delgado", "delgad0", life.maria.mail):
        assert word not in email.subject + email.text
    rows = {row.id: row for row in load_queue_page(app, reviewer, ANY_CASE, 1).rows}
    sees = find_review_opening(app, case, reviewer.id) is not None
    assert sees is (life.id in rows)
    if sees:
        check_same(rows[life.id], disclose_own(app, case))
        record_case_views(app, reviewer, [life.id])
        page = life.portal.signed_in(reviewer.address).get(f"/review/cases/{life.id}")
        assert page.status == 200


def check_same(row: CaseSummary, view: CaseView) -> None:
    """Look whether both sides read one next step, with one day, unless IT takes a report back."""
    assert row.end == view.end
    if view.take_back_by is None:
        told = (row.next_by, row.next_step, row.due, row.decision, row.review_decision)
        assert told == (
            view.next_by,
            view.next_step,
            view.due,
            view.decision,
            view.review_decision,
        )


def check_forecast(life: Life) -> None:
    """Look whether IT sees it on the day that its person was told, if they go on saying nothing."""
    app, clock = life.portal.world.app, life.portal.world.clock
    view, now = disclose_own(app, life.case), clock.at
    if view.opens_at is None or view.opens_at < now or view.end:
        return
    clock.at = view.opens_at
    assert find_review_opening(app, life.case)
    clock.at = now


@contextmanager
def taken_back(portal: Portal) -> Iterator[None]:
    """Let everything that happens inside be undone afterward."""
    clock, began = portal.world.clock, portal.world.clock.at
    try:
        with suppress(OverError), portal.world.state.begin_transaction():
            yield
            raise OverError
    finally:
        clock.at = began


@given(data=st.data())
@settings(
    max_examples=2 * settings.default.max_examples,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_whatever_happens_all_who_read_of_a_case_read_the_same(
    portal: Portal, maria: Staff, data: st.DataObject
) -> None:
    life = Life(portal=portal, maria=maria, id=fake(maria).id, data=data)
    with taken_back(portal):
        life.begin()
        for _ in range(data.draw(st.integers(2, 8))):
            life.go_on()
        portal.world.clock.at += data.draw(st.sampled_from(SPANS[1:]))

        check_desk_counts(portal.world.app)
        check_own_pages(life)
        check_hints(life)
        for address in REVIEWERS:
            check_desk(life, Reviewer(address=address))
        check_forecast(life)
        # Whoever reads an email got it.
        life.db.cases.update_case(mark_notified(life.case, portal.world.clock.at))
        check_personal_counts(portal.world.app, maria.id)
