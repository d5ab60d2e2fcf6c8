"""A killed writer loses nothing it was told is kept, and leaves nothing half done."""

import subprocess
import sys

import pytest

from monitor.db.database import Database

WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from monitor.db.database import Database

folder, rosa = Path(sys.argv[1]), sys.argv[2]
now = datetime(2026, 1, 5, tzinfo=UTC)
with Database.open_folder(folder) as state:
    number = 0
    while True:
        with state.begin_transaction():
            state.jobs.ensure_job("kept", str(number), now)
            state.jobs.ensure_job("together", str(number), now)
            state.audit.append_entry(now, "operator", "counted", rosa, {"number": str(number)})
        print(number, flush=True)
        number += 1
"""


def killed_after(world, writes, rosa):
    """Kill -9 the writer while it is about its next write; return what it said was kept."""
    command = [sys.executable, "-c", WRITER, str(world.folder), rosa]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        heard = [int(writer.stdout.readline()) for _ in range(writes)]
        writer.kill()
        return heard + [int(line) for line in writer.stdout.readlines() if line.endswith(b"\n")]


@pytest.mark.parametrize("writes", [1, 7, 40, 150])
def test_a_killed_writer_leaves_whole_transactions_only(world, writes):
    rosa = world.enrolled()
    kept = killed_after(world, writes, rosa)

    with Database.open_folder(world.folder) as state:
        rows = {name: set() for name in ("kept", "together")}
        for due in state.jobs.list_jobs():
            rows[due.name].add(int(due.subject))
        assert rows["kept"] >= set(kept)
        assert rows["kept"] == rows["together"]
        assert len(state.audit.list_entries_of_subjects((rosa,))) == len(rows["kept"])
        assert state.audit.verify_chain() is None
