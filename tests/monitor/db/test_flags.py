"""Flags are found again, and decisions are appended."""

import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.domain.errors import InputError
from monitor.domain.flag import DecisionRecord
from monitor.domain.vocabulary import Decision, FlagKind, FlagState


def test_a_flag_is_found_by_finding_kind_and_relation(world):
    flag = world.flag(world.finding(world.enrolled()))
    world.state.flags.insert_flag(flag)

    assert world.state.flags.load_flag(flag.id) == flag
    assert world.state.flags.find_flag(flag.finding_id, FlagKind.IMPERSONATION) == flag
    assert world.state.flags.find_flag(flag.finding_id, FlagKind.IMPERSONATION, "follows") is None


def test_a_finding_is_flagged_once_for_one_thing(world):
    finding = world.finding(world.enrolled())
    world.state.flags.insert_flag(world.flag(finding))

    with pytest.raises(sqlite3.IntegrityError):
        world.state.flags.insert_flag(world.flag(finding))


def test_only_flags_nobody_ruled_on_are_open(world):
    rosa = world.enrolled()
    flags = [
        world.flag(world.finding(rosa, str(n)), state=state) for n, state in enumerate(FlagState)
    ]
    for flag in flags:
        world.state.flags.insert_flag(flag)

    assert world.state.flags.list_flags_of_person(rosa) == tuple(flags)
    assert [each.state for each in world.state.flags.list_undecided_flags()] == [
        FlagState.NEW,
        FlagState.OPEN,
    ]


def test_a_replaced_flag_keeps_its_place(world):
    flag = world.flag(world.finding(world.enrolled()))
    world.state.flags.insert_flag(flag)
    opened = replace(flag, state=FlagState.OPEN, notified_at=world.now)
    world.state.flags.update_flag(opened)

    assert world.state.flags.list_undecided_flags() == (opened,)


def test_rulings_are_appended_and_never_overwritten(world):
    flag = world.flag(world.finding(world.enrolled()))
    world.state.flags.insert_flag(flag)
    said = [
        DecisionRecord(
            flag_id=flag.id, decision=decision, by=flag.person_id, at=world.now, note="my sister"
        )
        for decision in (Decision.FAMILY, Decision.REOPENED)
    ]
    said.append(replace(said[0], at=world.now + timedelta(days=1), until=world.now))
    for judgment in said:
        world.state.flags.insert_decision(judgment)

    assert world.state.flags.list_decisions(flag.id) == tuple(said)


def test_a_removed_flag_takes_its_rulings_along(world):
    flag = world.flag(world.finding(world.enrolled()))
    world.state.flags.insert_flag(flag)
    world.state.flags.insert_decision(
        DecisionRecord(flag_id=flag.id, decision=Decision.MINE, by=flag.person_id, at=world.now)
    )

    world.state.flags.delete_flag(flag.id)

    assert world.state.flags.list_flags_of_person(flag.person_id) == ()
    assert world.state.flags.list_decisions(flag.id) == ()


def test_an_unknown_flag_is_said_in_a_sentence(world):
    judgment = DecisionRecord(flag_id="none", decision=Decision.MINE, by="rosa", at=world.now)

    with pytest.raises(InputError, match="There is no flag none"):
        world.state.flags.load_flag("none")
    with pytest.raises(InputError, match="There is no flag none"):
        world.state.flags.insert_decision(judgment)
    with pytest.raises(InputError, match="There is no flag"):
        world.state.flags.update_flag(world.flag(world.finding(world.enrolled())))
