"""Fit the weights of the detection rules, and judge them on what they were not fitted on.

    python -m tests.bench.fit [--people 60] [--write]

For each generator, weights are fitted on all others and judged on it: nothing else is a score. Only
where that helps everywhere, `--write` fits on all and rewrites weights.toml.
"""

import re
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.domain.detection import weights
from monitor.domain.detection.assessment import compute_priors, sum_by_axis
from monitor.domain.detection.evidence import compute_probabilities
from monitor.domain.detection.weights import Weights, load_own_weights
from monitor.domain.vocabulary import OwnershipLabel
from tests.bench.detection import A_YEAR, ASKING, COSTS, FLAGGED
from tests.bench.fitting import (
    PRIOR_NAMES,
    build_points,
    build_weights,
    fit_bits,
    fit_temperature,
    list_bits,
    scale_bits,
    weigh_examples,
)
from tests.bench.generators import FAKE, GENERATORS, INNOCENT, PROFILE, SEARCH, Drawn
from tests.bench.score.scorers import label_of

SEED = 20261130
PEOPLE = 60
RIDGE = 10.0
# A person and year: what weights may not exceed, or today's where those are more.
MOST_WRONG_FLAGS = 0.10
MOST_QUESTIONS = 2.0


# Wrong flags and questions of one person in a year.
Year = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """How weights do on one generator.

    `fakes` counts what is flagged, asked about or silent of what others made, by view; flags and
    questions about what is innocent are those of one person and year, as often as `A_YEAR` says.
    `cost` is minutes a profile, `error` the expected error of the chance said (ECE).
    """

    fakes: Mapping[str, Counter[str]]
    cost: float
    error: float
    wrong_flags: float
    questions: float

    @property
    def silent(self) -> float:
        counts = sum(self.fakes.values(), Counter())
        return counts["silent"] / max(1, counts.total())


OUTCOMES = ("flagged", "asked", "silent")
_INNOCENT_COSTS = {FAKE: 5.0}


def judge(drawn: Drawn, by: Weights) -> Judged:
    fakes: dict[str, Counter[str]] = {view: Counter() for view in (PROFILE, SEARCH)}
    chances: list[tuple[float, bool, float]] = []
    cost = 0.0
    for example, weight in weigh_examples(drawn.examples):
        inputs, found = example.inputs, example.assess(by)
        cost += weight * _compute_cost(example.gold, label_of(found, inputs.contacts))
        if example.gold == FAKE:
            fakes[example.view][_tell_outcome(found.label)] += 1
        priors = compute_priors(inputs.trace.kind, by)
        shares = compute_probabilities(sum_by_axis(found.evidence), priors)
        chances.append((shares.impersonation + shares.mock, example.gold == FAKE, weight))
    wrong_flags, questions = count_a_year(drawn, by)
    return Judged(
        fakes=fakes,
        cost=cost,
        error=compute_calibration_error(chances),
        wrong_flags=wrong_flags,
        questions=questions,
    )


def count_a_year(drawn: Drawn, by: Weights) -> Year:
    """Return the wrong flags and the questions that a year brings to one person."""
    met: dict[str, Counter[str]] = {}
    for example in drawn.met:
        if example.gold != FAKE:
            outcome = _tell_outcome(example.assess(by).label)
            met.setdefault(example.gold, Counter())[outcome] += 1
    flags, questions = (
        sum(
            counts[outcome] / drawn.people
            if drawn.people
            else A_YEAR.get(gold, 0.0) * counts[outcome] / counts.total()
            for gold, counts in met.items()
        )
        for outcome in ("flagged", "asked")
    )
    return flags, questions


def _tell_outcome(label: OwnershipLabel) -> str:
    if label in FLAGGED:
        return "flagged"
    return "asked" if label is OwnershipLabel.UNKNOWN else "silent"


def _compute_cost(gold: str, said: str) -> float:
    costs = _INNOCENT_COSTS if gold == INNOCENT else COSTS[gold]
    return ASKING if said == OwnershipLabel.UNKNOWN else costs.get(said, 0.0)


_BINS = 10


def compute_calibration_error(chances: Iterable[tuple[float, bool, float]]) -> float:
    """Return how far what was said is from what was true, over ten bins, by weight (ECE)."""
    gaps = [0.0] * _BINS
    for said, true, weight in chances:
        gaps[min(int(said * _BINS), _BINS - 1)] += weight * (said - true)
    return sum(map(abs, gaps))


