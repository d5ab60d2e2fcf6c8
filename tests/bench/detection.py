"""How well the shipped detection rules do: `python -m tests.bench.detection` prints one table.

    python -m tests.bench.detection --rows FOLDER

FOLDER holds pairs of files, `TASK.in.jsonl` and `TASK.gold.jsonl`, in the form that
docs/detection.md describes under "Scoring rows"; gold lines have `id` and `gold`: 1 or 0, or a
label. Without a folder, invented profiles are drawn by `--seed`. Nothing but what an assessment
uses is measured.
"""

import json
import math
import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby, pairwise
from operator import itemgetter
from pathlib import Path
from random import Random
from time import process_time

from monitor.domain.detection.appearance import is_declared
from monitor.domain.detection.assessment import assess_input, explain_assessment
from monitor.domain.detection.weights import load_own_weights
from monitor.domain.names.frequency import load_census
from monitor.domain.vocabulary import OwnershipLabel
from tests.bench import kinds_of_pages
from tests.bench.labels.rows import draw_year
from tests.bench.labels.rows import rows as draw_rows
from tests.bench.score.__main__ import answerers
from tests.bench.score.rows import read_profile
from tests.bench.score.scorers import STUDENT_LINKED, Ask, ProfileLabel, Scored

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
        gold = {line["id"]: line["gold"] for line in _read_lines(folder / f"{name}.gold.jsonl")}
        yield Task(name=name, rows=[(row, gold[row["id"]]) for row in _read_lines(path)])


def _read_lines(path: Path) -> Iterator[dict[str, object]]:
    yield from map(json.loads, path.read_text("utf-8").splitlines())


def draw_task(number: int, seed: int) -> Task:
    drawn = draw_rows(Random(seed), number)  # noqa: S311  # the same rows for the same seed
    return Task(name=f"invented profiles, seed {seed}", rows=[(row, kind) for row, kind in drawn])


def end_year(year: int) -> datetime:
    """Return the last day of the year in which rows were written."""
    return datetime(year, 12, 31, tzinfo=UTC)


