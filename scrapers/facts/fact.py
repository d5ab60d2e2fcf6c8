"""Facts about the world outside: where each is from, and when somebody last looked.

They grow old without a sign, so they lie apart from the program, one file of tables a kind. An
update may change when somebody looked, addresses, and prices; words, patterns, new hosts and new
facts come with a release, which more people read.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from math import inf
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

STALE_AFTER = timedelta(days=180)
# The day of the facts that come with the program: an update must be newer.
SHIPPED_ON = date(2026, 12, 1)

FOLDER = Path(__file__).parent
# The kind that is in a format of others.
SITES = "sites"
FactTable = Mapping[str, object]
# By kind, then by the key of a fact.
FactChanges = Mapping[str, Mapping[str, FactTable]]
NO_CHANGES: FactChanges = MappingProxyType({})
_PAGES = frozenset({"form", "help"})
PRICE_KEYS = frozenset({"usd_per_1000"})
LONGEST_ADDRESS = 300
PLACEHOLDER = re.compile(r"\{[^{}]*\}")
ADDRESS = re.compile(r"https://[^\s<>\"'@\\\[\]]+")
# msgspec 0.22 ends the process if two threads meet a type for the first time together.
_FIRST_USE_LOCK = Lock()
FactT = TypeVar("FactT", bound="DatedFact")


class FactReliability(StrEnum):
    """How we know: its own page says so, others say so, or no one has looked it up."""

    OFFICIAL = "official"
    SECONDARY = "secondary"
    RECALLED = "recalled"


class DatedFact(Struct, frozen=True, kw_only=True):
    """`source` is where we have it from, and `as_of` the date of the newest text that says so.

    `seen_on` is the day when somebody looked at the page itself, or of a dated copy that they read
    whole: nothing else sets it.
    """

    known: FactReliability = FactReliability.RECALLED
    source: str = ""
    as_of: date | None = None
    seen_on: date | None = None

    @property
    def day(self) -> date | None:
        """How old it is at best; None where nothing that we have of it bears a date."""
        return max(filter(None, (self.seen_on, self.as_of)), default=None)

    def is_stale(self, now: datetime) -> bool:
        """Tell whether nobody has looked at the page itself for long, or ever."""
        return self.seen_on is None or now.date() - self.seen_on > STALE_AFTER

    def is_unconfirmed(self, now: datetime) -> bool:
        """Tell whether we have it neither from its own page nor have looked there lately."""
        return self.known is not FactReliability.OFFICIAL and self.is_stale(now)


class FactsError(ValueError):
    """A file of facts is not of its form; the sentence names it."""


def parse_facts(text: str, name: str, shape: type[FactT]) -> dict[str, FactT]:
    """Read tables from TOML; raise FactsError naming the file where it is not of that form."""
    try:
        return _convert_tables(parse_tables(text), shape)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise FactsError(f"{name} cannot be used: {error}.") from error


def load_facts(
    kind: str, shape: type[FactT], changes: FactChanges = NO_CHANGES
) -> dict[str, FactT]:
    """Return the facts of a kind by their keys: as they came with the program, then changed."""
    return _convert_tables(load_tables(kind, changes), shape)


def list_fact_kinds() -> tuple[str, ...]:
    return tuple(sorted((SITES, *(file.stem for file in FOLDER.glob("*.toml")))))


def load_tables(kind: str, changes: FactChanges = NO_CHANGES) -> dict[str, FactTable]:
    """Return the tables of a kind; one without a name is like that of another kind, where named."""
    changed, (tables, like) = changes.get(kind, {}), _read_shipped_tables(kind)
    base = load_tables(like, changes) if like else {}
    return {
        key: {
            **({} if "name" in table else _take_over(base.get(key, {}), table)),
            **table,
            **changed.get(key, {}),
        }
        for key, table in tables.items()
    }


@cache
def _read_shipped_tables(kind: str) -> tuple[Mapping[str, FactTable], str]:
    """Return the tables that came with the program, and the kind that they are like, if any."""
    if kind == SITES:
        return {spell_key(row["name"]): _date_site(row) for row in load_site_file()["sites"]}, ""
    contents = tomllib.loads((FOLDER / f"{kind}.toml").read_text("utf-8"))
    like = str(contents.pop("like", ""))
    return _fill_in_common(contents), like


def _take_over(base: FactTable, table: FactTable) -> FactTable:
    """Return what a table has from that of another kind; nobody looked at a page of its own."""
    has_own_page = not _PAGES.isdisjoint(table)
    return {key: value for key, value in base.items() if key != "seen_on" or not has_own_page}


def load_site_file() -> dict[str, Any]:
    """Return the list of sites, which is in the WhatsMyName format: JSON, with fields of ours."""
    contents: dict[str, Any] = json.loads((FOLDER / "sites.json").read_bytes())
    return contents


def spell_key(name: str) -> str:
    """Return the key of a site called so."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")


