"""`namesake init --units --fleet` writes the units of many districts, and no other."""

from pathlib import Path

import pytest

from monitor.cli import systemd_units
from monitor.fleet.annex import FLEET_UNITS
from monitor.services.setup_files import OLD_SYSTEMD_DROP_IN, UNITS
from tests.monitor.cli.conftest import run


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation of its own, in a place that services see."""
    path = tmp_path / "program" / "bin" / "namesake"
    path.parent.mkdir(parents=True)
    path.touch()
    monkeypatch.setattr(systemd_units.sys, "prefix", str(path.parents[1]))
    monkeypatch.setattr(systemd_units, "HIDDEN_PLACES", frozenset())
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "units").mkdir()
    return tmp_path / "units"


def test_the_units_for_many_districts_are_written_when_asked_for(
    program: Path, folder: Path
) -> None:
    said = run("init", "--units", str(folder), "--systemd", "252", "--fleet")

    assert said.code == 0
    assert {path.name for path in folder.iterdir()} >= set(FLEET_UNITS)
    assert not {path.name for path in folder.iterdir()} & set(UNITS)
    service = (folder / "namesake-fleet.service").read_text("utf-8")
    assert f"ExecStart={program} run\n" in service
    assert "LimitNOFILE=65536\n" in service
    drop_in = folder / "namesake-fleet.service.d" / OLD_SYSTEMD_DROP_IN
    assert "LoadCredential=smtp-password\n" in drop_in.read_text("utf-8")
