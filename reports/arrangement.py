"""Which lines a letter shows, in which order, and how many it leaves out."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from reports.answers import Answers, for_flags, for_questions
from reports.lines import (
    AsideLine,
    ChangeLine,
    DecidedLine,
    FlagLine,
    Gap,
    OwnLine,
    PersonalView,
    QuestionLine,
    WaitingLine,
)

MOST = 25

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Generic[T]):
    """The first lines of a section; `more` counts the others."""

    shown: tuple[T, ...]
    more: int

    @property
    def total(self) -> int:
        return len(self.shown) + self.more


def cut(lines: Iterable[T], most: int) -> Part[T]:
    all_lines = tuple(lines)
    shown = all_lines[: max(most, 0)]
    return Part(shown=shown, more=len(all_lines) - len(shown))


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """The sections of a personal letter."""

    flags: Part[FlagLine]
    changes: Part[ChangeLine]
    questions: Part[QuestionLine]
    waiting: Part[WaitingLine]
    decided: Part[DecidedLine]
    own: Part[OwnLine]
    set_aside: Part[AsideLine]
    gaps: Part[Gap]

    @property
    def news(self) -> int:
        return self.flags.total + self.changes.total + self.questions.total

    @property
    def counts(self) -> tuple[tuple[int, str], ...]:
        """What there is how many of; nothing where the headline has said it."""
        questions = self.questions.total
        told = (
            (self.flags.total, "for your attention"),
            (self.changes.total, "changed"),
            (questions, "question" if questions == 1 else "questions"),
            (self.waiting.total, "still open"),
        )
        some = tuple(each for each in told if each[0])
        return some if len(some) > 1 else ()

    @property
    def answers(self) -> tuple[Answers, ...]:
        kinds = [line.kind for line in self.flags.shown]
        kinds += [line.kind for line in self.waiting.shown]
        asked = (for_questions(),) if self.questions.total else ()
        return (*for_flags(kinds), *asked)


def arranged(view: PersonalView, most: int) -> Arrangement:
    """Give `most` places to what matters most; what has no order here keeps the one given."""
    flags = cut(sorted(view.flags, key=_by_severity_then_age), most)
    most -= len(flags.shown)
    changes = cut(sorted(view.changes, key=lambda line: line.at), most)
    most -= len(changes.shown)
    questions = cut(view.questions, most)
    most -= len(questions.shown)
    waiting = cut(sorted(view.waiting, key=lambda line: line.since), most)
    most -= len(waiting.shown)
    decided = cut(sorted(view.decided, key=lambda line: line.at), most)
    most -= len(decided.shown)
    own = cut(view.own, most)
    most -= len(own.shown)
    return Arrangement(
        flags=flags,
        changes=changes,
        questions=questions,
        waiting=waiting,
        decided=decided,
        own=own,
        set_aside=cut(view.set_aside, most),
        gaps=cut(sorted(view.coverage.gaps, key=lambda gap: gap.since), MOST),
    )


def _by_severity_then_age(line: FlagLine) -> tuple[int, float, str]:
    return line.severity.rank, line.first_seen.timestamp(), line.ref
