"""Kept pages through today's readers: what an upgrade reads otherwise, before it is believed."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields

from monitor.flows.asking.cleaning import Cleaning
from monitor.flows.parts import Now
from monitor.store.pages import KeptPage
from monitor.store.state import State
from scrapers.finding import Finding
from scrapers.page import Page
from scrapers.reading import Reading
from scrapers.request import Query
from scrapers.source import Source

Reads = Callable[[Source, Query, Page], Reading]


@dataclass(slots=True, kw_only=True)
class Replayed:
    """How the kept pages of one source are read today. Everything is a count, and of nobody.

    `outcomes` counts changes such as "found to unreadable", `details` those of findings. `worse`
    are pages that told something, and tell nothing any more.
    """

    source: str
    read_by: int
    pages: int = 0
    same: int = 0
    worse: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    details: Counter[str] = field(default_factory=Counter)

    def add(self, then: Reading, now: Reading) -> None:
        differences = Counter(_differences(then, now))
        self.pages += 1
        self.details += differences
        if then.outcome is not now.outcome:
            self.outcomes[f"{then.outcome} to {now.outcome}"] += 1
        elif not differences:
            self.same += 1
        if then.outcome.conclusive and not now.outcome.conclusive:
            self.worse += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaying:
    """It asks nobody and changes nothing."""

    state: State
    sources: Mapping[str, Source]
    reads: Reads
    cleaning: Cleaning
    now: Now

    def replay(self, only: str = "") -> tuple[Replayed, ...]:
        """Read all kept pages anew, or those of one source; who has left is left alone."""
        told: dict[str, Replayed] = {}
        for kept in self.state.pages.all():
            source = self.sources.get(kept.source)
            if source is None or (only and kept.source != only) or not self._may_read(kept):
                continue
            replayed = Replayed(source=source.name, read_by=source.version)
            # What was read then was cleaned before it was kept.
            now = self.cleaning.reading(kept.person, self.reads(source, kept.query, kept.page))
            told.setdefault(source.name, replayed).add(kept.reading, now)
        return tuple(told[name] for name in sorted(told))

    def _may_read(self, kept: KeptPage) -> bool:
        return not kept.person or self.state.consents.stands(kept.person, self.now())


def _differences(then: Reading, now: Reading) -> Iterator[str]:
    """Name what differs between two readings of one page, once for each finding."""
    before, after = ({each.key: each for each in reading.findings} for reading in (then, now))
    for key in before.keys() | after.keys():
        if key not in after:
            yield "not found any more"
        elif key not in before:
            yield "found anew"
        else:
            yield from _changed(before[key], after[key])


def _changed(before: Finding, after: Finding) -> Iterator[str]:
    for each in fields(Finding):
        if getattr(before, each.name) != getattr(after, each.name):
            yield each.name.replace("_", " ")
