"""What each reader knows of a case in every state: who acts keeps it, and no way leads around."""

import random
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import timedelta

import pytest

from monitor.app import App
from monitor.db.review_index import ReviewFilter
from monitor.demo.district import JOHN, MARIA
from monitor.domain.case import Case
from monitor.domain.errors import MonitorError, NotPermittedError
from monitor.domain.person import Reviewer
from monitor.domain.reason import Quoted, Reason
from monitor.domain.vocabulary import (
    CaseKind,
    ContactKind,
    Decision,
    OpeningReason,
    OwnershipLabel,
    Severity,
    Side,
)
from monitor.services.answers import DecisionInput, decide_cases
from monitor.services.disclosure import disclose, disclose_to_others, summarize
from monitor.services.evidence_pack import build_evidence_view
from monitor.services.review import (
    decide_viewed_cases,
    download_review_evidence,
    leave_report,
    load_reviewable_case,
    take_report_back,
    undo_own_decisions,
)
from monitor.services.review_access import load_opened_case, record_case_views
from monitor.services.visible_cases import list_queue_rows
from reports.case_view import CaseSummary, CaseView
from reports.finding_view import FindingView
from tests.cases import forget
from tests.monitor.counts import check_personal_counts
from tests.monitor.services.world import IMPOSTOR, REVIEWERS, Staff

ANA, BO = (Reviewer(address=address) for address in REVIEWERS)
EVE = Reviewer(address="eve@cedarvalley.example")
# What a reviewer may read of a finding: where it is, and when it was seen.
LOCATED = {"url", "platform", "is_account", "first_seen", "last_seen"}
# What only its person may know of a case.
OF_ITS_PERSON = {
    *("since", "is_undecided", "is_pursued", "undoes", "undo", "lowered_by", "earlier", "steps"),
    "reported_by_it_at",
    *("lever", "until", "opens_at", "holders", "contact_kinds", "link_url"),
}
LIVES = range(24)
OFTEN = 0.7


@pytest.fixture
def maria(world_of) -> Staff:
    """Somebody who is impersonated, and of whom nothing is shared."""
    world = world_of(families=("bluesky",))
    world.internet = world.internet.add_entry(IMPOSTOR)
    maria = world.joins(MARIA)
    world.sweep()
    world.later(minutes=1)
    return maria


def open_case(maria: Staff, number: int, chance: random.Random) -> Case:
    """Open a case of any kind and weight about the account, of which its person was told or not."""
    told_at = chance.choice([None, maria.world.clock.at])
    case = replace(
        forget(maria.case(CaseKind.IMPERSONATION)),
        id=f"{number:032x}",
        kind=chance.choice(list(CaseKind)),
        severity=chance.choice(list(Severity)),
        opened_at=maria.world.clock.at,
        notified_at=told_at,
        reasons=(Reason("like-me.quoted", {"traits": Quoted("volcanoes")}), Reason("younger")),
        relation=chance.choice(list(ContactKind)),
    )
    if case.kind not in {CaseKind.EXPOSED_CONTACT, CaseKind.HARMFUL_PAGE}:
        case = replace(case, relation=f"other-{number}")
    maria.world.state.cases.insert_case(case)
    return case


def report(maria: Staff, case: Case, chance: random.Random) -> None:
    """Have IT report it while its person is silent, who then says that it pretends nothing."""
    app, clock = maria.world.app, maria.world.clock
    urgent = {
        "kind": CaseKind.IMPERSONATION,
        "severity": Severity.HIGH,
        "relation": f"of {case.id}",
    }
    app.db.cases.update_case(replace(case, **urgent, notified_at=clock.at))
    clock.at += timedelta(days=8)
    record_case_views(app, ANA, (case.id,))
    for said in (Decision.IMPERSONATION, Decision.REPORTED):
        now = {case.id: app.db.cases.load_case(case.id).revision}
        decide_viewed_cases(app, ANA, now, DecisionInput(decision=said, by=ANA.id))
    said = chance.choice([Decision.MINE, Decision.MINE, Decision.NAMESAKE])
    decide_cases(app, (case.id,), DecisionInput(decision=said, by=maria.id))


def play(maria: Staff, case: Case, chance: random.Random) -> Iterator[object]:
    """Yield who just said or did something of it, as far as they could; days go by between."""
    app, reader = maria.world.app, maria.world.state.people.load_person(maria.id)
    if chance.random() < OFTEN:
        report(maria, case, chance)
        yield reader
    for _ in range(6):
        maria.world.clock.at += timedelta(days=chance.choice([0, 1, 1, 8, 30]))
        actor = chance.choice([reader, reader, ANA, BO])
        said = chance.choice([*Decision, *[Decision.REOPENED] * 10])
        now = app.db.cases.load_case(case.id)
        try:
            if actor is reader:
                decide_cases(app, (case.id,), DecisionInput(decision=said, by=maria.id))
            else:
                record_case_views(app, actor, (case.id,))
                if said is Decision.REOPENED:
                    undo_own_decisions(app, actor, (case.id,))
                elif now.report_to_take_back and chance.random() < OFTEN:
                    answer_for_report(app, actor, case.id, chance)
                else:
                    decide_viewed_cases(
                        app,
                        actor,
                        {case.id: now.revision},
                        DecisionInput(decision=said, by=actor.id),
                    )
        except MonitorError:
            continue
        yield actor


def answer_for_report(app: App, actor: Reviewer, case_id: str, chance: random.Random) -> None:
    """Take IT's report of what its person says is no fake back, or leave it."""
    if chance.random() < OFTEN:
        take_report_back(app, actor, case_id)
    else:
        leave_report(app, actor, case_id, "It asks parents for money.")


