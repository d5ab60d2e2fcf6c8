"""Accounts drawn by public reports judge the weights, and no weight was fitted on them."""

from collections import Counter

import pytest

from monitor.domain.detection.weights import load_own_weights
from tests.bench.fit import judge
from tests.bench.generators import GENERATORS, JUDGES, PROFILE, SEARCH, draw_reports
from tests.bench.made_by_reports import FAKE, KINDS, draw_fakes, draw_rows


@pytest.fixture(scope="module")
def fakes():
    return list(draw_fakes(3, 600))


@pytest.fixture(scope="module")
def judged():
    return judge(draw_reports(3, 30), load_own_weights())


def test_no_weight_is_fitted_on_them():
    assert JUDGES["reports"] is draw_reports
    assert draw_reports not in GENERATORS.values()


def test_a_seed_draws_the_same_rows_again():
    assert list(draw_rows(5, 4)) == list(draw_rows(5, 4)) != list(draw_rows(6, 4))
    assert list(draw_fakes(5, 4)) == list(draw_fakes(5, 4)) != list(draw_fakes(6, 4))


def test_every_kind_is_met_in_both_views(fakes):
    met = {(gold["kind"], gold["view"]) for _, gold in (*fakes, *draw_rows(3, 150))}

    assert met == {(kind, view) for kind in KINDS for view in (PROFILE, SEARCH)}
    assert sum(kind.gold == FAKE for kind in KINDS.values()) >= 15
    assert sum(kind.gold != FAKE for kind in KINDS.values()) >= 15


def test_makers_have_the_shares_of_the_reports(fakes):
    made_by = Counter(KINDS[gold["kind"]].sort for _, gold in fakes)

    assert made_by["pupil"] / len(fakes) == pytest.approx(0.548, abs=0.05)
    assert made_by["parent"] / len(fakes) == pytest.approx(0.252, abs=0.05)


def test_hardly_any_two_say_the_same(fakes):
    words = [row["found"].get("bio", row["found"].get("snippet")) for row, _ in fakes]

    assert len(set(words)) >= 0.9 * len(words)


def test_most_fakes_are_flagged_or_asked_about(judged):
    # A quarter of the makers are parents, whose calls to dismiss somebody are no mocks.
    for counts in judged.fakes.values():
        assert counts["flagged"] / counts.total() >= 0.1
    assert judged.silent <= 0.18


def test_the_innocent_are_seldom_flagged_or_asked_about(judged):
    assert judged.wrong_flags <= 0.3
    assert judged.questions <= 2.0
    assert judged.cost <= 3.2
    assert judged.error <= 0.08
