"""The inventory: what a person declared as theirs, or confirmed."""

from collections.abc import Iterator

from monitor.domain.flag import Ruling
from monitor.domain.item import Item
from monitor.domain.person import Person
from monitor.store.state import State
from scrapers.canonical import canonical_key
from scrapers.finding import Kind


def declared_items(state: State, person: Person) -> tuple[Item, ...]:
    """Return what they told us of when they joined: accounts, and pages by their address."""
    told = (*person.accounts, *map(canonical_key, person.pages))
    return state.items.find(person.ref, told)


def own_items(state: State, person: Person) -> Iterator[Item]:
    """Yield accounts and pages that the person declared, and accounts that they confirmed.

    A page that is theirs by their ruling may still be written by others: a school's, say.
    """
    own = {
        item.ref for item in (*declared_items(state, person), *confirmed_accounts(state, person))
    }
    yield from (item for item in state.items.of(person.ref) if item.ref in own)


def confirmed_accounts(state: State, person: Person) -> Iterator[Item]:
    """Yield the accounts of which the person said: this is me."""
    for item, said in state.items.judged(person.ref):
        if said is Ruling.MINE and item.portrait.kind is Kind.ACCOUNT:
            yield item
