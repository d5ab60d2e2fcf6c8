"""Which accounts are a person's own, by what they told us and confirmed; and which imitate them."""

from dataclasses import replace

from monitor.domain.person import Person
from monitor.flows.judging.inventory import confirmed_accounts
from monitor.store.state import State
from scrapers.finding import Finding, Kind


def with_confirmed(state: State, person: Person) -> Person:
    """Return the person with what they confirmed among their accounts; the rest stays as told."""
    told = set(person.accounts)
    confirmed = (
        key_of(item.portrait)
        for item in confirmed_accounts(state, person)
        if told.isdisjoint(_keys(item.portrait))
    )
    return replace(person, accounts=(*person.accounts, *filter(None, confirmed)))


def pursued(state: State, person: str) -> tuple[str, ...]:
    """Return the accounts of others that are taken for imitations of this person."""
    flags = (each for each in state.flags.of_person(person) if each.pursued)
    items = dict.fromkeys(each.item for each in flags)
    return tuple(filter(None, (key_of(state.items.get(ref).portrait) for ref in items)))


def _keys(portrait: Finding) -> tuple[str, ...]:
    return (portrait.account, *portrait.account_aliases)


def key_of(portrait: Finding) -> str:
    """Return the key that names its handle, as people tell us of accounts; else nothing."""
    if portrait.kind is not Kind.ACCOUNT:
        return ""
    return next((each.casefold() for each in _keys(portrait) if ":@" in each), "")
