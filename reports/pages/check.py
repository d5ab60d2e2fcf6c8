"""The self-check: asked for now, seen as it runs, and what it came to."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reports.lines import ChangeLine, Coverage
from reports.page import Frame, page


class CheckState(StrEnum):
    """ENDED shows the last check; NEVER means that there was none."""

    NEVER = "never"
    WAITING = "waiting"
    RUNNING = "running"
    ENDED = "ended"


class SourceState(StrEnum):
    WAITING = "waiting"
    ASKING = "asking"
    DONE = "done"
    BLOCKED = "blocked"

    @property
    def words(self) -> str:
        return {
            "waiting": "Waiting",
            "asking": "Asking now",
            "done": "Answered",
            "blocked": "Could not be asked",
        }[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    source: str
    state: SourceState
    found: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLine:
    """What one source shows, before anybody has judged it."""

    title: str
    url: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckView:
    """`next_at` is when the next check may be asked for, None where one may be now.

    `answers` counts what came in so far, also where it says nothing of the person. `unheard`
    says that nobody has begun with it for a while. `first` tells that there was no earlier look
    to compare with. `refused` says in a sentence why none can be asked for.
    """

    state: CheckState
    zone: str
    asked_at: datetime | None = None
    ended_at: datetime | None = None
    next_at: datetime | None = None
    sources: tuple[SourceLine, ...] = ()
    found: tuple[FoundLine, ...] = ()
    more: int = 0
    answers: int = 0
    coverage: Coverage | None = None
    changes: tuple[ChangeLine, ...] = ()
    first: bool = False
    to_sort: int = 0
    flags: int = 0
    unheard: bool = False
    refused: str = ""

    @property
    def over(self) -> int:
        """Count the sources that are through, whatever came of it."""
        ended = {SourceState.DONE, SourceState.BLOCKED}
        return sum(1 for each in self.sources if each.state in ended)

    @property
    def live(self) -> bool:
        return self.state in {CheckState.WAITING, CheckState.RUNNING}


def render(view: CheckView, frame: Frame) -> str:
    return page("check", view, frame)


def render_live(view: CheckView, frame: Frame) -> str:
    """Fill in only the part of the page that changes while a check runs."""
    return page("check_live", view, frame)
