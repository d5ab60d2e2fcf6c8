"""Only the fetch tier asks the web; who else opens a connection stands on a short list."""

import ast
import re
from functools import cache

from tests.house.tree import parsed, place, python_files
from tests.house.ways_out import ways_out
from tests.rows import over_rows

FETCH_TIER = "scrapers/http/"
UNCHECKED = re.compile(
    r"verify\s*=\s*(?:False|0)|CERT_NONE|CERT_OPTIONAL|check_hostname\s*=\s*False|unverified_context"
)
# Who, what exactly, and why. Nobody on it asks the web.
ALLOWED = {
    "monitor/services/setup_files.py": (
        {"subprocess"},
        "runs systemd's own programs, to seal secrets and to start the service",
    ),
    "monitor/mail/chat.py": (
        {"apprise"},
        "tells operators and reviewers counts, at addresses that the district keeps as a secret",
    ),
    "monitor/mail/bounces.py": ({"imaplib"}, "reads the mailbox that letters come back to"),
    "monitor/scheduler/daemon.py": (
        {"socket"},
        "tells systemd that it is ready, and is woken, by unix socket",
    ),
    "monitor/fleet/db/postgres.py": (
        {"psycopg", "psycopg_pool", "procrastinate"},
        "opens the PostgreSQL of a fleet, where the configuration names one",
    ),
    "monitor/fleet/db/engine.py": ({"asyncio", "procrastinate"}, "takes jobs from that database"),
    "monitor/fleet/worker.py": (
        {"asyncio", "procrastinate"},
        "runs the jobs of that database",
    ),
    "monitor/demo/server.py": (
        {"http.server", "socket"},
        "plays the made-up internet, on loopback, and wakes itself to stop",
    ),
    "monitor/mail/smtp.py": ({"smtplib", "ssl"}, "hands letters to the mail server"),
    "monitor/student_matcher/worker.py": ({"ctypes"}, "asks the kernel to leave no core file"),
    "monitor/student_matcher/process.py": (
        {"subprocess"},
        "starts the matcher, which is our own code",
    ),
    "monitor/web/server.py": ({"socket", "waitress"}, "lets readers in to our pages"),
    "monitor/web/sign_in.py": (
        {"authlib.integrations"},
        "asks the district's own provider who somebody is, where the configuration names one",
    ),
    "scrapers/sandbox/kernel.py": ({"ctypes"}, "asks the kernel to take files and sockets away"),
    "scrapers/sandbox/client.py": ({"subprocess"}, "starts the parser, which is our own code"),
    "monitor/db/database.py": ({"a computed import"}, "loads a table when it is first used"),
    "scrapers/source_discovery.py": (
        {"a computed import"},
        "finds the sources in our own packages, and loads plug-ins",
    ),
}


@cache
def found() -> dict[str, dict[str, int]]:
    """Return each file's ways out with a line that holds it."""
    outside = [
        path
        for path in python_files("monitor", "scrapers", "reports")
        if not place(path).startswith(FETCH_TIER)
    ]
    ways = {place(path): {name: line for line, name in ways_out(parsed(path))} for path in outside}
    return {name: way for name, way in ways.items() if way}


def module_of(name: str, allowed: set[str]) -> str:
    return next((text for text in allowed if f"{name}.".startswith(f"{text}.")), "")


def test_nothing_but_the_fetch_tier_and_the_named_few_can_open_a_connection() -> None:
    surprising = [
        f"{file}:{line} {name}"
        for file, ways in found().items()
        for name, line in ways.items()
        if not module_of(name, ALLOWED.get(file, (set(), ""))[0])
    ]

    assert surprising == []


def test_nobody_stands_on_the_list_who_no_longer_needs_it() -> None:
    ways = found()
    used = {
        file: {module_of(name, allowed) for name in ways.get(file, {})} - {""}
        for file, (allowed, _) in ALLOWED.items()
    }

    assert used == {file: allowed for file, (allowed, _) in ALLOWED.items()}


def test_the_list_is_short_and_says_why() -> None:
    assert len(ALLOWED) <= 17
    assert all(why for _, why in ALLOWED.values())


def test_no_code_turns_off_the_check_of_certificates() -> None:
    off = [
        place(path, line)
        for path in python_files("monitor", "scrapers", "reports")
        for line, text in enumerate(path.read_text("utf-8").splitlines(), 1)
        if UNCHECKED.search(text)
    ]

    assert off == []


@over_rows(
    "code",
    [
        "import requests\nrequests.get('http://x')",
        "import requests as r",
        "from requests.adapters import HTTPAdapter",
        "import urllib.request",
        "import urllib\nurllib.request.urlopen('http://x')",
        "from urllib import request",
        "from urllib.request import urlopen as fetch",
        "import urllib3\nurllib3.PoolManager()",
        "def late():\n    import urllib3",
        "from http import client",
        "import http.client",
        "import http as h\nh.client.HTTPConnection('x')",
        "import socket\nsocket.create_connection(('x', 80))",
        "from _socket import socket",
        "from monitor.scheduler.daemon import socket",
        "import asyncio\nasyncio.open_connection('x', 80)",
        "import aiohttp",
        "import smtplib",
        "import ftplib",
        "from logging.handlers import HTTPHandler",
        "from lxml import etree\netree.parse('http://x')",
        "import lxml.html as markup\nmarkup.parse('http://x')",
        "import webbrowser",
        "from waitress.server import create_server",
        "from werkzeug.serving import run_simple",
        "import subprocess\nsubprocess.run(['curl', 'http://x'])",
        "import os\nos.system('curl http://x')",
        "import os as o\no.execvp('curl', [])",
        "from os import popen",
        "from ctypes import CDLL",
        "__import__('socket')",
        "import builtins\nbuiltins.__import__('socket')",
        "from importlib import import_module\nimport_module('requests')",
        "import importlib\nimportlib.import_module('requests')",
        "import importlib as i\ni.import_module('re' + 'quests')",
        "import importlib.util",
        "import sys\nsys.modules['socket']",
        "exec('import socket')",
        "eval('__import__(\"socket\")')",
    ],
)
def test_a_way_out_is_seen(code: str) -> None:
    assert list(ways_out(ast.parse(code)))


@over_rows(
    "code",
    [
        "from urllib.parse import urlsplit",
        "from http import HTTPStatus",
        "from lxml import etree\netree.fromstring('<a/>')",
        "import os\nos.environ['HOME']",
        "import sys\nsys.stdout.write('')",
        "from importlib.resources import files",
        "from monitor.db.jobs import build_request",
        "from scrapers.models import Request",
        "def ask(socket):\n    socket.connect()",
        "from importlib import import_module\nimport_module('monitor.cli.main')",
    ],
)
def test_what_opens_no_connection_is_no_way_out(code: str) -> None:
    assert not list(ways_out(ast.parse(code)))
