"""Who is let in: a session for whoever proved who they are, and their roles as of now.

Signing in by a link that only a mailbox gets, and only the browser that asked can use.
"""

import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.config import Config
from monitor.db.accounts import Session, SignInLink
from monitor.db.database import State
from monitor.domain.person import Principal, Role, Way
from monitor.errors import InputError
from monitor.services.enrollment import hashed
from monitor.services.notifications import (
    Correspondence,
    LetterPlan,
    holder,
    operator_ref,
    reviewer_ref,
)
from monitor.services.ports import NewRef, Now
from reports.emails.account import SignInLinkView

SESSION_LASTS = timedelta(hours=12)
IDLE_LASTS = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a session stands for. `person` and `invitation` are empty where there is none."""

    mail: str
    name: str
    person: str = ""
    invitation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitting:
    """Roles are read anew with each page: whoever is taken off a list is out at once."""

    state: State
    config: Config
    now: Now
    new_code: Callable[[], str]

    def known(self, mail: str) -> str:
        """Return the ref of whoever may sign in under an address; empty where nobody may."""
        address = mail.strip().casefold()
        return self.state.people.find_by_mail(address) or self._listed(address)

    def begin(self, reader: str, way: Way) -> str:
        """Begin a session and return its id, which only the browser is to keep."""
        now, new_id = self.now(), self.new_code()
        with self.state.write():
            self.state.sessions.drop_expired(now)
            self.state.sessions.add(
                Session(
                    hash=hashed(new_id),
                    reader=reader,
                    way=way,
                    started_at=now,
                    expires_at=now + SESSION_LASTS,
                )
            )
            self.state.audit.append(now, reader, "signed-in", reader, {"way": way})
        return new_id

    def recognise(self, session_id: str) -> Principal | None:
        """Tell who is behind a session, or None where it, or who they were, has ended."""
        session = self.state.sessions.get(hashed(session_id), self.now())
        reader = self._reader(session) if session else None
        if session is None or reader is None:
            return None
        return self._principal(session.reader, reader, Way(session.way), session.started_at)

    def _principal(self, ref: str, reader: Reader, way: Way, since: datetime) -> Principal:
        return Principal(
            reader=ref,
            mail=reader.mail,
            name=reader.name,
            roles=frozenset(self._roles(reader)),
            way=way,
            started_at=since,
            person=reader.person,
            invitation=reader.invitation,
        )

    def vouched(self, mail: str) -> Principal | None:
        """Tell who has an address that the district's proxy vouches for; None for a stranger."""
        ref = self.known(mail)
        reader = self._known(ref) if ref else None
        return self._principal(ref, reader, Way.HEADER, self.now()) if reader else None

    def end(self, session_id: str) -> None:
        self.state.sessions.end(hashed(session_id))

    def end_everywhere(self, principal: Principal) -> None:
        self.state.sessions.end_all(principal.reader)

    def _reader(self, session: Session) -> Reader | None:
        if session.way == Way.INVITATION:
            return self._invited(session.reader)
        return self._known(session.reader)

    def _known(self, ref: str) -> Reader | None:
        try:
            person = self.state.people.get(ref)
        except InputError:
            address = holder(ref, self.config.district)
            return Reader(address, address) if address else None
        return Reader(person.mail, person.name.given or person.mail, person=person.ref)

    def _invited(self, ref: str) -> Reader | None:
        try:
            invitation = self.state.invitations.get(ref)
        except InputError:
            return None
        if not invitation.open(self.now()):
            return None
        return Reader(invitation.mail, invitation.given or invitation.mail, invitation=ref)

    def _roles(self, reader: Reader) -> Iterator[Role]:
        if reader.invitation:
            return
        mail, district = reader.mail.casefold(), self.config.district
        if reader.person:
            yield Role.STAFF
        if mail in map(str.casefold, district.reviewers):
            yield Role.REVIEWER
        if mail in map(str.casefold, district.operators):
            yield Role.OPERATOR

    def _listed(self, address: str) -> str:
        offices = (reviewer_ref(address), operator_ref(address))
        return next((each for each in offices if holder(each, self.config.district)), "")


LINK_LASTS = timedelta(minutes=15)
AN_HOUR = timedelta(hours=1)
MOST_AN_HOUR = 5


class Refused(StrEnum):
    """Why a link does not open: it is over for everybody, or was asked for elsewhere."""

    OVER = "over"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningIn:
    state: State
    admitting: Admitting
    letters: Correspondence
    now: Now
    new_ref: NewRef

    def ask(self, address: str, visit: str) -> None:
        """Queue a letter with a link, if the address may sign in: the answer never tells."""
        now, reader = self.now(), self.admitting.known(address)
        link = SignInLink(
            ref=self.new_ref(),
            reader=reader,
            browser=hashed(visit),
            asked_at=now,
            expires_at=now + LINK_LASTS,
        )
        with self.state.write():
            self.state.sign_in_links.drop_asked_before(now - AN_HOUR)
            often = self.state.sign_in_links.asked_since(reader, now - AN_HOUR) >= MOST_AN_HOUR
            if reader and not often:
                self.state.sign_in_links.add(link)
                self.letters.queue(LetterPlan(reader=reader, period=link.ref), self._letter(link))
            else:
                self.state.sign_in_links.put_nobodys(link)

    def use(self, code: str, visit: str) -> str | Refused:
        """Spend a link and return who it stands for, or say why it does not open."""
        now = self.now()
        link = self.state.sign_in_links.by_code(hashed(code))
        if link is None or not link.open(now):
            return Refused.OVER
        if not hmac.compare_digest(link.browser, hashed(visit)):
            return Refused.ELSEWHERE
        return link.reader if self.state.sign_in_links.spend(link.ref, now) else Refused.OVER

    def _letter(self, link: SignInLink) -> SignInLinkView:
        greeting = self.letters.greeting_to(
            self._name(link.reader),
            why="You get this email because someone asked for it on the sign-in page.",
            leave="If that was not you, do nothing. Without this email, no one gets in.",
        )
        return SignInLinkView(**greeting, expires_at=link.expires_at)

    def _name(self, reader: str) -> str:
        try:
            return self.state.people.get(reader).name.given
        except InputError:
            return "colleague"
