"""What ends with a sweep ends in one transaction, so a crash there repeats nothing."""

from copy import copy
from dataclasses import dataclass, replace
from typing import Any

import pytest

from monitor.db.database import State
from monitor.db.sweeps import RunRequest, SweepKind
from monitor.demo.district import MARIA
from tests.monitor.services.world import Staff, World


class Crash(BaseException):
    """Ends everything there and then, as kill -9 would."""


@dataclass
class Crashing:
    """Rows of any kind that crash the process as one is finished."""

    rows: Any

    def finish(self, *_: object) -> None:
        raise Crash

    def __getattr__(self, name: str) -> Any:
        return getattr(self.rows, name)


def crashing(state: State, noun: str) -> State:
    doomed = copy(state)
    setattr(doomed, noun, Crashing(getattr(state, noun)))
    return doomed


@pytest.fixture
def maria(world: World) -> Staff:
    maria = world.joins(MARIA)
    world.rounds.begin()
    world.later(days=4)
    return maria


def test_a_crash_as_a_sweep_ends_asks_nobody_again(world: World, maria: Staff):
    with pytest.raises(Crash):
        replace(world.rounds, state=crashing(world.state, "due")).ask()
    asked, told = len(world.asked), maria.told

    world.restarts()
    world.rounds.ask()

    assert len(world.asked) == asked > 0
    assert maria.told == told
    assert world.state.sweeps.open() == ()
    assert all(each.lease_until is None for each in world.state.due.all())


def test_a_crash_as_a_check_ends_asks_and_answers_once(world: World, maria: Staff):
    now = world.clock.now()
    world.state.requests.add(
        RunRequest(ref="waiting", kind=SweepKind.SELFCHECK, asked_at=now, person=maria.ref)
    )
    with pytest.raises(Crash):
        replace(world.rounds, state=crashing(world.state, "requests")).serve()
    asked = len(world.asked)

    world.restarts()
    world.rounds.serve()
    world.writes()

    assert len(world.asked) == asked > 0
    assert len(maria.letters_of("self-check")) == 1
    assert world.state.requests.next_open() is None
