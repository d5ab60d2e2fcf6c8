"""How the service is doing, in numbers: of sources, times and letters, and of nobody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.condition import FailedCopy
from monitor.domain.flag import FlagKind, FlagState
from monitor.flows.parts import Now
from monitor.flows.running.backup import BACKED_UP, BACKUP_FAILED
from monitor.store.audit import Entry
from monitor.store.due import Due
from monitor.store.health import SourceHealth
from monitor.store.outbox import LetterState
from monitor.store.state import State
from monitor.store.sweeps import SweepKind

# Below it a count could tell who has joined, or about whom something was found.
FLOOR = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """`people` and `flags` are None, and empty, while fewer than `FLOOR` people have joined.

    Counts of flags that are below it are left out one by one. Times are None for what was never;
    so is `backup_failed` where the latest copy is a good one.
    """

    at: datetime
    sources: tuple[SourceHealth, ...]
    due: tuple[Due, ...]
    letters: Mapping[LetterState, int]
    oldest_letter: datetime | None
    paused: int
    waiting_requests: int
    sweep_closed: datetime | None
    sweep_open_since: datetime | None
    backed_up: datetime | None
    backup_failed: FailedCopy | None
    last_recorded: datetime | None
    database_bytes: int
    people: int | None
    joined: bool
    flags: Mapping[tuple[FlagKind, FlagState], int]

    @property
    def overdue(self) -> tuple[Due, ...]:
        """Return what nobody works on though it is due, the longest first."""
        late = (each for each in self.due if each.due_at <= self.at)
        return tuple(each for each in late if not (each.lease_until and each.lease_until > self.at))


@dataclass(frozen=True, slots=True, kw_only=True)
class TakingVitals:
    state: State
    now: Now

    def take(self) -> Vitals:
        backup = self.state.audit.last(BACKED_UP)
        people = len(self.state.people.refs())
        open_sweeps = [each for each in self.state.sweeps.open() if each.kind is SweepKind.SWEEP]
        recorded = (self.state.clock.last(), self.state.audit.latest_at())
        return Vitals(
            at=self.now(),
            sources=self.state.health.all(),
            due=tuple(sorted(self.state.due.all(), key=lambda each: each.due_at)),
            letters=self.state.letter_counts.by_state(),
            oldest_letter=self.state.letter_counts.oldest_waiting(),
            paused=len(self.state.paused_addresses.all()),
            waiting_requests=sum(1 for each in self.state.requests.all() if not each.done_at),
            sweep_closed=self.state.sweeps.last_closed(SweepKind.SWEEP),
            sweep_open_since=min((each.started_at for each in open_sweeps), default=None),
            backed_up=backup.at if backup else None,
            backup_failed=self._failed_copy(backup),
            last_recorded=max(filter(None, recorded), default=None),
            database_bytes=self.state.bytes,
            people=people if people >= FLOOR else None,
            joined=people > 0,
            flags=self._flags() if people >= FLOOR else {},
        )

    def _failed_copy(self, made: Entry | None) -> FailedCopy | None:
        failed = self.state.audit.last(BACKUP_FAILED)
        if failed is None or (made is not None and made.seq > failed.seq):
            return None
        return FailedCopy(at=failed.at, exit_code=int(failed.details["code"]))

    def _flags(self) -> Mapping[tuple[FlagKind, FlagState], int]:
        counts = self.state.flags.counts()
        return {which: count for which, count in counts.items() if count >= FLOOR}
