"""Closing a source: believed or not, and if believed, settled person by person.

Comparing one question's answer with what the same question showed before. What one source's
answers change for one person, inside one transaction.
"""

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitor.db.database import State
from monitor.db.journal import Question, Staged
from monitor.db.sources import SourceHealth
from monitor.db.sweeps import SourceRun, Sweep
from monitor.domain.detection.images import Prints
from monitor.domain.events import (
    Absence,
    Look,
    Policy,
    Shown,
    Step,
    by_anchor,
    clearing,
    diff,
    discovered,
    gone_with,
    mass_loss,
    merged,
    repainted,
    seen,
    shown_after,
    unseen,
)
from monitor.domain.flag import exposures
from monitor.domain.item import (
    Item,
    Presence,
    Remembered,
    Sighting,
    Version,
    aliases,
    anchor,
    contradicts,
    material_hash,
)
from monitor.domain.person import Person
from monitor.domain.pii import left_out
from monitor.domain.planning.budget import Brought, History, after, week_number
from monitor.domain.planning.queries import scope_of
from monitor.domain.source_trust import Probe, Standing, Trust, held_for_mass_loss, weighed
from monitor.services.account_proofs import Proving
from monitor.services.flagging import Flagging, Noted, with_confirmed
from monitor.services.ports import NewRef, Now
from scrapers.models import Finding, Outcome, Query, QueryKind, Reading
from scrapers.source import Family, Source

LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class Noticed:
    """What the questions of one settlement showed of each item, and what they missed."""

    looks: dict[str, list[Look]] = field(default_factory=lambda: defaultdict(list))
    absences: dict[str, list[Absence]] = field(default_factory=lambda: defaultdict(list))
    merged: dict[str, str] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)

    @property
    def items(self) -> tuple[str, ...]:
        noticed = {**self.looks, **self.absences}
        return tuple(ref for ref in noticed if self.looks.get(ref) or self.absences.get(ref))

    def merge(self, keep: str, drop: str) -> None:
        self.looks[keep].extend(self.looks.pop(drop, ()))
        self.absences[keep].extend(self.absences.pop(drop, ()))
        self.merged[drop] = keep

    def whole(self, item: str) -> str:
        """Return the item that an item has become part of."""
        while item in self.merged:
            item = self.merged[item]
        return item


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparing:
    """`version` is that of the source's reader; a new one makes a silent baseline.

    `prints` are those of the pictures that the profiles found show.
    `week` is that of the sweep, as `week_number` counts.
    """

    state: State
    person: str
    version: int
    at: datetime
    week: int
    new_ref: NewRef
    family: Family = Family.PROFILES
    prints: Prints = field(default_factory=Prints)
    noticed: Noticed = field(default_factory=Noticed)

    def compare(self, query: Query, reading: Reading) -> None:
        asked = self.state.questions.get(self.person, query.key)
        if asked is None and reading.outcome is Outcome.UNCHANGED:
            return  # retired since it was asked, and all it showed with it
        sightings = self.state.sightings.of_question(self.person, query.key)
        earlier = {anchor(each.finding): each for each in sightings}
        before = {key: each.finding for key, each in earlier.items()}
        reading = self._printed(reading, before)
        changes = {each.key: each for each in diff(before, shown_after(before, reading))}
        baseline = asked is None or asked.version != self.version
        known_so_far = len(self.noticed.begun)
        for key, finding in _shown(earlier, reading).items():
            known = self.noticed.whole(earlier[key].item) if key in earlier else ""
            item = known or self._item_of(finding)
            sighting = self._sighting(query, finding, earlier.get(key))
            if not baseline and key in earlier and query.kind.proves_absence:
                sighting = self._without(sighting, earlier[key], reading)
            self._keep(replace(sighting, item=item), before.get(key))
            look = Look(
                kind=query.kind,
                finding=finding,
                change=changes.get(key),
                baseline=baseline,
                listed=self.family is Family.SEARCH and not query.kind.proves_absence,
            )
            self.noticed.looks[item].append(look)
        for key, change in changes.items():
            if change.after is None:
                missed = replace(earlier[key], item=self.noticed.whole(earlier[key].item))
                self._missed(missed, query, reading, baseline=baseline)
        news = not baseline and len(self.noticed.begun) > known_so_far
        brought = Brought.NEWS if news else Brought.NOTHING
        self._asked(query, reading, asked, self._history(reading, asked, brought))

    def _printed(self, reading: Reading, before: Shown) -> Reading:
        findings = (self.prints.on(each, before.get(anchor(each))) for each in reading.findings)
        return replace(reading, findings=tuple(findings))

    def _item_of(self, finding: Finding) -> str:
        """Find the item by any of its keys, or begin one; two that turn out one are merged."""
        items = self.state.items
        found = [
            each
            for each in items.find(self.person, aliases(finding))
            if not contradicts(each.portrait, finding)
        ]
        if not found:
            return self._begun(finding)
        whole = found[0]
        for other in found[1:]:
            whole = items.merge(whole, other)
            self.noticed.merge(whole.ref, other.ref)
        items.replace(whole, self._free(finding, whole.ref))
        return whole.ref

    def _begun(self, finding: Finding) -> str:
        look = Look(kind=QueryKind.SEARCH, finding=finding, baseline=True)
        step = discovered(self.new_ref(), self.person, (look,), self.at)
        self.state.items.add(step.item, self._free(finding, step.item.ref))
        self.noticed.begun.add(step.item.ref)
        return step.item.ref

    def _free(self, finding: Finding, ref: str) -> tuple[str, ...]:
        """Leave out what names another item: a handle that has changed hands."""
        owners = {each: self.state.items.find(self.person, (each,)) for each in aliases(finding)}
        return tuple(
            alias for alias, owned in owners.items() if all(item.ref == ref for item in owned)
        )

    def _sighting(self, query: Query, finding: Finding, before: Sighting | None) -> Sighting:
        """Carry on where a question sees something; of which item it is comes after."""
        return Sighting(
            item="",
            query=query.key,
            source=query.source,
            finding=finding,
            first=before.first if before else self.at,
            last=self.at,
        )

    def _without(self, sighting: Sighting, before: Sighting, reading: Reading) -> Sighting:
        """Note which private contacts an item's own address shows no longer."""
        at = self.at if reading.outcome.conclusive else None
        unshown = left_out(before.unshown, before.finding, sighting.finding, at)
        return replace(sighting, unshown=unshown)

    def _keep(self, sighting: Sighting, before: Finding | None) -> None:
        self.state.sightings.put(sighting)
        told = material_hash(sighting.finding)
        if before is None or material_hash(before) != told:
            self.state.versions.add(
                Version(
                    item=sighting.item,
                    query=sighting.query,
                    at=self.at,
                    material_hash=told,
                    finding=sighting.finding,
                )
            )

    def _missed(
        self, sighting: Sighting, query: Query, reading: Reading, *, baseline: bool
    ) -> None:
        """Note an absence that may prove something; leaving a list proves nothing."""
        if not query.kind.proves_absence or reading.outcome is not Outcome.ABSENT:
            self.state.sightings.end(sighting)
            return
        # It stays a sighting until a second proof, so that the second proof knows of it.
        self.state.sightings.put(replace(sighting, misses=sighting.misses + 1))
        self.noticed.absences[sighting.item].append(
            Absence(kind=query.kind, baseline=baseline, elsewhere=self._elsewhere(sighting))
        )

    def _elsewhere(self, missed: Sighting) -> bool:
        kinds = {each.key: each.kind for each in self.state.questions.of(self.person)}
        return any(
            each.query != missed.query
            and not each.misses
            and kinds.get(each.query, QueryKind.SEARCH).proves_absence
            for each in self.state.sightings.of_item(missed.item)
        )

    def _history(
        self, reading: Reading, before: Question | None, brought: Brought
    ) -> History | None:
        """Carry on how the question has done: an answer in part leaves it due."""
        known = before.history if before else None
        if reading.outcome is Outcome.PARTIAL and brought is Brought.NOTHING:
            return known
        return after(known, self.week, brought)

    def _asked(
        self,
        query: Query,
        reading: Reading,
        before: Question | None,
        history: History | None,
    ) -> None:
        settled = Question(
            person=self.person,
            key=query.key,
            source=query.source,
            kind=query.kind,
            version=self.version,
            settled_at=self.at,
            remembered=self._remembered(query, reading),
            history=history,
        )
        if before is not None and reading.outcome is Outcome.UNCHANGED:
            # Nothing was read, so it rests on the page, and the reader, of the time before.
            settled = replace(before, settled_at=self.at, history=history)
        self.state.questions.settle(settled)

    def _remembered(self, query: Query, reading: Reading) -> Remembered | None:
        if reading.kept is None:
            return None
        shown = self.state.sightings.count(self.person, query.key)
        return Remembered(kept=reading.kept, shown=shown, read_at=self.at)


