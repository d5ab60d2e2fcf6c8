"""New weights from counts of verdicts: a little at a time, and only what holds for others, too."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import log2

from monitor.domain.evidence import Axis
from monitor.domain.reasons.rules import RULES
from monitor.domain.verdicts.tally import NOTHING, Answer, Cell, Tally
from monitor.domain.weights import Weights
from monitor.errors import InputError

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
