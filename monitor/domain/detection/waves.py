"""Waves: new accounts under the names of several people of one school, on one network, at a time.

Students make such accounts about many teachers within days. Between people only counts cross: who
the others are, and what their accounts say, is compared with nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.detection import rules
from monitor.domain.detection.appearance import AssessmentInput, build_appearance
from monitor.domain.evidence import RuleMatch
from monitor.domain.person import Person
from monitor.domain.reason import Count, Reason, Site
from scrapers.models import Trace, TraceKind

WAVE_WITHIN = timedelta(weeks=3)
# Two may be chance, and would tell each of the other.
SMALLEST_WAVE = 3
# More people make it no surer: a whole staff may be told to open accounts.
_MOST_OTHERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account under a person's name, and when it was made or first seen."""

    finding_id: str
    person_id: str
    appeared_at: datetime


def find_wave(finding_id: str, accounts: Iterable[NewAccount]) -> tuple[NewAccount, ...]:
    """Return the largest wave that an account is part of; nothing, if too few people are in it.

    `accounts` are those of one school and network, the finding's own among them.
    """
    known = sorted(accounts, key=lambda account: (account.appeared_at, account.finding_id))
    here = next((account for account in known if account.finding_id == finding_id), None)
    if here is None:
        return ()
    earliest = here.appeared_at - WAVE_WITHIN
    windows = (
        tuple(account for account in known if start <= account.appeared_at <= start + WAVE_WITHIN)
        for start in (account.appeared_at for account in known)
        if earliest <= start <= here.appeared_at
    )
    largest = max(windows, key=count_people)
    return largest if count_people(largest) >= SMALLEST_WAVE else ()


def count_people(accounts: Iterable[NewAccount]) -> int:
    return len({account.person_id for account in accounts})


def compute_appearance_time(
    trace: Trace, person: Person, seen_at: datetime, *, is_news: bool
) -> datetime | None:
    """Return when a new account under the person's name appeared; None if it is no such account.

    What a first look shows is new only if its network says when it was made.
    """
    made_at = trace.created_at
    is_new = is_news if made_at is None else seen_at - made_at <= WAVE_WITHIN
    if not (is_new and trace.kind is TraceKind.ACCOUNT and trace.platform):
        return None
    shown = build_appearance(trace, person)
    under_name = shown.is_whole_match or shown.mock_signs.addressed
    if not (under_name or (shown.name_match is None and shown.handle_uses_name)):
        return None
    return min(made_at or seen_at, seen_at)


def match_wave_rules(inputs: AssessmentInput) -> Iterator[RuleMatch]:
    """Weigh a wave once: for a mock account if it shows signs of one, else for an imitation.

    Each further person adds as much, from the second on.
    """
    others = inputs.wave_size - 1
    if inputs.wave_size < SMALLEST_WAVE:
        return
    signs = inputs.appearance.mock_signs
    mocks = signs.in_name or signs.in_bio or signs.hinted or signs.addressed
    yield (rules.WAVE_OF_MOCKS if mocks else rules.WAVE).build_match(
        amount=min(others, _MOST_OTHERS) / (SMALLEST_WAVE - 1),
        reason=describe_wave(inputs.wave_size, inputs.trace.platform),
    )


def describe_wave(size: int, platform: str) -> Reason:
    return Reason("wave", {"count": Count(size), "network": Site(platform)})
