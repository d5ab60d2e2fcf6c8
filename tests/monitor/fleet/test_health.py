"""When something is wrong with what machines share, and what to do then."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.domain.errors import UnavailableError
from monitor.domain.health import HealthLevel, compute_exit_code
from monitor.fleet.health import FleetState, check_state

WELL = FleetState(
    server_version=150_006,
    clock_off=timedelta(),
    jobs={"todo": 3},
    oldest_jobs={"sweep": timedelta(hours=2)},
    workers=(timedelta(seconds=3),),
    machines={"first": timedelta(seconds=20)},
)


def test_a_fleet_that_is_well_has_no_remedy() -> None:
    results = [*check_state(WELL)]
    assert {result.level for result in results} == {HealthLevel.OK}
    assert results[0].message.startswith("PostgreSQL 15.6 answers")


def test_a_fleet_that_no_one_asks_for_is_a_failure() -> None:
    silent = replace(WELL, workers=(timedelta(minutes=2),))
    assert compute_exit_code([*check_state(silent)]) == UnavailableError.exit_code


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (replace(WELL, oldest_jobs={"check": timedelta(minutes=6)}), "waited for 6 minutes"),
        (replace(WELL, clock_off=timedelta(seconds=-9)), "of the database by 9 s"),
        (replace(WELL, machines={"first": timedelta(minutes=7)}), "The machine first was not"),
    ],
    ids=["queue", "clock", "machine"],
)
def test_trouble_is_a_warning_with_what_to_do(state: FleetState, told: str) -> None:
    (found,) = (result for result in check_state(state) if result.level is HealthLevel.WARN)
    assert told in found.message
    assert found.remedy
