"""Which bodies are read: text, and pictures where one is wanted."""

import pytest

from scrapers.models import Media, Page, Request
from scrapers.source import Access, Etiquette
from tests.scrapers.http.conftest import Internet
from tests.scrapers.http.loopback import answer, answering, without_robots

SITE = "http://site.example"
PAGES = Etiquette(origins=(SITE,), access=Access.PAGE)
PNG = b"\x89PNG"


@pytest.mark.parametrize(
    ("media", "kind", "read"),
    [
        (Media.TEXT, "text/html", True),
        (Media.TEXT, "image/png", False),
        (Media.PICTURE, "image/png", True),
        # It may say why there is no picture.
        (Media.PICTURE, "text/html", True),
        (Media.PICTURE, "video/mp4", False),
        (Media.PICTURE, "application/octet-stream", False),
    ],
)
def test_nothing_is_read_that_is_not_wanted(
    internet: Internet, media: Media, kind: str, *, read: bool
) -> None:
    body = answer(PNG, headers=f"Content-Type: {kind}\r\n")
    internet.serve(without_robots(answering(body)))

    came = internet.client().fetch(Request(url=SITE, media=media), PAGES)

    assert isinstance(came, Page)
    assert (came.body, came.cut) == ((PNG, False) if read else (b"", True))
