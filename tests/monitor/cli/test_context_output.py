"""Text from the web and from files is shown, and never obeyed."""

import json
import os
import pwd
from contextlib import redirect_stdout
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from monitor.cli.context import (
    CONTROL_CATEGORIES,
    NO_LOGIN,
    Output,
    escape_controls,
    name_shell_user,
)
from tests.hostile_strings import ALL
from tests.rows import over_rows

HOSTILE = "[bold]\x1b[2J\x9b31m\u202egpj.exe\u2066\u200b[/bold] \x07\x00[link=http://x.example]"


def printed(act):
    screen = StringIO()
    act(Output("America/Chicago", Console(file=screen, highlight=False, width=200)))
    return screen.getvalue()


def category_free(text):
    return all(escape_controls(character) == character for character in text)


@pytest.mark.parametrize(
    ("login", "variables", "named"),
    [
        ("0", {"SUDO_USER": "mallory"}, "root"),
        (str(NO_LOGIN), {"SUDO_USER": "ana.b"}, "ana.b"),
        (str(NO_LOGIN), {"SUDO_USER": "ana b\n"}, "ana-b-"),
        ("987654", {}, "987654"),
    ],
)
def test_who_runs_a_command_is_who_signed_in_or_called_sudo(
    tmp_path, login: str, variables: dict[str, str], named: str
):
    (tmp_path / "loginuid").write_text(login, "ascii")

    assert name_shell_user(variables, tmp_path / "loginuid") == named


def test_where_nobody_signed_in_it_is_the_user_of_the_process(tmp_path):
    assert name_shell_user({}, tmp_path / "none") == pwd.getpwuid(os.getuid()).pw_name


@given(st.text())
def test_nothing_that_a_terminal_obeys_is_left(text):
    assert category_free(escape_controls(text))


@given(st.text(alphabet=st.characters(exclude_categories=sorted(CONTROL_CATEGORIES))))
def test_what_can_be_read_stays_as_it_is(text):
    assert escape_controls(text) == text


@given(st.text())
def test_json_is_spelled_out_and_reads_back_as_it_was(text):
    screen = StringIO()
    with redirect_stdout(screen):
        Output("UTC").print_json({"title": text})
    said = screen.getvalue()

    assert json.loads(said) == {"title": text}
    assert category_free(said)


def test_a_sentence_and_a_table_take_markup_and_controls_for_text():
    for said in (
        printed(lambda output: output.print_line(HOSTILE)),
        printed(lambda output: output.print_table(("id", "title"), [("1", HOSTILE)])),
    ):
        assert category_free(said)
        assert "[bold]" in said
        assert "[link=http://x.example]" in said
        assert r"\u202e" in said


@over_rows("planted", ALL)
def test_whatever_a_stranger_planted_is_shown_and_not_obeyed(planted):
    assert category_free(printed(lambda output: output.print_table(("title",), [(planted,)])))


def test_a_ref_stays_in_one_piece_on_a_narrow_screen():
    screen = StringIO()
    console = Console(file=screen, force_terminal=True, width=80, color_system=None)
    ref, note = "f" * 32, "words " * 20

    Output("UTC", console).print_table(("id", "kind", "note"), [(ref, "own-account-changed", note)])

    assert ref in screen.getvalue()


def test_a_row_stays_on_one_line_where_a_program_reads_it():
    words = "words " * 100

    said = printed(
        lambda output: output.print_table(("id", "note"), [("r1", words), ("r2", words)])
    )

    assert [line[:2] for line in said.splitlines()] == ["id", "r1", "r2"]


@pytest.mark.parametrize(
    ("environ", "shown"), [({}, "\x1b[1;31mbad"), ({"NO_COLOR": "1"}, "\x1b[1mbad")]
)
def test_what_is_bad_is_red_on_a_terminal_unless_no_color_is_wanted(environ, shown):
    screen = StringIO()
    console = Console(
        file=screen, force_terminal=True, color_system="standard", width=80, _environ=environ
    )

    Output("UTC", console).print_table(("part", "level"), [("mail", "bad"), ("disk", "fine")])

    assert shown in screen.getvalue()
    assert "disk   fine" in screen.getvalue()
