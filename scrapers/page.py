"""One answer, as data."""

import codecs
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

TOLD = re.compile(r"\bcharset\s{0,9}=\s{0,9}[\"']?([^\s\"';]+)", re.IGNORECASE)
# What a document says of its own encoding stands near its top.
SAID = re.compile(
    rb"(?:<meta\b[^<>]{0,300}?\bcharset|<\?xml\b[^<>]{0,200}?\bencoding)"
    rb"\s{0,9}=\s{0,9}[\"']?([\w.:-]{1,40})",
    re.IGNORECASE,
)
SAID_WITHIN = 1024
# Encodings in which a letter takes more than one byte, or bytes of letters mean something else.
WIDE = ("utf-16", "utf16", "utf-32", "utf32", "utf-7", "ucs", "iso-2022", "iso2022", "hz")
# Python knows encodings that no page is written in; undoing punycode takes quadratic time.
NOT_OF_PAGES = ("idna", "punycode", "raw-unicode-escape", "unicode-escape")
# Browsers read these two as Windows writes them: where quotation marks would else be controls.
MEANT = {"ascii": "cp1252", "iso8859-1": "cp1252", **dict.fromkeys(NOT_OF_PAGES, "utf-8")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a server answered. Header names are lower-case; `url` is where redirects ended.

    `cut` says that the body is not all there (larger than we read, or no text), so that what is
    missing from it proves nothing.
    """

    url: str
    status: int
    body: bytes
    fetched_at: datetime
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False

    @property
    def charset(self) -> str:
        """The encoding that the server tells, else the document; UTF-8 where neither does."""
        told = TOLD.search(self.headers.get("content-type", ""))
        if told:
            return told[1]
        said = SAID.search(self.body, 0, SAID_WITHIN)
        name = said[1].decode() if said else ""
        # Whoever could read that needed one byte a letter.
        return "utf-8" if not name or _wide(name) else name

    @property
    def bytes(self) -> bytes:
        """The body in an encoding that spells ASCII as ASCII, to search without decoding it all."""
        return self.text.encode("utf-8", "replace") if _wide(self.charset) else self.body

    @property
    def text(self) -> str:
        try:
            known = codecs.lookup(self.charset).name
            return self.body.decode(MEANT.get(known, known), "replace")
        except (LookupError, ValueError):  # no such encoding, or one that is not for pages
            return self.body.decode("utf-8", "replace")

    def json(self) -> object:
        """Raise ValueError where the body is not JSON."""
        parsed: object = json.loads(self.body)
        return parsed


def _wide(charset: str) -> bool:
    return charset.casefold().startswith(WIDE)
