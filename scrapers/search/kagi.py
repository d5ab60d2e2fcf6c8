"""Kagi, through its Search API (v1)."""

from collections.abc import Mapping
from decimal import Decimal

from scrapers.models import Outcome
from scrapers.parsers.json_fields import lacks, optional_text, record, rows
from scrapers.search_api import NO_CREDIT, NO_KEY, Complaint, Listed, SearchApi, Trouble, Wire
from scrapers.source import Declaration, Key, Terms

DECLARATION = Declaration(
    title="Kagi",
    asks="a quoted name with the school or a place beside it; and the district by its own name",
    discloses="the name and the place, to Kagi and to the indexes that it asks in turn",
    sees="title, snippet and address of pages, from its own index and from those of others",
    cannot_see="what stands behind a login, and pages that none of these indexes has",
    provenance="its published OpenAPI description",
    terms=Terms(url="https://kagi.com/terms"),
    usd_per_1000=Decimal(12),
    key=Key(name="kagi-key", header="authorization", prefix="Bearer "),
)
TROUBLES = (
    Trouble(
        outcome=Outcome.LIMITED,
        note=NO_CREDIT,
        phrases=("insufficient credit", "insufficient_credit", "usage limit", '"code":101'),
    ),
    Trouble(outcome=Outcome.LIMITED, note=NO_CREDIT, statuses=frozenset({402})),
    Trouble(
        outcome=Outcome.BLOCKED,
        note=NO_KEY,
        phrases=("unauthorized", "invalid_token", "invalid token", "no billing information"),
    ),
    Trouble(outcome=Outcome.BLOCKED, note=NO_KEY, statuses=frozenset({401})),
)
ERRORS = ("error", "errors")
FULL = 20


def listed(answer: Mapping[str, object]) -> Listed | Complaint:
    """Read the list of pages; where nothing was found it is missing, and so are all others."""
    said = " ".join(word for key in ERRORS if answer.get(key) for word in _complaints(answer, key))
    if said:
        return Complaint(said)
    meta = record(answer.get("meta"), "what it says of the answer")
    data = record(answer.get("data"), "the data")
    found = rows(data, "search") if data.get("search") is not None else ()
    if not found and any(name != "search" and data[name] for name in data):
        lacks("the list of pages")
    return Listed(rows=found, more=len(found) >= FULL, searched=_repeated(meta))


def _complaints(answer: Mapping[str, object], key: str) -> list[str]:
    told = [record(row, "a complaint") for row in rows(answer, key)]
    names = ("code", "msg", "message")
    return [str(row[name]) for row in told for name in names if row.get(name) is not None]


def _repeated(meta: Mapping[str, object]) -> str:
    """Return the question as it took it; older answers do not repeat it."""
    query = meta.get("query")
    return "" if query is None else optional_text(record(query, "the query"), "raw")


KAGI = SearchApi(
    name="kagi",
    declaration=DECLARATION,
    base_url="https://kagi.com",
    wire=Wire(
        path="/api/v1/search",
        query="query",
        fixed=(("workflow", "search"), ("limit", FULL)),
        page="page",
        posts=True,
        either=True,
        sites=True,
        snippet="snippet",
    ),
    listed=listed,
    troubles=TROUBLES,
)
