"""How one response is heard on a connection, and when that connection is kept for the next."""

import socket
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.http.connection import Http1Connection
from scrapers.http.errors import FailureReason, FetchError
from scrapers.http.ssrf_guard import RequestTarget
from scrapers.models import Request

SITE = RequestTarget.from_url("http://site.example/rosa?page=2")
PLAIN = Request(url=SITE.url)
MUCH = 2_000_000
WHOLE = {
    "a length": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nVia: a\r\nVia: b\r\n\r\nhello",
    "chunks": b"HTTP/1.1 200 OK\r\nVia: a, b\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nVia: c\r\n\r\n",
    "spaces behind the size of a chunk": b"HTTP/1.1 200 OK\r\nVia: a, b\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n5  \r\nhello\r\n0\r\n\r\n",
    "bare line feeds": b"HTTP/1.1 200 OK\nvia: a, b\nContent-Length: 5\n\nhello",
    "no reason": b"HTTP/1.1 200\r\nVia: a, b\r\nContent-Length: 5\r\n\r\nhello",
    "an upgrade on offer": b"HTTP/1.1 200 OK\r\nUpgrade: h2,h2c\r\nConnection: Upgrade\r\n"
    b"Via: a, b\r\nContent-Length: 5\r\n\r\nhello",
    "an interim answer": b"HTTP/1.1 100 Continue\r\nVia: z\r\n\r\n"
    b"HTTP/1.1 200 OK\r\nVia: a, b\r\nContent-Length: 5\r\n\r\nhello",
}
TO_ITS_END = b"HTTP/1.1 200 OK\r\nVia: a, b\r\n\r\nhello"


@dataclass
class Pieces:
    """A socket that brings these pieces, and then the end."""

    pieces: list[bytes]
    sent: bytes = b""
    closed: bool = False
    kept: list[Http1Connection] = field(default_factory=list)

    def sendall(self, data: bytes) -> None:
        self.sent += data

    def recv(self, _most: int) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""

    def close(self) -> None:
        self.closed = True

    @property
    def line(self) -> Http1Connection:
        return Http1Connection(self, self.kept.append)  # type: ignore[arg-type] # as much of a socket as it uses


def cut(whole: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({place % len(whole) for place in places} - {0})
    return [whole[a:b] for a, b in zip([0, *ends], [*ends, len(whole)], strict=True)]


@pytest.mark.parametrize("whole", WHOLE.values(), ids=WHOLE.keys())
@given(places=st.lists(st.integers(0, 400), max_size=6))
def test_however_a_response_is_cut_into_pieces_it_is_heard_whole_and_the_line_kept(
    whole: bytes, places: list[int]
) -> None:
    wire = Pieces(cut(whole, places))

    response = wire.line.send_request(SITE, PLAIN, {})

    assert (response.status, response.headers["via"]) == (200, "a, b")
    assert response.read_raw_body(MUCH) == b"hello"
    assert (len(wire.kept), wire.closed) == (1, False)


def test_a_body_without_a_length_ends_where_the_other_side_hangs_up() -> None:
    wire = Pieces([TO_ITS_END])

    assert wire.line.send_request(SITE, PLAIN, {}).read_raw_body(MUCH) == b"hello"
    assert (wire.kept, wire.closed) == ([], True)


@pytest.mark.parametrize(
    "started",
    [
        WHOLE["a length"][:-1],
        WHOLE["chunks"][:-20],
        b"HTTP/1.1 200 OK\r\nVia: a, b\r\n",
        b"SSH-2.0",
    ],
)
def test_a_response_that_breaks_off_is_none(started: bytes) -> None:
    wire = Pieces([started])

    with pytest.raises((FetchError, ConnectionResetError)):
        wire.line.send_request(SITE, PLAIN, {}).read_raw_body(MUCH)
    assert wire.kept == []


@pytest.mark.parametrize(
    "behind",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX: y\r\n\r\nlie",
        b"HTTP/1.1 200 OK\r\n",
        b"\r\n\r\n<!-- cached -->",
        b"\x00" * 100,
    ],
)
def test_what_follows_a_response_unasked_is_no_part_of_it_and_answers_nobody(behind: bytes) -> None:
    wire = Pieces([WHOLE["a length"] + behind])

    response = wire.line.send_request(SITE, PLAIN, {})

    assert (response.read_raw_body(MUCH), "x" in response.headers) == (b"hello", False)
    assert (wire.kept, wire.closed) == ([], True)


