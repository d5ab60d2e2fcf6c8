"""Cases are found again, and decisions are appended."""

import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.domain.case import DecisionRecord
from monitor.domain.errors import InputError
from monitor.domain.vocabulary import CaseKind, CaseState, Decision


def test_a_case_is_found_by_finding_kind_and_relation(world):
    case = world.case(world.finding(world.enrolled()))
    world.state.cases.insert_case(case)

    assert world.state.cases.load_case(case.id) == case
    assert world.state.cases.find_case(case.finding_id, CaseKind.IMPERSONATION) == case
    assert world.state.cases.find_case(case.finding_id, CaseKind.IMPERSONATION, "follows") is None


def test_a_finding_is_flagged_once_for_one_thing(world):
    finding = world.finding(world.enrolled())
    world.state.cases.insert_case(world.case(finding))

    with pytest.raises(sqlite3.IntegrityError):
        world.state.cases.insert_case(world.case(finding))


def test_only_cases_nobody_ruled_on_are_open(world):
    rosa = world.enrolled()
    cases = [
        world.case(world.finding(rosa, str(n)), state=state) for n, state in enumerate(CaseState)
    ]
    for case in cases:
        world.state.cases.insert_case(case)

    assert world.state.cases.list_cases_of_person(rosa) == tuple(cases)
    assert [
        undecided_case.state for undecided_case in world.state.cases.list_undecided_cases()
    ] == [
        CaseState.NEW,
        CaseState.OPEN,
    ]


def test_a_replaced_case_keeps_its_place(world):
    case = world.case(world.finding(world.enrolled()))
    world.state.cases.insert_case(case)
    opened = replace(case, state=CaseState.OPEN, notified_at=world.now)
    world.state.cases.update_case(opened)

    assert world.state.cases.list_undecided_cases() == (opened,)


def test_rulings_are_appended_and_never_overwritten(world):
    case = world.case(world.finding(world.enrolled()))
    world.state.cases.insert_case(case)
    said = [
        DecisionRecord(
            case_id=case.id, decision=decision, by=case.person_id, at=world.now, note="my sister"
        )
        for decision in (Decision.FAMILY, Decision.REOPENED)
    ]
    said.append(replace(said[0], at=world.now + timedelta(days=1), until=world.now))
    for judgment in said:
        world.state.cases.insert_decision(judgment)

    assert world.state.cases.list_decisions(case.id) == tuple(said)


def test_a_removed_case_takes_its_rulings_along(world):
    case = world.case(world.finding(world.enrolled()))
    world.state.cases.insert_case(case)
    world.state.cases.insert_decision(
        DecisionRecord(case_id=case.id, decision=Decision.MINE, by=case.person_id, at=world.now)
    )

    world.state.cases.delete_case(case.id)

    assert world.state.cases.list_cases_of_person(case.person_id) == ()
    assert world.state.cases.list_decisions(case.id) == ()


def test_an_unknown_case_is_said_in_a_sentence(world):
    judgment = DecisionRecord(case_id="none", decision=Decision.MINE, by="rosa", at=world.now)

    with pytest.raises(InputError, match="There is no case none"):
        world.state.cases.load_case("none")
    with pytest.raises(InputError, match="There is no case none"):
        world.state.cases.insert_decision(judgment)
    with pytest.raises(InputError, match="There is no case"):
        world.state.cases.update_case(world.case(world.finding(world.enrolled())))
