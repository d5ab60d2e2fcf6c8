"""How long everything is stored, in one table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class RetainedKind(StrEnum):
    PAGE_BODY = "page-body"
    STAGED_ANSWERS = "staged-answers"
    FINDING = "finding"
    SIGHTING = "sighting"
    VERSION = "version"
    EVENT = "event"
    EVIDENCE = "evidence"
    STUDENT_EVIDENCE = "student-evidence"
    THUMBNAIL = "thumbnail"
    SCREENSHOT = "screenshot"
    BREACH = "breach"
    EARLY_ACCESS = "early-access"
    ACCESS = "access"
    EMAIL = "email"
    INVITATION = "invitation"
    INVITATION_MAIL = "invitation-mail"
    ENROLLMENT_DRAFT = "enrollment-draft"
    STAFF_LISTING = "staff-listing"
    DIRECTORY_ENTRY = "directory-entry"
    RUN_REQUEST = "run-request"
    ROBOTS_FILE = "robots-file"
    HOST = "host"
    EMAIL_RECORD = "email-record"
    SWEEP = "sweep"
    SOURCE = "source"
    REQUEST_QUOTA = "request-quota"
    LOOKALIKE = "look-alike"
    SESSION = "session"
    ACCESS_TOKEN = "access-token"  # noqa: S105 the name of a kind, and no secret
    ADDRESS_CHANGE = "address-change"
    EXPIRED_CONSENT = "expired-consent"
    PERSON = "person"
    AUDIT = "audit"


class RetentionStage(StrEnum):
    """OPEN is in use or undecided; CLOSED is gone, ruled, settled, sent, spent or withdrawn."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPeriod:
    """None means: for as long as the person stays.

    For the audit log and the state of sources: as long as the service exists.
    """

    open: timedelta | None
    closed: timedelta | None

    def get_span(self, stage: RetentionStage) -> timedelta | None:
        return self.open if stage is RetentionStage.OPEN else self.closed


AT_ONCE = timedelta(0)
DAY = timedelta(days=1)
YEAR = timedelta(days=365)

# What leaving promises. The erasure itself is due at once; the daily purge is there for one
# that was interrupted, and still keeps the promise.
ERASED_WITHIN = DAY

