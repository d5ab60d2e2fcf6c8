"""A person changes their names, handles, accounts, places or work address.

Nothing happens when a new address is asked for: whether it is somebody's already plays no part
before its mailbox has answered, so it cannot be told from what is said, written or sent.
"""

import hmac
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from monitor.config import Config, zone_exists
from monitor.db.database import State
from monitor.db.people import AddressChange
from monitor.domain.person import Person
from monitor.errors import InputError, NotPermittedError
from monitor.services.auth import AN_HOUR, LINK_LASTS, MOST_AN_HOUR
from monitor.services.enrollment import hashed, of_district
from monitor.services.erasure import Leaving
from monitor.services.notifications import Correspondence, LetterPlan
from monitor.services.ports import NewRef, Now
from monitor.services.retention import Retiring
from reports.emails.account import AddressChangedView, NewAddressView


@dataclass(frozen=True, slots=True, kw_only=True)
class Editing:
    state: State
    retiring: Retiring
    now: Now

    def edit(self, person: Person) -> Person:
        """Keep a person's new words for themselves, and forget what only the old ones showed.

        What is asked by new words has no history, so its first answers are silent. The mail
        address is changed by its mailbox alone, and the organisation is the district's to say.
        """
        with self.state.write():
            # Not before: in another tab the address may just have become another one.
            before = self.state.people.get(person.ref)
            if not self.state.consents.stands(person.ref, self.now()):
                reason = "This consent has ended, so nothing is looked up by any words."
                raise NotPermittedError(reason)
            after = replace(
                person,
                mail=before.mail,
                organisation=before.organisation,
                accounts=tuple(account.strip().casefold() for account in person.accounts),
            )
            _refuse_unusable(after)
            if after != before:
                self.state.people.replace(after)
                self.retiring.edited(before, after)
                self.state.audit.append(self.now(), person.ref, "edited", person.ref, {})
        return after


def _refuse_unusable(person: Person) -> None:
    if not (person.name.given.strip() and person.name.family.strip()):
        reason = "Nothing can be looked up without a given and a family name."
        raise InputError(reason)
    if not zone_exists(person.zone):
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
            reason = "This consent has ended, so nothing is written to any address."
            raise NotPermittedError(reason)
        return self.state.people.get(ref)

    def _question(self, change: AddressChange) -> NewAddressView:
        # A slip of the pen brings it to somebody else, who is to learn of nobody that they joined.
        greeting = self.letters.greeting_to(
            "colleague",
            why="You get this letter because somebody typed your address on their page.",
            leave="If that was not you, do nothing: without this letter nothing changes.",
        )
        return NewAddressView(**greeting, expires_at=change.expires_at)

    def _notice(self, before: Person, now: datetime) -> AddressChangedView:
        greeting = self.letters.greeting(before)
        greeting["why"] = "You get this letter because Namesake wrote to you here until now."
        greeting["leave"] = "It is the last one to this address."
        return AddressChangedView(**greeting, **self.letters.undoing(before), at=now)
