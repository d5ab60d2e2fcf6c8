"""A legal hold keeps what there is, opens nothing, and is told to the person."""

from dataclasses import replace

import pytest

from monitor.demo.district import MARIA
from monitor.domain.consent import Channel, Scope
from monitor.domain.item import Presence
from monitor.errors import InputError, NotPermittedError
from tests.monitor.services.world import REVIEWERS, Staff, World

BOTH = frozenset(REVIEWERS)
ONE = frozenset(REVIEWERS[:1])
WHY = "Counsel expects a lawsuit."


@pytest.fixture
def maria(world_of) -> Staff:
    world = world_of("chalkboard")
    maria = world.joins(MARIA)
    world.sweep()
    return maria


@pytest.fixture
def world(maria: Staff) -> World:
    return maria.world


@pytest.fixture
def held(world: World, maria: Staff) -> Staff:
    world.service.holding.place(maria.ref, BOTH, WHY)
    world.writes()
    return maria


def days_later(world: World, days: int) -> None:
    for _ in range(days):
        world.later(days=1, minutes=1)
        world.writes()


def test_whoever_is_held_is_told_by_whom_and_why(world: World, held: Staff):
    (letter,) = held.letters_of("hold")

    assert WHY in letter.text
    assert all(reviewer in letter.text for reviewer in REVIEWERS)
    assert world.service.consenting.standing(held.ref).hold.reason == WHY
    assert [each.action for each in world.state.audit.of(held.ref)][-1] == "held"
    assert world.state.audit.verify() is None


@pytest.mark.parametrize("by", [ONE, frozenset(), BOTH | {"mallory@cedarvalley.example"}])
def test_a_hold_takes_two_reviewers(world: World, maria: Staff, by):
    with pytest.raises(NotPermittedError, match="reviewers"):
        world.service.holding.place(maria.ref, by, WHY)

    assert not world.state.holds.stands(maria.ref)


def test_a_hold_takes_a_reason_and_is_placed_once(world: World, maria: Staff):
    with pytest.raises(InputError, match="reason"):
        world.service.holding.place(maria.ref, BOTH, " ")
    world.service.holding.place(maria.ref, BOTH, WHY)
    with pytest.raises(InputError, match="already"):
        world.service.holding.place(maria.ref, BOTH, WHY)


def test_whoever_leaves_under_a_hold_is_asked_about_no_more_and_kept(world: World, held: Staff):
    kept = held.items
    held.withdraws()
    days_later(world, 3)
    world.forgets_visits()

    assert world.sweep() == []
    assert world.asked_about("maria") == []
    assert held.items == kept
    (farewell,) = held.letters_of("withdrawn")
    assert "A legal hold keeps what we have about you" in farewell.text
    assert world.service.consenting.standing(held.ref).erased_by is None


def test_lifting_a_hold_erases_who_has_left_and_tells_them(world: World, held: Staff):
    held.withdraws()
    days_later(world, 3)

    world.service.holding.lift(held.ref, ONE, "It was settled.")
    world.writes()

    world.later(minutes=10)
    world.writes()

    assert "You have left, so all of it is erased by" in held.letters_of("hold")[-1].text
    assert held.ref not in world.state.people.refs()
    assert not world.state.people.sealing.keys.has(held.ref)


def test_lifting_a_hold_leaves_who_stays_as_they_are(world: World, held: Staff):
    before = held.items

    world.service.holding.lift(held.ref, ONE, "It was settled.")
    world.writes()

    assert held.items == before
    assert "forgotten again in its time" in held.letters_of("hold")[-1].text
    with pytest.raises(InputError, match="no legal hold"):
        world.service.holding.lift(held.ref, ONE, "It was settled.")


def test_time_forgets_nothing_of_whoever_is_held(world: World, held: Staff):
    gone = replace(next(iter(held.items.values())), presence=Presence.GONE)
    world.state.items.replace(gone)
    days_later(world, 1)
    world.clock.at = gone.last_seen.replace(year=gone.last_seen.year + 2)
    world.writes()

    assert gone.ref in {each.ref for each in held.items.values()}


def test_a_dropped_scope_is_asked_no_more_and_forgets_nothing_under_a_hold(
    world: World, held: Staff
):
    before = held.items
    world.service.consenting.narrow(held.ref, frozenset({Scope.SEARCH}), Channel.PORTAL)
    world.forgets_visits()

    assert world.sweep() == []
    assert world.asked_about("mariadelgado") == []
    assert held.items == before


def test_a_hold_opens_nothing_to_reviewers(world: World, maria: Staff):
    before = list(world.service.reviewing.opened())

    world.service.holding.place(maria.ref, BOTH, WHY)

    assert list(world.service.reviewing.opened()) == before
