"""Brave Search, for pages and for news: an index of its own, and a licence to ask it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from scrapers.models import Outcome
from scrapers.parsers.json_fields import lacks, optional_text, record, rows, text
from scrapers.parsers.text import words
from scrapers.search_api import NO_CREDIT, NO_KEY, TOO_OFTEN, Listed, SearchApi, Trouble, Wire
from scrapers.source import Declaration, Key, Terms

DECLARATION = Declaration(
    title="Brave Search",
    asks="a quoted name with the school or a place beside it; and the district by its own name",
    discloses="the name and the place, to Brave, which keeps what was asked for up to 90 days",
    sees="title, snippet and address of pages, news and discussions in its own index",
    cannot_see="what stands behind a login, and pages that it has not indexed",
    provenance="its published reference, and answers recorded in December 2024",
    terms=Terms(url="https://api-dashboard.search.brave.com/terms-of-service"),
    usd_per_1000=Decimal(5),
    key=Key(name="brave-key", header="x-subscription-token"),
    notice="Read in its terms what your plan allows to be stored, before you turn it on.",
)
NEWS = replace(
    DECLARATION,
    title="Brave News",
    asks="a quoted name with the school or a place beside it",
    sees="title, snippet and address of news that appeared within the last month",
    cannot_see="older news, and papers that it does not index",
)
SECTIONS = ("web", "news", "discussions")
TROUBLES = (
    Trouble(
        outcome=Outcome.BLOCKED,
        note=NO_KEY,
        phrases=("subscription_token_invalid", "subscription_token_missing"),
    ),
    Trouble(
        outcome=Outcome.BLOCKED,
        note="the key has no subscription to this",
        phrases=("subscription_not_found", "option_not_in_plan", "resource_not_allowed"),
    ),
    Trouble(outcome=Outcome.LIMITED, note=NO_CREDIT, statuses=frozenset({402})),
    Trouble(outcome=Outcome.LIMITED, note=TOO_OFTEN, phrases=("rate_limited", "quota_limited")),
)
FULL = 20
# Spell-check on, it would search for the corrected words only.
ALWAYS: tuple[tuple[str, str | int | bool], ...] = (
    ("count", FULL),
    ("spellcheck", False),
    ("text_decorations", False),
    ("safesearch", "off"),
)


def listed(answer: Mapping[str, object]) -> Listed:
    """Read the sections: an empty one is missing or null, and `mixed` does not speak of it."""
    if text(answer, "type") != "search":
        lacks("the type")
    query = record(answer.get("query"), "the query")
    more = query.get("more_results_available")
    shown = [name for name in SECTIONS if answer.get(name) is not None]
    found = [row for name in shown for row in rows(record(answer[name], name), "results")]
    if not set(_announced(answer)) <= set(shown):
        lacks("a section that it announces")
    if not found and more is not False:
        lacks("the sign that nothing more was found")
    return _listed(query, found, more=more is True)


def listed_news(answer: Mapping[str, object]) -> Listed:
    if text(answer, "type") != "news":
        lacks("the type")
    found = rows(answer, "results")
    return _listed(record(answer.get("query"), "the query"), found, more=len(found) >= FULL)


def _announced(answer: Mapping[str, object]) -> Iterator[str]:
    """Yield the sections that the order of the results speaks of."""
    if answer.get("mixed") is None:
        return
    mixed = record(answer["mixed"], "the order of its results")
    for part in ("main", "top", "side"):
        for row in rows(mixed, part) if part in mixed else ():
            kind = text(record(row, part), "type")
            if kind in SECTIONS:
                yield kind


def _listed(query: Mapping[str, object], found: Sequence[object], *, more: bool) -> Listed:
    searched, altered = text(query, "original"), optional_text(query, "altered")
    changed = words(altered) not in ([], words(searched))
    return Listed(rows=found, more=more, searched=searched, altered=changed)


BRAVE = SearchApi(
    name="brave",
    declaration=DECLARATION,
    base_url="https://api.search.brave.com",
    wire=Wire(
        path="/res/v1/web/search",
        fixed=(*ALWAYS, ("result_filter", ",".join(SECTIONS))),
        page="offset",
        first=0,
        either=True,
        sites=True,
        snippet="description",
    ),
    listed=listed,
    troubles=TROUBLES,
)
# News is dated, so nothing is lost by asking for what is new; a page of the web may have no date.
BRAVE_NEWS = replace(
    BRAVE,
    name="brave-news",
    declaration=NEWS,
    wire=Wire(
        path="/res/v1/news/search",
        fixed=(*(pair for pair in ALWAYS if pair[0] != "text_decorations"), ("freshness", "pm")),
        page="offset",
        first=0,
        either=True,
        snippet="description",
    ),
    listed=listed_news,
    known_query="school",
    # In one context: a place beside the name finds few papers that the school does not.
    most_questions=2,
)
