"""What went out is known beside the database, through a crash and a restore."""

import errno
import os
from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.db.outbox import SentLog, SentLogEntry
from monitor.domain.errors import CannotWriteError

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
EMAIL, OTHER = "a" * 32, "b" * 32


@pytest.fixture
def path(tmp_path):
    return tmp_path / "sent-log"


def test_an_email_that_went_out_is_known_after_a_restart(path):
    SentLog(path).append_sent_entries([EMAIL, OTHER], NOW, "hash")

    marks = SentLog(path)
    assert marks.find_sent_entry(EMAIL) == SentLogEntry(
        message_key=EMAIL, day=date(2026, 11, 23), body_hash="hash"
    )
    assert marks.find_sent_entry("c" * 32) is None
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("torn", [1, 11, 12, 44])
def test_a_line_that_a_crash_cut_short_costs_no_other(path, torn):
    SentLog(path).append_sent_entries([EMAIL], NOW, "hash")
    whole = path.read_bytes()
    path.write_bytes(whole + whole.strip()[:torn])

    SentLog(path).append_sent_entries([OTHER], NOW, "hash")

    assert SentLog(path).find_sent_entry(EMAIL)
    assert SentLog(path).find_sent_entry(OTHER)


def test_what_cannot_be_written_is_remembered_while_we_run(path, caplog):
    path.mkdir()
    marks = SentLog(path.parent / "missing" / "sent-log")

    marks.append_sent_entries([EMAIL], NOW, "hash")

    assert marks.find_sent_entry(EMAIL)
    assert "cannot be written" in caplog.text


def test_what_is_too_old_to_be_repeated_is_forgotten(path):
    marks = SentLog(path)
    marks.append_sent_entries([EMAIL], NOW - timedelta(days=401), "hash")
    marks.append_sent_entries([OTHER], NOW, "hash")

    marks.delete_old_sent_entries(NOW)

    for known in (marks, SentLog(path)):
        assert known.find_sent_entry(EMAIL) is None
        assert known.find_sent_entry(OTHER)
    assert EMAIL not in path.read_text()


def test_a_disk_too_full_to_forget_is_said_in_one_sentence_and_loses_no_mark(path, monkeypatch):
    marks = SentLog(path)
    marks.append_sent_entries([EMAIL], NOW - timedelta(days=401), "hash")
    marks.append_sent_entries([OTHER], NOW, "hash")
    before = path.read_bytes()

    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr("os.fsync", full)
        with pytest.raises(CannotWriteError, match=r"sent-log cannot be written \(No space left"):
            marks.delete_old_sent_entries(NOW)

    assert path.read_bytes() == before
    assert [one_path.name for one_path in path.parent.iterdir()] == [path.name]
    marks.delete_old_sent_entries(NOW)
    assert EMAIL not in path.read_text()


def test_marks_that_cannot_be_read_are_not_taken_for_none(path):
    path.mkdir()

    with pytest.raises(CannotWriteError, match="sent-log cannot be read"):
        SentLog(path).find_sent_entry(EMAIL)
