"""Four hundred invented staff and what an engine would list about them, week after week."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from random import Random

from monitor.demo import district
from monitor.domain.consent import Consent
from monitor.domain.person import Person, PersonName
from monitor.domain.vocabulary import Scope
from scrapers.models import Query
from scrapers.search.brave import BRAVE_NEWS
from scrapers.search_queries import split_terms

RESULTS_A_PAGE = 20
NEWS_LASTS = 4
YEARS = 2
WEEKS = 52 * YEARS
# Who is written about often: coaches, authors, those who share their name with many.
VISIBLE = 0.10
COMMON = 0.05
NAMESAKES = 150
WEEKS_BETWEEN = 26.0
WEEKS_BETWEEN_IF_VISIBLE = 4.0
# Accounts on networks that only search engines read: one for half of all staff before they join,
# and one for each in two years on the average. A profile seldom says more than a name.
PLANTED_BEFORE = 0.5
WEEKS_BETWEEN_PLANTED = 104.0
NETWORKS = (
    *("facebook.com", "instagram.com", "threads.com", "tiktok.com", "snapchat.com", "x.com"),
    *("linkedin.com", "youtube.com", "reddit.com", "ratemyteachers.com"),
)
SHOWS_CONTEXT = 0.2
SHOWS_HANDLE = 0.2
SCHOOLS = tuple(f"{name} School" for name in ("Elm Street", "Hillside", "Lakeview", "Meadow"))
SINCE = datetime(2026, 9, 1, tzinfo=UTC)
SYLLABLES = ("ba", "del", "kor", "mi", "nes", "pra", "ro", "sun", "ta", "vel", "win", "zo")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A page: when it came, which of the names it bears, and which contexts it shows.

    `theirs` is False for a page about a namesake. `site` is a closed network's, empty for a page
    that anyone may read; `handle` is one of the person's that it shows.
    """

    number: int
    since: int
    name: str
    contexts: frozenset[str]
    news: bool
    theirs: bool = True
    site: str = ""
    handle: str = ""

    @property
    def owner(self) -> str:
        return f"staff-{self.number // 100_000:05}"


@dataclass(frozen=True)
class Somebody:
    person: Person
    traces: tuple[Trace, ...]
    listed: dict[tuple[str, int], tuple[Trace, ...]] = field(default_factory=dict)

    @cached_property
    def consent(self) -> Consent:
        return Consent(
            person_id=self.person.id,
            text_version="1",
            text_hash="",
            scopes=frozenset({Scope.SEARCH}),
            given_at=SINCE,
            expires_at=SINCE + timedelta(days=365 * YEARS),
        )

    def shown(self, query: Query, week: int, pages: int) -> tuple[Trace, ...]:
        """Return what the engine lists: ranked by a lot of which a tenth is drawn anew weekly."""
        names, contexts = split_terms(query.terms)
        sites = sites_of(query)
        phrases = {part.strip('"') for context in contexts for part in context.split(" OR ")}
        asked = hash((int(query.key[:8], 16),))
        wanted = [
            trace
            for trace in self.traces
            if trace.since <= week
            and (trace.name in names or f"@{trace.handle}" in names)
            and (not sites or trace.site in sites)
            and (
                query.source != BRAVE_NEWS.name or (trace.news and week - trace.since < NEWS_LASTS)
            )
            # What lacks the words beside the name is listed all the same, now and then.
            and (not any(contexts) or trace.contexts & phrases or drawn(trace.number, asked) < 0.3)
        ]
        return ranked(wanted, asked, week, pages)


def sites_of(query: Query) -> frozenset[str]:
    """Return the sites that a query looks into, none where it looks everywhere."""
    marked = (term for term in query.terms if term.startswith("site:"))
    return frozenset(term.removeprefix("site:") for term in marked)


def ranked(wanted: list[Trace], asked: int, week: int, pages: int) -> tuple[Trace, ...]:
    wanted.sort(
        key=lambda trace: 9 * drawn(trace.number, asked, 1) + drawn(trace.number, asked, week)
    )
    return tuple(wanted[: pages * RESULTS_A_PAGE])


