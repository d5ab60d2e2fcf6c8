"""GDELT: news of the last three months from all over the world, without a key."""

from collections.abc import Mapping

from scrapers.models import Outcome
from scrapers.parsers.json_fields import raise_shape_error, require_list
from scrapers.search_api import TOO_OFTEN, ComplaintRule, SearchAnswer, SearchApi, WireFormat
from scrapers.source import SourceInfo, TermsOfService

SOURCE_INFO = SourceInfo(
    title="GDELT",
    asks="a quoted name with the school, the district or a place",
    discloses="the name, school and place, to the GDELT Project; we send no account with it",
    sees="title and address of news articles of the last four weeks",
    cannot_see="articles that name the person in their text but not in their title or address",
    provenance="descriptions by its users; its own reference has not been read",
    terms=TermsOfService(url="https://www.gdeltproject.org/about.html"),
)
# It asks for one query in five seconds, in a plain sentence, and with any status.
COMPLAINT_RULES = (
    ComplaintRule(
        outcome=Outcome.LIMITED, note=TOO_OFTEN, phrases=("limit requests", "rate limit")
    ),
    ComplaintRule(
        outcome=Outcome.UNREADABLE, note="query-too-common", phrases=("too short", "too common")
    ),
)


def parse_gdelt_results(answer: Mapping[str, object]) -> SearchAnswer:
    """Read the articles; where there are none, the answer is empty."""
    if answer and "articles" not in answer:
        raise_shape_error("the articles")
    return SearchAnswer(rows=require_list(answer, "articles") if answer else (), more=False)


GDELT = SearchApi(
    name="gdelt",
    info=SOURCE_INFO,
    base_url="https://api.gdeltproject.org",
    wire=WireFormat(
        path="/api/v2/doc/doc",
        query="query",
        either=True,
        news=True,
        fixed=(
            ("mode", "artlist"),
            ("format", "json"),
            ("maxrecords", 250),
            ("timespan", "4w"),
            ("sort", "datedesc"),
        ),
    ),
    parse_results=parse_gdelt_results,
    complaint_rules=COMPLAINT_RULES,
    known_query="school",
    seconds_between=6.0,
)
