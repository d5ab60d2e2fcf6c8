"""Enrollment: an invitation that only a mailbox can open, and an answer only its owner can give.

Answers are kept sealed until consent is given, and the person sees what would be asked before the
first question goes out. Who does not answer is reminded once, and then forgotten.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from monitor.config import CONSENT_LASTS, Config, DistrictConfig, zone_exists
from monitor.db.accounts import Invitation
from monitor.db.database import State
from monitor.db.name_changes import NameChange
from monitor.domain.consent import Channel, Consent, Scope
from monitor.domain.consent_text import SCOPES, TEXT_VERSION
from monitor.domain.detection.recognition import Recognised, recognised
from monitor.domain.enrollment import Draft, Step
from monitor.domain.names.bound import check_claim, names_in_address
from monitor.domain.person import Person, PersonName
from monitor.domain.planning.queries import SCOPE_OF, StudentLinks, plan, scope_of
from monitor.errors import InputError, NotPermittedError
from monitor.services.consent import DistrictTerms
from monitor.services.erasure import Leaving
from monitor.services.name_changes import keep_request, searched_now
from monitor.services.notifications import Correspondence, Inviting, LetterPlan
from monitor.services.permission import Pictures
from monitor.services.ports import NewRef, Now
from reports.emails.account import EnrolledView
from reports.emails.registry import LetterKind
from reports.pages.enrollment import AskedLine, AskedView
from reports.sanitize import one_address
from scrapers.models import Query, QueryKind
from scrapers.source import Source

REMINDER = "reminder"
INVITATION_LASTS = timedelta(days=14)
# Whoever was invited so long ago hears no more of it, as when the service slept for a month.
TOO_LATE = 2 * INVITATION_LASTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminding:
    """A reminder opens the invitation once more for as long as it was open at first."""

    state: State
    config: Config
    letters: Correspondence
    now: Now

    def foresee(self, invitation: Invitation) -> None:
        """Lay the row that reminds; to be called inside the transaction that invites."""
        if self.config.invitations.reminds and invitation.reminded_at is None:
            days = self.config.invitations.remind_after_days
            at = invitation.invited_at + timedelta(days=days)
            self.state.due.ensure(REMINDER, invitation.ref, at)

    def remind(self, ref: str) -> None:
        """Remind, unless there is nothing any more to remind of, or never was."""
        now = self.now()
        with self.state.write():
            invitation = self._known(ref)
            if invitation is None or not self._awaits(invitation, now):
                return
            expires_at = now + INVITATION_LASTS
            self.state.invitations.remind(ref, now, expires_at)
            # By the day of the invitation, so that no restored copy writes a second one.
            plan = LetterPlan(reader=ref, period=invitation.invited_at.date().isoformat())
            view = Inviting(letters=self.letters).reminder(
                replace(invitation, expires_at=expires_at)
            )
            self.letters.queue(plan, view)
            self.state.audit.append(now, "namesake", "reminded", ref, {})

    def _known(self, ref: str) -> Invitation | None:
        try:
            return self.state.invitations.get(ref)
        except InputError:
            return None

    def _awaits(self, invitation: Invitation, now: datetime) -> bool:
        """Tell whether they got a letter, said nothing, and were never reminded."""
        return (
            self.config.invitations.reminds
            and invitation.spent_at is None
            and invitation.reminded_at is None
            and now - invitation.invited_at < TOO_LATE
            and self._got_it(invitation.ref)
        )

    def _got_it(self, ref: str) -> bool:
        """Tell whether a mail server took the invitation, and did not send it back."""
        outbox, kind = self.state.outbox, LetterKind.INVITATION
        return outbox.latest(ref, kind) is not None and outbox.last_sent(ref, kind) is not None


NAMELESS = PersonName(given="", family="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a person tells us when joining. The mail address is the invitation's own."""

    name: PersonName
    scopes: frozenset[Scope]
    school: str = ""
    role: str = ""
    places: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    absent_from: tuple[str, ...] = ()
    zone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """Invites and enrols. There is no way to enrol somebody else: consent needs the code."""

    state: State
    config: Config
    terms: DistrictTerms
    letters: Correspondence
    leaving: Leaving
    reminding: Reminding
    now: Now
    new_ref: NewRef

    def invite(self, mail: str, given: str = "", family: str = "") -> Invitation:
        """Queue an invitation; its code is made when the letter is sent.

        The names are those that its person may join under; without any, the address tells.
        """
        address = self._own_address(mail)
        now = self.now()
        invitation = Invitation(
            ref=self.new_ref(),
            mail=address,
            given=given,
            family=family,
            invited_at=now,
            expires_at=now + INVITATION_LASTS,
        )
        with self.state.write():
            self.leaving.make_way(address)
            if self.state.people.find_by_mail(address):
                reason = (
                    "This person is enrolled already; there is nothing to do. If the address is "
                    "somebody else's by now, run `namesake staff left` for it first."
                )
                raise InputError(reason)
            invitation = replace(invitation, reminded_at=self._take_back(address))
            self.state.invitations.add(invitation)
            self.reminding.foresee(invitation)
            self.letters.queue(
                LetterPlan(
                    reader=invitation.ref,
                    period=now.date().isoformat(),
                ),
                Inviting(letters=self.letters).invitation(invitation),
            )
            self.state.audit.append(now, "operator", "invited", invitation.ref, {})
        return invitation

    def enrol(self, code: str, answers: Answers) -> Person:
        """Spend a code and record the consent given with it, in one transaction."""
        return self.accept(self.invited(code), answers, Channel.PORTAL)

    def accept(self, invitation: Invitation, answers: Answers, channel: Channel) -> Person:
        """Spend an invitation that its code, or who was bound by it, has opened."""
        now = self.now()
        if not answers.scopes:
            reason = "No scope was agreed to, so there is nothing to look at; nothing was stored."
            raise NotPermittedError(reason)
        if answers.zone and not zone_exists(answers.zone):
            # A time that cannot be computed for one person would hold up the whole district's.
            reason = "This time zone is unknown; give one such as America/Chicago, or none."
            raise InputError(reason)
        person = self.person(invitation, answers)
        consent = Consent(
            person=person.ref,
            text_version=TEXT_VERSION,
            text_hash=self.terms.hash,
            scopes=answers.scopes,
            given_at=now,
            expires_at=now + CONSENT_LASTS,
            channel=channel,
        )
        with self.state.write():
            self.state.people.add(person)
            self.state.consents.append(consent)
            self.state.invitations.spend(invitation.ref, now)
            self.letters.queue(
                LetterPlan(reader=person.ref, period=now.date().isoformat()),
                self._confirmation(person, consent),
            )
            self.state.audit.append(now, person.ref, "enrolled", person.ref, {})
            if self.needs_word(invitation, answers.name):
                keep_request(self.state, self._name_change(person, invitation, answers.name))
        return person

    def needs_word(self, invitation: Invitation, name: PersonName) -> bool:
        """Tell whether a name is, in whole or in part, another one than somebody was invited by."""
        return check_claim(name, invited_names(invitation)).waiting

    def _name_change(self, person: Person, invitation: Invitation, name: PersonName) -> NameChange:
        known = f"{invitation.given} {invitation.family}".strip() or invitation.mail
        return NameChange(
            ref=self.new_ref(), person=person.ref, known=known, name=name, asked_at=self.now()
        )

    def _take_back(self, address: str) -> datetime | None:
        """Let a new invitation end the earlier ones: one address is one person's.

        Return when they were reminded of one of those, if so: no other reminder follows.
        """
        reminded = None
        while earlier := self.state.invitations.find_by_mail(address, self.now()):
            reminded = reminded or earlier.reminded_at
            self.state.invitations.drop(earlier.ref)
        return reminded

    def _own_address(self, mail: str) -> str:
        address = mail.strip().lower()
        if not of_district(address, self.config.district):
            allowed = ", ".join(self.config.district.domains)
            reason = f"Only addresses of this district can be invited ({allowed})."
            raise InputError(reason)
        return address

    def invited(self, code: str) -> Invitation:
        """Return the invitation that a code opens, or raise InputError."""
        invitation = self.state.invitations.by_code(hashed(code), self.now())
        if invitation is None:
            reason = "This code is unknown, already used, or expired. Ask IT for a new invitation."
            raise InputError(reason)
        return invitation

    def person(self, invitation: Invitation, answers: Answers) -> Person:
        """Return who would join with these answers; nothing is kept.

        Of a name that nobody was invited by, only what is a form of the invited one is searched.
        """
        person = Person(
            ref=self.new_ref(),
            name=NAMELESS,
            confirmed_names=invited_names(invitation),
            mail=invitation.mail,
            organisation=self.config.district.name,
            zone=answers.zone or self.config.district.zone,
            school=answers.school,
            role=answers.role,
            places=answers.places or self.config.district.places,
            handles=answers.handles,
            accounts=tuple(account.strip().casefold() for account in answers.accounts),
            pages=answers.pages,
            absent_from=answers.absent_from,
        )
        return searched_now(person, answers.name)

    def _confirmation(self, person: Person, consent: Consent) -> EnrolledView:
        return EnrolledView(
            **self.letters.greeting(person),
            **self.letters.undoing(person),
            at=consent.given_at,
            agreed=tuple(words for scope, words in SCOPES.items() if scope in consent.scopes),
            expires_at=consent.expires_at,
        )


