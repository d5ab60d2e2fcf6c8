"""What holds for every command: help, JSON where it prints data, and one sentence when it fails."""

import errno
import io
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from monitor.app import Environment
from monitor.cli.main import move_config_first, namesake
from monitor.db.state_folder_lock import StateFolderLock
from tests.monitor.cli.conftest import run
from tests.rows import over_rows

NOBODY = "0" * 32
# These act and say so in a sentence; all others print data.
SAY_ONE_SENTENCE = {
    "init",
    "run",
    "portal",
    "staff withdraw",
    "staff invite",
    "staff left",
    "staff export",
    "staff pause",
    "mail retry",
    "mail resume",
    "roster import",
    "roster erase",
    "fleet add",
    "fleet remove",
    "fleet worker",
}


def commands(group: click.Group, *path: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)
        else:
            yield " ".join((*path, name)), command


COMMANDS = dict(commands(namesake))
GROUPS = {name.partition(" ")[0] for name in COMMANDS}


@over_rows("name", sorted({"", *COMMANDS, *GROUPS}))
def test_every_command_says_what_it_does(name):
    for asked in ("--help", "-h"):
        said = run(*name.split(), asked)

        assert said.code == 0
        assert said.out.startswith(f"Usage: namesake {name}".rstrip())
        assert max(map(len, said.out.splitlines())) <= 80
        assert said.err == ""


@pytest.mark.parametrize("name", sorted({"", *GROUPS} - set(COMMANDS)))
def test_the_help_of_a_group_has_each_command_whole_on_one_line_of_80_columns(name):
    said = run(*name.split(), "--help").out
    group = namesake.get_command(click.Context(namesake), name) if name else namesake

    told = [line for line in said.splitlines() if re.match("  [a-z]", line)]
    commands = [line.split()[0] for line in told]
    assert sorted(commands) == sorted(group.list_commands(click.Context(group)))
    assert all(len(line) <= 80 and not line.endswith("...") for line in told)


def test_the_top_level_has_these_commands_and_no_more():
    """A new one goes under one of these, or takes its place in the decision on commands."""
    assert sorted({name.partition(" ")[0] for name in COMMANDS}) == [
        *("audit", "backup", "cases", "check", "demo", "district", "doctor", "explain", "fleet"),
        *("init", "mail", "me", "metrics", "portal", "restore", "roster", "run", "sources"),
        *("staff", "status", "why"),
    ]


def test_the_help_puts_commands_under_five_headings():
    said = run("--help").out

    headings = re.findall(r"^(\w+):$", said, re.MULTILINE)
    assert headings == ["Setup", "Health", "People", "Checks", "Service", "Options"]


def test_a_command_prints_data_and_takes_json_or_says_one_sentence():
    without = {
        name
        for name, command in COMMANDS.items()
        if {"--json", "--jsonl"}.isdisjoint(
            option for param in command.params for option in param.opts
        )
    }

    assert without == SAY_ONE_SENTENCE


def test_the_help_tells_every_exit_code_of_the_error_family():
    said = run("--help").out

    told = {int(code) for code in re.findall(r"^ +(\d+)  \S", said, re.MULTILINE)}
    assert told == {0, 2, *range(64, 66), *range(69, 72), *range(73, 80), 130}


@pytest.mark.parametrize(
    "arguments",
    [
        ("staff", "list", "--jsn"),
        ("chek", NOBODY),
        ("check",),
        ("cases", "rule", NOBODY, "mine"),
        ("enrol", "code"),
        ("students", "hash", "nowhere.csv", "--key-file", "k", "--tokens", "t"),
    ],
)
def test_wrong_usage_exits_with_2(terminal, arguments):
    said = terminal.run(*arguments)

    assert said.code == 2
    assert "Error: " in said.err
    assert said.out == ""


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (("doktor",), "'doctor'"),
        (("staff", "lst"), "'list'"),
        (("staff", "list", "--jsn"), "'--json'"),
    ],
)
def test_what_is_misspelled_is_answered_with_what_was_meant(terminal, arguments, meant):
    said = terminal.run(*arguments)

    assert said.code == 2
    assert f"Did you mean {meant}?" in said.err.replace("(", "").replace(")", "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", NOBODY),
        ("staff", "withdraw", NOBODY, "--yes"),
        ("mail", "preview", NOBODY, "--break-glass", "asked"),
        ("explain", NOBODY, "--break-glass", "asked"),
    ],
)
def test_whom_nobody_knows_exits_with_65(terminal, arguments):
    said = terminal.run(*arguments)

    assert said.code == 65
    assert said.sentence.endswith(".")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("check", NOBODY, "--json"), 65, NOBODY[:8]),
        (("staff", "list", "--json", "--of"), 2, "No such option"),
        (("sources", "show", "nonesuch", "--json"), 65, "no source"),
    ],
)
def test_with_json_an_error_is_a_line_of_json(terminal, arguments, code, words):
    said = terminal.run(*arguments)

    assert said.code == code
    assert said.err.startswith('{"error": {"code": ')
    assert words in said.sentence


