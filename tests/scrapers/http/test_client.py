"""What the client sends, what it brings back, and how it says that it failed."""

import gzip
import socket
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from scrapers.http.errors import FailureReason
from scrapers.models import Outcome, Page, ParseResult, Request
from scrapers.source import AccessMode, CrawlPolicy
from tests.scrapers.http.conftest import Internet
from tests.scrapers.http.follower import Follower
from tests.scrapers.http.loopback import answer, answering, moved, packed, without_robots
from tests.scrapers.http.wire import AGENT

SITE = "http://site.example"
API = CrawlPolicy(origins=(SITE,), access=AccessMode.API)
PAGES = replace(API, access=AccessMode.PAGE)


def test_a_request_says_who_asks_and_carries_nothing_else(
    internet: Internet, etiquette: CrawlPolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    server = internet.serve(without_robots(answering(answer(headers="Set-Cookie: a=b\r\n"))))
    client = internet.client()
    for _ in range(2):
        client.fetch(Request(url=f"{SITE}/a", params=(("q", "Rosa Ä"),)), etiquette)

    lines = server.requests[-1].decode().split("\r\n")

    assert lines[0] == "GET /a?q=Rosa+%C3%84 HTTP/1.1"
    assert sorted(line.lower() for line in lines[1:] if line) == [
        "accept-encoding: gzip, deflate",
        "accept: */*",
        "host: site.example",
        f"user-agent: {AGENT}".lower(),
    ]


def test_a_request_can_add_headers_but_not_pretend_to_be_someone_else(
    internet: Internet, etiquette: CrawlPolicy
) -> None:
    server = internet.serve(without_robots(answering(answer())))
    extra = (("Accept", "application/json"), ("User-Agent", "Mozilla"), ("Cookie", "a=b"))

    internet.client().fetch(Request(url=SITE, headers=extra), etiquette)

    sent = server.requests[-1].lower()
    assert b"accept: application/json\r\n" in sent
    assert b"mozilla" not in sent
    assert b"cookie" not in sent


def test_netrc_is_never_read(
    internet: Internet, etiquette: CrawlPolicy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine site.example login me password secret\n", "utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    server = internet.serve(without_robots(answering(answer())))

    internet.client().fetch(Request(url=SITE), etiquette)

    assert b"authorization" not in server.requests[-1].lower()


@pytest.mark.parametrize("status", ["200 OK", "404 Not Found", "429 Too Many", "503 Busy"])
def test_every_status_but_a_redirect_comes_back_as_a_page(
    internet: Internet, etiquette: CrawlPolicy, status: str
) -> None:
    said = answer(b"said", status=status, headers="Retry-After: 120\r\nX-Some: One\r\n")
    internet.serve(without_robots(answering(said)))

    came = internet.client().fetch(Request(url=SITE), etiquette)

    assert isinstance(came, Page)
    assert (came.status, came.body, came.cut) == (int(status[:3]), b"said", False)
    assert came.headers["retry-after"] == "120"
    assert came.headers["x-some"] == "One"


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (gzip.compress(b"hello", mtime=0), "gzip"),
        (gzip.compress(b"hel", mtime=0) + gzip.compress(b"lo", mtime=0), "x-gzip"),
        (gzip.compress(b"hello", mtime=0) + b"\0\0 padding", "gzip"),
        (zlib.compress(b"hello"), "deflate"),
        (zlib.compress(b"hello")[2:-4], "deflate"),
        (b"hello", "identity"),
    ],
)
def test_one_layer_of_packing_is_opened(
    internet: Internet, etiquette: CrawlPolicy, body: bytes, coding: str
) -> None:
    internet.serve(without_robots(answering(packed(body, coding))))

    came = internet.client().fetch(Request(url=SITE), etiquette)

    assert isinstance(came, Page)
    assert came.body == b"hello"


def test_an_empty_body_is_empty_however_it_was_packed(
    internet: Internet, etiquette: CrawlPolicy
) -> None:
    internet.serve(without_robots(answering(packed(b"", "gzip", status="404 Not Found"))))

    came = internet.client().fetch(Request(url=SITE), etiquette)

    assert isinstance(came, Page)
    assert came.body == b""


def test_a_redirect_is_the_answer_itself_where_the_request_wants_no_hops(
    internet: Internet, etiquette: CrawlPolicy
) -> None:
    server = internet.serve(without_robots(answering(moved("/login", b"body"))))

    came = internet.client().fetch(Request(url=f"{SITE}/rosa", hops=0), etiquette)

    assert isinstance(came, Page)
    assert (came.status, came.headers["location"]) == (302, "/login")
    assert (came.url, came.body, came.cut) == (f"{SITE}/rosa", b"body", False)
    assert b"GET /login" not in b"".join(server.requests)


