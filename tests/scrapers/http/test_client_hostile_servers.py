"""Whatever a server sends, a visit ends in time, and as the Reading or the Page that it is."""

import gzip
import time
import zlib

import pytest

from scrapers.http.client import Redirect
from scrapers.http.errors import FailureReason
from scrapers.http.fetch_limits import FetchLimits
from scrapers.models import Outcome, Page, ParseResult, Request
from scrapers.source import AccessMode, CrawlPolicy
from tests.scrapers.http.conftest import Internet
from tests.scrapers.http.loopback import (
    SOON_SECONDS,
    Behavior,
    answer,
    answering,
    moved,
    packed,
    without_robots,
)
from tests.scrapers.http.misbehavior import (
    CHUNKED,
    MIB,
    OK,
    dripping,
    flooding,
    hanging_up,
    hanging_up_half_way,
    silent,
)

QUICK = FetchLimits(total_seconds=0.5, connect_seconds=0.5)
SMALL = FetchLimits(total_seconds=5.0, body_bytes=100_000)

BOMB = gzip.compress(bytes(5 * MIB))
DEFLATE_BOMB = zlib.compress(bytes(5 * MIB))


@pytest.mark.parametrize("access", AccessMode)
@pytest.mark.parametrize(
    "behavior",
    [
        pytest.param(silent, id="nothing"),
        pytest.param(dripping(b"HTTP/1.1 200 "), id="status line drip"),
        pytest.param(dripping(OK + b"X-Drip: "), id="header drip"),
        pytest.param(dripping(OK, b"X: 1\r\n"), id="header line drip"),
        pytest.param(dripping(OK + b"Content-Length: 1000000\r\n\r\n"), id="body drip"),
        pytest.param(dripping(CHUNKED, b"1\r\nx\r\n"), id="chunk drip"),
        pytest.param(dripping(CHUNKED + b"0\r\n", b"X: 1\r\n"), id="trailer drip"),
        pytest.param(dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), id="100 for ever"),
    ],
)
def test_a_server_that_dawdles_is_left_at_the_deadline(
    internet: Internet, behavior: Behavior, access: AccessMode
) -> None:
    internet.serve(without_robots(behavior))
    began = time.monotonic()

    came = internet.visit(access=access, limits=QUICK)

    assert time.monotonic() - began < SOON_SECONDS
    assert isinstance(came, ParseResult)
    assert (came.outcome, came.note) == (Outcome.FAILED, FailureReason.OUT_OF_TIME)


@pytest.mark.parametrize("access", AccessMode)
@pytest.mark.parametrize(
    "behavior",
    [
        pytest.param(flooding(OK, b"X-Flood: " + b"x" * 60_000 + b"\r\n"), id="headers"),
        pytest.param(flooding(OK + b"X-Flood: ", b"x" * 60_000), id="one header"),
        pytest.param(flooding(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000), id="100"),
        pytest.param(flooding(CHUNKED, b"1\r\nx\r\n" * 1_000), id="tiny chunks"),
        pytest.param(flooding(CHUNKED + b"0\r\n", b"X: 1\r\n" * 1_000), id="trailers"),
        pytest.param(flooding(CHUNKED, b"1" * 60_000), id="chunk size"),
        pytest.param(flooding(b"", b"garbage " * 1_000), id="no HTTP"),
        pytest.param(hanging_up, id="hangs up"),
        pytest.param(hanging_up_half_way, id="half"),
        pytest.param(answering(OK + b"Content-Length: 10\r\n\r\nhalf"), id="dawdling half"),
    ],
)
def test_a_flood_or_a_torso_of_an_answer_fails(
    internet: Internet, behavior: Behavior, access: AccessMode
) -> None:
    internet.serve(without_robots(behavior))

    came = internet.visit(access=access, limits=FetchLimits(total_seconds=0.8, body_bytes=100_000))

    assert isinstance(came, ParseResult)
    assert came.outcome is Outcome.FAILED


ENDLESS = [
    pytest.param(flooding(OK + b"\r\n", b"x" * 60_000), id="endless"),
    pytest.param(
        flooding(OK + b"Content-Length: 9000000000\r\n\r\n", b"x" * 60_000), id="very long"
    ),
    pytest.param(flooding(CHUNKED, b"8000\r\n" + b"x" * 0x8000 + b"\r\n"), id="endless chunks"),
    pytest.param(answering(packed(BOMB, "gzip")), id="gzip bomb"),
    pytest.param(answering(packed(DEFLATE_BOMB, "deflate")), id="deflate bomb"),
    pytest.param(answering(packed(BOMB * 3, "gzip")), id="several bombs in a row"),
]


