"""What went out is known beside the database, through a crash and a restore."""

import errno
import os
from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.db.outbox import Postmark, Postmarks
from monitor.errors import CannotWriteError

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LETTER, OTHER = "a" * 32, "b" * 32


@pytest.fixture
def path(tmp_path):
    return tmp_path / "postmarks"


def test_a_letter_that_went_out_is_known_after_a_restart(path):
    Postmarks(path).add([LETTER, OTHER], NOW, "hash")

    marks = Postmarks(path)
    assert marks.of(LETTER) == Postmark(letter=LETTER, day=date(2026, 11, 23), body_hash="hash")
    assert marks.of("c" * 32) is None
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("torn", [1, 11, 12, 44])
def test_a_line_that_a_crash_cut_short_costs_no_other(path, torn):
    Postmarks(path).add([LETTER], NOW, "hash")
    whole = path.read_bytes()
    path.write_bytes(whole + whole.strip()[:torn])

    Postmarks(path).add([OTHER], NOW, "hash")

    assert Postmarks(path).of(LETTER)
    assert Postmarks(path).of(OTHER)


def test_what_cannot_be_written_is_remembered_while_we_run(path, caplog):
    path.mkdir()
    marks = Postmarks(path.parent / "missing" / "postmarks")

    marks.add([LETTER], NOW, "hash")

    assert marks.of(LETTER)
    assert "cannot be written" in caplog.text


def test_what_is_too_old_to_be_repeated_is_forgotten(path):
    marks = Postmarks(path)
    marks.add([LETTER], NOW - timedelta(days=401), "hash")
    marks.add([OTHER], NOW, "hash")

    marks.forget_before(NOW)

    for known in (marks, Postmarks(path)):
        assert known.of(LETTER) is None
        assert known.of(OTHER)
    assert LETTER not in path.read_text()


def test_a_disk_too_full_to_forget_is_said_in_one_sentence_and_loses_no_mark(path, monkeypatch):
    marks = Postmarks(path)
    marks.add([LETTER], NOW - timedelta(days=401), "hash")
    marks.add([OTHER], NOW, "hash")
    before = path.read_bytes()

    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr("os.fsync", full)
        with pytest.raises(CannotWriteError, match=r"postmarks cannot be written \(No space left"):
            marks.forget_before(NOW)

    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    marks.forget_before(NOW)
    assert LETTER not in path.read_text()


def test_marks_that_cannot_be_read_are_not_taken_for_none(path):
    path.mkdir()

    with pytest.raises(CannotWriteError, match="postmarks cannot be read"):
        Postmarks(path).of(LETTER)
