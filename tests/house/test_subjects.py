import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house.subjects import LONGEST_SUBJECT, list_long_subjects

LONG = "x" * (LONGEST_SUBJECT + 1)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Clone a repository whose main has an old long subject."""
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    run_git(tmp_path, "init", "--quiet", "--initial-branch", "main", str(origin))
    commit(origin, LONG)
    run_git(tmp_path, "clone", "--quiet", str(origin), str(clone))
    return clone


def run_git(folder: Path, *words: str) -> None:
    identity = ("-c", "user.name=Rosa", "-c", "user.email=rosa@cedar.example")
    git = shutil.which("git") or "git"
    subprocess.run([git, "-C", folder, *identity, *words], check=True, capture_output=True)


def commit(folder: Path, subject: str) -> None:
    run_git(folder, "commit", "--quiet", "--allow-empty", "--message", subject)


def test_a_long_subject_that_is_not_on_main_is_named(clone: Path) -> None:
    commit(clone, "x" * LONGEST_SUBJECT)
    assert list_long_subjects(clone) == []

    commit(clone, LONG)
    assert list_long_subjects(clone) == [LONG]


def test_a_clone_without_origin_is_compared_with_its_own_main(clone: Path) -> None:
    run_git(clone, "remote", "remove", "origin")
    run_git(clone, "switch", "--quiet", "--create", "work")
    commit(clone, LONG)

    assert list_long_subjects(clone) == [LONG]


def test_a_shallow_clone_and_a_copy_without_git_pass(clone: Path, tmp_path: Path) -> None:
    commit(clone, LONG)
    shallow, copy = tmp_path / "shallow", tmp_path / "copy"
    run_git(tmp_path, "clone", "--quiet", "--depth", "1", clone.as_uri(), str(shallow))
    copy.mkdir()

    assert list_long_subjects(shallow) == []
    assert list_long_subjects(copy) == []
