"""A sweep that was cut short goes on where it stood, and is given up when that is too long ago."""

from dataclasses import replace
from urllib.parse import unquote, urlencode, urlsplit

import pytest

from monitor.demo.district import JOHN, MARIA
from monitor.services.due_jobs import run_due_sweeps, stop_running_sweep, take_over_jobs
from scrapers.models import Query, QueryKind
from tests.monitor.services.world import Staff, World, nothing_happens


def sweeps(world: World) -> int:
    found = world.state.sweeps.connection.fetch_row(
        "SELECT count(*) FROM sweeps WHERE kind = 'sweep'"
    )
    return found[0] if found else 0


@pytest.fixture
def maria(world: World) -> Staff:
    maria = world.joins(MARIA)
    take_over_jobs(world.app)
    return maria


def interrupted(world: World, after: int) -> list[Query]:
    """Begin a sweep, and stop the service after so many answers; return what was answered."""
    answered: list[Query] = []

    def stop(visit):
        answered.append(visit.query)
        if len(answered) == after:
            stop_running_sweep(world.app)

    world.meanwhile = stop
    run_due_sweeps(world.app)
    world.meanwhile = nothing_happens
    (sweep,) = world.state.sweeps.list_open_sweeps()
    # What was asked about the district is kept as each person's part, too.
    parts = {
        replace(query, subject=person).key
        for query in answered
        if query.kind is QueryKind.DISTRICT
        for person in world.state.people.list_person_ids()
    }
    kept = world.state.staged_answers.list_answered_keys(sweep.id)
    assert kept - parts == {query.key for query in answered}
    return answered


def address(query: Query) -> tuple[str, str]:
    """Return where a query is asked, as the server sees it."""
    return unquote(urlsplit(query.request.url).path), urlencode(query.request.params)


@pytest.mark.parametrize("after", [1, 5, 12])
def test_a_sweep_that_was_cut_short_asks_nothing_again(world: World, maria: Staff, after):
    world.joins(JOHN)
    world.later(days=1)
    answered = interrupted(world, after)
    world.forgets_visits()
    world.restarts()

    run_due_sweeps(world.app)

    asked = {(query.path, query.query) for query in world.asked}
    assert asked
    assert asked.isdisjoint(map(address, answered))
    assert world.state.sweeps.list_open_sweeps() == ()
    assert sweeps(world) == 1
    assert world.gaps() == {}


def test_a_sweep_in_two_parts_finds_what_a_whole_one_finds(world_of, tmp_path):
    whole, parts = (
        world_of("chalkboard", families=("bluesky", "searxng"), folder=tmp_path / name)
        for name in ("whole", "parts")
    )
    found = []
    for world in (whole, parts):
        maria = world.joins(MARIA)
        take_over_jobs(world.app)
        world.later(days=1)
        found.append(maria)
    interrupted(parts, 6)
    parts.restarts()
    for world in (whole, parts):
        run_due_sweeps(world.app)

    assert found[0].findings.keys() == found[1].findings.keys()
    assert whole.gaps() == parts.gaps()


def test_a_sweep_that_was_cut_short_writes_no_half_of_what_it_found(world: World, maria: Staff):
    world.later(days=1)
    interrupted(world, 6)

    assert maria.findings == {}
    assert world.state.cases.list_undecided_cases() == ()


def test_a_service_that_is_stopped_has_nothing_in_hand_any_more(world: World, maria: Staff):
    world.later(days=1)
    interrupted(world, 5)

    assert [job for job in world.state.jobs.list_jobs() if job.lease_until] == []


def test_a_sweep_that_was_cut_short_is_taken_up_in_the_next_week_too(world: World, maria: Staff):
    world.later(days=1)
    answered = interrupted(world, 5)
    begun = world.state.sweeps.list_open_sweeps()
    world.forgets_visits()
    world.later(days=6)
    world.restarts()

    run_due_sweeps(world.app)

    asked = {(query.path, query.query) for query in world.asked}
    assert asked.isdisjoint(map(address, answered))
    assert world.state.sweeps.load_sweep(begun[0].id).closed_at == world.clock.at
    assert sweeps(world) == 1


def test_a_sweep_that_was_cut_short_too_long_ago_is_given_up_for_a_new_one(
    world: World, maria: Staff
):
    world.later(days=1)
    answered = interrupted(world, 5)
    (begun,) = world.state.sweeps.list_open_sweeps()
    world.forgets_visits()
    world.later(days=8)
    world.restarts()

    run_due_sweeps(world.app)

    asked = {(query.path, query.query) for query in world.asked}
    assert set(map(address, answered)) & asked
    assert world.state.sweeps.load_sweep(begun.id).closed_at == world.clock.at
    assert world.state.staged_answers.list_answered_keys(begun.id) == frozenset()
    assert sweeps(world) == 2
