"""A visit that cannot go on, and the closed list of reasons for it."""

from enum import StrEnum

from scrapers.models import Outcome, ParseResult


class FailureReason(StrEnum):
    """All that the fetch tier ever says of a visit; no text from the web gets into a note."""

    NOT_ITS_OWN = "foreign-address"
    TOO_LONG = "long-address"
    TREACHEROUS = "unsafe-address"
    MALFORMED = "malformed-address"
    NOT_HTTP = "no-web-address"
    USER_NAME = "user-in-address"
    ZONE = "zone-in-address"
    MISLEADING = "misleading-address"
    PORT = "odd-port"
    NOT_PUBLIC = "private-address"
    DOWNGRADE = "insecure-redirect"
    AWAY = "redirected-away"
    HOPS = "redirect-loop"
    NO_SUCH_NAME = "no-such-name"
    NO_NAME_SERVICE = "name-service-slow"
    NO_CONNECTION = "no-connection"
    NO_TRUST = "untrusted-connection"
    BROKE_OFF = "connection-lost"
    CUT_SHORT = "answer-cut-off"
    OUT_OF_TIME = "answer-late"
    ENDLESS = "answer-large"
    PACKED = "answer-packed"
    NOT_ASKED = "not-modified-unasked"
    NOT_TEXT = "answer-large-or-no-text"
    ROBOTS = "robots"
    ROBOTS_UNKNOWN = "robots-unknown"
    NO_KEY = "key-missing"
    UNKNOWN_SOURCE = "source-unknown"
    NOT_ALLOWED = "consent-ended"
    PARKED = "host-parked"
    WALLED = "host-blocking"
    CLOSED = "host-failed-twice"
    SPENT_TODAY = "budget-today"
    SPENT_THIS_WEEK = "budget-week"
    NO_MACHINE = "fleet-late"
    SHARE_USED = "fleet-share"
    CUT_PAGE = "page-large"
    MANY_PAGES = "pages-many"


class FetchError(Exception):
    """Ends a visit from inside of it, and is a ParseResult again before anyone sees it.

    It is no OSError: those come from sockets, and say less.
    """

    def __init__(self, outcome: Outcome, reason: FailureReason) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.note = reason

    @property
    def result(self) -> ParseResult:
        return ParseResult(outcome=self.outcome, note=self.note.value)


def build_refusal_error(reason: FailureReason) -> FetchError:
    """Say that we will not go there."""
    return FetchError(Outcome.SKIPPED, reason)


def build_failure_error(reason: FailureReason) -> FetchError:
    """Say that we went, and no whole answer came."""
    return FetchError(Outcome.FAILED, reason)


def build_unreadable_error(reason: FailureReason) -> FetchError:
    """Say that an answer came which we will not or cannot open."""
    return FetchError(Outcome.UNREADABLE, reason)
