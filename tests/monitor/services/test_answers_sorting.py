"""What exists is sorted once by its person, all together, and every word can be taken back."""

from dataclasses import replace

import pytest

from monitor.demo.district import JOHN, MARIA
from monitor.domain.case import CASE_OF_DECISION, OWNERSHIP_CASES
from monitor.domain.errors import InputError
from monitor.domain.vocabulary import CaseKind, CaseState, Decision, OpeningReason, OwnershipLabel
from monitor.services.answers import (
    DecisionInput,
    list_pending_feedback,
    record_feedback,
    share_case,
    undo_feedback,
)
from monitor.services.disclosure import disclose_finding, find_review_opening
from monitor.services.findings import list_answered_findings
from monitor.services.takedown import record_takedown_step
from reports.reason_rendering import render_reason
from tests.monitor.services.world import IMPOSTOR, Staff, World


@pytest.fixture
def maria(world: World) -> Staff:
    """Somebody who is impersonated, and of whom a search engine knows this and that."""
    world.internet = world.internet.add_entry(IMPOSTOR)
    maria = world.joins(MARIA)
    world.sweep()
    return maria


def sorting(maria: Staff):
    return maria.world.app


def waiting(maria: Staff):
    return list_pending_feedback(sorting(maria), maria.id)


def verdict(maria: Staff, ref: str) -> Decision | None:
    return maria.world.state.findings.find_finding_feedback(ref)


def sorts(maria: Staff, decision: Decision, *refs: str) -> None:
    maria.world.later(minutes=1)
    record_feedback(sorting(maria), maria.id, dict.fromkeys(refs, decision))


def takes_back(maria: Staff, *refs: str) -> None:
    maria.world.later(minutes=1)
    undo_feedback(sorting(maria), maria.id, refs)


def fake(maria: Staff) -> str:
    return maria.case(CaseKind.IMPERSONATION).finding_id


def unflagged(maria: Staff) -> list[str]:
    return [entry.finding.id for entry in waiting(maria) if not entry.cases]


def test_the_worst_is_sorted_first_and_with_its_reasons(maria: Staff):
    first, *rest = waiting(maria)

    assert first.finding.id == fake(maria)
    view = disclose_finding(maria.world.app, first.finding)
    assert view.suggested is Decision.IMPERSONATION
    assert first.assessment.reasons
    assert rest
    labels = [other.assessment.label for other in rest]
    assert labels == sorted(labels, key=["unknown", "about-me", "namesake", "unrelated"].index)


def test_what_is_asked_about_and_probably_a_fake_says_so_first(maria: Staff):
    asked = disclose_finding(maria.world.app, waiting(maria)[0].finding)
    fake_one = replace(asked, label=OwnershipLabel.UNKNOWN, suggested=Decision.MOCK, answer=None)

    assert render_reason(fake_one.reasons[0]) == "Others may have made it about you."
    assert replace(fake_one, suggested=Decision.MINE).likely_fake is None
    assert replace(fake_one, label=OwnershipLabel.NAMESAKE).likely_fake is None
    assert replace(fake_one, answer=Decision.MOCK).likely_fake is None


def test_what_was_declared_is_not_asked_about(maria: Staff):
    own = {finding.id for finding in maria.findings.values() if _own(maria, finding.id)}

    assert own
    assert own.isdisjoint(entry.finding.id for entry in waiting(maria))


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("https://cedarvalley.example/staff/delgado", False),
        ("https://www.cedarvalley.example/staff/delgado", False),
        ("https://notcedarvalley.example/staff/delgado", True),
        ("https://[cedarvalley.example/staff/delgado", True),
    ],
)
def test_a_page_of_the_district_is_not_asked_about(maria: Staff, address: str, asked):
    page = next(entry.finding for entry in waiting(maria) if not entry.finding.portrait.account)
    shown = replace(page.portrait, url=address)
    maria.world.state.findings.update_finding(replace(page, portrait=shown))

    assert (page.id in {entry.finding.id for entry in waiting(maria)}) is asked


def _own(maria: Staff, ref: str) -> bool:
    finding = maria.world.state.findings.load_finding(ref)
    return bool(
        {finding.portrait.account, *finding.portrait.account_aliases} & {*MARIA.person.accounts}
    )


def test_a_sorting_is_learnt_at_once_and_asked_no_more(maria: Staff):
    refs = unflagged(maria)
    sorts(maria, Decision.UNRELATED, *refs)

    assert {verdict(maria, ref) for ref in refs} == {Decision.UNRELATED}
    assert {maria.world.state.findings.find_finding_label(ref) for ref in refs} == {
        OwnershipLabel.UNRELATED
    }
    assert [entry.finding.id for entry in waiting(maria)] == [fake(maria)]
    assert {line.id for line in list_answered_findings(sorting(maria), maria.id)} == set(refs)


def test_a_sorting_settles_the_case_that_asks_the_same(maria: Staff):
    sorts(maria, Decision.NAMESAKE, fake(maria))

    assert maria.case(CaseKind.IMPERSONATION).state is CaseState.NAMESAKE
    assert verdict(maria, fake(maria)) is Decision.NAMESAKE


def test_what_is_sorted_as_an_imitation_is_flagged_without_an_email_to_who_said_so(maria: Staff):
    ref, *_ = unflagged(maria)
    emails = len(maria.world.state.outbox.list_emails())
    sorts(maria, Decision.IMPERSONATION, ref)

    case = maria.world.state.cases.find_case(ref, CaseKind.IMPERSONATION)
    assert case
    assert case.state is CaseState.IMPERSONATION
    assert case.reasons
    assert len(maria.world.state.outbox.list_emails()) == emails


