"""The presence benchmark asks what it was told to ask, and says what it took."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scrapers.http.loopback import Loopback, answer

ROOT = Path(__file__).parents[2]
MISSING = "This account does not exist here"
SITES = ("honest", "stale")


def site(name: str) -> Loopback:
    """Show the known account and rosa's; a stale one shows the same page to everybody."""

    def behave(connection, request):
        handle = request.split()[1].rpartition(b"/")[2]
        if name == "stale":
            connection.sendall(answer(b"<h1>We have been redesigned</h1>"))
        elif handle in {b"known", b"rosa"}:
            connection.sendall(answer(b'<div data-profile-card="yes">'))
        else:
            connection.sendall(answer(MISSING.encode(), status="404 Not Found"))

    return Loopback(behave)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Path]:
    servers = {name: site(name) for name in SITES}
    entries = [
        {
            "name": name,
            "uri_check": f"http://127.0.0.1:{server.port}/u/{{account}}",
            "e_code": 200,
            "e_string": 'data-profile-card="yes"',
            "m_code": 404,
            "m_string": MISSING,
            "known": ["known"],
            "cat": "hobby",
        }
        for name, server in servers.items()
    ]
    file = tmp_path / "catalog.json"
    file.write_text(json.dumps({"sites": entries}))
    yield file
    for server in servers.values():
        server.close()


def measured(catalog: Path, *more: str) -> dict:
    out = catalog.with_name("out.json")
    command = [sys.executable, "-m", "tests.bench.presence", "--catalog", str(catalog)]
    command += ["--user", "rosa", "--user", "theo", "--interval", "0", "--workers", "4"]
    command += ["--timeout", "10", "--allow", "127.0.0.0/8", "--out", str(out), *more]
    subprocess.run(command, cwd=ROOT, check=True)
    return json.loads(out.read_text())


def verdicts(figures: dict) -> dict[tuple[str, str], str]:
    return {
        (verdict["site"], verdict["user"]): verdict["outcome"] for verdict in figures["verdicts"]
    }


def test_canaries_see_through_a_stale_rule(catalog: Path) -> None:
    figures = measured(catalog)

    assert verdicts(figures) == {
        ("honest", "rosa"): "found",
        ("honest", "theo"): "absent",
        ("stale", "rosa"): "unreadable",
        ("stale", "theo"): "unreadable",
    }
    assert figures["requests"] == 8
    assert 0 < figures["done_s"]["50"] <= figures["done_s"]["100"] <= figures["wall_s"]
    assert min(figures["cpu_s"], figures["rss_mib"], figures["bytes"]) > 0


def test_without_canaries_each_name_costs_one_request_a_site(catalog: Path) -> None:
    assert measured(catalog, "--no-canaries")["requests"] == 4
