"""Pages as they came, in the form that archives keep them in (WARC, ISO 28500)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from http import HTTPStatus
from io import BytesIO
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from reports.text import header_line

# What we keep was unpacked already; these speak of how it travelled.
_OF_THE_WAY = frozenset({"content-encoding", "content-length", "transfer-encoding", "connection"})
_HTTP = "HTTP/1.1"
_NAME = re.compile(r"[\w!#$%&'*+.^`|~-]{1,100}", re.ASCII)
_OF_ADDRESSES = ":/?#[]@!$&'()*+,;=%-._~"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCopy:
    """What a server answered, byte for byte, once unpacked."""

    url: str
    status: int
    body: bytes
    fetched_at: datetime
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        return sha256(self.body).hexdigest()

    @property
    def served_at(self) -> str:
        """When the server says that it answered; empty where it does not."""
        return self.headers.get("date", "")


def warc(pages: Iterable[PageCopy]) -> bytes:
    """Archive them; the same pages give the same bytes."""
    archive = BytesIO()
    writer = WARCWriter(archive, gzip=True)
    for page in pages:
        record = writer.create_warc_record(
            _address(page),
            "response",
            payload=BytesIO(page.body),
            length=len(page.body),
            http_headers=_head(page),
            warc_headers_dict=_about(page),
        )
        writer.write_record(record)
    return archive.getvalue()


def _head(page: PageCopy) -> StatusAndHeaders:
    told = [
        (name, _ascii(header_line(value, 2_000)))
        for name, value in sorted(page.headers.items())
        if _NAME.fullmatch(name) and name.casefold() not in _OF_THE_WAY
    ]
    told.append(("content-length", str(len(page.body))))
    return StatusAndHeaders(f"{page.status} {_phrase(page.status)}".rstrip(), told, protocol=_HTTP)


def _address(page: PageCopy) -> str:
    return quote(page.url, safe=_OF_ADDRESSES, errors="replace")


def _ascii(text: str) -> str:
    return text.encode("ascii", "backslashreplace").decode()


def _about(page: PageCopy) -> dict[str, str]:
    # A record's id is drawn at random by default, and its date is now.
    content = f"{_address(page)} {page.fetched_at.isoformat()} {page.sha256}"
    record = uuid5(NAMESPACE_URL, content)
    moment = page.fetched_at.astimezone(UTC)
    return {
        "WARC-Record-ID": f"<urn:uuid:{record}>",
        "WARC-Date": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
    }


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
