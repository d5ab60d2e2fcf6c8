"""From what was noticed to what a person should look at, with the reasons."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from monitor.domain.assessment import Assessment, severity
from monitor.domain.disclosure import needs_notice
from monitor.domain.events import Event, EventKind
from monitor.domain.evidence import Axis
from monitor.domain.flag import Flag, FlagKind, FlagState, Ruling, Severity, severity_of
from monitor.domain.item import Item
from monitor.domain.names.commonness import NameCounts, expected_namesakes
from monitor.domain.names.names import agreement
from monitor.domain.person import Person
from monitor.domain.planning.questions import accounts_asked
from monitor.domain.reasons.subject import Subject
from monitor.domain.rulings import reopened
from monitor.domain.students.pupil_cues import Cue
from monitor.domain.students.verdict import ContactVerdict
from monitor.domain.trust import Standing
from monitor.domain.verdicts.judging import Judging
from monitor.domain.weights import Weights
from monitor.domain.whose import Label
from monitor.flows.alerting import Alerting
from monitor.flows.parts import NewRef, Now
from monitor.flows.recalling import Recalling
from monitor.store.journal import Staged
from monitor.store.state import State
from reports.words import field_words
from scrapers.canonical import canonical_key
from scrapers.finding import Finding, Kind
from scrapers.request import QueryKind
from scrapers.source import Source

CUE_WORDS = {
    Cue.SCHOOL_YEAR: "a year of graduation",
    Cue.CLASS_OF: "a year of graduation",
    Cue.GRADE: "a grade",
    Cue.SCHOOL: "the name of a school",
    Cue.TOWN: "your town",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What a settlement noticed: items, what is told of them, and how they looked before."""

    items: tuple[str, ...]
    events: tuple[Event, ...]
    before: Mapping[str, Finding]
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A flag to be raised."""

    kind: FlagKind
    severity: Severity
    reasons: tuple[str, ...]
    lowered_by: tuple[str, ...] = ()
    relation: str = ""


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
        own = {item.ref: item for item in self._own(person)}
        unsettled = [ref for event in noted.events for ref in self._unsettled(event)]
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
        own = {item.ref: item for item in self._own(person)}
        self._assess(person, self.state.items.of(person.ref), own, Standing.UNPROVEN)

    def judging(self, person: Person) -> Judging:
        """Return how this person's findings are judged as things stand."""
        return self._judging(person, {item.ref: item for item in self._own(person)})

    def match(self, person: Person, staged: Staged, source: Source) -> None:
        """Flag an own account that looks linked to students; the matcher said no more than that."""
        verdict, query = staged.verdict, staged.visit.query
        if verdict is None or not verdict.flagged:
            return
        accounts = accounts_asked(query, person, source)
        for item in self.state.items.find(person.ref, accounts):
            self._raise(person, item, _student_link(query.kind, verdict))

    def _own(self, person: Person) -> Iterator[Item]:
        """Yield the inventory: accounts and pages that the person declared, and confirmed accounts.

        A page that is theirs by their ruling may still be written by others: a school's, say.
        """
        told = (*person.accounts, *map(canonical_key, person.pages))
        declared = {item.ref for item in self.state.items.find(person.ref, told)}
        for item in self.state.items.of(person.ref):
            account = item.portrait.kind is Kind.ACCOUNT
            confirmed = account and self.state.items.verdict(item.ref) is Ruling.MINE
            if confirmed or item.ref in declared:
                yield item

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
            if assessment.label is Label.IMPERSONATION and standing is Standing.PROVEN:
                self._raise(person, item, _impersonation(assessment))

    def _reconsider(self, person: Person, noted: Noted, own: Mapping[str, Item]) -> None:
        """Take back what was said of an account that has become another one since."""
        for event in noted.events:
            verdict = self.state.items.verdict(event.item)
            if event.kind is EventKind.CHANGED and verdict:
                changed = self._undisputed(self.state.items.get(event.item))
                if self._judging(person, own).outgrown(changed, verdict):
                    self.state.items.set_verdict(event.item, None)

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
        self._raise(person, item, _own_account_changed(event, worst))

    def _unsettled(self, event: Event) -> Iterator[str]:
        """Open again what a change unsettles, and yield which flags that are."""
        for flag in self.state.flags.of_item(event.item):
            anew = reopened(flag, event)
            if anew != flag:
                self.state.flags.replace(anew)
                yield flag.ref

    def _raise(self, person: Person, item: Item, draft: Draft) -> None:
        """Raise a flag once: of one kind and relation an item has one, open or decided."""
        now = self.now()
        known = self.state.flags.find(item.ref, draft.kind, draft.relation)
        if known:
            self._renew(person, known, draft)
            return
        flag = Flag(
            ref=self.new_ref(),
            person=person.ref,
            item=item.ref,
            kind=draft.kind,
            severity=draft.severity,
            state=FlagState.NEW,
            opened_at=now,
            reasons=draft.reasons,
            lowered_by=draft.lowered_by,
            relation=draft.relation,
        )
        self.state.flags.add(flag)
        self.state.audit.append(now, "namesake", "flagged", flag.ref, {"kind": flag.kind})
        self.alerting.tell(person, flag)

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


