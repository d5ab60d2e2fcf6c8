"""Telling the operators that a source needs a look, once for each time that trouble begins."""

from dataclasses import dataclass

from monitor.flows.writing.letters import Correspondence, Greeting
from monitor.store.health import SourceHealth
from monitor.store.state import State
from monitor.store.sweeps import Sweep
from reports.lines import Gap
from reports.upkeep import SourcesParkedView
from reports.words import GapKind
from scrapers.outcome import Outcome

# What a source cannot help (an account that asks not to be read, a budget of ours) is no trouble.
TROUBLE = frozenset({Outcome.BLOCKED, Outcome.LIMITED, Outcome.UNREADABLE, Outcome.FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    state: State
    letters: Correspondence

    def tell(self, sweep: Sweep) -> None:
        """Write one letter about all trouble that a sweep was the first to find."""
        health = self.state.health.all()
        gaps = tuple(map(_gap, (each for each in health if _began_in(each, sweep))))

        def view(greeting: Greeting) -> SourcesParkedView:
            return SourcesParkedView(**greeting, gaps=gaps)

        if gaps:
            self.letters.to_operators(sweep.ref, view)


def _began_in(health: SourceHealth, sweep: Sweep) -> bool:
    return health.outcome in TROUBLE and health.since >= sweep.started_at


def _gap(health: SourceHealth) -> Gap:
    return Gap(
        source=health.source,
        outcome=GapKind(health.outcome),
        since=health.since,
        note=health.note,
    )
