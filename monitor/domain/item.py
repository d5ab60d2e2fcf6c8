"""What exists, where it is seen, and what it looked like.

When a question may be asked with "only if it has changed", and when it is read anew.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from html import unescape
from unicodedata import normalize

from monitor.domain.pii import Unshown
from scrapers.models import Finding, Kept, Kind

IDENTITY = {
    Kind.ACCOUNT: ("kind", "key", "account", "account_aliases"),
    Kind.PAGE: ("kind", "key", "account", "account_aliases"),
}
MATERIAL = {
    Kind.ACCOUNT: ("name", "handle", "bio", "picture_hash", "links", "private"),
    Kind.PAGE: (),
}
VOLATILE = {
    Kind.ACCOUNT: (
        *("url", "title", "snippet", "location", "created_at", "counts"),
        *("picture", "picture_print", "exposed", "says_missing"),
    ),
    Kind.PAGE: (
        *("url", "title", "snippet", "location", "created_at", "counts"),
        *("picture", "picture_print", "exposed", "says_missing"),
        *("name", "handle", "bio", "picture_hash", "links", "private"),
    ),
}

# The first byte of a hash. A new way of hashing gets the next number, so that old hashes are
# known for what they are and the world is not told as changed.
HASH_VERSION = 1


class Presence(StrEnum):
    """MISSING is one proof of absence; GONE is two, two days apart."""

    PRESENT = "present"
    MISSING = "missing"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One account or one page, of one person. `flips` are the times it came or went."""

    ref: str
    person: str
    portrait: Finding
    first_seen: datetime
    last_seen: datetime
    presence: Presence = Presence.PRESENT
    missing_since: datetime | None = None
    flips: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """Where an item is seen: under which question, and the last value read there.

    `unshown` are the private contacts that the item's own address showed once, and no longer.
    """

    item: str
    query: str
    source: str
    finding: Finding
    first: datetime
    last: datetime
    misses: int = 0
    unshown: tuple[Unshown, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What an item looked like to one question from `at` on."""

    item: str
    query: str
    at: datetime
    material_hash: bytes
    finding: Finding


def anchor(finding: Finding) -> str:
    """Return what stays the same between visits: an account outlives its handle and its URL."""
    return next(iter(_accounts((finding,))), finding.key)


def aliases(finding: Finding) -> tuple[str, ...]:
    """Return every key under which the same item may be met again, the surest first."""
    names = (finding.account, *finding.account_aliases, finding.key)
    return tuple(dict.fromkeys(name for name in names if name))


def contradicts(known: Finding, met: Finding) -> bool:
    """Tell whether two accounts of one platform have different stable ids.

    They are two accounts, then, even if the second now bears the handle of the first.
    """
    return (
        known.platform == met.platform
        and bool(known.account and met.account)
        and (
            not {known.account, met.account} & _handles((known, met))
            and known.account != met.account
        )
    )


def material_changes(before: Finding, after: Finding) -> tuple[str, ...]:
    """Name the material fields that differ in more than their spelling on the page."""
    fields = MATERIAL[after.kind] if before.kind is after.kind else ()
    return tuple(each for each in fields if _weighed(before, each) != _weighed(after, each))


def material_hash(finding: Finding) -> bytes:
    """Hash what is material. Empty fields count for nothing, so that a new field changes none."""
    told = ((each, _weighed(finding, each)) for each in MATERIAL[finding.kind])
    digest = sha256(ascii([pair for pair in told if pair[1]]).encode())
    return bytes((HASH_VERSION,)) + digest.digest()


def combined(findings: Iterable[Finding]) -> Finding:
    """Make a portrait of one item out of its sightings, whatever their order.

    Of each text the longest is kept, of an account's keys the one that is not a handle.
    Raises ValueError where there is no finding.
    """
    several = list(findings)
    first = min(several, key=lambda each: (each.kind, each.key, each.url))
    account, *others = _accounts(several) or [""]
    return replace(
        first,
        account=account,
        account_aliases=tuple(others),
        title=_longest(each.title for each in several),
        snippet=_longest(each.snippet for each in several),
        name=_longest(each.name for each in several),
        handle=_longest(each.handle for each in several),
        bio=_longest(each.bio for each in several),
        location=_longest(each.location for each in several),
        links=tuple(sorted({link for each in several for link in each.links})),
        picture=_longest(each.picture for each in several),
        picture_hash=_longest(each.picture_hash for each in several),
        picture_print=_longest(each.picture_print for each in several),
        exposed=tuple(sorted({shown for each in several for shown in each.exposed})),
        says_missing=any(each.says_missing for each in several),
        private=max((each.private for each in several if each.private is not None), default=None),
        created_at=min((each.created_at for each in several if each.created_at), default=None),
        counts=_highest(count for each in several for count in each.counts),
    )


def united(items: Iterable[Item]) -> Item:
    """Make one item of several that turned out to be the same; the older history is kept.

    Raises ValueError where there is no item.
    """
    several = sorted(items, key=lambda each: (each.first_seen, each.ref))
    freshest = max(several, key=lambda each: (each.last_seen, each.ref))
    return replace(
        several[0],
        portrait=combined(each.portrait for each in several),
        last_seen=freshest.last_seen,
        presence=freshest.presence,
        missing_since=freshest.missing_since,
        flips=tuple(sorted({flip for each in several for flip in each.flips})),
    )


def as_read(text: str) -> str:
    """Return what a reader makes of a text, however the page spells its signs and blanks."""
    # Twice, since pages escape what was escaped already; not until nothing changes, since a
    # hostile page could nest entities as deep as it is long.
    return " ".join(normalize("NFC", unescape(unescape(text))).split())


def _weighed(finding: Finding, field: str) -> str | tuple[str, ...]:
    match field:
        case "handle":
            return as_read(finding.handle).casefold().removeprefix("@")
        case "links":
            return tuple(sorted({as_read(link).rstrip("/") for link in finding.links}))
        case "private":
            # Untold and open weigh the same: only a closed door is something to tell.
            return "private" if finding.private else ""
    return as_read(str(getattr(finding, field)))


def _accounts(findings: Iterable[Finding]) -> list[str]:
    keys = {key for each in findings for key in (each.account, *each.account_aliases) if key}
    return sorted(keys, key=lambda key: (":@" in key, key))


def _handles(findings: Iterable[Finding]) -> set[str]:
    return {key for key in _accounts(findings) if ":@" in key}


def _longest(texts: Iterable[str]) -> str:
    return max(texts, key=lambda text: (len(text), text))


def _highest(counts: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    best: dict[str, int] = {}
    for name, count in counts:
        best[name] = max(count, best.get(name, count))
    return tuple(sorted(best.items()))


# A server whose word for a page is wrong hides what changes there for this long at most.
READ_ANEW_AFTER = timedelta(days=28)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """The page that a question read last: what is kept of it, and how much it `shown`.

    `read_at` is when it was read, not when it was last found to be the same.
    """

    kept: Kept
    shown: int
    read_at: datetime


def kept_for(
    remembered: Remembered | None, sightings: Collection[Sighting], now: datetime
) -> Kept | None:
    """Return what to ask with, or None where an answer of "unchanged" would not be enough.

    Every sighting must be there to be confirmed: none missed, none merged into another or
    forgotten since. A miss waits for its second proof, and "unchanged" would be none.
    """
    if remembered is None or not now - READ_ANEW_AFTER < remembered.read_at <= now:
        return None
    if len(sightings) != remembered.shown or any(each.misses for each in sightings):
        return None
    return remembered.kept
