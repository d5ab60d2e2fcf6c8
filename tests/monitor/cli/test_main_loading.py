"""Help comes at once: a command is loaded when it is run, and not before."""

import json
import subprocess
import sys

import click
import pytest

from monitor.cli.main import COMMANDS, namesake

PROBE = """\
import json, sys
from monitor.cli.main import namesake
namesake.main(sys.argv[1:], "namesake", standalone_mode=False)
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""
MOST_MODULES = 250
HEAVY = {"flask", "gevent", "lxml", "requests", "sqlite_utils", "cryptography", "jinja2", "rich"}


@pytest.mark.parametrize("asked", ["--help", "--version"])
def test_help_loads_little(asked: str) -> None:
    said = subprocess.run(
        [sys.executable, "-c", PROBE, asked], capture_output=True, check=True, text=True
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
