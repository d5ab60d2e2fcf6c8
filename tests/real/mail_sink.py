"""A mail server that takes everything, and notes what it said 250 to."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from typing import Any

from aiosmtpd.controller import Controller

from tests.real.machine import LOCALHOST


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenEmail:
    recipient: str
    message_id: str
    text: str


@dataclass
class MailSink:
    taken: list[TakenEmail] = field(default_factory=list)

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802 - the name is aiosmtpd's
        message = message_from_bytes(envelope.content, policy=policy.default)
        body = message.get_body(("plain",))
        text = str(body.get_content()) if body else ""
        for recipient in envelope.rcpt_tos:
            taken = TakenEmail(
                recipient=recipient, message_id=str(message["Message-ID"]), text=text
            )
            self.taken.append(taken)
        return "250 taken"

    def sent_to(self, address: str) -> list[TakenEmail]:
        return [entry for entry in self.taken if entry.recipient == address]


@contextmanager
def mail_sink(port: int) -> Iterator[MailSink]:
    sink = MailSink()
    controller = Controller(sink, hostname=LOCALHOST, port=port)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
