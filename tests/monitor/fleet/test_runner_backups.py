"""A service that only looks leaves nothing to back up."""

from datetime import timedelta
from pathlib import Path

from monitor.demo.setup import StoryClock
from monitor.services.backups import BackupRotation, BackupTarget
from monitor.services.changed_backups import back_up_changes
from tests.monitor.fleet.world import Fleet, open_fleet
from tests.monitor.made_districts import FRIDAY, make_districts


def is_copied(fleet: Fleet, copies: Path) -> bool:
    """Tell whether the district had changed since its last copy."""
    target = BackupTarget(folder=copies, rotation=BackupRotation())
    config = fleet.district("cedar").load_config()
    return back_up_changes(config, fleet.clock.now(), target) is not None


def test_a_service_that_only_looks_changes_nothing(tmp_path: Path) -> None:
    make_districts(tmp_path / "districts", ("cedar",), 2, 1)
    clock = StoryClock(FRIDAY)
    with open_fleet(tmp_path / "districts", {}, clock) as fleet:
        fleet.works()
        assert is_copied(fleet, tmp_path / "copies")
        for _ in range(3):
            clock.at += timedelta(hours=2)
            fleet.works()
            fleet.runner.close_unused(idle_seconds=-1.0)
            assert not is_copied(fleet, tmp_path / "copies")
        fleet.withdraw("cedar", 0)
        assert is_copied(fleet, tmp_path / "copies")