@pytest.mark.parametrize("behavior", ENDLESS)
def test_a_page_is_cut_at_the_cap_and_says_so(internet: Internet, behavior: Behavior) -> None:
    internet.serve(without_robots(behavior))

    came = internet.visit(limits=SMALL)

    assert isinstance(came, Page)
    assert came.cut
    assert len(came.body) == SMALL.body_bytes


@pytest.mark.parametrize("behavior", ENDLESS)
def test_half_an_api_answer_is_unreadable(internet: Internet, behavior: Behavior) -> None:
    internet.serve(behavior)

    came = internet.visit(access=AccessMode.API, limits=SMALL)

    assert isinstance(came, ParseResult)
    assert came.outcome is Outcome.UNREADABLE


@pytest.mark.parametrize("access", AccessMode)
@pytest.mark.parametrize("coding", ["gzip, gzip", "gzip, deflate", "br", "zstd", "compress", "x"])
def test_only_one_layer_that_we_asked_for_is_unpacked(
    internet: Internet, coding: str, access: AccessMode
) -> None:
    internet.serve(without_robots(answering(packed(gzip.compress(b"hello"), coding))))

    came = internet.visit(access=access)

    assert isinstance(came, ParseResult)
    assert (came.outcome, came.note) == (Outcome.UNREADABLE, FailureReason.PACKED)


@pytest.mark.parametrize("access", AccessMode)
def test_a_redirect_is_followed_without_reading_its_body(
    internet: Internet, access: AccessMode
) -> None:
    first = moved("/next", b"x", "Content-Encoding: gzip\r\n").replace(b": 1\r\n", b": 9999999\r\n")
    internet.serve(without_robots(answering(first, answer(b"there"))))

    came = internet.visit(access=access)

    assert isinstance(came, Page)
    assert came.body == b"there"
    assert came.url == "http://site.example/next"


@pytest.mark.parametrize("access", AccessMode)
def test_a_redirect_loop_ends_after_five_hops(internet: Internet, access: AccessMode) -> None:
    server = internet.serve(without_robots(answering(moved("/again"))))

    came = internet.visit(access=access)

    assert isinstance(came, ParseResult)
    assert (came.outcome, came.note) == (Outcome.UNREADABLE, FailureReason.HOPS)
    asked = [request for request in server.requests if b"robots.txt" not in request]
    assert len(asked) == 6


@pytest.mark.parametrize("access", AccessMode)
@pytest.mark.parametrize(
    ("body", "note"),
    [
        (packed(gzip.compress(b"hello" * 1_000, mtime=0)[:-12], "gzip"), FailureReason.CUT_SHORT),
        (packed(b"no gzip at all", "gzip"), FailureReason.PACKED),
        (packed(b"no deflate at all", "deflate"), FailureReason.PACKED),
    ],
)
def test_a_broken_package_is_no_page(
    internet: Internet, body: bytes, note: FailureReason, access: AccessMode
) -> None:
    internet.serve(without_robots(answering(body)))

    came = internet.visit(access=access)

    assert isinstance(came, ParseResult)
    assert came.note == note


def test_many_small_packages_in_a_row_do_not_cost_their_square(internet: Internet) -> None:
    many = gzip.compress(b"") * 4_000
    internet.serve(without_robots(answering(packed(many, "gzip"))))

    came = internet.visit(limits=SMALL)

    assert isinstance(came, Page)
    assert came.body == b""


EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n"


def test_an_interim_answer_to_an_api_is_not_the_answer_and_what_follows_it_answers_nobody(
    internet: Internet,
) -> None:
    server = internet.serve(without_robots(answering(EARLY + answer(b"first"), answer(b"second"))))
    etiquette = CrawlPolicy(origins=("http://site.example",), access=AccessMode.API)

    first, second = asked_twice(internet, etiquette)

    assert isinstance(first, ParseResult)
    assert (first.outcome, first.note) == (Outcome.FAILED, FailureReason.CUT_SHORT)
    assert isinstance(second, Page)
    assert second.body == b"second"
    assert server.connections == 2


def test_interim_answers_before_a_page_are_passed_over(internet: Internet) -> None:
    server = internet.serve(answering(EARLY * 2 + answer(b"first"), answer(b"second")))
    etiquette = CrawlPolicy(origins=("http://site.example",), access=AccessMode.PAGE)

    first, second = asked_twice(internet, etiquette)

    assert isinstance(first, Page)
    assert isinstance(second, Page)
    assert (first.status, first.body, "link" in first.headers) == (200, b"first", False)
    assert second.body == b"second"
    assert server.connections == 1


def asked_twice(internet: Internet, etiquette: CrawlPolicy) -> list[Page | ParseResult | Redirect]:
    client = internet.client()
    requests = (Request(url=f"http://site.example/{number}") for number in range(2))
    return [client.fetch(request, etiquette) for request in requests]
