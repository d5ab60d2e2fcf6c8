"""The evidence pack on the command line: its person's own, unless the glass is broken."""

import errno
import os
from pathlib import Path
from zipfile import ZipFile

import pytest

from monitor.demo.district import MARIA
from monitor.domain.flag import FlagKind


@pytest.fixture
def flag(after_demo):
    with after_demo.service() as service:
        ref = service.state.people.find_by_mail(MARIA.person.mail)
        flags = service.state.flags.of_person(ref)
        return next(each for each in flags if each.kind is FlagKind.IMPERSONATION)


@pytest.fixture
def place(tmp_path):
    place = tmp_path / "packs"
    place.mkdir()
    return place


def glass_broken(after_demo, flag):
    with after_demo.service() as service:
        trail = service.state.audit.of(flag.person)
        return [each.action for each in trail].count("broke-glass")


def test_evidence_is_its_persons_own(after_demo, flag, place):
    said = after_demo.run("evidence", flag.ref, "--out", str(place))

    assert said.code == 77
    assert "--break-glass" in said.sentence
    assert list(place.iterdir()) == []


def test_with_broken_glass_it_is_written_and_its_person_is_told(after_demo, flag, place):
    said = after_demo.run(
        "evidence", flag.ref[:8], "--out", str(place), "--break-glass", "She asked me to."
    )

    assert said.code == 0
    (written,) = place.iterdir()
    assert written.stat().st_mode & 0o077 == 0
    with ZipFile(written) as zipped:
        assert "report.html" in zipped.namelist()
    assert glass_broken(after_demo, flag) == 1


def test_nothing_is_overwritten_and_nobody_told_for_nothing(after_demo, flag, place):
    told = ("evidence", flag.ref, "--out", str(place), "--break-glass", "She asked me to.")
    after_demo.run(*told)

    assert after_demo.run(*told).code == 73
    assert glass_broken(after_demo, flag) == 1


def test_no_half_of_it_is_left_on_a_full_disk(after_demo, flag, place, monkeypatch):
    def full(path: Path, content: bytes) -> None:
        with path.open("wb") as file:
            file.write(content[:10])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    said = after_demo.run(
        "evidence", flag.ref, "--out", str(place), "--break-glass", "She asked me to."
    )

    assert said.code == 73
    assert "No space left on device" in said.sentence
    assert list(place.iterdir()) == []


def test_a_flag_that_is_not_there_is_one_sentence(after_demo, place):
    said = after_demo.run("evidence", "nothing-of-it", "--break-glass", "A call.")

    assert said.code == 65
    assert "There is no flag" in said.sentence
