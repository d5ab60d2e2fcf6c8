"""What a letter prints of a ref leads back to the whole of it."""

from dataclasses import replace

import pytest

from monitor.domain.errors import InputError

REF = "9aa1409239b303cb303b5646a1ea3a2d"


@pytest.fixture
def flags(world):
    rosa = world.enrolled()
    world.state.flags.insert_flag(replace(world.flag(world.finding(rosa, "one")), id=REF))
    world.state.flags.insert_flag(
        replace(world.flag(world.finding(rosa, "two")), id=f"{REF[:10]}ff")
    )
    return world.state.flags


def test_its_first_letters_stand_for_one_flag(flags):
    assert flags.resolve_flag_prefix(REF[:12]) == REF
    assert flags.resolve_flag_prefix(REF) == REF


def test_what_may_mean_two_flags_is_refused(flags):
    with pytest.raises(InputError, match="Several references"):
        flags.resolve_flag_prefix(REF[:8])


@pytest.mark.parametrize("begun", ["", "9", REF[:7], "%", "unknown-ref"])
def test_less_than_a_letter_prints_stands_for_itself(flags, begun):
    assert flags.resolve_flag_prefix(begun) == begun


def test_a_finding_is_found_by_its_first_letters_too(world):
    finding = world.finding(world.enrolled())

    assert world.state.findings.resolve_finding_prefix(finding.id[:8]) == finding.id
