"""No fetch ever connects to an address that is not on the public internet."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from functools import partial

import pytest

from scrapers.http.client import HttpClient
from scrapers.http.clock import SystemClock
from scrapers.http.errors import FailureReason
from scrapers.http.fetch_limits import FetchLimits
from scrapers.http.ssrf_guard import AddressInfo, Dialer
from scrapers.models import Outcome, Page, ParseResult, Request
from scrapers.source import AccessMode, CrawlPolicy
from tests.rows import over_rows
from tests.scrapers.http.conftest import Internet
from tests.scrapers.http.follower import Follower
from tests.scrapers.http.hostile_addresses import ANSWERS, LURES, OTHER_PUBLIC, PUBLIC
from tests.scrapers.http.ledger import Ledger, opened_ledger
from tests.scrapers.http.loopback import (
    Behavior,
    Loopback,
    answer,
    answering,
    moved,
    without_robots,
)
from tests.scrapers.http.wire import AGENT, Wire

Fetch = Callable[..., Page | ParseResult]

every_lure = over_rows("lure", LURES.values())


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with opened_ledger() as opened:
        yield opened


def follow(client: HttpClient, url: str, access: AccessMode = AccessMode.API) -> Page | ParseResult:
    scheme, _, rest = url.partition("://")
    own = f"{scheme}://{rest.partition('/')[0]}"
    return Follower(client).fetch(Request(url=url), CrawlPolicy(origins=(own,), access=access))


@pytest.fixture
def fetch(wire: Wire) -> Fetch:
    return partial(follow, wire.client())


def resolving(*answers: str) -> dict[str, list[list[str]]]:
    """Answer so for site.example, and for all that is hostile as the table says."""
    hostile = {name: [list(ips)] for name, ips in ANSWERS.items()}
    return {**hostile, "site.example": [list(answers)]}


@pytest.fixture
def lured(wire: Wire, ledger: Ledger) -> Callable[..., set[str]]:
    """Visit a public site that behaves so; return where the visit led, as the wire saw it."""

    def visit(behavior: Behavior, access: AccessMode) -> set[str]:
        ledger.entries.clear()
        wire.connects.clear()
        wire.names = resolving(PUBLIC)
        with closing(Loopback(behavior)) as server, closing(wire.client()) as client:
            wire.routes = {(PUBLIC, 80): server.port}
            came = follow(client, "http://site.example/", access)
        assert isinstance(came, ParseResult)
        assert ledger.connects == {("127.0.0.1", server.port)}
        assert ledger.others == []
        return {f"{ip}:{port}" for ip, port in wire.connects}

    return visit


def as_served(url: str) -> str:
    return url.encode().decode("latin-1")


def test_the_table_holds_all_that_is_known() -> None:
    assert len(LURES) >= 200
    assert set(ANSWERS) <= {url.split("/")[2] for url in LURES.values() if "://" in url}


@every_lure
def test_an_address_that_leads_inside_is_never_connected_to(
    wire: Wire, fetch: Fetch, ledger: Ledger, lure: str
) -> None:
    wire.names = resolving(PUBLIC)
    for url in (lure, lure.replace("http:", "https:")):
        for access in AccessMode:
            came = fetch(url, access)

            assert isinstance(came, ParseResult)
            assert came.outcome is Outcome.SKIPPED
            assert came.note != FailureReason.NOT_ITS_OWN

    assert wire.connects == []
    assert ledger.entries == []


@every_lure
def test_a_redirect_that_leads_inside_is_never_followed(
    lured: Callable[..., set[str]], lure: str
) -> None:
    leading = without_robots(answering(moved(as_served(lure))))

    assert lured(leading, AccessMode.PAGE) == {f"{PUBLIC}:80"}


@every_lure
def test_an_api_that_leads_inside_is_not_followed_either(
    lured: Callable[..., set[str]], lure: str
) -> None:
    assert lured(answering(moved(as_served(lure))), AccessMode.API) == {f"{PUBLIC}:80"}


@every_lure
def test_a_robots_txt_that_leads_inside_is_never_followed(
    lured: Callable[..., set[str]], lure: str
) -> None:
    assert lured(answering(moved(as_served(lure))), AccessMode.PAGE) == {f"{PUBLIC}:80"}


def test_a_redirect_without_a_scheme_leads_no_further(lured: Callable[..., set[str]]) -> None:
    leading = without_robots(answering(moved("//127.0.0.1/")))

    assert lured(leading, AccessMode.PAGE) == {f"{PUBLIC}:80"}


def test_a_name_that_changes_its_address_between_two_hops_gains_nothing(
    wire: Wire, internet: Internet, fetch: Fetch, ledger: Ledger
) -> None:
    server = internet.serve(without_robots(answering(moved("http://rebind.example/two"))))
    wire.names = {**resolving(PUBLIC), "rebind.example": [[OTHER_PUBLIC], ["127.0.0.1"]]}
    wire.routes = {(PUBLIC, 80): server.port, (OTHER_PUBLIC, 80): server.port}

    came = fetch("http://site.example/", AccessMode.PAGE)

    assert isinstance(came, ParseResult)
    assert {ip for ip, _ in wire.connects} <= {PUBLIC, OTHER_PUBLIC}
    assert ledger.connects == {("127.0.0.1", server.port)}


def test_a_name_that_changes_its_address_between_two_connections_gains_nothing(
    wire: Wire, internet: Internet, fetch: Fetch
) -> None:
    server = internet.serve(answering(answer(status="404 No", headers="Connection: close\r\n")))
    wire.names = {"site.example": [[PUBLIC], ["127.0.0.1"]]}
    wire.routes = {(PUBLIC, 80): server.port}

    came = fetch("http://site.example/", AccessMode.PAGE)

    assert isinstance(came, ParseResult)
    assert came.note == FailureReason.NOT_PUBLIC
    assert wire.connects == [(PUBLIC, 80)]


def test_a_name_is_resolved_once_and_the_vetted_address_is_dialled(
    wire: Wire, internet: Internet, fetch: Fetch, ledger: Ledger
) -> None:
    server = internet.serve(answering(answer()))
    wire.names = {"site.example": [[PUBLIC], ["127.0.0.1"]]}
    wire.routes = {(PUBLIC, 80): server.port}

    came = fetch("http://site.example/")

    assert isinstance(came, Page)
    assert came.body == b"hello"
    assert wire.asked == ["site.example"]
    assert wire.connects == [(PUBLIC, 80)]
    assert ledger.entries == [("socket.connect", ("127.0.0.1", server.port))]
    assert b"\r\nHost: site.example\r\n" in server.requests[0]


@pytest.mark.parametrize("access", AccessMode)
def test_no_proxy_of_the_environment_is_used(
    wire: Wire,
    internet: Internet,
    fetch: Fetch,
    monkeypatch: pytest.MonkeyPatch,
    access: AccessMode,
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:3128")
    monkeypatch.setenv("no_proxy", "")
    wire.names = resolving(PUBLIC)
    wire.routes = {(PUBLIC, 80): internet.serve(without_robots(answering(answer()))).port}

    assert isinstance(fetch("http://site.example/", access), Page)
    assert set(wire.connects) == {(PUBLIC, 80)}


def test_a_chain_of_redirects_ends_before_it_leads_far(
    wire: Wire, internet: Internet, fetch: Fetch
) -> None:
    def onward(connection, request: bytes) -> None:
        number = int(request.split(b"Host: site")[1].split(b".")[0] or b"0")
        connection.sendall(moved(f"http://site{number + 1}.example/"))

    wire.names = {f"site{number or ''}.example": [[PUBLIC]] for number in range(31)}
    wire.names["site31.example"] = [["127.0.0.1"]]
    wire.routes = {(PUBLIC, 80): internet.serve(without_robots(onward)).port}

    came = fetch("http://site.example/", AccessMode.PAGE)

    assert isinstance(came, ParseResult)
    assert came.note == FailureReason.HOPS
    assert set(wire.asked) == {f"site{number or ''}.example" for number in range(6)}


def test_the_next_address_is_tried_when_the_first_is_dead(
    wire: Wire, internet: Internet, fetch: Fetch
) -> None:
    wire.names = resolving(PUBLIC, OTHER_PUBLIC)
    wire.routes = {(OTHER_PUBLIC, 80): internet.serve(answering(answer())).port}

    assert isinstance(fetch("http://site.example/"), Page)
    assert wire.connects == [(PUBLIC, 80), (OTHER_PUBLIC, 80)]


def test_a_name_with_thousands_of_addresses_makes_no_scanner_of_us(
    wire: Wire, fetch: Fetch
) -> None:
    wire.names = resolving(*(f"93.184.{half}.{rest}" for half in range(16) for rest in range(256)))

    came = fetch("http://site.example/")

    assert isinstance(came, ParseResult)
    assert came.note == FailureReason.NO_CONNECTION
    assert len(wire.connects) == 4


def test_a_name_without_an_address_fails(wire: Wire, fetch: Fetch) -> None:
    wire.names = resolving()

    came = fetch("http://site.example/")

    assert isinstance(came, ParseResult)
    assert (came.outcome, came.note) == (Outcome.FAILED, FailureReason.NO_SUCH_NAME)


@pytest.mark.parametrize("access", AccessMode)
def test_a_name_service_that_keeps_us_waiting_ends_the_visit_in_time(
    access: AccessMode, ledger: Ledger
) -> None:
    release = threading.Event()

    def hang(_host: str, _port: int) -> Iterable[AddressInfo]:
        release.wait(10)
        return ()

    limits = FetchLimits(total_seconds=0.3, connect_seconds=0.2)
    client = HttpClient(Dialer(resolve=hang), SystemClock(), AGENT, limits)
    etiquette = CrawlPolicy(origins=("http://site.example",), access=access)

    came = client.fetch(Request(url="http://site.example/"), etiquette)

    release.set()
    client.close()
    assert isinstance(came, ParseResult)
    assert (came.outcome, came.note) == (Outcome.FAILED, FailureReason.NO_NAME_SERVICE)
    assert ledger.entries == []