@pytest.mark.parametrize("closing", [b"Connection: close\r\n", b"Connection: Close, te\r\n"])
def test_a_line_is_not_kept_for_a_server_that_will_hang_up(closing: bytes) -> None:
    wire = Pieces([b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n" + closing + b"\r\nhello"])

    assert wire.line.send_request(SITE, PLAIN, {}).read_raw_body(MUCH) == b"hello"
    assert (wire.kept, wire.closed) == ([], True)


def test_of_a_body_that_is_too_large_the_rest_is_not_fetched() -> None:
    large = [b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n", *[b"x" * 1_000] * 9]
    wire = Pieces(large)

    assert len(wire.line.send_request(SITE, PLAIN, {}).read_raw_body(3_500)) == 4_000
    assert (len(wire.pieces), wire.closed) == (5, True)


def test_hundreds_of_header_fields_are_more_than_we_read() -> None:
    many = b"".join(b"X-%d: y\r\n" % number for number in range(300))
    wire = Pieces([b"HTTP/1.1 200 OK\r\n" + many + b"\r\n"])

    with pytest.raises(FetchError) as end:
        wire.line.send_request(SITE, PLAIN, {})
    assert (end.value.note, wire.closed) == (FailureReason.ENDLESS, True)


def test_a_request_names_its_host_and_the_length_of_what_it_posts() -> None:
    asked = Pieces([WHOLE["a length"]])
    posted = Pieces([WHOLE["a length"]])

    asked.line.send_request(SITE, PLAIN, {"accept": "*/*"})
    posted.line.send_request(
        RequestTarget.from_url("http://[2001:db8::1]:8080/"), Request(url="", body="{}"), {}
    )

    assert asked.sent == b"GET /rosa?page=2 HTTP/1.1\r\nHost: site.example\r\naccept: */*\r\n\r\n"
    assert posted.sent == (
        b"POST / HTTP/1.1\r\nHost: [2001:db8::1]:8080\r\ncontent-length: 2\r\n\r\n{}"
    )


@pytest.mark.parametrize(
    "header", [("x", "1\r\nHost: else.example"), ("x\r\ny", "1"), ("x:", "1"), ("x", "\N{SNOWMAN}")]
)
def test_a_header_that_would_say_more_than_one_thing_is_not_sent(header: tuple[str, str]) -> None:
    wire = Pieces([WHOLE["a length"]])

    with pytest.raises(ValueError, match=header[0][0]):
        wire.line.send_request(SITE, PLAIN, dict([header]))
    assert (wire.sent, wire.closed) == (b"", True)


@pytest.mark.parametrize("unasked", [b"", b"HTTP/1.1 408 Request Timeout\r\n\r\n"])
def test_a_kept_line_is_stale_once_the_other_side_hung_up_or_spoke_unasked(unasked: bytes) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        line = Http1Connection(ours, lambda _: None)
        before = line.is_stale
        theirs.sendall(unasked)
        theirs.shutdown(socket.SHUT_RDWR)

        assert (before, line.is_stale) == (False, True)


def test_bytes_behind_the_answer_of_a_server_that_hangs_up_leave_the_answer_as_it_is() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n"
    wire = Pieces([head + b"hello" + b"\r\n0\r\n"])

    assert wire.line.send_request(SITE, PLAIN, {}).read_raw_body(MUCH) == b"hello"
    assert (wire.kept, wire.closed) == ([], True)
