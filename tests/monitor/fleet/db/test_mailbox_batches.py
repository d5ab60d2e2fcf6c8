"""What is sealed about a batch counts for that batch alone, and for a while."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.domain.errors import DatabaseError
from monitor.fleet.db.mailbox import BATCH_FORMAT, BATCH_LASTS, BatchBody, BatchSeal
from monitor.fleet.db.seal import FleetSeal
from monitor.fleet.fence import CLOCKS_DIFFER_BY, OTHERS_STOP_WITHIN, PERMISSION_LASTS
from tests.monitor.fleet.world import FLEET_KEY, NOW, build_batch_body

SEAL = BatchSeal(seal=FleetSeal(FLEET_KEY), id=7, district="cedar", lock="alpha")
OTHERS = (
    replace(SEAL, id=8),
    replace(SEAL, district="birch"),
    replace(SEAL, lock="beta"),
    replace(SEAL, seal=FleetSeal("another key of the same length...")),
)


@pytest.mark.parametrize("other", OTHERS, ids=["id", "district", "host", "key"])
def test_what_is_put_elsewhere_cannot_be_opened(other: BatchSeal) -> None:
    body, permission = SEAL.seal_body(build_batch_body()), SEAL.permit([0], NOW)
    assert SEAL.open_body(body).district == "cedar"
    with pytest.raises(DatabaseError):
        other.open_body(body)
    with pytest.raises(DatabaseError):
        other.open_permission(permission)


def test_a_permission_is_no_batch_and_a_batch_no_permission() -> None:
    with pytest.raises(DatabaseError):
        SEAL.open_permission(SEAL.seal_body(build_batch_body()))


def test_a_batch_that_someone_kept_is_too_old_after_an_hour() -> None:
    body: BatchBody = build_batch_body()
    assert body.format == BATCH_FORMAT
    assert body.is_current(NOW + BATCH_LASTS)
    assert not body.is_current(NOW + BATCH_LASTS + 2 * CLOCKS_DIFFER_BY)
    assert not body.is_current(NOW - 2 * CLOCKS_DIFFER_BY)


@pytest.mark.parametrize(
    ("after", "valid"),
    [
        (timedelta(), True),
        (PERMISSION_LASTS - timedelta(seconds=1), True),
        (PERMISSION_LASTS, False),
        (-CLOCKS_DIFFER_BY, True),
        (-CLOCKS_DIFFER_BY - timedelta(seconds=1), False),
    ],
)
def test_a_permission_counts_for_minutes_and_not_before_it_was_given(
    after: timedelta, *, valid: bool
) -> None:
    assert SEAL.open_permission(SEAL.permit([0], NOW)).is_valid(NOW + after) is valid


def test_people_are_told_no_less_than_it_may_take() -> None:
    """A machine whose clock is late, and whose last request takes as long as one may."""
    assert PERMISSION_LASTS + CLOCKS_DIFFER_BY + timedelta(seconds=10) <= OTHERS_STOP_WITHIN
