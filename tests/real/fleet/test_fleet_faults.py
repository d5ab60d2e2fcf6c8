"""What happens to machines, and what the servers see of it: no site is asked too soon.

`make test` runs a small form of each, `make soak` the whole one. Each guard is taken away once, to
see that the test would notice.
"""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.db.fleet.postgres import FleetConnection
from monitor.scheduler.fence import MUTE_EXIT_CODE
from tests.real.fleet.asker import AskerSettings
from tests.real.fleet.conftest import FragilePostgres
from tests.real.fleet.machines import wait_for
from tests.real.fleet.world import (
    SLOW,
    SMALL,
    WHOLE,
    FleetSize,
    FleetWorld,
    build_world,
    sweep_alone,
)

pytestmark = pytest.mark.real

OpenWorld = Callable[..., FleetWorld]
SIZES = pytest.mark.parametrize(
    "size",
    [
        pytest.param(SMALL, id="small"),
        pytest.param(WHOLE, id="whole", marks=pytest.mark.soak),
    ],
)
FROZEN = FleetSize(districts=3, people=16, sites=4, pace=2.0)


@SIZES
def test_a_sweep_without_a_fault_asks_no_site_too_soon(
    open_world: OpenWorld, tmp_path: Path, size: FleetSize
) -> None:
    world = open_world(size)
    world.start_sweep().join()

    assert world.count_too_close() == 0
    assert world.list_traces() == sweep_alone(tmp_path, size)


@SIZES
def test_a_machine_whose_power_fails_costs_a_question_a_host_at_most(
    open_world: OpenWorld, tmp_path: Path, size: FleetSize
) -> None:
    world = open_world(size)
    begun = world.count_requests()
    sweep = world.start_sweep()
    world.wait_for_requests(begun + size.questions // 4)
    world.askers[0].kill()
    sweep.join()

    assert world.count_too_close() == 0
    assert world.list_traces() == sweep_alone(tmp_path, size)
    asked_again = world.count_requests() - begun - size.questions
    # Three self-tests a site are asked again in a new week.
    assert asked_again <= size.sites + 4 * size.sites


@SIZES
def test_a_machine_whose_clock_is_wrong_asks_no_site_too_soon(
    open_world: OpenWorld, size: FleetSize
) -> None:
    world = open_world(size, AskerSettings(), AskerSettings(clock_off=3.0))
    world.start_sweep().join()

    assert world.count_too_close() == 0


@SIZES
def test_a_database_that_crashes_costs_no_answer(
    fragile: FragilePostgres, tmp_path: Path, size: FleetSize
) -> None:
    with build_world(tmp_path, fragile.address, size) as world:
        begun = world.count_requests()
        sweep = world.start_sweep()
        world.wait_for_requests(begun + size.questions // 4)
        fragile.crash()
        sweep.join()

        assert world.count_too_close() == 0
        assert world.list_traces() == sweep_alone(tmp_path, size)


@pytest.mark.soak
@pytest.mark.parametrize("guardless", ["", "fence"])
def test_a_machine_that_was_frozen_and_thaws_asks_nothing_more(
    open_world: OpenWorld, guardless: str
) -> None:
    world = open_world(FROZEN, AskerSettings(without=guardless), AskerSettings())
    freeze_in_a_sweep(world)

    if guardless:
        assert world.count_too_close() > 0
    else:
        assert world.count_too_close() == 0
        assert MUTE_EXIT_CODE in world.askers[0].codes


def freeze_in_a_sweep(world: FleetWorld) -> None:
    """Freeze a machine until the others have its hosts, and thaw it while they ask there."""
    connection = FleetConnection.open_address(world.database)
    begun = world.count_requests()
    sweep = world.start_sweep()
    world.wait_for_requests(begun + world.size.sites * 4)
    process = world.askers[0].process
    assert process is not None
    process.send_signal(signal.SIGSTOP)
    try:
        wait_for(
            lambda: connection.fetch_rows(
                """SELECT id FROM procrastinate_workers
                WHERE last_heartbeat < clock_timestamp() - interval '45 s'"""
            )
        )
    finally:
        process.send_signal(signal.SIGCONT)
        connection.close()
    sweep.join()


# How often it happens without a guard is chance: where one run is not enough, it fails.
@pytest.mark.soak
@pytest.mark.parametrize(
    "machines",
    [
        (AskerSettings(without="reloading"), AskerSettings(without="reloading")),
        (
            AskerSettings(without="database clock"),
            AskerSettings(without="database clock", clock_off=3.0),
        ),
    ],
    ids=["reloading", "database clock"],
)
def test_without_a_guard_a_site_is_asked_too_soon(
    open_world: OpenWorld, machines: tuple[AskerSettings, ...]
) -> None:
    world = open_world(SLOW, *machines)
    world.start_sweep().join()

    assert world.count_too_close() > 0
