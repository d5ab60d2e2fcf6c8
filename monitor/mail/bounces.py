"""A mailbox over IMAP, and the reports of mail servers in it (RFC 3464).

What lies in a mailbox was written by strangers: it names an email by an id that only its reader
and the servers on its way can know, and nothing else in it is believed.
"""

import imaplib
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import policy
from email.message import Message
from email.parser import BytesParser, Parser
from typing import Protocol

from monitor.config import BouncesConfig, MailSecurity
from monitor.domain.email import Bounce, extract_local_id
from monitor.domain.errors import UnavailableError
from monitor.mail.smtp import ID_PLACEHOLDER, build_tls_context, format_xoauth2, read_token

MAX_BYTES = 1_000_000
MAX_PARTS = 50
MAX_RECIPIENTS = 10
_LOCAL_ID = re.compile(r"[0-9a-f]{32}")
_STATUS = re.compile(r"\s*([45]\.\d{1,3}\.\d{1,3})\b")
# The headers that may have the address a report was delivered to; it depends on the server.
_DELIVERED_TO = ("To", "Delivered-To", "X-Original-To", "Envelope-To")
_FAILED = "failed"
_NESTS = b"boundary="


def parse_bounces(content: bytes, return_path: str) -> tuple[Bounce, ...]:
    """Return what a message says of our emails: nothing, if it is no report of delivery.

    Raises ValueError, or whatever the parser of the standard library makes of a hostile message.
    """
    if len(content) > MAX_BYTES:
        return ()
    if content.lower().count(_NESTS) > MAX_PARTS:
        # The parser takes a level of the stack for each, and looks for all of them in each line.
        reason = "it is nested too deeply"
        raise ValueError(reason)
    message = BytesParser(policy=policy.compat32).parsebytes(content)
    if message.get_content_type() != "multipart/report":
        return ()
    parts = [part for _, part in zip(range(MAX_PARTS), message.walk(), strict=False)]
    letter = _find_id_in_address(message, return_path) or _find_id_in_copy(parts)
    if not letter:
        return ()
    statuses = tuple(_list_statuses(parts))[:MAX_RECIPIENTS]
    return tuple(Bounce(local_id=letter, status=status) for status in statuses)


def _find_id_in_address(message: Message, return_path: str) -> str:
    before, here, after = return_path.partition(ID_PLACEHOLDER)
    if not here:
        return ""
    address = re.compile(
        rf"{re.escape(before)}({_LOCAL_ID.pattern}){re.escape(after)}", re.IGNORECASE
    )
    for name in _DELIVERED_TO:
        for value in message.get_all(name, ()):
            found = address.search(str(value))
            if found:
                return found[1].lower()
    return ""


def _find_id_in_copy(parts: list[Message]) -> str:
    """Look into what the server sends back of the email: the whole of it, or its headers."""
    for part in parts:
        kind = part.get_content_type()
        if kind == "text/rfc822-headers":
            return _extract_id(
                Parser(policy=policy.compat32).parsestr(_decode_text(part), headersonly=True)
            )
        if kind == "message/rfc822" and part.is_multipart():
            inner = part.get_payload()
            return _extract_id(inner[0]) if isinstance(inner, list) and inner else ""
    return ""


def _extract_id(original: object) -> str:
    if not isinstance(original, Message):
        return ""
    found = extract_local_id(str(original.get("Message-ID", "")))
    return found if _LOCAL_ID.fullmatch(found) else ""


def _decode_text(part: Message) -> str:
    content = part.get_payload(decode=True)
    return content.decode("utf-8", "replace") if isinstance(content, bytes) else ""


def _list_statuses(parts: list[Message]) -> Iterator[str]:
    """Yield the status of each recipient; the first block is about the report as a whole."""
    for part in parts:
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in _list_status_blocks(part)[1:]:
            failed = str(block.get("Action", "")).strip().lower() == _FAILED
            status = _STATUS.match(str(block.get("Status", "")))
            if failed and status:
                yield status[1]


def _list_status_blocks(part: Message) -> list[Message]:
    blocks = part.get_payload()
    found = blocks if isinstance(blocks, list) else []
    return [each for each in found if isinstance(each, Message)]


# What is more waits for the next time.
MAX_MESSAGES = 200
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
        try:
            with self._open_mailbox() as mailbox:
                for number in _list_unseen_uids(mailbox):
                    # What the server does not give out now stays unread, and is for the next time.
                    if content := _fetch_message(mailbox, number):
                        yield self._parse_message(content)
                        mailbox.uid("STORE", number, "+FLAGS", r"(\Seen)")
        except (imaplib.IMAP4.error, OSError) as error:
            reason = (
                f"The bounce mailbox cannot be read ({type(error).__name__}): "
                "check [bounces] and its server."
            )
            raise UnavailableError(reason) from error

    def _parse_message(self, content: bytes) -> tuple[Bounce, ...] | None:
        """Return None for a message that no one can read: a stranger wrote it, the next is fine."""
        try:
            return parse_bounces(content, self.return_path)
        except Exception as error:  # noqa: BLE001 - it would be read again, and hold up all others
            fault = type(error).__name__  # its words may quote the message
            LOG.warning("bounce_skipped", extra={"error": fault})
            return None

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


def _list_unseen_uids(mailbox: imaplib.IMAP4) -> list[str]:
    """Return the UIDs of what no one has read, the oldest first; skip what is too large."""
    answer, found = mailbox.uid("SEARCH", "UNSEEN", "SMALLER", str(MAX_BYTES))
    if answer != "OK":
        raise imaplib.IMAP4.error
    return found[0].decode().split()[:MAX_MESSAGES] if found and found[0] else []


def _fetch_message(mailbox: imaplib.IMAP4, number: str) -> bytes:
    _, answer = mailbox.uid("FETCH", number, "(BODY.PEEK[])")
    return next((part[1] for part in answer if isinstance(part, tuple)), b"")
