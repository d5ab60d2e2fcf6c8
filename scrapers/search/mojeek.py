"""Mojeek: a small index of its own, asked through its API."""

from collections.abc import Mapping

from scrapers.models import Outcome
from scrapers.parsers.json_fields import (
    get_optional_count,
    raise_shape_error,
    require_list,
    require_object,
    require_text,
)
from scrapers.search_api import (
    NO_KEY,
    TOO_OFTEN,
    ComplaintRule,
    EngineComplaint,
    SearchAnswer,
    SearchApi,
    WireFormat,
)
from scrapers.search_results import strip_markup
from scrapers.source import ApiKeySpec, SourceInfo, TermsOfService

SOURCE_INFO = SourceInfo(
    title="Mojeek",
    asks=(
        "a quoted name, alone and with the school, the district or a place; handles that the"
        " person listed"
    ),
    discloses="the name, school, place and handles, to Mojeek in the United Kingdom",
    sees="title, snippet and address of pages in its own index",
    cannot_see="pages behind a login, and the many pages that a small index lacks",
    provenance="its published reference",
    terms=TermsOfService(url="https://www.mojeek.com/services/search/web-search-api/"),
    usd_per_1000=None,
    api_key=ApiKeySpec(name="mojeek-key", param="api_key"),
    notice="It needs a paid plan, and we have not checked the price. Ask Mojeek first.",
)
COMPLAINT_RULES = (
    ComplaintRule(outcome=Outcome.LIMITED, note=TOO_OFTEN, phrases=("limit",)),
    ComplaintRule(
        outcome=Outcome.BLOCKED,
        note=NO_KEY,
        phrases=("key", "denied", "unauthori", "not allowed", "permission", "expired"),
    ),
)


def parse_mojeek_results(answer: Mapping[str, object]) -> SearchAnswer | EngineComplaint:
    """Believe a list only if it holds as many results as its head counts."""
    response = require_object(answer.get("response"), "the response")
    status = require_text(response, "status")
    if status != "OK":
        return EngineComplaint(status)
    head = require_object(response.get("head"), "the head")
    shown, start, total = (_require_count(head, name) for name in ("return", "start", "results"))
    found = require_list(response, "results") if "results" in response else ()
    if len(found) != shown or (total and not shown and not start):
        raise_shape_error("as many results as it counts")
    searched = strip_markup(require_text(head, "query"))
    return SearchAnswer(rows=found, more=0 < shown < total - start, searched_text=searched)


def _require_count(head: Mapping[str, object], name: str) -> int:
    counted = get_optional_count(head, name)
    if counted is None:
        raise_shape_error(name)
    return counted


MOJEEK = SearchApi(
    name="mojeek",
    info=SOURCE_INFO,
    base_url="https://api.mojeek.com",
    wire=WireFormat(
        path="/search",
        fixed=(("fmt", "json"), ("t", 10), ("safe", 0)),
        page="s",
        step=10,
        snippet="desc",
    ),
    parse_results=parse_mojeek_results,
    complaint_rules=COMPLAINT_RULES,
)
