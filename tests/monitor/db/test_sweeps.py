"""A sweep is taken up where it was left."""

from datetime import timedelta

import pytest

from monitor.db.sweeps import SourceRun, Sweep
from monitor.domain.errors import InputError
from monitor.domain.vocabulary import SweepKind
from scrapers.models import Outcome


def candidate(world, **fields):
    told = {"week": "2026-W02", "kind": SweepKind.SWEEP, **fields}
    return Sweep(id=world.ref(), nonce="qzxv", started_at=world.now, **told)


def test_an_open_sweep_is_taken_up_with_its_nonce(world):
    first = world.state.sweeps.open_or_resume(candidate(world))

    assert world.state.sweeps.open_or_resume(candidate(world)) == first
    assert world.state.sweeps.list_open_sweeps() == (first,)


def test_a_closed_sweep_is_not_taken_up(world):
    first = world.state.sweeps.open_or_resume(candidate(world))
    closed_at = world.now + timedelta(hours=1)
    world.state.sweeps.close_sweep(first.id, closed_at)
    second = world.state.sweeps.open_or_resume(candidate(world))

    assert second.id != first.id
    assert world.state.sweeps.load_sweep(first.id).closed_at == closed_at
    assert world.state.sweeps.find_latest_sweep(SweepKind.SWEEP) == second


def test_a_self_check_is_neither_the_district_s_nor_another_s(world):
    rosa, theo = world.enrolled("Rosa"), world.enrolled("Theo")
    sweep = world.state.sweeps.open_or_resume(candidate(world))
    checks = {
        person: world.state.sweeps.open_or_resume(
            candidate(world, kind=SweepKind.SELFCHECK, person_id=person)
        )
        for person in (rosa, theo)
    }

    assert len({sweep.id, *(check.id for check in checks.values())}) == 3
    assert world.state.sweeps.find_latest_sweep(SweepKind.SELFCHECK, rosa) == checks[rosa]
    assert world.state.sweeps.find_latest_sweep(SweepKind.SELFCHECK) is None


def test_how_it_went_with_a_source_is_said_once(world):
    sweep = world.sweep()
    blocked = SourceRun(
        source="beta",
        outcome=Outcome.BLOCKED,
        at=world.now,
        note="asks for a login",
        since=world.now,
        asked=3,
    )
    fine = SourceRun(source="alpha", outcome=Outcome.FOUND, at=world.now, asked=3, answered=3)
    for run in (blocked, fine, fine):
        world.state.sweeps.save_source_run(sweep, run)

    assert world.state.sweeps.list_source_runs(sweep) == (fine, blocked)


def test_an_unknown_sweep_is_said_in_a_sentence(world):
    with pytest.raises(InputError, match="There is no sweep"):
        world.state.sweeps.load_sweep("none")