def test_a_broken_configuration_exits_with_64_and_names_file_and_line(terminal):
    terminal.configured(('zone = "America/Chicago"', 'zone = "Central"'))

    said = terminal.run("status", "--jobs")

    assert said.code == 64
    assert f"{terminal.path}, line 6" in said.sentence


def test_a_configuration_that_is_not_there_exits_with_64_and_names_the_remedy(tmp_path):
    said = run("--config", str(tmp_path / "nothing.toml"), "status")

    assert said.code == 64
    assert "namesake init" in said.sentence


def test_the_environment_names_the_configuration(terminal):
    environ = {"NAMESAKE_CONFIG": str(terminal.path)}

    assert run("staff", "list", environment=Environment(variables=environ)).code == 0


def test_a_half_written_catalogue_exits_with_64_and_is_named(terminal, tmp_path):
    catalog = tmp_path / "sites.json"
    catalog.write_text('{"sites": [{"name": "Alpha", "uri_check": "https://alp')
    terminal.configured(("own = false", 'own = false\nfiles = ["sites.json"]'))

    said = terminal.run("sources", "list")

    assert said.code == 64
    assert str(catalog) in said.sentence


def test_a_roster_key_that_is_not_there_exits_with_64_and_is_named(terminal, tmp_path):
    students = '[students]\nenabled = true\ntokens = "t"\nkey_file = "roster.key"\n'
    terminal.configured(("[sources.bluesky]", f"{students}\n[sources.bluesky]"))

    said = terminal.run("mail", "send")

    assert said.code == 64
    assert str(tmp_path / "roster.key") in said.sentence
    assert terminal.run("staff", "list").code == 0  # which compares no contacts


def test_a_folder_without_a_district_exits_with_65_and_names_the_remedy(terminal):
    terminal.configured(('state = "state"', 'state = "elsewhere"'))

    said = terminal.run("status", "--jobs")

    assert said.code == 65
    assert "namesake init" in said.sentence


@pytest.mark.parametrize("arguments", [("init",), ("status", "--jobs")])
def test_a_folder_that_is_a_file_loses_nothing(terminal, tmp_path, arguments):
    terminal.configured(('state = "state"', 'state = "occupied"'))
    occupied = tmp_path / "occupied"
    occupied.write_text("something else")

    said = terminal.run(*arguments)

    assert said.code == {"init": 73, "status": 65}[arguments[0]]
    assert str(occupied) in said.err
    assert occupied.read_text() == "something else"


def test_a_file_that_cannot_be_opened_exits_with_73(terminal, tmp_path):
    (tmp_path / "state" / "lock").mkdir()

    said = terminal.run("mail", "send")

    assert said.code == 73
    assert "lock" in said.sentence


@pytest.mark.parametrize("arguments", [("status", "--jobs"), ("doctor",)])
def test_a_folder_of_another_user_exits_with_77_and_names_whose_it_must_be(
    terminal, tmp_path, monkeypatch, arguments
):
    stat, kept = os.stat, tmp_path / "state"

    def refused(path, **how):
        if not isinstance(path, int) and kept in Path(os.fsdecode(path)).parents:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return stat(path, **how)

    monkeypatch.setattr("os.stat", refused)

    said = terminal.run(*arguments)

    assert said.code == 77
    assert str(kept) in said.sentence
    assert "service's own user" in said.sentence


