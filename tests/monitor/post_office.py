"""A mail server for one test: it takes emails, or finds one of the ways not to."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ssl import SSLContext
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

LOOPBACK = "127.0.0.1"
TAKEN = "250 taken"

# How long to wait for a counter that has fallen silent: every other step has to fit into it, too.
HANGING_SECONDS = 2.0


@dataclass
class Counter:
    """Answers each command as it is told to; what it takes is kept."""

    sender: str = TAKEN
    recipient: str = TAKEN
    email: str = TAKEN
    farewell: str = "221 bye"
    silent: bool = False
    emails: list[bytes] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    async def handle_MAIL(  # noqa: N802 - the name is aiosmtpd's
        self, _server: object, _session: object, envelope: Any, address: str, _options: object
    ) -> str:
        envelope.mail_from = address
        return self.sender

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self, _server: object, _session: object, envelope: Any, address: str, _options: object
    ) -> str:
        if self.recipient == TAKEN:
            envelope.rcpt_tos.append(address)
        return self.recipient

    async def handle_DATA(self, _server: object, session: Any, envelope: Any) -> str:  # noqa: N802 - likewise
        if self.silent:
            await asyncio.Event().wait()
        self.emails.append(envelope.content)
        self.recipients.append(envelope.rcpt_tos)
        self.encrypted.append(session.ssl is not None)
        return self.email

    async def handle_QUIT(  # noqa: N802 - likewise
        self, _server: object, _session: object, _envelope: object
    ) -> str:
        return self.farewell


def only(user: str, password: str) -> Any:
    """Let one user in, and nobody else."""

    def authenticate(
        _server: SMTP, _session: object, _envelope: object, _mechanism: str, given: object
    ) -> AuthResult:
        right = LoginPassword(login=user.encode(), password=password.encode())
        return AuthResult(success=given == right, handled=False)

    return authenticate


class PostOffice(Controller):
    """Listens on a port that the machine chooses."""

    def __init__(self, counter: Counter, implicit: SSLContext | None = None, **ways: Any) -> None:
        self._socket = socket.create_server((LOOPBACK, 0))
        super().__init__(
            counter,
            hostname=LOOPBACK,
            port=self._socket.getsockname()[1],
            ssl_context=implicit,
            **ways,
        )

    def _create_server(self) -> Any:
        return self.loop.create_server(
            self._factory_invoker, sock=self._socket, ssl=self.ssl_context
        )


@contextmanager
def opened(counter: Counter, **ways: Any) -> Iterator[PostOffice]:
    office = PostOffice(counter, **ways)
    office.start()
    try:
        yield office
    finally:
        office.stop()
