"""The person a finding is compared with, and what is known to be theirs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.domain.person import Person
from monitor.domain.verdicts.lessons import NONE_YET, Lessons
from scrapers.canonical import canonical_key
from scrapers.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """`commonness` is how many other people are expected to bear the person's name."""

    person: Person
    commonness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """What the person said is theirs: accounts as last seen, and platforms without one.

    `lessons` are what they said of findings so far, `impostors` the accounts that were ruled to
    pretend to be them, as last seen. `bearers` says of the own pictures' prints how many accounts
    of others show exactly these.
    """

    own: tuple[Finding, ...] = ()
    none_on: frozenset[str] = frozenset()
    lessons: Lessons = NONE_YET
    impostors: tuple[Finding, ...] = ()
    bearers: Mapping[str, int] = field(default_factory=dict)

    def on(self, platform: str) -> tuple[Finding, ...]:
        return tuple(each for each in self.own if platform and each.platform == platform)


def account_keys(finding: Finding) -> frozenset[str]:
    """Return every key that names the finding's account, none for a page."""
    keys = (finding.account, *finding.account_aliases)
    return frozenset(key.casefold() for key in keys if key)


def declared(portrait: Finding, subject: Subject, inventory: Inventory) -> bool:
    """Tell whether the person told us that this account, or the page at its address, is theirs."""
    own_pages = map(canonical_key, subject.person.pages)
    if portrait.key in {*own_pages, *(each.key for each in inventory.own)}:
        return True
    own = {key.casefold() for key in subject.person.accounts}
    own = own.union(*map(account_keys, inventory.own))
    return not own.isdisjoint(account_keys(portrait))


def handles_on(platform: str, subject: Subject, inventory: Inventory) -> frozenset[str]:
    """Return the person's handles on a platform."""
    keys = (account.partition(":") for account in subject.person.accounts)
    told = {handle[1:] for where, _, handle in keys if where == platform and handle[:1] == "@"}
    seen = {each.handle for each in inventory.on(platform)}
    return frozenset(told | seen) - {""}


def all_handles(subject: Subject, inventory: Inventory) -> frozenset[str]:
    """Return the person's handles anywhere."""
    keys = (account.partition(":")[2] for account in subject.person.accounts)
    told = {handle[1:] for handle in keys if handle[:1] == "@"}
    seen = {each.handle for each in inventory.own}
    return frozenset(told | seen | set(subject.person.handles)) - {""}