RETENTION_PERIODS: Mapping[RetainedKind, RetentionPeriod] = {
    # Open is a page behind a case that is open; a canary's goes when the next one comes.
    RetainedKind.PAGE_BODY: RetentionPeriod(open=30 * DAY, closed=AT_ONCE),
    # A reading is staged until its source closes; one that never does is given up.
    RetainedKind.STAGED_ANSWERS: RetentionPeriod(open=14 * DAY, closed=AT_ONCE),
    # Its cases go with it: a decision is remembered while its finding is seen, or the next sweep
    # would ask again.
    RetainedKind.FINDING: RetentionPeriod(open=None, closed=YEAR),
    # Closed is what a query no longer shows of a finding that another one does.
    RetainedKind.SIGHTING: RetentionPeriod(open=None, closed=YEAR),
    # Closed is a version that a later one replaced.
    RetainedKind.VERSION: RetentionPeriod(open=None, closed=YEAR),
    RetainedKind.EVENT: RetentionPeriod(open=YEAR, closed=YEAR),
    RetainedKind.EVIDENCE: RetentionPeriod(open=None, closed=AT_ONCE),
    RetainedKind.STUDENT_EVIDENCE: RetentionPeriod(open=90 * DAY, closed=AT_ONCE),
    # Open is one that is compared; a later check renews it while the account shows a picture.
    RetainedKind.THUMBNAIL: RetentionPeriod(open=30 * DAY, closed=AT_ONCE),
    # Closed is one of a case that its person dismissed, and may still open again.
    RetainedKind.SCREENSHOT: RetentionPeriod(open=None, closed=30 * DAY),
    # Closed is one that its source no longer lists; if it comes back, it is no news.
    RetainedKind.BREACH: RetentionPeriod(open=None, closed=YEAR),
    # Closed is an early opening that is over or was never confirmed; the audit remembers it.
    RetainedKind.EARLY_ACCESS: RetentionPeriod(open=None, closed=30 * DAY),
    # Closed is a reviewer's look that has run out.
    RetainedKind.ACCESS: RetentionPeriod(open=None, closed=AT_ONCE),
    # Closed is an email that the mail server accepted: its words go, its id stays. One that was
    # given up stays open for a while, in case an operator mends what was wrong.
    RetainedKind.EMAIL: RetentionPeriod(open=30 * DAY, closed=AT_ONCE),
    # Open is one without an answer; a reminder begins its time again, once.
    RetainedKind.INVITATION: RetentionPeriod(open=14 * DAY, closed=AT_ONCE),
    # How an invitation fared at the mail server. The same for everyone, whatever they answered: a
    # shorter time for some would tell what that was.
    RetainedKind.INVITATION_MAIL: RetentionPeriod(open=90 * DAY, closed=90 * DAY),
    # Answers of someone who began to join and did not end it.
    RetainedKind.ENROLLMENT_DRAFT: RetentionPeriod(open=DAY, closed=AT_ONCE),
    # Open counts from the last import. Closed is an address that the last file no longer lists: who
    # joined, or did not, must not decide how long it is known.
    RetainedKind.STAFF_LISTING: RetentionPeriod(open=YEAR, closed=YEAR),
    # Open is an entry that the staff directory keeps active: without SCIM it is deleted at once.
    # Closed is an inactive one, counted from when it became so.
    RetainedKind.DIRECTORY_ENTRY: RetentionPeriod(open=None, closed=YEAR),
    RetainedKind.RUN_REQUEST: RetentionPeriod(open=7 * DAY, closed=DAY),
    # Closed is a file whose day is over: its host is asked for it again.
    RetainedKind.ROBOTS_FILE: RetentionPeriod(open=DAY, closed=AT_ONCE),
    # A host that keeps us away, or has just done so; a rested one is nothing to remember, and
    # its name may hold a handle.
    RetainedKind.HOST: RetentionPeriod(open=14 * DAY, closed=DAY),
    # That an email was sent, when, and its hash: as long as a reminder has to be found again.
    RetainedKind.EMAIL_RECORD: RetentionPeriod(open=None, closed=YEAR + 60 * DAY),
    # How a sweep went, and each source in it: nothing of what was found.
    RetainedKind.SWEEP: RetentionPeriod(open=None, closed=YEAR),
    # The state of a source, with no personal data.
    RetainedKind.SOURCE: RetentionPeriod(open=None, closed=None),
    # What was asked and paid: counts, which the next day, or the next sweep, begins again.
    RetainedKind.REQUEST_QUOTA: RetentionPeriod(open=14 * DAY, closed=14 * DAY),
    # A look-alike of the district, counted from when it was last seen. Closed is one that IT has
    # decided or that is gone; what IT called the district's own stays in its inventory.
    RetainedKind.LOOKALIKE: RetentionPeriod(open=YEAR, closed=YEAR),
    # Open is a link to sign in, whose wrong codes count for a day. Closed is a session whose own
    # time is over: a reader signs in again.
    RetainedKind.SESSION: RetentionPeriod(open=DAY, closed=AT_ONCE),
    # Closed is one that was revoked or has expired; none lasts longer than a year.
    RetainedKind.ACCESS_TOKEN: RetentionPeriod(open=YEAR, closed=AT_ONCE),
    # Open is a change that was made: emails to the old address may still come back, and its owner
    # may say that it was not them. Closed is a new address that no one confirmed.
    RetainedKind.ADDRESS_CHANGE: RetentionPeriod(open=30 * DAY, closed=DAY),
    # What a consent that ran out had allowed: until then it can be renewed.
    RetainedKind.EXPIRED_CONSENT: RetentionPeriod(open=30 * DAY, closed=AT_ONCE),
    RetainedKind.PERSON: RetentionPeriod(open=None, closed=AT_ONCE),
    RetainedKind.AUDIT: RetentionPeriod(open=None, closed=None),
}


def is_expired(kind: RetainedKind, stage: RetentionStage, at: datetime, now: datetime) -> bool:
    """Tell whether a thing is to be forgotten by `now`.

    `at` is when it was made or last seen, and, if it is closed later than that, when it was.
    """
    span = RETENTION_PERIODS[kind].get_span(stage)
    return span is not None and now - at >= span


BACKUPS_ROTATE = timedelta(days=30)
