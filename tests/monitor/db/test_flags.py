"""Flags are found again, and rulings are appended."""

import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.domain.flag import FlagKind, FlagState, Judgement, Ruling
from monitor.errors import InputError


def test_a_flag_is_found_by_item_kind_and_relation(world):
    flag = world.flag(world.item(world.enrolled()))
    world.state.flags.add(flag)

    assert world.state.flags.get(flag.ref) == flag
    assert world.state.flags.find(flag.item, FlagKind.IMPERSONATION) == flag
    assert world.state.flags.find(flag.item, FlagKind.IMPERSONATION, "follows") is None


def test_an_item_is_flagged_once_for_one_thing(world):
    item = world.item(world.enrolled())
    world.state.flags.add(world.flag(item))

    with pytest.raises(sqlite3.IntegrityError):
        world.state.flags.add(world.flag(item))


def test_only_flags_nobody_ruled_on_are_open(world):
    rosa = world.enrolled()
    flags = [world.flag(world.item(rosa, str(n)), state=state) for n, state in enumerate(FlagState)]
    for flag in flags:
        world.state.flags.add(flag)

    assert world.state.flags.of_person(rosa) == tuple(flags)
    assert [each.state for each in world.state.flags.all_open()] == [FlagState.NEW, FlagState.OPEN]


def test_a_replaced_flag_keeps_its_place(world):
    flag = world.flag(world.item(world.enrolled()))
    world.state.flags.add(flag)
    opened = replace(flag, state=FlagState.OPEN, notified_at=world.now)
    world.state.flags.replace(opened)

    assert world.state.flags.all_open() == (opened,)


def test_rulings_are_appended_and_never_overwritten(world):
    flag = world.flag(world.item(world.enrolled()))
    world.state.flags.add(flag)
    said = [
        Judgement(flag=flag.ref, ruling=ruling, by=flag.person, at=world.now, note="my sister")
        for ruling in (Ruling.FAMILY, Ruling.REOPENED)
    ]
    said.append(replace(said[0], at=world.now + timedelta(days=1), until=world.now))
    for judgement in said:
        world.state.flags.judge(judgement)

    assert world.state.flags.judgements(flag.ref) == tuple(said)


def test_a_removed_flag_takes_its_rulings_along(world):
    flag = world.flag(world.item(world.enrolled()))
    world.state.flags.add(flag)
    world.state.flags.judge(
        Judgement(flag=flag.ref, ruling=Ruling.MINE, by=flag.person, at=world.now)
    )

    world.state.flags.remove(flag.ref)

    assert world.state.flags.of_person(flag.person) == ()
    assert world.state.flags.judgements(flag.ref) == ()


def test_an_unknown_flag_is_said_in_a_sentence(world):
    judgement = Judgement(flag="none", ruling=Ruling.MINE, by="rosa", at=world.now)

    with pytest.raises(InputError, match="There is no flag none"):
        world.state.flags.get("none")
    with pytest.raises(InputError, match="There is no flag none"):
        world.state.flags.judge(judgement)
    with pytest.raises(InputError, match="There is no flag"):
        world.state.flags.replace(world.flag(world.item(world.enrolled())))
