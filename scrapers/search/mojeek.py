"""Mojeek: a small index of its own, asked through its API."""

from collections.abc import Mapping

from scrapers.models import Outcome
from scrapers.parsers.json_fields import count, lacks, record, rows, text
from scrapers.parsers.search_results import plain
from scrapers.search_api import NO_KEY, TOO_OFTEN, Complaint, Listed, SearchApi, Trouble, Wire
from scrapers.source import Declaration, Key, Terms

DECLARATION = Declaration(
    title="Mojeek",
    asks="a quoted name with the school or a place beside it",
    discloses="the name and the place, to Mojeek in the United Kingdom",
    sees="title, snippet and address of pages in its own index",
    cannot_see="what stands behind a login, and the many pages that a small index lacks",
    provenance="its published reference",
    terms=Terms(url="https://www.mojeek.com/services/search/web-search-api/"),
    usd_per_1000=None,
    key=Key(name="mojeek-key", param="api_key"),
    notice="It is paid for by plans whose price nobody has looked up: ask Mojeek first.",
)
FINE = "OK"
TROUBLES = (
    Trouble(outcome=Outcome.LIMITED, note=TOO_OFTEN, phrases=("limit",)),
    Trouble(
        outcome=Outcome.BLOCKED,
        note=NO_KEY,
        phrases=("key", "denied", "unauthori", "not allowed", "permission", "expired"),
    ),
)


def listed(answer: Mapping[str, object]) -> Listed | Complaint:
    """Believe a list only if it holds as many results as its head counts."""
    response = record(answer.get("response"), "the response")
    status = text(response, "status")
    if status != FINE:
        return Complaint(status)
    head = record(response.get("head"), "the head")
    shown, start, total = (_counted(head, name) for name in ("return", "start", "results"))
    found = rows(response, "results") if "results" in response else ()
    if len(found) != shown or (total and not shown and not start):
        lacks("as many results as it counts")
    searched = plain(text(head, "query"))
    return Listed(rows=found, more=0 < shown < total - start, searched=searched)


def _counted(head: Mapping[str, object], name: str) -> int:
    counted = count(head, name)
    if counted is None:
        lacks(name)
    return counted


MOJEEK = SearchApi(
    name="mojeek",
    declaration=DECLARATION,
    base_url="https://www.mojeek.com",
    wire=Wire(
        path="/search",
        fixed=(("fmt", "json"), ("t", 10), ("safe", 0)),
        page="s",
        step=10,
        snippet="desc",
    ),
    listed=listed,
    troubles=TROUBLES,
)
