"""New weights from counts of verdicts: a little at a time, and only what holds for others too.

Only names of rules, sides and counts go in: no text, no address, no id of a person.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from math import log2

from monitor.domain.detection.rules import RULES
from monitor.domain.detection.weights import Weights
from monitor.domain.evidence import Axis
from monitor.domain.flag import Ruling
from monitor.errors import InputError

# Nobody's habits become everybody's weights.
MOST_OF_ONE_PERSON = 40


class Answer(StrEnum):
    YES = "yes"
    NO = "no"


# What a verdict answers on each axis; of an impersonation only where somebody else agreed.
_MINE = {Axis.CLAIM: Answer.YES, Axis.CONTROL: Answer.YES, Axis.IMITATION: Answer.NO}
_NOT_THEM = {Axis.CLAIM: Answer.NO, Axis.IMITATION: Answer.NO}
_IMITATION = {Axis.CLAIM: Answer.YES, Axis.CONTROL: Answer.NO, Axis.IMITATION: Answer.YES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One judged finding: which rules hold of it, by axis, and what was answered on each axis."""

    rules: Mapping[Axis, frozenset[str]]
    answers: Mapping[Axis, Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """`times` verdicts of `people` different people."""

    times: int = 0
    people: int = 0

    def plus(self, times: int) -> "Cell":
        return Cell(times=self.times + times, people=self.people + (times > 0))


Level = tuple[str, Answer]
NOTHING = Cell()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """`held` counts by rule, `asked` by axis: of how many verdicts a rule could have held."""

    held: Mapping[Level, Cell] = field(default_factory=dict)
    asked: Mapping[Level, Cell] = field(default_factory=dict)

    def plus(self, judged: Iterable[Judged]) -> "Tally":
        """Add one person's judged findings, of many the first."""
        held: Counter[Level] = Counter()
        asked: Counter[Level] = Counter()
        for each in tuple(judged)[:MOST_OF_ONE_PERSON]:
            for axis, answer in each.answers.items():
                asked[axis.value, answer] += 1
                held.update((rule, answer) for rule in each.rules.get(axis, ()))
        return Tally(held=_added(self.held, held), asked=_added(self.asked, asked))


def answers(ruling: Ruling, *, agreed: bool, account: bool) -> Mapping[Axis, Answer]:
    """Return what a verdict answers; a page has no owner and imitates nobody.

    `agreed` tells that a reviewer, or the network that took it down, called it an impersonation:
    people may be wrong about somebody they fell out with.
    """
    match ruling:
        case Ruling.MINE:
            told = _MINE
        case Ruling.NAMESAKE | Ruling.UNRELATED:
            told = _NOT_THEM
        case Ruling.IMPERSONATION if agreed:
            told = _IMITATION
        case _:
            return {}
    return told if account else {Axis.CLAIM: told[Axis.CLAIM]}


def _added(before: Mapping[Level, Cell], more: Counter[Level]) -> Mapping[Level, Cell]:
    levels = before.keys() | more.keys()
    return {level: before.get(level, NOTHING).plus(more[level]) for level in levels}


# Fewer people than these in a cell, and its count could be about one of them.
LEAST_PEOPLE = 5
LEAST_VERDICTS = 50
# Our own weight counts as much as this many verdicts on either side.
_TRUST_IN_OURS = 20.0
MOST_MOVED = 1.0
_LEAST_MOVED = 0.1
_LIKELIEST = 0.99
# What is as strong as this settles the matter by itself.
_SETTLING = 20.0
# These weigh by how much they hold, which no count tells.
_GRADED = frozenset({"namesakes", "name-rare", "like-me", "unlike-me", "like-others"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """`gain` is how much better verdicts of other people are foretold, in bits in all."""

    rule: str
    before: float
    after: float
    verdicts: int
    gain: float

    @property
    def reason(self) -> str:
        step = self.after - self.before
        return f"L: {self.verdicts} verdicts or more moved it by {step:+.1f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    weights: Weights
    moved: tuple[Moved, ...]


def reweigh(ours: Weights, learnt: Tally, held_out: Tally, version: int) -> Proposal:
    """Propose weights, from ours and what was counted; each move must help with other people.

    It starts from ours each time, so that no verdict is counted twice. Raises InputError where
    there is too little to learn from, or nothing that holds for the people left out.
    """
    if not all(_enough(tally, Axis.CLAIM) for tally in (learnt, held_out)):
        reason = (
            f"There is too little to learn from: it takes {LEAST_VERDICTS} verdicts of yes and as "
            f"many of no, each by {LEAST_PEOPLE} people or more, and the same again to check them."
        )
        raise InputError(reason)
    moved = tuple(_moves(ours, learnt, held_out))
    if not moved:
        reason = "No weight would foretell the verdicts of other people better; all stay."
        raise InputError(reason)
    after = {each.rule: each.after for each in moved}
    sources = {each.rule: f"{each.reason}; before: {ours.sources[each.rule]}" for each in moved}
    weights = replace(
        ours, version=version, bits={**ours.bits, **after}, sources={**ours.sources, **sources}
    )
    return Proposal(weights=weights, moved=moved)


def _moves(ours: Weights, learnt: Tally, held_out: Tally) -> Iterator[Moved]:
    for rule, before in ours.bits.items():
        axis = RULES[rule].axis
        graded = rule in _GRADED or abs(before) >= _SETTLING
        if graded or not (_enough(learnt, axis) and _enough(held_out, axis)):
            continue
        if not (_told(rule, learnt) and _told(rule, held_out)):
            continue
        measured = _measured(rule, before, learnt)
        step = max(-MOST_MOVED, min(MOST_MOVED, measured - before))
        after = round(before + step, 1)
        gain = _foretold(rule, after, held_out) - _foretold(rule, before, held_out)
        if abs(after - before) >= _LEAST_MOVED and gain > 0:
            seen = sum(_held(rule, answer, learnt).times for answer in Answer)
            # In tens, so that two runs do not tell what one person said between them.
            yield Moved(rule=rule, before=before, after=after, verdicts=seen // 10 * 10, gain=gain)


def _enough(tally: Tally, axis: Axis) -> bool:
    cells = [_asked(axis, answer, tally) for answer in Answer]
    return all(cell.times >= LEAST_VERDICTS and cell.people >= LEAST_PEOPLE for cell in cells)


def _told(rule: str, tally: Tally) -> bool:
    """Tell whether a rule held often enough, and nowhere of so few that one could be told."""
    cells = [_held(rule, answer, tally) for answer in Answer]
    hidden = any(0 < cell.people < LEAST_PEOPLE for cell in cells)
    return not hidden and sum(cell.times for cell in cells) >= LEAST_VERDICTS


def _measured(rule: str, before: float, tally: Tally) -> float:
    """Return the likeliest weight, where ours counts as so many verdicts more."""
    yes, no = (_held(rule, answer, tally).times for answer in Answer)
    of_yes, of_no = (_asked(RULES[rule].axis, answer, tally).times for answer in Answer)
    usual = (yes + no + 1) / (of_yes + of_no + 2)
    apart = 2.0 ** (before / 2)
    in_yes, in_no = (min(_LIKELIEST, usual * apart), min(_LIKELIEST, usual / apart))
    return log2((yes + _TRUST_IN_OURS * in_yes) / (of_yes + _TRUST_IN_OURS)) - log2(
        (no + _TRUST_IN_OURS * in_no) / (of_no + _TRUST_IN_OURS)
    )


def _foretold(rule: str, bits: float, tally: Tally) -> float:
    """Return how well a weight foretells the answers where its rule held: log2 of their chance."""
    yes, no = (_held(rule, answer, tally).times for answer in Answer)
    of_yes, of_no = (_asked(RULES[rule].axis, answer, tally).times for answer in Answer)
    odds = of_yes / of_no * 2.0**bits
    return yes * log2(odds / (1 + odds)) - no * log2(1 + odds)


def _held(rule: str, answer: Answer, tally: Tally) -> Cell:
    return tally.held.get((rule, answer), NOTHING)


def _asked(axis: Axis, answer: Answer, tally: Tally) -> Cell:
    return tally.asked.get((axis.value, answer), NOTHING)
