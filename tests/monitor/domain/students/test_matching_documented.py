"""The figures that the pages name are those that the rules use, and the census says."""

import re
from collections import Counter
from pathlib import Path

import pytest

from monitor.domain.names.frequency import census
from monitor.domain.students.cues import BITS, Cue
from monitor.domain.students.matching import (
    FAMILY_INITIAL,
    FEW_BY_CHANCE,
    GIVEN_INITIAL,
    NEEDED_BITS,
    PRIOR_BITS,
    SEVERAL,
    START,
    Budget,
)
from monitor.domain.students.roster import LASTS

PAGE = " ".join((Path(__file__).parents[4] / "docs" / "students.md").read_text("utf-8").split())


def once_in(cue):
    """Return among how many cards chance may bring a name at most, for it to count beside a cue."""
    return 2 ** (NEEDED_BITS - PRIOR_BITS - BITS[cue])


def test_beside_the_town_a_name_has_to_be_as_rare_as_the_page_says():
    (told,) = re.findall(r"once in ([\d,]+) such cards", PAGE)

    assert int(told.replace(",", "")) == pytest.approx(once_in(Cue.TOWN), rel=0.02)


def test_a_year_beside_one_of_our_schools_is_enough_for_any_name_that_is_listed():
    assert once_in(Cue.SCHOOL_YEAR) == pytest.approx(6.6, rel=0.02)
    assert BITS[Cue.SCHOOL_YEAR] + BITS[Cue.SCHOOL] >= NEEDED_BITS - PRIOR_BITS


def test_several_are_as_many_and_as_unlikely_as_the_page_says():
    assert f"{('one', 'two', 'three')[SEVERAL - 1]} or more different ones" in PAGE
    assert f"fewer than one in {('', 'two', 'five', 'ten')[3]}" in PAGE
    assert FEW_BY_CHANCE == 0.1


def test_the_budget_and_the_school_year_are_those_of_the_page():
    budget = Budget()

    assert f"{budget.lists:,} lists with {budget.contacts:,} contacts" in PAGE
    assert f"after {LASTS.days} days" in PAGE


def pairs(counts):
    _everybody, *lines = counts.lines.decode().splitlines()
    return [(name, int(number) / counts.everybody) for name, number in map(str.split, lines)]


def alike(counts, letters):
    """Return how likely two people's names begin with the same letters and go on after them."""
    shares = Counter()
    for name, share in pairs(counts):
        if letters == 1 or len(name) > letters:
            shares[name[:letters]] += share
    return sum(share * share for share in shares.values())


def test_beginnings_are_shared_as_often_as_the_census_says():
    assert alike(census().given, 1) == pytest.approx(GIVEN_INITIAL, rel=0.02)
    assert alike(census().family, 1) == pytest.approx(FAMILY_INITIAL, rel=0.02)
    for letters, share in START.items():
        assert alike(census().given, letters) == pytest.approx(share, rel=0.05)
