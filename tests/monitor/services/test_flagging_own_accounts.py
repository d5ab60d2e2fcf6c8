"""An account that a person confirmed is theirs from then on, like one they told us of."""

from monitor.demo.district import MARIA
from monitor.domain.flag import Ruling
from monitor.services.flagging import with_confirmed
from tests.monitor.services.world import Staff, World


def accounts(maria: Staff) -> tuple[str, ...]:
    state = maria.world.state
    return with_confirmed(state, state.people.get(maria.ref)).accounts


def found_anew(world: World) -> tuple[Staff, str]:
    """Let Maria join without her accounts, and return one that a sweep found."""
    maria = world.joins(MARIA, accounts=())
    world.sweep()
    item = next(each for each in maria.items.values() if each.portrait.handle)
    return maria, item.ref


def test_what_was_confirmed_is_asked_about_by_its_own_address(world):
    maria, item = found_anew(world)
    assert accounts(maria) == ()

    world.service.sorting.sort(maria.ref, {item: Ruling.MINE})

    handle = world.state.items.get(item).portrait.handle.casefold()
    assert [each.partition(":@")[2] for each in accounts(maria)] == [handle]
    asked = [term for query in world.rounds.planned() for term in query.terms]
    assert handle in (term.casefold() for term in asked)


def test_what_was_taken_back_or_is_somebody_elses_is_not(world):
    maria, item = found_anew(world)
    world.service.sorting.sort(maria.ref, {item: Ruling.MINE})
    world.service.sorting.sort(maria.ref, {item: Ruling.NAMESAKE})

    assert accounts(maria) == ()


def test_an_account_that_was_told_of_is_not_there_twice(world):
    maria = world.joins(MARIA)
    world.sweep()
    for item in maria.items.values():
        world.service.sorting.sort(maria.ref, {item.ref: Ruling.MINE})
    told = world.state.people.get(maria.ref).accounts

    assert accounts(maria)[: len(told)] == told
    assert len(set(accounts(maria))) == len(accounts(maria))
