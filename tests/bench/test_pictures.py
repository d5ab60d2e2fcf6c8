"""Copies are told from strangers' pictures, on a tenth of what the benchmark looks at."""

import pytest

pytest.importorskip("PIL", reason="Pillow: the extra `photos` is not installed")

from tests.bench.altered import BEYOND, WITHIN_REACH
from tests.bench.pictures import Exhibit, all_drawn, exhibits, false_pairs, scores

EACH = 4


@pytest.fixture(scope="module")
def shown() -> list[Exhibit]:
    return list(exhibits(all_drawn(EACH)))


def test_no_stranger_is_taken_for_somebody_and_hardly_a_copy_for_a_strangers(
    shown: list[Exhibit],
) -> None:
    strangers = false_pairs(shown, 2_000)
    told = {score.sort: score for score in scores(shown, strangers)}

    assert min(strangers) >= 1
    assert set(told) == {*WITHIN_REACH, *BEYOND}
    assert {sort: told[sort].auc for sort in WITHIN_REACH if told[sort].auc < 0.99} == {}
    assert {sort: told[sort].recall for sort in WITHIN_REACH if told[sort].recall < 0.9} == {}


def test_nearly_all_drawn_pictures_have_a_print(shown: list[Exhibit]) -> None:
    assert len(shown) >= 0.9 * 3 * EACH
