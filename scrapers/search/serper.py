"""Serper, which resells what Google shows; for districts whose lawyers have agreed to that."""

from collections.abc import Mapping
from decimal import Decimal

from scrapers.models import Outcome
from scrapers.parsers.json_fields import optional_text, record, rows, text
from scrapers.search_api import NO_CREDIT, NO_KEY, Listed, SearchApi, Trouble, Wire
from scrapers.source import Declaration, Key, Terms

DECLARATION = Declaration(
    title="Serper",
    asks="a quoted name with the school or a place beside it; and the district by its own name",
    discloses="the name and the place, to Serper, and by it to Google",
    sees="title, snippet and address of pages that Google lists",
    cannot_see="what stands behind a login, and whatever Google does not list",
    provenance="its published examples, and descriptions by its customers",
    terms=Terms(url="https://serper.dev/terms"),
    usd_per_1000=Decimal(1),
    key=Key(name="serper-key", header="x-api-key"),
    notice=(
        "It resells another engine's results, whose owner has not licensed them:"
        " ask your lawyers before you turn it on."
    ),
)
TROUBLES = (
    Trouble(outcome=Outcome.LIMITED, note=NO_CREDIT, phrases=("credit", "quota")),
    Trouble(outcome=Outcome.LIMITED, note=NO_CREDIT, statuses=frozenset({402})),
    Trouble(outcome=Outcome.BLOCKED, note=NO_KEY, phrases=("unauthorized", "invalid api key")),
)
FULL = 10


def listed(answer: Mapping[str, object]) -> Listed:
    searched = record(answer.get("searchParameters"), "what it searched for")
    found = rows(answer, "organic")
    return Listed(
        rows=found,
        more=len(found) >= FULL,
        searched=text(searched, "q"),
        altered=bool(_shown_instead(answer)),
    )


def _shown_instead(answer: Mapping[str, object]) -> str:
    """Return the words it shows results for, if they are not ours; a mere suggestion is none."""
    told = answer.get("searchInformation")
    return "" if told is None else optional_text(record(told, "its remarks"), "showingResultsFor")


SERPER = SearchApi(
    name="serper",
    declaration=DECLARATION,
    base_url="https://google.serper.dev",
    wire=Wire(
        path="/search",
        fixed=(("gl", "us"), ("hl", "en"), ("num", FULL), ("autocorrect", False)),
        page="page",
        posts=True,
        either=True,
        sites=True,
        url="link",
        snippet="snippet",
    ),
    listed=listed,
    troubles=TROUBLES,
)
