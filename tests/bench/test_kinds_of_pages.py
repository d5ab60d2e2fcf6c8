"""What the rules must say of each kind of page about the staff of an invented district."""

import pytest

from monitor.domain.vocabulary import OwnershipLabel
from tests.bench.kinds_of_pages import (
    DISTRICT_SITE,
    HARMLESS_KINDS,
    KINDS,
    LEWD,
    LURED,
    MOCKED,
    NEW,
    OF_OTHERS,
    compute_share,
    describe,
    measure,
    measure_kind,
)


@pytest.fixture(scope="module")
def measured():
    return measure()


def test_a_seed_draws_the_same_pages_again():
    assert measure_kind("hate", 20, 3) == measure_kind("hate", 20, 3) != measure_kind("hate", 20, 4)


def test_at_least_40_pages_of_every_kind_are_judged(measured):
    assert measured.keys() == KINDS.keys()
    assert all(said.whole >= 40 for said in measured.values())


def test_no_account_is_told_as_their_own_that_they_did_not_declare(measured):
    own = {kind: said.count(OwnershipLabel.MINE) for kind, said in measured.items()}

    assert own.pop("own, declared") == measured["own, declared"].whole
    assert set(own.values()) == {0}


def test_mock_accounts_and_lures_are_flagged_or_asked_about(measured):
    assert compute_share(measured, (*MOCKED, LURED)).rate >= 0.95
    assert compute_share(measured, LEWD).rate >= 0.95
    assert compute_share(measured, (LURED,)).rate == 1


def test_slang_that_no_list_has_is_asked_about_where_school_or_town_are_named(measured):
    assert compute_share(measured, (NEW,)).near_rate >= 0.95
    assert compute_share(measured, (NEW,)).rate >= 0.7


def test_what_teachers_run_and_cheer_for_is_hardly_ever_a_mock_account(measured):
    false = compute_share(measured, HARMLESS_KINDS, (OwnershipLabel.MOCK,))

    assert false.rate <= 0.02


@pytest.mark.parametrize("kind", OF_OTHERS)
def test_pages_of_namesakes_and_relatives_are_never_told_as_about_them(measured, kind):
    assert measured[kind].count(OwnershipLabel.ABOUT_ME, OwnershipLabel.MINE) == 0


def test_a_page_of_the_district_is_no_question(measured):
    district = measured["page of the district"]

    assert district.counts[DISTRICT_SITE] == district.whole


def test_the_table_has_a_line_for_each_kind(measured):
    lines = list(describe(measured))

    assert all(any(line.startswith(kind) for line in lines) for kind in KINDS)
    assert any("called a mock account" in line for line in lines)
