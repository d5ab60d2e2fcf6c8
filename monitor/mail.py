"""Letters to a mail server, or to a folder where there is none."""

import os
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path

from monitor.config import MailConfig, Security
from monitor.domain.envelope import Delivery, Envelope, Verdict
from reports.letter import Letter
from reports.text import header_line

PERMANENT = 500


def compose(letter: Letter, envelope: Envelope, settings: MailConfig) -> EmailMessage:
    """Build the message; every value that came from elsewhere passes `header_line`."""
    message = EmailMessage(policy=SMTP)
    message["From"] = settings.sender
    message["To"] = header_line(envelope.recipient)
    message["Subject"] = header_line(letter.subject)
    message["Date"] = format_datetime(envelope.sent_at)
    message["Message-ID"] = envelope.message_id
    if settings.reply_to:
        message["Reply-To"] = settings.reply_to
    address = parseaddr(settings.reply_to or settings.sender)[1]
    message["List-ID"] = f"Namesake <namesake.{address.rpartition('@')[2]}>"
    message["List-Unsubscribe"] = f"<mailto:{address}?subject=stop>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if envelope.severity:
        message["X-Monitor-Severity"] = envelope.severity
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    return message


class SmtpPost:
    """One letter, one connection: at the pace of a digest that costs nothing."""

    def __init__(self, settings: MailConfig, password: str) -> None:
        self.settings = settings
        self.password = password

    def deliver(self, letter: Letter, envelope: Envelope) -> Delivery:
        """Never raises for what a mail server may do: that is a DEFERRED or a REFUSED."""
        message = compose(letter, envelope, self.settings)
        bounces_to = parseaddr(self.settings.sender)[1]
        try:
            with self._session() as server:
                server.send_message(message, from_addr=bounces_to, to_addrs=[envelope.recipient])
        except (smtplib.SMTPException, OSError) as error:
            return _failure(error)
        return Delivery(verdict=Verdict.ACCEPTED)

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        settings = self.settings
        with self._connected() as server:
            if settings.security is Security.STARTTLS:
                server.starttls(context=self._tls())
            if settings.user:
                server.login(settings.user, self.password)
            yield server

    def _connected(self) -> smtplib.SMTP:
        settings = self.settings
        where = (settings.host, settings.port)
        if settings.security is Security.TLS:
            return smtplib.SMTP_SSL(*where, timeout=settings.timeout_seconds, context=self._tls())
        return smtplib.SMTP(*where, timeout=settings.timeout_seconds)

    def _tls(self) -> ssl.SSLContext:
        bundle = self.settings.ca_file
        return ssl.create_default_context(cafile=str(bundle) if bundle else None)


def _failure(error: smtplib.SMTPException | OSError) -> Delivery:
    match error:
        case smtplib.SMTPRecipientsRefused():
            return _said(next(iter(error.recipients.values()))[0], "the recipient")
        case smtplib.SMTPAuthenticationError():
            return _deferred("the mail server refuses our user name and password")
        case smtplib.SMTPNotSupportedError():
            return _deferred("the mail server does not offer what [mail] security asks for")
        case smtplib.SMTPResponseException():
            return _said(error.smtp_code, "the letter")
        case ssl.SSLCertVerificationError():
            return _deferred("the mail server's certificate cannot be verified")
        case _:
            return _deferred(f"the mail server cannot be reached ({type(error).__name__})")


def _deferred(note: str) -> Delivery:
    return Delivery(verdict=Verdict.DEFERRED, note=note)


def _said(code: int, what: str) -> Delivery:
    verdict = Verdict.REFUSED if code >= PERMANENT else Verdict.DEFERRED
    return Delivery(verdict=verdict, note=f"the mail server answered {code} to {what}")


def by_message_id(envelope: Envelope) -> str:
    """Name the file so that it tells nothing of its reader, and a repeat replaces it."""
    return envelope.message_id.strip("<>").partition("@")[0]


class FolderPost:
    """Writes letters as .eml files, for districts without a mail server and for the demo."""

    def __init__(
        self,
        settings: MailConfig,
        folder: Path,
        name: Callable[[Envelope], str] = by_message_id,
    ) -> None:
        self.settings = settings
        self.folder = folder
        self.name = name

    def deliver(self, letter: Letter, envelope: Envelope) -> Delivery:
        try:
            self._write(letter, envelope)
        except OSError as error:
            return _deferred(f"the outbox folder cannot be written to ({type(error).__name__})")
        return Delivery(verdict=Verdict.ACCEPTED)

    def path(self, envelope: Envelope) -> Path:
        return self.folder / f"{self.name(envelope)}.eml"

    def _write(self, letter: Letter, envelope: Envelope) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.path(envelope)
        draft = path.with_suffix(".part")
        message = compose(letter, envelope, self.settings)
        # A fixed boundary, so that the same letter is the same file.
        message.set_boundary(f"=_{by_message_id(envelope)}")
        private = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode=0o600)
        with os.fdopen(private, "wb") as file:
            file.write(message.as_bytes())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
