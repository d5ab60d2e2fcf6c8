"""What a person finds when they come by: what is open, and how they are looked after."""

from dataclasses import dataclass
from datetime import datetime

from monitor.config import Config
from monitor.domain.consent import renewal_due
from monitor.domain.due import SWEEP_TAKES, next_digest, next_sweep
from monitor.domain.flag import Flag, urgency
from monitor.errors import NotPermittedError
from monitor.flows.judging.sorting import Sorting
from monitor.flows.parts import Now
from monitor.flows.writing.telling import Telling
from monitor.store.state import State
from monitor.store.sweeps import SourceRun, Sweep, SweepKind
from reports.lines import Coverage
from reports.pages.home import HomeView

MOST_FLAGS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    state: State
    config: Config
    telling: Telling
    sorting: Sorting
    now: Now

    def home(self, ref: str) -> HomeView:
        person, now, district = self.state.people.get(ref), self.now(), self.config.district
        consents = self.state.consents.history(ref)
        if not consents:
            reason = "You have not joined."
            raise NotPermittedError(reason)
        flags = self.open_flags(ref)
        latest = self._latest(ref, consents[0].given_at)
        request = self.state.requests.latest_of(ref)
        return HomeView(
            name=person.name.given,
            zone=person.zone,
            flags=tuple(self.telling.flag(flag) for flag in flags[:MOST_FLAGS]),
            more_flags=max(len(flags) - MOST_FLAGS, 0),
            to_sort=sum(1 for each in self.sorting.waiting(ref) if not each.flags),
            joined_at=consents[0].given_at,
            next_sweep=next_sweep(now, district.ref, district.zone),
            next_digest=next_digest(now, ref, person.zone),
            ends_at=consents[-1].expires_at,
            coverage=self._coverage(latest),
            checked_at=(latest.closed_at or latest.started_at) if latest else None,
            checking=request is not None and request.done_at is None,
            renewal_due=renewal_due(consents[-1], now),
            paused=consents[-1].paused(now),
        )

    def coverage(self, ref: str) -> Coverage | None:
        """Tell what the latest look at them could check; None before there was one."""
        return self._coverage(self._latest(ref, self.state.consents.history(ref)[0].given_at))

    def open_flags(self, ref: str) -> tuple[Flag, ...]:
        """Return what nobody has ruled on, the worst first."""
        flags = (flag for flag in self.state.flags.of_person(ref) if flag.undecided)
        return tuple(sorted(flags, key=urgency))

    def _latest(self, ref: str, joined: datetime) -> Sweep | None:
        """Return the last look at them that can be told of: at everybody, or at their wish."""
        swept = self.state.sweeps.latest_told(self.now() - SWEEP_TAKES)
        checked = self.state.sweeps.latest(SweepKind.SELFCHECK, ref)
        known = [each for each in (swept, checked) if each and each.started_at >= joined]
        ended = [each for each in known if each.closed_at or each.kind is SweepKind.SWEEP]
        return max(ended, key=lambda each: each.started_at, default=None)

    def _coverage(self, latest: Sweep | None) -> Coverage | None:
        return self.telling.coverage(self._runs(latest)) if latest else None

    def _runs(self, sweep: Sweep) -> tuple[SourceRun, ...]:
        if sweep.kind is SweepKind.SWEEP:
            return self.state.sweeps.runs_so_far(sweep, self.now() - SWEEP_TAKES)
        return self.state.sweeps.runs(sweep.ref)