@pytest.mark.parametrize("name", ["state/moved.json", "namesake.toml"])
@pytest.mark.parametrize("arguments", [("status",), ("status", "--json"), ("staff", "list")])
def test_what_only_root_may_read_is_one_clear_sentence_for_others(
    terminal, monkeypatch, arguments, name
):
    kept, opened = terminal.path.parent / name, io.open

    def refused(path, *given, **how):
        if path == kept:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return opened(path, *given, **how)

    monkeypatch.setattr("io.open", refused)

    said = terminal.run(*arguments)

    assert said.code == 77
    assert "cannot be opened by this user" in said.err
    assert len(said.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("version", "words"), [(2, "a newer version"), (0, "another unreleased version")]
)
def test_a_database_of_another_program_exits_with_78(terminal, tmp_path, version, words):
    with sqlite3.connect(tmp_path / "state" / "namesake.db") as database:
        database.execute(f"PRAGMA user_version = {version}")
    database.close()

    said = terminal.run("staff", "list")

    assert said.code == 78
    assert words in said.sentence


def test_a_damaged_database_exits_with_78(terminal, tmp_path):
    database = tmp_path / "state" / "namesake.db"
    database.write_bytes(b"no database at all" * 1000)

    said = terminal.run("staff", "list")

    assert said.code == 78
    assert str(database) in said.sentence


@pytest.mark.parametrize("arguments", [("run",), ("mail", "send")])
def test_a_folder_that_another_holds_exits_with_75(terminal, tmp_path, arguments):
    with StateFolderLock(tmp_path / "state"):
        said = terminal.run(*arguments)

    assert said.code == 75
    assert "Another Namesake" in said.sentence


def test_a_fault_of_ours_is_one_sentence_and_70(terminal, monkeypatch):
    def stumble(_command: object) -> None:
        reason = "Rosa Marchetti"
        raise LookupError(reason)

    monkeypatch.setattr("monitor.cli.context.load_config", stumble)

    said = terminal.run("status", "--jobs")

    assert said.code == 70
    assert "Internal error (LookupError)" in said.sentence
    assert "Rosa" not in said.err


@pytest.mark.parametrize(("typed", "code"), [("", 2), ("n\n", 0)])
def test_a_question_that_is_not_answered_with_yes_changes_nothing(terminal, typed, code):
    ref = terminal.enrols()

    said = terminal.run("staff", "withdraw", ref, typed=typed)

    assert said.code == code
    assert terminal.run("staff", "list", "--json").json[0]["state"] == "enrolled"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("staff", "list"), "No one has enrolled"),
        (("cases",), "No open cases"),
        (("sources", "list"), "No source"),
        (("status", "--jobs"), "sweep"),
        (("check", "--all", "--dry-run"), "Queries: 0; people: 0."),
        (("audit",), "The audit log is intact"),
        (("mail", "send"), "0 sent"),
    ],
)
def test_an_empty_district_is_told_in_words(terminal, arguments, says):
    said = terminal.run(*arguments)

    assert said.code == 0
    assert says in said.out


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (["status", "--config", "a.toml"], ["--config", "a.toml", "status"]),
        (["staff", "--config=a.toml", "list"], ["--config=a.toml", "staff", "list"]),
        (["--config", "a.toml", "status"], ["--config", "a.toml", "status"]),
        (["me", "--", "--config", "x"], ["me", "--", "--config", "x"]),
        (["status", "--config"], ["status", "--config"]),
    ],
)
def test_the_configuration_may_be_named_behind_a_command(typed, read):
    assert move_config_first(typed) == read


def test_a_configuration_behind_a_command_is_used(terminal):
    said = run("status", "--jobs", "--config", str(terminal.path), environment=terminal.environment)

    assert said.code == 0


@pytest.mark.parametrize("module", ["fcntl", "resource"])
def test_a_system_that_cannot_run_it_is_told_in_one_sentence(module):
    code = (
        f"import sys; sys.modules[{module!r}] = None; from monitor.cli.main import main; "
        "main(['me', 'Maria Delgado', '--yes'])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert said.returncode == 69
    assert said.stderr.startswith("namesake: Namesake needs Linux. On Windows use WSL")
    assert len(said.stderr.splitlines()) == 1
