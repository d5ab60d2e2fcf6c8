"""Where the pauses are that all programs of a machine keep."""

import os
from pathlib import Path

import pytest

from monitor.app import builders
from monitor.app.builders import PAUSES_FILE, PAUSES_VARIABLE, open_shared_pauses


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with an empty folder in place of /run/lock."""
    monkeypatch.setattr(builders, "SHARED_PAUSES", tmp_path / "run" / "pauses")
    return tmp_path


def test_programs_of_a_machine_share_one_file(machine: Path):
    (machine / "run").mkdir()

    assert open_shared_pauses({}, machine) is not None
    assert (machine / "run" / "pauses").exists()
    assert not (machine / PAUSES_FILE).exists()


def test_where_there_can_be_no_such_file_a_folder_has_its_own(machine: Path):
    assert open_shared_pauses({}, machine) is not None
    assert (machine / PAUSES_FILE).exists()


def test_a_file_that_is_named_is_taken_in_its_place(machine: Path):
    (machine / "run").mkdir()

    assert open_shared_pauses({PAUSES_VARIABLE: str(machine / "ours")}, None) is not None
    assert (machine / "ours").exists()
    assert not (machine / "run" / "pauses").exists()


def test_a_program_asks_also_where_no_file_can_be_used(machine: Path):
    assert open_shared_pauses({PAUSES_VARIABLE: os.devnull}, None) is None
