"""Score rows of names, handles and profiles, to measure the rules without a district.

Rows are read leniently: many programs write them, each in a form of its own.
"""

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from math import isfinite
from typing import Self

import click
import msgspec

from monitor.cli.check import told
from monitor.cli.context import Desk, inert, pass_desk
from monitor.db.database import State
from monitor.db.sweeps import CanaryCheck, SourceRun
from monitor.domain.detection.case import Inventory
from monitor.domain.detection.scoring import (
    Ask,
    Profile,
    ProfileLabel,
    Pupils,
    Row,
    Scored,
    scorers,
)
from monitor.domain.names.frequency import census
from monitor.domain.names.parsing import person_name
from monitor.domain.person import Person, PersonName
from monitor.errors import InputError
from monitor.service import Service
from monitor.services.weights import own_weights
from scrapers.http.throttle import HostState
from scrapers.models import Contact, Finding, Kind
from scrapers.registry import kinds
from scrapers.source import Declaration, Etiquette, Source
from scrapers.urls.canonical import account_key, account_keys, canonical_key

_NO = frozenset({"", "false", "no", "0", "n", "none", "null"})
_THOUSANDS = {"": 1, "k": 1_000, "m": 1_000_000}
_NUMBER = re.compile(r"(\d{1,12}(?:\.\d{1,6})?)\s*([km]?)")
_DIGITS = re.compile(r"[0-9]{1,15}")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_MIDYEAR = 7
# Seconds since 1970 are larger than any year, and milliseconds than any such second.
_LAST_YEAR = 9_999
_LAST_SECOND = 10_000_000_000


def moment(told: object) -> datetime | None:
    """Read a date: ISO, a year, seconds since 1970, or words with a year; a year is its middle."""
    if isinstance(told, bool) or told is None:
        return None
    if isinstance(told, int | float):
        return _from_number(float(told))
    written = text(told)
    try:
        read = datetime.fromisoformat(written)
    except ValueError:
        return _from_number(float(written)) if _DIGITS.fullmatch(written) else _year_in(written)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _year_in(written: str) -> datetime | None:
    year = _YEAR.search(written)
    return _from_number(float(year.group())) if year else None