def test_something_that_is_no_text_is_not_read(internet: Internet) -> None:
    video = answer(b"x" * 1_000, headers="Content-Type: video/mp4\r\n")
    internet.serve(without_robots(answering(video)))
    client = internet.client()

    page = client.fetch(Request(url=SITE), PAGES)
    api = client.fetch(Request(url=SITE), API)

    assert isinstance(page, Page)
    assert (page.body, page.cut) == (b"", True)
    assert isinstance(api, ParseResult)
    assert api.outcome is Outcome.UNREADABLE


def test_a_source_is_never_asked_outside_of_its_origins(
    internet: Internet, etiquette: CrawlPolicy
) -> None:
    server = internet.serve(answering(answer()), "other.example")

    came = internet.client().fetch(Request(url="http://other.example/"), etiquette)

    assert isinstance(came, ParseResult)
    assert (came.outcome, came.note) == (Outcome.SKIPPED, FailureReason.NOT_ITS_OWN)
    assert server.connections == 0


def test_a_page_may_be_led_elsewhere_and_an_api_may_not(internet: Internet) -> None:
    internet.serve(without_robots(answering(moved("http://other.example/x"))))
    internet.serve(without_robots(answering(answer(b"elsewhere"))), "other.example")
    follower = Follower(internet.client())

    page = follower.fetch(Request(url=SITE), PAGES)
    api = follower.fetch(Request(url=SITE), API)

    assert isinstance(page, Page)
    assert (page.url, page.body) == ("http://other.example/x", b"elsewhere")
    assert isinstance(api, ParseResult)
    assert (api.outcome, api.note) == (Outcome.SKIPPED, FailureReason.AWAY)


def test_a_fresh_connection_that_breaks_is_not_tried_again(
    internet: Internet, etiquette: CrawlPolicy
) -> None:
    def hang_up(connection: socket.socket, _: bytes) -> None:
        connection.shutdown(socket.SHUT_RDWR)

    server = internet.serve(hang_up)

    came = internet.client().fetch(Request(url=f"{SITE}/x"), etiquette)

    assert isinstance(came, ParseResult)
    assert (came.outcome, came.note) == (Outcome.FAILED, FailureReason.BROKE_OFF)
    assert server.connections == 1


def test_an_unknown_name_and_a_closed_port_fail(internet: Internet, etiquette: CrawlPolicy) -> None:
    nowhere = replace(etiquette, origins=("http://nowhere.example",))
    unknown = internet.client().fetch(Request(url="http://nowhere.example/"), nowhere)
    internet.serve(answering(answer())).close()
    closed = internet.client().fetch(Request(url=SITE), etiquette)

    assert isinstance(unknown, ParseResult)
    assert (unknown.outcome, unknown.note) == (Outcome.FAILED, FailureReason.NO_SUCH_NAME)
    assert isinstance(closed, ParseResult)
    assert (closed.outcome, closed.note) == (Outcome.FAILED, FailureReason.NO_CONNECTION)


def test_a_header_that_would_smuggle_another_is_not_sent(
    internet: Internet, etiquette: CrawlPolicy
) -> None:
    server = internet.serve(without_robots(answering(answer())))
    sly = Request(url=SITE, headers=(("X-A", "1\r\nX-B: 2"),))

    came = internet.client().fetch(sly, etiquette)

    assert isinstance(came, ParseResult)
    assert b"X-B" not in b"".join(server.requests)


def test_notes_hold_no_word_of_the_web(internet: Internet, etiquette: CrawlPolicy) -> None:
    evil = (
        packed(b"EVIL", "EVIL"),
        b"EVIL EVIL EVIL\r\n\r\n",
        moved("http://EVIL.example:81/"),
    )
    for number, said in enumerate(evil):
        internet.serve(without_robots(answering(said)))
        came = Follower(internet.client()).fetch(Request(url=f"{SITE}/{number}"), etiquette)

        assert isinstance(came, ParseResult)
        assert came.note in set(FailureReason)


def test_a_page_packed_as_more_members_than_are_unpacked_is_cut(internet: Internet) -> None:
    members = b"".join(gzip.compress(b"%d " % number) for number in range(20))
    internet.serve(without_robots(answering(answer(members, headers="Content-Encoding: gzip\r\n"))))

    page = internet.client().fetch(Request(url=SITE), PAGES)

    assert isinstance(page, Page)
    assert (page.body.split()[-1], page.cut) == (b"15", True)


@pytest.mark.parametrize("coding", ["gzip, chunked", "gzip,chunked", "deflate, gzip, chunked"])
def test_a_body_packed_for_the_way_which_we_never_ask_for_is_not_taken_for_its_text(
    internet: Internet, etiquette: CrawlPolicy, coding: str
) -> None:
    body = gzip.compress(b"hello")
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: {coding}\r\n\r\n"
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    internet.serve(without_robots(answering(head.encode() + chunks)))

    came = internet.client().fetch(Request(url=SITE), etiquette)

    assert isinstance(came, ParseResult)
    assert (came.outcome, came.note) == (Outcome.UNREADABLE, FailureReason.PACKED.value)
