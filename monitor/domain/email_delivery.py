"""Everything about an email except its words, and its delivery status.

What a mail server says later, after it took an email: that it could not be delivered.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

ID_PLACEHOLDER = "{id}"
"""Where a return path has the id of its email."""


class DeliveryStatus(StrEnum):
    """DEFERRED is worth another try; REFUSED is the server's final word on this email.

    HELD was not tried: it waits for something else than the mail server. DROPPED is our own final
    word: it could not be sent for days, could not be created, or no one is to get it anymore.
    """

    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REFUSED = "refused"
    HELD = "held"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What the mail server said, in words that hold no address and no text of the email.

    `note` says why it did not take the email, `receipt` what it said when it did.
    `bounce` is the status by which it refused the reader's address for good; else it is empty.
    `in_doubt` says that it fell silent behind the email: it may have taken it.
    `is_server_away` says that it takes no email at all, whoever it is for.
    """

    status: DeliveryStatus
    note: str = ""
    receipt: str = ""
    bounce: str = ""
    in_doubt: bool = False
    is_server_away: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Everything about an email except its words. `dedupe_key` is an ISO week or a date.

    `unsubscribe_url` is the page that stops such emails, empty where there is none. `from_name` is
    who invites, in the place of the usual sender's name.
    """

    recipient: str
    message_id: str
    sent_at: datetime
    kind: str
    dedupe_key: str
    severity: str = ""
    unsubscribe_url: str = ""
    from_name: str = ""

    @property
    def local_id(self) -> str:
        """The email's own part of its id."""
        return extract_local_id(self.message_id)


def build_message_id(*parts: str, domain: str) -> str:
    """Derive the id from what the email is, so that a repeat folds in the reader's mailbox."""
    digest = sha256("|".join(parts).encode()).hexdigest()[:32]
    return f"<{digest}@{domain}>"


def extract_local_id(message_id: str) -> str:
    return message_id.strip().strip("<>").partition("@")[0]


PERMANENT = "5."
# RFC 3463: "unable to route". A name server that is down says so too, and comes back.
NO_ROUTE = "5.4.4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """`local_id` is the email's own part of its Message-ID, `status` that of RFC 3463."""

    local_id: str
    status: str

    @property
    def is_permanent(self) -> bool:
        """Tell whether the next email to the same address would fare no better."""
        return self.status.startswith(PERMANENT) and self.status != NO_ROUTE


# RFC 5321's atoms, and no letter but ASCII: what looks alike, or is alike when case is folded, is
# never another person's address.
_SIGNS = r"[!#$%&'*+\-./0-9=?A-Z^_`a-z{|}~]+"
_ADDRESS = re.compile(f"{_SIGNS}@{_SIGNS}")
_ENCODED_WORD = "=?"
LONGEST_ADDRESS = 200


def is_single_address(text: str) -> bool:
    """Tell whether it is one plain address; a list would reach people whom no one invited."""
    one = len(text) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(text) is not None
    return one and _ENCODED_WORD not in text


def fold_address(text: str) -> str:
    """Return an address in the one form in which two are compared: case of ASCII letters apart.

    Unicode would fold "strau\N{LATIN SMALL LETTER SHARP S}" into "strauss", who is someone else.
    """
    address = text.strip()
    return address.lower() if address.isascii() else address
