"""Which accounts are a person's own: those they told us of, and those they confirmed since."""

from dataclasses import replace

from monitor.domain.flag import Ruling
from monitor.domain.person import Person
from monitor.store.state import State
from scrapers.finding import Finding, Kind


def with_confirmed(state: State, person: Person) -> Person:
    """Return the person with what they confirmed among their accounts; the rest stays as told."""
    told = set(person.accounts)
    confirmed = (
        _key(item.portrait)
        for item, said in state.items.judged(person.ref)
        if said is Ruling.MINE and told.isdisjoint(_keys(item.portrait))
    )
    return replace(person, accounts=(*person.accounts, *filter(None, confirmed)))


def _keys(portrait: Finding) -> tuple[str, ...]:
    return (portrait.account, *portrait.account_aliases)


def _key(portrait: Finding) -> str:
    """Return the key that names its handle, as people tell us of accounts; else nothing."""
    if portrait.kind is not Kind.ACCOUNT:
        return ""
    return next((each.casefold() for each in _keys(portrait) if ":@" in each), "")
