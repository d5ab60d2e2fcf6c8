"""The pages that stand beside the tests, each as an answer to a query that its source asks.

The name of a page says what it comes to: `found.json`, `absent.html`. All of them are about Nora.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from itertools import islice
from pathlib import Path

from scrapers.models import Identity, Outcome, Page, ParseResult, Query
from scrapers.source import ContactSource, MarkupSource, Source
from tests.scrapers.known_sources import all_sources

PAGES = Path(__file__).parent / "pages"
KINDS = {
    ".html": "text/html",
    ".json": "application/json",
    ".txt": "text/plain",
    ".xml": "text/xml",
}
DEMANDED = (
    Outcome.FOUND,
    Outcome.ABSENT,
    Outcome.BLOCKED,
    Outcome.LIMITED,
    Outcome.UNREADABLE,
)
# The statuses that services send each with, the usual one first.
STATUSES = {
    Outcome.FOUND: (200,),
    Outcome.PARTIAL: (200,),
    Outcome.DECLINED: (200,),
    Outcome.UNREADABLE: (200,),
    Outcome.ABSENT: (200, 404, 410, 400),
    Outcome.BLOCKED: (403, 401, 422, 400, 200),
    Outcome.LIMITED: (429, 200, 403, 402, 400),
    Outcome.FAILED: (200, 502),
}
WHEN = datetime(2026, 11, 2, 12, tzinfo=UTC)
# Networks whose handles are not plain words.
HANDLES = {"bluesky": "noraquill.example"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A page, the query that it answers, and what it comes to."""

    file: Path
    source: Source
    query: Query
    page: Page
    outcome: Outcome

    def __str__(self) -> str:
        return f"{self.file.parent.name}/{self.file.name}"


def nora(source: Source) -> Identity:
    handle = HANDLES.get(source.platform, "noraquill")
    if domain := getattr(source, "domain", ""):  # a server of a federation
        handle = f"{handle}@{domain}"
    return Identity(
        person_id="person-1",
        names=("Nora Quill",),
        handles=("noraquill",),
        accounts=(f"{source.platform}:@{handle}",) if source.platform else (),
        pages=("https://noraquill.example/", "https://noraquill.example/feed.xml"),
        places=("Wexford Bay",),
        organization="Harbour Lane School",
        alert_feeds=("https://www.google.com/alerts/feeds/1234567890/9876543210",),
        mail_hash=sha256(b"nquill@harbourlane.example").hexdigest(),
        mail="nquill@harbourlane.example",
    )


def queries(source: Source) -> Iterator[Query]:
    yield from source.build_queries(nora(source))
    yield from (canary.query for canary in source.build_canaries("nonce"))
    if isinstance(source, ContactSource):
        for account in nora(source).accounts:
            yield from source.build_contact_queries(account, "person-1")


def read_whole(source: Source, query: Query, page: Page) -> ParseResult:
    """Read a page as the service does, but parse it here."""
    reading = source.parse_response(query, page)
    if reading.unparsed and isinstance(source, MarkupSource):
        return source.parse_body(query, page)
    return reading


@cache
def answers() -> tuple[Answer, ...]:
    return tuple(answer for source in all_sources() for answer in answers_of(source))


def answers_of(source: Source) -> Iterator[Answer]:
    """Yield each page of a source that comes to what its name says, as an answer to that."""
    for file in pages_of(source):
        yield from _answers(source, file)


def pages_of(source: Source) -> list[Path]:
    return sorted(path for path in (PAGES / source.name).glob("*") if path.suffix in KINDS)


def _answers(source: Source, file: Path) -> Iterator[Answer]:
    named = [outcome for outcome in Outcome if outcome == file.stem]
    fitting = (
        Answer(file=file, source=source, query=query, page=page, outcome=outcome)
        for outcome in named or Outcome
        for status in STATUSES.get(outcome, (200,))
        for query in queries(source)
        for page in [_page(query, file, status)]
        if read_whole(source, query, page).outcome is outcome
    )
    yield from islice(fitting, 1)


def _page(query: Query, file: Path, status: int) -> Page:
    return Page(
        url=query.request.url,
        status=status,
        body=file.read_bytes(),
        fetched_at=WHEN,
        headers={"content-type": f"{KINDS[file.suffix]}; charset=utf-8"},
    )
