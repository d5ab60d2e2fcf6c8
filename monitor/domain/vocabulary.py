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

    @property
    def rank(self) -> int:
        """Return the place among all, the worst first."""
        return list(Severity).index(self)


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
    """What a line of the ledger records. LEFT is by the district; the mailbox reports 'not me'."""

    GIVEN = "given"
    RENEWED = "renewed"
    NARROWED = "narrowed"
    PAUSED = "paused"
    RESUMED = "resumed"
    WITHDRAWN = "withdrawn"
    REPORTED_NOT_ME = "reported-not-me"
    LEFT = "left"
    EXPIRED = "expired"


class GapKind(StrEnum):
    """Why a source could not be checked: what proves nothing, a missing proof, or no end yet."""

    PARTIAL = "partial"
    BLOCKED = "blocked"
    LIMITED = "limited"
    UNREADABLE = "unreadable"
    FAILED = "failed"
    DECLINED = "declined"
    SKIPPED = "skipped"
    UNPROVEN = "unproven"
    ASKED = "asked"
    LATE = "late"


class DiffMarkKind(StrEnum):
    """What a piece of text is: the same in both, only in the one, or taken from the other."""

    KEPT = "kept"
    ADDED = "added"
    REMOVED = "removed"
    COPIED = "copied"


class HoldAction(StrEnum):
    PLACE = "place"
    LIFT = "lift"


class OpeningReason(StrEnum):
    """What opens a flag to IT. BREAK_GLASS opens any flag, and a flag only."""

    SHARED = "shared"
    CONFIRMED = "confirmed"
    UNANSWERED = "unanswered"
    COUNSEL = "counsel"
    BREAK_GLASS = "break-glass"


class SourceStage(StrEnum):
    """How far a source is. TESTING asks it what we know already, and it failed that if DOUBTED.

    STOPPED answered at first, and BLOCKED never did.
    """

    WAITING = "waiting"
    TESTING = "testing"
    ASKING = "asking"
    DONE = "done"
    STOPPED = "stopped"
    BLOCKED = "blocked"
    DOUBTED = "doubted"

    @property
    def is_finished(self) -> bool:
        return self in {
            SourceStage.DONE,
            SourceStage.STOPPED,
            SourceStage.BLOCKED,
            SourceStage.DOUBTED,
        }

    @property
    def is_trusted(self) -> bool:
        """Tell whether what it says may be shown: it passed its test, if it had one."""
        return self in {SourceStage.ASKING, SourceStage.DONE, SourceStage.STOPPED}


class HealthLevel(StrEnum):
    """WARN is to be seen to in the coming days; BAD means that something is not done now."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


class FieldLikeness(StrEnum):
    """LIKE passes for the same at a glance; PARTLY shares words or entries."""

    SAME = "same"
    LIKE = "like"
    PARTLY = "partly"
    DIFFERENT = "different"


class InvitationStatus(StrEnum):
    """Where an invitation stands; UNKNOWN is also one whose person has left."""

    OPEN = "open"
    ANSWERED = "answered"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class ConsentPhase(StrEnum):
    """EXPIRED is one that ran out and can be renewed until everything is erased."""

    ENROLLED = "enrolled"
    PAUSED = "paused"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class GuideReliability(StrEnum):
    """How we know: the platform says so itself, others say so, or nobody has looked it up."""

    OFFICIAL = "official"
    SECONDARY = "secondary"
    RECALLED = "recalled"


class AllowedReporter(StrEnum):
    PERSON = "person"
    REPRESENTATIVE = "representative"
    PARENT = "parent"
    ANYBODY = "anybody"


class ProofRequirement(StrEnum):
    """Whether the platform wants proof of who reports. It goes to them, and never to us."""

    NO = "no"
    SOMETIMES = "sometimes"
    ALWAYS = "always"
    UNTOLD = "untold"


class Scope(StrEnum):
    SEARCH = "search"
    PROFILES = "profiles"
    MAIL_ADDRESS = "mail-address"
    MAIL_HASH = "mail-hash"
    PHOTOS = "photos"
    STUDENT_LINKS = "student-links"
