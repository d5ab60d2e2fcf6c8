"""Leaving: nothing is asked from that moment on, and everything is erased within a day.

Undoing what was not one's own doing: the owner of a mailbox says so by one button.
"""

import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.db.database import State
from monitor.db.outbox import LetterState
from monitor.domain.consent import Act, Channel, Consent, ended
from monitor.domain.person import Person
from monitor.domain.planning.queries import known_handles
from monitor.domain.retention import ERASED_WITHIN
from monitor.errors import InputError
from monitor.services.notifications import Correspondence, LetterPlan, token_of
from monitor.services.ports import Now
from reports.emails.account import WithdrawnView
from reports.labels import Ending

BACKUPS_ROTATE = timedelta(days=30)
ERASURE = "erase"
ERASURE_RETRY = timedelta(minutes=10)
ENDING = {
    Act.WITHDRAWN: Ending.WITHDRAWN,
    Act.DISOWNED: Ending.WITHDRAWN,
    Act.LEFT: Ending.LEFT,
    Act.LAPSED: Ending.LAPSED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """`forget_letters` removes what lies in our own folder for an address."""

    state: State
    letters: Correspondence
    forget_letters: Callable[[str], None]
    now: Now

    def withdraw(self, ref: str, channel: Channel = Channel.OPERATOR) -> None:
        """End a consent and take leave by letter; the erasure follows when that was sent."""
        self._end(ref, Act.WITHDRAWN, channel)

    def left_district(self, ref: str) -> None:
        """End the consent of somebody who works here no more, and whose mailbox may be another's.

        One farewell is tried, for a day at most; all other letters that wait are dropped.
        """
        with self.state.write():
            self.state.outbox.drop_waiting(ref)
            self._end(ref, Act.LEFT, Channel.OPERATOR)

    def disown(self, ref: str) -> None:
        """Undo at once what the owner of the mailbox says was not their doing, and erase it."""
        with self.state.write():
            self.state.outbox.drop_waiting(ref)
            self._end(ref, Act.DISOWNED, Channel.LETTER)
            if not self.state.holds.stands(ref):
                self.erase_now(ref)

    def lapse(self, ref: str) -> None:
        """End a consent that ran out and was not renewed in time."""
        self._end(ref, Act.LAPSED, Channel.ITSELF)

    def make_way(self, mail: str) -> None:
        """Erase at once who has left an address, when it is about to be somebody else's.

        Under a legal hold the address alone is taken from them: it leads to them no more.
        """
        ref = self.state.people.find_by_mail(mail)
        consent = None if ref is None else self.state.consents.latest(ref)
        if ref is None or consent is None or consent.withdrawn_at is None:
            return
        if self.state.holds.stands(ref):
            with self.state.write():
                self.state.outbox.drop_waiting(ref)
                self.state.people.give_up_address(ref)
            return
        self.erase_now(ref)

    def erase(self, ref: str) -> bool:
        """Erase a person who left; put it off, for a day at most, while a letter waits."""
        consent = self.state.consents.latest(ref)
        if consent is None or consent.withdrawn_at is None or self.state.holds.stands(ref):
            return False
        # The next try would come too late to keep the promise.
        last_try = self.now() + ERASURE_RETRY >= self._free_since(consent) + ERASED_WITHIN
        if self._letter_waits(ref) and not last_try:
            return False
        self.erase_now(ref)
        return True

    def erase_now(self, ref: str) -> None:
        person = self.state.people.get(ref)
        if not self.state.holds.stands(ref):
            self._forget_letters(person)
        with self.state.write():
            self.state.audit.append(self.now(), "namesake", "erased", ref, {})
            handles = known_handles(person)
            self.state.hosts.forget_naming(handles)
            self.state.robots.forget_naming(handles)
            self.state.people.erase(ref)

    def _forget_letters(self, person: Person) -> None:
        """Forget what lies in our folder, also for old addresses that are nobody else's now."""
        given_up = (each.old for each in self.state.address_changes.of(person.ref))
        for address in {person.mail, *given_up}:
            if self.state.people.find_by_mail(address) in {None, person.ref}:
                self.forget_letters(address)

    def _end(self, ref: str, act: Act, channel: Channel) -> None:
        now, person = self.now(), self.state.people.get(ref)
        consent = self.state.consents.latest(ref)
        if consent is None or consent.withdrawn_at is not None:
            reason = "This person has withdrawn already; the erasure is under way."
            raise InputError(reason)
        held = self.state.holds.stands(ref)
        with self.state.write():
            self.state.consents.append(replace(ended(consent, act, now), channel=channel))
            self.state.due.ensure(ERASURE, ref, now)
            plan = LetterPlan(reader=ref, period=now.date().isoformat())
            view = WithdrawnView(
                **self.letters.farewell(person),
                ending=ENDING[act],
                at=now,
                erased_by=None if held else now + ERASED_WITHIN,
                backups_by=None if held else now + BACKUPS_ROTATE,
            )
            self.letters.queue(plan, view)
            self.state.audit.append(now, actor(ref, channel), f"consent-{act}", ref, {})

    def _letter_waits(self, ref: str) -> bool:
        return any(
            letter.recipient_ref == ref and letter.state is LetterState.QUEUED
            for letter in self.state.outbox.all()
        )

    def _free_since(self, consent: Consent) -> datetime:
        """Return when erasing became allowed: by leaving, or by the end of a legal hold."""
        lifted = (each.lifted_at for each in self.state.holds.of(consent.person))
        return max(each for each in (consent.withdrawn_at, *lifted) if each is not None)


def actor(ref: str, channel: Channel) -> str:
    """Name who acted, for the record: the person, or who wrote down their word."""
    return {Channel.OPERATOR: "operator", Channel.ITSELF: "namesake"}.get(channel, ref)


# Long enough to read one's mail, and short enough that an old letter erases nobody.
LASTS = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disowning:
    """The token stands in letters about a consent or an address, and so with its mailbox."""

    state: State
    leaving: Leaving
    now: Now

    def bearer(self, token: str) -> str | None:
        """Return whose letter a token stands in; None where it does nothing any more."""
        ref = token.rpartition("-")[0]
        known = (token_of(self.state, each) for each in self._heard(ref))
        if any(hmac.compare_digest(token.encode(), each.encode()) for each in known):
            return ref
        return None

    def _heard(self, ref: str) -> Iterator[Person]:
        """Yield the person with each address at which a letter told of a deed not long ago."""
        consent, since = self.state.consents.latest(ref), self.now() - LASTS
        if consent is None or consent.withdrawn_at is not None:
            return
        person = self.state.people.get(ref)
        if since < consent.written_at:
            yield person
        for change in self.state.address_changes.of(ref):
            if change.changed_at and since < change.changed_at:
                yield replace(person, mail=change.old)

    def disown(self, token: str) -> None:
        """End the consent and erase everything at once."""
        ref = self.bearer(token)
        if ref is None:
            reason = "This link does nothing any more."
            raise InputError(reason)
        self.leaving.disown(ref)
