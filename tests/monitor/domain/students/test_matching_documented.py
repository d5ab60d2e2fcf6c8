"""The figures that the pages name are those that the rules use, and the census says."""

import re
from collections import Counter
from pathlib import Path

import pytest

from monitor.domain.names.frequency import load_census
from monitor.domain.students.cues import CUE_BITS, SCHOOL_BESIDE_YEAR
from monitor.domain.students.hashed_roster import ROSTER_LIFETIME
from monitor.domain.students.matching import (
    FAMILY_INITIAL_SHARE,
    FEWEST_RARE_HITS,
    GIVEN_INITIAL_SHARE,
    MOST_CHANCE_HITS,
    NEEDED_BITS,
    PRIOR_BITS,
    START_SHARES,
    MatcherQuota,
)
from monitor.domain.vocabulary import StudentCue

PAGE = " ".join((Path(__file__).parents[4] / "docs" / "students.md").read_text("utf-8").split())


def once_in(cue):
    """Return among how many cards chance may bring a name at most, for it to count beside a cue."""
    return 2 ** (NEEDED_BITS - PRIOR_BITS - CUE_BITS[cue])


def test_beside_the_town_a_name_has_to_be_as_rare_as_the_page_says():
    (told,) = re.findall(r"once in ([\d,]+) such entries", PAGE)

    assert int(told.replace(",", "")) == pytest.approx(once_in(StudentCue.TOWN), rel=0.02)


def test_a_year_beside_one_of_our_schools_is_enough_for_any_name_that_is_listed():
    assert once_in(StudentCue.SCHOOL_YEAR) == pytest.approx(6.6, rel=0.02)
    assert CUE_BITS[StudentCue.SCHOOL_YEAR] + SCHOOL_BESIDE_YEAR >= NEEDED_BITS - PRIOR_BITS


def test_several_are_as_many_and_as_unlikely_as_the_page_says():
    assert f"{('one', 'two', 'three')[FEWEST_RARE_HITS - 1]} or more different full names" in PAGE
    assert f"fewer than one in {('', 'two', 'five', 'ten')[3]}" in PAGE
    assert MOST_CHANCE_HITS == 0.1


def test_the_budget_and_the_school_year_are_those_of_the_page():
    budget = MatcherQuota()

    assert f"{budget.lists:,} lists with {budget.contacts:,} contacts" in PAGE
    assert f"after {ROSTER_LIFETIME.days} days" in PAGE


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
    assert alike(load_census().given, 1) == pytest.approx(GIVEN_INITIAL_SHARE, rel=0.02)
    assert alike(load_census().family, 1) == pytest.approx(FAMILY_INITIAL_SHARE, rel=0.02)
    for letters, share in START_SHARES.items():
        assert alike(load_census().given, letters) == pytest.approx(share, rel=0.05)