def fit_weights(train: Iterable[Drawn]) -> Weights:
    """Fit on some generators; the priors are lowered until a year there is not worse than today's.

    What is drawn has far more fakes than a year brings.
    """
    drawn = tuple(train)
    today = load_own_weights()
    points = build_points(drawn)
    bits = list_bits(today)
    center = scale_bits(bits, fit_temperature(points, bits))
    fitted = fit_bits(points, center, RIDGE)
    allowed = [allow_a_year(count_a_year(one, today)) for one in drawn]
    for _ in range(_MOST_LOWERED):
        found = build_weights(fitted)
        if all(
            is_allowed(count_a_year(one, found), most)
            for one, most in zip(drawn, allowed, strict=True)
        ):
            break
        fitted = {**fitted, **{name: fitted[name] - _LOWERED for name in PRIOR_NAMES}}
    return build_weights(fitted)


_LOWERED = 0.25
_MOST_LOWERED = 24


def allow_a_year(today: Year) -> Year:
    wrong_flags, questions = today
    return max(MOST_WRONG_FLAGS, wrong_flags), max(MOST_QUESTIONS, questions)


def is_allowed(year: Year, most: Year) -> bool:
    return all(one <= limit for one, limit in zip(year, most, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Today's weights and fitted ones on one generator that had no part in the fit."""

    name: str
    today: Judged
    fitted: Judged

    @property
    def helps(self) -> bool:
        """It costs less and leaves no more fakes silent, for no more questions or wrong flags."""
        old, new = self.today, self.fitted
        most = allow_a_year((old.wrong_flags, old.questions))
        return (
            new.cost < old.cost
            and new.silent <= old.silent
            and is_allowed((new.wrong_flags, new.questions), most)
        )


def leave_one_out(drawn: Mapping[str, Drawn]) -> Iterator[Comparison]:
    today = load_own_weights()
    for name, left_out in drawn.items():
        fitted = fit_weights(one for other, one in drawn.items() if other != name)
        yield Comparison(name=name, today=judge(left_out, today), fitted=judge(left_out, fitted))


def describe(comparison: Comparison) -> Iterator[str]:
    for which, judged in (("today", comparison.today), ("fitted", comparison.fitted)):
        shares = "; ".join(
            f"{view} "
            + ", ".join(f"{counts[one] / max(1, counts.total()):.1%}" for one in OUTCOMES)
            for view, counts in judged.fakes.items()
        )
        yield (
            f"{comparison.name:9} {which:7} {shares}; cost {judged.cost:.2f}, "
            f"error {judged.error:.3f}, a year {judged.wrong_flags:.3f} wrong flags and "
            f"{judged.questions:.2f} questions"
        )


def write_weights(text: str, fitted: Weights, source: str) -> str:
    """Return the file of weights with other bits; what the fit left alone keeps its source."""
    version = load_own_weights().version
    today, bits = list_bits(load_own_weights()), list_bits(fitted)
    names = {name.rpartition(".")[2] if name in PRIOR_NAMES else name: name for name in bits}

    def write_line(line: str) -> str:
        found = _ENTRY.match(line)
        name = names.get(found[1], "") if found else ""
        if not found or round(bits[name], 2) == today[name]:
            return line
        return f'{found[1]} = {{ bits = {bits[name]:.2f}, source = "{source}" }}'

    lines = map(write_line, text.splitlines())
    return "\n".join(lines).replace(f"version = {version}", f"version = {version + 1}") + "\n"


_ENTRY = re.compile(r"([a-z-]+) = \{ bits = ")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = ArgumentParser(prog="python -m tests.bench.fit")
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args(arguments)
    drawn = {name: draw(asked.seed, asked.people) for name, draw in GENERATORS.items()}
    sys.stdout.write("of fakes, flagged, asked about, silent; each judged by a fit on the others\n")
    compared = []
    for comparison in leave_one_out(drawn):
        compared.append(comparison)
        for line in describe(comparison):
            sys.stdout.write(f"{line}\n")
    worse = [comparison.name for comparison in compared if not comparison.helps]
    if worse:
        sys.stdout.write(f"the fit does not help on {', '.join(worse)}: today's weights stay\n")
        return
    sys.stdout.write("the fit helps on each\n")
    if asked.write:
        path = Path(weights.__file__).with_name("weights.toml")
        source = f"fitted on {', '.join(drawn)}, judged on each by a fit on the others"
        path.write_text(
            write_weights(path.read_text("utf-8"), fit_weights(drawn.values()), source), "utf-8"
        )


if __name__ == "__main__":
    main()
