"""What ends with a sweep ends in one transaction, so a crash there repeats nothing."""

from copy import copy
from dataclasses import dataclass
from typing import Any

import pytest

from monitor.db.database import Database
from monitor.db.jobs import build_request
from monitor.demo.district import MARIA
from monitor.services.due_jobs import run_due_sweeps, run_requested_checks, take_over_jobs
from tests.monitor.services.world import Staff, World


class Crash(BaseException):
    """Ends everything there and then, as kill -9 would."""


@dataclass
class Crashing:
    """Rows of any kind that crash the process as one is finished."""

    rows: Any

    def __getattr__(self, name: str) -> Any:
        if name.startswith("finish_"):
            raise Crash
        return getattr(self.rows, name)


def crashing(state: Database, noun: str) -> Database:
    crashing_state = copy(state)
    setattr(crashing_state, noun, Crashing(getattr(state, noun)))
    return crashing_state


@pytest.fixture
def maria(world: World) -> Staff:
    maria = world.joins(MARIA)
    take_over_jobs(world.app)
    world.later(days=4)
    return maria


def test_a_crash_as_a_sweep_ends_asks_nobody_again(world: World, maria: Staff):
    with pytest.raises(Crash):
        run_due_sweeps(world.app.copy_with(db=crashing(world.state, "jobs")))
    asked, told = len(world.asked), maria.told

    world.restarts()
    run_due_sweeps(world.app)

    assert len(world.asked) == asked > 0
    assert maria.told == told
    assert world.state.sweeps.list_open_sweeps() == ()
    assert all(job.lease_until is None for job in world.state.jobs.list_jobs())


def test_a_crash_as_a_check_ends_asks_and_answers_once(world: World, maria: Staff):
    now = world.clock.now()
    world.state.jobs.insert_request(build_request("check", "waiting", now, maria.id))
    with pytest.raises(Crash):
        run_requested_checks(world.app.copy_with(db=crashing(world.state, "jobs")))
    asked = len(world.asked)

    world.restarts()
    run_requested_checks(world.app)
    world.writes()

    assert len(world.asked) == asked > 0
    assert len(maria.emails_of("self-check")) == 1
    assert world.state.jobs.list_open_requests() == ()
