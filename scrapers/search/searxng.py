"""A SearXNG of the operator's own, asked for JSON.

An empty list proves nothing by itself: the engines that did not answer are listed beside it.
`/config` tells which engines it asks, but not which of them read result pages instead of an API:
that stays with the code of each engine (SearXNG 2026.8.22).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

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
from scrapers.parsers.block_detection import build_unreadable_result, detect_block, detect_refusal
from scrapers.parsers.json_fields import (
    ShapeError,
    get_optional_text,
    parse_json,
    raise_shape_error,
    require_flag,
    require_list,
    require_object,
    require_text,
)
from scrapers.parsers.presence import build_impossible_handle
from scrapers.search_api import (
    COMMON_PHRASE,
    build_district_terms,
    format_district_query,
    split_district_result,
)
from scrapers.search_queries import (
    QueryOperators,
    SearchTerms,
    build_merged_terms,
    build_people_search_terms,
    format_search_query,
)
from scrapers.search_results import build_person_traces, build_traces, parse_hits
from scrapers.source import ApiSource, Canary, SourceFamily, SourceInfo, TermsOfService


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineList:
    """The engines of an instance by their names: those switched on, and those asked by default."""

    enabled: frozenset[str]
    by_default: frozenset[str]


def parse_engine_list(answer: Mapping[str, object]) -> EngineList:
    """Read the list of engines; raises ShapeError."""
    found = [require_object(row, "an engine") for row in require_list(answer, "engines")]
    if not found:
        raise_shape_error("its engines")
    on = {
        require_text(row, "name"): require_list(row, "categories")
        for row in found
        if require_flag(row, "enabled")
    }
    by_default = (name for name, categories in on.items() if "general" in categories)
    return EngineList(enabled=frozenset(on), by_default=frozenset(by_default))


SOURCE_INFO = SourceInfo(
    title="SearXNG",
    asks=(
        "a quoted name with the school, the district or a place, and on social networks; beside the"
        " school, what students write, like a title and the last name; handles"
        " that the person listed; also the district and its schools by their own names"
    ),
    discloses="the name, school, place and handles, to the engines that it asks for us",
    sees="title, snippet and address of pages that its engines list",
    cannot_see="pages behind a login, and anything its engines do not list",
    provenance="a SearXNG 2026.8.22 run on loopback, with engines that fail on purpose",
    terms=TermsOfService(url="https://docs.searxng.org/"),
    notice="Choose its engines: many read result pages, although the search engines forbid it.",
)

# The query that is no search: what the instance tells of itself.
CONFIG_TERMS = ("/config",)
FULL_PAGE = 10
LAST_PAGE = 2
OK = 200
FORBIDDEN = 403
JSON_IS_OFF = "json-off"
ONE_PAGE_ONLY = "engines-one-page"
# What SearXNG says of an engine that did not answer, the worst first; all else is a failure.
SILENCE_RULES = (
    (Outcome.BLOCKED, ("captcha", "access denied"), "engines-refused"),
    (Outcome.LIMITED, ("too many requests",), "engines-limited"),
    (Outcome.FAILED, ("",), "engines-silent"),
)
# Engines that did not answer, with what their silence comes to.
SilentEngines = Mapping[str, tuple[Outcome, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearxNG(ApiSource):
    """`engines` are asked by name; empty means those that the instance asks by default.

    `known_query` surely has results, and they surely hold its last word.
    """

    engines: tuple[str, ...] = ()
    known_query: str = "wikipedia"
    name: str = "searxng"
    platform: str = ""
    family: SourceFamily = SourceFamily.SEARCH
    version: int = 2
    info: SourceInfo = SOURCE_INFO

    def build_queries(self, identity: Identity) -> Iterator[Query]:
        for terms in build_merged_terms(identity, QueryOperators.SITES):
            yield self._build_query(terms, identity.person_id)
        for terms in build_people_search_terms(identity, QueryOperators.SITES):
            yield self._build_query(terms, identity.person_id, QueryKind.PEOPLE_SEARCH)

    def build_district_queries(self, district: District) -> Iterator[Query]:
        for terms in build_district_terms(district):
            yield self._build_query(terms, "", QueryKind.DISTRICT)

    def split_result_by_person(
        self, result: ParseResult, identities: Iterable[Identity]
    ) -> Iterator[tuple[Identity, ParseResult]]:
        return split_district_result(result, identities)

    def parse_response(self, query: Query, page: Page) -> ParseResult:
        if page.status == FORBIDDEN and detect_block(page) is None:
            return build_unreadable_result(JSON_IS_OFF)
        refused = detect_refusal(page)
        if refused is not None:
            return refused
        if page.status != OK:
            return build_unreadable_result(f"query-refused:{page.status}")
        try:
            answer = require_object(parse_json(page), "results")
            return (
                self._parse_config(answer)
                if query.terms == CONFIG_TERMS
                else self._parse_answer(query, answer)
            )
        except ShapeError as error:
            return build_unreadable_result(str(error))

    def build_canaries(self, nonce: str) -> Iterable[Canary]:
        nobody = build_impossible_handle(nonce, self.name)
        for term, expects in ((nobody, Outcome.ABSENT), (self.known_query, Outcome.FOUND)):
            query = replace(self._build_query((term,), ""), pages=1)
            yield Canary(query=query, expects=expects)
        query = self._build_query((COMMON_PHRASE,), "")
        request = self._build_request(query.kind, query.terms, LAST_PAGE)
        yield Canary(
            query=replace(query, page=LAST_PAGE, request=request),
            expects=Outcome.FOUND,
            blind_note=ONE_PAGE_ONLY,
        )
        yield Canary(query=self._build_config_query(), expects=Outcome.FOUND)

    def _build_config_query(self) -> Query:
        """Ask which engines it has: a name that it does not know would have it ask them all."""
        url = f"{self.base_url.rstrip('/')}/config"
        request = Request(url=url, headers=(("accept", "application/json"),))
        return Query(source=self.name, kind=QueryKind.SEARCH, terms=CONFIG_TERMS, request=request)

    def _parse_config(self, answer: Mapping[str, object]) -> ParseResult:
        listed = parse_engine_list(answer)
        unknown = [name for name in self.engines if name not in listed.enabled]
        if unknown:
            return build_unreadable_result(f"engines-missing:{', '.join(unknown)}")
        unnamed = "" if self.engines else f"engines-unnamed:{len(listed.by_default)}"
        return ParseResult(outcome=Outcome.FOUND, note=unnamed)

    def _build_query(
        self, terms: SearchTerms, subject: str, kind: QueryKind = QueryKind.SEARCH
    ) -> Query:
        return Query(
            source=self.name,
            kind=kind,
            terms=terms,
            request=self._build_request(kind, terms, 1),
            subject=subject,
        )

    def _build_request(self, kind: QueryKind, terms: SearchTerms, page: int) -> Request:
        params = [("q", _format_query_text(kind, terms)), ("format", "json"), ("safesearch", "0")]
        params += [("pageno", str(page))]
        params += [("engines", ",".join(self.engines))] if self.engines else []
        # SearXNG translates what it says of its engines; we read English.
        return Request(
            url=f"{self.base_url.rstrip('/')}/search",
            params=tuple(params),
            headers=(("accept", "application/json"), ("accept-language", "en")),
        )

    def _parse_answer(self, query: Query, answer: Mapping[str, object]) -> ParseResult:
        listed = [require_object(row, "a result") for row in require_list(answer, "results")]
        silent = dict(_parse_complaint(row) for row in require_list(answer, "unresponsive_engines"))
        searched = get_optional_text(answer, "query").split()
        corrected = require_list(answer, "corrections") if "corrections" in answer else ()
        wanted = _format_query_text(query.kind, query.terms).split()
        if corrected or searched not in ([], wanted):
            return build_unreadable_result("words-altered")
        if self.engines and not all(self._is_from_asked_engine(row) for row in listed):
            return build_unreadable_result("engines-altered")
        hits = parse_hits(listed, "url", "title", "content")
        of_all = query.kind is QueryKind.DISTRICT
        traces = build_traces(hits) if of_all else build_person_traces(query.terms, hits)
        result = self._build_result(traces, listed, silent)
        return replace(
            result, follow=self._build_next_page_queries(query) if len(listed) >= FULL_PAGE else ()
        )

    def _build_result(
        self, traces: tuple[Trace, ...], listed: list[Mapping[str, object]], silent: SilentEngines
    ) -> ParseResult:
        """Take an engine's silence for its own, and only that of all for the instance's."""
        if silent and not listed and silent.keys() >= set(self.engines):
            ranks = [outcome for outcome, _, _ in SILENCE_RULES]
            outcome, note = min(silent.values(), key=lambda answer: ranks.index(answer[0]))
            return ParseResult(outcome=outcome, note=note)
        if silent:
            return ParseResult(
                outcome=Outcome.PARTIAL, traces=traces, note=self._describe_silent_engines(silent)
            )
        if traces:
            return ParseResult(outcome=Outcome.FOUND, traces=traces)
        note = "nobody-named" if listed else ""
        return ParseResult(outcome=Outcome.ABSENT, note=note)

    def _describe_silent_engines(self, silent: SilentEngines) -> str:
        """Name the silent engines where the operator named them, else count them."""
        configured = [name for name in self.engines if name in silent]
        if len(configured) == len(silent):
            return f"engines-silent.some:{', '.join(configured)}"
        return f"engines-silent.count:{len(silent)}"

    def _is_from_asked_engine(self, row: Mapping[str, object]) -> bool:
        engines = row.get("engines")
        return not isinstance(engines, list) or any(name in self.engines for name in engines)

    def _build_next_page_queries(self, query: Query) -> tuple[Query, ...]:
        page = query.page + 1
        if page > min(LAST_PAGE, query.pages or LAST_PAGE):
            return ()
        request = self._build_request(query.kind, query.terms, page)
        return (replace(query, page=page, request=request),)


def _format_query_text(kind: QueryKind, terms: SearchTerms) -> str:
    by_kind = format_district_query if kind is QueryKind.DISTRICT else format_search_query
    return by_kind(terms)


def _parse_complaint(row: object) -> tuple[str, tuple[Outcome, str]]:
    match row:
        case [str() as engine, str() as message, *_]:
            text = message.casefold()
        case _:
            raise_shape_error("what it says of an engine")
    return engine, next(
        (outcome, note)
        for outcome, phrases, note in SILENCE_RULES
        if any(phrase in text for phrase in phrases)
    )
