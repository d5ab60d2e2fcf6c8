"""What one source's answers change for one person, inside one transaction."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from monitor.domain.clearing import clearing, gone_with
from monitor.domain.events import Policy, Step, discovered, merged, repainted, seen, unseen
from monitor.domain.flag import exposures
from monitor.domain.item import Item, Presence
from monitor.domain.person import Person
from monitor.domain.pictures.printed import Prints
from monitor.domain.planning.rotation import week_number
from monitor.domain.trust import Standing
from monitor.flows.asking.comparing import Comparing, Noticed
from monitor.flows.judging.flagging import Flagging, Noted
from monitor.flows.judging.own_accounts import with_confirmed
from monitor.flows.parts import NewRef
from monitor.store.journal import Staged
from monitor.store.state import State
from monitor.store.sweeps import Sweep
from scrapers.outcome import Outcome
from scrapers.request import QueryKind
from scrapers.source import Source

SPEAKS = frozenset({Outcome.FOUND, Outcome.ABSENT, Outcome.UNCHANGED, Outcome.PARTIAL})
SECOND_PROOF = "second-proof"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementParts:
    state: State
    flagging: Flagging
    new_ref: NewRef
    policy: Policy = field(default_factory=Policy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """Questions first, then items, then what they mean: events, assessments, flags."""

    parts: SettlementParts
    sweep: Sweep
    source: Source
    person: Person
    standing: Standing
    at: datetime

    def settle(self, answers: tuple[Staged, ...]) -> None:
        before = {item.ref: item for item in self.parts.state.items.of(self.person.ref)}
        noticed = self._compared(answers)
        steps = (
            *self._arrivals(noticed, frozenset(before)),
            *self._departures(noticed),
            *self._clearings(noticed),
        )
        told = tuple(merged(event for step in steps for event in step.events))
        for event in told:
            url = self.parts.state.items.get(event.item).portrait.url
            self.parts.state.events.add(self.sweep.ref, event, url)
        noted = Noted(
            items=noticed.items,
            events=told,
            before={ref: item.portrait for ref, item in before.items()},
            standing=self.standing,
        )
        self.parts.flagging.review(self.person, noted)
        owner = with_confirmed(self.parts.state, self.person)
        for staged in answers:
            self.parts.flagging.match(owner, staged, self.source)

    def _compared(self, answers: tuple[Staged, ...]) -> Noticed:
        comparing = Comparing(
            state=self.parts.state,
            person=self.person.ref,
            version=self.source.version,
            at=self.at,
            week=week_number(self.sweep.week),
            new_ref=self.parts.new_ref,
            family=self.source.family,
            prints=Prints.of(staged.visit for staged in answers),
        )
        # In an order of their own, so that the network's haste decides nothing.
        for staged in sorted(answers, key=lambda each: each.visit.query.key):
            visit = staged.visit
            if visit.reading.outcome in SPEAKS and visit.query.kind is not QueryKind.PICTURE:
                comparing.compare(visit.query, visit.reading)
        return comparing.noticed

    def _arrivals(self, noticed: Noticed, known: frozenset[str]) -> Iterator[Step]:
        state = self.parts.state
        for ref, looks in noticed.looks.items():
            if not looks:
                continue
            if ref in known:
                step = seen(state.items.get(ref), looks, self.at, self.parts.policy)
            else:
                step = discovered(ref, self.person.ref, looks, self.at)
            shown = (each.finding for each in state.sightings.of_item(ref) if not each.misses)
            state.items.replace(repainted(step.item, shown))
            yield step

    def _departures(self, noticed: Noticed) -> Iterator[Step]:
        state = self.parts.state
        for ref, absences in noticed.absences.items():
            told = self._told(ref)
            for absence in absences:
                item = state.items.get(ref)
                step = unseen(item, absence, self.at, self.parts.policy)
                step = gone_with(item, step, told, self.at)
                state.items.replace(step.item)
                if step.second_proof_at:
                    state.due.ensure(SECOND_PROOF, ref, step.second_proof_at)
                self._ended(step.item)
                yield step

    def _clearings(self, noticed: Noticed) -> Iterator[Step]:
        """Look for what somebody was told of, and what its own address shows no longer."""
        state = self.parts.state
        for ref, looks in noticed.looks.items():
            told = self._told(ref) if looks else ()
            if told:
                item, sightings = state.items.get(ref), state.sightings.of_item(ref)
                step = clearing(item, told, sightings, self.at, self.parts.policy)
                if step.second_proof_at:
                    state.due.ensure(SECOND_PROOF, ref, step.second_proof_at)
                yield step

    def _told(self, item: str) -> frozenset[str]:
        """Return the kinds of contact that somebody was told of; only proof takes that back."""
        proven = self.standing is Standing.PROVEN
        return exposures(self.parts.state.flags.of_item(item)) if proven else frozenset()

    def _ended(self, item: Item) -> None:
        if item.presence is Presence.GONE:
            for sighting in self.parts.state.sightings.of_item(item.ref):
                self.parts.state.sightings.end(sighting)
