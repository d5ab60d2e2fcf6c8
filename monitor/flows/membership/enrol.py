"""Joining: an invitation that only a mailbox can open, and an answer only its owner can give."""

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from monitor.config import CONSENT_LASTS, Config, DistrictConfig, zone_exists
from monitor.domain.consent import Channel, Consent, Scope
from monitor.domain.consent_text import SCOPES, TEXT_VERSION
from monitor.domain.person import Person, PersonName
from monitor.errors import InputError, NotPermittedError
from monitor.flows.membership.reminding import INVITATION_LASTS, Reminding
from monitor.flows.membership.terms import DistrictTerms
from monitor.flows.membership.withdraw import Leaving
from monitor.flows.parts import NewRef, Now
from monitor.flows.writing.inviting import Inviting
from monitor.flows.writing.letters import Correspondence, LetterPlan
from monitor.store.invitations import Invitation
from monitor.store.state import State
from reports.notice import EnrolledView
from reports.text import one_address


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

    def invite(self, mail: str, given: str, family: str) -> Invitation:
        """Queue an invitation; its code is made when the letter is sent."""
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
        return self.accept(self.invited(code), answers, Channel.KEYBOARD)

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
        return person

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
            reason = "This code is unknown, used or out of date; ask IT for a new invitation."
            raise InputError(reason)
        return invitation

    def person(self, invitation: Invitation, answers: Answers) -> Person:
        """Return who would join with these answers; nothing is kept."""
        return Person(
            ref=self.new_ref(),
            name=answers.name,
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

    def _confirmation(self, person: Person, consent: Consent) -> EnrolledView:
        return EnrolledView(
            **self.letters.greeting(person),
            **self.letters.undoing(person),
            at=consent.given_at,
            agreed=tuple(words for scope, words in SCOPES.items() if scope in consent.scopes),
            expires_at=consent.expires_at,
        )


def of_district(address: str, district: DistrictConfig) -> bool:
    """Tell whether it is one bare address, in small letters, under a domain of staff mail."""
    return one_address(address) and address.rpartition("@")[2] in district.domains


def hashed(code: str) -> str:
    """Codes are kept as hashes: what is in the database opens nothing."""
    return sha256(code.strip().encode()).hexdigest()
