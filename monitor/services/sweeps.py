"""A sweep: each question that consent covers, staged as answered, settled source by source.

Also canaries, which ask what we know the answer to, and second looks at a reported account.
"""

import contextlib
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain, groupby
from operator import attrgetter

from monitor.db.connection import Sync
from monitor.db.database import State
from monitor.db.encryption import DISTRICT
from monitor.db.journal import Staged
from monitor.db.sources import SourceHealth
from monitor.db.sweeps import CanaryCheck, Sweep, SweepKind
from monitor.domain.flag import Flag, FlagState, Ruling
from monitor.domain.item import Item, Remembered, Sighting, kept_for
from monitor.domain.planning.queries import at_their_address
from monitor.domain.planning.selection import Choice, Depth
from monitor.domain.schedule import CANARY_LASTS, SWEEP_LASTS
from monitor.domain.source_trust import Probe, Standing, weighed
from monitor.errors import DatabaseError
from monitor.services.flagging import key_of
from monitor.services.ingest import Settling, erased
from monitor.services.ports import NewRef, Now, Visitor, Watch, unwatched
from monitor.services.query_planning import OVER_BUDGET, Offered, Planning
from monitor.services.staging import Cleaning, Contacts, Keeping
from scrapers.models import Outcome, Query, QueryKind, Reading, Visit
from scrapers.source import Canary, Family, Source, canaries_in_rounds

LOG = logging.getLogger(__name__)


class Stage(StrEnum):
    """How far a source is. TESTING asks it what we know already, and it failed that if DOUBTED.

    STOPPED answered at first, and BLOCKED never did.
    """

    WAITING = "waiting"
    TESTING = "testing"
    ASKING = "asking"
    DONE = "done"
    STOPPED = "stopped"
    BLOCKED = "blocked"
    DOUBTED = "doubted"


@dataclass(slots=True, kw_only=True)
class Tidings:
    """Each stage of a source is passed on to `watch` once, as it is reached.

    Nothing is over before all first questions are up: a source that has answered the first
    of them would be called done, and then again asked.
    """

    watch: Watch
    _lanes: dict[str, str] = field(default_factory=dict)
    _told: dict[str, Stage] = field(default_factory=dict)
    _tests: dict[str, dict[str, Outcome]] = field(default_factory=dict)
    _answered: set[str] = field(default_factory=set)
    _drained: bool = False

    def await_tests(self, canaries: Iterable[Canary]) -> None:
        """Believe their sources only once each has been answered as it should be."""
        for canary in canaries:
            tests = self._tests.setdefault(canary.query.source, {})
            tests[canary.query.key] = canary.expects

    def announced(self, queries: Iterable[Query]) -> Iterator[Query]:
        """Tell of all sources before the first is asked: who looks on counts them."""
        planned = tuple(queries)
        for source in dict.fromkeys(query.source for query in planned):
            self.tell(source, Stage.WAITING)
        return iter(planned)

    def hear(self, visit: Visit) -> None:
        """Take an answer: a test that went as it should is over, another one stays open."""
        source, outcome = visit.query.source, visit.reading.outcome
        if outcome.conclusive:
            self._answered.add(source)
        tests = self._tests.get(source, {})
        if tests.get(visit.query.key) is outcome:
            del tests[visit.query.key]

    def tell(self, source: str, state: str) -> None:
        """Take what the lanes say of a source."""
        self._lanes[source] = state
        self._pass_on(source)

    def drained(self) -> None:
        """Note that all first questions are up."""
        self._drained = True
        for source in self._lanes:
            self._pass_on(source)

    def _pass_on(self, source: str) -> None:
        stage = self._stage(source)
        if stage is not self._told.get(source):
            self._told[source] = stage
            self.watch(source, stage)

    def _stage(self, source: str) -> Stage:
        state, tested = self._lanes[source], not self._tests.get(source)
        if state == Stage.WAITING and self._told.get(source, Stage.WAITING) is Stage.WAITING:
            return Stage.WAITING
        if state in {Stage.WAITING, Stage.ASKING} or not self._drained:
            return Stage.ASKING if tested else Stage.TESTING
        if state == Stage.DONE:
            return Stage.DONE if tested else Stage.DOUBTED
        return Stage.STOPPED if tested and source in self._answered else Stage.BLOCKED


OVER = frozenset({"done", "blocked"})
NOT_LONG = timedelta(hours=1)


