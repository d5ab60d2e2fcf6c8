"""Comparing one question's answer with what the same question showed before."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitor.domain.diff import Shown, by_anchor, diff, shown_after
from monitor.domain.events import Absence, Look, discovered
from monitor.domain.exposure.unshown import left_out
from monitor.domain.item import (
    Sighting,
    Version,
    aliases,
    anchor,
    contradicts,
    material_hash,
)
from monitor.domain.pictures.printed import Prints
from monitor.domain.planning.rotation import Brought, History, after
from monitor.domain.remembered import Remembered
from monitor.flows.parts import NewRef
from monitor.store.questions import Question
from monitor.store.state import State
from scrapers.finding import Finding
from scrapers.outcome import Outcome
from scrapers.reading import Reading
from scrapers.request import Query, QueryKind
from scrapers.source import Family


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
