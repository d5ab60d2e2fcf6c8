"""The rules of tests/conftest.py, tried on a small run of their own."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT, place, python_files, walked

# Wishes for the outer run, which the small one must not hear.
OURS = ("NAMESAKE_", "PYTEST_")

TESTS = """
import pytest

@pytest.mark.real
@pytest.mark.parametrize("number", [1, 2])
def test_real(number):
    pytest.skip("Post: no stamps here")

@pytest.mark.skip("this one needs a file that nobody must have")
def test_optional():
    pass

@pytest.mark.soak
def test_long():
    pass

def test_shared(share):
    assert len(share(range(50))) in (5, 50)
    assert share(range(50)) == share(range(50))

@pytest.mark.xfail(strict=True)
def test_known():
    assert False
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_small.py").write_text(TESTS, "utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n    real\n    soak\n", "utf-8")
    return tmp_path


def run(project: Path, *options: str, **environment: str) -> str:
    mine = {key: value for key, value in os.environ.items() if not key.startswith(OURS)}
    done = subprocess.run(
        (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options),
        cwd=project,
        env={**mine, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


def test_what_is_left_out_is_said_in_one_line_with_its_reason(project: Path) -> None:
    said = run(project).splitlines()

    assert "Post: no stamps here (2 tests)" in said
    assert "1 passed, 3 skipped, 1 deselected, 1 xfailed" in said[-1]


def test_no_real_part_is_left_out_where_none_may_be(project: Path) -> None:
    said = run(project, NAMESAKE_REAL="1").splitlines()

    assert "nothing may be left out here, but: Post: no stamps here" in said
    assert "2 failed, 1 passed, 1 skipped, 1 deselected, 1 xfailed" in said[-1]


def test_a_soak_runs_the_long_tests_and_only_these(project: Path) -> None:
    said = run(project, "-m", "soak", NAMESAKE_SOAK="1").splitlines()

    assert "2 passed, 4 deselected" in said[-1]


def marks_as_real(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and node.attr == "real"
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "mark"
    )


def test_real_parts_are_tested_where_the_run_looks_for_them() -> None:
    files = [path for path in python_files("tests") if any(map(marks_as_real, walked(path)))]

    assert files
    assert [place(path) for path in files if ROOT / "tests" / "real" not in path.parents] == []
