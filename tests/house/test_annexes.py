"""The core goes on without its annexes: each can be deleted with its folder and its lines."""

import ast
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import copy2, copytree, ignore_patterns, rmtree
from zipfile import ZipFile

import pytest

from monitor.annexes import ENTRY_POINT_GROUP
from tests.house.tree import PACKAGES, ROOT, every_file, place, python_files, walked

POINTS: Mapping[str, str] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"][
    "entry-points"
][ENTRY_POINT_GROUP]
ANNEXES = tuple(value.rpartition(".")[0] for value in POINTS.values())
# Tests of whole machines, of units and of documents are about the product as a whole.
CORE_TESTS = tuple(f"tests/{package}" for package in PACKAGES)
LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"
TRIED = (
    "tests/monitor/test_annexes.py",
    "tests/monitor/config",
    "tests/monitor/db/test_schema_versions.py",
    "tests/monitor/cli/test_systemd_units.py",
    "tests/monitor/cli/test_doctor.py",
    "tests/monitor/services/test_backups_soundness.py",
    "tests/monitor/services/test_changed_backups.py",
    "tests/monitor/services/test_data_export.py",
    "tests/monitor/services/test_job_kinds.py",
    "tests/monitor/services/test_leavers.py",
    "tests/monitor/services/test_staff_import.py",
    "tests/monitor/web/test_app_routes.py",
    "tests/monitor/web/test_operator.py",
)
# The ways to sign in differ in no route of an annex, nor do what each answer carries and which
# values are examples; and the demo is played by a test of its own.
ONCE = """not (test_app_routes and (oidc or [header] or headers or no_row))
and not (test_doctor and (nobody or healthy or example))"""


def belongs_to_annex(path: Path) -> bool:
    folders = [name.replace(".", "/") for name in ANNEXES]
    inside = (*folders, *(f"tests/{folder}" for folder in folders))
    return any(place(path).startswith(f"{folder}/") for folder in inside)


def imports(path: Path) -> set[str]:
    """Return what a file imports, wherever in it."""
    nodes = walked(path)
    plain = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    return plain | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}


def test_no_test_of_the_core_needs_an_annex() -> None:
    needy = [
        place(path)
        for path in python_files(*CORE_TESTS)
        if not belongs_to_annex(path)
        and any(annex.rpartition(".")[2] in path.read_text("utf-8") for annex in ANNEXES)
        and any(f"{name}.".startswith(f"{annex}.") for name in imports(path) for annex in ANNEXES)
    ]

    assert needy == []


@dataclass(frozen=True, slots=True)
class Core:
    """The project without its annexes, and a Python that has it installed."""

    folder: Path
    python: Path

    def run(self, *arguments: str) -> str:
        kept = {n: v for n, v in os.environ.items() if not n.startswith(("NAMESAKE_", "PYTEST_"))}
        command = (str(self.python), *arguments)
        done = subprocess.run(
            command, cwd=self.folder, env=kept, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
        return done.stdout


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Core:
    folder = tmp_path_factory.mktemp("core")
    for path in every_file():
        target = folder / place(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        copy2(path, target)
    # What this run has compiled need not be compiled again: the files are as old as they were.
    for compiled in (found for name in PACKAGES for found in (ROOT / name).rglob("__pycache__")):
        copytree(compiled, folder / place(compiled), ignore=ignore_patterns("*.pyc.*"))
    for annex in ANNEXES:
        rmtree(folder / annex.replace(".", "/"))
        rmtree(folder / "tests" / annex.replace(".", "/"))
    settings = (ROOT / "pyproject.toml").read_text("utf-8").splitlines(keepends=True)
    lines = [line for line in settings if not any(re.search(rf"\b{a}\b", line) for a in ANNEXES)]
    (folder / "pyproject.toml").write_text("".join(lines), "utf-8")
    return Core(folder, install(folder, tmp_path_factory.mktemp("python")))


def install(folder: Path, target: Path) -> Path:
    """Install what a folder has; libraries are those that are installed here."""
    build = (sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory")
    subprocess.run((*build, str(target)), cwd=folder, capture_output=True, check=True)
    (wheel,) = target.glob("*.whl")
    venv.create(target, with_pip=False)
    packages = target / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
    ZipFile(wheel).extractall(packages)
    (packages / "libraries.pth").write_text(f"{sysconfig.get_path('purelib')}\n", "utf-8")
    return target / "bin" / "python"


def test_without_annexes_the_commands_are_those_of_the_core(core: Core) -> None:
    said = core.run("-m", "monitor", "--help")

    assert "  run " in said
    assert not {"fleet", "worker"} & {line.split()[0] for line in said.splitlines() if line.strip()}
    assert "--districts" not in core.run("-m", "monitor", "doctor", "--help")


def test_without_annexes_the_demo_plays_with_the_wheel_alone(core: Core, tmp_path: Path) -> None:
    said = core.run("-I", "-m", "monitor", "demo", "--out", str(tmp_path / "demo"))

    assert "maria" in said
    assert "Traceback" not in said


def test_without_annexes_tests_of_the_core_are_green(core: Core) -> None:
    said = core.run(
        "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", " ".join(ONCE.split()), *TRIED
    )

    assert re.search(r"\b\d{2,} passed", said)
    assert "skipped" not in said


def test_without_annexes_imports_still_point_down(core: Core) -> None:
    said = core.run("-c", LINT)

    assert " 0 broken" in said
