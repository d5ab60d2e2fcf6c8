"""An email as a mail message: its headers, and both of its bodies."""

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from monitor.config import MailConfig
from monitor.domain.email import Envelope
from reports.emails.render import Email
from reports.sanitize import clean_header_line

# In the address that bounces go to; replaced with the email's ID.
ID_PLACEHOLDER = "{id}"
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
    for each in email.attachments:
        main, _, sub = each.media_type.partition("/")
        message.add_attachment(each.body, maintype=main, subtype=sub, filename=each.name)
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
    week = _format_week(envelope.sent_at)
    headers = [
        ("List-ID", f"Namesake <namesake.{domain}>"),
        ("Feedback-ID", f"{envelope.kind}:{week}:{domain}:namesake"),
    ]
    by_mail = f"<mailto:{address}?subject=stop>"
    if not envelope.unsubscribe_url:
        return [*headers, ("List-Unsubscribe", by_mail)]
    return [
        *headers,
        ("List-Unsubscribe", f"<{envelope.unsubscribe_url}>, {by_mail}"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ]


def _format_week(moment: datetime) -> str:
    year, week, _ = moment.isocalendar()
    return f"{year}w{week:02}"


def build_return_address(envelope: Envelope, settings: MailConfig) -> str:
    """Return where bounces go: an address that names the email, if the settings ask for one."""
    address = settings.return_path.replace(ID_PLACEHOLDER, envelope.local_id)
    return address or parseaddr(settings.sender)[1]
