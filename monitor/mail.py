"""Letters to a mail server, or to a folder where there is none."""

import os
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path

from monitor.config import MailConfig, Security
from monitor.domain.envelope import Delivery, Envelope, Verdict
from reports.letter import Letter
from reports.text import header_line, one_address

PERMANENT = 500
# RFC 3463: "unable to route". A name server that is down says so too, and comes back.
NO_ROUTE = "5.4.4"
NOT_ONE = "the recipient is not one mail address"
UNREACHABLE = "the mail server cannot be reached ({kind})"
# The first that fits counts: the kinds below are families of those above.
TROUBLES = (
    (smtplib.SMTPAuthenticationError, "the mail server refuses our user name and password"),
    (smtplib.SMTPNotSupportedError, "the mail server does not offer what [mail] asks for"),
    (smtplib.SMTPSenderRefused, "the mail server answered {code} to our sender address"),
    (smtplib.SMTPResponseException, "the mail server answered {code} to our greeting"),
    (ssl.SSLCertVerificationError, "the mail server's certificate cannot be verified"),
    (FileNotFoundError, "the file that [mail] ca_file names is not there"),
)


def compose(letter: Letter, envelope: Envelope, settings: MailConfig) -> EmailMessage:
    """Build the message; whatever came from a file, a person or the web passes `header_line`."""
    message = EmailMessage(policy=SMTP)
    message["From"] = header_line(settings.sender)
    message["To"] = header_line(envelope.recipient)
    message["Subject"] = header_line(letter.subject)
    message["Date"] = format_datetime(envelope.sent_at)
    message["Message-ID"] = envelope.message_id
    if settings.reply_to:
        message["Reply-To"] = header_line(settings.reply_to)
    address = parseaddr(header_line(settings.reply_to or settings.sender))[1]
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
        if not one_address(envelope.recipient):
            return _refused(NOT_ONE)
        message = compose(letter, envelope, self.settings)
        try:
            with self._session() as server:
                return self._hand_over(server, message, envelope.recipient)
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            return _failure(error)

    def _hand_over(self, server: smtplib.SMTP, message: EmailMessage, recipient: str) -> Delivery:
        bounces_to = parseaddr(self.settings.sender)[1]
        try:
            server.send_message(message, from_addr=bounces_to, to_addrs=[recipient])
        except smtplib.SMTPNotSupportedError:
            return _refused("the mail server takes no address in such letters")
        return Delivery(verdict=Verdict.ACCEPTED)

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        settings = self.settings
        server = self._connected()
        try:
            if settings.security is Security.STARTTLS:
                server.starttls(context=self._tls())
            if settings.user:
                server.login(settings.user, self.password)
            yield server
            # What a server says to our farewell changes nothing about the letter it has taken.
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
        finally:
            server.close()

    def _connected(self) -> smtplib.SMTP:
        settings = self.settings
        where = (settings.host, settings.port)
        if settings.security is Security.TLS:
            return smtplib.SMTP_SSL(*where, timeout=settings.timeout_seconds, context=self._tls())
        return smtplib.SMTP(*where, timeout=settings.timeout_seconds)

    def _tls(self) -> ssl.SSLContext:
        bundle = self.settings.ca_file
        return ssl.create_default_context(cafile=str(bundle) if bundle else None)


def _failure(error: smtplib.SMTPException | OSError | UnicodeError) -> Delivery:
    """Give up a letter only for what is wrong with it or its reader; mend the rest and go on."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            return _said(*next(iter(error.recipients.values())), "the recipient")
        case smtplib.SMTPDataError() | smtplib.SMTPSenderRefused(smtp_code=552):
            # 552 comes before the letter, and yet is about it: it is too big.
            return _said(error.smtp_code, error.smtp_error, "the letter")
    return _deferred(_trouble(error))


def _trouble(error: Exception) -> str:
    """Say what an operator can mend, in words that hold no address."""
    said = next((said for kind, said in TROUBLES if isinstance(error, kind)), UNREACHABLE)
    return said.format(code=getattr(error, "smtp_code", ""), kind=type(error).__name__)


def _deferred(note: str) -> Delivery:
    return Delivery(verdict=Verdict.DEFERRED, note=note)


def _refused(note: str) -> Delivery:
    return Delivery(verdict=Verdict.REFUSED, note=note)


def _said(code: int, words: bytes | str, what: str) -> Delivery:
    """Take the code along, and not the words, which may name the address."""
    spoken = words.decode("ascii", "replace") if isinstance(words, bytes) else words
    note = f"the mail server answered {code} to {what}"
    if code >= PERMANENT and NO_ROUTE not in spoken:
        return _refused(note)
    return _deferred(note)


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
        if not one_address(envelope.recipient):
            return _refused(NOT_ONE)
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
        # What a crash left keeps the rights it had, so it does not stay.
        draft.unlink(missing_ok=True)
        private = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode=0o600)
        with os.fdopen(private, "wb") as file:
            file.write(message.as_bytes())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
