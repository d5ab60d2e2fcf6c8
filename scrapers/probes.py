"""What a source can be tested with, method by method: what is known there, or cannot exist.

A lookup of the service's own account comes first. What follows goes by its answer: its display name
is searched for, its lists and its picture are asked for. So a source declares nothing twice.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice

from scrapers.models import Identity, Outcome, ParseResult, Query, QueryKind, Trace
from scrapers.parsers.pages import FEEDS_SOURCE, PAGES_SOURCE
from scrapers.parsers.presence import build_impossible_handle
from scrapers.parsers.profile_images import build_picture_queries
from scrapers.parsers.text import split_words
from scrapers.source import ContactSource, Source

# An id or an account, its list, and two pages of that.
MOST_PAGES = 4
# So many requests may follow a search, a list and a lookup with a picture.
FOLLOWING = {QueryKind.SEARCH: 1, QueryKind.FOLLOWS: 3, QueryKind.FOLLOWERS: 3}


class ProbeMethod(StrEnum):
    LOOKUP = "lookup"
    SEARCH = "search"
    FOLLOWS = "follows"
    FOLLOWERS = "followers"
    PICTURE = "picture"
    PAGE = "page"
    FEED = "feed"


METHODS = {
    QueryKind.SEARCH: ProbeMethod.SEARCH,
    QueryKind.FOLLOWS: ProbeMethod.FOLLOWS,
    QueryKind.FOLLOWERS: ProbeMethod.FOLLOWERS,
    QueryKind.PICTURE: ProbeMethod.PICTURE,
}
METHODS_BY_SOURCE = {PAGES_SOURCE: ProbeMethod.PAGE, FEEDS_SOURCE: ProbeMethod.FEED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A query whose answer we know: `expects` is FOUND or ABSENT. It is about no one."""

    query: Query
    expects: Outcome

    @property
    def method(self) -> ProbeMethod:
        usual = METHODS.get(self.query.kind, ProbeMethod.LOOKUP)
        return METHODS_BY_SOURCE.get(self.query.source, usual)


def list_probes(source: Source, nonce: str) -> Iterator[Probe]:
    """Yield what is asked first: its canaries, and a name that no one has, where it knows names."""
    canaries = tuple(source.build_canaries(nonce))
    for canary in canaries:
        yield Probe(query=canary.query, expects=canary.expects)
    asked = {(canary.query.kind, canary.expects) for canary in canaries}
    if (QueryKind.SEARCH, Outcome.ABSENT) not in asked:
        nobody = build_impossible_handle(nonce, source.name)
        for query in build_name_queries(source, nobody):
            yield Probe(query=query, expects=Outcome.ABSENT)


def list_onward_probes(source: Source, probe: Probe, known: Trace) -> Iterator[Probe]:
    """Yield what the answer about the service's own account lets us ask."""
    if probe.method is not ProbeMethod.LOOKUP:
        return
    name = choose_known_name(source, probe.query.terms[0], known.name)
    names = build_name_queries(source, name) if name else ()
    lists = _build_contact_queries(source, known) if isinstance(source, ContactSource) else ()
    for query in (*names, *lists, *_build_picture_queries(probe.query, known)):
        yield Probe(query=query, expects=Outcome.FOUND)


def choose_known_name(source: Source, term: str, shown: str) -> str:
    """Return the name of a service's own account to search for; empty where none is sure.

    What it shows is asked for only where the source itself has these words: it could be anybody's.
    """
    own = split_words(
        " ".join((source.name, source.info.title, term, *source.crawl_policy.origins))
    )
    words = split_words(shown)
    if words and set(words) <= set(own):
        return shown
    return term if term.isascii() and term.isalpha() else ""


def count_requests(source: Source, probes: Iterable[Probe]) -> int:
    """Return the most that these probes come to, with what follows them."""
    planned = tuple(probes)
    kinds = [probe.query.kind for probe in planned]
    count = len(kinds) + sum(FOLLOWING.get(kind, 0) for kind in kinds)
    if not any(p.expects is Outcome.FOUND and p.method is ProbeMethod.LOOKUP for p in planned):
        return count
    searched = any(build_name_queries(source, "Namesake"))
    names = 1 + FOLLOWING[QueryKind.SEARCH] if searched else 0
    lists = (FOLLOWING[QueryKind.FOLLOWS] + 1) * 2 if isinstance(source, ContactSource) else 0
    return count + names + lists + len(source.crawl_policy.picture_origins[:1])


def build_name_queries(source: Source, name: str) -> tuple[Query, ...]:
    """Return the first query of a source for a name."""
    queries = source.build_queries(Identity(person_id="", names=(name,)))
    named = (query for query in queries if query.kind is QueryKind.SEARCH)
    return tuple(islice(named, 1))


def _build_contact_queries(source: ContactSource, known: Trace) -> Iterator[Query]:
    """Yield the queries for its lists that, by its counts, are not empty."""
    asked = (
        tuple(source.build_contact_queries(account, ""))
        for account in (known.account, *known.account_aliases)
    )
    counts = dict(known.counts)
    for query in next(filter(None, asked), ()):
        if counts.get(query.kind, 0):
            yield query


def _build_picture_queries(query: Query, known: Trace) -> Iterator[Query]:
    seen = ParseResult(outcome=Outcome.FOUND, traces=(known,))
    for asked in build_picture_queries(replace(query, subject=query.source), seen):
        yield replace(asked, subject="")
