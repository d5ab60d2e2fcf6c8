"""What needs two reviewers: early access to a case, and a legal hold."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.domain.errors import InputError, NotPermittedError
from monitor.domain.vocabulary import HoldAction

MIN_REVIEWERS = 2
CONFIRM_WITHIN = timedelta(days=1)
EARLY_ACCESS_LASTS = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyAccess:
    """Two reviewers' decision to look at one case before it opens.

    `until` is when the opening is over, None for a single look.
    """

    case_id: str
    reviewers: frozenset[str]
    reason: str
    at: datetime
    until: datetime | None = None

    def __post_init__(self) -> None:
        reviewers = {reviewer.strip() for reviewer in self.reviewers} - {""}
        if len(reviewers) < MIN_REVIEWERS or not self.reason.strip():
            reason = "Early access takes two reviewers and a reason."
            raise InputError(reason)

    def is_in_force(self, now: datetime) -> bool:
        return self.at <= now and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyAccessProposal:
    """One reviewer's wish to open a case early.

    `second` and `broken_at` are unset until another one confirms it. Reviewers are named as the
    person will read them.
    """

    id: str
    case_id: str
    person_id: str
    first: str
    reason: str
    at: datetime
    second: str = ""
    broken_at: datetime | None = None

    def __post_init__(self) -> None:
        if not self.reason.strip():
            reason = "Early access takes a reason. The person will read it."
            raise InputError(reason)

    def is_pending(self, now: datetime) -> bool:
        return self.broken_at is None and now < self.at + CONFIRM_WITHIN

    @property
    def early_access(self) -> EarlyAccess | None:
        """Return what it opened; None while no one has confirmed it."""
        if self.broken_at is None:
            return None
        return EarlyAccess(
            case_id=self.case_id,
            reviewers=frozenset({self.first, self.second}),
            reason=self.reason,
            at=self.broken_at,
            until=self.broken_at + EARLY_ACCESS_LASTS,
        )

    def confirm_proposal(self, reviewer: str, now: datetime) -> "EarlyAccessProposal":
        """Open it. Raises NotPermittedError for the first reviewer, and when it is too late."""
        check_two_reviewers(self.first, reviewer, waits=self.is_pending(now))
        return replace(self, second=reviewer, broken_at=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldProposal:
    """One reviewer's wish to place or lift a legal hold; nothing is done until another confirms.

    `first` is their address, as the person will read it.
    """

    id: str
    person_id: str
    step: HoldAction
    first: str
    reason: str
    at: datetime

    def __post_init__(self) -> None:
        if not self.reason.strip():
            sentence = "A legal hold takes a reason. The person will read it."
            raise InputError(sentence)

    def is_pending(self, now: datetime) -> bool:
        return now < self.at + CONFIRM_WITHIN

    def check_second_reviewer(self, reviewer: str, now: datetime) -> None:
        """Raise NotPermittedError where this reviewer cannot confirm it, or it is too late."""
        check_two_reviewers(self.first, reviewer, waits=self.is_pending(now))


def check_two_reviewers(first: str, second: str, *, waits: bool) -> None:
    """Raise NotPermittedError for the reviewer who proposed it, and when it is too late."""
    if second.strip().casefold() == first.strip().casefold():
        reason = "Another reviewer must confirm it. This takes two people."
        raise NotPermittedError(reason)
    if not waits:
        reason = (
            "This request has expired because it was not confirmed within one day. Send a new one."
        )
        raise NotPermittedError(reason)


def check_withdrawal(first: str, reviewer: str, *, waits: bool) -> None:
    """Raise NotPermittedError for anyone else's proposal, and when it no longer waits."""
    if reviewer.strip().casefold() != first.strip().casefold():
        reason = "Only the reviewer who sent this can withdraw it."
        raise NotPermittedError(reason)
    if not waits:
        reason = "This no longer waits: it was confirmed, or it has expired."
        raise NotPermittedError(reason)
