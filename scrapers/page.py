"""One answer, as data."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


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
    def text(self) -> str:
        charset = self.headers.get("content-type", "").partition("charset=")[2].strip("\"' ;")
        try:
            return self.body.decode(charset or "utf-8", "replace")
        except (LookupError, ValueError):  # no such encoding, or one that is not for pages
            return self.body.decode("utf-8", "replace")

    def json(self) -> object:
        """Raise ValueError where the body is not JSON."""
        parsed: object = json.loads(self.body)
        return parsed
