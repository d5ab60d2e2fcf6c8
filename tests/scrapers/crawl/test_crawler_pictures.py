"""Which pictures are gone on to, and what their answers come to."""

from dataclasses import dataclass, field, replace

import pytest

from scrapers.crawl.crawl_worker import add_picture_queries, parse_page
from scrapers.models import (
    MediaKind,
    Outcome,
    Page,
    PageFingerprint,
    ParseResult,
    Query,
    QueryKind,
    Trace,
    TraceKind,
)
from scrapers.parsers.text import LARGEST_DOCUMENT
from tests.rows import over_rows
from tests.scrapers.http.fakes import MONDAY, site

SOURCE = site("alpha", origins=("http://alpha.example", "http://*.cdn.example"))
QUERY = replace(SOURCE.query("rosa"), subject="p")
ROSA = Trace(
    key="http://alpha.example/rosa",
    kind=TraceKind.ACCOUNT,
    url="http://alpha.example/rosa",
    picture="http://a.cdn.example/rosa.png",
)
FOUND = ParseResult(
    outcome=Outcome.FOUND, traces=(ROSA,), kept=PageFingerprint(asked=b"", digest=b"", version=1)
)


def agreed(_query: Query) -> bool:
    return True


def refused(_query: Query) -> bool:
    return False


def followed(reading: ParseResult, query: Query = QUERY) -> tuple[Query, ...]:
    return add_picture_queries(SOURCE.crawl_policy, query, reading, agreed).follow


def test_the_picture_of_a_profile_is_the_next_query() -> None:
    (picture,) = followed(FOUND)

    assert picture.kind is QueryKind.PICTURE
    assert (picture.source, picture.subject) == ("alpha", "p")
    assert (picture.request.url, picture.request.media) == (ROSA.picture, MediaKind.PICTURE)


def test_another_picture_of_the_same_profile_is_the_same_query() -> None:
    (before,) = followed(FOUND)
    other = replace(ROSA, picture="http://alpha.example/other.png")
    (after,) = followed(replace(FOUND, traces=(other,)))

    assert (before.key, before.request.url) == (after.key, ROSA.picture)
    assert after.request.url == other.picture


def test_nobody_goes_on_to_a_picture_that_was_not_agreed_to() -> None:
    assert add_picture_queries(SOURCE.crawl_policy, QUERY, FOUND, refused) == FOUND


def test_a_page_whose_pictures_are_asked_for_is_read_anew_the_next_time() -> None:
    assert add_picture_queries(SOURCE.crawl_policy, QUERY, FOUND, agreed).kept is None


@pytest.mark.parametrize(
    "address",
    ["", "http://elsewhere.example/a.png", "http://cdn.example@elsewhere.example/", "file:///a"],
)
def test_pictures_that_lie_elsewhere_are_left_alone(address: str) -> None:
    assert followed(replace(FOUND, traces=(replace(ROSA, picture=address),))) == ()


def test_a_page_that_is_no_profile_and_a_canary_lead_to_no_picture() -> None:
    page = replace(FOUND, traces=(replace(ROSA, kind=TraceKind.PAGE),))

    assert followed(page) == ()
    assert followed(FOUND, replace(QUERY, subject="")) == ()


@dataclass
class Opener:
    """Notes what it was given to open."""

    opened: list[bytes] = field(default_factory=list)

    def parse_body(self, _source: object, _query: Query, page: Page) -> ParseResult:
        self.opened.append(page.body)
        return ParseResult(outcome=Outcome.FOUND)


def answer(kind: str = "image/png", body: bytes = b"\x89PNG", status: int = 200) -> Page:
    return Page(
        url=ROSA.picture,
        status=status,
        body=body,
        fetched_at=MONDAY,
        headers={"content-type": kind},
    )


@over_rows(
    ("page", "outcome"),
    [
        (answer(), Outcome.FOUND),
        (answer("Image/JPEG; q=1"), Outcome.FOUND),
        (answer("image/svg+xml", b"<svg/>"), Outcome.UNREADABLE),
        (answer("image/tiff"), Outcome.UNREADABLE),
        (answer("text/html", b"<title>Just a moment...</title>", 403), Outcome.BLOCKED),
        (answer("text/html", b"<title>Rosa</title>"), Outcome.UNREADABLE),
        (answer(body=bytes(LARGEST_DOCUMENT + 1)), Outcome.UNREADABLE),
        (replace(answer(), cut=True), Outcome.UNREADABLE),
        (answer(status=404), Outcome.ABSENT),
        (answer(status=410), Outcome.ABSENT),
        (answer(status=503), Outcome.FAILED),
        (answer(status=301), Outcome.UNREADABLE),
    ],
)
def test_only_a_whole_picture_of_a_known_kind_is_opened(page: Page, outcome: Outcome) -> None:
    opener = Opener()
    (picture,) = followed(FOUND)

    assert parse_page(SOURCE, picture, page, opener).outcome is outcome
    assert opener.opened == ([page.body] if outcome is Outcome.FOUND else [])
