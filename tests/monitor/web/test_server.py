"""Whoever lets readers in is ready before they come, and leaves nothing behind."""

import socket
import threading
from contextlib import ExitStack
from http.client import HTTPConnection
from importlib.resources import files

import pytest
from flask import Flask
from jinja2.meta import find_referenced_templates

from monitor.web import server as listen
from monitor.web.server import LOOPBACK, MAX_BODY_BYTES, MAX_HEADER_BYTES, THREADS, serve_on_port
from reports.templating import ENVIRONMENT

PATIENCE = 120


def test_every_page_is_ready_before_the_first_reader_comes(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ENVIRONMENT, "cache", {})

    with serve_on_port(Flask("pages", static_folder=None), LOOPBACK, 0):
        ready = {name for _, name in ENVIRONMENT.cache}

    pages = {template for template in ENVIRONMENT.list_templates() if template.startswith("pages/")}
    assert "pages/home.html" in pages
    assert pages | {made_of for page in pages for made_of in named_in(page)} <= ready


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHost: "])
def test_connections_that_ask_nothing_keep_nobody_out(monkeypatch: pytest.MonkeyPatch, begun):
    monkeypatch.setattr(listen, "CONNECTIONS", 40)
    monkeypatch.setattr(listen, "IDLE_TIMEOUT_SECONDS", 10 * PATIENCE)  # no help from there

    with (
        serve_on_port(Flask("pages", static_folder=None), LOOPBACK, 0) as port,
        ExitStack() as silent,
    ):
        for _ in range(60):
            one = silent.enter_context(socket.create_connection((LOOPBACK, port), PATIENCE))
            one.sendall(begun)
        asked = HTTPConnection(LOOPBACK, port, timeout=120)
        asked.request("GET", "/")
        assert asked.getresponse().status == 404
        asked.close()


def named_in(template: str) -> set[str]:
    """Return what a template extends, imports and includes."""
    source = files("reports").joinpath("templates", template).read_text("utf-8")
    return set(filter(None, find_referenced_templates(ENVIRONMENT.parse(source))))


def test_every_thread_ends_with_the_block():
    before = set(threading.enumerate())
    app = Flask("pages", static_folder=None)

    with serve_on_port(app, LOOPBACK, 0) as port:
        begun = set(threading.enumerate()) - before
        asked = HTTPConnection(LOOPBACK, port, timeout=120)
        asked.request("GET", "/")
        assert asked.getresponse().status == 404
        asked.close()

    assert len(begun) > THREADS
    for thread in begun:
        thread.join(PATIENCE)
    assert [thread for thread in begun if thread.is_alive()] == []


def test_a_header_that_no_page_needs_is_refused():
    with serve_on_port(Flask("pages", static_folder=None), LOOPBACK, 0) as port:
        asked = HTTPConnection(LOOPBACK, port, timeout=PATIENCE)
        asked.request("GET", "/", headers={"X-Blank": " " * MAX_HEADER_BYTES + "x"})
        assert asked.getresponse().status == 431
        asked.close()


def test_a_body_that_no_page_takes_is_not_received():
    with serve_on_port(Flask("pages", static_folder=None), LOOPBACK, 0) as port:
        asked = HTTPConnection(LOOPBACK, port, timeout=PATIENCE)
        asked.putrequest("POST", "/")
        asked.putheader("Content-Length", str(MAX_BODY_BYTES + 1))
        asked.endheaders()
        assert asked.getresponse().status == 413
        asked.close()