def _date_site(row: FactTable) -> FactTable:
    """Return what an update may change of a site, and its dates: `known` has accounts there."""
    seen_on = str(row.get("seen_on", ""))
    return {
        **{key: row[key] for key in ("uri_check", "uri_pretty") if key in row},
        "known": FactReliability.SECONDARY,
        "source": row.get("provenance", ""),
        "seen_on": date.fromisoformat(seen_on) if seen_on else None,
    }


def parse_tables(text: str) -> dict[str, FactTable]:
    """Read tables; what stands before the first of them holds where one is silent."""
    return _fill_in_common(tomllib.loads(text))


def _fill_in_common(contents: Mapping[str, object]) -> dict[str, FactTable]:
    tables = {key: value for key, value in contents.items() if isinstance(value, Mapping)}
    common = {key: value for key, value in contents.items() if key not in tables}
    return {key: {**common, **table} for key, table in tables.items()}


def _convert_tables(tables: Mapping[str, FactTable], shape: type[FactT]) -> dict[str, FactT]:
    with _FIRST_USE_LOCK:
        return {key: msgspec.convert(table, shape) for key, table in tables.items()}


class FactUpdate(Struct, frozen=True, kw_only=True):
    """`made_on` is its version: the newer of two counts."""

    made_on: date
    changes: dict[str, dict[str, dict[str, object]]]


def parse_update(text: str) -> FactUpdate:
    """Read an update; raise FactsError where it is none."""
    try:
        contents = tomllib.loads(text)
        made_on = contents.pop("made_on", None)
        with _FIRST_USE_LOCK:
            return msgspec.convert({"made_on": made_on, "changes": contents}, FactUpdate)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise FactsError(f"It is no update of facts: {error}.") from error


def split_known(changes: FactChanges) -> tuple[FactChanges, tuple[str, ...]]:
    """Return the changes of facts that this version has, and the names of the others."""
    kinds = list_fact_kinds()
    tables = {kind: load_tables(kind) for kind in changes if kind in kinds}
    known = {
        kind: {key: changed for key, changed in changes[kind].items() if key in tables[kind]}
        for kind in tables
    }
    unknown = (
        f"{kind}.{key}" for kind in changes for key in changes[kind].keys() - known.get(kind, {})
    )
    return known, tuple(sorted(unknown))


def list_change_faults(changes: FactChanges, made_on: date) -> Iterator[str]:
    """Yield one clause for each change of a known fact that no update of that day may make."""
    for kind, facts in changes.items():
        tables = load_tables(kind)
        for key, changed in facts.items():
            for name, value in changed.items():
                fault = _find_fault(tables[key], name, value, made_on)
                if fault:
                    yield f"{kind}.{key}.{name} {fault}"


def _find_fault(fact: FactTable, name: str, value: object, made_on: date) -> str:
    """Say what is wrong with one change, empty if it may be made."""
    if name == "seen_on":
        is_day = type(value) is date and value <= made_on
        return "" if is_day else "must be a day before that of the update"
    if name in PRICE_KEYS and name in fact:
        is_price = (
            isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < inf
        )
        return "" if is_price else "must be a price"
    if _is_address(fact.get(name)):
        if not _is_address(value):
            return "must be an https address"
        if PLACEHOLDER.findall(str(value)) != PLACEHOLDER.findall(str(fact[name])):
            return "must hold what is filled in"
        is_known = _read_host(value) in _list_hosts(fact)
        return "" if is_known else "leads to a host that this fact does not have"
    return "may change only with a release"


def _is_address(value: object) -> bool:
    return isinstance(value, str) and bool(
        len(value) <= LONGEST_ADDRESS and ADDRESS.fullmatch(value)
    )


def _read_host(address: object) -> str:
    return urlsplit(str(address)).netloc.casefold()


def _list_hosts(fact: FactTable) -> set[str]:
    hosts = fact.get("hosts", ())
    listed = {str(host) for host in hosts} if isinstance(hosts, list) else set()
    return listed | {_read_host(value) for value in fact.values() if _is_address(value)}
