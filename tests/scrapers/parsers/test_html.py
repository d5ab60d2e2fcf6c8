"""What the parser of XML does with what XML can do; on the parser itself, and on our way to it."""

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from bs4 import BeautifulSoup

from scrapers.parsers.html import DoctypeError, parse_document, parse_head, parse_xml
from scrapers.parsers.text import LARGEST_DOCUMENT
from tests.rows import over_rows
from tests.scrapers.sandbox.corpus import FEEDS

SECRET = "a line of a file that is nobody's business"


class Listener(HTTPServer):
    """Counts who comes."""

    visits = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class Count(BaseHTTPRequestHandler):
    server: Listener

    def do_GET(self) -> None:
        self.server.visits += 1
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener(("127.0.0.1", 0), Count) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "secret"
    file.write_text(SECRET, "utf-8")
    return file


def declared(declaration: str, text: str = "&e;") -> str:
    return f"<!DOCTYPE rss {declaration}><rss><title>{text}</title></rss>"


def test_no_entity_brings_a_file_in(secret: Path) -> None:
    by_name = declared(f'[<!ENTITY e SYSTEM "{secret.as_uri()}">]')
    by_parameter = declared(f'[<!ENTITY % p SYSTEM "{secret.as_uri()}"> %p;]')

    assert SECRET not in BeautifulSoup(by_name, "xml").get_text()
    assert SECRET not in BeautifulSoup(by_parameter, "xml").get_text()


def test_no_entity_and_no_dtd_is_fetched(listener: Listener) -> None:
    BeautifulSoup(declared(f'[<!ENTITY e SYSTEM "{listener.url}">]'), "xml")
    BeautifulSoup(declared(f'SYSTEM "{listener.url}"'), "xml")
    BeautifulSoup(declared(f'[<!ENTITY % p SYSTEM "{listener.url}"> %p;]'), "xml")

    assert listener.visits == 0


@pytest.mark.parametrize("name", ["billion laughs", "quadratic growth", "an entity of itself"])
def test_no_entity_swells(name: str) -> None:
    assert len(BeautifulSoup(FEEDS[name](), "xml").get_text()) < 100_000


@over_rows("doctype", ["<!DOCTYPE rss>", "<!doctype rss SYSTEM 'x'>", "<!DocType"])
@over_rows("before", ["", "<?xml version='1.0'?>\n", "<!-- -->" * 1000, "<rss>"])
def test_a_feed_with_a_doctype_is_not_parsed_at_all(before: str, doctype: str) -> None:
    with pytest.raises(DoctypeError):
        parse_xml(f"{before}{doctype}<rss><title>x</title></rss>")


def test_a_feed_is_parsed_as_xml() -> None:
    feed = parse_xml(
        "<rss><item><link>https://alpha.example/1</link><Title>One</Title></item></rss>"
    )

    assert [element.get_text() for element in feed.find_all("link")] == ["https://alpha.example/1"]
    assert feed.find("title") is None


@pytest.mark.parametrize("parse", [parse_document, parse_head, parse_xml])
def test_only_the_first_512_kb_are_parsed(parse: Callable[[str], BeautifulSoup]) -> None:
    kilobyte = "<i/>" + "x" * 1020
    told = parse(f"<a>{kilobyte * (LARGEST_DOCUMENT // 1024)}<b>late</b></a>")

    assert len(str(told)) > LARGEST_DOCUMENT / 2
    assert told.find("b") is None
