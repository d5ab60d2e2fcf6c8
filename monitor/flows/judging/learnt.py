"""What a person's answers taught, said once there are enough of them."""

from dataclasses import dataclass

from monitor.domain.verdicts.lessons import Side
from monitor.domain.verdicts.traits import Sort
from monitor.flows.judging.flagging import Flagging
from monitor.store.state import State
from reports.pages.sort import LearntLine

ENOUGH = 8
MOST_NAMED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    state: State
    flagging: Flagging

    def line(self, owner: str) -> LearntLine | None:
        """Tell which places, schools and words of work count now; None before eight answers."""
        answers = self.state.items.count_judged(owner)
        if answers < ENOUGH:
            return None
        lessons = self.flagging.judging(self.state.people.get(owner)).said.lessons
        return LearntLine(verdicts=answers, me=_named(lessons.me), others=_named(lessons.other))


def _named(side: Side) -> tuple[str, ...]:
    """Name what weighs most; sites are weighed and never spelt out."""
    strongest = sorted(side.middle, key=lambda trait: (-side.middle[trait], trait))
    named = (each for each in strongest if each.sort is not Sort.SITE)
    return tuple(each.word if each.sort is Sort.WORD else each.word.title() for each in named)[
        :MOST_NAMED
    ]
