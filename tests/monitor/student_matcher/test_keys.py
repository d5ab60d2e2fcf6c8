"""The token file: no name in it, whole or refused, and for its owner alone."""

from datetime import date

import pytest

from monitor.domain.errors import CannotWriteError, InputError
from monitor.domain.students.name_forms import RosterStudent
from monitor.student_matcher.keys import build_roster, parse_key, read_tokens, write_tokens

KEY = bytes(range(32))
MASON = RosterStudent(names=(("Mason", "Whitlock"),), handles=("masonw28",))
TODAY = date(2026, 9, 1)


@pytest.fixture
def tokens(tmp_path):
    path = tmp_path / "roster.tokens"
    write_tokens(path, build_roster([MASON], KEY, TODAY))
    return path


def test_the_token_file_holds_no_name_and_is_for_its_owner_alone(tokens):
    content = tokens.read_bytes().lower()

    assert b"whitlock" not in content
    assert b"masonw28" not in content
    assert tokens.stat().st_mode & 0o777 == 0o600


def test_what_was_written_is_read_again(tokens):
    roster = read_tokens(tokens)

    assert (roster.size, roster.made_on) == (500, TODAY)
    assert len(roster.tokens) == 500 * 12 * 16


def test_padding_differs_each_time_and_the_size_does_not(tmp_path, tokens):
    again = tmp_path / "again"
    write_tokens(again, build_roster([MASON], KEY, TODAY))

    assert again.read_bytes() != tokens.read_bytes()
    assert again.stat().st_size == tokens.stat().st_size


@pytest.mark.parametrize("kept", [0, 20, 5_000, 96_000])
def test_half_a_token_file_is_refused(tokens, kept):
    tokens.write_bytes(tokens.read_bytes()[:kept])

    with pytest.raises(InputError, match="complete token file"):
        read_tokens(tokens)


@pytest.mark.parametrize("content", [b"x\n", b"namesake-roster-1 a 5 1 2026-09-01\n" + b"x" * 16])
def test_another_file_is_refused(tokens, content):
    tokens.write_bytes(content)

    with pytest.raises(InputError, match="roster import --new-year"):
        read_tokens(tokens)


def test_a_missing_token_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_tokens(tmp_path / "none")


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    with pytest.raises(CannotWriteError, match="cannot be written"):
        write_tokens(tmp_path / "no" / "where", build_roster([MASON], KEY, TODAY))


@pytest.mark.parametrize("text", [b"", b"zz", b"00" * 31, b"\xff" * 64])
def test_a_key_is_32_bytes_in_hexadecimal(text):
    with pytest.raises(InputError):
        parse_key(text)
