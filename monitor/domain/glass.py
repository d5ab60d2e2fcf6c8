"""Breaking the glass: two reviewers open a flag early, for a while, and its person is told."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.errors import InputError, NotPermittedError

REVIEWERS_LEAST = 2
CONFIRM_WITHIN = timedelta(days=1)
OPEN_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakGlass:
    """Two reviewers' decision to look at one flag before it opens.

    `until` is when the opening is over, None for a single look.
    """

    flag: str
    reviewers: frozenset[str]
    reason: str
    at: datetime
    until: datetime | None = None

    def __post_init__(self) -> None:
        reviewers = {each.strip() for each in self.reviewers} - {""}
        if len(reviewers) < REVIEWERS_LEAST or not self.reason.strip():
            reason = "Breaking the glass takes two reviewers and a reason."
            raise InputError(reason)

    def holds(self, now: datetime) -> bool:
        return self.at <= now and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One reviewer's wish to open a flag early.

    `second` and `broken_at` are unset until another one confirms it. Reviewers are named as the
    person will read them.
    """

    ref: str
    flag: str
    person: str
    first: str
    reason: str
    at: datetime
    second: str = ""
    broken_at: datetime | None = None

    def __post_init__(self) -> None:
        if not self.reason.strip():
            reason = "Breaking the glass takes a reason: the person will read it."
            raise InputError(reason)

    def waits(self, now: datetime) -> bool:
        return self.broken_at is None and now < self.at + CONFIRM_WITHIN

    @property
    def broken(self) -> BreakGlass | None:
        """Return what it opened; None while nobody has confirmed it."""
        if self.broken_at is None:
            return None
        return BreakGlass(
            flag=self.flag,
            reviewers=frozenset({self.first, self.second}),
            reason=self.reason,
            at=self.broken_at,
            until=self.broken_at + OPEN_FOR,
        )

    def confirmed(self, by: str, now: datetime) -> "Proposal":
        """Open it. Raises NotPermittedError for the first reviewer, and when it is too late."""
        if by.strip().casefold() == self.first.strip().casefold():
            reason = "Another reviewer has to confirm it: breaking the glass takes two people."
            raise NotPermittedError(reason)
        if not self.waits(now):
            reason = "This proposal is over: it had to be confirmed within a day. Propose it anew."
            raise NotPermittedError(reason)
        return replace(self, second=by, broken_at=now)