@dataclass(slots=True, kw_only=True)
class Underway:
    """A slow host holds up nobody but itself: the others close while it is still being asked.

    A run that is over within the hour closes all at its end, in one order, so that the same
    answers are told in the same words, line by line. `closed` are those that were closed before
    the run was cut short. A search engine may lead to questions for any source, a profile site
    only to more of its own; so nothing is final before the last engine has answered.
    """

    sources: Mapping[str, Source]
    tidings: Tidings
    now: Now
    began: datetime
    closed: set[str] = field(default_factory=set)
    _open: set[str] = field(default_factory=set)
    _drained: bool = False

    def pulled(self, queries: Iterable[Query]) -> Iterator[Query]:
        """Pass the first questions on, and note when there are no more."""
        yield from queries
        self._drained = True
        self.tidings.drained()

    def tell(self, source: str, state: str) -> None:
        """Take what the lanes tell of a source, and pass it on to who looks on."""
        self.tidings.tell(source, state)
        if state in OVER:
            self._open.discard(source)
        else:
            self._open.add(source)
            self.closed.discard(source)

    def through(self) -> Iterator[Source]:
        """Yield, once, each source that will get no more answers in this run."""
        # After each answer: whoever looks at the clock is known to be alive.
        took = self.now() - self.began
        if not self._drained or (self._open and took < NOT_LONG):
            return
        if any(self.sources[name].family is Family.SEARCH for name in self._open):
            return
        for name, source in self.sources.items():
            if name not in self._open and name not in self.closed:
                self.closed.add(name)
                yield source


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
        LOG.info("sweep_started sweep=%s kind=%s", sweep.ref, sweep.kind)
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
        if self.stopped():
            LOG.info("sweep_interrupted sweep=%s kind=%s", sweep.ref, sweep.kind)
            return sweep
        closed = self._closed(sweep, closing)
        LOG.info("sweep_ended sweep=%s kind=%s", sweep.ref, sweep.kind)
        return closed

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Canaries:
    state: State
    sources: Mapping[str, Source]
    visitor: Visitor
    now: Now
    new_ref: NewRef

    def ask(self, only: str = "", watch: Watch = unwatched) -> tuple[CanaryCheck, ...]:
        """Ask the canaries of one source, or of all, and remember what came of it.

        What was cut short tells nothing, and is left out; so is a source that is not known here.
        """
        sources = [each for name, each in self.sources.items() if only in {"", name}]
        expected = {
            canary.query.key: canary for canary in canaries_in_rounds(sources, self.new_ref())
        }
        awaited = Counter(canary.query.source for canary in expected.values())
        probes: dict[str, list[Probe]] = defaultdict(list)
        queries = [canary.query for canary in expected.values()]
        with closing(self.visitor.visit(queries, watch=watch)) as visits:
            for visit in visits:
                probe = Probe(expects=expected[visit.query.key].expects, reading=visit.reading)
                probes[visit.query.source].append(probe)
        now = self.now()
        checks = tuple(
            CanaryCheck(source=source.name, at=now, trust=weighed(probes[source.name], ()))
            for source in sources
            if len(probes[source.name]) == awaited[source.name]
        )
        self._remember(checks)
        return checks

    def _remember(self, checks: tuple[CanaryCheck, ...]) -> None:
        """Keep what was told. A proof counts from now on; a refutation is for sweeps to tell."""
        with self.state.write():
            for each in checks:
                self.state.canary_checks.put(each)
                if each.trust.standing is Standing.PROVEN:
                    known = self.state.health.get(each.source)
                    fresh = SourceHealth(
                        source=each.source, outcome=each.trust.outcome, since=each.at
                    )
                    self.state.health.put(replace(known or fresh, proven_at=each.at))


RECHECK = "recheck"
# Platforms take a few days; after that the weekly sweep looks again anyway.
LOOKS_AGAIN_AFTER = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rechecks:
    """The look at once is what the later one is compared with, and renews the evidence."""

    state: State
    planning: Planning
    now: Now

    def keys(self, item: Item) -> frozenset[str]:
        """Return the questions that ask for the account at its own address."""
        consent = self.state.consents.latest(item.person)
        sources = self.planning.sources.values()
        asked = at_their_address((key_of(item.portrait),), consent, sources, self.now())
        return frozenset(each.key for each in asked)

    def again_at(self, item: Item) -> datetime | None:
        """Return when to look once more; None where that was done, or nothing is reported."""
        flags = self.state.flags.of_item(item.ref)
        due = [at for flag in flags if (at := looks_again_at(self.state, flag))]
        return next((at for at in due if at > self.now()), None)


def looks_again_at(state: State, flag: Flag) -> datetime | None:
    """Return when the later look is; None for what is not reported."""
    reported = reported_at(state, flag)
    still = flag.state is FlagState.REPORTED
    return reported + LOOKS_AGAIN_AFTER if reported and still else None


def reported_at(state: State, flag: Flag) -> datetime | None:
    """Return when it was last reported; None where nobody did."""
    said = state.flags.judgements(flag.ref)
    return max((each.at for each in said if each.ruling is Ruling.REPORTED), default=None)
