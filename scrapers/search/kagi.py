"""Kagi, through its Search API (v1)."""

from collections.abc import Mapping

from scrapers.models import Outcome
from scrapers.parsers.json_fields import (
    get_optional_text,
    raise_shape_error,
    require_list,
    require_object,
)
from scrapers.search_api import (
    NO_CREDIT,
    NO_KEY,
    PRICES,
    ComplaintRule,
    EngineComplaint,
    SearchAnswer,
    SearchApi,
    WireFormat,
)
from scrapers.source import ApiKeySpec, SourceInfo, TermsOfService

SOURCE_INFO = SourceInfo(
    title="Kagi",
    asks=(
        "a quoted name with the school, the district or a place, and on social networks; beside the"
        " school, what students write, like a title and the last name; handles"
        " that the person listed; also the district and its schools by their own names"
    ),
    discloses="the name, school, place and handles, to Kagi and the indexes that it asks in turn",
    sees="title, snippet and address of pages, from its own index and from those of others",
    cannot_see="pages behind a login, and pages that none of these indexes has",
    provenance="its published OpenAPI description",
    terms=TermsOfService(url="https://kagi.com/terms"),
    usd_per_1000=PRICES["kagi"],
    api_key=ApiKeySpec(name="kagi-key", header="authorization", prefix="Bearer "),
)
COMPLAINT_RULES = (
    ComplaintRule(
        outcome=Outcome.LIMITED,
        note=NO_CREDIT,
        phrases=("insufficient credit", "insufficient_credit", "usage limit", '"code":101'),
    ),
    ComplaintRule(outcome=Outcome.LIMITED, note=NO_CREDIT, statuses=frozenset({402})),
    ComplaintRule(
        outcome=Outcome.BLOCKED,
        note=NO_KEY,
        phrases=("unauthorized", "invalid_token", "invalid token", "no billing information"),
    ),
    ComplaintRule(outcome=Outcome.BLOCKED, note=NO_KEY, statuses=frozenset({401})),
)
ERROR_KEYS = ("error", "errors")
FULL_PAGE = 20


def parse_kagi_results(answer: Mapping[str, object]) -> SearchAnswer | EngineComplaint:
    """Read the list of pages; where nothing was found it is missing, and so are all others."""
    complaint = " ".join(
        word for key in ERROR_KEYS if answer.get(key) for word in _extract_complaints(answer, key)
    )
    if complaint:
        return EngineComplaint(complaint)
    meta = require_object(answer.get("meta"), "what it says of the answer")
    data = require_object(answer.get("data"), "the data")
    found = require_list(data, "search") if data.get("search") is not None else ()
    if not found and any(name != "search" and data[name] for name in data):
        raise_shape_error("the list of pages")
    return SearchAnswer(
        rows=found, more=len(found) >= FULL_PAGE, searched_text=_extract_repeated_query(meta)
    )


def _extract_complaints(answer: Mapping[str, object], key: str) -> list[str]:
    complaints = [require_object(row, "a complaint") for row in require_list(answer, key)]
    names = ("code", "msg", "message")
    return [str(row[name]) for row in complaints for name in names if row.get(name) is not None]


def _extract_repeated_query(meta: Mapping[str, object]) -> str:
    """Return the query as it took it; older answers do not repeat it."""
    query = meta.get("query")
    return "" if query is None else get_optional_text(require_object(query, "the query"), "raw")


KAGI = SearchApi(
    name="kagi",
    info=SOURCE_INFO,
    base_url="https://kagi.com",
    wire=WireFormat(
        path="/api/v1/search",
        query="query",
        fixed=(("workflow", "search"), ("limit", FULL_PAGE)),
        page="page",
        posts=True,
        either=True,
        sites=True,
        snippet="snippet",
    ),
    parse_results=parse_kagi_results,
    complaint_rules=COMPLAINT_RULES,
)
