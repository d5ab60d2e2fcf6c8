"""Emails as mail messages, to a mail server, or to a folder where there is none."""

import logging
import os
import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path
from threading import Lock
from typing import Any, Final, Protocol

from monitor.config.sections import MailConfig, MailSecurity
from monitor.domain.email_delivery import (
    ID_PLACEHOLDER,
    NO_ROUTE,
    Delivery,
    DeliveryStatus,
    Envelope,
    is_single_address,
)
from reports.emails.render import Email
from reports.sanitize import clean_header_line
from scrapers.http.clock import Clock

LOG = logging.getLogger(__name__)
# Mail programs that store emails in one file separate them by this, and escape it with ">".
_FROM = re.compile(r"^From ", re.MULTILINE)
# Addresses and ids are longer than 78 characters, and folded they would be no addresses.
UNFOLDED = SMTP.clone(max_line_length=998)
# RFC 2045, 6.7: the longest line of a body in quoted-printable.
NARROW = SMTP.clone(max_line_length=76)


def build_message(email: Email, envelope: Envelope, settings: MailConfig) -> EmailMessage:
    """Build the message.

    Whatever came from a file, a person or the web passes `clean_header_line`.
    """
    message = EmailMessage(policy=NARROW)
    message["From"] = format_sender(settings.sender, envelope.from_name)
    message["To"] = clean_header_line(envelope.recipient)
    message["Subject"] = clean_header_line(email.subject)
    message["Date"] = format_datetime(envelope.sent_at)
    message["Message-ID"] = envelope.message_id
    if settings.reply_to:
        message["Reply-To"] = clean_header_line(settings.reply_to)
    for name, value in _build_list_headers(envelope, settings):
        message[name] = value
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if envelope.severity:
        message["X-Monitor-Severity"] = envelope.severity
    # Servers on the way leave it as it is, so that a signature over it holds.
    message.set_content(email.text, cte="quoted-printable")
    message.add_alternative(email.html, subtype="html", cte="quoted-printable")
    for part in message.iter_parts():
        part.set_payload(_FROM.sub("=46rom ", str(part.get_payload())))
    for attachment in email.attachments:
        main, _, sub = attachment.media_type.partition("/")
        message.add_attachment(
            attachment.body, maintype=main, subtype=sub, filename=attachment.name
        )
    _set_boundaries(message, envelope.local_id)
    message.policy = UNFOLDED
    return message


def format_sender(sender: str, name: str) -> str:
    """Return the sender with another name; the address stays, and so do its signatures."""
    line = clean_header_line(sender)
    shown = clean_header_line(name)
    return str(Address(shown, addr_spec=parseaddr(line)[1])) if shown else line


def _set_boundaries(message: EmailMessage, local_id: str) -> None:
    """Part an email's parts by its own id, so that the same email is the same bytes again.

    No line of a part can be taken for it: quoted-printable writes "=" otherwise, base64 has no "_".
    """
    parts = [part for part in message.walk() if part.is_multipart()]
    for number, part in enumerate(parts):
        part.set_boundary(f"=_{local_id}_{number}")


