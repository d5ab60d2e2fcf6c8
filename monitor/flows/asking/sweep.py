"""A sweep: each question that consent covers, staged as answered, settled source by source."""

import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby
from operator import attrgetter

from monitor.domain.due import CANARY_LASTS, SWEEP_LASTS
from monitor.domain.item import Sighting
from monitor.domain.planning.choice import Choice, Depth
from monitor.domain.remembered import Remembered, kept_for
from monitor.errors import DatabaseError
from monitor.flows.asking.cleaning import Cleaning
from monitor.flows.asking.contacts import Contacts
from monitor.flows.asking.keeping import Keeping
from monitor.flows.asking.planning import OVER_BUDGET, Offered, Planning
from monitor.flows.asking.settle import Settling, erased
from monitor.flows.asking.tidings import Tidings
from monitor.flows.asking.underway import Underway
from monitor.flows.parts import NewRef, Now, Visitor, Watch, unwatched
from monitor.store.database import Sync
from monitor.store.journal import Staged
from monitor.store.sealing import DISTRICT
from monitor.store.state import State
from monitor.store.sweeps import Sweep, SweepKind
from scrapers.outcome import Outcome
from scrapers.reading import Reading, Visit
from scrapers.request import Query, QueryKind
from scrapers.source import Canary, Source, canaries_in_rounds

Closing = Callable[[Sweep], None]
"""What else is kept in the transaction that closes a sweep: both are done, or neither."""


def nothing_else(_sweep: Sweep) -> None:
    """Keep nothing else, where nobody waits for the end of a sweep."""


