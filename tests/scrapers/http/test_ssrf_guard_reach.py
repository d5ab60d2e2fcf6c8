"""What may lie at a private address: declared origins, each for its own source alone."""

from collections.abc import Iterable
from dataclasses import replace
from ipaddress import IPv4Network

import pytest

from scrapers.http.clock import SystemClock
from scrapers.http.errors import FailureReason, FetchError
from scrapers.http.fetch_limits import FetchLimits, grant_allowance
from scrapers.http.requests_adapter import GuardedConnection
from scrapers.http.ssrf_guard import AddressInfo, Dialer, NetworkScope, resolve_nothing
from scrapers.models import Outcome, Page, ParseResult, Request
from scrapers.source import ANY_ORIGIN, AccessMode, CrawlPolicy
from tests.scrapers.http.conftest import Internet
from tests.scrapers.http.follower import Follower
from tests.scrapers.http.hostile_addresses import PUBLIC
from tests.scrapers.http.loopback import Behavior, answer, answering, moved, without_robots
from tests.scrapers.http.wire import Wire


def private_engine(wire: Wire, internet: Internet, behavior: Behavior) -> int:
    port = internet.serve(behavior).port
    wire.routes = {("127.0.0.1", port): port}
    return port


def test_a_declared_origin_may_lie_inside_for_the_source_that_declares_it(
    wire: Wire, internet: Internet
) -> None:
    origin = f"http://127.0.0.1:{private_engine(wire, internet, answering(answer()))}"
    etiquette = CrawlPolicy(origins=(origin,), access=AccessMode.API, allow_private=(origin,))
    client = wire.client()

    assert isinstance(client.fetch(Request(url=f"{origin}/search"), etiquette), Page)
    (asked,) = internet.servers["site.example"].requests
    assert f"\r\nHost: {origin.removeprefix('http://')}\r\n".encode() in asked


def test_a_declared_origin_serves_nobody_else_not_even_over_its_open_connection(
    wire: Wire, internet: Internet
) -> None:
    port = private_engine(wire, internet, answering(answer()))
    wire.names = {"site.example": [[PUBLIC]]}
    for number in (80, port):
        origin = f"http://127.0.0.1:{number}"
        lure = Internet()
        hop = lure.serve(without_robots(answering(moved(f"{origin}/admin"))))
        wire.routes |= {(PUBLIC, 80): hop.port, ("127.0.0.1", 80): port}
        client = wire.client()
        owner = CrawlPolicy(origins=(origin,), access=AccessMode.API, allow_private=(origin,))
        other = CrawlPolicy(origins=("http://site.example",), access=AccessMode.PAGE)
        assert isinstance(client.fetch(Request(url=f"{origin}/"), owner), Page)

        came = Follower(client).fetch(Request(url="http://site.example/"), other)

        assert isinstance(came, ParseResult)
        assert came.outcome is Outcome.SKIPPED
        lure.close()


def test_a_declaration_for_one_port_opens_no_other(wire: Wire) -> None:
    etiquette = CrawlPolicy(
        origins=("http://127.0.0.1:8888", "http://127.0.0.1"),
        access=AccessMode.API,
        allow_private=("http://127.0.0.1:8888",),
    )
    client = wire.client()

    came = client.fetch(Request(url="http://127.0.0.1/"), etiquette)

    assert wire.connects == []
    assert isinstance(came, ParseResult)


def test_a_declaration_is_worth_nothing_for_an_origin_the_source_does_not_have(wire: Wire) -> None:
    etiquette = CrawlPolicy(
        origins=("http://site.example",),
        access=AccessMode.API,
        allow_private=("http://127.0.0.1:8888",),
    )
    client = wire.client()

    came = client.fetch(Request(url="http://127.0.0.1:8888/"), etiquette)

    assert wire.connects == []
    assert isinstance(came, ParseResult)


def test_who_may_be_asked_anywhere_is_not_let_inside(wire: Wire, internet: Internet) -> None:
    wire.routes = {("127.0.0.1", 80): internet.serve(answering(answer())).port}
    wire.names = {"site.example": [["127.0.0.1"]]}
    anywhere = CrawlPolicy(origins=ANY_ORIGIN, access=AccessMode.PAGE)

    for address in ("http://127.0.0.1/", "http://site.example/", "http://127.0.0.1:8080/"):
        came = wire.client().fetch(Request(url=address), anywhere)
        assert isinstance(came, ParseResult)
        assert came.outcome is Outcome.SKIPPED


def test_a_benchmark_may_open_a_network_on_any_port(wire: Wire, internet: Internet) -> None:
    port = private_engine(wire, internet, answering(answer()))
    client = wire.client(allow_networks=(IPv4Network("127.0.0.0/8"),))
    etiquette = CrawlPolicy(origins=(f"http://127.0.0.1:{port}",), access=AccessMode.API)

    assert isinstance(client.fetch(Request(url=f"http://127.0.0.1:{port}/"), etiquette), Page)


def test_a_connection_without_its_guard_cannot_connect(wire: Wire) -> None:
    with pytest.raises(AttributeError):
        GuardedConnection("site.example").connect()

    assert wire.connects == []


def test_nothing_is_dialled_outside_of_a_visit() -> None:
    with pytest.raises(LookupError):
        Dialer(resolve=resolve_nothing).dial("site.example", 80, NetworkScope.PUBLIC)


def test_a_name_service_that_does_not_answer_holds_nobody_up() -> None:
    def hang(_host: str, _port: int) -> Iterable[AddressInfo]:
        SystemClock().sleep(0.4)
        return ()

    limits = FetchLimits(total_seconds=0.1, connect_seconds=0.1)
    with (
        grant_allowance(SystemClock(), limits),
        pytest.raises(FetchError) as end,
    ):
        Dialer(resolve=hang).dial("site.example", 80, NetworkScope.PUBLIC)

    assert end.value.note is FailureReason.NO_NAME_SERVICE


def test_a_public_address_of_the_sixth_version_is_dialled_without_its_brackets(
    wire: Wire, etiquette: CrawlPolicy
) -> None:
    origin = "http://[2606:4700::1111]"

    came = wire.client().fetch(Request(url=origin), replace(etiquette, origins=(origin,)))

    assert isinstance(came, ParseResult)
    assert (came.outcome, came.note) == (Outcome.FAILED, FailureReason.NO_CONNECTION.value)
    assert wire.connects == [("2606:4700::1111", 80)]
