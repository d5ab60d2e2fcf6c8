"""A person changes their names, handles, accounts, places or work address.

Nothing happens when a new address is asked for: whether it is somebody's already plays no part
before its mailbox has answered, so it cannot be told from what is said, written or sent.
"""

import hmac
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from monitor.config import Config, zone_exists
from monitor.db.account_proofs import AccountProof, ProofState
from monitor.db.database import State
from monitor.db.people import AddressChange
from monitor.domain.enrollment import adds_words
from monitor.domain.names.bound import check_claim, confirmed_names
from monitor.domain.person import Person, PersonName
from monitor.domain.schedule import MOST_EDITS_A_WEEK, next_edit
from monitor.errors import InputError, NotPermittedError, TooSoonError
from monitor.services.auth import AN_HOUR, LINK_LASTS, MOST_AN_HOUR
from monitor.services.enrollment import hashed, of_district
from monitor.services.erasure import Leaving
from monitor.services.name_changes import NAME_ASKED, Naming, searched_now
from monitor.services.notifications import Correspondence, LetterPlan
from monitor.services.ports import NewRef, Now
from monitor.services.retention import Retiring
from reports.emails.account import AddressChangedView, NewAddressView

EDITED: Final = "edited"
TAKEN_BACK: Final = "took-back"
PROOF_ASKED: Final = "proof-asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Editing:
    state: State
    retiring: Retiring
    naming: Naming
    now: Now

    def edit(self, person: Person) -> Person:
        """Keep a person's new words for themselves, and forget what only the old ones showed.

        What is asked by new words has no history, so its first answers are silent. The mail
        address is changed by its mailbox alone, and the organisation is the district's to say.
        A name that is no form of a confirmed one waits for an operator. Raises TooSoonError where
        words were added too often within a week.
        """
        with self.state.write():
            # Not before: in another tab the address may just have become another one.
            before = self.state.people.get(person.ref)
            if not self.state.consents.stands(person.ref, self.now()):
                reason = "This consent has ended, so no search is run."
                raise NotPermittedError(reason)
            asked = replace(
                person,
                mail=before.mail,
                organisation=before.organisation,
                accounts=tuple(account.strip().casefold() for account in person.accounts),
                confirmed_names=before.confirmed_names,
            )
            _refuse_unusable(asked, before)
            if asked == before:
                return before
            adds = adds_words(before, asked)
            if adds:
                self._refuse_too_often(person.ref)
            after = self._named(before, asked)
            if after != before:
                self.state.people.replace(after)
                # Whatever is added, or added again, is judged anew.
                for own in {*before.accounts, *before.pages} ^ {*after.accounts, *after.pages}:
                    self.state.account_proofs.drop(before.ref, own)
                self.retiring.edited(before, after)
                action = EDITED if adds else TAKEN_BACK
                self.state.audit.append(self.now(), person.ref, action, person.ref, {})
        return after

    def next_at(self, ref: str) -> datetime | None:
        """Return from when on a person may add words again; None where they may now."""
        deeds = (EDITED, NAME_ASKED, PROOF_ASKED)
        # A name that waits may have been given in one edit with other words, at one time.
        made = {
            at
            for deed in deeds
            for at in self.state.audit.own_deeds(ref, deed, MOST_EDITS_A_WEEK + 1)
        }
        joined = self.state.consents.history(ref)[0].given_at
        return next_edit(made - {joined}, self.now())

    def request_proof(self, ref: str, account: str) -> None:
        """Have the next check look for the proof that a person controls an account.

        Raises TooSoonError where they added words, or asked for this, too often within a week.
        """
        with self.state.write():
            if not self.state.consents.stands(ref, self.now()):
                reason = "This consent has ended, so no search is run."
                raise NotPermittedError(reason)
            proof = self._unproven(ref, account)
            if proof is None or proof.state is ProofState.REQUESTED:
                return
            self._refuse_too_often(ref)
            now = self.now()
            self.state.account_proofs.put(replace(proof, state=ProofState.REQUESTED, at=now))
            self.state.audit.append(now, ref, PROOF_ASKED, ref, {})

    def forget_proof(self, ref: str, account: str) -> None:
        """Forget an account that showed another name, and that nobody proved."""
        with self.state.write():
            if self._unproven(ref, account):
                self.state.account_proofs.drop(ref, account)
                self.state.audit.append(self.now(), ref, TAKEN_BACK, ref, {})

    def _unproven(self, ref: str, account: str) -> AccountProof | None:
        proofs = self.state.account_proofs.of_person(ref)
        known = (each for each in proofs if each.account == account)
        return next((each for each in known if each.state is not ProofState.PROVEN), None)

    def asked_name(self, ref: str) -> PersonName | None:
        """Return the name that waits for an operator, None where none does."""
        waiting = self.state.name_changes.of_person(ref)
        return waiting.name if waiting else None

    def _named(self, before: Person, asked: Person) -> Person:
        """Search by what may be searched of a new name, and let an operator decide on the rest."""
        if asked.name == before.name:
            return replace(asked, confirmed_names=confirmed_names(before))
        if check_claim(asked.name, confirmed_names(before)).waiting:
            self.naming.request(before, asked.name)
        else:
            self.naming.withdraw(before.ref)
        return searched_now(replace(asked, name=before.name), asked.name)

    def _refuse_too_often(self, ref: str) -> None:
        next_at = self.next_at(ref)
        if next_at is not None:
            reason = (
                f"You added names, places or accounts {MOST_EDITS_A_WEEK} times within seven days. "
                f"You can add more after {next_at:%B %-d, %Y, %H:%M} UTC."
            )
            raise TooSoonError(reason)


