"""What may be flagged, how bad it is, where it stands, and what people ruled."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.domain.item import material_changes
from scrapers.finding import Finding


class FlagKind(StrEnum):
    """A closed list. Opinions, topics and sentiment are not on it and never will be."""

    IMPERSONATION = "impersonation"
    STUDENT_LINK = "student-link"
    EXPOSED_CONTACT = "exposed-contact"
    OWN_ACCOUNT_CHANGED = "own-account-changed"


class Severity(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class FlagState(StrEnum):
    NEW = "new"
    OPEN = "open"
    MINE = "mine"
    NAMESAKE = "namesake"
    HARMLESS = "harmless"
    IMPERSONATION = "impersonation"
    REPORTED = "reported"
    REMOVED = "removed"
    REFUSED = "refused"
    STUDENT_LINK = "student-link"
    UNLINKED = "unlinked"
    EXPLAINED = "explained"
    FAMILY = "family"
    GONE = "gone"


PURSUED = frozenset(
    {FlagState.IMPERSONATION, FlagState.REPORTED, FlagState.REMOVED, FlagState.REFUSED}
)


class Ruling(StrEnum):
    """What a person may say of an item or a flag; `REOPENED` undoes the last word."""

    MINE = "mine"
    NAMESAKE = "namesake"
    UNRELATED = "unrelated"
    HARMLESS = "harmless"
    IMPERSONATION = "impersonation"
    REPORTED = "reported"
    REMOVED = "removed"
    REFUSED = "refused"
    STUDENT_LINK = "student-link"
    UNLINKED = "unlinked"
    EXPLAINED = "explained"
    FAMILY = "family"
    SHARED = "shared"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One ruling, appended and never overwritten. `by` is an opaque ref or a role."""

    flag: str
    ruling: Ruling
    by: str
    at: datetime
    note: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """Reasons are sentences, weakest last. `relation` tells flags of one kind and item apart.

    It is which contacts of an account look like students, or which kind of contact is exposed.

    `notified_at` is when the mail server accepted the notice to the person, None before.
    `ruled_at` is when the state was last ruled, None while nobody did; `harmless_until` is when
    a ruling of harmless lapses, None where it does not. A flag that re-opens begins anew:
    `opened_at` is when it did, and whom it was told or shown before counts for nothing.
    """

    ref: str
    person: str
    item: str
    kind: FlagKind
    severity: Severity
    state: FlagState
    opened_at: datetime
    reasons: tuple[str, ...]
    lowered_by: tuple[str, ...] = ()
    relation: str = ""
    shared_at: datetime | None = None
    notified_at: datetime | None = None
    ruled_at: datetime | None = None
    harmless_until: datetime | None = None

    @property
    def undecided(self) -> bool:
        return self.state in {FlagState.NEW, FlagState.OPEN}

    @property
    def pursued(self) -> bool:
        return self.state in PURSUED


def exposures(flags: Iterable[Flag]) -> frozenset[str]:
    """Return the kinds of exposed contact that await a word, or an end of their own."""
    exposed = (each for each in flags if each.kind is FlagKind.EXPOSED_CONTACT)
    return frozenset(each.relation for each in exposed if each.undecided)


def urgency(flag: Flag) -> tuple[int, datetime, str]:
    """Return a sort key: the worst first, among equals the oldest."""
    return list(Severity).index(flag.severity), flag.opened_at, flag.ref


def severity_of(
    before: Finding, after: Finding | None, shows_name: Callable[[str], bool]
) -> Severity:
    """Weigh a material change of an own account; `after` is None where it is gone.

    `shows_name` tells whether a display name is one of the person's own.
    """
    if after is None or (_bare(after) and not _bare(before)):
        return Severity.HIGH
    fields = material_changes(before, after)
    if "handle" in fields or (shows_name(before.name) and not shows_name(after.name)):
        return Severity.HIGH
    return Severity.MEDIUM if {"name", "bio"} & set(fields) else Severity.LOW


def _bare(finding: Finding) -> bool:
    return not (finding.name or finding.bio or finding.picture_hash or finding.links)
