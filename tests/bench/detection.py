"""How well the shipped detection rules do: `python -m tests.bench.detection` prints one table.

    python -m tests.bench.detection --rows FOLDER

FOLDER holds pairs of files, `TASK.in.jsonl` and `TASK.gold.jsonl`, in the form that
docs/detection.md describes under "Scoring rows"; gold lines have `id` and `gold`: 1 or 0, or a
label. Without a folder, invented profiles are drawn by `--seed`. Nothing but what an assessment
uses is measured.
"""

import json
import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from random import Random
from time import process_time

from tests.bench.labels.rows import rows as draw_rows
from tests.bench.score.__main__ import answerers
from tests.bench.score.scorers import STUDENT_LINKED, Ask, Scored

LABELS = ("own", "namesake", "impersonation", STUDENT_LINKED, "unrelated")
ASKING = 2.0
# What a wrong answer costs, in a reviewer's minutes: docs/detection.md, "Whose is it".
COSTS = {
    "impersonation": {"own": 60, "namesake": 40, "unrelated": 60, STUDENT_LINKED: 10},
    STUDENT_LINKED: {"own": 30, "namesake": 30, "unrelated": 30, "impersonation": 10},
    "own": {"impersonation": 5, "namesake": 3, "unrelated": 5, STUDENT_LINKED: 8},
    "namesake": {"impersonation": 5, "own": 2, STUDENT_LINKED: 8},
    "unrelated": {"impersonation": 5, "own": 2, "namesake": 0.5, STUDENT_LINKED: 8},
}
FALSE_SHARE = 0.01

Row = Mapping[str, object]
Answers = Sequence[tuple[Scored, int | str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Rows of one question, each with the right answer."""

    name: str
    rows: Sequence[tuple[Row, int | str]]


def read_tasks(folder: Path) -> Iterator[Task]:
    for path in sorted(folder.glob("*.in.jsonl")):
        name = path.name.removesuffix(".in.jsonl")
        gold = {each["id"]: each["gold"] for each in _read_lines(folder / f"{name}.gold.jsonl")}
        yield Task(name=name, rows=[(row, gold[row["id"]]) for row in _read_lines(path)])


def _read_lines(path: Path) -> Iterator[dict[str, object]]:
    yield from map(json.loads, path.read_text("utf-8").splitlines())


def draw_task(number: int, seed: int) -> Task:
    drawn = draw_rows(Random(seed), number)  # noqa: S311  # the same rows for the same seed
    return Task(name=f"invented profiles, seed {seed}", rows=[(row, kind) for row, kind in drawn])


def answer_rows(task: Task, year: int) -> Answers:
    """Ask the rules that assessments use."""
    names_and_handles, profiles = answerers(year)
    return [
        (
            (profiles if row["ask"] == Ask.LABEL else names_and_handles)(json.dumps(row).encode()),
            gold,
        )
        for row, gold in task.rows
    ]


def describe_scores(pairs: Sequence[tuple[float, bool]]) -> str:
    return (
        f"F1 {compute_f1(pairs):.3f}, AUC {compute_area(pairs):.3f}, "
        f"recall at 1 % false {compute_recall(pairs):.3f}"
    )


def compute_f1(pairs: Sequence[tuple[float, bool]]) -> float:
    """Return F1 at the rules' own threshold, which is 0."""
    right = sum(score > 0 and yes for score, yes in pairs)
    wrong = sum((score > 0) != yes for score, yes in pairs)
    return 2 * right / max(1, 2 * right + wrong)


def compute_area(pairs: Sequence[tuple[float, bool]]) -> float:
    """Return the chance that a yes scores above a no; a tie counts half."""
    below, wins = 0, 0.0
    for _, tied in groupby(sorted(pairs), key=itemgetter(0)):
        answers = [yes for _, yes in tied]
        noes = len(answers) - sum(answers)
        wins += sum(answers) * (below + noes / 2)
        below += noes
    return wins / max(1, below * (len(pairs) - below))


def compute_recall(pairs: Sequence[tuple[float, bool]]) -> float:
    noes = sorted((score for score, yes in pairs if not yes), reverse=True)
    bar = noes[int(FALSE_SHARE * len(noes))] if noes else float("-inf")
    yes = [score for score, is_yes in pairs if is_yes]
    return sum(score > bar for score in yes) / max(1, len(yes))


def describe_labels(said: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield a line for each label, and what the answers cost; `said` is gold and answer."""
    pairs = Counter(said)
    total = 0.0
    for label in LABELS:
        right = pairs[label, label]
        precision = right / max(1, sum(pairs[gold, label] for gold in LABELS))
        recall = right / max(1, sum(count for (gold, _), count in pairs.items() if gold == label))
        total += 2 * precision * recall / max(1e-9, precision + recall)
        asked = pairs[label, "unknown"]
        yield f"  {label:16} precision {precision:.3f}, recall {recall:.3f}, asked {asked}"
    cost = sum(count * _look_up_cost(*pair) for pair, count in pairs.items()) / max(1, len(said))
    yield f"  macro-F1 {total / len(LABELS):.3f}, cost {cost:.2f} minutes a profile"


def _look_up_cost(gold: str, answer: str) -> float:
    return ASKING if answer == "unknown" else COSTS[gold].get(answer, 0.0)


def describe_task(task: Task, year: int) -> Iterator[str]:
    started = process_time()
    answers = answer_rows(task, year)
    speed = len(answers) / max(1e-9, process_time() - started)
    head = f"{task.name}: {len(answers):,} rows, {speed:,.0f} a second"
    if any(isinstance(gold, str) for _, gold in answers):
        yield head
        yield from describe_labels([(str(gold), scored.label) for scored, gold in answers])
    else:
        yield f"{head}: {describe_scores([(each.score, bool(gold)) for each, gold in answers])}"


def _parse_arguments(arguments: Sequence[str] | None = None) -> Namespace:
    parser = ArgumentParser(prog="python -m tests.bench.detection")
    parser.add_argument("--rows", type=Path)
    parser.add_argument("--number", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=101)
    parser.add_argument("--year", type=int, default=2026)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    asked = _parse_arguments(arguments)
    tasks: Iterable[Task] = (
        read_tasks(asked.rows) if asked.rows else [draw_task(asked.number, asked.seed)]
    )
    for task in tasks:
        for line in describe_task(task, asked.year):
            sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
