"""Help comes at once: a command is loaded when it is run, and not before."""

import json
import os
import subprocess
import sys

import click
import pytest

from monitor.cli.main import COMMANDS, namesake

PROBE = """\
import json, sys
from contextlib import suppress
from monitor.cli.main import namesake
with suppress(SystemExit):
    namesake.main(sys.argv[1:], "namesake", standalone_mode=False)
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""
MOST_MODULES = 250
HEAVY = {"flask", "gevent", "lxml", "requests", "sqlite_utils", "cryptography", "jinja2", "rich"}


# What a shell asks when someone types `namesake st` and presses Tab.
COMPLETED = {
    "_NAMESAKE_COMPLETE": "bash_complete",
    "COMP_WORDS": "namesake st",
    "COMP_CWORD": "1",
}


@pytest.mark.parametrize(
    ("asked", "environment"), [(["--help"], {}), (["--version"], {}), ([], COMPLETED)]
)
def test_help_loads_little(asked: list[str], environment: dict[str, str]) -> None:
    said = subprocess.run(
        [sys.executable, "-c", PROBE, *asked],
        capture_output=True,
        check=True,
        text=True,
        env={**os.environ, **environment},
    )

    loaded = set(json.loads(said.stderr))
    assert "monitor.app" not in loaded
    assert loaded & HEAVY == set()
    assert len(loaded) <= MOST_MODULES


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_found_under_its_own_name(name: str) -> None:
    command = namesake.get_command(click.Context(namesake), name)

    assert command is not None
    assert command.name == name


def test_a_command_that_does_not_exist_is_wrong_usage() -> None:
    assert namesake.get_command(click.Context(namesake), "enrol") is None


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("namesake st", {"staff"}),
        ("namesake staff p", {"pause"}),
        ("namesake --ver", {"--version"}),
    ],
)
def test_a_shell_completes_commands(typed: str, completed: set[str]) -> None:
    environment = {**COMPLETED, "COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" "))}
    said = subprocess.run(
        [sys.executable, "-c", PROBE],
        capture_output=True,
        check=True,
        text=True,
        env={**os.environ, **environment},
    )

    assert {line.removeprefix("plain,") for line in said.stdout.splitlines()} == completed
