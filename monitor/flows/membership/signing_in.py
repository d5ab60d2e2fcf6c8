"""Signing in by a link that only a mailbox gets, and only the browser that asked can use."""

import hmac
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from monitor.errors import InputError
from monitor.flows.membership.admitting import Admitting
from monitor.flows.membership.enrol import hashed
from monitor.flows.parts import NewRef, Now
from monitor.flows.writing.letters import Correspondence, LetterPlan
from monitor.store.sign_in_links import SignInLink
from monitor.store.state import State
from reports.sign_in_link import SignInLinkView

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
            self.state.sign_in_links.add(link)
            if reader and not often:
                self.letters.queue(LetterPlan(reader=reader, period=link.ref), self._letter(link))

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
            why="You get this letter because somebody asked for it on the sign-in page.",
            leave="If that was not you, do nothing: without this letter nobody gets in.",
        )
        return SignInLinkView(**greeting, expires_at=link.expires_at)

    def _name(self, reader: str) -> str:
        try:
            return self.state.people.get(reader).name.given
        except InputError:
            return "colleague"