def list_known(view: object, plain: object) -> set[str]:
    """Return the fields in which a view differs from one that knows nothing."""
    return {
        field.name
        for field in fields(view)
        if getattr(view, field.name) != getattr(plain, field.name)
    }


def test_an_account_that_a_case_asks_about_is_no_question_beside_it(maria: Staff):
    findings, case = maria.world.state.findings, maria.case(CaseKind.IMPERSONATION)
    assessment = findings.find_assessment(case.finding_id)
    assert assessment
    unsure = replace(assessment, label=OwnershipLabel.UNKNOWN)
    findings.set_assessment(case.finding_id, unsure)

    check_personal_counts(maria.world.app, maria.id)


def test_what_lapsed_is_asked_by_no_page(maria: Staff):
    case, now = maria.case(CaseKind.IMPERSONATION), maria.world.clock.at
    lesser = replace(case, severity=Severity.MEDIUM, notified_at=now)
    maria.world.state.cases.update_case(lesser)
    maria.world.clock.at += timedelta(days=60)

    check_personal_counts(maria.world.app, maria.id)


@pytest.mark.parametrize("life", LIVES)
def test_nobody_sees_by_a_second_way_what_the_first_way_hides(maria: Staff, life: int):
    app, chance = maria.world.app, random.Random(life)  # noqa: S311 - as above
    john = app.db.people.load_person(maria.world.joins(JOHN).id)
    case = open_case(maria, life, chance)

    for _ in play(maria, case, chance):
        # What was looked at half an hour ago is no look of now.
        maria.world.clock.at += timedelta(hours=1)
        now = app.db.cases.load_case(case.id)
        assert disclose(app, now, john) is None
        for reviewer in (ANA, BO, replace(ANA, person_id=maria.id), EVE):
            check_ways(maria, now, reviewer)


def check_ways(maria: Staff, case: Case, reviewer: Reviewer) -> None:
    app, summary = maria.world.app, summarize(maria.world.app, case, reviewer)
    listed = {row.id for row in list_queue_rows(app, reviewer, ReviewFilter(), "", 1_000)}
    assert (case.id in listed) is (summary is not None)
    assert disclose(app, case, reviewer) is None
    if summary is None:
        for way in (
            lambda: record_case_views(app, reviewer, (case.id,)),
            lambda: load_opened_case(app, reviewer, case.id),
            lambda: load_reviewable_case(app, reviewer, case.id),
            lambda: download_review_evidence(app, reviewer, case.id),
        ):
            with pytest.raises(NotPermittedError):
                way()
        return
    record_case_views(app, reviewer, (case.id,))
    view = disclose(app, case, reviewer)
    assert isinstance(view, CaseView)
    assert view == load_opened_case(app, reviewer, case.id)
    assert_tells_no_more(view)
    if case.shared_at is None or view.opened_by is OpeningReason.REPORT_BACK:
        with pytest.raises(NotPermittedError):
            download_review_evidence(app, reviewer, case.id)


def assert_tells_no_more(view: CaseView) -> None:
    at = view.opened_at
    assert list_known(view.finding, FindingView(url="", first_seen=at, last_seen=at)) <= LOCATED
    nothing = replace(
        view, **{field.name: field.default for field in fields(view) if field.name in OF_ITS_PERSON}
    )
    assert view == nothing
    assert not view.foreseen
    if view.opened_by is OpeningReason.REPORT_BACK:
        hidden = (view.person, view.school, view.reasons, view.decision, view.revision)
        assert not any((*hidden, view.shows_picture, view.shared_at, view.answered_at))
        return
    assert view.person
    told = (*view.reasons, *view.speaks_against)
    assert all(reason == reason.without_quotes for reason in told)


def test_a_list_has_no_field_by_which_a_person_is_known():
    assert {field.name for field in fields(CaseSummary)} == {
        *("id", "kind", "nature", "severity", "state", "opened_at", "platform", "school"),
        *(
            "first_seen",
            "decision",
            "is_left",
            "review_decision",
            "bin",
            "next_by",
            "next_step",
            "due",
            "end",
            "ended_at",
        ),
        *(
            "it_sees_since",
            "opened_by",
            "taken_by",
            "asked_at",
            "shared_at",
            "waits_since",
            "is_late",
            "review_plan",
        ),
        *(
            "closes_at",
            "wrong_reports",
            "wrong_messages",
            "take_back_by",
            "open_until",
            "is_misreported",
        ),
    }


def test_evidence_tells_it_and_others_what_it_reads_of_the_case(maria: Staff):
    case = open_case(maria, 1, random.Random(1))  # noqa: S311 - as above

    view = disclose_to_others(maria.world.app, case)

    assert_tells_no_more(view)
    assert build_evidence_view(maria.world.app, case, Side.IT).case == view


def test_the_evidence_has_the_answer_that_stands_and_no_back_and_forth(maria: Staff):
    world, case = maria.world, maria.case(CaseKind.IMPERSONATION)
    for said in (
        *(Decision.NAMESAKE, Decision.REOPENED, Decision.MOCK, Decision.SHARED),
        *(Decision.IMPERSONATION, Decision.REPORTED, Decision.REOPENED, Decision.REPORTED),
    ):
        world.later(minutes=1)
        decide_cases(world.app, (case.id,), DecisionInput(decision=said, by=maria.id))
    decide_cases(world.app, (case.id,), DecisionInput(decision=Decision.REPORTED, by=ANA.id))

    case = world.state.cases.load_case(case.id)
    log = build_evidence_view(world.app, case, Side.PERSON).log

    assert [(line.who, line.what) for line in log] == [
        ("Maria Delgado", "confirmed that it is an impersonation"),
        ("Maria Delgado", "reported it to the platform"),
        ("IT", "reported it to the platform"),
    ]
    assert log[1].at == case.get_last_entry(Side.PERSON).at
