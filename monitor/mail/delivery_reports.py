"""The reports of mail servers (RFC 3464), read in the child that parses what strangers wrote.

It costs whatever its author wants it to: only the child of `scrapers.sandbox` may come here. A
report names an email by an id that only its reader and the servers on its way can know, and nothing
else in it is believed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.message import Message
from email.parser import BytesParser, Parser

from monitor.domain.email_delivery import ID_PLACEHOLDER, Bounce, extract_local_id

MAX_BYTES = 1_000_000
MAX_PARTS = 50
MAX_RECIPIENTS = 10
LOCAL_ID = re.compile(r"[0-9a-f]{32}")
_STATUS = re.compile(r"\s*([45]\.\d{1,3}\.\d{1,3})\b")
# The headers that may have the address a report was delivered to; it depends on the server.
_DELIVERED_TO = ("To", "Delivered-To", "X-Original-To", "Envelope-To")
_FAILED = "failed"
_NESTS = b"boundary="


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportReading:
    """`fault` names the error of a message that cannot be read; its words may quote it."""

    bounces: tuple[Bounce, ...]
    fault: str


def read_report(content: bytes, return_path: str) -> ReportReading:
    """Return what a message says of our emails, whatever it makes its reader do."""
    try:
        return ReportReading(bounces=parse_bounces(content, return_path), fault="")
    except Exception as error:  # noqa: BLE001 - a stranger wrote it
        return ReportReading(bounces=(), fault=type(error).__name__)


def parse_bounces(content: bytes, return_path: str) -> tuple[Bounce, ...]:
    """Return what a message says of our emails: nothing, if it is no report of delivery.

    Raises ValueError, or whatever the parser of the standard library makes of a hostile message.
    """
    if len(content) > MAX_BYTES:
        return ()
    if content.lower().count(_NESTS) > MAX_PARTS:
        # The parser takes a level of the stack for each, and looks for all of them in each line.
        raise ValueError("it is nested too deeply")
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
        rf"{re.escape(before)}({LOCAL_ID.pattern}){re.escape(after)}", re.IGNORECASE
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
    return found if LOCAL_ID.fullmatch(found) else ""


def _decode_text(part: Message) -> str:
    content = part.get_payload(decode=True)
    return content.decode("utf-8", "replace") if isinstance(content, bytes) else ""


def _list_statuses(parts: list[Message]) -> Iterator[str]:
    """Yield the status of each recipient; the first block is about the report as a whole."""
    for part in parts:
        if part.get_content_type() != "message/delivery-status":
            continue
        blocks = part.get_payload()
        found = blocks if isinstance(blocks, list) else []
        for block in [block for block in found if isinstance(block, Message)][1:]:
            failed = str(block.get("Action", "")).strip().lower() == _FAILED
            status = _STATUS.match(str(block.get("Status", "")))
            if failed and status:
                yield status[1]
