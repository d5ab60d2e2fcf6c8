"""What falls due is done once, late if need be, and goes on where it was cut short."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import unquote, urlencode, urlsplit

import pytest

from monitor.demo.district import JOHN, MARIA, ROSA
from monitor.errors import BusyError
from scrapers.request import Query
from tests.monitor.flows.world import Staff, World, nothing_happens


def due(world: World, name: str):
    return [each.due_at for each in world.state.due.all() if each.name == name]


def sweeps(world: World) -> int:
    found = world.state.sweeps.database.row("SELECT count(*) FROM sweeps WHERE kind = 'sweep'")
    return found[0] if found else 0


@pytest.fixture
def maria(world: World) -> Staff:
    maria = world.joins(MARIA)
    world.rounds.begin()
    return maria


def a_tick(world: World) -> None:
    world.rounds.serve()
    world.rounds.ask()
    world.rounds.write()


def test_a_week_brings_one_sweep_and_one_letter(world: World, maria: Staff):
    for _ in range(7 * 8):
        world.later(hours=3)
        a_tick(world)

    assert sweeps(world) == 1
    assert len(maria.letters_of("digest")) == 1
    assert {each.envelope.recipient for each in world.post.of_kind("review")} == set(
        world.config.district.reviewers
    )
    assert len(world.post.of_kind("review")) == 2


def test_who_was_asleep_for_nine_days_makes_up_for_it_once(world: World, maria: Staff):
    world.later(days=4)
    a_tick(world)
    before = sweeps(world), len(maria.letters_of("digest"))
    world.later(days=9)
    for _ in range(3):
        a_tick(world)
        world.later(hours=1)

    assert sweeps(world) == before[0] + 1
    assert len(maria.letters_of("digest")) == before[1] + 1


def test_everything_has_a_next_time_in_the_future(world: World, maria: Staff):
    world.later(days=9)
    a_tick(world)

    assert due(world, "sweep")
    assert len(due(world, "digest")) == 1
    assert all(
        each > world.clock.at for name in ("sweep", "digest", "review") for each in due(world, name)
    )


def test_a_restart_doubles_nothing_and_puts_nothing_off(world: World, maria: Staff):
    world.later(days=1)
    before = world.state.due.all()
    for _ in range(3):
        world.restarts()

    assert world.state.due.all() == before


def test_a_digest_that_is_asked_for_twice_in_a_week_is_one_letter(world: World, maria: Staff):
    world.sweep()
    world.on_monday()
    world.service.digesting.queue(maria.ref)
    world.later(days=2)
    world.service.digesting.queue(maria.ref)
    world.service.posting.send_due()

    assert len(maria.letters_of("digest")) == 1


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "Pacific/Auckland", "America/Los_Angeles"])
def test_who_moves_to_another_zone_gets_no_letter_twice(world: World, maria: Staff, zone):
    world.sweep()
    world.on_monday()
    person = world.state.people.get(maria.ref)
    world.state.people.replace(replace(person, zone=zone))
    for _ in range(7 * 4):
        world.later(hours=6)
        world.writes()

    assert len(maria.letters_of("digest")) == 2


def test_the_clock_set_back_an_hour_doubles_nothing(world: World, maria: Staff):
    world.later(days=4)
    a_tick(world)
    letters = len(world.post.accepted)
    world.later(hours=-1)
    a_tick(world)

    assert sweeps(world) == 1
    assert len(world.post.accepted) == letters


def interrupted(world: World, after: int) -> list[Query]:
    """Begin a sweep, and stop the service after so many answers; return what was answered."""
    answered: list[Query] = []

    def stop(visit):
        answered.append(visit.query)
        if len(answered) == after:
            world.rounds.stop()

    world.meanwhile = stop
    world.rounds.ask()
    world.meanwhile = nothing_happens
    (sweep,) = world.state.sweeps.open()
    assert world.state.journal.answered(sweep.ref) == {each.key for each in answered}
    return answered


def address(query: Query) -> tuple[str, str]:
    """Return where a question is asked, as the server sees it."""
    return unquote(urlsplit(query.request.url).path), urlencode(query.request.params)


@pytest.mark.parametrize("after", [1, 5, 12])
def test_a_sweep_that_was_cut_short_asks_nothing_again(world: World, maria: Staff, after):
    world.joins(JOHN)
    world.later(days=1)
    answered = interrupted(world, after)
    world.forgets_visits()
    world.restarts()

    world.rounds.ask()

    asked = {(each.path, each.query) for each in world.asked}
    assert asked
    assert asked.isdisjoint(map(address, answered))
    assert world.state.sweeps.open() == ()
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
        world.rounds.begin()
        world.later(days=1)
        found.append(maria)
    interrupted(parts, 6)
    parts.restarts()
    for world in (whole, parts):
        world.rounds.ask()

    assert found[0].items.keys() == found[1].items.keys()
    assert whole.gaps() == parts.gaps()


def test_a_sweep_that_was_cut_short_writes_no_half_of_what_it_found(world: World, maria: Staff):
    world.later(days=1)
    interrupted(world, 6)

    assert maria.items == {}
    assert world.state.flags.all_open() == ()


def test_a_round_that_fails_is_tried_again_soon_not_in_a_week(world: World, maria: Staff):
    world.later(days=1)

    def fail(_visit):
        reason = "the database is held by another program"
        raise BusyError(reason)

    world.meanwhile = fail
    with pytest.raises(BusyError):
        world.rounds.ask()
    world.meanwhile = nothing_happens
    world.later(hours=1)
    world.rounds.ask()

    assert world.coverage()
    assert maria.items


def test_one_digest_that_cannot_be_made_holds_up_nobody_else(world: World, monkeypatch):
    maria, rosa = world.joins(MARIA), world.joins(ROSA)
    world.sweep()
    queue = type(world.service.digesting).queue

    def fail(digesting, ref):
        if ref == maria.ref:
            reason = "a fault of ours"
            raise ValueError(reason)
        queue(digesting, ref)

    monkeypatch.setattr(type(world.service.digesting), "queue", fail)
    with pytest.raises(ValueError, match="a fault of ours"):
        world.on_monday()
    world.writes()

    assert rosa.letters_of("digest")
    assert not maria.letters_of("digest")
    monkeypatch.undo()
    world.later(minutes=10)
    world.writes()
    assert maria.letters_of("digest")


def test_who_joins_in_between_has_their_own_next_time(world: World, maria: Staff):
    rosa = world.joins(ROSA)
    world.later(days=2, hours=20)
    a_tick(world)

    subjects = [each.subject for each in world.state.due.all() if each.name == "digest"]
    assert sorted(subjects) == sorted([maria.ref, rosa.ref])


def test_a_folder_that_is_taken_over_frees_what_its_last_holder_had_in_hand(
    world: World, maria: Staff
):
    world.later(days=1)
    now = world.clock.at
    assert world.state.due.claim(now, now + timedelta(days=7), "sweep")
    world.rounds.ask()
    assert sweeps(world) == 0

    world.restarts()
    world.rounds.ask()

    assert sweeps(world) == 1
