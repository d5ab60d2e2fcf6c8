"""A letter as a mail message: its headers, and both of its bodies."""

import re
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from monitor.config import MailConfig
from monitor.domain.email import Envelope
from reports.emails.render import Letter
from reports.sanitize import header_line

# Stands for the letter in the address that bounces go to.
LETTER_HERE = "{letter}"
# Mail programs that keep letters in one file part them by it, and put a ">" before ours.
_FROM = re.compile(r"^From ", re.MULTILINE)
# Addresses and ids are longer than 78 characters, and folded they would be no addresses.
UNFOLDED = SMTP.clone(max_line_length=998)
# RFC 2045, 6.7: the longest line of a body in quoted-printable.
NARROW = SMTP.clone(max_line_length=76)


def compose(letter: Letter, envelope: Envelope, settings: MailConfig) -> EmailMessage:
    """Build the message; whatever came from a file, a person or the web passes `header_line`."""
    message = EmailMessage(policy=NARROW)
    message["From"] = header_line(settings.sender)
    message["To"] = header_line(envelope.recipient)
    message["Subject"] = header_line(letter.subject)
    message["Date"] = format_datetime(envelope.sent_at)
    message["Message-ID"] = envelope.message_id
    if settings.reply_to:
        message["Reply-To"] = header_line(settings.reply_to)
    for name, value in _list_headers(envelope, settings):
        message[name] = value
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if envelope.severity:
        message["X-Monitor-Severity"] = envelope.severity
    # Servers on the way leave it as it is, so that a signature over it holds.
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    for part in message.iter_parts():
        part.set_payload(_FROM.sub("=46rom ", str(part.get_payload())))
    for each in letter.attachments:
        main, _, sub = each.media_type.partition("/")
        message.add_attachment(each.body, maintype=main, subtype=sub, filename=each.name)
    _bound(message, envelope.letter)
    message.policy = UNFOLDED
    return message


def _bound(message: EmailMessage, letter: str) -> None:
    """Part a letter's parts by its own id, so that the same letter is the same bytes again.

    No line of a part can be taken for it: quoted-printable writes "=" otherwise, base64 has no "_".
    """
    parts = [part for part in message.walk() if part.is_multipart()]
    for number, part in enumerate(parts):
        part.set_boundary(f"=_{letter}_{number}")


def _list_headers(envelope: Envelope, settings: MailConfig) -> list[tuple[str, str]]:
    """Say which list it is and how to leave it; the button needs both headers (RFC 8058)."""
    address = parseaddr(header_line(settings.reply_to or settings.sender))[1]
    domain = address.rpartition("@")[2]
    week = _week(envelope.sent_at)
    headers = [
        ("List-ID", f"Namesake <namesake.{domain}>"),
        ("Feedback-ID", f"{envelope.kind}:{week}:{domain}:namesake"),
    ]
    by_mail = f"<mailto:{address}?subject=stop>"
    if not envelope.stop_url:
        return [*headers, ("List-Unsubscribe", by_mail)]
    return [
        *headers,
        ("List-Unsubscribe", f"<{envelope.stop_url}>, {by_mail}"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ]


def _week(moment: datetime) -> str:
    year, week, _ = moment.isocalendar()
    return f"{year}w{week:02}"


def return_address(envelope: Envelope, settings: MailConfig) -> str:
    """Return where bounces go: an address that names the letter, if the settings ask for one."""
    kept = settings.return_path.replace(LETTER_HERE, envelope.letter)
    return kept or parseaddr(settings.sender)[1]
