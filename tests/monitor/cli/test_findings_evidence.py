"""The evidence pack on the command line: for the demo only, since a pack opens a case."""

import errno
import os
from pathlib import Path
from zipfile import ZipFile

import pytest

from monitor.demo.district import MARIA
from monitor.domain.vocabulary import CaseKind


@pytest.fixture
def case(after_demo):
    with after_demo.app() as app:
        ref = app.db.people.find_person_id_by_mail(MARIA.person.mail)
        cases = app.db.cases.list_cases_of_person(ref)
        return next(one_case for one_case in cases if one_case.kind is CaseKind.IMPERSONATION)


@pytest.fixture
def place(tmp_path):
    place = tmp_path / "packs"
    place.mkdir()
    return place


def test_evidence_is_its_persons_own(after_demo, case, place):
    said = after_demo.run("evidence", case.id, "--out", str(place))

    assert said.code == 77
    assert "on their own page" in said.sentence
    assert list(place.iterdir()) == []
    again = after_demo.run("evidence", case.id, "--out", str(place), "--break-glass", "A call.")
    assert again.code == 2


def test_of_the_demo_it_is_written(played, after_demo, case, place):
    demo = ("--demo", str(played.folder))
    said = after_demo.run("evidence", case.id[:8], "--out", str(place), *demo)

    assert said.code == 0
    (written,) = place.iterdir()
    assert written.stat().st_mode & 0o077 == 0
    with ZipFile(written) as zipped:
        assert "report.html" in zipped.namelist()


def test_nothing_is_overwritten(played, after_demo, case, place):
    told = ("evidence", case.id, "--out", str(place), "--demo", str(played.folder))
    after_demo.run(*told)

    assert after_demo.run(*told).code == 73


def test_no_half_of_it_is_left_on_a_full_disk(played, after_demo, case, place, monkeypatch):
    def full(path: Path, content: bytes) -> None:
        with path.open("wb") as file:
            file.write(content[:10])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    demo = ("--demo", str(played.folder))
    said = after_demo.run("evidence", case.id, "--out", str(place), *demo)

    assert said.code == 73
    assert "No space left on device" in said.sentence
    assert list(place.iterdir()) == []


def test_a_case_that_is_not_there_is_one_sentence(played, after_demo):
    said = after_demo.run("evidence", "nothing-of-it", "--demo", str(played.folder))

    assert said.code == 65
    assert "There is no case" in said.sentence
