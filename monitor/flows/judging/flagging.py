"""From what was noticed to what a person should look at, with the reasons."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from monitor.domain.assessment import Assessment
from monitor.domain.disclosure import needs_notice
from monitor.domain.events import Event, EventKind
from monitor.domain.flag import Flag, FlagState, Ruling, Severity, exposures, severity_of
from monitor.domain.item import Item, Presence
from monitor.domain.names.commonness import NameCounts, expected_namesakes
from monitor.domain.names.names import agreement
from monitor.domain.person import Person
from monitor.domain.planning.questions import accounts_asked
from monitor.domain.reasons.appearance import appearance
from monitor.domain.reasons.subject import Subject
from monitor.domain.rulings import closed, lapsed, reopened, shown_again
from monitor.domain.trust import Standing
from monitor.domain.verdicts.judging import Judging
from monitor.domain.verdicts.said import Said
from monitor.domain.weights import Weights
from monitor.domain.whose import Label
from monitor.flows.judging.drafts import (
    Draft,
    exposed_contacts,
    impersonation,
    own_account_changed,
    student_link,
)
from monitor.flows.judging.inventory import own_items
from monitor.flows.judging.recalling import Recalling
from monitor.flows.parts import NewRef, Now
from monitor.flows.writing.alerting import Alerting
from monitor.store.journal import Staged
from monitor.store.state import State
from scrapers.finding import Finding
from scrapers.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What a settlement noticed: items, what is told of them, and how they looked before."""

    items: tuple[str, ...]
    events: tuple[Event, ...]
    before: Mapping[str, Finding]
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Flagging:
    state: State
    counts: NameCounts
    weights: Weights
    alerting: Alerting
    now: Now
    new_ref: NewRef

    def review(self, person: Person, noted: Noted) -> None:
        """Assess what was noticed; only what a proven source shows may raise a flag."""
        if not noted.items:
            return
        for ref in noted.items:
            self.state.pictures.note(self.state.items.get(ref))
        own = {item.ref: item for item in own_items(self.state, person)}
        unsettled = [ref for event in noted.events for ref in self._unsettled(event)]
        for event in noted.events if noted.standing is Standing.PROVEN else ():
            self._close(event)
        self._reconsider(person, noted, own)
        self._assess(person, self._to_assess(person, noted, own), own, noted.standing)
        for event in noted.events:
            if event.item in own and noted.standing is Standing.PROVEN:
                self._own_account(person, own[event.item], event, noted.before)
        for ref in unsettled:
            self.alerting.tell(person, self.state.flags.get(ref))

    def relearn(self, person: Person) -> None:
        """Assess everything anew by what the person has just said.

        Flags are left to the next sweep, which knows whether what it sees is proven.
        """
        own = {item.ref: item for item in own_items(self.state, person)}
        self._assess(person, self.state.items.of(person.ref), own, Standing.UNPROVEN)

    def judging(self, person: Person) -> Judging:
        """Return how this person's findings are judged as things stand."""
        return self._judging(person, {item.ref: item for item in own_items(self.state, person)})

    def lapse(self, ref: str) -> None:
        """Open again what a person called harmless for a time that is over now."""
        now = self.now()
        for flag in self.state.flags.of_person(ref):
            anew = lapsed(flag, now)
            if anew != flag:
                self.state.flags.replace(anew)
                self.state.audit.append(now, "namesake", "lapsed", flag.ref, {})
                self.alerting.tell(self.state.people.get(ref), anew)

    def close_gone(self, ref: str) -> None:
        """Close what still shows a contact of an item that is gone: it is asked no more."""
        now = self.now()
        for flag in self.state.flags.of_person(ref):
            if exposures((flag,)) and self.state.items.get(flag.item).presence is Presence.GONE:
                gone = Event(person=ref, item=flag.item, kind=EventKind.VANISHED, at=now)
                self._close(gone)

    def accused(self, person: Person, item: Item) -> Flag:
        """Return the flag of an item that its person calls an imitation; nobody need be told."""
        assessment = self.judging(person).judge(self._undisputed(item), Ruling.IMPERSONATION)
        flag = self._drafted(item, impersonation(assessment))
        self._add(flag)
        return flag

    def match(self, person: Person, staged: Staged, source: Source) -> None:
        """Flag an own account that looks linked to students; the matcher said no more than that."""
        verdict, query = staged.verdict, staged.visit.query
        if verdict is None or not verdict.flagged:
            return
        accounts = accounts_asked(query, person, source)
        for item in self.state.items.find(person.ref, accounts):
            self._raise(person, item, student_link(query.kind, verdict))

    def _undisputed(self, item: Item) -> Finding:
        """Leave out a handle that another item bore first: it has changed hands since.

        With it goes the address made of it, since older links still mean the first bearer.
        """
        portrait, find = item.portrait, self.state.items.find
        mine = tuple(
            alias
            for alias in portrait.account_aliases
            if all(each.ref == item.ref for each in find(item.person, (alias,)))
        )
        if mine == portrait.account_aliases:
            return portrait
        return replace(portrait, account_aliases=mine, url=portrait.key)

    def _to_assess(self, person: Person, noted: Noted, own: Mapping[str, Item]) -> tuple[Item, ...]:
        """Choose what was noticed; or everything, since all is measured by the own accounts."""
        if any(ref in own for ref in noted.items):
            return self.state.items.of(person.ref)
        return tuple(self.state.items.get(ref) for ref in noted.items)

    def _assess(
        self,
        person: Person,
        items: tuple[Item, ...],
        own: Mapping[str, Item],
        standing: Standing,
    ) -> None:
        judging = self._judging(person, own)
        for item in items:
            verdict = self.state.items.verdict(item.ref)
            assessment = judging.judge(self._undisputed(item), verdict)
            self.state.items.set_assessment(item.ref, assessment)
            if standing is Standing.PROVEN:
                for draft in _drafts(person, item, assessment):
                    self._raise(person, item, draft)

    def _reconsider(self, person: Person, noted: Noted, own: Mapping[str, Item]) -> None:
        """Take back what was said of an account that has become another one since."""
        for event in noted.events:
            verdict = self.state.items.verdict(event.item)
            if event.kind is EventKind.CHANGED and verdict:
                changed = self._undisputed(self.state.items.get(event.item))
                if self._judging(person, own).outgrown(changed, verdict):
                    outgrown = Said(item=event.item, ruling=None, at=self.now())
                    self.state.verdicts.append(outgrown)

    def _judging(self, person: Person, own: Mapping[str, Item]) -> Judging:
        return Judging(
            subject=Subject(person=person, commonness=expected_namesakes(person.name, self.counts)),
            said=Recalling(state=self.state).said(person, own.values()),
            weights=self.weights,
        )

    def _own_account(
        self, person: Person, item: Item, event: Event, before: Mapping[str, Finding]
    ) -> None:
        if event.kind not in {EventKind.CHANGED, EventKind.VANISHED}:
            return
        after = item.portrait if event.kind is EventKind.CHANGED else None
        worst = severity_of(
            before.get(event.item, item.portrait),
            after,
            lambda written: agreement(written, person.name).whole,
        )
        self._raise(person, item, own_account_changed(event, worst))

    def _unsettled(self, event: Event) -> Iterator[str]:
        """Open again what a change unsettles, and yield which flags that are."""
        for flag in self.state.flags.of_item(event.item):
            anew = reopened(flag, event)
            if anew != flag:
                self.state.flags.replace(anew)
                yield flag.ref

    def _close(self, event: Event) -> None:
        """Close by itself what is proved to be shown no longer."""
        for flag in self.state.flags.of_item(event.item):
            done = closed(flag, event)
            if done != flag:
                self.state.flags.replace(done)
                self.state.audit.append(event.at, "namesake", "closed", flag.ref, {})

    def _raise(self, person: Person, item: Item, draft: Draft) -> None:
        """Raise a flag once: of one kind and relation an item has one, open or decided."""
        known = self.state.flags.find(item.ref, draft.kind, draft.relation)
        if known:
            self._renew(person, shown_again(known, self.now()), draft)
            return
        flag = self._drafted(item, draft)
        self._add(flag)
        self.alerting.tell(person, flag)

    def _drafted(self, item: Item, draft: Draft) -> Flag:
        return Flag(
            ref=self.new_ref(),
            person=item.person,
            item=item.ref,
            kind=draft.kind,
            severity=draft.severity,
            state=FlagState.NEW,
            opened_at=self.now(),
            reasons=draft.reasons,
            lowered_by=draft.lowered_by,
            relation=draft.relation,
        )

    def _add(self, flag: Flag) -> None:
        self.state.flags.add(flag)
        self.state.audit.append(self.now(), "namesake", "flagged", flag.ref, {"kind": flag.kind})

    def _renew(self, person: Person, flag: Flag, draft: Draft) -> None:
        """Give an undecided flag the reasons of today; what was decided stays as it was."""
        if not flag.undecided:
            return
        worst = min(flag.severity, draft.severity, key=list(Severity).index)
        renewed = replace(flag, severity=worst, reasons=draft.reasons, lowered_by=draft.lowered_by)
        if needs_notice(renewed) and not needs_notice(flag):
            # They were told of something milder, so that their time to answer starts again.
            renewed = replace(renewed, notified_at=None)
            self.alerting.tell(person, renewed)
        self.state.flags.replace(renewed)


def _drafts(person: Person, item: Item, assessment: Assessment) -> Iterator[Draft]:
    """Yield what an assessed item may be flagged for; what is gone exposes nothing."""
    portrait = item.portrait
    if assessment.label is Label.IMPERSONATION:
        yield impersonation(assessment)
    if item.presence is Presence.GONE:
        return
    if portrait.exposed and _concerns(person, portrait, assessment):
        yield from exposed_contacts(portrait, assessment.label)


def _concerns(person: Person, portrait: Finding, assessment: Assessment) -> bool:
    """Tell whether contacts shown are likely theirs: whoever bears the same name has some, too."""
    match assessment.label:
        case Label.OWN:
            return True
        case Label.NAMESAKE | Label.UNRELATED:
            return False
    likely = assessment.label is Label.IMPERSONATION or assessment.bits > 0
    return likely and appearance(portrait, person.name).whole
