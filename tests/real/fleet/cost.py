"""What a fleet's queries cost: `python -m tests.real.fleet.cost` prints the figures.

Two machines ask a made-up web for a home with many districts, over a PostgreSQL that waits for its
disk. Each part is a process of its own, so each one's processor time is known.
"""

import argparse
import os
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, process_time

from tests.real import databases
from tests.real.fleet.machines import SWEEP_PATIENCE
from tests.real.fleet.world import FleetSize, FleetWorld, build_world

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetCost:
    """Seconds of processor of the machines that ask, of the home, and of PostgreSQL."""

    requests: int
    too_close: int
    asking: float
    home: float
    database: float
    seconds: float

    def describe(self) -> str:
        each = 1_000 / self.requests
        return (
            f"{self.requests:,} requests in {self.seconds:.0f} s, {self.too_close} too close\n"
            f"ms of processor each: asking {self.asking * each:.2f}, home {self.home * each:.2f}, "
            f"PostgreSQL {self.database * each:.2f}\n"
        )


def measure_fleet(size: FleetSize, folder: Path) -> FleetCost:
    with ExitStack() as parts:
        address = parts.enter_context(databases.postgres(folder, ()))
        world = parts.enter_context(build_world(folder, address, size))
        before, first, began = _read_seconds(world, folder), world.web.count_requests(), monotonic()
        world.start_sweep().join(SWEEP_PATIENCE)
        after, seconds = _read_seconds(world, folder), monotonic() - began
        asking, home, database = (now - then for now, then in zip(after, before, strict=True))
        return FleetCost(
            requests=world.web.count_requests() - first,
            too_close=world.count_too_close(),
            asking=asking,
            home=home,
            database=database,
            seconds=seconds,
        )


def _read_seconds(world: FleetWorld, folder: Path) -> tuple[float, float, float]:
    """Return the processor time so far of machines that ask, of home, and of PostgreSQL."""
    askers = [asker.process.pid for asker in world.askers if asker.process]
    postmaster = int((folder / "postgres" / "postmaster.pid").read_text("utf-8").split()[0])
    return sum(map(_read_tree, askers)), process_time(), _read_tree(postmaster)


def _read_tree(root: int) -> float:
    """Return the seconds of a process and its children; what those used that ended counts, too."""
    parents, used = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(stat.parent.name)] = int(fields[1])
        used[int(stat.parent.name)] = sum(map(int, fields[11:15])) / TICKS
    return sum(seconds for process, seconds in used.items() if _is_under(process, root, parents))


def _is_under(process: int, root: int, parents: dict[int, int]) -> bool:
    while process and process != root:
        process = parents.get(process, 0)
    return process == root


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--districts", type=int, default=10)
    options.add_argument("--people", type=int, default=17)
    options.add_argument("--sites", type=int, default=60)
    options.add_argument("--pace", type=float, default=0.2)
    chosen = options.parse_args()
    with TemporaryDirectory(prefix="namesake-") as folder:
        # PostgreSQL drops root's rights and must still reach its own files.
        Path(folder).chmod(0o755)
        figures = measure_fleet(FleetSize(**vars(chosen)), Path(folder))
    sys.stdout.write(figures.describe())


if __name__ == "__main__":
    main()
