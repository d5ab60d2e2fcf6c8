"""The raw difference between what one question showed before and what it shows now."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from operator import attrgetter
from typing import TypeAlias

from monitor.domain.item import anchor, combined
from scrapers.finding import Finding
from scrapers.outcome import Outcome
from scrapers.reading import Reading

Shown: TypeAlias = Mapping[str, Finding]
"""What one question shows: each finding under its anchor (see `item.anchor`)."""

FIELDS = tuple(field.name for field in fields(Finding))
_values = attrgetter(*FIELDS)


class ChangeKind(StrEnum):
    ADDED = "added"
    ALTERED = "altered"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """`before` is None when added, `after` is None when removed; `fields` names what differs."""

    kind: ChangeKind
    key: str
    before: Finding | None = None
    after: Finding | None = None
    fields: tuple[str, ...] = ()


def by_anchor(findings: Iterable[Finding]) -> dict[str, Finding]:
    """Key findings for a comparison; what a page lists twice becomes one."""
    shown: dict[str, Finding] = {}
    for each in findings:
        key = anchor(each)
        shown[key] = combined((shown[key], each)) if key in shown else each
    return shown


def shown_after(before: Shown, reading: Reading) -> Shown:
    """Return what a question shows after a reading: only proof of absence takes away.

    A partial reading adds; a visit that came to nothing leaves all as it was.
    """
    match reading.outcome:
        case Outcome.FOUND:
            return by_anchor(reading.findings)
        case Outcome.ABSENT:
            return {}
        case Outcome.PARTIAL:
            return {**before, **by_anchor(reading.findings)}
    return before


def diff(before: Shown, after: Shown) -> Iterator[Change]:
    """Yield every raw difference, volatile fields included, in the order of the keys."""
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        if old is None:
            yield Change(kind=ChangeKind.ADDED, key=key, after=new)
        elif new is None:
            yield Change(kind=ChangeKind.REMOVED, key=key, before=old)
        else:
            names = _differing(old, new)
            yield Change(kind=ChangeKind.ALTERED, key=key, before=old, after=new, fields=names)


def _differing(old: Finding, new: Finding) -> tuple[str, ...]:
    pairs = zip(FIELDS, _values(old), _values(new), strict=True)
    return tuple(name for name, was, now in pairs if was != now)
