"""Some engines want their query posted, as a JSON document."""

import re
import socket

from scrapers.http.conditional import build_cache_entry
from scrapers.http.credentials import Credential, Credentials
from scrapers.models import Outcome, Page, ParseResult, Query, QueryKind, Request
from scrapers.source import CrawlPolicy
from tests.scrapers.http.conftest import Internet
from tests.scrapers.http.fakes import MONDAY
from tests.scrapers.http.loopback import Loopback, answer, answering, head_of, moved, without_robots

SITE = "http://site.example"
QUESTION = '{"q": "Nora Quill"}'
POST = Request(url=f"{SITE}/search", headers=(("content-type", "application/json"),), body=QUESTION)
KEY = Credentials(by_origin={SITE: Credential(headers=(("x-api-key", "t0p"),))})


def whole(connection: socket.socket) -> bytes:
    """Hear a request with its body, which may come in a piece of its own."""
    heard = head_of(connection)
    length = re.search(rb"content-length: (\d+)", heard, re.IGNORECASE)
    missing = int(length[1]) - len(heard.partition(b"\r\n\r\n")[2]) if length else 0
    while missing > 0 and (piece := connection.recv(missing)):
        heard += piece
        missing -= len(piece)
    return heard


def served(internet: Internet, *answers: bytes) -> Loopback:
    server = internet.serve(without_robots(answering(*answers)))
    server.hear = whole
    return server


def test_a_request_with_a_body_is_posted_with_the_key(
    internet: Internet, etiquette: CrawlPolicy
) -> None:
    server = served(internet, answer())

    came = internet.client(credentials=KEY).fetch(POST, etiquette)

    assert isinstance(came, Page)
    assert server.requests[-1].startswith(b"POST /search ")
    assert server.requests[-1].endswith(QUESTION.encode())
    assert b"x-api-key: t0p" in server.requests[-1]
    assert b"content-type: application/json" in server.requests[-1]


def test_a_query_without_a_body_is_a_get_without_one(
    internet: Internet, etiquette: CrawlPolicy
) -> None:
    server = served(internet, answer())

    internet.client().fetch(Request(url=f"{SITE}/a"), etiquette)

    assert server.requests[-1].startswith(b"GET /a ")
    assert b"content-length" not in server.requests[-1].lower()


def test_nothing_is_posted_where_a_redirect_leads(
    internet: Internet, etiquette: CrawlPolicy
) -> None:
    server = served(internet, moved("/elsewhere"), answer())

    came = internet.client().fetch(POST, etiquette)

    assert isinstance(came, Page)
    assert came.status == 302
    assert len(server.requests) == 1


def test_a_posted_query_is_never_asked_with_conditions() -> None:
    query = Query(
        source="s", kind=QueryKind.SEARCH, terms=("Nora Quill",), request=POST, subject="p"
    )
    headers = {"etag": '"v1"', "last-modified": "Mon, 02 Nov 2026 06:00:00 GMT"}
    page = Page(url=POST.url, status=200, body=b"{}", fetched_at=MONDAY, headers=headers)

    kept = build_cache_entry(query, 1, page, ParseResult(outcome=Outcome.FOUND))

    assert kept is not None
    assert (kept.etag, kept.last_modified) == ("", "")
