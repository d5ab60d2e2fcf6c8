"""Which URLs may be asked at all, and where exactly they lead."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Self
from urllib.parse import urlencode, urljoin

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from scrapers.fetch.address import literal
from scrapers.fetch.unfinished import Note, UnfinishedError, refused
from scrapers.request import Request

LONGEST_URL = 2_048
DEFAULT_PORTS = {"http": 80, "https": 443}

# Parsers disagree about these, and a disagreement is how a judged URL becomes another one.
_TREACHEROUS = re.compile(r"[\x00-\x20\x7f-\xa0\\]")
# A last label in digits makes resolvers read the whole host as a number: 127.1, 0x7f.0.0.1.
_NUMBER_LIKE = re.compile(r"(?:^|\.)(?:\d+|0x[0-9a-f]*)\.?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a request goes. `path` includes the query; an IPv6 host keeps its brackets.

    `origin` is scheme, host and, where it is not the usual one, port.
    """

    scheme: str
    host: str
    port: int
    path: str
    origin: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "origin", f"{self.scheme}://{self.host}{self._unusual_port}")

    @classmethod
    @lru_cache(maxsize=16_384)
    def of(cls, url: str) -> Self:
        """Parse as urllib3 does, which asks the APIs; raise UnfinishedError if unsafe."""
        if len(url) > LONGEST_URL:
            raise refused(Note.TOO_LONG)
        if _TREACHEROUS.search(url):
            raise refused(Note.TREACHEROUS)
        try:
            parts = parse_url(url)
        except LocationParseError:
            raise refused(Note.MALFORMED) from None
        if parts.scheme not in DEFAULT_PORTS or not parts.host:
            raise refused(Note.NOT_HTTP)
        if parts.auth is not None:
            raise refused(Note.USER_NAME)
        _check_host(parts.host)
        return cls(
            scheme=parts.scheme,
            host=parts.host,
            port=parts.port if parts.port is not None else DEFAULT_PORTS[parts.scheme],
            path=parts.request_uri,
        )

    @classmethod
    def asked_by(cls, request: Request) -> Self:
        """Return where a request goes, its parameters included; raise as `of` does."""
        if not request.params:
            return cls.of(request.url)
        mark = "&" if "?" in request.url else "?"
        return cls.of(f"{request.url}{mark}{urlencode(request.params)}")

    @property
    def authority(self) -> str:
        """Whom to name in the Host header: a dot that ends the name is for name servers only."""
        return self.host.rstrip(".") + self._unusual_port

    @property
    def server_name(self) -> str:
        """What the certificate has to speak of."""
        return self.host.strip("[]").rstrip(".")

    @property
    def _unusual_port(self) -> str:
        return "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"

    @property
    def url(self) -> str:
        return self.origin + self.path

    def redirected(self, location: str) -> "Target":
        """Follow a Location header from here; it is judged before anything smooths it."""
        # Servers write UTF-8 where HTTP says Latin-1.
        written = location.encode("latin-1", "replace").decode("utf-8", "replace").strip(" \t")
        if _TREACHEROUS.search(written):
            raise refused(Note.TREACHEROUS)
        try:
            onward = urljoin(self.url, written)
        except ValueError:
            raise refused(Note.MALFORMED) from None
        target = Target.of(onward)
        if self.scheme == "https" and target.scheme == "http":
            raise refused(Note.DOWNGRADE)
        return target


def _check_host(host: str) -> None:
    if "%" in host:
        raise refused(Note.ZONE)
    # Whoever strips the dots behind a name reads another name than whoever does not.
    if not all(host.removesuffix(".").split(".")):
        raise refused(Note.MALFORMED)
    if _NUMBER_LIKE.search(host) and literal(host) is None:
        raise refused(Note.MISLEADING)


def declared(target: Target, origins: Iterable[str]) -> str | None:
    """Return the one of `origins` that covers the target.

    `https://*.host` covers subdomains, and `https://*` every host.
    """
    for origin in origins:
        if target.origin == normal(origin) or origin == f"{target.scheme}://*":
            return origin
        scheme, wild, site = origin.casefold().partition("://*.")
        _, own, authority = target.origin.partition(f"{scheme}://")
        if wild and own and authority.endswith(f".{site}"):
            return origin
    return None


@lru_cache(maxsize=4_096)
def normal(origin: str) -> str:
    """Spell an origin as `Target.origin` does; empty where it is none, or stands for many."""
    try:
        return "" if "*" in origin else Target.of(origin).origin
    except UnfinishedError:
        return ""
