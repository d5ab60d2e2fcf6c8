"""How many rows `tests.bench.score` answers a second: `python -m tests.bench.scoring` prints it.

Names are drawn from the census, by a seed; `--fresh` draws each name anew, so that nothing that is
remembered of an earlier row helps.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
from collections.abc import Iterator
from time import perf_counter

from monitor.domain.names.frequency import NameCountTable, load_census

ROWS = 50_000
# A district's staff is compared with what was found for each.
PEOPLE = 500
SEED = 20261124


def names(draw: random.Random) -> Iterator[str]:
    """Yield names without end: given name, initial, family name."""
    tables = (load_census().given, load_census().family)
    given, family = map(_listed, tables)
    while True:
        yield f"{draw.choice(given)} {draw.choice('ABCDEFGHJKLM')}. {draw.choice(family)}".title()


def _listed(counts: NameCountTable) -> list[str]:
    _everybody, *lines = counts.lines.decode().splitlines()
    return [line.partition("\t")[0] for line in lines]


def rows(*, fresh: bool) -> Iterator[str]:
    drawn = names(random.Random(SEED))  # noqa: S311  # the same rows at every run
    staff = [next(drawn) for _ in range(PEOPLE)]
    for number in range(ROWS):
        name = next(drawn) if fresh else staff[number % PEOPLE]
        row = {"staff": {"name": name}, "found": {"display_name": next(drawn)}}
        yield json.dumps({"id": str(number), "ask": "same_name", **row})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fresh", action="store_true")
    asked = "\n".join(rows(fresh=parser.parse_args().fresh)) + "\n"
    started = perf_counter()
    command = [sys.executable, "-m", "tests.bench.score", "--jsonl"]
    answer = subprocess.run(command, input=asked, capture_output=True, check=True, text=True)
    seconds = perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    sys.stdout.write(
        f"{len(answer.stdout.splitlines()):,} rows answered in {seconds:.1f} s: "
        f"{ROWS / seconds:,.0f} a second, {ROWS / used.ru_utime:,.0f} a second of processor, "
        f"peak {used.ru_maxrss / 1024:.0f} MiB\n"
    )


if __name__ == "__main__":
    main()
