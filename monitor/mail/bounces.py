"""A mailbox over IMAP, and the reports of mail servers in it.

What lies in a mailbox was written by strangers: a child of its own reads each message.
"""

import imaplib
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Protocol

from monitor.config.sections import BouncesConfig, MailSecurity
from monitor.domain.email_delivery import Bounce
from monitor.domain.errors import UnavailableError
from monitor.mail.delivery_reports import (
    LOCAL_ID,
    MAX_BYTES,
    MAX_RECIPIENTS,
    ReportReading,
    read_report,
)
from monitor.mail.smtp import build_tls_context, format_xoauth2, read_token
from scrapers.sandbox.client import ParserLostError, ParserStartError, SandboxParser

# What is more waits for the next time.
MAX_MESSAGES = 200
# An ordinary report takes a thousandth of it; what takes longer is ended, and not read again.
MESSAGE_CPU_SECONDS = 1
# So many that had to be ended make a round last no longer than a minute of processor.
MAX_LOST_MESSAGES = 20
MAX_HEADER_BYTES = 64_000
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_READER = frozenset({"monitor.mail.delivery_reports"})
LOG = logging.getLogger(__name__)


class BounceMailbox(Protocol):
    """The mailbox that undeliverable emails come back to.

    `read_bounces` yields the bounces of one message after another, and None for one that cannot
    be read; what was yielded is not read again. Raises UnavailableError.
    """

    def read_bounces(self) -> Iterator[tuple[Bounce, ...] | None]: ...


class NoBounceMailbox:
    """Where no mailbox is configured, nothing comes back."""

    def read_bounces(self) -> Iterator[tuple[Bounce, ...] | None]:
        return iter(())


class ImapBounceMailbox:
    """Marks a message as read once it was heard; where that fails, it is heard again."""

    def __init__(self, settings: BouncesConfig, password: str, return_path: str) -> None:
        self.settings = settings
        self.password = password
        self.return_path = return_path

    def read_bounces(self) -> Iterator[tuple[Bounce, ...] | None]:
        lost = 0
        try:
            with self._open_mailbox() as mailbox, SandboxParser(children=1) as parser:
                for number in _list_unseen_uids(mailbox):
                    # What the server does not give out now stays unread, and is for the next time.
                    _, answer = mailbox.uid("FETCH", number, "(BODY.PEEK[])")
                    content = next((part[1] for part in answer if isinstance(part, tuple)), b"")
                    if not content:
                        continue
                    try:
                        bounces = self._parse_message(parser, content)
                    except ParserLostError as error:
                        LOG.warning("bounce_skipped", extra={"error": type(error).__name__})
                        bounces, lost = None, lost + 1
                    yield bounces
                    mailbox.uid("STORE", number, "+FLAGS", r"(\Seen)")
                    if lost >= MAX_LOST_MESSAGES:
                        return
        except (imaplib.IMAP4.error, OSError) as error:
            raise UnavailableError(
                f"The bounce mailbox cannot be read ({type(error).__name__}): "
                "check [bounces] and its server."
            ) from error

    def _parse_message(self, parser: SandboxParser, content: bytes) -> tuple[Bounce, ...] | None:
        """Return None for a message that no one can read: a stranger wrote it, the next is fine."""
        read = partial(read_report, cut_headers(content), self.return_path)
        try:
            reading = parser.call(
                read, ReportReading, cpu_seconds=MESSAGE_CPU_SECONDS, modules=_READER
            )
        except ParserStartError as error:
            reason = "Bounces cannot be read: no process could be started to parse them."
            raise UnavailableError(reason) from error
        if reading.fault:
            LOG.warning("bounce_skipped", extra={"error": reading.fault})
            return None
        # No one trusts the child, so what it says is looked at again.
        return tuple(
            bounce
            for bounce in reading.bounces[:MAX_RECIPIENTS]
            if LOCAL_ID.fullmatch(bounce.local_id)
        )

    @contextmanager
    def _open_mailbox(self) -> Iterator[imaplib.IMAP4]:
        settings = self.settings
        mailbox = self._connect_server()
        try:
            if settings.token_file:
                token = format_xoauth2(settings.user, read_token(settings.token_file))
                mailbox.authenticate("XOAUTH2", lambda _challenge: token.encode())
            else:
                mailbox.login(settings.user, self.password)
            answer, _ = mailbox.select(settings.mailbox)
            if answer != "OK":
                raise imaplib.IMAP4.error
            yield mailbox
        finally:
            with suppress(imaplib.IMAP4.error, OSError):
                mailbox.logout()

    def _connect_server(self) -> imaplib.IMAP4:
        settings, tls = self.settings, build_tls_context(self.settings.ca_file)
        seconds = settings.timeout_seconds
        if settings.security is MailSecurity.TLS:
            return imaplib.IMAP4_SSL(settings.host, settings.port, ssl_context=tls, timeout=seconds)
        mailbox = imaplib.IMAP4(settings.host, settings.port, timeout=seconds)
        mailbox.starttls(ssl_context=tls)
        return mailbox


def cut_headers(content: bytes) -> bytes:
    """Return a message with the headers that anyone needs: their parser may take quadratic time."""
    end = _HEADER_END.search(content)
    headers, body = (content[: end.start()], content[end.start() :]) if end else (content, b"")
    return headers[:MAX_HEADER_BYTES] + body


def _list_unseen_uids(mailbox: imaplib.IMAP4) -> list[str]:
    """Return the UIDs of what no one has read, the oldest first; skip what is too large."""
    answer, found = mailbox.uid("SEARCH", "UNSEEN", "SMALLER", str(MAX_BYTES))
    if answer != "OK":
        raise imaplib.IMAP4.error
    return found[0].decode().split()[:MAX_MESSAGES] if found and found[0] else []
