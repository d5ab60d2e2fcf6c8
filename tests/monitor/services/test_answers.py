"""What people rule is remembered, comes back only with reason, and can be taken back."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitor.demo.district import MARIA, ROSA
from monitor.domain.case import mark_notified
from monitor.domain.disclosure import DisclosurePolicy
from monitor.domain.errors import InputError, NotPermittedError
from monitor.domain.students.matching import ContactMatchResult
from monitor.domain.vocabulary import CaseKind, CaseState, Decision, OwnershipLabel, Severity
from monitor.services.answers import DecisionInput, decide_cases, record_feedback, undo_decisions
from monitor.services.disclosure import disclose
from monitor.services.outbox import send_due
from reports.emails.registry import EmailKind
from scrapers.models import QueryKind
from tests.monitor.decisions import decide_case
from tests.monitor.services.fakes import FakeMatcher
from tests.monitor.services.world import IMPOSTOR, Staff, World, account

LINKED = ContactMatchResult(flagged=True, count=2, cues=("class-of",))


@pytest.fixture
def maria(world_of) -> Staff:
    """Somebody who is impersonated."""
    world = world_of(families=("bluesky",))
    world.internet = world.internet.add_entry(IMPOSTOR)
    maria = world.joins(MARIA)
    world.sweep()
    return maria


@pytest.fixture
def rosa(world_of) -> Staff:
    """Somebody whose account is linked with students."""
    world = world_of(families=("bluesky",))
    world.matcher = FakeMatcher(says=LINKED)
    rosa = world.joins(ROSA, read=True)
    world.sweep()
    return rosa


def label_of(maria: Staff, case) -> OwnershipLabel | None:
    return maria.world.state.findings.find_finding_label(case.finding_id)


def changes_its_words(world: World) -> None:
    world.internet = world.internet.remove_entry(IMPOSTOR).add_entry(
        replace(IMPOSTOR, name="Maria Delgado", bio=f"{IMPOSTOR.bio} Write to me!")
    )


@pytest.mark.parametrize(
    ("decision", "state", "label"),
    [
        (Decision.MINE, CaseState.MINE, OwnershipLabel.MINE),
        (Decision.NAMESAKE, CaseState.NAMESAKE, OwnershipLabel.NAMESAKE),
        (Decision.UNRELATED, CaseState.HARMLESS, OwnershipLabel.UNRELATED),
        (Decision.IMPERSONATION, CaseState.IMPERSONATION, OwnershipLabel.IMPERSONATION),
    ],
)
def test_what_its_person_says_of_an_account_is_learned(maria: Staff, decision, state, label):
    ruled = maria.rules(maria.case(CaseKind.IMPERSONATION), decision)
    maria.world.a_week_later()
    maria.world.sweep()

    assert maria.case(CaseKind.IMPERSONATION) == ruled
    assert ruled.state is state
    assert label_of(maria, ruled) is label


@pytest.mark.parametrize("decision", [Decision.HARMLESS, Decision.NAMESAKE, Decision.MINE])
def test_what_was_ruled_harmless_does_not_come_back(maria: Staff, decision):
    ruled = maria.rules(maria.case(CaseKind.IMPERSONATION), decision)
    emails = len(maria.world.state.outbox.list_emails())
    for _ in range(3):
        maria.world.a_week_later()
        assert maria.world.sweep() == []

    assert maria.cases == (ruled,)
    assert len(maria.world.state.outbox.list_emails()) == emails


@pytest.mark.parametrize("decision", [Decision.HARMLESS, Decision.NAMESAKE])
def test_what_was_ruled_harmless_opens_again_when_it_changes(maria: Staff, decision):
    maria.rules(maria.case(CaseKind.IMPERSONATION), decision)
    world = maria.world
    changes_its_words(world)
    world.a_week_later()
    world.sweep()

    case = maria.case(CaseKind.IMPERSONATION)
    assert case.state is CaseState.OPEN
    assert case.opened_at == world.clock.at
    assert case.notified_at is None


def test_what_opens_again_is_told_at_once_again_with_what_was_said_before(maria: Staff):
    world = maria.world
    send_due(world.app)
    maria.rules(maria.case(CaseKind.IMPERSONATION), Decision.HARMLESS)
    changes_its_words(world)
    world.a_week_later()
    world.sweep()
    send_due(world.app)

    first, second = maria.emails_of("alert")
    assert "Earlier answer: I know about it, and it is fine." in second.text
    assert first.envelope.message_id != second.envelope.message_id


def test_counters_that_move_open_nothing(maria: Staff):
    world = maria.world
    ruled = maria.rules(maria.case(CaseKind.IMPERSONATION), Decision.HARMLESS)
    world.internet = world.internet.remove_entry(IMPOSTOR).add_entry(
        replace(IMPOSTOR, followers=5000, posts=77)
    )
    world.a_week_later()

    assert world.sweep() == []
    assert maria.cases == (ruled,)


def test_a_ruling_can_be_taken_back_and_is_unlearnt(maria: Staff):
    case = maria.rules(maria.case(CaseKind.IMPERSONATION), Decision.MINE)
    undone = maria.rules(case, Decision.REOPENED)
    maria.world.a_week_later()
    maria.world.sweep()

    assert undone.state is CaseState.OPEN
    assert maria.world.state.findings.find_finding_feedback(case.finding_id) is None
    assert label_of(maria, case) is OwnershipLabel.IMPERSONATION
    decisions = [decision.decision for decision in maria.world.state.cases.list_decisions(case.id)]
    assert decisions == [Decision.MINE, Decision.REOPENED]


def test_taking_back_one_step_keeps_what_was_said_before_it(maria: Staff):
    case = maria.rules(maria.case(CaseKind.IMPERSONATION), Decision.IMPERSONATION)
    case = maria.rules(case, Decision.REPORTED)
    case = maria.rules(case, Decision.REOPENED)

    assert case.state is CaseState.IMPERSONATION
    assert (
        maria.world.state.findings.find_finding_feedback(case.finding_id) is Decision.IMPERSONATION
    )


def test_taking_back_a_ruling_on_an_own_account_leaves_it_their_own(maria: Staff):
    world = maria.world
    own = account("maria")
    world.internet = world.internet.remove_entry(own).add_entry(
        replace(own, name="M. D. | FREE CRYPTO")
    )
    world.a_week_later()
    world.sweep()
    case = maria.rules(maria.case(CaseKind.OWN_ACCOUNT_CHANGED), Decision.MINE)
    maria.rules(case, Decision.REOPENED)
    world.a_week_later()
    world.sweep()

    assert label_of(maria, case) is OwnershipLabel.MINE


def test_an_account_that_was_taken_over_is_its_owners_again_once_it_looks_as_before(maria: Staff):
    world, own = maria.world, account("maria")
    taken = replace(own, name="M. D. | FREE CRYPTO", bio="DM me to invest")
    case = None
    for shown in (taken, replace(taken, bio="Invest today"), replace(own, bio="I am back")):
        world.internet = world.internet.remove_entry(own).add_entry(shown)
        own = shown
        world.a_week_later()
        world.sweep()
        if case is None:
            case = maria.rules(maria.case(CaseKind.OWN_ACCOUNT_CHANGED), Decision.IMPERSONATION)
            continue
        case = world.state.cases.load_case(case.id)
        assert (case.state is CaseState.RESTORED) == (shown.bio == "I am back")

    world.internet = world.internet.remove_entry(own).add_entry(taken)
    world.a_week_later()
    world.sweep()

    again = world.state.cases.load_case(case.id)
    assert (again.is_undecided, again.severity) == (True, Severity.HIGH)


def test_who_has_an_account_back_proves_it_by_its_face_or_is_asked_when_it_changes(maria: Staff):
    world, own = maria.world, account("maria")
    taken = replace(own, name="M. D. | FREE CRYPTO")

    def shows(before, now):
        world.internet = world.internet.remove_entry(before).add_entry(now)
        world.a_week_later()
        world.sweep()

    shows(own, taken)
    case = maria.rules(maria.case(CaseKind.OWN_ACCOUNT_CHANGED), Decision.IMPERSONATION)
    believed = maria.rules(case, Decision.RECOVERED)
    assert believed.state is CaseState.RECOVERED
    shows(taken, replace(taken, name="M. D. | MORE CRYPTO"))
    again = world.state.cases.load_case(case.id)
    assert again.is_undecided
    told = world.state.outbox.find_last_queued_time(maria.id, EmailKind.ALERT)
    assert told == again.opened_at == world.clock.at

    shows(replace(taken, name="M. D. | MORE CRYPTO"), own)
    maria.rules(world.state.cases.load_case(case.id), Decision.IMPERSONATION)
    proven = maria.rules(world.state.cases.load_case(case.id), Decision.RECOVERED)
    assert proven.state is CaseState.RESTORED
    (undone,) = undo_decisions(world.app, (case.id,), maria.id)
    assert (undone.state, undone.gone_at) == (CaseState.IMPERSONATION, None)


def test_family_is_said_in_one_step_and_stays_said(rosa: Staff):
    world = rosa.world
    case, *_ = rosa.cases

    ruled = rosa.rules(case, Decision.FAMILY)
    for _ in range(2):
        world.a_week_later()
        world.sweep()

    assert ruled.state is CaseState.FAMILY
    assert world.state.cases.load_case(case.id) == ruled


def test_who_follows_and_who_is_followed_are_two_cases(rosa: Staff):
    assert {(case.kind, case.relation) for case in rosa.cases} == {
        (CaseKind.STUDENT_LINK, "follows"),
        (CaseKind.STUDENT_LINK, "followers"),
    }


def test_a_student_link_is_flagged_once_however_often_it_is_seen(rosa: Staff):
    before = {case.id for case in rosa.cases}
    for _ in range(3):
        rosa.world.a_week_later()
        rosa.world.sweep()

    assert {case.id for case in rosa.cases} == before


@pytest.mark.parametrize("by", ["reviewer", "somebody-else"])
def test_nobody_else_rules_on_what_is_its_persons_alone(maria: Staff, by):
    case = maria.case(CaseKind.IMPERSONATION)

    with pytest.raises(NotPermittedError):
        decide_case(maria.world.app, case.id, Decision.HARMLESS, by)
    assert maria.case(CaseKind.IMPERSONATION) == case
    assert maria.world.state.cases.list_decisions(case.id) == ()


def test_a_ruling_that_does_not_fit_leaves_no_trace(maria: Staff):
    case = maria.case(CaseKind.IMPERSONATION)

    with pytest.raises(InputError):
        maria.rules(case, Decision.FAMILY)
    assert maria.case(CaseKind.IMPERSONATION) == case
    assert maria.world.state.cases.list_decisions(case.id) == ()
    assert maria.world.state.findings.find_finding_feedback(case.finding_id) is None


def test_what_a_person_sorts_is_learnt_without_a_case(maria: Staff):
    world = maria.world
    own = "https://bsky.app/profile/mariadelgado.skies.example"

    record_feedback(world.app, maria.id, {maria.findings[own].id: Decision.UNRELATED})

    assert world.state.findings.find_finding_feedback(maria.findings[own].id) is Decision.UNRELATED


def test_every_ruling_is_audited(maria: Staff):
    case = maria.rules(maria.case(CaseKind.IMPERSONATION), Decision.IMPERSONATION)

    (entry,) = maria.world.state.audit.list_entries_of_subjects((case.id,))[1:]
    assert (entry.action, entry.details) == ("decided", {"decision": "impersonation"})


def test_a_case_that_turns_severe_is_told_at_once(world_of):
    """What is first seen of it may be too little: a bare handle, then the copied words."""
    world = world_of(families=("bluesky",))
    bare = replace(IMPOSTOR, bio="", picture="")
    world.internet = world.internet.add_entry(bare)
    maria = world.joins(MARIA)
    world.sweep()
    send_due(world.app)
    assert maria.case(CaseKind.IMPERSONATION).severity == "medium"
    assert maria.emails_of("alert") == []
    world.internet = world.internet.remove_entry(bare).add_entry(IMPOSTOR)
    world.a_week_later()
    world.sweep()
    send_due(world.app)

    assert maria.case(CaseKind.IMPERSONATION).severity == "high"
    assert len(maria.emails_of("alert")) == 1


def test_a_ruling_of_harmless_lapses_when_its_time_is_over(maria: Staff):
    world = maria.world
    world.writes()
    case, until = maria.case(CaseKind.IMPERSONATION), world.clock.at + timedelta(days=30)
    word = DecisionInput(
        decision=Decision.HARMLESS, by=maria.id, until=until, note="a parody that ends"
    )
    decide_cases(world.app, (case.id,), word)
    world.later(days=29)
    world.writes()
    assert maria.case(CaseKind.IMPERSONATION).state is CaseState.HARMLESS

    world.later(days=2)
    for _ in range(2):
        world.writes()

    again = maria.case(CaseKind.IMPERSONATION)
    assert (again.state, again.opened_at) == (CaseState.OPEN, world.clock.at)
    assert len(maria.emails_of("alert")) == 2
    assert "Earlier answer: I know about it, and it is fine." in maria.emails_of("alert")[-1].text


def test_several_cases_are_ruled_alike_and_taken_back_alike_or_none_is(rosa: Staff):
    reviewing = rosa.world.app
    refs = [case.id for case in rosa.cases]
    ruled = decide_cases(reviewing, refs, DecisionInput(decision=Decision.FAMILY, by=rosa.id))
    assert {case.state for case in ruled} == {CaseState.FAMILY}

    undone = undo_decisions(reviewing, refs, rosa.id)
    assert {case.state for case in undone} == {CaseState.OPEN}
    rosa.rules(undone[1], Decision.EXPLAINED)
    with pytest.raises(InputError):
        undo_decisions(reviewing, refs, rosa.id)
    assert rosa.world.state.cases.load_case(refs[1]).state is CaseState.EXPLAINED


def test_a_person_is_told_when_a_link_to_students_opens_by_itself(rosa: Staff, monkeypatch):
    world, state = rosa.world, rosa.world.state
    consent = state.consents.find_latest_consent(rosa.id)
    counsel = DisclosurePolicy(
        student_link_days=21,
        counsel="Ada Roe",
        counsel_approved_on="2026-09-01",
        told_in=frozenset({consent.text_hash}),
    )
    follows = next(one_case for one_case in rosa.cases if one_case.relation == QueryKind.FOLLOWS)
    case = mark_notified(follows, world.clock.at)
    reader = world.state.people.load_person(rosa.id)

    def opens_at() -> datetime | None:
        return disclose(world.app, case, reader).opens_at

    assert opens_at() is None
    monkeypatch.setattr("monitor.services.disclosure.build_disclosure_policy", lambda _: counsel)
    assert opens_at() == world.clock.at + timedelta(days=21)