def _impersonation(assessment: Assessment) -> Draft:
    """Say first what looks made to deceive; what speaks against it is no reason for a flag."""
    speaking = [each for each in assessment.evidence if each.bits > 0]
    told = sorted(speaking, key=lambda each: (each.axis is not Axis.IMITATION, -each.bits))
    return Draft(
        kind=FlagKind.IMPERSONATION,
        severity=severity(assessment),
        reasons=tuple(each.reason for each in told),
        lowered_by=assessment.lowered_by,
    )


def _own_account_changed(event: Event, worst: Severity) -> Draft:
    if event.kind is EventKind.VANISHED:
        reason = "Your account is no longer there: its own address says so, twice, days apart."
    else:
        fields = _listed(map(field_words, event.fields))
        have = "has" if len(event.fields) == 1 else "have"
        reason = f"Its {fields} {have} changed since we last looked."
    return Draft(
        kind=FlagKind.OWN_ACCOUNT_CHANGED,
        severity=worst,
        reasons=(reason, "You told us that this account is yours."),
        lowered_by=("It was you who changed it.",),
    )


def _student_link(kind: QueryKind, verdict: ContactVerdict) -> Draft:
    """Following is the account's own doing; being followed is not, and only worth knowing."""
    follows = kind is QueryKind.FOLLOWS
    whom = "follows" if follows else "is followed by"
    seem = "account that may be a student's"
    if verdict.count > 1:
        seem = "accounts that may be students' own"
    return Draft(
        kind=FlagKind.STUDENT_LINK,
        severity=Severity.MEDIUM if follows else Severity.LOW,
        reasons=(
            f"Your account {whom} {verdict.count} {seem}.",
            *_cue_reasons(verdict),
            *(
                ()
                if follows
                else ("Who follows you is not your doing; you can remove a follower.",)
            ),
            "We hold that list as keyed hashes only, so we cannot say which students.",
            "Other people bear the same names: this is a question that only you can answer.",
            "You told us that this account is yours.",
        ),
        lowered_by=("They are family, or they are not students at all: only you can tell.",),
        relation=kind,
    )


def _cue_reasons(verdict: ContactVerdict) -> Iterator[str]:
    listed = "from your district's list of students"
    cues = dict.fromkeys(words for cue, words in CUE_WORDS.items() if cue in verdict.cues)
    if cues:
        yield f"Beside a name {listed} stands {_listed(cues)}."
    if Cue.SEVERAL_NAMES in verdict.cues:
        yield f"Several rare names {listed} are among them; chance would bring fewer."


def _listed(words: Iterable[str]) -> str:
    """Write `one, another and a third`."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
