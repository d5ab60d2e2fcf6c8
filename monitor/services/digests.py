"""The weekly letter to each person, and the letter after a check they asked for.

What a weekly letter says of the sources: how they did this week, and not the week before.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypedDict

from monitor.db.database import State
from monitor.db.events import Recorded
from monitor.db.sweeps import Course, SourceRun, Sweep, SweepKind
from monitor.domain.events import EventKind
from monitor.domain.evidence import Label
from monitor.domain.flag import Flag, Flagged
from monitor.domain.item import Item
from monitor.domain.person import Person
from monitor.domain.schedule import SWEEP_TAKES, digest_week
from monitor.services.notifications import Correspondence, LetterPlan
from monitor.services.ports import Now
from monitor.services.presenters import Telling
from reports.emails.digest import DigestView, SelfCheckView
from reports.emails.registry import LetterKind
from reports.emails.sections import (
    AsideLine,
    ChangeLine,
    Coverage,
    DecidedLine,
    FlagLine,
    OwnLine,
    QuestionLine,
    WaitingLine,
)
from reports.labels import DigestKind
from scrapers.models import Outcome

# Of two Saturdays before a Monday, the earlier one is nine days back.
THIS_WEEK = timedelta(days=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Covering:
    state: State
    now: Now

    def this_week(self) -> tuple[SourceRun, ...]:
        """Return how each source did in this week's sweep, or how far it is.

        Where there was none, no source was asked.
        """
        now, sweeps = self.now(), self.state.sweeps
        late = now - SWEEP_TAKES
        told, latest = sweeps.latest_told(late), sweeps.latest(SweepKind.SWEEP)
        for sweep in (told, latest):
            if sweep and sweep.started_at > now - THIS_WEEK:
                return sweeps.runs_so_far(sweep, late)
        return tuple(map(_not_asked, sweeps.runs_so_far(told, late) if told else ()))


def _not_asked(before: SourceRun) -> SourceRun:
    since = before.since or before.at
    return replace(before, outcome=Outcome.SKIPPED, note="", since=since, course=Course.DONE)


SOMEBODY_ELSE = frozenset({Label.NAMESAKE, Label.UNRELATED})
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class Told(TypedDict):
    """The part of a view that says what was found."""

    coverage: Coverage
    flags: tuple[FlagLine, ...]
    changes: tuple[ChangeLine, ...]
    questions: tuple[QuestionLine, ...]
    own: tuple[OwnLine, ...]
    set_aside: tuple[AsideLine, ...]
    waiting: tuple[WaitingLine, ...]
    decided: tuple[DecidedLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Digesting:
    """Says each thing once: what was noticed since the last letter of this kind."""

    state: State
    letters: Correspondence
    telling: Telling
    now: Now

    def view(self, ref: str, flagged: Flagged = Flagged.SHOWN) -> DigestView:
        """Show what the next digest would say, with or without the findings that have a flag."""
        person = self.state.people.get(ref)
        last = self.state.outbox.latest(ref, LetterKind.DIGEST)
        return DigestView(
            **self.letters.greeting(person),
            **self._told(ref, last, Covering(state=self.state, now=self.now).this_week(), flagged),
            week=self._week(person),
            kind=DigestKind.WEEKLY if last else DigestKind.FIRST,
        )

    def queue(self, ref: str) -> None:
        person = self.state.people.get(ref)
        with self.state.write():
            plan = LetterPlan(reader=ref, period=self._week(person))
            self.letters.queue(plan, self.view(ref))

    def queue_selfcheck(self, sweep: Sweep) -> None:
        """Answer a person's own check; only they get it."""
        person = self.state.people.get(sweep.person)
        since = self.state.outbox.latest(person.ref, LetterKind.SELF_CHECK)
        with self.state.write():
            view = SelfCheckView(
                **self.letters.greeting(person),
                **self._told(person.ref, since, self.state.sweeps.runs(sweep.ref)),
                at=self.now(),
                since=since,
            )
            plan = LetterPlan(reader=person.ref, period=sweep.ref)
            self.letters.queue(plan, view)

    def _week(self, person: Person) -> str:
        return digest_week(self.now(), person.ref, person.zone)

    def _told(
        self,
        ref: str,
        since: datetime | None,
        runs: tuple[SourceRun, ...],
        flagged: Flagged = Flagged.SHOWN,
    ) -> Told:
        after = since or BEGINNING
        flags, hidden = self._flags(ref, flagged)
        undecided = tuple(flag for flag in flags if flag.undecided)
        ruled = (flag for flag in flags if flag.ruled_at and flag.ruled_at >= after)
        fresh = tuple(flag for flag in undecided if flag.opened_at >= after)
        recorded = tuple(
            each
            for each in self.state.events.of_person(ref, after)
            if each.event.item not in hidden
        )
        found = self._new_items(recorded) if since else self._unsorted(ref)
        items = tuple(item for item in found if item.ref not in hidden)
        asked = frozenset(flag.item for flag in undecided)
        own = () if since else self._own(ref, asked | hidden)
        return Told(
            coverage=self.telling.coverage(runs),
            flags=tuple(self.telling.flag(flag) for flag in fresh),
            changes=tuple(self._changes(recorded, fresh)),
            questions=tuple(
                self.telling.question(each) for each in items if self._is(each, Label.UNKNOWN)
            ),
            own=tuple(self.telling.own(each) for each in own),
            set_aside=tuple(
                self.telling.aside(each) for each in items if self._is(each, Label.NAMESAKE)
            ),
            waiting=tuple(self.telling.waiting(flag) for flag in undecided if flag not in fresh),
            decided=tuple(filter(None, map(self.telling.decided, ruled))),
        )

    def _flags(self, ref: str, flagged: Flagged) -> tuple[tuple[Flag, ...], frozenset[str]]:
        """Return the flags to tell of, and the findings that are left out for theirs."""
        flags = self.state.flags.of_person(ref)
        if flagged is Flagged.SHOWN:
            return flags, frozenset()
        return (), frozenset(flag.item for flag in flags)

    def _changes(
        self, recorded: tuple[Recorded, ...], flags: tuple[Flag, ...]
    ) -> Iterator[ChangeLine]:
        """Leave out what a flag tells already, what is asked, and what is somebody else's."""
        flagged = {flag.item for flag in flags}
        for each in recorded:
            label = self.state.items.label(each.event.item) or Label.UNKNOWN
            asked = each.event.kind is EventKind.APPEARED and label is Label.UNKNOWN
            if each.event.kind is EventKind.CLEARED:
                continue  # what became of its flag is told
            if each.event.item not in flagged and label not in SOMEBODY_ELSE and not asked:
                yield self.telling.change(each)

    def _new_items(self, recorded: tuple[Recorded, ...]) -> Iterator[Item]:
        for each in recorded:
            if each.event.kind is EventKind.APPEARED:
                yield self.state.items.get(each.event.item)

    def _unsorted(self, ref: str) -> Iterator[Item]:
        """Yield what a first letter asks to have sorted: everything without a ruling."""
        for item in self.state.items.of(ref):
            if self.state.items.verdict(item.ref) is None:
                yield item

    def _own(self, ref: str, flagged: frozenset[str]) -> Iterator[Item]:
        """Yield what is known to be theirs, accounts first."""
        for item in sorted(self.state.items.of(ref), key=lambda each: not each.portrait.platform):
            if self._is(item, Label.OWN) and item.ref not in flagged:
                yield item

    def _is(self, item: Item, label: Label) -> bool:
        return self.state.items.label(item.ref) is label
