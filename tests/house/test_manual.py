"""The manual page is made from the commands, so that it cannot fall behind them."""

import shutil
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from docs.commands import FILE, build_page
from docs.manual import build_manual, write_manual
from monitor.cli.main import list_command_groups, namesake
from tests.house.tree import ROOT

GROFF = shutil.which("groff") or ""


def options(command: click.Command, *path: str) -> Iterator[tuple[str, str]]:
    """Yield each command with each of its options."""
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            part = command.get_command(click.Context(command), name)
            assert part is not None
            yield from options(part, *path, name)
    else:
        yield " ".join(path), ""
        yield from ((" ".join(path), opt) for param in command.params for opt in param.opts)


def test_the_manual_page_names_every_command_with_its_options() -> None:
    plain = build_manual().replace("\\-", "-")
    chapters = {
        words[0].removeprefix("namesake "): rest
        for words, rest in (
            (part.split(" ["), part) for part in plain.replace('"', "").split(".SS ")[1:]
        )
    }
    missing = [
        f"{name} {option}"
        for name, option in options(namesake)
        if option.startswith("-") and option not in chapters.get(name, "")
    ]

    assert missing == []
    assert all(f"{title.upper()} COMMANDS" in plain for title in list_command_groups())


def test_the_page_of_commands_is_up_to_date_and_has_every_option() -> None:
    told = build_page()

    assert FILE.read_text("utf-8") == told + "\n", "renew it: make sources"
    missing = [
        option for _, option in options(namesake) if option.startswith("-") and option not in told
    ]
    assert missing == []
    assert [name for name, _ in options(namesake) if f"### `namesake {name}" not in told] == []


def test_writing_the_manual_page_leaves_the_short_name_of_help() -> None:
    """Commands keep the first name that their help is asked for by."""
    source = (
        "from click.testing import CliRunner\n"
        "from docs.manual import build_manual\n"
        "from monitor.cli.main import namesake\n"
        "build_manual()\n"
        "print(CliRunner().invoke(namesake, ['staff', 'list', '-h'], obj=None).output)"
    )

    said = subprocess.run(
        (sys.executable, "-c", source), cwd=ROOT, capture_output=True, check=True, text=True
    )

    assert "-h, --help" in said.stdout


@pytest.mark.skipif(not GROFF, reason="groff is not on this machine")
def test_the_manual_page_is_understood_by_man(tmp_path) -> None:
    page = tmp_path / "man1" / "namesake.1"
    write_manual(page)

    said = subprocess.run(
        (GROFF, "-man", "-ww", "-Tutf8", str(page)), capture_output=True, check=True, text=True
    )

    assert said.stderr == ""
    assert "namesake init" in said.stdout