def test_a_later_answer_replaces_the_earlier_one_and_comes_back_when_taken_back(maria: Staff):
    ref = fake(maria)
    sorts(maria, Decision.NAMESAKE, ref)
    sorts(maria, Decision.IMPERSONATION, ref)
    assert maria.case(CaseKind.IMPERSONATION).state is CaseState.IMPERSONATION

    takes_back(maria, ref)

    assert verdict(maria, ref) is Decision.NAMESAKE
    assert maria.case(CaseKind.IMPERSONATION).state is CaseState.NAMESAKE


def test_taking_back_restores_what_was_known_before(maria: Staff):
    refs = [entry.finding.id for entry in waiting(maria)]
    before = [(entry.finding.id, entry.assessment) for entry in waiting(maria)]
    sorts(maria, Decision.MINE, *refs)
    takes_back(maria, *refs)

    assert [(entry.finding.id, entry.assessment) for entry in waiting(maria)] == before
    assert maria.case(CaseKind.IMPERSONATION).is_undecided


def test_what_was_never_sorted_cannot_be_taken_back(maria: Staff):
    with pytest.raises(InputError, match="nothing to undo"):
        takes_back(maria, fake(maria))


@pytest.mark.parametrize("bad", [Decision.HARMLESS, Decision.SHARED, Decision.REOPENED])
def test_one_bad_answer_keeps_none(maria: Staff, bad: Decision):
    good, other, *_ = (entry.finding.id for entry in waiting(maria))

    with pytest.raises(InputError):
        record_feedback(sorting(maria), maria.id, {good: Decision.MINE, other: bad})
    assert verdict(maria, good) is None


def test_nobody_sorts_what_is_anothers(maria: Staff):
    john = maria.world.joins(JOHN)

    with pytest.raises(InputError, match="There is no finding"):
        record_feedback(sorting(maria), john.id, {fake(maria): Decision.MINE})
    with pytest.raises(InputError, match="There is no finding"):
        undo_feedback(sorting(maria), john.id, (fake(maria),))
    assert verdict(maria, fake(maria)) is None


def test_every_sorting_and_every_taking_back_is_audited(maria: Staff):
    ref, *_ = unflagged(maria)
    sorts(maria, Decision.MINE, ref)
    takes_back(maria, ref)

    entries = maria.world.state.audit.list_entries_of_subjects((ref,))
    assert [(entry.actor, entry.action, entry.details) for entry in entries] == [
        ("person", "answered", {"decision": "mine"}),
        ("person", "answered", {"decision": "reopened"}),
    ]


def states(maria: Staff) -> dict[CaseKind, CaseState]:
    return {case.kind: case.state for case in maria.cases if case.kind in OWNERSHIP_CASES}


def test_what_others_made_about_the_person_becomes_a_case_of_its_own(maria: Staff):
    sorts(maria, Decision.MOCK, fake(maria))

    assert maria.world.state.findings.find_finding_label(fake(maria)) is OwnershipLabel.MOCK
    # One question is one case, with the answer that was given, and never with another.
    assert states(maria) == {CaseKind.IMPERSONATION: CaseState.MOCK}


def test_it_sees_what_others_made_only_when_the_person_shares_it(maria: Staff):
    sorts(maria, Decision.MOCK, fake(maria))
    case = maria.case(CaseKind.IMPERSONATION)
    maria.world.later(days=30)

    assert find_review_opening(sorting(maria), maria.case(CaseKind.IMPERSONATION)) is None
    share_case(sorting(maria), maria.id, case.id)
    opening = find_review_opening(sorting(maria), maria.case(CaseKind.IMPERSONATION))
    assert opening is not None
    assert opening.reason is OpeningReason.SHARED


def test_taking_that_back_asks_again_whose_it_is(maria: Staff):
    sorts(maria, Decision.MOCK, fake(maria))
    takes_back(maria, fake(maria))

    assert set(states(maria).values()) == {CaseState.OPEN}
    assert verdict(maria, fake(maria)) is None
    assert fake(maria) in {entry.finding.id for entry in waiting(maria)}


def test_a_change_of_mind_between_mock_and_impersonation_leaves_one_case_to_pursue(maria: Staff):
    sorts(maria, Decision.MOCK, fake(maria))
    sorts(maria, Decision.IMPERSONATION, fake(maria))

    assert states(maria) == {CaseKind.IMPERSONATION: CaseState.IMPERSONATION}
    assert (
        maria.world.state.findings.find_finding_label(fake(maria)) is OwnershipLabel.IMPERSONATION
    )


def test_what_others_made_is_reported_and_taken_down_like_an_impersonation(maria: Staff):
    sorts(maria, Decision.MOCK, fake(maria))
    case = maria.case(CaseKind.IMPERSONATION)

    steps = (Decision.REPORTED, Decision.REMOVED, Decision.REOPENED, Decision.REOPENED)
    seen = []
    for step in steps:
        maria.world.later(minutes=1)
        seen.append(
            record_takedown_step(
                sorting(maria), case.id, DecisionInput(decision=step, by=maria.id)
            ).state
        )

    assert seen == [CaseState.REPORTED, CaseState.REMOVED, CaseState.REPORTED, CaseState.MOCK]


@pytest.mark.parametrize("decision", [Decision.MOCK, Decision.IMPERSONATION])
def test_a_declared_account_can_be_called_someone_elses_work(maria: Staff, decision: Decision):
    own = next(finding.id for finding in maria.findings.values() if _own(maria, finding.id))

    sorts(maria, decision, own)

    case = maria.world.state.cases.find_case(own, CASE_OF_DECISION[decision])
    assert case is not None
    assert case.state is CaseState(decision)
