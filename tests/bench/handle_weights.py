"""Fit the weights of `monitor/domain/handles/weighing.py` to rows of names and handles.

    python -m tests.bench.handle_weights ROWS.in.jsonl ROWS.gold.jsonl

Prints each weight as it stands and as it would be fitted, in bits, and in how many rows it counts;
then how the fitted and the standing weights divide rows whose people the fit has not seen. Weights
are fitted by logistic regression, shrunk towards zero.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp, log
from pathlib import Path
from zlib import crc32

from monitor.domain.handles import weighing
from monitor.domain.handles.weighing import HandleWeight, weigh_handle
from monitor.domain.names.frequency import load_census
from monitor.domain.names.parsing import parse_person_name

CURRENT = {
    rule.name: rule.bits for rule in vars(weighing).values() if isinstance(rule, HandleWeight)
}
FOLDS = 10
SHRINKING = 1.0
ROUNDS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """`amounts` say how much of each rule holds; `person` keeps one person's rows together."""

    person: str
    amounts: dict[str, float]
    theirs: bool


def examples(rows: Path, gold: Path) -> Iterator[Example]:
    counts = load_census()
    answers = {entry["id"]: entry["gold"] for entry in map(json.loads, gold.open(encoding="utf-8"))}
    for row in map(json.loads, rows.open(encoding="utf-8")):
        person = row["staff"]["name"]
        amounts: Counter[str] = Counter()
        for piece in weigh_handle(row["found"]["handle"], parse_person_name(person), counts):
            amounts[piece.rule] += piece.bits / CURRENT[piece.rule]
        yield Example(person=person, amounts=amounts, theirs=bool(answers[row["id"]]))


def fitted(rows: Sequence[Example]) -> dict[str, float]:
    """Return the likeliest weights, in bits."""
    names = sorted({name for row in rows for name in row.amounts})
    weights = [0.0] * len(names)
    for _ in range(ROUNDS):
        slope = [-SHRINKING * weight for weight in weights]
        curve = [[SHRINKING * (i == j) for j in range(len(names))] for i in range(len(names))]
        for row in rows:
            held = [(at, row.amounts[name]) for at, name in enumerate(names) if row.amounts[name]]
            share = 1 / (1 + exp(-sum(weights[at] * amount for at, amount in held)))
            for i, amount in held:
                slope[i] += (row.theirs - share) * amount
                for j, other in held:
                    curve[i][j] += share * (1 - share) * amount * other
        weights = [one + step for one, step in zip(weights, solved(curve, slope), strict=True)]
    return {name: weight / log(2) for name, weight in zip(names, weights, strict=True)}


def solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Solve a small system of equations that is symmetric and positive, by elimination."""
    rows = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    for at, pivot in enumerate(rows):
        for below in rows[at + 1 :]:
            share = below[at] / pivot[at]
            below[at:] = [
                one - share * two for one, two in zip(below[at:], pivot[at:], strict=True)
            ]
    answer = [0.0] * len(rows)
    for at in reversed(range(len(rows))):
        known = sum(rows[at][after] * answer[after] for after in range(at + 1, len(rows)))
        answer[at] = (rows[at][-1] - known) / rows[at][at]
    return answer


def score(row: Example, weights: dict[str, float]) -> float:
    return sum(weights.get(name, 0.0) * amount for name, amount in row.amounts.items())


def area(scored: Sequence[tuple[float, bool]]) -> float:
    """Return the chance that a handle of the person's scores above one of another's."""
    theirs = [score for score, yes in scored if yes]
    others = [score for score, yes in scored if not yes]
    wins = sum((one > other) + (one == other) / 2 for one in theirs for other in others)
    return wins / (len(theirs) * len(others))


def unseen(rows: Sequence[Example]) -> Iterator[tuple[float, bool]]:
    """Score each row with weights fitted to the rows of other people."""
    for fold in range(FOLDS):
        inside = [row for row in rows if crc32(row.person.encode()) % FOLDS == fold]
        outside = [row for row in rows if crc32(row.person.encode()) % FOLDS != fold]
        weights = fitted(outside)
        yield from ((score(row, weights), row.theirs) for row in inside)


def main(rows: list[Example]) -> None:
    weights = fitted(rows)
    for name, current in CURRENT.items():
        seen = sum(bool(row.amounts[name]) for row in rows)
        sys.stdout.write(f"{name:22}{current:7.1f}{weights.get(name, 0.0):7.1f}{seen:7}\n")
    stands = [(score(row, CURRENT), row.theirs) for row in rows]
    sys.stdout.write(f"area under the curve: standing {area(stands):.3f}, ")
    sys.stdout.write(f"fitted, on people not seen {area(list(unseen(rows))):.3f}\n")


if __name__ == "__main__":
    main(list(examples(Path(sys.argv[1]), Path(sys.argv[2]))))
