"""What a weekly letter says of the sources: how they did this week, and not the week before."""

from dataclasses import dataclass, replace
from datetime import timedelta

from monitor.domain.due import SWEEP_TAKES
from monitor.flows.parts import Now
from monitor.store.state import State
from monitor.store.sweeps import Course, SourceRun, SweepKind
from scrapers.outcome import Outcome

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
