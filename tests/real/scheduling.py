"""How the tests of the real parts are spread over processes."""

from pathlib import Path

from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

# What takes longest begins first: at the end it would keep a single process at work.
LONGEST = (
    *("test_containers", "test_debian_package", "test_district", "test_fleet_faults"),
    "test_states",
)
# What takes long to start is started once for all files that need it. Of podman there can be only
# one at a time: whatever runs shares the machine's ports 80 and 443, its network and its locks.
TOGETHER = {
    "test_containers": "podman",
    "test_bluesky_answers": "Bluesky",
    "test_bluesky_starts": "Bluesky",
    "test_whole_job": "Bluesky",
    "test_backup_runs": "a machine",
    "test_init_runs": "a machine",
    "test_unit_runs": "a machine",
}


class RealScheduling(LoadScopeScheduling):
    """Gives a process all tests that share what they start: those of a file, or of several.

    Those that take longest share little: each of their tests may go to another process.
    """

    def remove_node(self, node: WorkerController) -> str | None:
        """Hand on what a process left when it ended, but for the test that ended it.

        Tried again, that one would end the next process, too.
        """
        left = {
            scope: begun
            for scope, unit in self.assigned_work.pop(node).items()
            if (begun := {nodeid: False for nodeid, done in unit.items() if not done})
        }
        if not left:
            return None
        scope, unit = next(iter(left.items()))
        ended_by = next(iter(unit))
        del unit[ended_by]
        self.workqueue.update(left if unit else {key: left[key] for key in left if key != scope})
        for other in self.assigned_work:
            self._reschedule(other)
        return ended_by

    def _split_scope(self, nodeid: str) -> str:
        file = Path(nodeid.partition("::")[0]).stem
        return TOGETHER.get(file) or (nodeid if file in LONGEST else file)
