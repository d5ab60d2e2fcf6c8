"""Data breaches: which ones a person is told about, once, and what to do about them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.domain.vocabulary import BreachAdvice
from scrapers.models import Breach

# The source's own words for what makes a new password worth the effort.
_PASSWORD_WORDS = ("password", "auth token", "security question")


@dataclass(frozen=True, slots=True, kw_only=True)
class BreachRecord:
    """A breach as stored; `gone_at` is None while its source lists it."""

    breach: Breach
    first_seen: datetime
    last_seen: datetime
    gone_at: datetime | None = None


def update_breach_records(
    before: Iterable[BreachRecord], listed: Iterable[Breach], at: datetime
) -> Iterator[BreachRecord]:
    """Yield what changes once a source has listed all breaches of an address.

    One that leaves the list is remembered: if it comes back, it is no news.
    """
    records = {record.breach.name: record for record in before}
    for breach in listed:
        earlier = records.pop(breach.name, None)
        first_seen = earlier.first_seen if earlier else at
        yield BreachRecord(breach=breach, first_seen=first_seen, last_seen=at)
    yield from (
        replace(record, gone_at=at) for record in records.values() if record.gone_at is None
    )


def choose_breach_advice(breach: Breach) -> BreachAdvice:
    """Choose what helps most; a spam list or an invention takes nothing but care."""
    if breach.from_malware:
        return BreachAdvice.CLEAN_DEVICE
    if breach.spam_list or breach.fabricated:
        return BreachAdvice.EXPECT_SPAM
    words = " ".join(breach.data).casefold()
    if any(password_word in words for password_word in _PASSWORD_WORDS):
        return BreachAdvice.SECURE_ACCOUNT
    return BreachAdvice.EXPECT_PHISHING