def answer_rows(task: Task, year: int) -> Answers:
    """Ask the rules that assessments use."""
    lines = [json.dumps(row).encode() for row, _ in task.rows]
    names_and_handles, profiles = answerers(end_year(year), lines)
    return [
        ((profiles if row["ask"] == Ask.LABEL else names_and_handles)(line), gold)
        for line, (row, gold) in zip(lines, task.rows, strict=True)
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
    for label in LABELS:
        right = pairs[label, label]
        precision = right / max(1, sum(pairs[gold, label] for gold in LABELS))
        recall = right / max(1, sum(count for (gold, _), count in pairs.items() if gold == label))
        asked = pairs[label, "unknown"]
        yield f"  {label:16} precision {precision:.3f}, recall {recall:.3f}, asked {asked}"
    cost = sum(count * _look_up_cost(*pair) for pair, count in pairs.items()) / max(1, len(said))
    yield f"  cost {cost:.2f} minutes a profile"


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
        yield f"{head}: {describe_scores([(answer.score, bool(gold)) for answer, gold in answers])}"


BINS = (0.0, 0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0)


FLAGGED = frozenset({OwnershipLabel.IMPERSONATION, OwnershipLabel.MOCK})
SILENT = frozenset(OwnershipLabel) - FLAGGED - {OwnershipLabel.UNKNOWN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What was said of drawn profiles that others made, with the truth; `outcomes` as in the app.

    `chances` are of accounts whose owner did not declare them; `seconds` is what it took to assess
    them all, without the reading of rows.
    """

    chances: Sequence[tuple[float, bool]]
    outcomes: Sequence[tuple[str, OwnershipLabel]]
    seconds: float = 0.0

    @property
    def bins(self) -> Iterator[tuple[float, float, int]]:
        """Yield what was said on average, how many were true, and of how many."""
        for low, high in pairwise(BINS):
            inside = [
                chance
                for chance in self.chances
                if low <= chance[0] < high or chance[0] == high == 1
            ]
            if inside:
                said, true = (sum(chance) / len(inside) for chance in zip(*inside, strict=True))
                yield said, true, len(inside)

    def compute_share(self, gold: str, labels: Collection[OwnershipLabel]) -> float:
        said = [label for kind, label in self.outcomes if kind == gold]
        return sum(label in labels for label in said) / max(1, len(said))


# What a year of weekly checks brings to one person, by hand. Of namesakes it is about three times
# what a district of 400 had, and true cases are as many as there: four a year.
A_YEAR = {"own": 0.5, "namesake": 6.0, "unrelated": 4.0, "impersonation": 0.005, "attack": 0.005}
# Each person gets one of these besides, so that there are enough to say how many stay silent.
TRUE_CASE = {"impersonation": 0.5, "attack": 0.5}


def measure_calibration(rows: Iterable[tuple[Row, int | str]], year: int) -> Calibration:
    """Assess rows one by one; their rosters are left out, as they say nothing of whose it is."""
    whose = ProfileLabel(counts=load_census(), weights=load_own_weights(), now=end_year(year))
    profiles = [(read_profile({**row, "roster": []}), str(gold)) for row, gold in rows]
    chances, outcomes = [], []
    started = process_time()
    for profile, gold in profiles:
        inputs = whose.inputs(profile)
        found = assess_input(inputs, None, whose.weights)
        if not is_declared(inputs.trace, inputs.subject, inputs.inventory):
            shares = explain_assessment(found, inputs.trace.kind, whose.weights).chances
            chances.append((shares.impersonation + shares.mock, gold in TRUE_CASE))
        outcomes.append((gold, found.label))
    return Calibration(chances=chances, outcomes=outcomes, seconds=process_time() - started)


def describe_year(people: int, seed: int, year: int) -> Iterator[str]:
    """Say what a year asks of a person, and how many true cases it passes over in silence."""
    random = Random(seed)  # noqa: S311  # the same people for the same seed
    met, true = (
        measure_calibration(
            ((row, kind) for _ in range(people) for row, kind in draw_year(random, counts)), year
        )
        for counts in (A_YEAR, TRUE_CASE)
    )
    asked = sum(label is OwnershipLabel.UNKNOWN for _, label in met.outcomes)
    alarms = sum(gold not in TRUE_CASE and label in FLAGGED for gold, label in met.outcomes)
    yield (
        f"a year of {people} people: {asked / people:.2f} questions and {alarms / people:.3f} "
        "false alarms a person"
    )
    for kind in TRUE_CASE:
        drawn = sum(gold == kind for gold, _ in true.outcomes)
        yield f"  {kind}: {true.compute_share(kind, SILENT):.1%} of {drawn} stay silent"


def describe_calibration(measured: Calibration) -> Iterator[str]:
    if measured.seconds:
        yield f"  assessed {len(measured.outcomes) / measured.seconds:,.0f} a second"
    silent = measured.compute_share("impersonation", SILENT)
    yield f"  of accounts that others made, {silent:.1%} are neither flagged nor asked about"
    for gold in ("namesake", "unrelated"):
        asked = measured.compute_share(gold, {OwnershipLabel.UNKNOWN})
        alarms = measured.compute_share(gold, FLAGGED)
        yield f"  {gold}: {asked:.1%} are asked about, {alarms:.1%} flagged"
    for said, true, count in measured.bins:
        yield f"  said {said:.3f}, true {true:.3f}, of {count}"


MADE_BY_OTHERS = frozenset({*kinds_of_pages.MOCKED, *kinds_of_pages.LEWD, kinds_of_pages.LURED})


def draw_reliability_plot(measured: Calibration) -> str:
    """Draw an SVG: what was said across, how much of it was true up; on the line they agree."""
    dots = "".join(
        f'<circle cx="{40 + 240 * said:.1f}" cy="{260 - 240 * true:.1f}" '
        f'r="{2 + math.log2(1 + count):.1f}"><title>{count}</title></circle>'
        for said, true, count in measured.bins
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 300" font-family="sans-serif" '
        'font-size="11"><rect width="300" height="300" fill="#fff"/>'
        '<path d="M40 20V260H280" fill="none" stroke="#333"/>'
        '<path d="M40 260L280 20" stroke="#999" stroke-dasharray="4"/>'
        f'<g fill="#1f5fa8" fill-opacity=".7">{dots}</g>'
        '<text x="40" y="274">0</text><text x="274" y="274">1</text>'
        '<text x="95" y="290">chance said that others made it</text><text x="28" y="26">1</text>'
        '<text transform="translate(22 205) rotate(-90)">share that others made</text></svg>\n'
    )


def _parse_arguments(arguments: Sequence[str] | None = None) -> Namespace:
    parser = ArgumentParser(prog="python -m tests.bench.detection")
    parser.add_argument("--rows", type=Path)
    parser.add_argument("--number", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=101)
    parser.add_argument("--people", type=int, default=200, help="for how many people a year")
    parser.add_argument("--plot", type=Path, help="write a reliability plot (SVG)")
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
    if not asked.rows:
        measured = measure_calibration(draw_task(asked.number, asked.seed).rows, asked.year)
        for line in (
            *describe_calibration(measured),
            *describe_year(asked.people, asked.seed, asked.year),
        ):
            sys.stdout.write(f"{line}\n")
        if asked.plot:
            asked.plot.write_text(draw_reliability_plot(measured), "utf-8")


if __name__ == "__main__":
    main()
