"""What may change of the facts between two releases: when somebody looked, addresses, and prices.

Words, patterns, new hosts and new facts come with a release, which more people read.
"""

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from math import inf
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from scrapers.facts.fact import FactChanges, FactsError, FactTable, list_fact_kinds, load_tables

PRICE_KEYS = frozenset({"usd_per_1000"})
LONGEST_ADDRESS = 300
PLACEHOLDER = re.compile(r"\{[^{}]*\}")
ADDRESS = re.compile(r"https://[^\s<>\"'@\\]+")


class FactUpdate(Struct, frozen=True, kw_only=True):
    """`made_on` is its version: the newer of two counts."""

    made_on: date
    changes: dict[str, dict[str, dict[str, object]]]


def parse_update(text: str) -> FactUpdate:
    """Read an update; raise FactsError where it is none."""
    try:
        contents = tomllib.loads(text)
        made_on = contents.pop("made_on", None)
        return msgspec.convert({"made_on": made_on, "changes": contents}, FactUpdate)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        reason = f"It is no update of facts: {error}."
        raise FactsError(reason) from error


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


def list_change_faults(changes: FactChanges, today: date) -> Iterator[str]:
    """Yield one clause for each change of a known fact that no update may make."""
    for kind, facts in changes.items():
        tables = load_tables(kind)
        for key, changed in facts.items():
            for name, value in changed.items():
                fault = _find_fault(tables[key], name, value, today)
                if fault:
                    yield f"{kind}.{key}.{name} {fault}"


def _find_fault(fact: FactTable, name: str, value: object, today: date) -> str:
    """Say what is wrong with one change, empty if it may be made."""
    if name == "seen_on":
        is_day = type(value) is date and value <= today
        return "" if is_day else "must be a day that is over"
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
