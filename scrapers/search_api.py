"""A search engine that answers in JSON: most of them differ in names of fields alone.

A query about the whole district serves everyone, so it costs by the number of sites and not of
people. It asks for no name; hits that are about no one enrolled are dropped here.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice
from urllib.parse import unquote

from scrapers.facts.asked_words import SCHOOL_ACCOUNTS, TITLES
from scrapers.facts.fact import NO_CHANGES, DatedFact, FactChanges, load_facts
from scrapers.models import (
    District,
    Identity,
    Outcome,
    Page,
    ParseResult,
    Query,
    QueryKind,
    Request,
    Trace,
)
from scrapers.parsers.block_detection import (
    build_limited_result,
    build_unreadable_result,
    detect_block,
    detect_refusal,
    is_rate_limited,
)
from scrapers.parsers.json_fields import ShapeError, parse_json, require_object
from scrapers.parsers.pages import PAGES_SOURCE, build_page_queries
from scrapers.parsers.presence import build_impossible_handle
from scrapers.parsers.retry_after import parse_retry_time
from scrapers.parsers.text import SHORTEST_IN_HANDLE, extract_family_name, fold_text, split_words
from scrapers.search_queries import (
    EITHER_PHRASE,
    MOST_CHARACTERS,
    MOST_WORDS,
    PHRASE_MARK,
    SITE_OPERATOR,
    STUDENT_NETWORKS,
    QueryOperators,
    SearchTerms,
    build_merged_terms,
    build_people_search_terms,
    build_search_terms,
    format_search_query,
)
from scrapers.search_results import SearchHit, build_person_traces, build_traces, parse_hits
from scrapers.source import (
    ApiSource,
    Canary,
    Source,
    SourceFamily,
    SourceInfo,
)


class RequestPrice(DatedFact, frozen=True, kw_only=True, forbid_unknown_fields=True):
    usd_per_1000: Decimal


def load_prices(changes: FactChanges = NO_CHANGES) -> Mapping[str, Decimal]:
    """Return what so many requests cost, by the names of the sources that are paid for so."""
    prices = load_facts("prices", RequestPrice, changes)
    return {name: price.usd_per_1000 for name, price in prices.items()}


PRICES = load_prices()
OCCUPATION = "teacher"
# Where adults have accounts, and teachers pages of their own; as many as one query bears.
DISTRICT_SITES = (
    ("facebook.com", "instagram.com", "threads.com"),
    ("tiktok.com", "youtube.com", "x.com"),
    ("linkedin.com", "pinterest.com", "snapchat.com"),
    ("ratemyteachers.com", "teacherspayteachers.com", "donorschoose.org"),
)
NOBODY_NAMED = "nobody-named"
# On more pages of the web than one page of results holds.
COMMON_PHRASE = "school district"
SECOND_PAGE = 2


# What students call their teachers, in one question for all of a school, without a name.
SCHOOL_WORDS = (*TITLES, *SCHOOL_ACCOUNTS)


def build_district_terms(district: District, most_words: int = MOST_WORDS) -> Iterator[SearchTerms]:
    """Yield the phrase to search for, the words next to it, and the sites to search."""
    if not split_words(district.name):
        return
    for sites in DISTRICT_SITES:
        yield (district.name, OCCUPATION, *(f"site:{site}" for site in sites))
    yield (district.name, OCCUPATION)
    yield from ((domain, "", f"-site:{domain}") for domain in district.domains)
    networks = tuple(f"{SITE_OPERATOR}{site}" for site in STUDENT_NETWORKS)
    for school in district.schools:
        # A long name leaves room for fewer; the last are the least likely.
        for count in range(len(SCHOOL_WORDS), 0, -1):
            terms = (school, f"({EITHER_PHRASE.join(SCHOOL_WORDS[:count])})", *networks)
            query = format_district_query(terms)
            if len(query) <= MOST_CHARACTERS and len(query.split()) <= most_words:
                yield terms
                break


def format_district_query(terms: SearchTerms) -> str:
    """Return the query as an engine reads it that knows OR and `site:`."""
    phrase, beside, *sites = terms
    places = " OR ".join(sites)
    phrase = " ".join(phrase.replace('"', " ").split())
    parts = (f'"{phrase}"', beside, f"({places})" if len(sites) > 1 else places)
    return " ".join(filter(None, parts))


@dataclass(frozen=True, slots=True)
class _ComparableHit:
    """A hit as it is compared with many names: its words, and its folded address."""

    hit: SearchHit
    words: frozenset[str]
    address: str

    @classmethod
    def from_trace(cls, trace: Trace) -> "_ComparableHit":
        hit = SearchHit(url=trace.url, title=trace.title, snippet=trace.snippet)
        words = frozenset((*split_words(hit.title), *split_words(hit.snippet)))
        return cls(hit, words, fold_text(unquote(hit.url)))

    def has_family_name(self, family: str) -> bool:
        inside = len(family) >= SHORTEST_IN_HANDLE and family in self.address
        return inside or family in self.words or family in split_words(self.address)


def split_district_result(
    result: ParseResult, identities: Iterable[Identity]
) -> Iterator[tuple[Identity, ParseResult]]:
    """Yield what an answer about a district says of each person: their hits, and no others'.

    An answer that could not be read says so of everyone.
    """
    hits = tuple(map(_ComparableHit.from_trace, result.traces))
    for identity in identities:
        traces = tuple(_build_traces_about(identity, hits))
        outcome, note = result.outcome, result.note
        if outcome is Outcome.FOUND and not traces:
            outcome, note = Outcome.ABSENT, NOBODY_NAMED
        yield (
            identity,
            replace(result, outcome=outcome, note=note, traces=traces, follow=(), kept=None),
        )


def _build_traces_about(
    identity: Identity, comparable_hits: Iterable[_ComparableHit]
) -> Iterator[Trace]:
    families = {family for name in identity.names if (family := extract_family_name(name))}
    hits = [hit.hit for hit in comparable_hits if any(map(hit.has_family_name, families))]
    phrases = (f"{PHRASE_MARK}{phrase}" for phrase in identity.phrases)
    # Nothing beside the name vouches for a hit: that all of them name the district is the query.
    yield from build_person_traces((*identity.names, *phrases, ""), hits) if hits else ()


OK = 200
# A complaint is short; what is longer is someone's text.
LONGEST_COMPLAINT = 4_000
NO_KEY = "our-key-refused"
NO_CREDIT = "quota-used-up"
TOO_OFTEN = "asked-too-often"
QUERY_ALTERED = "words-altered"


@dataclass(frozen=True, slots=True, kw_only=True)
class WireFormat:
    """How an engine is asked, and what it calls the parts of a result.

    `page` is the parameter for further pages, empty where there is but one: page n is asked for
    by `first + (n - 1) * step`. `fixed` goes with every query. With `posts` all of it goes as
    a JSON document, else as parameters of the address. `either` says that the engine knows OR,
    `sites` that it knows `site:` as well, and `news` that it lists articles alone.
    """

    path: str
    query: str = "q"
    fixed: tuple[tuple[str, str | int | bool], ...] = ()
    page: str = ""
    first: int = 1
    step: int = 1
    posts: bool = False
    either: bool = False
    sites: bool = False
    news: bool = False
    url: str = "url"
    title: str = "title"
    snippet: str = ""
    most_words: int = MOST_WORDS
    most_characters: int = MOST_CHARACTERS

    @property
    def operators(self) -> QueryOperators:
        if self.news:
            return QueryOperators.NEWS
        return QueryOperators.SITES if self.sites else QueryOperators.PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchAnswer:
    """What one answer lists: `searched_text` is the query as the engine repeats it, if it does.

    Only what proves that nothing was found may come here without rows.
    """

    rows: Sequence[object]
    more: bool
    searched_text: str = ""
    altered: bool = False


@dataclass(frozen=True, slots=True)
class EngineComplaint:
    """What an engine says is wrong, in an answer that looks like any other."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintRule:
    """What an error message means: it contains one of `phrases`, or any text if there are none.

    `statuses` are those that it comes with, any if there are none.
    """

    outcome: Outcome
    note: str
    statuses: frozenset[int] = frozenset()
    phrases: tuple[str, ...] = ()

    def is_match(self, status: int, text: str) -> bool:
        expected = not self.statuses or status in self.statuses
        return expected and (not self.phrases or any(phrase in text for phrase in self.phrases))


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchApi(ApiSource):
    """An engine with an API of its own. `parse_results` finds the results in an answer, strictly.

    `known_query` surely has results, and they surely hold its last word. `most_queries` are
    asked about one person, None for no limit.
    """

    name: str
    info: SourceInfo
    wire: WireFormat
    parse_results: Callable[[Mapping[str, object]], SearchAnswer | EngineComplaint]
    complaint_rules: tuple[ComplaintRule, ...] = ()
    known_query: str = "wikipedia"
    last_page: int = 2
    most_queries: int | None = None
    platform: str = ""
    family: SourceFamily = SourceFamily.SEARCH
    version: int = 1

    def build_queries(self, identity: Identity) -> Iterator[Query]:
        planned = build_merged_terms if self.wire.either else build_search_terms
        for terms in islice(planned(identity, self.wire.operators), self.most_queries):
            yield self._build_query(terms, identity.person_id)
        for terms in build_people_search_terms(identity, self.wire.operators):
            yield self._build_query(terms, identity.person_id, QueryKind.PEOPLE_SEARCH)

    def build_district_queries(self, district: District) -> Iterator[Query]:
        terms_of_all = build_district_terms(district, self.wire.most_words)
        for terms in terms_of_all if self.wire.sites else ():
            yield self._build_query(terms, "", QueryKind.DISTRICT)

    def split_result_by_person(
        self, result: ParseResult, identities: Iterable[Identity]
    ) -> Iterator[tuple[Identity, ParseResult]]:
        return split_district_result(result, identities)

    def parse_response(self, query: Query, page: Page) -> ParseResult:
        if page.status != OK:
            if is_rate_limited(page):
                return build_limited_result(page)
            result = self._match_complaint(page, _extract_short_text(page)) or detect_refusal(page)
            return result or build_unreadable_result(f"query-refused:{page.status}")
        note = detect_block(page)
        if note is not None:
            return ParseResult(outcome=Outcome.BLOCKED, note=note)
        try:
            results = self.parse_results(require_object(parse_json(page), "an object"))
            if isinstance(results, EngineComplaint):
                complaint = self._match_complaint(page, results.text.casefold())
                return complaint or build_unreadable_result("query-refused.plain")
            return self._parse_answer(query, results)
        except ShapeError as error:
            return self._parse_plain_text_error(page) or build_unreadable_result(str(error))

    def build_canaries(self, nonce: str) -> Iterable[Canary]:
        nobody = build_impossible_handle(nonce, self.name)
        for term, expects in ((nobody, Outcome.ABSENT), (self.known_query, Outcome.FOUND)):
            query = replace(self._build_query((term,), ""), pages=1)
            yield Canary(query=query, expects=expects)
        if self.wire.page and self.last_page > 1:
            query = self._build_query((COMMON_PHRASE,), "")
            request = self._build_request(query.kind, query.terms, SECOND_PAGE)
            query = replace(query, page=SECOND_PAGE, request=request)
            yield Canary(query=query, expects=Outcome.FOUND)

    def _parse_answer(self, query: Query, answer: SearchAnswer) -> ParseResult:
        searched = split_words(answer.searched_text)
        if answer.altered or searched not in (
            [],
            split_words(self._format_query_text(query.kind, query.terms)),
        ):
            return build_unreadable_result(QUERY_ALTERED)
        hits = parse_hits(answer.rows, self.wire.url, self.wire.title, self.wire.snippet)
        of_all = query.kind is QueryKind.DISTRICT
        traces = build_traces(hits) if of_all else build_person_traces(query.terms, hits)
        follow = self._build_next_page_queries(query) if answer.more else ()
        if traces:
            return ParseResult(outcome=Outcome.FOUND, traces=traces, follow=follow)
        note = NOBODY_NAMED if answer.rows else ""
        return ParseResult(outcome=Outcome.ABSENT, note=note, follow=follow)

    def _parse_plain_text_error(self, page: Page) -> ParseResult | None:
        """Read a plain sentence that was sent where JSON was promised."""
        text = _extract_short_text(page)
        return None if text.startswith(("{", "[", "<")) else self._match_complaint(page, text)

    def _match_complaint(self, page: Page, text: str) -> ParseResult | None:
        for trouble in self.complaint_rules:
            if trouble.is_match(page.status, text):
                later = parse_retry_time(page) if trouble.outcome is Outcome.LIMITED else None
                return ParseResult(outcome=trouble.outcome, note=trouble.note, retry_at=later)
        return None

    def _build_query(
        self, terms: SearchTerms, subject: str, kind: QueryKind = QueryKind.SEARCH
    ) -> Query:
        return Query(
            source=self.name,
            kind=kind,
            terms=terms,
            request=self._build_request(kind, terms, 1),
            subject=subject,
            pages=None if self.wire.page and self.last_page > 1 else 1,
        )

    def _format_query_text(self, kind: QueryKind, terms: SearchTerms) -> str:
        if kind is QueryKind.DISTRICT:
            return format_district_query(terms)
        wire = self.wire
        return format_search_query(
            terms, most_words=wire.most_words, most_characters=wire.most_characters
        )

    def _build_request(self, kind: QueryKind, terms: SearchTerms, page: int) -> Request:
        wire = self.wire
        query = self._format_query_text(kind, terms)
        given: list[tuple[str, str | int | bool]] = [(wire.query, query), *wire.fixed]
        if wire.page:
            given.append((wire.page, wire.first + (page - 1) * wire.step))
        url = f"{self.base_url.rstrip('/')}{wire.path}"
        headers = (("accept", "application/json"),)
        if wire.posts:
            typed = (*headers, ("content-type", "application/json"))
            return Request(url=url, headers=typed, body=json.dumps(dict(given)))
        return Request(url=url, params=tuple(map(_format_parameter, given)), headers=headers)

    def _build_next_page_queries(self, query: Query) -> tuple[Query, ...]:
        page = query.page + 1
        if page > min(self.last_page, query.pages or self.last_page) or not self.wire.page:
            return ()
        return (
            replace(query, page=page, request=self._build_request(query.kind, query.terms, page)),
        )


def _format_parameter(pair: tuple[str, str | int | bool]) -> tuple[str, str]:
    name, value = pair
    return name, str(value).lower() if isinstance(value, bool) else str(value)


def _extract_short_text(page: Page) -> str:
    """Return what a page says if it is short, in small letters and in one line."""
    if len(page.body) > LONGEST_COMPLAINT:
        return ""
    return " ".join(page.text.split()).casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class HitPageSource:
    """It is the engine in all else: a result list shows a title, and the page says whose it is.

    `most_pages` is how many hits of one answer are read.
    """

    engine: Source
    most_pages: int

    def __getattr__(self, name: str) -> object:
        return getattr(self.engine, name)

    def parse_response(self, query: Query, page: Page) -> ParseResult:
        result = self.engine.parse_response(query, page)
        shown = (trace.url for trace in result.traces)
        pages = (
            build_page_queries(PAGES_SOURCE, shown, query.subject)[: self.most_pages]
            if query.subject
            else ()
        )
        return replace(result, follow=(*result.follow, *pages))
