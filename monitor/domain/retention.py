"""How long each thing is kept: one table, and everything that is stored stands in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Kept(StrEnum):
    PAGE_BODY = "page-body"
    JOURNAL = "journal"
    ITEM = "item"
    SIGHTING = "sighting"
    VERSION = "version"
    EVENT = "event"
    FLAG = "flag"
    EVIDENCE = "evidence"
    STUDENT_EVIDENCE = "student-evidence"
    GLASS = "glass"
    LOOK = "look"
    LETTER = "letter"
    INVITATION = "invitation"
    UNFINISHED = "unfinished"
    RUN_REQUEST = "run-request"
    ROBOTS = "robots"
    HOST = "host"
    LETTER_RECORD = "letter-record"
    SWEEP = "sweep"
    SOURCE = "source"
    SPENDING = "spending"
    SESSION = "session"
    ADDRESS_CHANGE = "address-change"
    LAPSED = "lapsed"
    PERSON = "person"
    AUDIT = "audit"


class Stage(StrEnum):
    """OPEN is in use or undecided; CLOSED is gone, ruled, settled, sent, spent or withdrawn."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetime:
    """None means: for as long as the person stays.

    For the audit, and for how sources stand, it means: for as long as the service does.
    """

    open: timedelta | None
    closed: timedelta | None


AT_ONCE = timedelta(0)
DAY = timedelta(days=1)
YEAR = timedelta(days=365)

# What leaving promises. The erasure itself is due at once; the daily purge is there for one
# that was interrupted, and still keeps the promise.
ERASED_WITHIN = DAY

TABLE: Mapping[Kept, Lifetime] = {
    # Open is a page behind a flag that is open; a canary's goes when the next one comes.
    Kept.PAGE_BODY: Lifetime(open=30 * DAY, closed=AT_ONCE),
    # A reading is staged until its source closes; one that never does is given up.
    Kept.JOURNAL: Lifetime(open=14 * DAY, closed=AT_ONCE),
    Kept.ITEM: Lifetime(open=None, closed=YEAR),
    Kept.SIGHTING: Lifetime(open=None, closed=YEAR),
    # Closed is a version that a later one replaced.
    Kept.VERSION: Lifetime(open=None, closed=YEAR),
    Kept.EVENT: Lifetime(open=YEAR, closed=YEAR),
    # A ruling is remembered while its item is seen, or the next sweep would ask again.
    Kept.FLAG: Lifetime(open=None, closed=YEAR),
    Kept.EVIDENCE: Lifetime(open=None, closed=AT_ONCE),
    Kept.STUDENT_EVIDENCE: Lifetime(open=90 * DAY, closed=AT_ONCE),
    # Closed is an early opening that is over or was never confirmed; the audit remembers it.
    Kept.GLASS: Lifetime(open=None, closed=30 * DAY),
    # Closed is a reviewer's look that has run out.
    Kept.LOOK: Lifetime(open=None, closed=AT_ONCE),
    # Closed is a letter that the mail server accepted: its words go, its id stays. One that was
    # given up stays open for a while, in case an operator mends what was wrong.
    Kept.LETTER: Lifetime(open=30 * DAY, closed=AT_ONCE),
    # Open is one without an answer; a reminder begins its time anew, once.
    Kept.INVITATION: Lifetime(open=14 * DAY, closed=AT_ONCE),
    # Answers of somebody who began to join and did not end it.
    Kept.UNFINISHED: Lifetime(open=DAY, closed=AT_ONCE),
    Kept.RUN_REQUEST: Lifetime(open=7 * DAY, closed=DAY),
    # Closed is a file whose day is over: its host is asked for it again.
    Kept.ROBOTS: Lifetime(open=DAY, closed=AT_ONCE),
    # A host that keeps us away, or has just done so; a rested one is nothing to remember, and
    # its name may hold a handle.
    Kept.HOST: Lifetime(open=14 * DAY, closed=DAY),
    # That a letter was sent, when, and its hash: as long as a reminder has to be found again.
    Kept.LETTER_RECORD: Lifetime(open=None, closed=YEAR + 60 * DAY),
    # How a sweep went, and each source in it: nothing of what was found.
    Kept.SWEEP: Lifetime(open=None, closed=YEAR),
    # How a source stands, without a word about anybody.
    Kept.SOURCE: Lifetime(open=None, closed=None),
    # What was asked and paid: counts, until the next sweep, or the next day, begins anew.
    Kept.SPENDING: Lifetime(open=14 * DAY, closed=AT_ONCE),
    # Closed is one whose time is over: a reader signs in again.
    Kept.SESSION: Lifetime(open=DAY, closed=AT_ONCE),
    # Open is a change that was made: letters to the old address may still come back, and its owner
    # may say that it was not them. Closed is a new address that nobody confirmed.
    Kept.ADDRESS_CHANGE: Lifetime(open=30 * DAY, closed=DAY),
    # What a consent that ran out had allowed: until then it can be renewed.
    Kept.LAPSED: Lifetime(open=30 * DAY, closed=AT_ONCE),
    Kept.PERSON: Lifetime(open=None, closed=AT_ONCE),
    Kept.AUDIT: Lifetime(open=None, closed=None),
}


def expired(what: Kept, stage: Stage, at: datetime, now: datetime) -> bool:
    """Tell whether a thing is to be forgotten by `now`.

    `at` is when it was made or last seen, and, if it is closed later than that, when it was.
    """
    lifetime = TABLE[what]
    span = lifetime.open if stage is Stage.OPEN else lifetime.closed
    return span is not None and now - at >= span
