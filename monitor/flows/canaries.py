"""Asking sources what we know the answer to, so that an operator sees which can be believed."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from monitor.domain.trust import Probe, Standing, Trust, weighed
from monitor.flows.parts import NewRef, Now, Visitor, unwatched
from monitor.store.health import SourceHealth
from monitor.store.state import State
from scrapers.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    source: str
    trust: Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class Canaries:
    state: State
    sources: Mapping[str, Source]
    visitor: Visitor
    now: Now
    new_ref: NewRef

    def ask(self) -> tuple[Checked, ...]:
        nonce = self.new_ref()
        expected = {
            canary.query.key: canary
            for source in self.sources.values()
            for canary in source.canaries(nonce)
        }
        probes: dict[str, list[Probe]] = defaultdict(list)
        queries = [canary.query for canary in expected.values()]
        for visit in self.visitor.visit(queries, watch=unwatched):
            canary = expected[visit.query.key]
            probes[visit.query.source].append(Probe(expects=canary.expects, reading=visit.reading))
        checked = tuple(
            Checked(source=name, trust=weighed(probes[name], ())) for name in self.sources
        )
        self._remember(checked)
        return checked

    def _remember(self, checked: tuple[Checked, ...]) -> None:
        """Keep a proof, which counts from now on; a refutation is for the next sweep to tell."""
        now = self.now()
        with self.state.write():
            for each in checked:
                if each.trust.standing is Standing.PROVEN:
                    known = self.state.health.get(each.source)
                    fresh = SourceHealth(source=each.source, outcome=each.trust.outcome, since=now)
                    self.state.health.put(replace(known or fresh, proven_at=now))
