"""Google's Custom Search JSON API, for those who still have it: it ends on 1 January 2027."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from scrapers.models import Outcome
from scrapers.parsers.json_fields import (
    get_optional_text,
    raise_shape_error,
    require_list,
    require_object,
    require_text,
)
from scrapers.search_api import (
    NO_CREDIT,
    NO_KEY,
    ComplaintRule,
    SearchAnswer,
    SearchApi,
    WireFormat,
)
from scrapers.source import ApiKeySpec, SourceInfo, TermsOfService

SOURCE_INFO = SourceInfo(
    title="Google Custom Search",
    asks=(
        "a quoted name with the school, the district or a place, and on social networks; handles"
        " that the person listed; also the district by its own name"
    ),
    discloses="the name, school, place and handles, to Google",
    sees="title, snippet and address of pages that the search engine you made there covers",
    cannot_see="pages behind a login, and sites that your search engine leaves out",
    provenance="answers recorded in 2018, and its published reference",
    terms=TermsOfService(url="https://developers.google.com/custom-search/terms"),
    usd_per_1000=Decimal(5),
    api_key=ApiKeySpec(name="google-key", param="key"),
    notice="Google accepts no new customers and shuts it down on January 1, 2027.",
)
COMPLAINT_RULES = (
    ComplaintRule(
        outcome=Outcome.LIMITED,
        note=NO_CREDIT,
        phrases=("limitexceeded", "quotaexceeded", "quota exceeded", "resource_exhausted"),
    ),
    ComplaintRule(
        outcome=Outcome.BLOCKED,
        note=NO_KEY,
        phrases=("keyinvalid", "api_key_invalid", "api key not valid", "keyexpired"),
    ),
    ComplaintRule(
        outcome=Outcome.BLOCKED,
        note="key-without-api",
        phrases=("accessnotconfigured", "service_disabled"),
    ),
)


def parse_google_results(answer: Mapping[str, object]) -> SearchAnswer:
    """Read the items; where there are none they are missing, and the total says so."""
    if require_text(answer, "kind") != "customsearch#search":
        raise_shape_error("the kind")
    queries = require_object(answer.get("queries"), "the queries")
    asked = [require_object(row, "the query") for row in require_list(queries, "request")]
    if not asked:
        raise_shape_error("the query")
    total = require_text(
        require_object(answer.get("searchInformation"), "the total"), "totalResults"
    )
    found = require_list(answer, "items") if "items" in answer else ()
    if not found and total != "0":
        raise_shape_error("the items")
    return SearchAnswer(
        rows=found,
        more=bool(found) and "nextPage" in queries,
        searched_text=require_text(asked[0], "searchTerms"),
        altered=_is_query_corrected(answer),
    )


def _is_query_corrected(answer: Mapping[str, object]) -> bool:
    spelling = answer.get("spelling")
    return spelling is not None and bool(
        get_optional_text(require_object(spelling, "the spelling"), "correctedQuery")
    )


def build_google_source(engine_id: str) -> SearchApi:
    """Return the source that asks the search engine which the operator made there (its `cx`)."""
    return replace(GOOGLE, wire=replace(WIRE_FORMAT, fixed=(*WIRE_FORMAT.fixed, ("cx", engine_id))))


WIRE_FORMAT = WireFormat(
    path="/customsearch/v1",
    fixed=(("num", 10), ("safe", "off")),
    page="start",
    step=10,
    either=True,
    sites=True,
    url="link",
    snippet="snippet",
)
GOOGLE = SearchApi(
    name="google",
    info=SOURCE_INFO,
    base_url="https://customsearch.googleapis.com",
    wire=WIRE_FORMAT,
    parse_results=parse_google_results,
    complaint_rules=COMPLAINT_RULES,
)
