"""Somebody who moves to another address, and what becomes of it."""

import re
from dataclasses import dataclass

from monitor.db.people import AddressChange
from monitor.domain.vocabulary import AddressConfirmRefusal, AddressRequestRefusal
from monitor.services.outbox import send_due
from monitor.services.own_details import confirm_work_email_change, request_work_email_change
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
    def mail(self) -> str:
        return self.world.state.people.load_person(self.staff.id).mail

    @property
    def changes(self) -> tuple[AddressChange, ...]:
        return self.world.state.address_changes.list_address_changes(self.staff.id)

    def asks(self, address: str = NEW) -> AddressRequestRefusal | None:
        return request_work_email_change(self.world.app, self.staff.id, address, BROWSER)

    def code(self, address: str = NEW) -> str:
        send_due(self.world.app)
        emails = [email for email in self.world.post.to(address) if of(email, "new-address")]
        return CODE.findall(emails[-1].email.text)[0]

    def confirms(self, code: str = "", browser: str = BROWSER) -> AddressConfirmRefusal | None:
        return confirm_work_email_change(
            self.world.app, self.staff.id, code or self.code(), browser
        )

    def moves(self, address: str = NEW) -> None:
        assert self.asks(address) is None
        assert self.confirms(self.code(address)) is None

    def sends(self) -> None:
        send_due(self.world.app)


def of(sent: Sent, kind: str) -> bool:
    return sent.envelope.kind == kind
