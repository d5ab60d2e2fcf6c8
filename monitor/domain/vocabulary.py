"""The closed lists that every layer speaks of, and that need nothing else to be understood."""

from enum import StrEnum


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


class Decision(StrEnum):
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


class EventKind(StrEnum):
    APPEARED = "appeared"
    CHANGED = "changed"
    VANISHED = "vanished"
    REAPPEARED = "reappeared"
    FLAPPING = "flapping"
    CLEARED = "cleared"


class OwnershipLabel(StrEnum):
    OWN = "own"
    NAMESAKE = "namesake"
    IMPERSONATION = "impersonation"
    UNRELATED = "unrelated"
    UNKNOWN = "unknown"


class ConsentAction(StrEnum):
    """What a line of the ledger records. LEFT is by the district, DISOWNED by the mailbox."""

    GIVEN = "given"
    RENEWED = "renewed"
    NARROWED = "narrowed"
    PAUSED = "paused"
    RESUMED = "resumed"
    WITHDRAWN = "withdrawn"
    DISOWNED = "disowned"
    LEFT = "left"
    LAPSED = "lapsed"


class DiffMarkKind(StrEnum):
    KEPT = "kept"
    ADDED = "added"
    REMOVED = "removed"
