"""A mailbox over IMAP, from which what came back is read."""

import imaplib
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from monitor.config import BouncesConfig, MailSecurity
from monitor.domain.email import Bounce
from monitor.domain.errors import UnavailableError
from monitor.mail.dsn import MAX_BYTES, parse_bounces
from monitor.mail.smtp import build_tls_context, format_xoauth2, read_token

# What is more waits for the next time.
MAX_MESSAGES = 200
LOG = logging.getLogger(__name__)


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
