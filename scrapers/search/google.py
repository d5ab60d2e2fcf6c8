"""Google's Custom Search JSON API, for those who still have it: it ends on 1 January 2027."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from scrapers.models import Outcome
from scrapers.parsers.json_fields import lacks, optional_text, record, rows, text
from scrapers.search_api import NO_CREDIT, NO_KEY, Listed, SearchApi, Trouble, Wire
from scrapers.source import Declaration, Key, Terms

DECLARATION = Declaration(
    title="Google Custom Search",
    asks="a quoted name with the school or a place beside it; and the district by its own name",
    discloses="the name and the place, to Google",
    sees="title, snippet and address of pages that the search engine you made there covers",
    cannot_see="what stands behind a login, and sites that your search engine leaves out",
    provenance="answers recorded in 2018, and its published reference",
    terms=Terms(url="https://developers.google.com/custom-search/terms"),
    usd_per_1000=Decimal(5),
    key=Key(name="google-key", param="key"),
    notice="Google takes no new customers for it, and ends it on 1 January 2027.",
)
TROUBLES = (
    Trouble(
        outcome=Outcome.LIMITED,
        note=NO_CREDIT,
        phrases=("limitexceeded", "quotaexceeded", "quota exceeded", "resource_exhausted"),
    ),
    Trouble(
        outcome=Outcome.BLOCKED,
        note=NO_KEY,
        phrases=("keyinvalid", "api_key_invalid", "api key not valid", "keyexpired"),
    ),
    Trouble(
        outcome=Outcome.BLOCKED,
        note="the key's project has not turned this API on",
        phrases=("accessnotconfigured", "service_disabled"),
    ),
)


def listed(answer: Mapping[str, object]) -> Listed:
    """Read the items; where there are none they are missing, and the total says so."""
    if text(answer, "kind") != "customsearch#search":
        lacks("the kind")
    queries = record(answer.get("queries"), "the queries")
    asked = [record(row, "the question") for row in rows(queries, "request")]
    if not asked:
        lacks("the question")
    total = text(record(answer.get("searchInformation"), "the total"), "totalResults")
    found = rows(answer, "items") if "items" in answer else ()
    if not found and total != "0":
        lacks("the items")
    return Listed(
        rows=found,
        more=bool(found) and "nextPage" in queries,
        searched=text(asked[0], "searchTerms"),
        altered=_corrected(answer),
    )


def _corrected(answer: Mapping[str, object]) -> bool:
    spelling = answer.get("spelling")
    return spelling is not None and bool(
        optional_text(record(spelling, "the spelling"), "correctedQuery")
    )


def google(engine_id: str) -> SearchApi:
    """Return the source that asks the search engine which the operator made there (its `cx`)."""
    return replace(GOOGLE, wire=replace(WIRE, fixed=(*WIRE.fixed, ("cx", engine_id))))


WIRE = Wire(
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
    declaration=DECLARATION,
    base_url="https://customsearch.googleapis.com",
    wire=WIRE,
    listed=listed,
    troubles=TROUBLES,
)
