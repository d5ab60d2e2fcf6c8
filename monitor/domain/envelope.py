"""Everything about a letter but its words, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256


class Verdict(StrEnum):
    """DEFERRED is worth another try; REFUSED is the server's final word on this letter."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What the mail server said, in words that hold no address and no text of the letter."""

    verdict: Verdict
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Everything about a letter but its words. `period` is an ISO week or a date."""

    recipient: str
    message_id: str
    sent_at: datetime
    kind: str
    period: str
    severity: str = ""


def message_id(*parts: str, domain: str) -> str:
    """Derive the id from what the letter is, so that a repeat folds in the reader's mailbox."""
    digest = sha256("|".join(parts).encode()).hexdigest()[:32]
    return f"<{digest}@{domain}>"
