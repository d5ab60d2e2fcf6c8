"""What went out is known beside the database, through a crash and a restore."""

from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.store.postmarks import Postmark, Postmarks

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
