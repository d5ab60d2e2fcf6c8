"""No fetch ever connects to an address that is not on the public internet."""

from collections.abc import Callable

import pytest

from scrapers.fetch.unfinished import Note
from scrapers.outcome import Outcome
from scrapers.page import Page
from scrapers.reading import Reading
from scrapers.request import Request
from scrapers.source import Access, Etiquette
from tests.scrapers.fetch.conftest import Internet
from tests.scrapers.fetch.loopback import answer, answering, moved, without_robots
from tests.scrapers.fetch.wire import Wire

PUBLIC = "93.184.215.14"
OTHER_PUBLIC = "93.184.215.15"
METADATA = "169.254.169.254"


@pytest.fixture
def fetch(wire: Wire) -> Callable[..., Page | Reading]:
    def ask(url: str, access: Access = Access.API) -> Page | Reading:
        scheme, _, rest = url.partition("://")
        own = f"{scheme}://{rest.partition('/')[0]}"
        return wire.client().fetch(Request(url=url), Etiquette(origins=(own,), access=access))

    return ask


def resolving(*answers: str) -> dict[str, list[list[str]]]:
    return {"site.example": [list(answers)]}


HOSTILE_NAMES = {
    "loopback": resolving("127.0.0.1"),
    "loopback elsewhere": resolving("127.8.9.10"),
    "this host": resolving("0.0.0.0"),  # noqa: S104 - an address to refuse, not to bind
    "private 10": resolving("10.1.2.3"),
    "private 172": resolving("172.20.0.1"),
    "private 192": resolving("192.168.0.1"),
    "carrier NAT": resolving("100.64.0.1"),
    "cloud metadata": resolving(METADATA),
    "Alibaba metadata": resolving("100.100.100.200"),
    "Oracle metadata": resolving("192.0.0.192"),
    "Azure wire server": resolving("168.63.129.16"),
    "benchmark net": resolving("198.18.0.1"),
    "documentation": resolving("203.0.113.5"),
    "multicast": resolving("224.0.0.251"),
    "broadcast": resolving("255.255.255.255"),
    "reserved": resolving("250.1.1.1"),
    "v6 loopback": resolving("::1"),
    "v6 unspecified": resolving("::"),
    "v6 unique local": resolving("fd00:ec2::254"),
    "v6 link local": resolving("fe80::1"),
    "v6 link local with zone": resolving("fe80::1%2"),
    "v6 site local": resolving("fec0::1"),
    "v6 multicast": resolving("ff02::fb"),
    "v6 segment routing": resolving("5f00::1"),
    "v6 documentation": resolving("2001:db8::1"),
    "mapped loopback": resolving("::ffff:127.0.0.1"),
    "mapped metadata": resolving("::ffff:a9fe:a9fe"),
    "compatible loopback": resolving("::127.0.0.1"),
    "NAT64 loopback": resolving("64:ff9b::7f00:1"),
    "local NAT64": resolving("64:ff9b:1::a9fe:a9fe"),
    "6to4 private": resolving("2002:c0a8:1::1"),
    "Teredo": resolving("2001:0:4136:e378:8000:63bf:80ff:fffe"),
    "public, then private": resolving(PUBLIC, "10.0.0.1"),
    "private, then public": resolving("10.0.0.1", PUBLIC),
    "public, then v6 loopback": resolving(PUBLIC, "::1"),
}


@pytest.mark.parametrize("access", Access)
@pytest.mark.parametrize("names", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES.keys())
def test_a_name_with_any_inside_address_is_never_connected_to(
    wire: Wire,
    fetch: Callable[..., Page | Reading],
    names: dict[str, list[list[str]]],
    access: Access,
) -> None:
    wire.names = names

    came = fetch("http://site.example/", access)

    assert wire.connects == []
    assert isinstance(came, Reading)
    assert came.outcome is Outcome.SKIPPED
    assert came.note == Note.NOT_PUBLIC


@pytest.mark.parametrize("access", Access)
@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.0.0.1:80/",
        "https://127.0.0.1/",
        "http://[::1]/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[::127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[fec0::1]/",
        "http://[fe80::1%25lo]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://168.63.129.16/machine?comp=goalstate",
        "http://192.0.0.192/opc/v1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://0/",
        "http://①②⑦.⓪.⓪.①/",
        "http://127.0.0.1\\@93.184.215.14/",
        "http://93.184.215.14@127.0.0.1/",
        "http://127.0.0.1:22/",
        "http://93.184.215.14:25/",
        "http://93.184.215.14:8080/",
        "gopher://127.0.0.1:25/",
    ],
)
def test_an_address_that_leads_inside_is_never_connected_to(
    wire: Wire, fetch: Callable[..., Page | Reading], url: str, access: Access
) -> None:
    came = fetch(url, access)

    assert wire.connects == []
    assert isinstance(came, Reading)
    assert came.outcome is Outcome.SKIPPED


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "//127.0.0.1/",
        "http://2130706433/",
        "http://127.0.0.1:6379/",
        "http://user@127.0.0.1/",
        "http://127.0.0.1\\@93.184.215.14/",
        "http://inside.example/",
        "http://93.184.215.14:22/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
    ],
)
def test_a_redirect_that_leads_inside_is_never_followed(
    wire: Wire, internet: Internet, fetch: Callable[..., Page | Reading], location: str
) -> None:
    server = internet.serve(without_robots(answering(moved(location))))
    wire.names = {**resolving(PUBLIC), "inside.example": [["10.0.0.1"]]}
    wire.routes = {(PUBLIC, 80): server.port}

    came = fetch("http://site.example/", Access.PAGE)

    assert set(wire.connects) == {(PUBLIC, 80)}
    assert isinstance(came, Reading)
    assert came.outcome is Outcome.SKIPPED


def test_a_name_that_changes_its_address_gains_nothing(
    wire: Wire, internet: Internet, fetch: Callable[..., Page | Reading]
) -> None:
    server = internet.serve(without_robots(answering(moved("http://rebind.example/two"))))
    wire.names = {**resolving(PUBLIC), "rebind.example": [[OTHER_PUBLIC], ["127.0.0.1"]]}
    wire.routes = {(PUBLIC, 80): server.port, (OTHER_PUBLIC, 80): server.port}

    came = fetch("http://site.example/", Access.PAGE)

    assert isinstance(came, Reading)
    assert {ip for ip, _ in wire.connects} <= {PUBLIC, OTHER_PUBLIC}


def test_a_name_is_resolved_once_and_the_vetted_address_is_dialled(
    wire: Wire, internet: Internet, fetch: Callable[..., Page | Reading]
) -> None:
    server = internet.serve(answering(answer()))
    wire.names = {"site.example": [[PUBLIC], ["127.0.0.1"]]}
    wire.routes = {(PUBLIC, 80): server.port}

    came = fetch("http://site.example/")

    assert isinstance(came, Page)
    assert came.body == b"hello"
    assert wire.asked == ["site.example"]
    assert wire.connects == [(PUBLIC, 80)]
    assert b"\r\nHost: site.example\r\n" in server.requests[0]


def test_the_next_address_is_tried_when_the_first_is_dead(
    wire: Wire, internet: Internet, fetch: Callable[..., Page | Reading]
) -> None:
    wire.names = resolving(PUBLIC, OTHER_PUBLIC)
    wire.routes = {(OTHER_PUBLIC, 80): internet.serve(answering(answer())).port}

    assert isinstance(fetch("http://site.example/"), Page)
    assert wire.connects == [(PUBLIC, 80), (OTHER_PUBLIC, 80)]