def _build_list_headers(envelope: Envelope, settings: MailConfig) -> list[tuple[str, str]]:
    """Say which list it is and how to leave it; the button needs both headers (RFC 8058)."""
    address = parseaddr(clean_header_line(settings.reply_to or settings.sender))[1]
    domain = address.rpartition("@")[2]
    year, week, _ = envelope.sent_at.isocalendar()
    headers = [
        ("List-ID", f"Namesake <namesake.{domain}>"),
        ("Feedback-ID", f"{envelope.kind}:{year}w{week:02}:{domain}:namesake"),
    ]
    by_mail = f"<mailto:{address}?subject=stop>"
    if not envelope.unsubscribe_url:
        return [*headers, ("List-Unsubscribe", by_mail)]
    return [
        *headers,
        ("List-Unsubscribe", f"<{envelope.unsubscribe_url}>, {by_mail}"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ]


def build_return_address(envelope: Envelope, settings: MailConfig) -> str:
    """Return where bounces go: an address that names the email, if the settings ask for one."""
    address = settings.return_path.replace(ID_PLACEHOLDER, envelope.local_id)
    return address or parseaddr(settings.sender)[1]


PERMANENT = 500
_STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
NOT_ONE = "the recipient is not a single email address"
UNREACHABLE = "the mail server cannot be reached ({kind})"
UNREACHABLE_KINDS = {
    "gaierror": "its name is not known",
    "ConnectionRefusedError": "nothing listens on that port",
    "TimeoutError": "no answer in time",
    "SSLError": "no TLS on that port",
}


# Anyone who falls silent instead, once there is an email to take, may have taken it.
ANSWERED_ERRORS = (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused)


class UnreadableTokenError(OSError):
    """The token that the mail server asks for cannot be read."""


# The first that fits counts: the kinds below are families of those above.
ERROR_NOTES: Final = (
    (smtplib.SMTPAuthenticationError, "the mail server refuses our user name and password"),
    (smtplib.SMTPNotSupportedError, "the mail server offers no STARTTLS or no sign-in there"),
    (smtplib.SMTPSenderRefused, "the mail server answered {code} to our sender address"),
    (smtplib.SMTPResponseException, "the mail server answered {code} to our greeting"),
    (ssl.SSLCertVerificationError, "the mail server's certificate cannot be verified"),
    (UnreadableTokenError, "the file that [mail] token_file names cannot be read"),
    (FileNotFoundError, "the file that [mail] ca_file names is not there"),
)


class RelayPace:
    """One mail server's pause between two emails, for all who send through it, by turns."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._free_at = clock.monotonic()

    @contextmanager
    def take_turn(self, per_second: float) -> Iterator[None]:
        """Wait until the server has had its pause; many of them count emails a second."""
        with self._lock:
            self._clock.sleep(max(self._free_at - self._clock.monotonic(), 0.0))
            self._free_at = self._clock.monotonic() + 1 / per_second
            yield


# What a mail server says of an email that it took: its code and its own ID for it. An address in
# it is left out, and of a long answer the end.
LONGEST_RECEIPT = 120


class SmtpSession(smtplib.SMTP):
    """Keeps what the server says of an email that it takes, which smtplib throws away."""

    receipt = ""

    def data(self, msg: Any) -> tuple[int, bytes]:  # noqa: ANN401 - smtplib takes several kinds
        code, words = super().data(msg)
        said = (part for part in words.decode("ascii", "replace").split() if "@" not in part)
        self.receipt = clean_header_line(" ".join((str(code), *said)))[:LONGEST_RECEIPT]
        return code, words


class TlsSmtpSession(SmtpSession, smtplib.SMTP_SSL):
    """The same, with TLS from the first byte."""


class MailTransport(Protocol):
    def send_email(self, email: Email, envelope: Envelope) -> Delivery: ...


class SmtpTransport:
    """One email, one connection: at the pace of a digest that costs nothing."""

    def __init__(
        self, settings: MailConfig, password: str, clock: Clock, pace: RelayPace | None = None
    ) -> None:
        self.settings = settings
        self.password = password
        self._pace = pace or RelayPace(clock)
        self._clock = clock
        self._away_since: float | None = None

    def send_email(self, email: Email, envelope: Envelope) -> Delivery:
        """Never raises for what a mail server may do: that is a DEFERRED or a REFUSED."""
        if not is_single_address(envelope.recipient):
            return _build_refused(NOT_ONE)
        message = build_message(email, envelope, self.settings)
        try:
            with self._pace.take_turn(self.settings.per_second), self._open_session() as server:
                delivery = self._send_message(server, message, envelope)
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            delivery = _classify_error(error)
        # Say once that the server takes no email, and once that it does again.
        now = self._clock.monotonic()
        if delivery.is_server_away and self._away_since is None:
            self._away_since = now
            LOG.warning("mail_server_away", extra={"reason": delivery.note})
        elif self._away_since is not None and not delivery.is_server_away:
            minutes = round((now - self._away_since) / 60)
            self._away_since = None
            LOG.info("mail_server_back", extra={"minutes": minutes})
        return delivery

    def check_connection(self) -> str:
        """Reach the server and sign in, and send nothing; return what is wrong, or nothing."""
        try:
            with self._open_session() as server:
                server.ehlo_or_helo_if_needed()
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            return _describe_error(error)
        return ""

    def _send_message(
        self, server: SmtpSession, message: EmailMessage, envelope: Envelope
    ) -> Delivery:
        bounces_to = build_return_address(envelope, self.settings)
        try:
            server.send_message(message, from_addr=bounces_to, to_addrs=[envelope.recipient])
        except smtplib.SMTPNotSupportedError:
            return _build_refused("the mail server does not accept the characters in this address")
        except OSError as error:
            return replace(_classify_error(error), in_doubt=not isinstance(error, ANSWERED_ERRORS))
        return Delivery(status=DeliveryStatus.ACCEPTED, receipt=server.receipt)

    @contextmanager
    def _open_session(self) -> Iterator[SmtpSession]:
        settings = self.settings
        server = self._connect_server()
        try:
            if settings.security is MailSecurity.STARTTLS:
                server.starttls(context=self._build_tls_context())
            if settings.token_file:
                server.ehlo_or_helo_if_needed()
                _authenticate_with_token(server, settings.user, read_token(settings.token_file))
            elif settings.user:
                server.login(settings.user, self.password)
            yield server
            # What a server says to our farewell changes nothing about the email it has taken.
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
        finally:
            server.close()

    def _connect_server(self) -> SmtpSession:
        settings = self.settings
        where = (settings.host, settings.port)
        if settings.security is MailSecurity.TLS:
            return TlsSmtpSession(
                *where, timeout=settings.timeout_seconds, context=self._build_tls_context()
            )
        return SmtpSession(*where, timeout=settings.timeout_seconds)

    def _build_tls_context(self) -> ssl.SSLContext:
        return build_tls_context(self.settings.ca_file)


def build_tls_context(bundle: Path | None) -> ssl.SSLContext:
    """Trust this machine's authorities, or those of a bundle; nothing older than TLS 1.2."""
    context = ssl.create_default_context(cafile=str(bundle) if bundle else None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def format_xoauth2(user: str, token: str) -> str:
    return f"user={user}\x01auth=Bearer {token}\x01\x01"


def read_token(file: Path) -> str:
    """Read a token again each time: anyone who renews it just writes the file."""
    try:
        return file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableTokenError from error


def _authenticate_with_token(server: smtplib.SMTP, user: str, token: str) -> None:
    if "XOAUTH2" not in server.esmtp_features.get("auth", "").upper().split():
        raise smtplib.SMTPNotSupportedError

    def answer_challenge(challenge: bytes | None = None) -> str:
        # A second challenge says what is wrong, and wants an empty answer before the refusal.
        return format_xoauth2(user, token) if challenge is None else ""

    server.auth("XOAUTH2", answer_challenge)


def _classify_error(error: smtplib.SMTPException | OSError | UnicodeError) -> Delivery:
    """Give up an email only for a fault of its own or of its recipient; retry after all others."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            return _classify_recipient_refusal(*next(iter(error.recipients.values())))
        case smtplib.SMTPDataError() | smtplib.SMTPSenderRefused(smtp_code=552):
            # 552 comes before the data, but is about the email: it is too big.
            return _classify_reply(error.smtp_code, error.smtp_error, "the email")
    return replace(_build_deferred(_describe_error(error)), is_server_away=True)


def _describe_error(error: Exception) -> str:
    """Say what an operator can mend, in words that hold no address."""
    said = next((said for kind, said in ERROR_NOTES if isinstance(error, kind)), UNREACHABLE)
    kind = type(error).__name__
    return said.format(code=getattr(error, "smtp_code", ""), kind=UNREACHABLE_KINDS.get(kind, kind))


def _build_deferred(note: str) -> Delivery:
    return Delivery(status=DeliveryStatus.DEFERRED, note=note)


def _build_refused(note: str) -> Delivery:
    return Delivery(status=DeliveryStatus.REFUSED, note=note)


def _classify_recipient_refusal(code: int, words: bytes | str) -> Delivery:
    """Tell an address that is gone (5.1, 5.2) from a server that refuses all our email (5.7)."""
    delivery = _classify_reply(code, words, "the recipient")
    status = _extract_status(words) or f"{code}"
    if delivery.status is DeliveryStatus.DEFERRED:
        return delivery
    if status.startswith(("5.1.", "5.2.")) or "." not in status:
        return replace(delivery, bounce=status)
    # Such as "relay access denied": mended by the operator, and no email dies of it.
    return _build_deferred(delivery.note)


def _extract_status(words: bytes | str) -> str:
    found = _STATUS.search(words.decode("ascii", "replace") if isinstance(words, bytes) else words)
    return found[0] if found else ""


def _classify_reply(code: int, words: bytes | str, what: str) -> Delivery:
    """Take the code along, and not the words, which may name the address."""
    note = f"the mail server answered {code} to {what}"
    if code >= PERMANENT and _extract_status(words) != NO_ROUTE:
        return _build_refused(note)
    return _build_deferred(note)


def name_by_message_id(envelope: Envelope) -> str:
    """Name the file so that it tells nothing of its reader, and a repeat replaces it."""
    return envelope.local_id


class FolderTransport:
    """Writes emails as .eml files, for districts without a mail server and for the demo."""

    def __init__(
        self,
        settings: MailConfig,
        folder: Path,
        name: Callable[[Envelope], str] = name_by_message_id,
    ) -> None:
        self.settings = settings
        self.folder = folder
        self.name = name

    def send_email(self, email: Email, envelope: Envelope) -> Delivery:
        if not is_single_address(envelope.recipient):
            return _build_refused(NOT_ONE)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self.build_path(envelope)
            draft = path.with_suffix(".part")
            message = build_message(email, envelope, self.settings)
            # What a crash left keeps the rights it had, so it does not stay.
            draft.unlink(missing_ok=True)
            private = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode=0o600)
            with os.fdopen(private, "wb") as file:
                file.write(message.as_bytes())
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except OSError as error:
            return _build_deferred(
                f"the outbox folder cannot be written to ({type(error).__name__})"
            )
        return Delivery(status=DeliveryStatus.ACCEPTED)

    def build_path(self, envelope: Envelope) -> Path:
        return self.folder / f"{self.name(envelope)}.eml"


def delete_emails(folder: Path, address: str) -> None:
    """Remove every email to an address: no one fetched it, and its reader has left."""
    for path in folder.glob("*.eml"):
        with suppress(FileNotFoundError):
            with path.open("rb") as file:
                headers = BytesHeaderParser().parse(file)
            if parseaddr(str(headers["To"] or ""))[1].casefold() == address.casefold():
                path.unlink()
