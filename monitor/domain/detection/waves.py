"""Waves: new accounts under the names of several people, at a time.

Students make such accounts about many teachers of one school on one network within days, and one
maker leaves the same words, link or picture on accounts about people of a whole district. Between
people only counts cross: who the others are, nobody is told.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp

from monitor.domain.detection import evidence_rules
from monitor.domain.detection.appearance import (
    NEW_WITHIN,
    SHORTEST_BIO,
    AssessmentInput,
    Inventory,
    Subject,
    build_appearance,
    build_input,
)
from monitor.domain.detection.claim_signs import match_context_rules
from monitor.domain.detection.evidence import RuleMatch
from monitor.domain.detection.made_by_others import mask_own_words
from monitor.domain.names.matching import MatchLevel
from monitor.domain.names.normalize import fold_text
from monitor.domain.person import Person
from monitor.domain.reason import Count, Reason, Site
from monitor.domain.vocabulary import WaveMark
from scrapers.models import Trace, TraceKind
from scrapers.urls.canonical import canonicalize_url, split_url_or_none

WAVE_WITHIN = timedelta(weeks=3)
# Two may be chance, and would tell each of the other.
SMALLEST_WAVE = 3
# How likely chance alone may bring such a window in a year.
_MOST_CHANCE = 0.05
# One account more than were met, so that a quiet year is no proof that none ever comes.
_UNMET = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account under a name, and when it was made or, where that is not told, first seen."""

    finding_id: str
    person_id: str
    appeared_at: datetime


