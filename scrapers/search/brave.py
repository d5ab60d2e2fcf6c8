"""Brave Search, for pages and for news: an index of its own, and a license to ask it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from scrapers.models import Outcome
from scrapers.parsers.json_fields import (
    get_optional_text,
    raise_shape_error,
    require_list,
    require_object,
    require_text,
)
from scrapers.parsers.text import split_words
from scrapers.search_api import (
    NO_CREDIT,
    NO_KEY,
    PRICES,
    TOO_OFTEN,
    ComplaintRule,
    SearchAnswer,
    SearchApi,
    WireFormat,
)
from scrapers.source import ApiKeySpec, SourceInfo, TermsOfService

TERMS = TermsOfService(
    url="https://api-dashboard.search.brave.com/terms-of-service",
    as_of=date(2026, 2, 11),
    clause=(
        "results may be stored only as far as an application needs it to run, unless a plan"
        " grants more (3(b)(i)), and all are erased when the contract ends (13(c))"
    ),
)
# Longer than the eight weeks after which the least frequent question is asked again.
STORED_FOR = timedelta(days=60)
SOURCE_INFO = SourceInfo(
    title="Brave Search",
    asks=(
        "a quoted name with the school, the district or a place, and on social networks; beside the"
        " school, what students write, like a title and the last name; handles"
        " that the person listed; also the district and its schools by their own names"
    ),
    discloses="the name, school, place and handles, to Brave, which keeps them for up to 90 days",
    sees="title, snippet and address of pages, news and discussions in its own index",
    cannot_see="pages behind a login, and pages that it has not indexed",
    provenance="its published reference, and answers recorded in December 2024",
    terms=TERMS,
    retain_text_for=STORED_FOR,
    usd_per_1000=PRICES["brave"],
    api_key=ApiKeySpec(name="brave-key", header="x-subscription-token"),
    notice="Whether its terms let you store results is for your lawyers, or for Brave, to say.",
)
NEWS_SOURCE_INFO = replace(
    SOURCE_INFO,
    title="Brave News",
    usd_per_1000=PRICES["brave-news"],
    asks="a quoted name with the school, the district or a place",
    discloses="the name and the school, to Brave, which keeps what was asked for up to 90 days",
    sees="title, snippet and address of news that appeared within the last month",
    cannot_see="older news, and papers that it does not index",
)
SECTIONS = ("web", "news", "discussions")
COMPLAINT_RULES = (
    ComplaintRule(
        outcome=Outcome.BLOCKED,
        note=NO_KEY,
        phrases=("subscription_token_invalid", "subscription_token_missing"),
    ),
    ComplaintRule(
        outcome=Outcome.BLOCKED,
        note="key-without-subscription",
        phrases=("subscription_not_found", "option_not_in_plan", "resource_not_allowed"),
    ),
    ComplaintRule(outcome=Outcome.LIMITED, note=NO_CREDIT, statuses=frozenset({402})),
    ComplaintRule(
        outcome=Outcome.LIMITED, note=TOO_OFTEN, phrases=("rate_limited", "quota_limited")
    ),
)
FULL_PAGE = 20
# Spell-check on, it would search for the corrected words only.
FIXED_PARAMS: tuple[tuple[str, str | int | bool], ...] = (
    ("count", FULL_PAGE),
    ("spellcheck", False),
    ("text_decorations", False),
    ("safesearch", "off"),
)


def parse_brave_results(answer: Mapping[str, object]) -> SearchAnswer:
    """Read the sections: an empty one is missing or null, and `mixed` does not speak of it."""
    if require_text(answer, "type") != "search":
        raise_shape_error("the type")
    query = require_object(answer.get("query"), "the query")
    more = query.get("more_results_available")
    shown = [name for name in SECTIONS if answer.get(name) is not None]
    found = [
        row for name in shown for row in require_list(require_object(answer[name], name), "results")
    ]
    if not set(_list_announced_sections(answer)) <= set(shown):
        raise_shape_error("a section that it announces")
    if not found and more is not False:
        raise_shape_error("the sign that nothing more was found")
    return _build_search_answer(query, found, more=more is True)


def parse_brave_news(answer: Mapping[str, object]) -> SearchAnswer:
    if require_text(answer, "type") != "news":
        raise_shape_error("the type")
    found = require_list(answer, "results")
    return _build_search_answer(
        require_object(answer.get("query"), "the query"), found, more=len(found) >= FULL_PAGE
    )


def _list_announced_sections(answer: Mapping[str, object]) -> Iterator[str]:
    """Yield the sections that the order of the results speaks of."""
    if answer.get("mixed") is None:
        return
    mixed = require_object(answer["mixed"], "the order of its results")
    for part in ("main", "top", "side"):
        for row in require_list(mixed, part) if part in mixed else ():
            kind = require_text(require_object(row, part), "type")
            if kind in SECTIONS:
                yield kind


def _build_search_answer(
    query: Mapping[str, object], found: Sequence[object], *, more: bool
) -> SearchAnswer:
    searched, altered = require_text(query, "original"), get_optional_text(query, "altered")
    changed = split_words(altered) not in ([], split_words(searched))
    return SearchAnswer(rows=found, more=more, searched_text=searched, altered=changed)


BRAVE = SearchApi(
    name="brave",
    info=SOURCE_INFO,
    base_url="https://api.search.brave.com",
    wire=WireFormat(
        path="/res/v1/web/search",
        fixed=(*FIXED_PARAMS, ("result_filter", ",".join(SECTIONS))),
        page="offset",
        first=0,
        either=True,
        sites=True,
        snippet="description",
    ),
    parse_results=parse_brave_results,
    complaint_rules=COMPLAINT_RULES,
)
# News is dated, so nothing is lost by asking for what is new; a page of the web may have no date.
BRAVE_NEWS = replace(
    BRAVE,
    name="brave-news",
    info=NEWS_SOURCE_INFO,
    wire=WireFormat(
        path="/res/v1/news/search",
        fixed=(
            *(pair for pair in FIXED_PARAMS if pair[0] != "text_decorations"),
            ("freshness", "pm"),
        ),
        page="offset",
        first=0,
        either=True,
        news=True,
        snippet="description",
    ),
    parse_results=parse_brave_news,
    known_query="school",
    # In one context: a place beside the name finds few papers that the school does not.
    last_page=1,
    most_queries=1,
)
