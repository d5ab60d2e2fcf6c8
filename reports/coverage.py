"""What was looked at for a person, and what could not be."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.reason import Count, Reason, Site
from monitor.domain.vocabulary import CoverageState, GapKind


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageGap:
    """A source that could not be checked, or `count` of them that fail in the same way.

    There are `total` sources. `note` is our own clause, without text from the web.
    """

    source: str
    outcome: GapKind
    since: datetime
    note: Reason | None = None
    count: int = 1
    total: int = 0

    @property
    def subject(self) -> Reason:
        if self.count > 1:
            return Reason(
                "each-of-places", {"count": Count(self.count), "total": Count(self.total)}
            )
        return Reason("the-source", {"site": Site(self.source)})


# More dots than these say no more than a bar does.
MOST_DOTS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class CoveredSource:
    """What one source came to for one person: a dot of the strip."""

    source: str
    state: CoverageState


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageGroup:
    """The sources in one state; `before` counts those in the states before it, of `total`."""

    state: CoverageState
    names: tuple[str, ...]
    before: int
    total: int

    @property
    def percent(self) -> int:
        return max(1, round(100 * len(self.names) / self.total))


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """`total` counts the sources that should have been checked.

    `withheld` are those of them that have accounts which ask not to be found or read. `sources`
    says what each came to for one person; it is empty where the coverage is about no one.
    `lacks_search_engine` says that no engine looks at what only engines may read.
    """

    checked: int
    total: int
    gaps: tuple[CoverageGap, ...] = ()
    withheld: tuple[str, ...] = ()
    sources: tuple[CoveredSource, ...] = ()
    lacks_search_engine: bool = False

    @property
    def news(self) -> int:
        """Count the sources that came with news for the person."""
        return sum(1 for source in self.sources if source.state is CoverageState.NEWS)

    @property
    def groups(self) -> tuple[CoverageGroup, ...]:
        """Return the states that there are, in their order, with the sources in each."""
        return tuple(self._list_groups())

    def _list_groups(self) -> Iterator[CoverageGroup]:
        before = 0
        for state in CoverageState:
            names = tuple(source.source for source in self.sources if source.state is state)
            if names:
                yield CoverageGroup(
                    state=state, names=names, before=before, total=len(self.sources)
                )
            before += len(names)

    @property
    def dots(self) -> tuple[CoverageState, ...]:
        """Return the state of each source, in the order of the states."""
        return tuple(group.state for group in self.groups for _ in group.names)

    @property
    def is_folded(self) -> bool:
        """Tell whether there are too many sources for a dot each."""
        return len(self.sources) > MOST_DOTS
