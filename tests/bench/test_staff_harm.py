"""What is made about staff is flagged or asked about; what only looks like it hardly ever is."""

import pytest

from tests.bench.staff_harm import KINDS, compute_shares, describe, measure, measure_kind


@pytest.fixture(scope="module")
def measured():
    return measure()


def test_a_seed_draws_the_same_accounts_again():
    assert measure_kind("quiet, new", 20, 3) == measure_kind("quiet, new", 20, 3)


def test_few_of_them_stay_silent_as_a_network_or_an_engine_shows_them(measured):
    made = compute_shares(measured, made=True)

    assert made["profile"]["silent"] / made["profile"].total() <= 0.1
    assert made["search"]["silent"] / made["search"].total() <= 0.25


def test_the_innocent_are_seldom_asked_about_and_never_flagged(measured):
    for counts in compute_shares(measured, made=False).values():
        assert counts["flagged"] == 0
        assert counts["asked"] / counts.total() <= 0.1


def test_clubs_that_name_their_advisor_are_hardly_ever_a_question(measured):
    clubs = measured["club that names its advisor"]

    assert clubs.profile["silent"] + clubs.search["silent"] >= 0.98 * 2 * clubs.profile.total()


def test_the_table_has_a_line_for_each_kind(measured):
    lines = list(describe(measured))

    assert all(any(line.startswith(kind) for line in lines) for kind in KINDS)
    assert any(line.startswith("innocent, search") for line in lines)
