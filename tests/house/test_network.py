"""Only the fetch tier asks the web; who else opens a connection stands on a short list."""

import ast
from collections.abc import Iterator

import pytest

from tests.house.tree import parsed, place, python_files

FETCH_TIER = "scrapers/fetch/"
# What can open or accept a connection. Of `http` and `urllib` that is only a part.
NETWORK = (
    "aiohttp",
    "asyncio",
    "dns",
    "ftplib",
    "http.client",
    "http.server",
    "httpx",
    "imaplib",
    "multiprocessing.connection.Client",
    "multiprocessing.connection.Listener",
    "poplib",
    "pycurl",
    "requests",
    "smtplib",
    "socket",
    "socketserver",
    "ssl",
    "urllib.request",
    "urllib.robotparser",
    "urllib3",
    "websockets",
    "wsgiref",
    "xmlrpc",
)
ALLOWED = {
    "monitor/daemon.py": "tells systemd that it is ready, and is woken through a unix socket",
    "monitor/demo/server.py": "plays the made-up internet, on loopback",
    "monitor/mail.py": "hands letters to the mail server",
}


def test_nothing_but_the_fetch_tier_and_the_named_few_can_open_a_connection() -> None:
    found = [
        f"{place(path, line)} {module}"
        for path in python_files("monitor", "scrapers", "reports")
        if not place(path).startswith(FETCH_TIER) and place(path) not in ALLOWED
        for line, module in network_imports(parsed(path))
    ]

    assert found == []


def test_nobody_stands_on_the_list_who_no_longer_needs_it() -> None:
    needing = {
        place(path)
        for path in python_files("monitor", "scrapers", "reports")
        if any(network_imports(parsed(path)))
    }

    assert set(ALLOWED) <= needing


@pytest.mark.parametrize(
    "code",
    [
        "import socket",
        "import urllib.request",
        "from urllib import request",
        "from urllib.request import urlopen as fetch",
        "import requests as r",
        "from requests.adapters import HTTPAdapter",
        "from http import client",
        "def late():\n    import urllib3",
        "__import__('socket')",
        "from importlib import import_module\nimport_module('requests')",
    ],
)
def test_a_way_out_is_seen(code: str) -> None:
    assert list(network_imports(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        "from urllib.parse import urlsplit",
        "from http import HTTPStatus",
        "from monitor.store.requests import RunRequest",
        "from scrapers.request import Request",
    ],
)
def test_what_opens_no_connection_is_no_way_out(code: str) -> None:
    assert not list(network_imports(ast.parse(code)))


def network_imports(module: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(module):
        for name in _imported(node):
            if any(name == each or name.startswith(f"{each}.") for each in NETWORK):
                yield getattr(node, "lineno", 0), name


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level:
        return [f"{node.module}.{alias.name}" for alias in node.names]
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
        return []
    if node.func.id not in {"__import__", "import_module"}:
        return []
    return [str(word.value) for word in node.args if isinstance(word, ast.Constant)]
