"""What the emails are made of: each value holds only what its reader may see.

All of it can be written as JSON and read back. Text may come from the web as it is; it is cleaned
where it is shown. Times are aware UTC. An empty string means: nothing to say.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from reports.labels import EventKind, FlagKind, GapKind, Severity, Whose


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterView:
    """What every email knows about its reader.

    `name` is how to address them, `zone` an IANA time zone. `why` says why they got this,
    `leave` how to stop it. `review_url` is empty where the district has no portal; then `contact`
    is who to ask about it.
    """

    name: str
    district: str
    zone: str
    why: str
    leave: str
    review_url: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagLine:
    """`what` is our sentence, `title` what the page calls itself.

    `reasons` are strongest first; `earlier` is a ruling that a change has reopened. `item` is
    what it is about, for a page that leads there.
    """

    kind: FlagKind
    severity: Severity
    what: str
    url: str
    first_seen: datetime
    last_seen: datetime
    ref: str
    platform: str = ""
    title: str = ""
    reasons: tuple[str, ...] = ()
    lowered_by: tuple[str, ...] = ()
    earlier: str = ""
    item: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    """`fields` are names of fields that differ."""

    event: EventKind
    whose: Whose
    url: str
    at: datetime
    ref: str
    platform: str = ""
    title: str = ""
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionLine:
    """Something whose owner only the reader knows."""

    url: str
    ref: str
    title: str = ""
    platform: str = ""
    snippet: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLine:
    """Something known to be the reader's own, or about them: nothing to do."""

    url: str
    platform: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingLine:
    """An earlier flag without an answer; `since` is when it was first listed."""

    kind: FlagKind
    url: str
    since: datetime
    ref: str
    platform: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedLine:
    """What became of an earlier flag: `what` is a clause of ours.

    `by` is who said so, empty where it ended by itself.
    """

    kind: FlagKind
    url: str
    what: str
    by: str
    at: datetime
    ref: str
    platform: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AsideLine:
    """Someone else with the reader's name: nothing to do."""

    url: str
    reason: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A source that could not be checked, or `count` of them that fail alike.

    `note` is a clause of ours, without web text.
    """

    source: str
    outcome: GapKind
    since: datetime
    note: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """`total` counts the sources that should have been checked.

    `withheld` are those of them that have accounts which ask not to be found or read.
    """

    checked: int
    total: int
    gaps: tuple[Gap, ...] = ()
    withheld: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalView(LetterView):
    """What an email to a person says about them; `own` is in the first one only."""

    coverage: Coverage
    flags: tuple[FlagLine, ...] = ()
    changes: tuple[ChangeLine, ...] = ()
    questions: tuple[QuestionLine, ...] = ()
    own: tuple[OwnLine, ...] = ()
    set_aside: tuple[AsideLine, ...] = ()
    waiting: tuple[WaitingLine, ...] = ()
    decided: tuple[DecidedLine, ...] = ()


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
    """The sections of a personal email."""

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
    def asks(self) -> bool:
        """Tell whether anything waits for an answer."""
        return bool(self.flags.total or self.waiting.total or self.questions.total)


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
