"""The rounds of the service: what falls due is looked up, done once, and given its next time."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from monitor.config import Config
from monitor.db.database import State
from monitor.db.jobs import Due
from monitor.db.sweeps import RunRequest, Sweep, SweepKind
from monitor.domain.schedule import sweep_week, tried_again_after
from monitor.errors import UnavailableError
from monitor.services.consent import RENEWING, Renewing
from monitor.services.digests import Digesting
from monitor.services.enrollment import REMINDER, Reminding
from monitor.services.erasure import ERASURE, ERASURE_RETRY, Leaving
from monitor.services.ingest import SECOND_PROOF
from monitor.services.notifications import Upkeep
from monitor.services.outbox import Posting
from monitor.services.ports import Now, Watch, unwatched
from monitor.services.retention import PURGE, Purging
from monitor.services.review import Reviewing
from monitor.services.schedule import DAILY, DIGEST, REVIEW, SWEEP, Grid
from monitor.services.suppression import BOUNCES, COLLECTED_EVERY, Bouncing
from monitor.services.sweeps import (
    RECHECK,
    Canaries,
    Closing,
    Errand,
    Rechecks,
    Sweeping,
    nothing_else,
)
from scrapers.models import Query

# Each kind of work has one hand, in the one process that holds the folder; what it finds leased
# when it begins a round, a failure has left, and it is free again. So a lease need not run out
# before the longest sweep does: it marks what is in hand, and the lock decides who works.
LEASE = timedelta(days=7)
ASKED = (SWEEP, SECOND_PROOF, RECHECK)
# A sweep takes hours: what is over in minutes has a hand of its own, and never waits for one.
SHORT = (SweepKind.SELFCHECK, SweepKind.CANARIES)
LONG = (SweepKind.SWEEP,)
WRITTEN = (RENEWING, REMINDER, DIGEST, REVIEW, ERASURE, PURGE, BOUNCES)
MOST_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRounds:
    """Called by the ticker; `stop` ends a running sweep, which the next start takes up."""

    state: State
    config: Config
    sweeping: Sweeping
    canaries: Canaries
    digesting: Digesting
    reviewing: Reviewing
    posting: Posting
    bouncing: Bouncing
    upkeep: Upkeep
    leaving: Leaving
    purging: Purging
    renewing: Renewing
    reminding: Reminding
    now: Now
    grid: Grid
    interrupt: Callable[[], None]

    def begin(self) -> None:
        """Take over the folder: what an earlier holder left claimed is free again."""
        self.state.due.release()
        self.schedule()

    def schedule(self) -> None:
        self.grid.lay()

    def waits_for(self) -> str:
        """Say why nothing is done now; nothing where all may go on."""
        return self.grid.waits_for()

    def serve(self) -> None:
        """Serve who waits, beside whatever else is running: somebody looks at a screen."""
        self._serve_all(SHORT)

    def ask(self) -> None:
        """Sweep where a command asks for it, and ask what is due, one errand after another."""
        self.state.due.release(*ASKED)
        if not self._serve_all(LONG):
            return
        while due := self._claim(*ASKED):
            with self._in_hand(due):
                done = self._run(due)
            if not done:
                self.state.due.release(*ASKED)
                return

    def write(self) -> None:
        """Write the letters that are due, send what waits, and forget who left."""
        self.state.due.release(*WRITTEN)
        self.schedule()
        if self.waits_for():
            return
        try:
            self._write_letters()
        finally:
            # Forgetting is promised to be done in time, whatever becomes of the letters.
            self._forget()

    def _write_letters(self) -> None:
        while due := self._claim(RENEWING):
            with self._in_hand(due), self.state.write():
                self.renewing.look()
                self.state.due.finish(RENEWING, due.subject, self.now() + DAILY)
        while due := self._claim(REMINDER):
            with self._in_hand(due), self.state.write():
                self.reminding.remind(due.subject)
                self.state.due.finish(REMINDER, due.subject, None)
        while due := self._claim(DIGEST, REVIEW):
            with self._in_hand(due):
                self._compose(due)
        self.posting.send_due()
        while due := self._claim(BOUNCES):
            with self._in_hand(due):
                self.bouncing.collect()
                self.state.due.finish(BOUNCES, due.subject, self.now() + COLLECTED_EVERY)

    def _forget(self) -> None:
        while due := self._claim(ERASURE):
            with self._in_hand(due):
                self._erase(due)
        while due := self._claim(PURGE):
            with self._in_hand(due):
                self.purging.purge()
                self.state.postmarks.forget_before(self.now())
                self.state.due.finish(PURGE, due.subject, self.now() + DAILY)

    def check_files(self) -> None:
        self.state.check_files()

    def stop(self) -> None:
        self.interrupt()

    def check(
        self, person: str, watch: Watch = unwatched, closing: Closing = nothing_else
    ) -> Sweep:
        """Run a self-check and answer the person, and nobody else."""
        self._see_that_time_is_right()

        def answer(sweep: Sweep) -> None:
            self.digesting.queue_selfcheck(sweep)
            closing(sweep)

        errand = Errand(kind=SweepKind.SELFCHECK, week=self._week(), person=person)
        return self.sweeping.run(errand, watch, answer)

    def planned(self) -> Iterator[Query]:
        """Yield what a sweep would ask first about everybody, and ask nothing."""
        return self.sweeping.planned(Errand(kind=SweepKind.SWEEP, week=self._week()))

    def sweep(self, watch: Watch = unwatched, closing: Closing = nothing_else) -> Sweep:
        self._see_that_time_is_right()
        errand = Errand(kind=SweepKind.SWEEP, week=self._week())
        return self.sweeping.run(errand, watch, closing)

    def _serve_all(self, kinds: Collection[SweepKind]) -> bool:
        """Serve all wishes of these kinds; False where the service ends before that."""
        while not self.waits_for() and (request := self.state.requests.next_open(kinds)):
            with self._tried(request):
                done = self._serve(request)
            if not done:
                return False
        return True

    def _serve(self, request: RunRequest) -> bool:
        def watch(source: str, state: str) -> None:
            self.state.requests.put_progress(request.ref, source, state)

        def finish(_sweep: Sweep) -> None:
            self.state.requests.finish(request.ref, self.now())

        if request.kind is SweepKind.CANARIES:
            self.canaries.ask(request.source, watch)
            self.state.requests.finish(request.ref, self.now())
            return True
        if request.kind is SweepKind.SELFCHECK:
            done = self.check(request.person, watch, finish)
        else:
            done = self.sweep(watch, finish)
        return done.closed_at is not None

    def _run(self, due: Due) -> bool:
        if due.name in {SECOND_PROOF, RECHECK}:
            return self._prove(due)

        def finish(sweep: Sweep) -> None:
            self.upkeep.tell(sweep)
            self.state.due.finish(due.name, due.subject, self.grid.next(SWEEP))

        return self.sweep(closing=finish).closed_at is not None

    def _prove(self, due: Due) -> bool:
        """Ask an item's own address again: what is absent twice, days apart, is gone."""
        item = self.state.items.get(due.subject)
        consent = self.state.consents.latest(item.person)
        if consent is not None and consent.paused(self.now()):
            self.state.due.finish(due.name, due.subject, consent.paused_until)
            return True
        sightings = self.state.sightings.of_item(item.ref)
        keys = frozenset(each.query for each in sightings if each.misses or each.unshown)
        if due.name == RECHECK:
            keys |= self._rechecks.keys(item)
        if not keys and not self._proof_is_open(item.person):
            self.state.due.finish(due.name, due.subject, None)
            return True

        def finish(_sweep: Sweep) -> None:
            again_at = self._rechecks.again_at(item) if due.name == RECHECK else None
            self.state.due.finish(due.name, due.subject, again_at)

        errand = Errand(kind=SweepKind.PROOF, week=self._week(), person=item.person, keys=keys)
        return self.sweeping.run(errand, closing=finish).closed_at is not None

    @property
    def _rechecks(self) -> Rechecks:
        return Rechecks(state=self.state, planning=self.sweeping.planning, now=self.now)

    def _proof_is_open(self, person: str) -> bool:
        """Tell whether one settled, and then failed to close: there is nothing more to ask."""
        open_ones = self.state.sweeps.open()
        return any((e.kind, e.person) == (SweepKind.PROOF, person) for e in open_ones)

    def _compose(self, due: Due) -> None:
        now = self.now()
        with self.state.write():
            if due.name == REVIEW:
                self.reviewing.queue_digest()
                next_at = self.grid.next(REVIEW)
            elif self.state.consents.stands(due.subject, now):
                wanted = self.state.stopped_mail.since(due.subject) is None
                if wanted and self.state.consents.asks(due.subject, now):
                    self.digesting.queue(due.subject)
                zone = self.state.people.get(due.subject).zone
                next_at = self.grid.next(DIGEST, due.subject, zone)
            else:
                next_at = None
            self.state.due.finish(due.name, due.subject, next_at)

    @contextmanager
    def _in_hand(self, due: Due) -> Iterator[None]:
        """Put off what fails, so that it holds up nothing else and is tried again soon."""
        try:
            yield
        except Exception as error:
            until = self.now() + tried_again_after(due.attempts + 1)
            self.state.due.put_off(due, until, type(error).__name__)
            raise

    @contextmanager
    def _tried(self, request: RunRequest) -> Iterator[None]:
        """Give up what fails again and again: somebody waits for it, and others behind it."""
        try:
            yield
        except Exception as error:
            if request.attempts + 1 < MOST_TRIES:
                self.state.requests.failed(request.ref)
                raise
            note = f"It failed {MOST_TRIES} times ({type(error).__name__}). See the service log."
            self.state.requests.finish(request.ref, self.now(), note)
            raise

    def _erase(self, due: Due) -> None:
        erased = self.leaving.erase(due.subject)
        if erased and not self.state.tidy():
            # Somebody read on while it was erased; the purge empties the log once they are done.
            self.state.due.finish(PURGE, "", self.now() + ERASURE_RETRY)
        self.state.due.finish(due.name, due.subject, None if erased else self.now() + ERASURE_RETRY)

    def _see_that_time_is_right(self) -> None:
        if reason := self.waits_for():
            raise UnavailableError(reason)

    def _claim(self, *names: str) -> Due | None:
        now = self.now()
        if self.waits_for():
            return None
        return self.state.due.claim(now, now + LEASE, *names)

    def _week(self) -> str:
        district = self.config.district
        return sweep_week(self.now(), district.ref, district.zone)