def shown_of_all(traces: list[Trace], query: Query, week: int, pages: int) -> tuple[Trace, ...]:
    """Return what the engine lists of everyone where the district alone is asked for."""
    sites = sites_of(query)
    wanted = [
        trace
        for trace in traces
        if trace.since <= week
        and query.terms[0] in trace.contexts
        and (not sites or trace.site in sites)
    ]
    return ranked(wanted, hash((int(query.key[:8], 16),)), week, pages)


def drawn(*numbers: int) -> float:
    """Return a number from 0 to 1 that is the same whenever it is drawn."""
    return (hash((*numbers, 7, 13)) & 0xFFFF_FFFF) / 0x1_0000_0000


def staff(people: int, seed: int) -> tuple[Somebody, ...]:
    random = Random(seed)  # noqa: S311  # the same district in each run
    return tuple(_somebody(number, random) for number in range(people))


def _somebody(number: int, random: Random) -> Somebody:
    name = PersonName(
        given=_word(random),
        family=_word(random),
        middle=_word(random) if random.random() < 0.4 else "",
        nicknames=(_word(random),) if random.random() < 0.3 else (),
        former_families=(_word(random),) if random.random() < 0.15 else (),
    )
    person = Person(
        id=f"staff-{number:05}",
        name=name,
        mail="",
        organization=district.NAME,
        zone=district.ZONE,
        school=random.choice(SCHOOLS),
        handles=(_word(random).casefold(),) if random.random() < 0.5 else (),
        places=(district.TOWN,) if random.random() < 0.7 else (district.TOWN, _word(random)),
    )
    return Somebody(person=person, traces=tuple(_traces(number, person, random)))


def _traces(number: int, person: Person, random: Random) -> Iterator[Trace]:
    common = random.random() < COMMON
    often = common or random.random() < VISIBLE
    between = WEEKS_BETWEEN_IF_VISIBLE if often else WEEKS_BETWEEN
    serial = number * 100_000
    for _ in range(int(random.expovariate(1 / 8))):
        serial += 1
        yield _trace(serial, -random.randrange(1, 200), person, random)
    at = random.expovariate(1 / between)
    while at < WEEKS:
        serial += 1
        yield _trace(serial, int(at) + 1, person, random)
        at += random.expovariate(1 / between)
    yield from _planted(serial, person, random)
    serial += 100
    for _ in range(NAMESAKES if common else 0):
        serial += 1
        yield Trace(
            number=serial,
            since=random.randrange(-200, WEEKS),
            name=person.name.full_name,
            contexts=frozenset(),
            news=random.random() < 0.3,
            theirs=False,
        )


def _planted(serial: int, person: Person, random: Random) -> Iterator[Trace]:
    weeks = [-random.randrange(1, 200)] if random.random() < PLANTED_BEFORE else []
    at = random.expovariate(1 / WEEKS_BETWEEN_PLANTED)
    while at < WEEKS:
        weeks.append(int(at) + 1)
        at += random.expovariate(1 / WEEKS_BETWEEN_PLANTED)
    around = (person.organization, person.school, *person.places)
    for number, since in enumerate(weeks, serial + 1):
        shows_handle = bool(person.handles) and random.random() < SHOWS_HANDLE
        yield Trace(
            number=number,
            since=since,
            name=_written(person.name, random),
            contexts=frozenset(place for place in around if random.random() < SHOWS_CONTEXT),
            news=False,
            site=random.choice(NETWORKS),
            handle=person.handles[0] if shows_handle else "",
        )


def _written(name: PersonName, random: Random) -> str:
    others = [f"{given} {name.family}" for given in name.nicknames]
    others += [f"{name.given} {family}" for family in name.former_families]
    others += [f"{name.given} {name.middle} {name.family}"] if name.middle else []
    return random.choice(others) if others and random.random() < 0.15 else name.full_name


def _trace(serial: int, since: int, person: Person, random: Random) -> Trace:
    written = _written(person.name, random)
    contexts = [person.organization, person.school, *person.places]
    return Trace(
        number=serial,
        since=since,
        name=written,
        contexts=frozenset(context for context in contexts if random.random() < 0.6),
        news=random.random() < 0.3,
    )


def _word(random: Random) -> str:
    return "".join(random.choices(SYLLABLES, k=4)).title()
