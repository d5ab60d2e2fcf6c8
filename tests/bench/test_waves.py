"""Chance hardly ever makes a wave in a school of sixty, and most attacks on many stay waves."""

import pytest

from tests.bench.waves import RATES, describe, measure_attacks, measure_chance


@pytest.mark.parametrize("rate", RATES)
def test_few_ordinary_accounts_stand_in_a_wave(rate):
    assert measure_chance(rate, 100 if rate < 1 else 10, 1).now <= 0.05


def test_three_people_alone_would_be_a_wave_all_the_time():
    assert measure_chance(1.0, 5, 1).before >= 0.9


def test_attacks_on_many_are_kept():
    assert measure_attacks(0.1, 5, 30, 1) >= 0.9
    assert measure_attacks(0.3, 10, 30, 1) >= 0.9


def test_each_rate_has_a_line():
    assert len(list(describe(2, 1))) == len(RATES)
