"""A person who waits for a self-check goes before the sweeps, whichever machine asks for them."""

import logging
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.demo.district import BASIC_SCOPES, StaffMember
from tests.bench import scale
from tests.bench.fleet import run_scheduler
from tests.monitor.made_districts import SUNDAY, enroll_members
from tests.real.fleet.asker import AskerSettings
from tests.real.fleet.machines import wait_for
from tests.real.fleet.world import FleetSize, FleetWorld

pytestmark = pytest.mark.real

LOG = logging.getLogger(__name__)
OpenWorld = Callable[..., FleetWorld]
HANDLES = tuple(f"awaited{number}" for number in range(3))
# One batch holds three self-tests of the site and 22 people: as many are ahead without the guard.
LONG_BATCHES = FleetSize(districts=2, people=24, sites=1, pace=1.0)
IN_FIRST_BATCH = 22
# 180 queries behind 580 batches.
WHOLE = FleetSize(districts=12, people=17, sites=60)
QUEUED = 580


def check_someone(world: FleetWorld) -> datetime:
    """Enroll a person in a district that is being swept, and ask for their first check."""
    name = world.size.names[-1]
    (like,) = scale.build_staff(1)
    visitor = replace(like.person, id="visitor", mail="visitor@any.example", handles=HANDLES)
    with world.home.open_database(name) as db:
        enroll_members(db, name, (StaffMember(person=visitor, scopes=BASIC_SCOPES),))
    asked_at = datetime.now(UTC)
    world.home.ask_for_check(name, visitor.id)
    world.home.runner.note_caller(str(world.folder / name / "state"))
    return asked_at


def list_answer_times(world: FleetWorld, since: datetime) -> list[timedelta]:
    """Return after how long each query of the check reached its site, from the first."""
    times = [at - since for _, handle, at in world.web.fetch_queries() if handle in HANDLES]
    return sorted(times)


@pytest.mark.parametrize(
    "guardless",
    ["", pytest.param("giving way", marks=pytest.mark.soak)],
    ids=["with the guard", "without it"],
)
def test_a_check_s_queries_do_not_wait_for_the_batches_of_sweeps(
    open_world: OpenWorld, guardless: str
) -> None:
    world = open_world(LONG_BATCHES, AskerSettings(without=guardless))
    world.clock.at = SUNDAY
    with run_scheduler(world.home) as scheduler:
        wait_for(lambda: len(world.list_queries()) > 1)
        asked_at = check_someone(world)
        scheduler.answer_bell()
        wait_for(lambda: len(list_answer_times(world, asked_at)) == len(HANDLES))
        world.home.runner.stop_running_sweep()

    ahead = _count_ahead(world)
    LOG.info("%s queries of sweeps ahead of the check's last one", ahead)
    assert (ahead < IN_FIRST_BATCH) is (guardless == "")


def _count_ahead(world: FleetWorld) -> int:
    """Count the sweeps' queries that the site had before the check's last one."""
    asked = [handle for _, handle, _ in world.web.fetch_queries()]
    last = max(number for number, handle in enumerate(asked) if handle in HANDLES)
    people = {handle for _, handle, _ in world.list_queries()}
    return sum(handle in people for handle in asked[:last])


@pytest.mark.soak
def test_a_check_behind_many_batches_is_through_within_seconds(open_world: OpenWorld) -> None:
    world = open_world(WHOLE)
    world.clock.at = SUNDAY
    with run_scheduler(world.home) as scheduler:
        wait_for(lambda: _count_queued(world) >= QUEUED)
        asked_at = check_someone(world)
        scheduler.answer_bell()
        number = len(HANDLES) * WHOLE.sites
        wait_for(lambda: len(list_answer_times(world, asked_at)) == number)
        world.home.runner.stop_running_sweep()

    seconds = [time.total_seconds() for time in list_answer_times(world, asked_at)]
    half, most = seconds[number // 2], seconds[math.ceil(number * 0.95) - 1]
    LOG.info("%s queries: half %.1f s, 95%% %.1f s, all %.1f s", number, half, most, seconds[-1])
    assert most <= 6
    assert seconds[-1] <= 15
    assert world.count_too_close() == 0


def _count_queued(world: FleetWorld) -> int:
    rows = world.connection.fetch_rows("SELECT id FROM procrastinate_jobs WHERE status = 'todo'")
    return len(rows)
