"""How many small faults in the rules no test notices: `python -m tests.bench.mutants`.

mutmut makes the faults and runs the tests; what is drawn here, by seed, is which of its mutants are
tried, as many in each room. `mutmut run` without names tries all of them.
"""

import argparse
import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path

from tests.house.tree import ROOT

MADE = ROOT / "mutants"
DOMAIN = "monitor.domain."
# mutmut makes all mutants before it tries those that it was asked for.
FEWEST = f"{DOMAIN}severity.*"
MUTMUT = (sys.executable, "-m", "mutmut")

Exits = Mapping[str, int | None]


class Fate(StrEnum):
    """UNMET is the fault of a line that no test reaches."""

    KILLED = "killed"
    SURVIVED = "survived"
    UNMET = "unmet"
    UNTRIED = "untried"


# How mutmut writes down what became of a mutant; all else is a way of failing.
_FATES = {0: Fate.SURVIVED, 33: Fate.UNMET, 34: Fate.UNTRIED, None: Fate.UNTRIED}


def fate(code: int | None) -> Fate:
    return _FATES.get(code, Fate.KILLED)


def exits(made: Path) -> Exits:
    """Read what mutmut wrote down of each mutant, in one order on every machine."""
    read = [json.loads(path.read_text("utf-8")) for path in sorted(made.rglob("*.py.meta"))]
    found = {name: code for entry in read for name, code in entry["exit_code_by_key"].items()}
    return dict(sorted(found.items()))


def room(name: str) -> str:
    """Tell in which room of the rules a mutant stands; those outside stand `beside`."""
    inside, _, rest = name.removeprefix(DOMAIN).partition(".")
    return inside if "." in rest else "beside"


def drawn(names: Sequence[str], number: int, seed: int) -> list[str]:
    """Draw so many of each room, or all where there are no more."""
    chance = random.Random(seed)  # noqa: S311 - the same again is the point
    rooms: dict[str, list[str]] = {}
    for name in names:
        rooms.setdefault(room(name), []).append(name)
    return [
        name
        for _, inside in sorted(rooms.items())
        for name in chance.sample(inside, min(number, len(inside)))
    ]


def told(fates: Mapping[str, Fate]) -> str:
    """Tell each room's share, then who was not killed; `mutmut show` tells what a name stands for.

    What no test meets counts as alive.
    """
    counted: dict[str, Counter[Fate]] = {}
    for name, one in fates.items():
        if one is not Fate.UNTRIED:
            counted.setdefault(room(name), Counter())[one] += 1
    lines = [_share(inside, counts) for inside, counts in sorted(counted.items())]
    total = sum(counted.values(), Counter[Fate]())
    alive = [f"{one} {name}" for name, one in fates.items() if one in {Fate.SURVIVED, Fate.UNMET}]
    return "\n".join([*lines, _share("all", total), *alive]) + "\n"


def _share(name: str, counts: Counter[Fate]) -> str:
    tried = counts.total()
    share = counts[Fate.KILLED] / tried if tried else 0
    return f"{name}: {counts[Fate.KILLED]} of {tried} killed ({share:.1%})"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--each", type=int, default=120, help="how many mutants of each room")
    options.add_argument("--room", help="try mutants of one room only: names, handles ...")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--children", type=int, default=2)
    asked = options.parse_args()
    run = [*MUTMUT, "run", "--max-children", str(asked.children)]
    subprocess.run([*run, FEWEST], cwd=ROOT, check=True)
    names = [name for name in exits(MADE) if asked.room in {None, room(name)}]
    chosen = drawn(names, asked.each, asked.seed)
    subprocess.run([*run, *chosen], cwd=ROOT, check=True)
    became = exits(MADE)
    sys.stdout.write(told({name: fate(became[name]) for name in chosen}))


if __name__ == "__main__":
    main()
