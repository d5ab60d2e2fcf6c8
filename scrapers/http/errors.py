"""A visit that cannot go on, and the closed list of reasons for it."""

from enum import StrEnum

from scrapers.models import Outcome, ParseResult


class FailureReason(StrEnum):
    """All that the fetch tier ever says of a visit; no text from the web gets into a note."""

    NOT_ITS_OWN = "the address is not one of the source's own"
    TOO_LONG = "the address is longer than 2,048 characters"
    TREACHEROUS = "the address holds a space, a backslash or a control character"
    MALFORMED = "the address is malformed"
    NOT_HTTP = "the address is neither http nor https"
    USER_NAME = "the address holds a user name"
    ZONE = "the address names a network zone"
    MISLEADING = "the address spells a number in a misleading way"
    PORT = "the address asks for a port other than 80 and 443"
    NOT_PUBLIC = "the address does not belong to the public internet"
    DOWNGRADE = "redirected from https to http"
    AWAY = "redirected away from the source's own addresses"
    HOPS = "redirected too often"
    NO_SUCH_NAME = "DNS error"
    NO_NAME_SERVICE = "the name service did not answer in time"
    NO_CONNECTION = "no connection could be made"
    NO_TRUST = "the encrypted connection could not be trusted"
    BROKE_OFF = "the connection was lost"
    CUT_SHORT = "the answer was cut off"
    OUT_OF_TIME = "no whole answer in time"
    ENDLESS = "the answer is larger than we read"
    PACKED = "the answer is compressed in a way that we cannot read"
    NOT_ASKED = "it says that nothing has changed, but we did not ask that"
    NOT_TEXT = "the answer is larger than we read, or no text"
    ROBOTS = "robots.txt asks robots not to read this"
    ROBOTS_UNKNOWN = "robots.txt could not be read, so we stay away"
    NO_KEY = "the API key is not configured"
    UNKNOWN_SOURCE = "no source with this name is configured"
    NOT_ALLOWED = "the person no longer agrees to it"
    PARKED = "the host asked us to stay away for a while"
    WALLED = "the host has been blocking us"
    CLOSED = "the host failed twice in a row in this run"
    SPENT_TODAY = "the budget for this source is used up for today"
    SPENT_THIS_WEEK = "the budget for this source is used up for this week"
    NO_MACHINE = "no machine of the fleet asked it in time"
    SHARE_USED = "all districts together ask this site for more than fits into a week"
    CUT_PAGE = "the page is too large to prove that nothing is there"
    MANY_PAGES = "there are more pages than we read"


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