def right_before(canaries: Iterable[Query], planned: Iterable[Query]) -> Iterator[Query]:
    """Yield the canaries of each source right before its own questions.

    Somebody waits for a first result: one source is seen through while others are begun.
    """
    ahead = defaultdict(list)
    for query in canaries:
        ahead[query.source].append(query)
    for query in planned:
        yield from ahead.pop(query.source, ())
        yield query
    yield from chain.from_iterable(ahead.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """Whom a sweep is for and what it asks. `keys` narrows it to some questions, None to all."""

    kind: SweepKind
    week: str
    person: str = ""
    keys: frozenset[str] | None = None

    @property
    def depth(self) -> Depth:
        """Who asks about themselves, asks everything."""
        return Depth.ROTATING if self.kind is SweepKind.SWEEP else Depth.FULL

    @property
    def for_all(self) -> bool:
        """Tell whether what serves everybody is asked, too."""
        return not self.person and self.keys is None

    @property
    def waited_for(self) -> bool:
        """Tell whether somebody looks on."""
        return self.kind is SweepKind.SELFCHECK

    def covers(self, query: Query) -> bool:
        return self.keys is None or query.key in self.keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweeping:
    """`urgent` asks in the same lanes, ahead of `visitor`: somebody waits for a self-check.

    `stopped` tells that the service is ending: what was answered stays for the next start.
    """

    state: State
    sources: Mapping[str, Source]
    visitor: Visitor
    urgent: Visitor
    planning: Planning
    contacts: Contacts
    cleaning: Cleaning
    keeping: Keeping
    settling: Settling
    now: Now
    new_ref: NewRef
    stopped: Callable[[], bool]

    def run(
        self, errand: Errand, watch: Watch = unwatched, closing: Closing = nothing_else
    ) -> Sweep:
        """Ask, settle and close; a sweep that was cut short is taken up where it stood."""
        sweep = self._begun(errand)
        errand = replace(errand, week=sweep.week)
        visitor = self.urgent if errand.waited_for else self.visitor
        tidings = self._tidings(sweep, errand, watch)
        underway = self._underway(sweep, errand, tidings)
        choice = self._choice(errand, self.state.journal.answered(sweep.ref))
        self._leave_out(sweep, choice)
        questions = self.questions(sweep, errand, choice)
        if errand.waited_for:
            questions = tidings.announced(questions)
        questions = underway.pulled(questions)
        with contextlib.closing(visitor.visit(questions, watch=underway.tell)) as visits:
            for visit in visits:
                tidings.hear(visit)
                self._stage(sweep, visit)
                self._settle(sweep, underway)
        self._settle(sweep, underway)
        return sweep if self.stopped() else self._closed(sweep, closing)

    def _tidings(self, sweep: Sweep, errand: Errand, watch: Watch) -> Tidings:
        tidings = Tidings(watch=watch)
        tests = tuple(self._canaries(sweep, errand))
        tidings.await_tests(tests)
        for source in {each.query.source for each in tests}:
            for staged in self.state.journal.about(sweep.ref, source, DISTRICT):
                tidings.hear(staged.visit)
        return tidings

    def _underway(self, sweep: Sweep, errand: Errand, tidings: Tidings) -> Underway:
        return Underway(
            sources={source.name: source for source in self._asked(errand)},
            tidings=tidings,
            now=self.now,
            began=self.now(),
            closed={run.source for run in self.state.sweeps.runs(sweep.ref)},
        )

    def _settle(self, sweep: Sweep, underway: Underway) -> None:
        for source in underway.through():
            if self.stopped():
                return
            self.settling.close(sweep, source)

    def questions(self, sweep: Sweep, errand: Errand, choice: Choice) -> Iterator[Query]:
        """Yield what has no answer yet: canaries first, since all the rest hangs on them."""
        answered = self.state.journal.answered(sweep.ref)
        followed = self.state.journal.followed(sweep.ref)
        canaries = (canary.query for canary in self._canaries(sweep, errand))
        planned = self._with_kept(self._planned(errand, choice))
        first = (right_before if errand.waited_for else chain)(canaries, planned)
        for query in chain(first, followed):
            if query.key not in answered:
                yield query

    def planned(self, errand: Errand) -> Iterator[Query]:
        """Yield the first questions about each person that this errand would ask."""
        yield from self._planned(errand, self._choice(errand, frozenset()))

    def _planned(self, errand: Errand, choice: Choice) -> Iterator[Query]:
        about = (query for ref in self._people(errand) for query in self.planning.about(ref))
        of_all = self.planning.sharing.questions() if errand.for_all else ()
        for query in filter(errand.covers, chain(of_all, about)):
            chosen = choice.of(query)
            if chosen is not None:
                yield chosen

    def _people(self, errand: Errand) -> tuple[str, ...]:
        return (errand.person,) if errand.person else tuple(self.state.consents.asking(self.now()))

    def _choice(self, errand: Errand, answered: frozenset[str]) -> Choice:
        """Choose what costs something; who asks for certain questions wants just these."""
        if errand.keys is not None:
            return Choice()
        of_all = tuple(self.planning.sharing.questions()) if errand.for_all else ()
        offered = Offered(people=self._people(errand), of_all=of_all)
        return self.planning.choice(errand.week, offered, errand.depth, answered)

    def _leave_out(self, sweep: Sweep, choice: Choice) -> None:
        """Stage what the week's budget does not pay for: coverage tells, and nothing ends by it."""
        over = Reading(outcome=Outcome.SKIPPED, note=OVER_BUDGET)
        visits = (
            Visit(query=query, reading=over, at=self.now()) for query in choice.refused.values()
        )
        staged = (Staged(visit=each) for visit in visits for each in self._told(visit))
        self.state.journal.stage_all(sweep.ref, staged)

    def _told(self, visit: Visit) -> Iterable[Visit]:
        """Return what a visit says, about whom it says something."""
        of_all = visit.query.kind is QueryKind.DISTRICT
        return self.planning.sharing.shared(visit) if of_all else (visit,)

    def _with_kept(self, planned: Iterator[Query]) -> Iterator[Query]:
        """Add what is remembered of the last answers, where nothing is lost by resting on it."""
        for ref, queries in groupby(planned, key=attrgetter("subject")):
            known = self._remembered(ref)
            for query in queries:
                remembered, sightings = known.get(query.key, (None, ()))
                kept = kept_for(remembered, sightings, self.now())
                yield replace(query, kept=kept) if kept else query

    def _remembered(self, ref: str) -> Mapping[str, tuple[Remembered, Sequence[Sighting]]]:
        """Return what is kept of each question's last page, and where it saw things."""
        sightings = defaultdict(list)
        try:
            asked = self.state.questions.of(ref)
            for each in self.state.sightings.of_person(ref) if asked else ():
                sightings[each.query].append(each)
        except DatabaseError:
            if self.state.consents.latest(ref) is None:
                return {}  # erased since they were planned, and their key with them
            raise
        lacking = self.keeping.lacking(ref)
        return {
            each.key: (each.remembered, sightings[each.key])
            for each in asked
            if each.remembered and not any(seen.item in lacking for seen in sightings[each.key])
        }

    def _begun(self, errand: Errand) -> Sweep:
        with self.state.write():
            if errand.person:
                # Who was erased since they asked for a check has no row to hang it on.
                self.state.people.get(errand.person)
            self._give_up_before(errand)
            return self.state.sweeps.open_or_resume(
                Sweep(
                    ref=self.new_ref(),
                    week=errand.week,
                    kind=errand.kind,
                    nonce=self.new_ref(),
                    started_at=self.now(),
                    person=errand.person,
                )
            )

    def _give_up_before(self, errand: Errand) -> None:
        """Close what was cut short too long ago: its answers are too old to settle anything."""
        for old in self.state.sweeps.open():
            alike = (old.kind, old.person) == (errand.kind, errand.person)
            if alike and self.now() - old.started_at >= SWEEP_LASTS:
                self.state.journal.drop(old.ref)
                self.state.sweeps.close(old.ref, self.now())

    def _closed(self, sweep: Sweep, closing: Closing) -> Sweep:
        with self.state.write():
            if erased(self.state, sweep):
                return replace(sweep, closed_at=self.now())
            self.state.sweeps.close(sweep.ref, self.now())
            self.keeping.close(sweep.ref)
            self.state.journal.drop(sweep.ref)
            self.state.outlays.forget_before(sweep.week)
            self.contacts.audit()
            closed = self.state.sweeps.get(sweep.ref)
            closing(closed)
        return closed

    def _asked(self, errand: Errand) -> tuple[Source, ...]:
        if errand.keys is None:
            return tuple(self.sources.values())
        names = {query.source for query in self.planned(errand)}
        return tuple(source for name, source in self.sources.items() if name in names)

    def _canaries(self, sweep: Sweep, errand: Errand) -> Iterator[Canary]:
        due = (
            source
            for source in self._asked(errand)
            if errand.kind is SweepKind.SWEEP or not self._proven_lately(source)
        )
        yield from canaries_in_rounds(due, sweep.nonce)

    def _proven_lately(self, source: Source) -> bool:
        health = self.state.health.get(source.name)
        if health is None or health.proven_at is None or not health.outcome.conclusive:
            return False
        return self.now() - health.proven_at < CANARY_LASTS

    def _stage(self, sweep: Sweep, visit: Visit) -> None:
        kept, verdict = self.contacts.compared(visit)
        with self.state.write(Sync.NORMAL):
            self.planning.pay(sweep.week, visit)
            source = self.sources.get(visit.query.source)
            bare = self.keeping.stage(sweep.ref, source, self.cleaning.pages(kept))
            told = map(self.cleaning.visit, self._told(bare))
            staged = (Staged(visit=each, verdict=verdict) for each in told)
            self.state.journal.stage_all(sweep.ref, staged)
