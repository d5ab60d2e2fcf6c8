"""One answer, as data."""

import codecs
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

# Encodings in which a letter takes more than one byte, or bytes of letters mean something else.
WIDE = ("utf-16", "utf16", "utf-32", "utf32", "utf-7", "ucs", "iso-2022", "iso2022", "hz")
# Python knows encodings that no page is written in; undoing punycode takes quadratic time.
NOT_OF_PAGES = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape"})


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
        declared = self.headers.get("content-type", "").partition("charset=")[2].strip("\"' ;")
        return declared or "utf-8"

    @property
    def bytes(self) -> bytes:
        """The body in an encoding that spells ASCII as ASCII, to search without decoding it all."""
        wide = self.charset.casefold().startswith(WIDE)
        return self.text.encode("utf-8", "replace") if wide else self.body

    @property
    def text(self) -> str:
        try:
            known = codecs.lookup(self.charset).name
            return self.body.decode("utf-8" if known in NOT_OF_PAGES else known, "replace")
        except (LookupError, ValueError):  # no such encoding, or one that is not for pages
            return self.body.decode("utf-8", "replace")

    def json(self) -> object:
        """Raise ValueError where the body is not JSON."""
        parsed: object = json.loads(self.body)
        return parsed
