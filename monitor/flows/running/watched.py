"""The rounds, watched: a full disk pauses what fills it, and a heart beats while all is well."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.config import Config
from monitor.domain.checkup import Level, worst
from monitor.errors import CannotWriteError, MonitorError
from monitor.flows.parts import Now
from monitor.flows.running.backup import clear_abandoned, renew_keys
from monitor.flows.running.checkup import of_vitals
from monitor.flows.running.rounds import DueRounds
from monitor.flows.running.vitals import TakingVitals, Vitals
from monitor.flows.writing.letters import Correspondence
from monitor.store.room import Reserve
from monitor.store.state import State
from reports.upkeep import DiskFullView

LOG = logging.getLogger(__name__)
BEAT_EVERY = timedelta(minutes=1)
# A copy on trial is restored in minutes.
TRIAL_LASTS = timedelta(hours=1)
NO_ROOM = "The disk is full: nothing is asked until there is room."

Beat = Callable[[Vitals, Level], None]
"""Told of the numbers, and of whether all is well."""


@dataclass(slots=True, kw_only=True)
class WatchedRounds:
    """What the daemon calls. Each kind of work has a thread of its own, and fails by itself."""

    rounds: DueRounds
    state: State
    config: Config
    letters: Correspondence
    reserve: Reserve
    beat: Beat
    now: Now
    _failed: set[str] = field(default_factory=set)
    _beaten: datetime | None = None

    def serve(self) -> None:
        if self.reserve.stands():
            with self._noted("serve"):
                self.rounds.serve()

    def ask(self) -> None:
        """Ask what is due; on a full disk not even begin: it would be answered in vain."""
        if self.reserve.stands():
            with self._noted("ask"):
                self.rounds.ask()

    def write(self) -> None:
        """Write and send, on a full disk, too: what was kept back is there for this."""
        with self._noted("write"):
            self.rounds.write()
        if self._beaten is None or abs(self.now() - self._beaten) >= BEAT_EVERY:
            self._beaten = self.now()
            self._renew_keys()
            self._tell()

    def waits_for(self) -> str:
        return self.rounds.waits_for() or ("" if self.reserve.stands() else NO_ROOM)

    def check_files(self) -> None:
        self.rounds.check_files()

    def stop(self) -> None:
        self.rounds.stop()

    @contextmanager
    def _noted(self, work: str) -> Iterator[None]:
        try:
            yield
        except CannotWriteError:
            self._failed.add(work)
            self._make_do()
            raise
        except Exception:
            self._failed.add(work)
            raise
        self._failed.discard(work)

    def _make_do(self) -> None:
        """Give up the reserve, once, so that an operator can be told."""
        if self.reserve.give():
            now = self.now()
            with suppress(MonitorError), self.state.write():
                day = now.date().isoformat()
                self.letters.to_operators(day, lambda to: DiskFullView(**to, since=now))

    def _renew_keys(self) -> None:
        try:
            clear_abandoned(self.config, self.now() - TRIAL_LASTS)
            renew_keys(self.state, self.config)
        except MonitorError as error:
            LOG.warning("Who was erased is still in the copy of the keys: %s", error)
            self._failed.add("keys")
        else:
            self._failed.discard("keys")

    def _tell(self) -> None:
        vitals = TakingVitals(state=self.state, now=self.now).take()
        well = not (self._failed or self.waits_for() or worst(of_vitals(vitals, ())))
        self.beat(vitals, Level.OK if well else Level.BAD)
