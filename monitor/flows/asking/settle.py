"""Closing a source: believed or not, and if believed, settled person by person."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.domain.events import mass_loss
from monitor.domain.planning.questions import scope_of
from monitor.domain.trust import Probe, Standing, Trust, held_for_mass_loss, weighed
from monitor.flows.asking.settlement import Settlement, SettlementParts
from monitor.flows.parts import Now
from monitor.store.health import SourceHealth
from monitor.store.journal import Staged
from monitor.store.state import State
from monitor.store.sweeps import SourceRun, Sweep
from scrapers.outcome import Outcome
from scrapers.reading import Reading
from scrapers.request import QueryKind
from scrapers.source import Source

Answers = Mapping[str, tuple[Staged, ...]]


def erased(state: State, sweep: Sweep) -> bool:
    """Tell whether a sweep was one person's own, and went with them."""
    return bool(sweep.person) and state.consents.latest(sweep.person) is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    state: State
    parts: SettlementParts
    now: Now

    def close(self, sweep: Sweep, source: Source) -> None:
        """Settle what a source said, or hold it; either way note how the source did."""
        answers = self.state.journal.visits(sweep.ref, source.name)
        readings = tuple(self._outlines(answers))
        trust = self._trust(sweep, source, answers, readings)
        if trust.standing is not Standing.REFUTED:
            for person in filter(None, answers):
                self._settle(sweep, source, person, trust)
        self._note(sweep, source, readings, trust)

    def _trust(
        self, sweep: Sweep, source: Source, answers: Answers, readings: tuple[Reading, ...]
    ) -> Trust:
        probes = tuple(_probes(sweep, source, answers))
        trust = weighed(probes, readings)
        if trust.standing is Standing.REFUTED:
            return trust
        if self._loses_too_much(answers):
            return held_for_mass_loss()
        return trust if probes else self._as_known(source, trust)

    def _outlines(self, answers: Answers) -> Iterator[Reading]:
        """Yield how each visit went, without what it found, which may be too much to hold at once.

        Who has left, or has paused, is left out: that their questions went unasked is nobody
        else's to know. So are pictures: an account whose picture cannot be had is compared
        without it.
        """
        for person in filter(None, answers):
            if self.state.consents.asks(person, self.now()):
                for staged in answers[person]:
                    if staged.visit.query.kind is not QueryKind.PICTURE:
                        yield replace(staged.visit.reading, findings=(), follow=())

    def _as_known(self, source: Source, trust: Trust) -> Trust:
        """Go by the last proof where this run asked for none of its own."""
        health = self.state.health.get(source.name)
        proven = health is not None and health.proven_at is not None
        standing = Standing.PROVEN if proven else Standing.UNPROVEN
        return Trust(standing=standing, outcome=trust.outcome, note=trust.note)

    def _loses_too_much(self, answers: Answers) -> bool:
        before = ending = 0
        for person in filter(None, answers):
            for staged in answers[person]:
                query, outcome = staged.visit.query, staged.visit.reading.outcome
                if query.kind.proves_absence and outcome.conclusive:
                    shown = len(self.state.sightings.of_question(person, query.key))
                    before += shown
                    ending += shown if outcome is Outcome.ABSENT else 0
        return mass_loss(before, ending)

    def _settle(self, sweep: Sweep, source: Source, person: str, trust: Trust) -> None:
        """One transaction: consent is read again, then everything is written or nothing."""
        with self.state.write():
            if self.state.journal.settled(sweep.ref, source.name, person):
                return
            staged = self.state.journal.about(sweep.ref, source.name, person)
            if not staged:  # erased since they were listed
                return
            consented = tuple(each for each in staged if self._consented(each, source))
            if consented:
                Settlement(
                    parts=self.parts,
                    sweep=sweep,
                    source=source,
                    person=self.state.people.get(person),
                    standing=trust.standing,
                    at=self.now(),
                ).settle(consented)
            self.state.journal.mark_settled(sweep.ref, source.name, person)

    def _consented(self, staged: Staged, source: Source) -> bool:
        query = staged.visit.query
        consent = self.state.consents.latest(query.subject)
        scope = scope_of(query.kind, source.family)
        return consent is not None and consent.covers(scope, self.now())

    def _note(
        self, sweep: Sweep, source: Source, readings: tuple[Reading, ...], trust: Trust
    ) -> None:
        now = self.now()
        before = self.state.health.get(source.name)
        since = _since(before, trust.outcome, now)
        proven = before.proven_at if before else None
        if trust.probed and trust.standing is Standing.PROVEN:
            proven = now
        with self.state.write():
            if erased(self.state, sweep):
                return
            self.state.sweeps.close_source(
                sweep.ref,
                SourceRun(
                    source=source.name,
                    outcome=trust.outcome,
                    at=now,
                    note=trust.note,
                    since=None if trust.outcome.conclusive else since,
                    asked=len(readings),
                    answered=sum(1 for each in readings if each.outcome.conclusive),
                ),
            )
            self.state.health.put(
                SourceHealth(
                    source=source.name,
                    outcome=trust.outcome,
                    since=since,
                    note=trust.note,
                    retry_at=max(
                        (r.retry_at for r in readings if r.retry_at and not r.outcome.conclusive),
                        default=None,
                    ),
                    proven_at=proven,
                )
            )


def _probes(sweep: Sweep, source: Source, answers: Answers) -> Iterator[Probe]:
    expected = {each.query.key: each.expects for each in source.canaries(sweep.nonce)}
    for staged in answers.get("", ()):
        key = staged.visit.query.key
        if key in expected:
            yield Probe(expects=expected[key], reading=staged.visit.reading)


def _since(before: SourceHealth | None, outcome: Outcome, now: datetime) -> datetime:
    """Date a state by its beginning: being checkable, or one way of not being so."""
    if before is None:
        return now
    same = before.outcome is outcome or (before.outcome.conclusive and outcome.conclusive)
    return before.since if same else now
