"""TLS is always verified, against the name and not the address."""

import os
import socket
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from ssl import SSLSocket

import pytest

from scrapers.http.errors import FailureReason
from scrapers.http.fetch_limits import FetchLimits
from scrapers.http.ssrf_guard import Dialer
from scrapers.models import Outcome, Page, ParseResult, Request
from scrapers.source import AccessMode, CrawlPolicy
from tests.scrapers.http.certificates import issue, server_context
from tests.scrapers.http.conftest import Internet
from tests.scrapers.http.loopback import SOON_SECONDS, answer, answering, moved, without_robots

SITE = "https://site.example"
API = CrawlPolicy(origins=(SITE,), access=AccessMode.API)


@pytest.fixture(params=[API, replace(API, access=AccessMode.PAGE)], ids=["api", "page"])
def etiquette(request: pytest.FixtureRequest) -> CrawlPolicy:
    manners: CrawlPolicy = request.param
    return manners


def fetch(
    internet: Internet, etiquette: CrawlPolicy, limits: FetchLimits | None = None
) -> Page | ParseResult:
    client = internet.client(limits or FetchLimits(total_seconds=10.0))
    return client.fetch(Request(url="https://site.example/"), etiquette)


def test_the_right_certificate_is_accepted_and_the_connection_kept(
    internet: Internet, etiquette: CrawlPolicy, tmp_path: Path
) -> None:
    names: list[str] = []
    internet.ca_file = issue(tmp_path, "site.example")
    context = server_context(internet.ca_file)
    context.sni_callback = lambda _socket, name, _context: names.append(str(name))
    server = internet.serve(without_robots(answering(answer())), tls=context)

    came = fetch(internet, etiquette)

    assert isinstance(came, Page)
    assert came.body == b"hello"
    assert names == ["site.example"]
    assert server.connections == 1


@pytest.mark.parametrize("fault", ["wrong name", "unknown authority", "expired"])
def test_a_certificate_that_cannot_be_trusted_ends_the_visit(
    internet: Internet, etiquette: CrawlPolicy, tmp_path: Path, fault: str
) -> None:
    known = issue(tmp_path, "other.example" if fault == "wrong name" else "site.example")
    internet.ca_file = known
    shown = known
    if fault == "expired":
        internet.ca_file = shown = issue(tmp_path, "site.example", timedelta(hours=1))
    if fault == "unknown authority":
        (tmp_path / "elsewhere").mkdir()
        shown = issue(tmp_path / "elsewhere", "site.example")
    server = internet.serve(without_robots(answering(answer())), tls=server_context(shown))

    came = fetch(internet, etiquette)

    assert isinstance(came, ParseResult)
    assert (came.outcome, came.note) == (Outcome.FAILED, FailureReason.NO_TRUST)
    assert server.requests == []


def test_a_redirect_from_https_to_http_is_not_followed(
    internet: Internet, etiquette: CrawlPolicy, tmp_path: Path
) -> None:
    internet.ca_file = issue(tmp_path, "site.example")
    leading = without_robots(answering(moved("http://plain.example/")))
    internet.serve(leading, tls=server_context(internet.ca_file))
    plain = internet.serve(answering(answer()), "plain.example")

    came = fetch(internet, replace(etiquette, origins=(SITE, "http://plain.example")))

    assert isinstance(came, ParseResult)
    assert (came.outcome, came.note) == (Outcome.SKIPPED, FailureReason.DOWNGRADE)
    assert plain.connections == 0


def test_a_handshake_that_never_comes_ends_in_time(
    internet: Internet, etiquette: CrawlPolicy
) -> None:
    internet.serve(answering(answer()))
    began = time.monotonic()

    came = fetch(internet, etiquette, FetchLimits(total_seconds=0.5, connect_seconds=0.3))

    assert time.monotonic() - began < SOON_SECONDS
    assert isinstance(came, ParseResult)
    assert (came.outcome, came.note) == (Outcome.FAILED, FailureReason.OUT_OF_TIME)


def test_a_drip_over_tls_ends_in_time_too(
    internet: Internet, etiquette: CrawlPolicy, tmp_path: Path
) -> None:
    def drip(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x")
            time.sleep(0.02)

    internet.ca_file = issue(tmp_path, "site.example")
    internet.serve(without_robots(drip), tls=server_context(internet.ca_file))
    began = time.monotonic()

    came = fetch(internet, etiquette, FetchLimits(total_seconds=0.5, connect_seconds=0.5))

    assert time.monotonic() - began < SOON_SECONDS
    assert isinstance(came, ParseResult)
    assert came.note == FailureReason.OUT_OF_TIME


@pytest.mark.parametrize("told", [False, True], ids=["cut off", "ended"])
def test_what_ends_with_its_connection_is_whole_only_if_tls_says_that_it_ended(
    internet: Internet, etiquette: CrawlPolicy, tmp_path: Path, *, told: bool
) -> None:
    internet.ca_file = issue(tmp_path, "site.example")

    def behavior(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nhello")
        if told and isinstance(connection, SSLSocket):
            connection.unwrap()
        connection.shutdown(socket.SHUT_RDWR)

    internet.serve(without_robots(behavior), tls=server_context(internet.ca_file))

    came = fetch(internet, etiquette)

    if told:
        assert isinstance(came, Page)
        assert came.body == b"hello"
    else:
        assert isinstance(came, ParseResult)
        assert (came.outcome, came.note) == (Outcome.FAILED, FailureReason.BROKE_OFF.value)


def test_a_bundle_is_loaded_once_for_all_and_anew_once_it_has_changed(tmp_path: Path) -> None:
    bundle = issue(tmp_path, "site.example")
    context = Dialer(ca_file=bundle).get_tls_context()
    assert Dialer(ca_file=bundle).get_tls_context() is context

    os.utime(bundle, ns=(1, 1))

    assert Dialer(ca_file=bundle).get_tls_context() is not context
