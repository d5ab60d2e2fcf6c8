"""Everything about a letter but its words, and what became of it.

What a mail server says later, after it took a letter: that it could not be delivered.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256


class Verdict(StrEnum):
    """DEFERRED is worth another try; REFUSED is the server's final word on this letter.

    HELD was not tried: it waits for something else than the mail server.
    """

    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REFUSED = "refused"
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What the mail server said, in words that hold no address and no text of the letter.

    `bounce` is the status by which it refused the reader's address for good; else it is empty.
    `in_doubt` says that it fell silent behind the letter: it may have taken it.
    """

    verdict: Verdict
    note: str = ""
    bounce: str = ""
    in_doubt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Everything about a letter but its words. `period` is an ISO week or a date.

    `stop_url` is the page that stops such letters, empty where there is none.
    """

    recipient: str
    message_id: str
    sent_at: datetime
    kind: str
    period: str
    severity: str = ""
    stop_url: str = ""

    @property
    def letter(self) -> str:
        """The letter's own part of its id."""
        return letter_of(self.message_id)


def message_id(*parts: str, domain: str) -> str:
    """Derive the id from what the letter is, so that a repeat folds in the reader's mailbox."""
    digest = sha256("|".join(parts).encode()).hexdigest()[:32]
    return f"<{digest}@{domain}>"


def letter_of(message_id: str) -> str:
    return message_id.strip().strip("<>").partition("@")[0]


PERMANENT = "5."
# RFC 3463: "unable to route". A name server that is down says so too, and comes back.
NO_ROUTE = "5.4.4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """`letter` is the letter's own part of its Message-ID, `status` that of RFC 3463."""

    letter: str
    status: str

    @property
    def lasting(self) -> bool:
        """Tell whether the next letter to the same address would fare no better."""
        return self.status.startswith(PERMANENT) and self.status != NO_ROUTE
