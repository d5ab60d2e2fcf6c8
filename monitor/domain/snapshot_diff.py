"""What counts as a change: the material fields of each kind of trace.

What one query showed before against what it shows now: every raw difference, material or not.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from html import unescape
from operator import attrgetter
from typing import TypeAlias
from unicodedata import normalize

from monitor.domain.finding import combine_traces, compute_anchor
from scrapers.models import Outcome, ParseResult, Trace, TraceKind

MATERIAL = {
    TraceKind.ACCOUNT: ("name", "handle", "bio", "picture_hash", "links", "private"),
    TraceKind.PAGE: (),
}


def list_material_changes(before: Trace, after: Trace) -> tuple[str, ...]:
    """Name the material fields that differ in more than their spelling on the page."""
    fields = MATERIAL[after.kind] if before.kind is after.kind else ()
    return tuple(
        field
        for field in fields
        if _normalize_field(before, field) != _normalize_field(after, field)
    )


def normalize_text(text: str) -> str:
    """Return what a reader makes of a text, however the page spells its signs and blanks."""
    # Twice, since pages escape what was escaped already; not until nothing changes, since a
    # hostile page could nest entities as deep as it is long.
    return " ".join(normalize("NFC", unescape(unescape(text))).split())


def _normalize_field(trace: Trace, field: str) -> str | tuple[str, ...]:
    match field:
        case "handle":
            return normalize_text(trace.handle).casefold().removeprefix("@")
        case "links":
            return tuple(sorted({normalize_text(link).rstrip("/") for link in trace.links}))
        case "private":
            # Untold and open weigh the same: only a closed door is something to tell.
            return "private" if trace.private else ""
    return normalize_text(str(getattr(trace, field)))


# What one query shows: each trace under its anchor (see `compute_anchor`).
Snapshot: TypeAlias = Mapping[str, Trace]

TRACE_FIELDS = tuple(field.name for field in fields(Trace))
_read_values = attrgetter(*TRACE_FIELDS)


class ChangeKind(StrEnum):
    ADDED = "added"
    ALTERED = "altered"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceChange:
    """`before` is None when added, `after` is None when removed; `fields` names what differs."""

    kind: ChangeKind
    key: str
    before: Trace | None = None
    after: Trace | None = None
    fields: tuple[str, ...] = ()


def key_by_anchor(traces: Iterable[Trace]) -> dict[str, Trace]:
    """Key traces for a comparison; what a page lists twice becomes one."""
    shown: dict[str, Trace] = {}
    for trace in traces:
        key = compute_anchor(trace)
        shown[key] = combine_traces((shown[key], trace)) if key in shown else trace
    return shown


def apply_parse_result(before: Snapshot, result: ParseResult) -> Snapshot:
    """Return what a query shows after a reading: only proof of absence takes away.

    A partial reading adds; a visit that came to nothing leaves all as it was.
    """
    match result.outcome:
        case Outcome.FOUND:
            return key_by_anchor(result.traces)
        case Outcome.ABSENT:
            return {}
        case Outcome.PARTIAL:
            return {**before, **key_by_anchor(result.traces)}
    return before


def diff_snapshots(before: Snapshot, after: Snapshot) -> Iterator[TraceChange]:
    """Yield every raw difference, volatile fields included, in the order of the keys."""
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        if old is None:
            yield TraceChange(kind=ChangeKind.ADDED, key=key, after=new)
        elif new is None:
            yield TraceChange(kind=ChangeKind.REMOVED, key=key, before=old)
        else:
            pairs = zip(TRACE_FIELDS, _read_values(old), _read_values(new), strict=True)
            names = tuple(name for name, was, now in pairs if was != now)
            yield TraceChange(kind=ChangeKind.ALTERED, key=key, before=old, after=new, fields=names)
