"""Which bodies are read: text, and pictures where one is wanted."""

import pytest

from scrapers.models import MediaKind, Page, Request
from scrapers.source import AccessMode, CrawlPolicy
from tests.scrapers.http.conftest import Internet
from tests.scrapers.http.loopback import answer, answering, without_robots

SITE = "http://site.example"
PAGES = CrawlPolicy(origins=(SITE,), access=AccessMode.PAGE)
PNG = b"\x89PNG"


@pytest.mark.parametrize(
    ("media", "kind", "read"),
    [
        (MediaKind.TEXT, "text/html", True),
        (MediaKind.TEXT, "image/png", False),
        (MediaKind.PICTURE, "image/png", True),
        # It may say why there is no picture.
        (MediaKind.PICTURE, "text/html", True),
        (MediaKind.PICTURE, "video/mp4", False),
        (MediaKind.PICTURE, "application/octet-stream", False),
    ],
)
def test_nothing_is_read_that_is_not_wanted(
    internet: Internet, media: MediaKind, kind: str, *, read: bool
) -> None:
    body = answer(PNG, headers=f"Content-Type: {kind}\r\n")
    internet.serve(without_robots(answering(body)))

    came = internet.client().fetch(Request(url=SITE, media=media), PAGES)

    assert isinstance(came, Page)
    assert (came.body, came.cut) == ((PNG, False) if read else (b"", True))
