"""The run of all tests fails where a part of it failed or was not run."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Stands for Python: each call ends as the test says, and is told in a file.
PYTHON = """#!/bin/bash
case "$*" in
*tests.real.fetch*) exit {fetch} ;;
*--last-failed*) touch again; exit {again} ;;
*"not real"*) exit {rest} ;;
*) exit {real} ;;
esac
"""


@pytest.mark.parametrize(
    ("ends", "passes", "tries_again"),
    [
        ({}, True, False),
        ({"rest": 1}, False, False),
        ({"real": 1}, True, True),
        ({"real": 1, "again": 1}, False, True),
        ({"real": 3}, False, False),
        ({"fetch": 1}, False, False),
    ],
)
def test_the_run_fails_where_a_part_failed_or_was_not_run(
    tmp_path: Path, ends: dict[str, int], *, passes: bool, tries_again: bool
) -> None:
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(PYTHON.format(**{"fetch": 0, "again": 0, "rest": 0, "real": 0, **ends}))
    python.chmod(0o755)
    script = shutil.copy(ROOT / "tests" / "run.sh", tmp_path)

    done = subprocess.run([str(script)], cwd=tmp_path, capture_output=True, timeout=60, check=False)

    assert (done.returncode == 0) is passes
    assert (tmp_path / "again").exists() is tries_again
