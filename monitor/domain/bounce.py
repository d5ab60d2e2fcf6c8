"""What a mail server says later, after it took a letter: that it could not be delivered."""

from dataclasses import dataclass

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