def _refuse_unusable(asked: Person, before: Person) -> None:
    name = asked.name
    if name != before.name and not (name.given.strip() and name.family.strip()):
        reason = "Enter a first name and a last name. No search can be run without them."
        raise InputError(reason)
    if not zone_exists(asked.zone):
        reason = "This time zone is unknown; give one such as America/Chicago."
        raise InputError(reason)


class Unwritten(StrEnum):
    """Why no letter was written to a new address; each reason is the asking person's own."""

    FOREIGN = "foreign"
    SAME = "same"
    OFTEN = "often"


class Unchanged(StrEnum):
    """Why a code changes nothing: it is over, was asked for elsewhere, or its address is taken."""

    OVER = "over"
    ELSEWHERE = "elsewhere"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Readdressing:
    state: State
    config: Config
    letters: Correspondence
    leaving: Leaving
    retiring: Retiring
    now: Now
    new_ref: NewRef

    def waiting(self, ref: str) -> AddressChange | None:
        """Return the last change that somebody asked for and can still confirm."""
        kept = self.state.address_changes.of(ref)
        return next((each for each in reversed(kept) if each.open(self.now())), None)

    def made(self, ref: str) -> AddressChange | None:
        """Return the last change that was confirmed, while it is remembered."""
        kept = self.state.address_changes.of(ref)
        return next((each for each in reversed(kept) if each.changed_at), None)

    def ask(self, ref: str, address: str, visit: str) -> Unwritten | None:
        """Write to a new address, or say why not. Raises NotPermittedError without a consent."""
        now, new = self.now(), address.strip().lower()
        with self.state.write():
            person = self._standing(ref)
            if not of_district(new, self.config.district):
                return Unwritten.FOREIGN
            if new == person.mail.casefold():
                return Unwritten.SAME
            if self.state.address_changes.asked_since(ref, now - AN_HOUR) >= MOST_AN_HOUR:
                return Unwritten.OFTEN
            change = AddressChange(
                ref=self.new_ref(),
                person=ref,
                browser=hashed(visit),
                old=person.mail,
                new=new,
                asked_at=now,
                expires_at=now + LINK_LASTS,
            )
            self.state.address_changes.add(change)
            self.letters.queue(LetterPlan(reader=ref, period=change.ref), self._question(change))
            self.state.audit.append(now, ref, "address-asked", ref, {})
        return None

    def confirm(self, ref: str, code: str, visit: str) -> Unchanged | None:
        """Spend a code of this person's, in the browser that asked for it, or say why not.

        Raises NotPermittedError where their consent has ended.
        """
        with self.state.write():
            change = self.state.address_changes.by_code(hashed(code))
            if change is None or change.person != ref or not change.open(self.now()):
                return Unchanged.OVER
            if not hmac.compare_digest(change.browser, hashed(visit)):
                return Unchanged.ELSEWHERE
            before = self._standing(ref)
            self.leaving.make_way(change.new)
            if self.state.people.find_by_mail(change.new):
                return Unchanged.TAKEN
            self._move(before, change)
            self._shut(ref, visit)
        return None

    def _move(self, before: Person, change: AddressChange) -> None:
        """Know the person by the new address alone, and tell the old one."""
        now, after = self.now(), replace(before, mail=change.new)
        # Who invited them anew, not knowing that they are in, invited nobody else.
        while invitation := self.state.invitations.find_by_mail(change.new, now):
            self.state.invitations.drop(invitation.ref)
        self.state.people.replace(after)
        self.retiring.edited(before, after)
        self.state.address_changes.confirm(change.ref, now)
        if self.state.paused_addresses.resume(before.ref):
            self.state.outbox.hurry(before.ref, now)
        plan = LetterPlan(reader=before.ref, period=change.ref)
        self.letters.queue(plan, self._notice(before, now))
        self.state.audit.append(now, before.ref, "address-changed", before.ref, {})

    def _shut(self, ref: str, visit: str) -> None:
        """Shut out whoever came in by the old address, and what it may still bring in."""
        self.state.sign_in_links.drop(ref)
        self.state.sessions.end_others(ref, hashed(visit))

    def _standing(self, ref: str) -> Person:
        if not self.state.consents.stands(ref, self.now()):
            reason = "This consent has ended, so no email is sent."
            raise NotPermittedError(reason)
        return self.state.people.get(ref)

    def _question(self, change: AddressChange) -> NewAddressView:
        # A slip of the pen brings it to somebody else, who is to learn of nobody that they joined.
        greeting = self.letters.greeting_to(
            "colleague",
            why="You get this email because someone typed your address on their page.",
            leave="If that was not you, do nothing. Without this email, nothing changes.",
        )
        return NewAddressView(**greeting, expires_at=change.expires_at)

    def _notice(self, before: Person, now: datetime) -> AddressChangedView:
        greeting = self.letters.greeting(before)
        greeting["why"] = (
            "You get this email because Namesake wrote to you at this address until now."
        )
        greeting["leave"] = "It is the last one to this address."
        return AddressChangedView(**greeting, **self.letters.undoing(before), at=now)