def _from_number(told: float) -> datetime | None:
    try:
        if told <= _LAST_YEAR:
            return datetime(int(told), _MIDYEAR, 1, tzinfo=UTC)
        return datetime.fromtimestamp(told if told <= _LAST_SECOND else told / 1000, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None


def number(told: object) -> int | None:
    """Read a count: 1204, "1,204" or "1.2k"; None where none is told."""
    if isinstance(told, bool) or told is None:
        return None
    if isinstance(told, int | float):
        return int(told) if isfinite(told) else None
    read = _NUMBER.fullmatch(text(told).lower().replace(",", ""))
    return int(float(read[1]) * _THOUSANDS[read[2]]) if read else None


def yes(told: object) -> bool:
    """Read a yes: true, a word other than no, an address, or a list of some."""
    return told.strip().lower() not in _NO if isinstance(told, str) else bool(told)


def fields(told: object) -> Mapping[str, object]:
    return told if isinstance(told, Mapping) else {}


def text(told: object) -> str:
    if isinstance(told, Mapping):
        return ", ".join(filter(None, map(text, told.values())))
    if isinstance(told, list):
        return ", ".join(filter(None, map(text, told)))
    return "" if told is None or isinstance(told, bool) else str(told).strip()


def texts(told: object) -> Iterator[str]:
    yield from filter(None, map(text, several(told)))


def several(told: object) -> Iterable[object]:
    if told is None:
        return ()
    return told if isinstance(told, list) else (told,)


Fields = Mapping[str, object]

_NAMES = ("name", "display_name", "full_name")
_GIVEN = ("given", "given_name", "givenName", "first", "first_name")
_MIDDLE = ("middle", "middle_name")
_FAMILY = ("family", "family_name", "familyName", "last", "last_name", "surname")
_COUNTS = ("followers", "following", "posts")


def read_profile(row: Fields) -> Profile:
    """Read one row. Raises InputError where there is neither a person nor a profile."""
    staff, found = fields(row.get("staff")), fields(row.get("found"))
    if not staff or not found:
        reason = "label needs staff and found"
        raise InputError(reason)
    person = _person(staff)
    portrait = _portrait(found)
    own = tuple(_own(staff, person, linked=yes(found.get("link_back")), portrait=portrait))
    return Profile(
        person=person,
        inventory=Inventory(own=own),
        found=portrait,
        contacts=tuple(map(_contact, several(found.get("contacts")))),
        pupils=_pupils(row.get("roster")),
    )


def _person(staff: Fields) -> Person:
    return Person(
        ref="",
        name=_person_name(staff),
        mail="",
        organisation=text(staff.get("employer")),
        zone="UTC",
        school=text(staff.get("school")),
        role=text(staff.get("role")),
        places=tuple(texts(staff.get("location"))),
        accounts=tuple(
            dict.fromkeys((*dict(_declared_of_label_row(staff)), *_linked_accounts(staff)))
        ),
    )


def _person_name(staff: Fields) -> PersonName:
    read = person_name(_written(staff))
    former = (person_name(each).family for each in texts(staff.get("former_names")))
    called = (*read.nicknames, *texts(staff.get("nicknames")))
    return PersonName(
        given=read.given,
        family=read.family,
        middle=read.middle,
        nicknames=called,
        former_families=tuple(family for family in former if family and family != read.family),
    )


def _own(staff: Fields, person: Person, *, linked: bool, portrait: Finding) -> Iterator[Finding]:
    """Yield what is known of the person's accounts; a row describes them all in one."""
    links = (portrait.url,) if linked else ()
    told = staff.get("account_created")
    spelled = dict(_declared_of_label_row(staff))
    for account in person.accounts:
        platform, _, handle = account.partition(":@")
        yield Finding(
            key=account,
            kind=Kind.ACCOUNT,
            url=_url(account),
            account=account,
            name=_written(staff),
            handle=spelled.get(account, handle),
            bio=text(_on(platform, staff.get("bio"))),
            links=links,
            created_at=moment(_on(platform, told)),
        )
    for url in texts(staff.get("known_urls")):
        yield Finding(key=canonical_key(url), kind=Kind.PAGE, url=_spelled(url), links=links)
    if not person.accounts:
        # Nobody says where, but there is an account that was created and describes itself.
        created = moment(_on("", told))
        bio = text(_on("", staff.get("bio")))
        yield Finding(key="own", kind=Kind.PAGE, url="", bio=bio, links=links, created_at=created)


def _portrait(found: Fields) -> Finding:
    account = account_key(text(found.get("platform")), text(found.get("handle")))
    links = tuple(map(_spelled, texts(found.get("links"))))
    counts = ((name, number(found.get(name))) for name in _COUNTS)
    return Finding(
        key=account,
        kind=Kind.ACCOUNT,
        url=_url(account),
        account=account,
        name=text(found.get("display_name")),
        handle=text(found.get("handle")).removeprefix("@"),
        bio=text(found.get("bio")),
        location=text(found.get("location")),
        links=links,
        created_at=moment(found.get("created_at")),
        counts=tuple((name, count) for name, count in counts if count is not None),
    )


def _contact(shown: object) -> Contact:
    if not isinstance(shown, Mapping):
        return Contact(name=text(shown), handle="")
    return Contact(
        name=_written(shown), handle=text(shown.get("handle")), bio=text(shown.get("bio"))
    )


def _pupils(roster: object) -> Pupils:
    return tuple(
        (name.given, name.family)
        for each in several(roster)
        if (name := person_name(_written(each) if isinstance(each, Mapping) else text(each))).family
    )


def _declared_of_label_row(staff: Fields) -> Iterator[tuple[str, str]]:
    """Yield account keys, and the handles as they are spelled."""
    handles = staff.get("handles")
    if isinstance(handles, Mapping):
        told = ((str(platform), each) for platform, each in handles.items())
    else:
        told = ((_platform(each), each) for each in several(handles))
    for platform, each in told:
        for handle in texts(each.get("handle") if isinstance(each, Mapping) else each):
            yield _account(platform, handle)


def _platform(told: object) -> str:
    return text(told.get("platform")) if isinstance(told, Mapping) else ""


def _account(platform: str, told: str) -> tuple[str, str]:
    """Read a handle, or the address of its profile."""
    handle = told.rstrip("/").rpartition("/")[2].removeprefix("@")
    known = account_keys(told) if "/" in told else ()
    return next(iter(known), "") or account_key(platform, handle), handle


def _linked_accounts(staff: Fields) -> Iterator[str]:
    for url in texts(staff.get("known_urls")):
        yield from account_keys(url)


def _spelled(url: str) -> str:
    """Write an address of an account as that account, so that two spellings are one."""
    return next(map(_url, account_keys(url)), canonical_key(url))


def _url(account: str) -> str:
    return f"https://{account}"


def _on(platform: str, told: object) -> object:
    """Return what is told for a platform, where things are told apart by platform."""
    if not isinstance(told, Mapping):
        return told
    here = {account_key(str(name), "").partition(":")[0]: each for name, each in told.items()}
    return here.get(platform) if platform else next(iter(here.values()), None)


def _written(shown: Fields) -> str:
    """Return a name, in one or in parts."""
    parts = (_first(shown, names) for names in (_GIVEN, _MIDDLE, _FAMILY))
    return _first(shown, _NAMES) or " ".join(filter(None, parts))


def _first(shown: Fields, names: tuple[str, ...]) -> str:
    return next(filter(None, (text(shown.get(name)) for name in names)), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What every row has, whatever it asks."""

    id: str | int
    ask: Ask


# Raises DecodeError or InputError where a line is not what its question needs.
Answerer = Callable[[bytes], Scored]


@click.command()
@click.option(
    "--jsonl", is_flag=True, required=True, expose_value=False, help="JSON lines in and out."
)
@pass_desk
def score(desk: Desk) -> None:
    """Score rows of names, handles or profiles from standard input.

    docs/detection.md has the fields. Each good line is answered, in order. A line that cannot be
    read is named on standard error, and the exit code is 65.
    """
    bad = answer(sys.stdin.buffer, *answerers(desk))
    if bad:
        reason = f"{bad} of the lines could not be scored; all others were."
        raise InputError(reason)


def answerers(desk: Desk) -> tuple[Answerer, Answerer]:
    """Return who answers questions about names and handles, and who those about profiles."""
    table = scorers(census())
    whose = ProfileLabel(
        counts=census(),
        weights=own_weights(),
        year=desk.outside.clock.now().year,
    )
    rows, anything = msgspec.json.Decoder(Row), msgspec.json.Decoder(dict[str, object])

    def names_and_handles(line: bytes) -> Scored:
        row = rows.decode(line)
        return table[row.ask](row.staff, row.found)

    return names_and_handles, lambda line: whose(read_profile(anything.decode(line)))


def answer(lines: Iterable[bytes], names_and_handles: Answerer, profiles: Answerer) -> int:
    """Print one answer a line, and return how many lines could not be scored."""
    decoder = msgspec.json.Decoder(Asked)
    bad = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            asked = decoder.decode(line)
            ask = profiles if asked.ask is Ask.LABEL else names_and_handles
            sys.stdout.write(_answer(asked, ask(line)))
        # Lists inside lists, thousands deep, are a fault of the line, too.
        except (msgspec.DecodeError, InputError, RecursionError) as error:
            bad += 1
            click.echo(f"namesake: Line {number} cannot be scored: {inert(str(error))}.", err=True)
    return bad


def _answer(asked: Asked, scored: Scored) -> str:
    """Write plain ASCII: a terminal obeys no letter of it."""
    said = {"id": asked.id, "score": scored.score, "label": scored.label, "reasons": scored.reasons}
    return f"{json.dumps(said)}\n"


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
