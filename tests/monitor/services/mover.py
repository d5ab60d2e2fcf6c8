"""Somebody who moves to another address, and what becomes of it."""

import re
from dataclasses import dataclass

from monitor.db.people import AddressChange
from monitor.services.profile import Readdressing, Unchanged, Unwritten
from tests.monitor.services.fakes import Sent
from tests.monitor.services.world import Staff, World

NEW = "maria.rivers@cedarvalley.example"
BROWSER, ELSEWHERE = "the browser that asked", "another one"
CODE = re.compile(r"^    ([\w-]{43})$", re.MULTILINE)


@dataclass(frozen=True)
class Mover:
    """Somebody who has joined, and moves to another address."""

    staff: Staff

    @property
    def world(self) -> World:
        return self.staff.world

    @property
    def flow(self) -> Readdressing:
        return self.world.service.portal.readdressing

    @property
    def mail(self) -> str:
        return self.world.state.people.get(self.staff.ref).mail

    @property
    def changes(self) -> tuple[AddressChange, ...]:
        return self.world.state.address_changes.of(self.staff.ref)

    def asks(self, address: str = NEW) -> Unwritten | None:
        return self.flow.ask(self.staff.ref, address, BROWSER)

    def code(self, address: str = NEW) -> str:
        self.world.service.posting.send_due()
        letters = [each for each in self.world.post.to(address) if of(each, "new-address")]
        return CODE.findall(letters[-1].letter.text)[0]

    def confirms(self, code: str = "", browser: str = BROWSER) -> Unchanged | None:
        return self.flow.confirm(self.staff.ref, code or self.code(), browser)

    def moves(self, address: str = NEW) -> None:
        assert self.asks(address) is None
        assert self.confirms(self.code(address)) is None

    def sends(self) -> None:
        self.world.service.posting.send_due()


def of(sent: Sent, kind: str) -> bool:
    return sent.envelope.kind == kind