def invited_names(invitation: Invitation) -> tuple[PersonName, ...]:
    """Return the names somebody was invited by: those typed, else those that the address tells."""
    if invitation.family:
        return (PersonName(given=invitation.given, family=invitation.family),)
    return names_in_address(invitation.mail)


def of_district(address: str, district: DistrictConfig) -> bool:
    """Tell whether it is one bare address, in small letters, under a domain of staff mail."""
    return one_address(address) and address.rpartition("@")[2] in district.domains


def hashed(code: str) -> str:
    """Codes are kept as hashes: what is in the database opens nothing."""
    return sha256(code.strip().encode()).hexdigest()


HEADINGS = {
    Scope.SEARCH: "Search engines",
    Scope.PROFILES: "Profile sites",
    Scope.MAIL_HASH: "Gravatar",
    Scope.STUDENT_LINKS: "Contacts of your own accounts",
}
LEARNS = {
    Scope.SEARCH: "They learn these words, but not who is asking.",
    Scope.PROFILES: "They learn that someone is looking for these names or handles.",
    Scope.MAIL_HASH: "It learns a code made from your work email (a hash), not the address.",
    Scope.STUDENT_LINKS: "They learn that someone is reading these public contact lists.",
}
FINGERPRINT = "a code made from your work email (a hash)"
A_MOMENT = timedelta(minutes=1)
Asked = Mapping[tuple[Scope, tuple[str, ...]], list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposing:
    """What would be asked first if somebody agreed, whatever stands in their consent today."""

    sources: Mapping[str, Source]
    student_links: StudentLinks

    def questions(self, person: Person, scopes: frozenset[Scope], now: datetime) -> Iterator[Query]:
        supposed = Consent(
            person=person.ref,
            text_version="",
            text_hash="",
            scopes=scopes,
            given_at=now,
            expires_at=now + A_MOMENT,
        )
        return plan(person, supposed, self.sources.values(), now, self.student_links)


def preview(queries: Iterable[Query], sources: Mapping[str, Source]) -> AskedView:
    """Put together which sites are asked for the same words."""
    known = tuple(queries)
    words: dict[tuple[Scope, str], dict[str, None]] = defaultdict(dict)
    for query in known:
        scope = scope_of(query.kind, sources[query.source].family)
        words[scope, query.source][_words(query, scope)] = None
    alike: dict[tuple[Scope, tuple[str, ...]], list[str]] = defaultdict(list)
    for (scope, source), asked in words.items():
        alike[scope, tuple(asked)].append(sources[source].declaration.title)
    return AskedView(
        lines=tuple(_lines(alike)),
        questions=len(known),
        sites=len({query.source for query in known}),
    )


def _lines(alike: Asked) -> Iterator[AskedLine]:
    order = list(HEADINGS)
    for (scope, words), sites in sorted(alike.items(), key=lambda each: order.index(each[0][0])):
        yield AskedLine(
            heading=HEADINGS[scope],
            sites=tuple(sorted(sites, key=str.casefold)),
            words=words,
            learns=LEARNS[scope],
        )


def _words(query: Query, scope: Scope) -> str:
    if scope is Scope.MAIL_HASH:
        return FINGERPRINT
    if query.kind is QueryKind.SEARCH:
        return " · ".join(filter(None, query.terms))
    return query.terms[0]


class Invited(StrEnum):
    """Where an invitation stands; UNKNOWN is also one whose person has left."""

    OPEN = "open"
    ANSWERED = "answered"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """Each answer is kept as it is given, and forgotten when the last one is, or a day later."""

    state: State
    joining: Joining
    sources: Mapping[str, Source]
    student_links: StudentLinks
    pictures: Pictures
    now: Now

    @property
    def offered(self) -> tuple[Scope, ...]:
        """Return the scopes that something is asked under here: no other is asked for."""
        families = {SCOPE_OF[source.family] for source in self.sources.values()}
        if self.pictures is Pictures.OPENED:
            families.add(Scope.PHOTOS)
        if self.student_links is StudentLinks.ON:
            families.add(Scope.STUDENT_LINKS)
        return tuple(scope for scope in Scope if scope in families)

    def standing(self, invitation: str) -> Invited:
        try:
            known = self.state.invitations.get(invitation)
        except InputError:
            return Invited.UNKNOWN
        if known.spent_at is not None:
            return Invited.ANSWERED
        return Invited.OPEN if known.open(self.now()) else Invited.EXPIRED

    def of_code(self, code: str) -> Invitation | None:
        """Return what a code was sent with, whether or not it still opens anything."""
        return self.state.invitations.with_code(hashed(code))

    def draft(self, invitation: str) -> Draft:
        """Return the answers so far; at first, the name under which somebody was invited."""
        known = self._open(invitation)
        kept = self.state.unfinished.get(invitation)
        return kept or Draft(name=PersonName(given=known.given, family=known.family))

    def answer(self, invitation: str, step: Step, draft: Draft) -> Draft:
        """Keep the answers of one page; what comes later is kept, too."""
        self._open(invitation)
        if not draft.may_open(step):
            reason = "You are not at this step yet. Continue where you left off."
            raise NotPermittedError(reason)
        answered = replace(draft, done=draft.done | {step})
        self.state.unfinished.put(invitation, answered, self.now())
        return answered

    def revise(self, invitation: str, draft: Draft) -> None:
        """Keep answers of a page that is not done yet, such as one more account."""
        self._open(invitation)
        self.state.unfinished.put(invitation, draft, self.now())

    def give_up(self, invitation: str) -> None:
        """Forget what was answered; the invitation stays open."""
        self.state.unfinished.drop(invitation)

    def recognised(self, address: str) -> Recognised:
        return recognised(address, self.sources.values())

    def needs_word(self, invitation: str, draft: Draft) -> bool:
        """Tell whether the name given has to be confirmed by an operator first."""
        return self.joining.needs_word(self._open(invitation), draft.name)

    def preview(self, invitation: str, draft: Draft) -> AskedView:
        """Show every question that would be asked first, and ask nothing."""
        person = self.joining.person(self._open(invitation), answers_of(draft))
        supposing = Supposing(sources=self.sources, student_links=self.student_links)
        return preview(supposing.questions(person, draft.scopes, self.now()), self.sources)

    def agree(self, invitation: str, draft: Draft, text_hash: str) -> Person:
        """Join. `text_hash` is that of the text that was read: another one is not agreed to."""
        if text_hash != self.joining.terms.hash:
            reason = "The consent text has changed since you read it. Please read it again."
            raise NotPermittedError(reason)
        if draft.reached is not Step.CHECK:
            reason = "Some questions have no answer yet. Continue where you left off."
            raise NotPermittedError(reason)
        with self.state.write():
            known = self._open(invitation)
            person = self.joining.accept(known, answers_of(draft), Channel.PORTAL)
            self.state.unfinished.drop(invitation)
        return person

    def _open(self, invitation: str) -> Invitation:
        if self.standing(invitation) is not Invited.OPEN:
            reason = "This invitation was already used or has expired. Ask IT for a new one."
            raise NotPermittedError(reason)
        return self.state.invitations.get(invitation)


def answers_of(draft: Draft) -> Answers:
    return Answers(
        name=draft.name,
        scopes=draft.scopes,
        school=draft.school,
        role=draft.role,
        places=draft.places,
        handles=draft.handles,
        accounts=draft.accounts,
        pages=draft.pages,
        absent_from=draft.absent_from,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Widening:
    state: State
    supposing: Supposing
    now: Now

    def preview(self, ref: str, before: frozenset[Scope], after: frozenset[Scope]) -> AskedView:
        """Show the first questions that `after` brings and `before` does not; ask nothing."""
        person, now, questions = self.state.people.get(ref), self.now(), self.supposing.questions
        known = {query.key for query in questions(person, before, now)}
        anew = (each for each in questions(person, after, now) if each.key not in known)
        return preview(anew, self.supposing.sources)
