"""Asking sources what we know the answer to, so that an operator sees which can be believed."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace

from monitor.domain.trust import Probe, Standing, weighed
from monitor.flows.parts import NewRef, Now, Visitor, Watch, unwatched
from monitor.store.canaries import CanaryCheck
from monitor.store.health import SourceHealth
from monitor.store.state import State
from scrapers.source import Source, canaries_in_rounds


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
