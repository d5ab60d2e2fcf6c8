"""What happens to machines, and what the servers see of it: no site is asked too soon.

`make test` runs a small form of each, `make soak` the whole one. Each guard is taken away once, to
see that the test would notice.
"""

import logging
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.fleet.fence import MUTE_EXIT_CODE
from tests.real.fleet.asker import AskerSettings
from tests.real.fleet.conftest import FragilePostgres
from tests.real.fleet.machines import PATIENCE, SWEEP_PATIENCE, find_clock_library, wait_for
from tests.real.fleet.world import (
    BY_TURNS,
    SMALL,
    WHOLE,
    FleetSize,
    FleetWorld,
    build_world,
    sweep_alone,
)

pytestmark = pytest.mark.real

LOG = logging.getLogger(__name__)
OpenWorld = Callable[..., FleetWorld]
SIZES = pytest.mark.parametrize(
    "size",
    [
        pytest.param(SMALL, id="small"),
        pytest.param(WHOLE, id="whole", marks=pytest.mark.soak),
    ],
)
# Slow enough that much is left to ask when a machine thaws after 45 seconds.
FROZEN = FleetSize(districts=3, people=10, sites=4, pace=2.0)
# How often a failed job is tried again before a test gives up.
RETRIES = 6


@SIZES
def test_a_sweep_without_a_fault_asks_no_site_too_soon(
    open_world: OpenWorld, size: FleetSize
) -> None:
    world = open_world(size)
    world.start_sweep().join(SWEEP_PATIENCE)

    assert world.count_too_close() == 0
    assert world.list_traces() == sweep_alone(size)


@SIZES
def test_a_machine_whose_power_fails_costs_a_query_a_host_at_most(
    open_world: OpenWorld, size: FleetSize
) -> None:
    world = open_world(size)
    sweep = world.start_sweep()
    world.wait_for_queries(0.25)
    killed_at = datetime.now(UTC)
    world.askers[0].kill()
    held = world.wait_for_held_hosts()
    sweep.join(SWEEP_PATIENCE)

    assert world.count_too_close() == 0
    assert world.list_traces() == sweep_alone(size)
    again, quiet = world.count_asked_again(), world.list_quiet_seconds(held, killed_at)
    LOG.info("asked again: %s at %s hosts held; quiet: %s s", again.total(), len(held), quiet)
    assert again.keys() <= held
    assert max(again.values(), default=0) <= 1
    if size is WHOLE:
        assert len(quiet) > 1
        assert quiet[len(quiet) * 9 // 10] <= 30
        assert quiet[-1] <= 45


@SIZES
def test_a_machine_whose_clock_is_wrong_asks_no_site_too_soon(
    open_world: OpenWorld, size: FleetSize
) -> None:
    if find_clock_library() is None:
        pytest.skip("libfaketime not installed")
    world = open_world(size, AskerSettings(), AskerSettings(clock_off=3.0))
    world.start_sweep().join(SWEEP_PATIENCE)

    assert world.count_too_close() == 0
    assert world.list_traces() == sweep_alone(size)


@SIZES
def test_a_database_that_crashes_costs_no_answer(
    fragile: FragilePostgres, tmp_path: Path, size: FleetSize
) -> None:
    with build_world(tmp_path, fragile.address, size) as world:
        sweep = world.start_sweep()
        world.wait_for_queries(0.25)
        fragile.crash()
        sweep.join(SWEEP_PATIENCE)

        assert world.count_too_close() == 0
        assert world.list_traces() == sweep_alone(size)
        LOG.info("asked again: %s", world.count_asked_again().total())


def test_a_database_that_is_away_for_long_costs_no_answer(
    fragile: FragilePostgres, tmp_path: Path
) -> None:
    """Longer than a home waits for it: its sweeps fail, and the next ones take up what was sent."""
    patience = timedelta(seconds=0.1)
    with build_world(tmp_path, fragile.address, FROZEN, patience=patience) as world:
        sweep = world.start_sweep()
        world.wait_for_queries(0.25)
        fragile.end()
        sweep.join(SWEEP_PATIENCE)
        fragile.start()
        assert world.count_swept() < FROZEN.districts
        # A retry may come before the home's own connections are back.
        for _ in range(RETRIES):
            world.clock.at += timedelta(minutes=11)
            world.home.works_for(PATIENCE)
            if world.count_swept() == FROZEN.districts:
                break

        assert world.list_traces() == sweep_alone(FROZEN)
        # What a worker had under way as it fell may be asked again.
        assert world.count_asked_again().total() <= FROZEN.sites


@pytest.mark.parametrize(
    "size",
    [
        pytest.param(FROZEN, id="small"),
        pytest.param(WHOLE, id="whole", marks=pytest.mark.soak),
    ],
)
def test_a_machine_that_was_frozen_and_thaws_asks_nothing_more(
    open_world: OpenWorld, size: FleetSize
) -> None:
    world = open_world(size)
    freeze_in_a_sweep(world)

    assert world.count_too_close() == 0
    assert MUTE_EXIT_CODE in world.askers[0].codes
    assert world.list_traces() == sweep_alone(size)


@pytest.mark.soak
def test_without_a_fence_a_machine_that_thaws_asks_too_soon(open_world: OpenWorld) -> None:
    world = open_world(FROZEN, AskerSettings(without="fence"), AskerSettings())
    freeze_in_a_sweep(world)

    assert world.count_too_close() > 0


def freeze_in_a_sweep(world: FleetWorld) -> None:
    """Freeze a machine until the others have its hosts, and thaw it while they ask there."""
    sweep = world.start_sweep()
    world.wait_for_queries(0.1)
    process = world.askers[0].process
    assert process is not None
    process.send_signal(signal.SIGSTOP)
    try:
        wait_for(
            lambda: world.connection.fetch_rows(
                """SELECT id FROM procrastinate_workers
                WHERE last_heartbeat < clock_timestamp() - interval '45 s'"""
            )
        )
    finally:
        process.send_signal(signal.SIGCONT)
    sweep.join(SWEEP_PATIENCE)


@pytest.mark.soak
@pytest.mark.parametrize(
    ("guardless", "clock_off"),
    [("reloading", 0.0), ("database clock", 3.0)],
    ids=["reloading", "database clock"],
)
def test_without_a_guard_a_site_is_asked_too_soon(
    open_world: OpenWorld, guardless: str, clock_off: float
) -> None:
    first = AskerSettings(without=guardless, rests=1.0)
    second = AskerSettings(without=guardless, rests=1.0, clock_off=clock_off)
    world = open_world(BY_TURNS, first, second)
    world.start_sweep().join(SWEEP_PATIENCE)

    assert world.count_too_close() > 0


def test_machines_that_ask_a_site_by_turns_keep_its_pause(open_world: OpenWorld) -> None:
    world = open_world(BY_TURNS, AskerSettings(rests=1.0), AskerSettings(rests=1.0))
    world.start_sweep().join(SWEEP_PATIENCE)

    assert world.count_too_close() == 0
