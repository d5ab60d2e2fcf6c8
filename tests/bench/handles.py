"""How many rows a second one core scores: `python -m tests.bench.handles` prints the figures.

People and handles are invented: half of the handles are made of the name, half of another one.
"""

import sys
from collections.abc import Iterator
from random import Random
from time import process_time

from monitor.domain.names.frequency import load_census
from tests.bench.score.scorers import Ask, Found, Scorer, Staff, scorers

ROWS = 50_000
SYLLABLES = ("ba", "del", "ga", "lin", "mar", "no", "quist", "ra", "sen", "tho", "vak", "wil")


def word(random: Random) -> str:
    return "".join(random.sample(SYLLABLES, random.choice((2, 3))))


def handle(random: Random, given: str, family: str) -> str:
    separator, number = random.choice(("", ".", "_")), random.choice(("", "7", "84"))
    first = random.choice((given, given[0], given[:3], "mrs", "coach"))
    return f"{first}{separator}{family}{number}"


def people(random: Random, rows: int) -> Iterator[tuple[Staff, Found]]:
    """Yield people with a name and one handle, and a handle to lay beside these."""
    for _ in range(rows):
        given, family = word(random), word(random)
        declared = {"paceclub": handle(random, given, family)}
        shown = (given, family) if random.random() < 0.5 else (word(random), word(random))
        found = Found(platform="paceclub", handle=handle(random, *shown))
        yield Staff(name=f"{given} {family}".title(), handles=declared), found


def asked(staff: Staff) -> dict[str, tuple[Ask, Staff]]:
    return {
        "handle beside name": (Ask.OWN, Staff(name=staff.name)),
        "handle beside handle": (Ask.OWN, Staff(handles=staff.handles)),
        "look-alike": (Ask.LOOKALIKE, staff),
    }


def rate(question: str, rows: list[tuple[Staff, Found]], table: dict[Ask, Scorer]) -> float:
    questions = [(*asked(staff)[question], found) for staff, found in rows]
    start = process_time()
    for ask, staff, found in questions:
        table[ask](staff, found)
    return len(rows) / (process_time() - start)


def main(rows: int) -> None:
    table = dict(scorers(load_census()))
    random = Random(20261124)  # noqa: S311  # the rows are the same in each run
    invented = list(people(random, rows))
    for question in asked(Staff()):
        sys.stdout.write(f"{question:22}{rate(question, invented, table):8.0f} rows/s\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
