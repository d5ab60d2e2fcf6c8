"""What holds of any life of a case: who sees it, who acts next by when, and that it ends."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.case import (
    Case,
    apply_decision,
    list_possible_decisions,
    mark_notice_bounced,
    mark_notified,
    restart_case,
    resume_case,
)
from monitor.domain.case_end import find_end
from monitor.domain.case_log import (
    CONFIRMATIONS,
    DISMISSALS,
    SENT_LEVERS,
    SHARING,
    UNSPOKEN,
    DecisionRecord,
    is_confirmation,
)
from monitor.domain.case_progress import (
    find_case_end,
    find_case_standing,
    find_next_step,
    find_nudge_times,
)
from monitor.domain.consent import Consent, apply_pause
from monitor.domain.disclosure import (
    KEPT_AFTER_END,
    DisclosureInput,
    DisclosurePolicy,
    compute_review_opening,
    forecast_time_opening,
)
from monitor.domain.errors import MonitorError
from monitor.domain.two_reviewers import EarlyAccess
from monitor.domain.vocabulary import (
    CaseBin,
    CaseKind,
    CaseState,
    CaseStep,
    Decision,
    EndReason,
    Means,
    OpeningReason,
    Scope,
    Severity,
    Side,
    StepActor,
)
from tests.cases import say

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
DAY = timedelta(days=1)
TOLD = "a text that tells of it"
CONSENT = Consent(
    person_id="rosa",
    text_version="2",
    text_hash=TOLD,
    scopes=frozenset(Scope),
    given_at=MONDAY - DAY,
    expires_at=MONDAY + 3000 * DAY,
)
PAUSED = apply_pause(CONSENT, MONDAY + 20 * DAY, MONDAY + 3 * DAY)
COUNSELLED = DisclosurePolicy(
    student_link_days=14,
    counsel="Ada Roe",
    counsel_approved_on="2026-09-01",
    told_in=frozenset({TOLD}),
)
POLICY = DisclosurePolicy(told_in=frozenset({TOLD}))
SPANS = (timedelta(minutes=1), timedelta(hours=25), 3 * DAY, 8 * DAY, 31 * DAY)
REVIEWERS = ("ana", "bo")
# What only its person may say or do.
OWN_WORDS = frozenset(
    {
        *SHARING,
        *(Decision.MINE, Decision.FAMILY),
        *(Decision.REMOVAL_ASKED, Decision.REMOVAL_DONE),
        *(Decision.LOCKED_OUT, Decision.RECOVERED, Decision.GIVEN_UP),
    }
)


@dataclass(frozen=True, kw_only=True)
class Life:
    """A case so far, and the time that it is."""

    case: Case
    consent: Consent
    policy: DisclosurePolicy
    now: datetime
    glass: tuple[EarlyAccess, ...] = ()

    @property
    def inputs(self) -> DisclosureInput:
        return DisclosureInput(case=self.case, consent=self.consent, glass=self.glass)

    def at(self, now: datetime) -> "Life":
        return replace(self, now=now)

    def opening(self, who: str = ""):
        return compute_review_opening(self.inputs, self.now, self.policy, who)

    def end(self):
        return find_case_end(self.inputs, self.now)

    def step(self):
        return find_next_step(self.inputs, self.now, self.policy)

    def standing(self, side: Side, who: str = ""):
        return find_case_standing(self.inputs, self.now, self.policy, side, who)

    def play(self, by: str, decision: Decision, means: Means = Means.PAGE) -> "Life":
        report = self.case.find_mistaken_report(Side.IT)
        whose = report.by if report and decision is Decision.TAKEN_BACK else ""
        record = DecisionRecord(
            case_id="case", decision=decision, by=by, at=self.now, means=means, whose=whose
        )
        return replace(self, case=apply_decision(self.case, record))

    def list_options(self, by: str) -> tuple[Decision, ...]:
        """Return what somebody may do now: a reviewer only what they may see."""
        if by != "rosa" and self.opening(by) is None:
            return ()
        fitting = {*list_possible_decisions(self.case), *UNSPOKEN}
        if by != "rosa":
            fitting -= OWN_WORDS
        return tuple(sorted(filter(lambda said: self._is_taken(by, said), fitting)))

    def _is_taken(self, by: str, decision: Decision) -> bool:
        try:
            self.play(by, decision)
        except MonitorError:
            return False
        return True


@st.composite
def lives(draw, most=8):
    case = Case(
        id="case",
        person_id="rosa",
        finding_id="finding",
        kind=draw(st.sampled_from(CaseKind)),
        severity=draw(st.sampled_from(Severity)),
        opened_at=MONDAY,
        reasons=(),
        relation=draw(st.sampled_from(["follows", "followers"])),
        is_checkable=draw(st.booleans()),
    )
    life = Life(
        case=case,
        consent=draw(st.sampled_from([CONSENT, PAUSED])),
        policy=draw(st.sampled_from([POLICY, COUNSELLED])),
        now=MONDAY,
    )
    if draw(st.booleans()):
        life = draw_mistake(draw, life)
    for _ in range(draw(st.integers(0, most))):
        life = life.at(life.now + draw(st.sampled_from(SPANS)))
        by = draw(st.sampled_from(["rosa", *REVIEWERS, "service"]))
        if by == "service":
            life = draw_event(draw, life)
            continue
        options = life.list_options(by)
        if options:
            means = draw(st.sampled_from(Means)) if by == "rosa" else Means.PAGE
            life = life.play(by, draw(st.sampled_from(options)), means)
    return life.at(life.now + draw(st.sampled_from(SPANS)))


def draw_mistake(draw, life: Life) -> Life:
    """Let IT report what its person then says pretends nothing: chance alone seldom does."""
    case = replace(life.case, kind=CaseKind.IMPERSONATION, severity=Severity.HIGH)
    life = replace(life, case=mark_notified(case, MONDAY), now=MONDAY + 8 * DAY)
    if draw(st.booleans()):
        life = life.play("ana", Decision.MOCK)
    life = life.play("ana", Decision.REPORTED)
    denials = [Decision.MINE, Decision.NAMESAKE, Decision.MOCK]
    return life.play("rosa", draw(st.sampled_from(denials)))


def draw_event(draw, life: Life) -> Life:
    """Tell its person, learn that they were not told, or prove something about its finding."""
    case, now = life.case, life.now
    happened = draw(st.sampled_from(["told", "bounced", "gone", "back", "glass"]))
    if happened == "told":
        return replace(life, case=mark_notified(case, now))
    if happened == "bounced" and case.notified_at:
        return replace(life, case=mark_notice_bounced(case, now))
    if happened == "gone" and case.awaits_proof:
        return replace(life, case=replace(case, gone_at=now))
    if happened == "back" and (case.gone_at or case.last_lever):
        return replace(life, case=resume_case(case, now))
    if happened == "glass":
        until = now + DAY
        glass = EarlyAccess(
            case_id="case", reviewers=frozenset(REVIEWERS), reason="urgent", at=now, until=until
        )
        return replace(life, glass=(*life.glass, glass))
    return life


# Lives are long and of many kinds.
MANY = settings(max_examples=3 * settings.default.max_examples)


@MANY
@given(lives())
def test_who_may_act_may_see_it_after_acting_until_a_week_after_its_end(life):
    for by in REVIEWERS:
        for decision in set(life.list_options(by)) - {Decision.REOPENED}:
            after = life.play(by, decision)
            assert after.opening(by), (by, decision)
            for days in range(0, 150, 7):
                later = after.at(life.now + days * DAY)
                end = later.end()
                kept = end and later.now >= max(end.at, life.now) + KEPT_AFTER_END
                assert later.opening(by) or kept, (by, decision, days)


@MANY
@given(lives(), st.sampled_from(["rosa", *REVIEWERS]), st.data())
def test_an_undo_is_as_if_the_press_had_never_been(life, by, data):
    options = set(life.list_options(by)) - {*SHARING, Decision.REOPENED}
    # Who undoes an answer knows of the alert, whether or not they were told of it.
    if not options or life.case.known_since is None:
        return
    said = data.draw(st.sampled_from(sorted(options)))
    pressed = life.play(by, said)
    if confirms_link(life.case, by, said):
        # Both are one answer.
        life = life.play(by, Decision.REOPENED)

    for days in range(0, 100, 9):
        then, undone = life.at(life.now + days * DAY), pressed.play(by, Decision.REOPENED)
        undone = undone.at(then.now)
        assert (undone.step(), undone.end()) == (then.step(), then.end())
        for who in ("", *REVIEWERS):
            assert undone.opening(who) == then.opening(who)
    # Later, what was open is open as of the same day, and what was not has the time that was left.
    span = data.draw(st.sampled_from(SPANS))
    later = pressed.at(life.now + span).play(by, Decision.REOPENED)
    if life.opening() and not life.end() and not life.glass:
        assert later.opening() == life.opening()
    ahead = forecast_time_opening(life.inputs, life.policy)
    if ahead is None:
        assert forecast_time_opening(later.inputs, later.policy) is None
    elif life.consent is CONSENT:
        answered = by == "rosa" and ahead > life.now and not pressed.case.awaits_confirmation
        waited = span if answered else timedelta(0)
        assert forecast_time_opening(later.inputs, later.policy) == ahead + waited


@MANY
@given(lives())
def test_no_undo_gives_a_day_that_is_past_unless_it_was_before(life):
    for by in ("rosa", *REVIEWERS):
        if Decision.REOPENED not in life.list_options(by):
            continue
        undone = life.play(by, Decision.REOPENED)
        left = undone.case.entries
        press = next(entry for entry in life.case.entries if entry not in left)
        for side in Side:
            before, after = (one.standing(side, by) for one in (life, undone))
            step = after and after.next_step
            told = (CaseStep.NOTIFY, CaseStep.MEND_ADDRESS)
            is_new = step not in {life.step(), before and before.next_step}
            if step and is_new and step.what not in told:
                assert step.due > life.now or step.due <= press.at, (by, press)


def test_what_it_did_while_an_answer_stood_is_not_overdue_once_that_is_undone():
    answered = told().at(MONDAY + DAY).play("rosa", Decision.IMPERSONATION)
    reported = answered.at(MONDAY + 6 * DAY).play("ana", Decision.REPORTED)
    claimed = reported.at(MONDAY + 10 * DAY).play("ana", Decision.REMOVED)

    undone = claimed.at(MONDAY + 40 * DAY).play("rosa", Decision.REOPENED)

    step = undone.step()
    assert (step.who, step.what) == (StepActor.PERSON, CaseStep.ESCALATE)
    assert step.due == undone.now + 14 * DAY


def test_who_says_the_same_again_after_a_report_moves_no_day():
    answered = told().at(MONDAY + DAY).play("rosa", Decision.IMPERSONATION)
    reported = answered.at(MONDAY + 3 * DAY).play("ana", Decision.REPORTED)
    late = reported.at(MONDAY + 28 * DAY)

    assert late.step().what is CaseStep.ESCALATE
    assert late.play("rosa", Decision.IMPERSONATION).step() == late.step()


def confirms_link(case: Case, by: str, said: Decision) -> bool:
    """Tell whether this would say again, on a page, what a mailed link said last."""
    own = [entry for entry in case.undoable if entry.by == by]
    return bool(own) and (own[-1].means, own[-1].decision) == (Means.LINK, said)


def test_an_answer_by_a_link_that_is_confirmed_on_a_page_is_undone_by_one_press():
    disputed = told().at(MONDAY + 8 * DAY).play("ana", Decision.REPORTED)
    linked = disputed.play("rosa", Decision.MINE, Means.LINK)
    confirmed = linked.at(MONDAY + 9 * DAY).play("rosa", Decision.MINE)

    assert confirmed.play("rosa", Decision.REOPENED).case.standing == disputed.case.standing
    other = linked.play("rosa", Decision.NAMESAKE).play("rosa", Decision.REOPENED)
    assert other.case.standing == linked.case.standing
    again = confirmed.play("rosa", Decision.MINE).play("rosa", Decision.REOPENED)
    assert again.case.standing == confirmed.case.standing


def test_what_was_done_before_it_came_back_is_not_undone_for_a_word():
    real = told().play("rosa", Decision.IMPERSONATION).play("rosa", Decision.REPORTED)
    back = replace(real, case=resume_case(real.case, MONDAY + DAY), now=MONDAY + DAY)

    assert back.play("rosa", Decision.REOPENED).case.get_verdict(Side.PERSON) is None


@MANY
@given(lives())
def test_no_act_of_it_narrows_what_it_sees(life):
    for decision in set(life.list_options("ana")) - {Decision.REOPENED}:
        after = life.play("ana", decision)
        for days in range(0, 60, 5):
            before, later = life.at(life.now + days * DAY), after.at(life.now + days * DAY)
            if before.opening() and not later.end():
                assert later.opening(), (decision, days)


@MANY
@given(lives())
def test_it_never_reports_against_its_own_word(life):
    case, step = life.case, life.step()
    reports = step and step.who is StepActor.IT and step.what is not CaseStep.DECIDE
    # Into their own account it helps whoever asks for help.
    if not reports or case.is_locked_out:
        return

    said = case.get_verdict(Side.IT)
    assert said is None or is_confirmation(case.kind, said)


@MANY
@given(lives())
def test_there_is_a_next_step_with_a_date_or_it_has_ended(life):
    step = life.step()

    assert (step is None) == (life.end() is not None)
    if step:
        assert step.due > MONDAY
    if step and step.who is StepActor.IT:
        sees = any(life.opening(who) for who in ("", *REVIEWERS))
        assert sees, "IT is asked for what none of it can see"
    if step and step.who is StepActor.PERSON:
        assert life.list_options("rosa")


@MANY
@given(lives())
def test_the_day_by_which_an_answer_is_wanted_is_the_day_on_which_silence_has_a_consequence(life):
    step = life.step()
    if step is None or (step.who, step.what) != (StepActor.PERSON, CaseStep.ANSWER):
        return
    theirs = life.case.get_verdict(Side.IT)
    # What IT says is real has the time that a report has.
    if theirs and is_confirmation(life.case.kind, theirs):
        return
    then = life.at(step.due)
    told_again = find_nudge_times(step.since, life.consent, life.now).next_at

    assert step.due > life.now
    assert then.end() or then.opening() or step.due == told_again


@MANY
@given(lives())
def test_each_case_that_may_be_seen_is_in_one_place_for_its_reader(life):
    step, end = life.step(), life.end()
    for side, who in ((Side.PERSON, "rosa"), (Side.IT, "ana"), (Side.IT, "bo"), (Side.IT, "")):
        standing = life.standing(side, who)
        assert (standing is None) == (side is Side.IT and life.opening(who) is None)
        if standing is None:
            continue
        assert standing.end == end
        if side is Side.IT and life.case.report_to_take_back:
            assert standing.next_step.what is CaseStep.TAKE_BACK
            assert standing.bin is CaseBin.NEEDS_YOU
            continue
        assert standing.next_step == step
        assert (standing.bin is CaseBin.DONE) == (end is not None)
        own = StepActor.PERSON if side is Side.PERSON else StepActor.IT
        if step and step.who is own:
            assert standing.bin is CaseBin.NEEDS_YOU


def test_what_it_reported_of_somebody_else_is_its_turn_until_it_answers():
    said = (
        told().at(MONDAY + 8 * DAY).play("ana", Decision.REPORTED).play("rosa", Decision.NAMESAKE)
    )

    asked = said.standing(Side.IT, "ana")
    assert (asked.bin, asked.next_step.due) == (CaseBin.NEEDS_YOU, said.now + 3 * DAY)
    assert said.standing(Side.PERSON).bin is CaseBin.DONE
    own = said.play("rosa", Decision.MINE)
    asked = own.standing(Side.IT, "ana")
    assert (asked.bin, asked.next_step.what) == (CaseBin.NEEDS_YOU, CaseStep.TAKE_BACK)
    assert own.opening("ana").reason is OpeningReason.REPORT_BACK
    assert own.opening("bo") is own.opening() is None, "nobody else hears of it"
    back = own.play("ana", Decision.TAKEN_BACK)
    assert back.standing(Side.IT, "ana").bin is CaseBin.DONE
    assert back.play("ana", Decision.REOPENED).case.report_to_take_back
    for life in (own, back):
        assert life.at(own.now + 8 * DAY).opening("ana") is None
    left = said.play("ana", Decision.IMPERSONATION)
    assert left.standing(Side.IT, "ana").bin is CaseBin.DONE
    assert left.case.find_mistaken_report(Side.IT), "its person may still have it taken back"
    for before in (left, left.play("rosa", Decision.REOPENED)):
        again = before.at(left.now + DAY).play("rosa", Decision.UNRELATED)
        asked = again.standing(Side.IT, "ana")
        assert (asked.bin, asked.next_step.due) == (CaseBin.NEEDS_YOU, again.now + 3 * DAY)


def test_what_others_made_openly_was_reported_as_a_fake_by_mistake_and_goes_on():
    reported = told().at(MONDAY + 8 * DAY).play("ana", Decision.REPORTED)
    openly = reported.at(MONDAY + 9 * DAY).play("rosa", Decision.MOCK)

    asked = openly.standing(Side.IT, "ana")
    assert (asked.bin, asked.next_step.what) == (CaseBin.NEEDS_YOU, CaseStep.TAKE_BACK)
    assert (asked.next_step.due, asked.end) == (openly.now + 3 * DAY, None)
    assert openly.case.state is CaseState.MOCK, "nobody has reported it as what it is"
    step = openly.step()
    assert (step.who, step.what) == (StepActor.PERSON, CaseStep.REPORT)
    back = openly.play("ana", Decision.TAKEN_BACK)
    assert back.standing(Side.IT, "ana").next_step == step
    assert back.case.report_taken_back_at == back.now
    for again in (back.play("ana", Decision.REOPENED), openly.play("rosa", Decision.UNRELATED)):
        assert again.case.report_to_take_back
    assert openly.play("rosa", Decision.REOPENED).step() == reported.at(openly.now).step()
    real = reported.play("rosa", Decision.IMPERSONATION)
    assert real.case.report_to_take_back is None
    # What is reported as harassment claims nothing else.
    harassment = told().play("rosa", Decision.MOCK).play("rosa", Decision.SHARED)
    both = harassment.at(MONDAY + 9 * DAY).play("ana", Decision.REPORTED)
    assert both.case.report_to_take_back is None
    again = both.play("rosa", Decision.IMPERSONATION).play("rosa", Decision.MOCK)
    assert again.case.report_to_take_back is None


def test_a_report_is_taken_back_by_one_entry_and_who_made_it_may_undo_just_that():
    said = (
        told()
        .at(MONDAY + 8 * DAY)
        .play("ana", Decision.IMPERSONATION)
        .play("ana", Decision.REPORTED)
        .play("rosa", Decision.NAMESAKE)
    )
    back = said.play("bo", Decision.TAKEN_BACK)

    assert back.case.find_report(Side.IT) is None
    assert back.case.get_word(Side.IT) is None, "whose report is gone says no more that it is real"
    assert back.case.report_taken_back_at == back.now
    assert Decision.REOPENED not in back.list_options("ana")
    assert back.standing(Side.IT, "ana").bin is CaseBin.DONE
    undone = back.play("bo", Decision.REOPENED)
    assert undone.case.standing == said.case.standing
    assert undone.standing(Side.IT, "ana") == said.standing(Side.IT, "ana")
    for by, case in (("rosa", said.case), ("bo", back.case), ("bo", told().case)):
        entry = DecisionRecord(case_id="case", decision=Decision.TAKEN_BACK, by=by, at=said.now)
        with pytest.raises(MonitorError):
            apply_decision(case, replace(entry, whose="ana"))


@MANY
@given(lives())
def test_no_side_changes_what_the_other_said(life):
    for by in ("rosa", *REVIEWERS):
        mine = Side.PERSON if by == "rosa" else Side.IT
        other = Side.IT if by == "rosa" else Side.PERSON
        for decision in life.list_options(by):
            after = life.play(by, decision)
            assert after.case.get_word(other) == life.case.get_word(other)
            assert after.case.log[:-1] == life.case.log, "one press is one entry"
            assert after.case.get_side(after.case.log[-1]) is mine
            if mine is Side.IT:
                assert after.case.is_undecided == life.case.is_undecided or (
                    # Only a link's word may have to be said again on a page.
                    after.case.awaits_confirmation is not life.case.awaits_confirmation
                )


@MANY
@given(lives())
def test_no_word_of_it_ends_a_case_before_four_weeks(life):
    for decision in set(life.list_options("ana")) - {Decision.REOPENED}:
        after = life.play("ana", decision)
        assert life.end() or not after.end()
        assert (
            life.end()
            or not after.at(life.now + 27 * DAY).end()
            or (
                life.at(life.now + 27 * DAY).end() is not None
                or after.at(life.now + 27 * DAY).end().reason is EndReason.CLAIMED
            )
        )


@MANY
@given(lives())
def test_the_day_foretold_is_the_day_it_opens(life):
    if life.opening() or life.end():
        return
    ahead = forecast_time_opening(life.inputs, life.policy)
    ends = find_end(life.case, life.consent)
    if ahead is None or (ends and ends.at <= ahead):
        for days in range(0, 200, 5):
            assert life.at(life.now + days * DAY).opening() is None
    elif ahead > life.now:
        assert life.at(ahead - timedelta(seconds=1)).opening() is None
        assert life.at(ahead).opening().at == ahead


def begin_mock() -> Life:
    """Begin the life of a mock account whose alert can wait."""
    case = Case(
        id="case",
        person_id="rosa",
        finding_id="finding",
        kind=CaseKind.MOCK_ACCOUNT,
        severity=Severity.MEDIUM,
        opened_at=MONDAY,
        reasons=(),
    )
    return Life(case=case, consent=CONSENT, policy=POLICY, now=MONDAY)


def test_what_its_person_took_back_and_leaves_alone_lapses_as_what_they_were_told():
    life = begin_mock()
    silent = life.play("rosa", Decision.MOCK).play("rosa", Decision.REOPENED)

    assert silent.step().what is CaseStep.ANSWER
    assert silent.at(MONDAY + 60 * DAY).end().reason is EndReason.LAPSED


@pytest.mark.parametrize(
    ("begin_again", "said", "next_step"),
    [
        (restart_case, (Decision.HARMLESS,), CaseStep.NOTIFY),
        (resume_case, (Decision.MOCK, Decision.REOPENED), CaseStep.ANSWER),
    ],
)
def test_what_begins_again_does_not_lapse_by_what_was_said_before(begin_again, said, next_step):
    life = begin_mock()
    for word in said:
        life = life.play("rosa", word)
    again = MONDAY + 90 * DAY
    back = replace(life, case=begin_again(life.case, again), now=again)

    assert back.end() is None
    assert back.step().what is next_step


@MANY
@given(lives())
def test_whoever_spoke_of_it_does_not_wait_to_be_told_of_it(life):
    step = life.step()
    if step and any(entry.by == "rosa" for entry in life.case.log):
        assert step.what not in {CaseStep.NOTIFY, CaseStep.MEND_ADDRESS}


@MANY
@given(lives(), st.integers(0, 2))
def test_every_case_ends_if_everyone_does_what_is_asked(life, silences):
    for _ in range(40):
        step = life.step()
        if step is None:
            assert life.end()
            return
        silences, life = obey(life, step, silences)
    pytest.fail("it goes on for ever")


def obey(life, step, silences):
    """Do what is asked, with the worst answer each time; be silent a few times first."""
    case, soon = life.case, life.at(life.now + timedelta(hours=1))
    later = life.at(max(life.now, step.due) + timedelta(minutes=1))
    if step.what in {CaseStep.NOTIFY, CaseStep.MEND_ADDRESS}:
        return silences, replace(later, case=mark_notified(case, later.now))
    if step.what in {CaseStep.WAIT_FOR_ANSWER, CaseStep.CLOSE_AS_CLAIMED}:
        return silences, later
    if step.what is CaseStep.LOOK:
        return silences, replace(later, case=replace(case, gone_at=later.now))
    if step.what is CaseStep.ANSWER and silences:
        return silences - 1, later
    by = "ana" if step.who is StepActor.IT else "rosa"
    return silences, soon.play(*choose_word(soon, step, by))


def choose_word(life, step, by):
    """Say that it is real where somebody has to say what it is, and live with it at the end."""
    options, kind = life.list_options(by), life.case.kind
    if step.what is CaseStep.CONFIRM:
        return "rosa", life.case.get_word(Side.PERSON).decision
    if step.what is CaseStep.ESCALATE:
        return "rosa", DISMISSALS[kind][-1]
    wanted = {*SENT_LEVERS, Decision.UNLINKED}
    if step.what is not CaseStep.REPORT:
        wanted = set(CONFIRMATIONS[kind])
    # A reviewer may not say of contact details that they are the person's.
    return by, next((said for said in options if said in wanted), DISMISSALS[kind][-1])


def told(kind=CaseKind.IMPERSONATION, severity=Severity.HIGH, consent=CONSENT, **fields) -> Life:
    case = Case(
        id="case",
        person_id="rosa",
        finding_id="finding",
        kind=kind,
        severity=severity,
        opened_at=MONDAY,
        reasons=(),
        notified_at=MONDAY,
        **fields,
    )
    return Life(case=case, consent=consent, policy=POLICY, now=MONDAY)


@pytest.mark.parametrize(
    "decision", [Decision.NAMESAKE, Decision.HARMLESS, Decision.IMPERSONATION, Decision.MOCK]
)
def test_a_reviewer_who_decides_on_an_unanswered_case_does_not_lose_it(decision):
    life = told().at(MONDAY + 8 * DAY)

    after = life.play("ana", decision)

    for who in REVIEWERS:
        opening = after.at(MONDAY + 20 * DAY).opening(who)
        assert opening.reason is OpeningReason.UNANSWERED
    assert after.case.is_undecided


def test_under_an_older_text_a_case_does_not_stay_open_once_it_has_decided():
    older = replace(CONSENT, text_hash="an older text")
    life = told(consent=older).at(MONDAY + 8 * DAY)

    assert life.opening().reason is OpeningReason.UNANSWERED
    assert life.play("ana", Decision.HARMLESS).opening("ana") is None


def test_who_has_decided_keeps_it_until_a_week_after_the_answer_that_ends_it():
    decided = told().at(MONDAY + 8 * DAY).play("ana", Decision.IMPERSONATION)

    answered = decided.at(MONDAY + 10 * DAY).play("rosa", Decision.NAMESAKE)

    assert answered.opening("bo") is None
    assert answered.opening("ana").reason is OpeningReason.DECIDED
    assert answered.at(MONDAY + 17 * DAY).opening("ana") is None
    # What its person says is theirs is nobody else's to keep.
    assert decided.at(MONDAY + 10 * DAY).play("rosa", Decision.MINE).opening("ana") is None


def test_after_an_undo_it_has_as_long_to_decide_as_was_left():
    answered = told().at(MONDAY + 9 * DAY).play("rosa", Decision.NAMESAKE)

    undone = answered.at(MONDAY + 20 * DAY).play("rosa", Decision.REOPENED)

    assert (undone.step().what, undone.step().due) == (CaseStep.DECIDE, MONDAY + 21 * DAY)


def test_who_took_their_decision_back_keeps_nothing_by_it():
    decided = told().at(MONDAY + 8 * DAY).play("ana", Decision.REPORTED)
    answered = decided.at(MONDAY + 9 * DAY).play("rosa", Decision.NAMESAKE)
    assert answered.opening("ana").reason is OpeningReason.DECIDED

    assert answered.play("ana", Decision.REOPENED).opening("ana") is None


def test_it_keeps_nothing_without_a_consent():
    decided = told().at(MONDAY + 8 * DAY).play("ana", Decision.IMPERSONATION)
    withdrawn = replace(decided, consent=replace(CONSENT, withdrawn_at=MONDAY + 9 * DAY))

    assert withdrawn.at(MONDAY + 9 * DAY).opening("ana") is None


def test_a_word_of_it_during_early_access_is_no_answer_of_the_person():
    life = told()
    glass = EarlyAccess(
        case_id="case",
        reviewers=frozenset(REVIEWERS),
        reason="urgent",
        at=MONDAY + DAY,
        until=MONDAY + 2 * DAY,
    )
    opened = replace(life, glass=(glass,)).at(MONDAY + DAY)

    after = opened.play("ana", Decision.HARMLESS)

    assert after.at(MONDAY + 3 * DAY).opening("ana").reason is OpeningReason.DECIDED
    assert after.at(MONDAY + 3 * DAY).opening("bo") is None
    assert after.at(MONDAY + 7 * DAY).opening("bo").reason is OpeningReason.UNANSWERED


def test_the_word_of_it_that_it_is_harmless_gives_a_silent_person_four_weeks():
    after = told().at(MONDAY + 8 * DAY).play("ana", Decision.HARMLESS)

    assert after.at(MONDAY + 35 * DAY).end() is None
    assert after.step().who is StepActor.PERSON
    assert after.at(MONDAY + 36 * DAY).end().reason is EndReason.SILENT
    assert after.at(MONDAY + 42 * DAY).opening("bo")
    assert after.at(MONDAY + 43 * DAY).opening("bo") is None


@pytest.mark.parametrize(("severity", "days"), [(Severity.MEDIUM, 56), (Severity.LOW, 180)])
def test_what_is_not_serious_lapses_when_nobody_answers(severity, days):
    life = told(CaseKind.EXPOSED_CONTACT, severity, relation="mail")

    assert life.at(MONDAY + days * DAY - timedelta(seconds=1)).end() is None
    assert life.at(MONDAY + days * DAY).end().reason is EndReason.LAPSED
    assert told().at(MONDAY + 900 * DAY).end() is None


def test_a_claim_that_nothing_can_check_stands_after_thirty_days():
    claimed = say(
        told(is_checkable=False).case, Decision.REPORTED, Decision.REMOVED, at=MONDAY + DAY
    )
    life = replace(told(), case=claimed)

    assert life.at(MONDAY + 30 * DAY).step().what is CaseStep.CLOSE_AS_CLAIMED
    assert life.at(MONDAY + 31 * DAY).end().reason is EndReason.CLAIMED
    checked = replace(life, case=replace(claimed, is_checkable=True))
    assert checked.at(MONDAY + 31 * DAY).step().what is CaseStep.ESCALATE


def test_no_time_of_a_pause_is_counted():
    life = told(consent=PAUSED)

    assert life.at(MONDAY + 24 * DAY - timedelta(seconds=1)).opening() is None
    assert life.at(MONDAY + 24 * DAY).opening()


def test_a_confirmed_impersonation_is_reported_by_its_person_and_then_by_it():
    life = told().at(MONDAY + DAY).play("rosa", Decision.IMPERSONATION)

    assert (life.step().who, life.step().what) == (StepActor.PERSON, CaseStep.REPORT)
    assert life.at(MONDAY + 5 * DAY).step().who is StepActor.IT
    reported = life.at(MONDAY + 2 * DAY).play("rosa", Decision.REPORTED)
    assert reported.step().who is StepActor.PLATFORM
    assert reported.at(MONDAY + 10 * DAY).step().who is StepActor.SERVICE
    assert reported.at(MONDAY + 30 * DAY).step().what is CaseStep.ESCALATE


def test_a_bounced_notice_is_for_the_operator_to_mend():
    life = told()
    bounced = replace(life, case=mark_notice_bounced(life.case, MONDAY + DAY))

    assert bounced.step().who is StepActor.OPERATOR
    assert life.step().who is StepActor.PERSON


def test_an_account_that_was_taken_over_has_a_next_step_until_its_owner_has_it_back():
    taken = told(CaseKind.OWN_ACCOUNT_CHANGED).play("rosa", Decision.IMPERSONATION)
    shut_out = taken.at(MONDAY + DAY).play("rosa", Decision.LOCKED_OUT)
    back = shut_out.at(MONDAY + 2 * DAY).play("rosa", Decision.RECOVERED)

    assert taken.step().due == MONDAY + 3 * DAY
    assert (shut_out.step().who, shut_out.step().what) == (StepActor.PERSON, CaseStep.ESCALATE)
    assert (back.step().who, back.step().what) == (StepActor.SERVICE, CaseStep.CLOSE_AS_CLAIMED)
    assert back.at(MONDAY + 32 * DAY).end().reason is EndReason.CLAIMED
    assert Decision.RECOVERED not in shut_out.play("rosa", Decision.SHARED).list_options("ana")


def test_an_account_that_is_lost_for_good_ends_by_the_word_of_its_owner_alone():
    taken = told(CaseKind.OWN_ACCOUNT_CHANGED).play("rosa", Decision.IMPERSONATION)
    shut_out = taken.play("rosa", Decision.SHARED).play("rosa", Decision.LOCKED_OUT)
    reported = shut_out.at(MONDAY + DAY).play("ana", Decision.REPORTED)

    for lost in (taken, shut_out, reported):
        assert Decision.GIVEN_UP not in lost.list_options("ana")
        given_up = lost.play("rosa", Decision.GIVEN_UP)
        assert given_up.end().reason is EndReason.DISMISSED
        assert given_up.play("rosa", Decision.REOPENED).end() is None


def test_it_is_asked_by_who_shares_that_they_cannot_get_in_and_changes_no_word_of_theirs():
    taken = told(CaseKind.OWN_ACCOUNT_CHANGED).play("rosa", Decision.IMPERSONATION)
    asking = (
        taken.at(MONDAY + DAY)
        .play("rosa", Decision.SHARED)
        .at(MONDAY + 2 * DAY)
        .play("rosa", Decision.LOCKED_OUT)
    )
    reported = asking.at(MONDAY + 3 * DAY).play("ana", Decision.REPORTED)

    step = asking.step()
    assert (step.who, step.what, step.due) == (StepActor.IT, CaseStep.REPORT, MONDAY + 5 * DAY)
    assert taken.play("rosa", Decision.SHARED).step().who is StepActor.PERSON
    assert asking.play("rosa", Decision.UNSHARED).step().who is StepActor.PERSON
    assert reported.case.state is CaseState.LOCKED_OUT
    assert Decision.LOCKED_OUT not in reported.list_options("rosa")
    assert reported.step().who is StepActor.PLATFORM
    later = reported.at(MONDAY + 11 * DAY).step()
    assert (later.who, later.what) == (StepActor.IT, CaseStep.ESCALATE)
    assert reported.play("rosa", Decision.RECOVERED).case.state is CaseState.RECOVERED


def test_saying_once_more_that_it_is_nothing_opens_nothing_again():
    shared = told().at(MONDAY + DAY).play("rosa", Decision.SHARED)
    dismissed = shared.at(MONDAY + 2 * DAY).play("rosa", Decision.NAMESAKE)

    again = dismissed.at(MONDAY + 30 * DAY).play("rosa", Decision.HARMLESS)

    assert dismissed.at(MONDAY + 8 * DAY).opening("ana")
    assert again.opening("ana") is None
    assert again.end().at == MONDAY + 2 * DAY


def test_a_link_that_repeats_what_was_said_on_a_page_takes_nothing_back():
    disputed = told().at(MONDAY + 8 * DAY).play("ana", Decision.IMPERSONATION)
    dismissed = disputed.play("rosa", Decision.HARMLESS)

    again = dismissed.at(MONDAY + 9 * DAY).play("rosa", Decision.HARMLESS, Means.LINK)

    assert again.end() == dismissed.end()
    assert not again.case.awaits_confirmation


def test_a_word_by_link_to_which_it_objected_is_said_again_on_a_page_or_ends_in_silence():
    disputed = told().at(MONDAY + 8 * DAY).play("ana", Decision.IMPERSONATION)
    held = disputed.play("rosa", Decision.MINE, Means.LINK)

    assert held.step().what is CaseStep.CONFIRM
    after = held.play("ana", Decision.HARMLESS)
    assert after.opening("ana")
    assert after.step().what is CaseStep.CONFIRM
    assert after.play("rosa", Decision.MINE).end().reason is EndReason.DISMISSED
    # Without what IT said, the word by link counts.
    assert held.play("ana", Decision.REOPENED).end().reason is EndReason.DISMISSED
    silent = after.at(MONDAY + 36 * DAY)
    assert silent.end().reason is EndReason.SILENT
