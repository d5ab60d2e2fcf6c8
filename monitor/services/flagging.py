"""From what was noticed to what a person should look at, with the reasons in sentences.

What a person declared, confirmed or ruled before is taken into account.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from monitor.db.account_proofs import ProofState
from monitor.db.database import State
from monitor.db.journal import Staged
from monitor.domain.detection.assessment import Assessment, Judging, severity
from monitor.domain.detection.case import Inventory, Subject, appearance
from monitor.domain.detection.lessons import Said, Side, Sort, lessons
from monitor.domain.detection.weights import Weights
from monitor.domain.disclosure import needs_notice
from monitor.domain.events import Event, EventKind
from monitor.domain.evidence import Axis, Label
from monitor.domain.flag import (
    Flag,
    FlagKind,
    FlagState,
    Ruling,
    Severity,
    closed,
    exposures,
    lapsed,
    reopened,
    severity_of,
    shown_again,
)
from monitor.domain.item import Item, Presence
from monitor.domain.names.bound import has_exact_name
from monitor.domain.names.frequency import NameCounts, expected_namesakes
from monitor.domain.names.matching import agreement
from monitor.domain.person import Person
from monitor.domain.pii import LINKS, ContactKind, Exposed
from monitor.domain.planning.queries import accounts_asked
from monitor.domain.source_trust import Standing
from monitor.domain.students.cues import Cue
from monitor.domain.students.matching import ContactVerdict
from monitor.services.notifications import Alerting
from monitor.services.ports import NewRef, Now
from reports.labels import field_words
from reports.pages.findings import LearntLine
from scrapers.models import Finding, Kind, QueryKind
from scrapers.source import Source
from scrapers.urls.canonical import canonical_key

CUE_WORDS = {
    Cue.SCHOOL_YEAR: "a graduation year",
    Cue.CLASS_OF: "a graduation year",
    Cue.GRADE: "a grade",
    Cue.SCHOOL: "a school name",
    Cue.TOWN: "your town",
}

CONTACT_WORDS = {
    ContactKind.PHONE: "a phone number",
    ContactKind.MAIL: "a private email address",
    ContactKind.HOME: "a street address",
}
PLACE_WORDS = {
    "title": "the title",
    "snippet": "the search result",
    "name": "the display name",
    "bio": "the description",
    "location": "the location",
    LINKS: "the links",
}
EXPOSURE = {
    ContactKind.HOME: Severity.HIGH,
    ContactKind.PHONE: Severity.MEDIUM,
    ContactKind.MAIL: Severity.LOW,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A flag to be raised."""

    kind: FlagKind
    severity: Severity
    reasons: tuple[str, ...]
    lowered_by: tuple[str, ...] = ()
    relation: str = ""


def impersonation(assessment: Assessment) -> Draft:
    """Say first what looks made to deceive; what speaks against it is no reason for a flag."""
    speaking = [each for each in assessment.evidence if each.bits > 0]
    told = sorted(speaking, key=lambda each: (each.axis is not Axis.IMITATION, -each.bits))
    return Draft(
        kind=FlagKind.IMPERSONATION,
        severity=severity(assessment),
        reasons=tuple(each.reason for each in told),
        lowered_by=assessment.lowered_by,
    )


def own_account_changed(event: Event, worst: Severity) -> Draft:
    if event.kind is EventKind.VANISHED:
        reason = "Your account is gone: its own address showed nothing twice, days apart."
    else:
        fields = _listed(map(field_words, event.fields))
        have = "has" if len(event.fields) == 1 else "have"
        reason = f"Its {fields} {have} changed since our last check."
    return Draft(
        kind=FlagKind.OWN_ACCOUNT_CHANGED,
        severity=worst,
        reasons=(reason, "You said that this account is yours."),
        lowered_by=("You changed it yourself.",),
    )


