"""The self-check: asked for now, seen as it runs, and what it came to."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.domain.vocabulary import Scope, SourceStage
from reports.coverage import Coverage
from reports.emails.views import ChangeLine
from reports.pages.layout import PageFrame, build_renderer, render_page


class SelfCheckState(StrEnum):
    """ENDED shows the last check; NEVER means that there was none."""

    NEVER = "never"
    WAITING = "waiting"
    RUNNING = "running"
    ENDED = "ended"


_TROUBLES = frozenset({SourceStage.STOPPED, SourceStage.BLOCKED, SourceStage.DOUBTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCheckLine:
    """`answers` are those about the person, whether they show something or not.

    `scope` is what its person agreed to for it: places are counted by it.
    """

    source: str
    state: SourceStage
    scope: Scope
    answers: int = 0
    found: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckGroup:
    """The places of one kind, and how far they are."""

    scope: Scope
    places: tuple[SourceCheckLine, ...]

    @property
    def done(self) -> int:
        return sum(1 for place in self.places if place.state.is_finished)

    @property
    def found(self) -> int:
        return sum(place.found for place in self.places)

    @property
    def troubled(self) -> tuple[str, ...]:
        """Return the places that could not be searched."""
        return tuple(place.source for place in self.places if place.state in _TROUBLES)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultLine:
    """What one source shows, before anyone has judged it."""

    title: str
    url: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfCheckPageView:
    """`next_at` is when the next check may be asked for, None where one may be now.

    `answers` counts what came in so far, also where it says nothing of the person, and `judged`
    the sources whose answers have been judged since all were in. `seconds` have gone by since it
    was asked for; `ahead` counts the checks that are served before. `unheard` says that no one
    has begun with it for a while. `first` tells that there was no earlier look
    to compare with. `refused` says in a sentence why none can be asked for. Checks come once a day
    until `daily_until`, None while they do not.
    """

    state: SelfCheckState
    asked_at: datetime | None = None
    ended_at: datetime | None = None
    next_at: datetime | None = None
    sources: tuple[SourceCheckLine, ...] = ()
    found: tuple[ResultLine, ...] = ()
    more: int = 0
    answers: int = 0
    judged: int = 0
    seconds: int = 0
    ahead: int = 0
    coverage: Coverage | None = None
    changes: tuple[ChangeLine, ...] = ()
    first: bool = False
    to_sort: int = 0
    cases: int = 0
    daily_until: datetime | None = None
    can_check_daily: bool = False
    is_paused: bool = False
    unheard: bool = False
    refused: str = ""

    @property
    def finished_count(self) -> int:
        """Count the sources that are through, whatever came of it."""
        return sum(1 for source in self.sources if source.state.is_finished)

    @property
    def pending_sources(self) -> tuple[SourceCheckLine, ...]:
        """Return the sources that are not through yet."""
        return tuple(source for source in self.sources if not source.state.is_finished)

    @property
    def groups(self) -> tuple[CheckGroup, ...]:
        """Return the places by what they are, in the order of the consent text."""
        groups = (
            CheckGroup(
                scope=scope, places=tuple(place for place in self.sources if place.scope is scope)
            )
            for scope in Scope
        )
        return tuple(group for group in groups if group.places)

    @property
    def is_running(self) -> bool:
        return self.state in {SelfCheckState.WAITING, SelfCheckState.RUNNING}


render_self_check_page = build_renderer("check", SelfCheckPageView)


def render_self_check_live(view: SelfCheckPageView, frame: PageFrame) -> str:
    """Fill in only the part of the page that changes while a check runs."""
    return render_page("check_live", view, frame)
