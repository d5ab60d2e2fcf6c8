"""`namesake init --units --fleet` writes the units of many districts, and no other."""

from pathlib import Path

from monitor.fleet.annex import FLEET_UNITS
from monitor.services.setup_files import OLD_SYSTEMD_DROP_IN, UNITS
from tests.monitor.cli.conftest import run


def test_the_units_for_many_districts_are_written_when_asked_for(
    program: Path, units_folder: Path
) -> None:
    said = run("init", "--units", str(units_folder), "--systemd", "252", "--fleet")

    assert said.code == 0
    assert {path.name for path in units_folder.iterdir()} >= set(FLEET_UNITS)
    assert not {path.name for path in units_folder.iterdir()} & set(UNITS)
    service = (units_folder / "namesake-fleet.service").read_text("utf-8")
    assert f"ExecStart={program} run\n" in service
    assert "LimitNOFILE=65536\n" in service
    drop_in = units_folder / "namesake-fleet.service.d" / OLD_SYSTEMD_DROP_IN
    assert "LoadCredential=smtp-password\n" in drop_in.read_text("utf-8")
