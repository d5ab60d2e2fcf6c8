"""What `make` does to a folder that is not only ours."""

import shutil
import subprocess
from pathlib import Path

import pytest

MAKE = shutil.which("make") or "make"


@pytest.mark.parametrize("target", ["demo", "check"])
def test_an_environment_that_is_linked_is_left_as_it_is(tmp_path: Path, target: str) -> None:
    clone, other = tmp_path / "clone", tmp_path / "other"
    for folder in (clone, other / "bin"):
        folder.mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(name, clone)
    (other / "bin/python").write_text("not to be touched", "ascii")
    (clone / ".venv").symlink_to(other)

    done = subprocess.run((MAKE, "-C", clone, target), capture_output=True, text=True, check=False)

    assert done.returncode != 0
    assert ".venv is a link" in done.stderr
    assert (other / "bin/python").read_text("ascii") == "not to be touched"
    assert [path.name for path in other.iterdir()] == ["bin"]
