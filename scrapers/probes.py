"""What a source can be tested with, method by method: what is known there, or cannot exist.

These are its canaries, a name that no one has, a request without its term, and the picture of the
service's own account.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice

from scrapers.models import Identity, Outcome, ParseResult, Query, QueryKind, Request, Trace
from scrapers.parsers.pages import FEEDS_SOURCE, PAGES_SOURCE
from scrapers.parsers.presence import build_impossible_handle
from scrapers.parsers.profile_images import build_picture_queries
from scrapers.source import AccessMode, Canary, ContactSource, Source

# An id or an account, its list, and two pages of that.
MOST_PAGES = 4


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
    """A query whose answer we know: `expects` is FOUND or ABSENT. It is about no one.

    UNREADABLE is expected of a broken request: that it is refused, and that we see so.
    """

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
        for query in _build_name_queries(source, nobody):
            yield Probe(query=query, expects=Outcome.ABSENT)
    if source.crawl_policy.access is AccessMode.API:
        for query in _build_broken_queries(canaries):
            yield Probe(query=query, expects=Outcome.UNREADABLE)


def list_onward_probes(probe: Probe, known: Trace) -> Iterator[Probe]:
    """Yield what asks for the picture of the service's own account, where it shows one."""
    if probe.method is not ProbeMethod.LOOKUP:
        return
    shown = ParseResult(outcome=Outcome.FOUND, traces=(known,))
    for query in build_picture_queries(replace(probe.query, subject=probe.query.source), shown):
        yield Probe(query=replace(query, subject=""), expects=Outcome.FOUND)


def count_requests(source: Source, probes: Iterable[Probe]) -> int:
    """Return the most that these probes come to, with the pages and the picture that follow."""
    planned = tuple(probes)
    # Servers of the fediverse tell first where an account is.
    usual = 2 if isinstance(source, ContactSource) else 1
    known = any(
        probe.expects is Outcome.FOUND and probe.method is ProbeMethod.LOOKUP for probe in planned
    )
    pictures = len(source.crawl_policy.picture_origins[:1]) if known else 0
    return sum(probe.query.pages or usual for probe in planned) + pictures


def _build_name_queries(source: Source, name: str) -> Iterator[Query]:
    """Yield the first query of a source for a name."""
    queries = source.build_queries(Identity(person_id="", names=(name,)))
    yield from islice((query for query in queries if query.kind is QueryKind.SEARCH), 1)


def _build_broken_queries(canaries: Iterable[Canary]) -> Iterator[Query]:
    """Yield a look-up and a search without their terms, which a service refuses in its own way.

    A term that is a part of the path is left there: without it, that is another address.
    """
    asked: set[ProbeMethod] = set()
    for canary in canaries:
        query, method = canary.query, METHODS.get(canary.query.kind, ProbeMethod.LOOKUP)
        request = _remove_term(query.request, query.terms[0]) if query.terms else query.request
        is_usable = request != query.request and canary.expects is Outcome.FOUND and query.page == 1
        if is_usable and method not in asked and method in {ProbeMethod.LOOKUP, ProbeMethod.SEARCH}:
            asked.add(method)
            yield replace(query, terms=("",), request=request, pages=1)


def _remove_term(request: Request, term: str) -> Request:
    """Return a request with nothing in the place of each parameter and value that has the term."""
    params = tuple((name, "" if term in value else value) for name, value in request.params)
    try:
        body = json.loads(request.body or "null")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        return replace(request, params=params)
    emptied = {
        name: "" if isinstance(value, str) and term in value else value
        for name, value in body.items()
    }
    # What has no term is left as it was, to the letter.
    text = json.dumps(emptied) if emptied != body else request.body
    return replace(request, params=params, body=text)