def student_link(kind: QueryKind, verdict: ContactVerdict) -> Draft:
    """Following is the account's own doing; being followed is not, and only worth knowing."""
    follows = kind is QueryKind.FOLLOWS
    whom = "follows" if follows else "is followed by"
    seem = "account that may belong to a student"
    if verdict.count > 1:
        seem = "accounts that may belong to students"
    return Draft(
        kind=FlagKind.STUDENT_LINK,
        severity=Severity.MEDIUM if follows else Severity.LOW,
        reasons=(
            f"Your account {whom} {verdict.count} {seem}.",
            *_cue_reasons(verdict),
            *(
                ()
                if follows
                else ("You do not choose who follows you, but you can remove a follower.",)
            ),
            "We store that list only as keyed hashes, so we cannot say which students.",
            "Other people have the same names. Only you can answer this question.",
            "You said that this account is yours.",
        ),
        lowered_by=("They are family, or they are not students at all. Only you can know.",),
        relation=kind,
    )


def exposed_contacts(portrait: Finding, label: Label) -> Iterator[Draft]:
    """Yield one flag for each kind of contact, so that each can be answered by itself."""
    places: dict[ContactKind, list[str]] = {}
    for each in map(Exposed.read, portrait.exposed):
        places.setdefault(each.kind, []).append(PLACE_WORDS[each.place])
    for kind, where in places.items():
        what = CONTACT_WORDS[kind]
        own = label is Label.OWN and portrait.kind is Kind.ACCOUNT
        yield Draft(
            kind=FlagKind.EXPOSED_CONTACT,
            severity=EXPOSURE[kind],
            reasons=(
                f"{what.capitalize()} appears next to your name, in {_listed(where)}.",
                *(("This account is yours, so you can remove it yourself.",) if own else ()),
                f"We record that {what} is there, and where. We never store the value itself.",
            ),
            lowered_by=(
                "It belongs to your school or to an office.",
                "It belongs to someone else with your name.",
            ),
            relation=kind,
        )


def _cue_reasons(verdict: ContactVerdict) -> Iterator[str]:
    listed = "from your district's student list"
    cues = dict.fromkeys(words for cue, words in CUE_WORDS.items() if cue in verdict.cues)
    if cues:
        yield f"A name {listed} appears with {_listed(cues)}."
    if Cue.SEVERAL_NAMES in verdict.cues:
        yield f"Several rare names {listed} are among them. Chance alone would bring fewer."


def _listed(words: Iterable[str]) -> str:
    """Write `one, another and a third`."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def declared_items(state: State, person: Person) -> tuple[Item, ...]:
    """Return what they told us of when they joined: accounts, and pages by their address."""
    told = (*person.accounts, *map(canonical_key, person.pages))
    return state.items.find(person.ref, told)


def own_items(state: State, person: Person) -> Iterator[Item]:
    """Yield accounts and pages that the person declared, and accounts that they confirmed.

    A page that is theirs by their ruling may still be written by others: a school's, say.
    """
    own = {
        item.ref for item in (*declared_items(state, person), *confirmed_accounts(state, person))
    }
    yield from (item for item in state.items.of(person.ref) if item.ref in own)


def confirmed_accounts(state: State, person: Person) -> Iterator[Item]:
    """Yield the accounts of which the person said: this is me; not what shows another name."""
    unproven = unproven_accounts(state, person.ref)
    for item, said in state.items.judged(person.ref):
        portrait = item.portrait
        theirs = unproven.isdisjoint((portrait.account, *portrait.account_aliases))
        if said is Ruling.MINE and portrait.kind is Kind.ACCOUNT and theirs:
            yield item


def unproven_accounts(state: State, person: str) -> frozenset[str]:
    """Return what shows somebody else's name, and is not proved to be controlled."""
    proofs = state.account_proofs.of_person(person)
    return frozenset(each.account for each in proofs if each.state is not ProofState.PROVEN)


def with_confirmed(state: State, person: Person) -> Person:
    """Return the person with what they confirmed among their accounts; the rest stays as told."""
    told = set(person.accounts)
    confirmed = (
        key_of(item.portrait)
        for item in confirmed_accounts(state, person)
        if told.isdisjoint(_keys(item.portrait))
    )
    return replace(person, accounts=(*person.accounts, *filter(None, confirmed)))


def with_requested(state: State, person: Person) -> Person:
    """Return the person with what they asked to be looked at once more, for its proof."""
    proofs = state.account_proofs.of_person(person.ref)
    asked = [each.account for each in proofs if each.state is ProofState.REQUESTED]
    return replace(
        person,
        accounts=(*person.accounts, *(each for each in asked if "://" not in each)),
        pages=(*person.pages, *(each for each in asked if "://" in each)),
    )


