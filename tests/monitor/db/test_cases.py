"""Cases are found again, and decisions are appended."""

import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.domain.errors import ErasedError, InputError
from monitor.domain.vocabulary import CaseKind, CaseState, Decision
from tests.cases import say


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
    silent = world.case(world.finding(rosa, "0"))
    told = world.case(world.finding(rosa, "1"), notified_at=world.now)
    gone = world.case(world.finding(rosa, "2"), gone_at=world.now)
    said = say(world.case(world.finding(rosa, "3")), Decision.NAMESAKE)
    done = say(world.case(world.finding(rosa, "4")), Decision.REPORTED, by="reviewer")
    cases = [silent, told, gone, said, done]
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
    opened = replace(case, notified_at=world.now)
    world.state.cases.update_case(opened)

    assert world.state.cases.list_undecided_cases() == (opened,)


def test_who_is_erased_while_all_cases_are_read_is_left_out(world):
    rosa, maria = world.enrolled(), world.enrolled("Maria")
    kept, erased = (world.case(world.finding(person_id)) for person_id in (rosa, maria))
    for case in (erased, kept):
        world.state.cases.insert_case(case)
    # A reader may still have rows in hand that another process has deleted, and then their key.
    world.state.people.encryption.keys.destroy_key(maria)

    assert world.state.cases.list_undecided_cases() == (kept,)
    with pytest.raises(ErasedError, match="was deleted"):
        world.state.cases.load_case(erased.id)


def test_rulings_are_appended_and_never_overwritten(world):
    case = world.case(world.finding(world.enrolled()))
    world.state.cases.insert_case(case)
    first = say(case, Decision.NAMESAKE, note="my sister")
    world.state.cases.update_case(first)
    later = say(first, Decision.REOPENED, Decision.MINE, at=world.now + timedelta(days=1))
    world.state.cases.update_case(later)

    # Who read it before the others spoke takes nothing away.
    world.state.cases.update_case(replace(case, notified_at=world.now))

    assert world.state.cases.list_decisions(case.id) == later.log
    assert world.state.cases.load_case(case.id) == replace(later, notified_at=world.now)


def test_of_two_who_speak_at_once_both_are_heard(world):
    case = world.case(world.finding(world.enrolled()))
    world.state.cases.insert_case(case)

    world.state.cases.update_case(say(case, Decision.NAMESAKE))
    world.state.cases.update_case(say(case, Decision.HARMLESS, by="reviewer"))

    log = world.state.cases.load_case(case.id).log
    assert [(entry.decision, entry.by) for entry in log] == [
        (Decision.NAMESAKE, case.person_id),
        (Decision.HARMLESS, "reviewer"),
    ]


def test_a_removed_case_takes_its_rulings_along(world):
    case = say(world.case(world.finding(world.enrolled())), Decision.MINE)
    world.state.cases.insert_case(case)

    world.state.cases.delete_case(case.id)

    assert world.state.cases.list_cases_of_person(case.person_id) == ()
    assert world.state.cases.list_decisions(case.id) == ()


def test_an_unknown_case_is_said_in_a_sentence(world):
    with pytest.raises(InputError, match="There is no case none"):
        world.state.cases.load_case("none")
    with pytest.raises(InputError, match="There is no case"):
        world.state.cases.update_case(world.case(world.finding(world.enrolled())))