def _shown(earlier: Mapping[str, Sighting], reading: Reading) -> Shown:
    if reading.outcome is not Outcome.UNCHANGED:
        return by_anchor(reading.findings)
    return {key: each.finding for key, each in earlier.items() if not each.misses}


SPEAKS = frozenset({Outcome.FOUND, Outcome.ABSENT, Outcome.UNCHANGED, Outcome.PARTIAL})
SECOND_PROOF = "second-proof"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementParts:
    state: State
    flagging: Flagging
    proving: Proving
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
        """Settle what is theirs; an account that shows another's name is dropped unread."""
        heard = self.parts.proving.hear(self.person, self.source, answers)
        replace(self, person=heard.person).conclude(heard.answers)

    def conclude(self, answers: tuple[Staged, ...]) -> None:
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
        parked_until = max(
            (r.retry_at for r in readings if r.retry_at and not r.outcome.conclusive), default=None
        )
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
                    retry_at=parked_until,
                    proven_at=proven,
                )
            )
        _log_trouble(sweep, source, trust, parked_until)


def _log_trouble(sweep: Sweep, source: Source, trust: Trust, parked_until: datetime | None) -> None:
    """Log a source that did not work. Of one that did, found or absent would tell what exists."""
    if trust.outcome.conclusive:
        return
    event = "source_parked" if parked_until else "source_failed"
    LOG.info("%s sweep=%s source=%s outcome=%s", event, sweep.ref, source.name, trust.outcome)


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
