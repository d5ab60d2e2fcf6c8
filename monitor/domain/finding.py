"""What exists, where it is seen, and what it looked like.

When a query may be asked with "only if it has changed", and when it is read again.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.domain.private_details import VanishedContact
from monitor.domain.vocabulary import HarmKind
from scrapers.models import PageFingerprint, Trace, TraceKind


class Presence(StrEnum):
    """MISSING is one proof of absence; GONE is two, two days apart (`finding_events.py`)."""

    PRESENT = "present"
    MISSING = "missing"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One account or one page, of one person. `flips` are the times it came or went."""

    id: str
    person_id: str
    portrait: Trace
    first_seen: datetime
    last_seen: datetime
    presence: Presence = Presence.PRESENT
    missing_since: datetime | None = None
    flips: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """Where a finding is seen: under which query, and the last value read there.

    `unshown` are the private contacts that the finding's own address showed once, and no longer.
    """

    finding_id: str
    query: str
    source: str
    trace: Trace
    first: datetime
    last: datetime
    misses: int = 0
    unshown: tuple[VanishedContact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingVersion:
    """What a finding looked like to one query from `at` on."""

    finding_id: str
    query: str
    at: datetime
    trace: Trace


def compute_anchor(trace: Trace) -> str:
    """Return what stays the same between visits: an account outlives its handle and its URL."""
    return next(iter(_list_account_keys((trace,))), trace.key)


def list_aliases(trace: Trace) -> tuple[str, ...]:
    """Return every key under which the same finding may be met again, the surest first."""
    names = (trace.account, *trace.account_aliases, trace.key)
    return tuple(dict.fromkeys(name for name in names if name))


def is_different_account(known: Trace, met: Trace) -> bool:
    """Tell whether two accounts of one platform have different stable ids.

    They are two accounts, then, even if the second now bears the handle of the first.
    """
    return (
        known.platform == met.platform
        and bool(known.account and met.account)
        and (
            not {known.account, met.account} & _list_handle_keys((known, met))
            and known.account != met.account
        )
    )


def combine_traces(traces: Iterable[Trace]) -> Trace:
    """Combine the sightings of one finding, in any order, into one portrait.

    Each text is the longest seen; of an account's keys it uses the one that is not a handle.
    If one sighting of a page has sexual words, the text of none is left, nor of an account of
    which one sighting was withheld.
    Raises ValueError where there is no trace.
    """
    several = list(traces)
    if any(HarmKind.SEXUAL in trace.harms for trace in several):
        several = [withhold_page_text(trace) for trace in several]
    if withheld := max(trace.withheld for trace in several):
        several = [withhold_account_text(trace, withheld) for trace in several]
    first = min(several, key=lambda trace: (trace.kind, trace.key, trace.url))
    account, *others = _list_account_keys(several) or [""]
    return replace(
        first,
        account=account,
        account_aliases=tuple(others),
        title=_pick_longest(trace.title for trace in several),
        snippet=_pick_longest(trace.snippet for trace in several),
        name=_pick_longest(trace.name for trace in several),
        handle=_pick_longest(trace.handle for trace in several),
        bio=_pick_longest(trace.bio for trace in several),
        location=_pick_longest(trace.location for trace in several),
        links=tuple(sorted({link for trace in several for link in trace.links})),
        picture=_pick_longest(trace.picture for trace in several),
        picture_hash=_pick_longest(trace.picture_hash for trace in several),
        picture_print=_pick_longest(trace.picture_print for trace in several),
        exposed=tuple(sorted({shown for trace in several for shown in trace.exposed})),
        harms=tuple(sorted({harm for trace in several for harm in trace.harms})),
        says_missing=any(trace.says_missing for trace in several),
        network_labels=tuple(sorted({one for trace in several for one in trace.network_labels})),
        private=max(
            (trace.private for trace in several if trace.private is not None), default=None
        ),
        created_at=min((trace.created_at for trace in several if trace.created_at), default=None),
        counts=_keep_highest(count for trace in several for count in trace.counts),
    )


def withhold_page_text(trace: Trace) -> Trace:
    """Return of a page its address and harms alone; an account is judged by its own words."""
    if trace.kind is not TraceKind.PAGE:
        return trace
    return Trace(key=trace.key, kind=trace.kind, url=trace.url, harms=trace.harms)


def keep_address(trace: Trace) -> Trace:
    """Return of what was found where it is and its keys, by which it is met again."""
    return Trace(
        key=trace.key,
        kind=trace.kind,
        url=trace.url,
        account=trace.account,
        account_aliases=trace.account_aliases,
        handle=trace.handle,
        withheld=trace.withheld,
    )


def withhold_account_text(trace: Trace, kind: str) -> Trace:
    """Return of an account its address and keys, the kinds of harm and of details, and the mark.

    Without a kind the mark is taken away; what it took does not come back.
    """
    if not kind:
        return replace(trace, withheld="")
    return replace(keep_address(trace), exposed=trace.exposed, harms=trace.harms, withheld=kind)


def merge_findings(findings: Iterable[Finding]) -> Finding:
    """Merge several findings that turned out to be one; the older history stays.

    Raises ValueError where there is no finding.
    """
    several = sorted(findings, key=lambda finding: (finding.first_seen, finding.id))
    freshest = max(several, key=lambda finding: (finding.last_seen, finding.id))
    return replace(
        several[0],
        portrait=combine_traces(finding.portrait for finding in several),
        last_seen=freshest.last_seen,
        presence=freshest.presence,
        missing_since=freshest.missing_since,
        flips=tuple(sorted({flip for finding in several for flip in finding.flips})),
    )


def _list_account_keys(traces: Iterable[Trace]) -> list[str]:
    keys = {key for trace in traces for key in (trace.account, *trace.account_aliases) if key}
    return sorted(keys, key=lambda key: (":@" in key, key))


def _list_handle_keys(traces: Iterable[Trace]) -> set[str]:
    return {key for key in _list_account_keys(traces) if ":@" in key}


def _pick_longest(texts: Iterable[str]) -> str:
    return max(texts, key=lambda text: (len(text), text))


def _keep_highest(counts: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    best: dict[str, int] = {}
    for name, count in counts:
        best[name] = max(count, best.get(name, count))
    return tuple(sorted(best.items()))


# A server whose word for a page is wrong hides what changes there for this long at most.
REREAD_AFTER = timedelta(days=28)


@dataclass(frozen=True, slots=True, kw_only=True)
class LastReadPage:
    """The page that a query read last: what is stored of it, and how much it showed (`shown`).

    `read_at` is when it was read, not when it was last found to be the same.
    """

    kept: PageFingerprint
    shown: int
    read_at: datetime


def select_validators(
    page: LastReadPage | None, sightings: Collection[Sighting], now: datetime
) -> PageFingerprint | None:
    """Return what to ask with, or None where an answer of "unchanged" would not be enough.

    Every sighting must be there to be confirmed: none missed, none merged into another or
    forgotten since. A miss waits for its second proof, and "unchanged" would be none. What was not
    kept has to be read to be judged.
    """
    if page is None or not now - REREAD_AFTER < page.read_at <= now:
        return None
    if len(sightings) != page.shown or any(
        sighting.misses or sighting.trace.withheld for sighting in sightings
    ):
        return None
    return page.kept
