"""How often each rule held where people said yes, and where they said no: counts, and no more.

No text, no address, no ref of a person goes in: only names of rules, sides, and how many.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from monitor.domain.evidence import Axis
from monitor.domain.flag import Ruling

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