def trusted_accounts(state: State, person: Person) -> frozenset[str]:
    """Return the accounts whose contacts may be read: proven, or showing their exact name."""
    return frozenset(
        account
        for account in person.accounts
        for item in state.items.find(person.ref, (account,))
        if is_trusted(state, person, item)
    )


def is_trusted(state: State, person: Person, item: Item) -> bool:
    """Tell whether an account is theirs by more than their word: by its proof, or its exact name.

    One that showed their name once stays trusted: it may have been taken from them.
    """
    proofs = state.account_proofs.of_person(person.ref)
    proven = {each.account for each in proofs if each.state is ProofState.PROVEN}
    if not proven.isdisjoint((item.portrait.key, *map(str.casefold, _keys(item.portrait)))):
        return True
    shown = (item.portrait.name, *(each.finding.name for each in state.versions.of(item.ref)))
    return any(has_exact_name(name, person) for name in shown if name)


def pursued(state: State, person: str) -> tuple[str, ...]:
    """Return the accounts of others that are taken for imitations of this person."""
    flags = (each for each in state.flags.of_person(person) if each.pursued)
    items = dict.fromkeys(each.item for each in flags)
    return tuple(filter(None, (key_of(state.items.get(ref).portrait) for ref in items)))


def _keys(portrait: Finding) -> tuple[str, ...]:
    return (portrait.account, *portrait.account_aliases)


def key_of(portrait: Finding) -> str:
    """Return the key that names its handle, as people tell us of accounts; else nothing."""
    if portrait.kind is not Kind.ACCOUNT:
        return ""
    return next((each.casefold() for each in _keys(portrait) if ":@" in each), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalling:
    state: State

    def said(self, person: Person, own: Iterable[Item]) -> Inventory:
        """Put together what is theirs, what they judged, and who was found to pretend to be them.

        All of it is read from their sealed items each time, so that nothing outlives these.
        """
        items = tuple(own)
        portraits = tuple(item.portrait for item in items)
        judged = self.state.items.judged(person.ref)
        impostors = {item.ref: item for item in self._pursued(person)}
        impostors |= {item.ref: item for item, said in judged if said is Ruling.IMPERSONATION}
        return Inventory(
            own=portraits,
            none_on=frozenset(person.absent_from),
            lessons=lessons(
                [(item.portrait, said) for item, said in judged], portraits, person.name
            ),
            impostors=tuple(item.portrait for item in impostors.values()),
            bearers=self._bearers(items),
        )

    def _bearers(self, own: tuple[Item, ...]) -> Mapping[str, int]:
        """Count, for each picture of an own account, how many accounts of others show it."""
        prints = {item.portrait.picture_print for item in own} - {""}
        refs = tuple(item.ref for item in own)
        return {each: self.state.pictures.bearers(each, besides=refs) for each in prints}

    def _pursued(self, person: Person) -> Iterator[Item]:
        """Yield what IT, too, may have ruled: a flag that it confirmed is one like any other."""
        for flag in self.state.flags.of_person(person.ref):
            if flag.kind is FlagKind.IMPERSONATION and flag.pursued:
                yield self.state.items.get(flag.item)


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
        if not is_trusted(self.state, person, item):
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


ENOUGH = 8
MOST_NAMED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    state: State
    flagging: Flagging

    def line(self, owner: str) -> LearntLine | None:
        """Tell which places, schools and words of work count now; None before eight answers."""
        answers = self.state.items.count_judged(owner)
        if answers < ENOUGH:
            return None
        lessons = self.flagging.judging(self.state.people.get(owner)).said.lessons
        return LearntLine(verdicts=answers, me=_named(lessons.me), others=_named(lessons.other))


def _named(side: Side) -> tuple[str, ...]:
    """Name what weighs most; sites are weighed and never spelt out."""
    strongest = sorted(side.middle, key=lambda trait: (-side.middle[trait], trait))
    named = (each for each in strongest if each.sort is not Sort.SITE)
    return tuple(each.word if each.sort is Sort.WORD else each.word.title() for each in named)[
        :MOST_NAMED
    ]
