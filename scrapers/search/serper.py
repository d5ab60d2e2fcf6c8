"""Serper, which resells what Google shows; for districts whose lawyers have agreed to that."""

from collections.abc import Mapping

from scrapers.models import Outcome
from scrapers.parsers.json_fields import (
    get_optional_text,
    require_list,
    require_object,
    require_text,
)
from scrapers.search_api import (
    NO_CREDIT,
    NO_KEY,
    PRICES,
    ComplaintRule,
    SearchAnswer,
    SearchApi,
    WireFormat,
)
from scrapers.search_queries import MOST_GOOGLE_WORDS
from scrapers.source import ApiKeySpec, SourceInfo, TermsOfService

SOURCE_INFO = SourceInfo(
    title="Serper",
    asks=(
        "a quoted name with the school, the district or a place, and on social networks; beside the"
        " school, what students write, like a title and the last name; handles"
        " that the person listed; also the district and its schools by their own names"
    ),
    discloses="the name, school, place and handles, to Serper, and by it to Google",
    sees="title, snippet and address of pages that Google lists",
    cannot_see="pages behind a login, and anything Google does not list",
    provenance="its published examples, and descriptions by its customers",
    terms=TermsOfService(url="https://serper.dev/terms"),
    usd_per_1000=PRICES["serper"],
    api_key=ApiKeySpec(name="serper-key", header="x-api-key"),
    notice=(
        "It resells results from Google without a license: ask your lawyers before you turn it on."
    ),
)
COMPLAINT_RULES = (
    ComplaintRule(outcome=Outcome.LIMITED, note=NO_CREDIT, phrases=("credit", "quota")),
    ComplaintRule(outcome=Outcome.LIMITED, note=NO_CREDIT, statuses=frozenset({402})),
    ComplaintRule(
        outcome=Outcome.BLOCKED, note=NO_KEY, phrases=("unauthorized", "invalid api key")
    ),
)
FULL_PAGE = 10


def parse_serper_results(answer: Mapping[str, object]) -> SearchAnswer:
    searched = require_object(answer.get("searchParameters"), "what it searched for")
    found = require_list(answer, "organic")
    return SearchAnswer(
        rows=found,
        more=len(found) >= FULL_PAGE,
        searched_text=require_text(searched, "q"),
        altered=bool(_extract_replacement_query(answer)),
    )


def _extract_replacement_query(answer: Mapping[str, object]) -> str:
    """Return the words it shows results for, if they differ from ours; ignore mere suggestions."""
    information = answer.get("searchInformation")
    return (
        ""
        if information is None
        else get_optional_text(require_object(information, "its remarks"), "showingResultsFor")
    )


SERPER = SearchApi(
    name="serper",
    info=SOURCE_INFO,
    base_url="https://google.serper.dev",
    wire=WireFormat(
        path="/search",
        fixed=(("gl", "us"), ("hl", "en"), ("num", FULL_PAGE), ("autocorrect", False)),
        page="page",
        posts=True,
        either=True,
        sites=True,
        url="link",
        snippet="snippet",
        most_words=MOST_GOOGLE_WORDS,
    ),
    parse_results=parse_serper_results,
    complaint_rules=COMPLAINT_RULES,
)
