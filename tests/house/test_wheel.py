"""What `make wheel` builds runs alone: nothing that the code opens is missing from it."""

import os
import subprocess
import sys
import sysconfig
import tomllib
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

from monitor.config.sections import find_shipped_files
from monitor.fleet.annex import FLEET_UNITS
from monitor.services.setup_files import UNITS
from tests.house.tree import PACKAGES, ROOT, files, place
from tests.monitor.cli.conftest import SETTINGS

OTHERS = (
    "answers.toml",
    "fleet.toml",
    "grafana-dashboard.json",
    "namesake.toml",
    "prometheus-rules.yaml",
    "searxng-compose.yaml",
)
SHIPPED = {f"systemd/{name}" for name in (*UNITS, *FLEET_UNITS, *OTHERS)}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = (sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory")
    subprocess.run((*build, str(folder)), cwd=ROOT, capture_output=True, check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with the wheel, and the libraries that are installed here."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False)
    packages = folder / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
    ZipFile(wheel).extractall(packages)
    (packages / "libraries.pth").write_text(f"{sysconfig.get_path('purelib')}\n", "utf-8")
    return folder / "bin" / "python"


def run(python: Path, *arguments: str) -> str:
    done = subprocess.run(
        (str(python), "-I", "-m", "monitor", *arguments),
        cwd=python.parent,
        env={name: value for name, value in os.environ.items() if name != "NAMESAKE_CONFIG"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert "nternal error" not in done.stderr
    return done.stdout


def test_every_file_of_the_packages_is_in_the_wheel(wheel: Path) -> None:
    held = set(ZipFile(wheel).namelist())
    ours = {place(path) for path in files(*PACKAGES) if path.suffix != ".pyc"}

    assert ours - held == set()


def test_units_and_example_configuration_are_in_the_wheel_as_they_are(wheel: Path) -> None:
    archive = ZipFile(wheel)
    held = {name for name in archive.namelist() if name.startswith("monitor/systemd/")}

    assert held == {f"monitor/{name}" for name in SHIPPED}
    for name in SHIPPED:
        assert archive.read(f"monitor/{name}") == (ROOT / name).read_bytes()
        assert (find_shipped_files() / Path(name).name).read_bytes() == (ROOT / name).read_bytes()


def test_all_that_an_administrator_installs_is_shipped() -> None:
    assert {place(path) for path in (ROOT / "systemd").iterdir() if path.is_file()} == SHIPPED


def test_a_district_is_set_up_and_checked_with_the_wheel_alone(python: Path) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert run(python, "--version") == f"namesake, version {version}\n"

    config = python.parents[1] / "namesake.toml"
    config.write_text(SETTINGS, "utf-8")
    run(python, "--config", str(config), "init")
    assert "The database is intact" in run(python, "--config", str(config), "doctor")
