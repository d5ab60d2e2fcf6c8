"""One source on one sheet: what it declares, and how it has been doing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Self

from monitor.cli.coverage import told
from monitor.errors import InputError
from monitor.service import Service
from monitor.store.canaries import CanaryCheck
from monitor.store.state import State
from monitor.store.sweeps import SourceRun
from scrapers.fetch.pace import HostState
from scrapers.registry import kinds
from scrapers.source import Declaration, Etiquette, Source

REMEMBERED = 10
UNKNOWN = "a price that nobody has looked up"
Line = tuple[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """`note` says why it was not believed."""

    at: datetime
    standing: str
    outcome: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    at: datetime
    outcome: str
    note: str
    asked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """`last_good` is when it last answered in full. Its times are None where there was none.

    `asked` and `usd` are those of all runs that are remembered; `usd` is None for a price that
    nobody has looked up.
    """

    outcome: str | None
    since: datetime | None
    note: str
    last_good: datetime | None
    proven_at: datetime | None
    canary: Tried | None
    parked_until: datetime | None
    asked: int
    usd: Decimal | None
    history: tuple[Ran, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """`manners` and `health` are None for a source that is turned off."""

    source: str
    declaration: Declaration
    manners: Etiquette | None = None
    health: Health | None = None

    @classmethod
    def of(cls, service: Service, name: str) -> Self:
        """Fill in the sheet of a source; raises InputError for a name that none has."""
        source = service.sources.get(name)
        if source is not None:
            return cls(
                source=name,
                declaration=source.declaration,
                manners=source.etiquette,
                health=_health(service, source),
            )
        kind = kinds().get(name)
        if kind is None:
            reason = f"There is no source {name!r}; see `namesake sources list` and its --off."
            raise InputError(reason)
        return cls(source=name, declaration=kind.declaration)

    def lines(self) -> Iterator[Line]:
        yield from _declared(self.declaration)
        if self.manners is None or self.health is None:
            yield "asked", "no: it is turned off; name it under [sources]"
            return
        yield from _mannered(self.manners)
        yield from _doing(self.health)


def _health(service: Service, source: Source) -> Health:
    state, name = service.state, source.name
    known, runs = state.health.get(name), state.sweeps.history(name)
    check = state.canary_checks.get(name)
    asked = sum(run.asked for run in runs)
    good = (run.at for run in runs if run.outcome.conclusive)
    return Health(
        outcome=told(known.outcome) if known else None,
        since=known.since if known else None,
        note=known.note if known else "",
        last_good=next(good, None),
        proven_at=known.proven_at if known else None,
        canary=None if check is None else _tried(check),
        parked_until=_parked(state, source, service.now()),
        asked=asked,
        usd=_cost(source.declaration, asked),
        history=tuple(_ran(run) for run in runs[:REMEMBERED]),
    )


def _cost(declaration: Declaration, asked: int) -> Decimal | None:
    price = declaration.usd_per_1000
    return None if price is None else asked * price / 1000


def _tried(check: CanaryCheck) -> Tried:
    trust = check.trust
    return Tried(at=check.at, standing=trust.standing, outcome=told(trust.outcome), note=trust.note)


def _ran(run: SourceRun) -> Ran:
    return Ran(at=run.at, outcome=told(run.outcome), note=run.note, asked=run.asked)


def _parked(state: State, source: Source, now: datetime) -> datetime | None:
    """Return when its hosts may be asked again, where one of them is left alone until then."""
    hosts = (origin.partition("://")[2].partition(":")[0] for origin in source.etiquette.origins)
    known = (state.hosts.load(host) or HostState(host=host) for host in hosts)
    until = [each.parked_until for each in known if each.parked(now) and each.parked_until]
    return max(until, default=None)


def _declared(declaration: Declaration) -> Iterator[Line]:
    terms, kept = declaration.terms, declaration.retain_text_for
    price = declaration.usd_per_1000
    yield "title", declaration.title
    yield "asks", declaration.asks
    yield "discloses", declaration.discloses
    yield "sees", declaration.sees
    yield "cannot see", declaration.cannot_see
    known = f"${price} for 1,000 requests" if price else "nothing"
    yield "costs", UNKNOWN if price is None else known
    if terms is not None:
        read = f"read on {terms.seen_on}" if terms.seen_on else "not read yet"
        yield "terms", f"{terms.url} ({read})"
    yield "keeps text", f"{kept.days} days at most" if kept else "as long as the retention allows"
    if declaration.key is not None:
        wanted = "needed" if declaration.key.required else "possible"
        yield "key", f"{wanted}, as the credential {declaration.key.name}"
    if declaration.notice:
        yield "notice", declaration.notice
    yield "known from", declaration.provenance
    yield "seen live", declaration.seen_live or "never"


def _mannered(manners: Etiquette) -> Iterator[Line]:
    budget = manners.budget
    limits = [
        f"{most} {when}"
        for most, when in ((budget.daily, "a day"), (budget.weekly, "a week"))
        if most is not None
    ]
    yield "asked at", ", ".join(manners.origins)
    yield "as", manners.access
    yield "pace", f"{manners.seconds_between:g} s between two requests"
    yield "budget", ", ".join(limits) or "no limit"


def _doing(health: Health) -> Iterator[Line]:
    yield "outcome", health.outcome or "not asked yet"
    if health.since is not None:
        yield "since", health.since
    if health.note:
        yield "note", health.note
    yield "last good", health.last_good or "never"
    yield "proven", health.proven_at or "unproven"
    if health.canary is None:
        yield "canaries", "not asked by hand yet"
    else:
        yield "canaries", f"{health.canary.standing} {health.canary.note}".strip()
        yield "canaries asked", health.canary.at
    yield "parked until", health.parked_until or "not parked"
    paid = UNKNOWN if health.usd is None else f"${health.usd:.2f}"
    yield "cost so far", f"{health.asked} questions, {paid}"
    for ran in health.history:
        yield "run", ran.at
        yield "came to", f"{ran.outcome} {ran.note}".strip()
