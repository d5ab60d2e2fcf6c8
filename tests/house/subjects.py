"""The subjects of commits that are not yet on main: `make check` names those that are too long."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.house.tree import ROOT

LONGEST_SUBJECT = 60
MAIN = ("origin/main", "main")


def list_long_subjects(folder: Path) -> list[str]:
    """Return them; none where there is no main to compare with, as in a copy without Git."""
    for main in MAIN:
        subjects = _run_git(folder, "log", "--no-merges", "--format=%s", f"{main}..HEAD", "--")
        if subjects is not None:
            return [line for line in subjects.splitlines() if len(line) > LONGEST_SUBJECT]
    return []


def _run_git(folder: Path, *words: str) -> str | None:
    git = shutil.which("git")
    if git is None:
        return None
    ended = subprocess.run([git, "-C", folder, *words], capture_output=True, text=True, check=False)
    return None if ended.returncode else ended.stdout


if __name__ == "__main__":
    for subject in (found := list_long_subjects(ROOT)):
        sys.stderr.write(f"{len(subject)} characters, at most {LONGEST_SUBJECT}: {subject}\n")
    sys.exit(bool(found))
