"""Help comes at once: a command is loaded when it is run, and with it what it uses, and no more."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import click
import pytest

from monitor.cli.main import list_command_lines, namesake
from monitor.cli.sources_group import sources
from tests.bench.starting import COMPLETION, make_district, measure_start
from tests.rows import over_rows

PROBE = """\
import sys
from monitor.cli.main import main
main(sys.argv[1:])
"""
HEAVY = {
    *("flask", "gevent", "lxml", "requests", "sqlite_utils", "cryptography", "jinja2", "rich"),
    *("apscheduler", "asyncio", "authlib", "rapidfuzz", "icalendar", "prometheus_client"),
}
# Python itself, click and the commands' names are 120 of these.
MOST_MODULES_OF_HELP = 190
MOST_MODULES_OF_A_LIST = 302
MOST_MEBIBYTES_OF_A_LIST = 45
PEOPLE = 20


@pytest.mark.parametrize(
    ("asked", "environment"), [(["--help"], {}), (["--version"], {}), ([], COMPLETION)]
)
def test_help_loads_little(asked: list[str], environment: dict[str, str]) -> None:
    start = measure_start(asked, **environment)

    assert start.code == 0
    assert not {"monitor.app", *HEAVY} & set(start.modules)
    assert len(start.modules) <= MOST_MODULES_OF_HELP


@pytest.mark.parametrize("name", ["init", "doctor", "me", "status", "check", "sources"])
def test_help_about_what_is_typed_first_loads_none_of_its_work(name: str) -> None:
    start = measure_start([name, "--help"])

    assert start.code == 0
    assert not HEAVY & set(start.modules)
    assert not [module for module in start.modules if module.startswith("monitor.services.")]
    assert len(start.modules) <= MOST_MODULES_OF_A_LIST


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the configuration of a district with some staff."""
    return make_district(tmp_path_factory.mktemp("district"), PEOPLE)


@pytest.mark.parametrize(
    "words", [("staff", "list"), ("mail", "list"), ("mail", "list", "--paused"), ("cases",)]
)
def test_a_list_loads_what_it_shows_and_no_services(district: Path, words: Sequence[str]) -> None:
    start = measure_start(["--config", str(district), *words])

    assert start.code == 0
    assert not HEAVY & set(start.modules)
    assert not [module for module in start.modules if module.startswith("monitor.services.")]
    assert len(start.modules) <= MOST_MODULES_OF_A_LIST
    assert start.mib < MOST_MEBIBYTES_OF_A_LIST


# What a process has loaded once it is ready, before its first work and its first reader.
READY = """\
import sys
from pathlib import Path
from monitor.app import Environment
from monitor.cli.context import CliContext
context = CliContext(Path(sys.argv[1]), Environment())
{opened}
    print(*sys.modules)
"""
PORTAL = """\
from monitor.cli.portal import open_site
with open_site(context):"""
SERVICE = """\
from monitor.scheduler.timed_jobs import build_supervised_runner
with context.open_app_locked() as app:
    build_supervised_runner(app, context.environment).list_timed_jobs()"""
ASKING = {"gevent", "requests", "httptools", "isal", "lxml", "bs4", "protego", "warcio"}
RARE = {"authlib", "joserfc", "icalendar", "prometheus_client", "sqlite_utils", "rich"}
COMPARING = {"rapidfuzz", "nicknames", "nh3"}


@pytest.mark.parametrize(
    ("opened", "absent", "most"),
    [
        (PORTAL, {*ASKING, *RARE, *COMPARING, "apscheduler", "asyncio", "css_inline"}, 697),
        (SERVICE, {*ASKING, *RARE, *COMPARING, "flask", "css_inline"}, 641),
    ],
)
def test_a_process_that_waits_has_not_loaded_what_asks(
    district: Path, opened: str, absent: set[str], most: int
) -> None:
    command = [sys.executable, "-c", READY.format(opened=opened), str(district)]
    said = subprocess.run(command, capture_output=True, check=True, text=True)

    loaded = set(said.stdout.split())
    assert absent & loaded == set()
    assert len(loaded) <= most


@over_rows("name", list_command_lines())
def test_each_command_is_found_under_its_own_name(name: str) -> None:
    command = namesake.get_command(click.Context(namesake), name)

    assert command is not None
    assert command.name == name


@pytest.mark.parametrize("name", sources.list_lines())
def test_the_line_of_a_command_that_is_not_loaded_is_its_own(name: str) -> None:
    command = sources.get_command(click.Context(sources), name)

    assert command is not None
    assert command.name == name
    assert sources.list_lines()[name] == command.get_short_help_str(100)


def test_a_command_that_does_not_exist_is_wrong_usage() -> None:
    assert namesake.get_command(click.Context(namesake), "enrol") is None


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("namesake st", {"staff", "status"}),
        ("namesake staff p", {"pause"}),
        ("namesake --ver", {"--version"}),
    ],
)
def test_a_shell_completes_commands(typed: str, completed: set[str]) -> None:
    environment = {**COMPLETION, "COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" "))}
    said = subprocess.run(
        [sys.executable, "-c", PROBE],
        capture_output=True,
        check=True,
        text=True,
        env={**os.environ, **environment},
    )

    assert {line.removeprefix("plain,") for line in said.stdout.splitlines()} == completed