def find_wave(finding_id: str, accounts: Iterable[NewAccount]) -> tuple[NewAccount, ...]:
    """Return the largest wave that an account is part of; nothing, if too few people are in it.

    `accounts` are those of one school and network, the finding's own among them. A window of three
    weeks is a wave only if the usual rate of the year before it hardly ever brings as many people:
    a large school meets namesakes of its staff all the time.
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
    return largest if _is_unusual(largest, known) else ()


def _is_unusual(window: tuple[NewAccount, ...], known: Iterable[NewAccount]) -> bool:
    """Tell whether a year at the school's own rate would hardly have such a window.

    Of the windows that begin with one of a year's accounts, we count how many would hold as many
    others by chance, if they came at random (Poisson).
    """
    size, first = count_people(window), window[0].appeared_at
    if size < SMALLEST_WAVE:
        return False
    last = first + WAVE_WITHIN
    others = sum(
        last - NEW_WITHIN <= account.appeared_at < first or last < account.appeared_at
        for account in known
    )
    a_year = (others + _UNMET) * NEW_WITHIN / (NEW_WITHIN - WAVE_WITHIN)
    return a_year * _compute_tail(a_year * (WAVE_WITHIN / NEW_WITHIN), size - 1) < _MOST_CHANCE


def _compute_tail(mean: float, least: int) -> float:
    """Return how likely a Poisson number is `least` or more."""
    term, below = exp(-mean), 0.0
    for number in range(least):
        below += term
        term *= mean / (number + 1)
    return max(0.0, 1 - below)


def count_people(accounts: Iterable[NewAccount]) -> int:
    return len({account.person_id for account in accounts})


@dataclass(frozen=True, slots=True, kw_only=True)
class MakerWave:
    """Accounts with the same words, link or picture, which `mark` says; none, if too few."""

    mark: WaveMark = WaveMark.WORDS
    accounts: tuple[NewAccount, ...] = ()


def find_maker_wave(
    finding_id: str, alike: Iterable[tuple[WaveMark, tuple[NewAccount, ...]]]
) -> MakerWave:
    """Return the largest wave of accounts with the same words, link or picture.

    What many accounts share all the time, such as what a network writes by itself, makes none.
    """
    waves = (
        MakerWave(mark=mark, accounts=find_wave(finding_id, accounts))
        for mark, accounts in alike
        if mark is not WaveMark.PLACE
    )
    return max(waves, key=lambda wave: count_people(wave.accounts), default=MakerWave())


def compute_appearance_time(
    trace: Trace, person: Person, seen_at: datetime, *, is_news: bool
) -> datetime | None:
    """Return when a new account under the person's name appeared; None if it is no such account.

    What a first look shows is new only if its network says when it was made.
    """
    made_at = trace.created_at
    is_new = is_news if made_at is None else seen_at - made_at <= NEW_WITHIN
    if not (is_new and trace.kind is TraceKind.ACCOUNT and trace.platform):
        return None
    shown = build_appearance(trace, person)
    by_family = shown.match_level is MatchLevel.FAMILY
    under_name = shown.is_whole_match or by_family or shown.mock_signs.addressed
    if not (under_name or (shown.name_match is None and shown.handle_uses_name)):
        return None
    return min(made_at or seen_at, seen_at)


def list_wave_marks(trace: Trace, person: Person) -> Iterator[tuple[WaveMark, str]]:
    """Yield what an account may share with those under other names: none of it says a name.

    One that names another place, school or work is a namesake's, unless one maker wrote so of all.
    """
    inputs = build_input(Subject(person=person, commonness=1.0), trace, Inventory())
    if not any(match.rule in _ELSEWHERE for match in match_context_rules(inputs, ())):
        yield WaveMark.PLACE, f"{fold_text(person.school)}\n{trace.platform}"
    # What a search engine shows of an account is often written by the network.
    words = [word for word in mask_own_words(trace.bio, person.name).split() if word.isalpha()]
    if sum(map(len, words)) >= SHORTEST_BIO:
        yield WaveMark.WORDS, " ".join(words)
    own_domain = person.mail.rpartition("@")[2]
    for link in dict.fromkeys(map(canonicalize_url, trace.links)):
        address = split_url_or_none(link)
        if address and address.path.strip("/") and own_domain not in (address.hostname or ""):
            yield WaveMark.LINK, link
    if trace.picture_print:
        yield WaveMark.PICTURE, trace.picture_print


_ELSEWHERE = frozenset(
    {evidence_rules.OTHER_EMPLOYER, evidence_rules.OTHER_PLACE, evidence_rules.OTHER_ROLE}
)


def match_wave_rules(inputs: AssessmentInput, found: Iterable[RuleMatch]) -> Iterator[RuleMatch]:
    """Have the person asked about an account of a wave that shows a second sign.

    `found` is what else was found. A namesake may make an account in the same weeks; the same
    words, link or picture under other names are such a sign themselves.
    """
    key, look = inputs.trace.key, inputs.appearance
    if key in inputs.inventory.maker_waves:
        mark, people = inputs.inventory.maker_waves[key]
        yield evidence_rules.WAVE.build_match(
            reason=Reason(f"wave.{mark}", {"count": Count(people)})
        )
        return
    size = inputs.wave_size
    if size < SMALLEST_WAVE or not (
        (inputs.is_on_new_network and not look.description)
        or look.mock_signs.addressed
        or look.mock_signs.hinted
        or any(match.rule in _SECOND_SIGNS for match in found)
    ):
        return
    yield evidence_rules.WAVE.build_match(reason=describe_wave(size, inputs.trace.platform))


_SECOND_SIGNS = frozenset(
    {
        *(
            evidence_rules.EMPLOYER,
            evidence_rules.PLACE,
            evidence_rules.MOCK_NAME,
            evidence_rules.MOCK_BIO,
            evidence_rules.LURE,
            evidence_rules.LEWD,
        ),
        *(
            evidence_rules.COPIED_BIO,
            evidence_rules.COPIED_ELSEWHERE,
            evidence_rules.COPIED_PICTURE,
            evidence_rules.LOOKALIKE,
        ),
        *(
            evidence_rules.LOOKALIKE_PLAIN,
            evidence_rules.LOOKALIKE_ELSEWHERE,
            evidence_rules.BOAST,
            evidence_rules.MIXED,
        ),
        *(
            evidence_rules.DISGUISED,
            evidence_rules.SAME_PICTURE,
            evidence_rules.HOLLOW,
            evidence_rules.WATCHED_WORDS,
        ),
        evidence_rules.WATCHED_PICTURE,
    }
)


def describe_wave(size: int, platform: str) -> Reason:
    return Reason("wave", {"count": Count(size), "network": Site(platform)})
