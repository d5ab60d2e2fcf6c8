"""One site of the presence catalogue: its rule, its manners, and how we know them."""

import re
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from scrapers.recipes.pattern import fits
from scrapers.recipes.presence import PLACEHOLDER, Rule
from scrapers.source import Access, Etiquette

LONGEST_HANDLE = 64
# What may stand before the dot of a host, and so all that a handle may be where it stands there.
LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
# A site below which its accounts stand. Under `co.uk` and the like two hosts are two sites.
IN_HOST = re.compile(
    r"\{account\}\.(?!(?:ac|co|com|edu|gov|net|or|org)\.[a-z]{2}$)[\w-]+(?:\.[\w-]+)+(?::\d+)?",
    re.IGNORECASE,
)


def in_host(host: str) -> bool:
    """Say whether a host is `{account}.site`, whose subdomains can share one queue."""
    return IN_HOST.fullmatch(host) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A site that shows an account at an address made from its handle.

    The handle may be the label before the site's host; all its accounts are then one queue.
    `known` are accounts of the site itself or of an institution, never of a private person.
    `handle` is a pattern (RE2) of the handles the site allows. `report` is the key of the form on
    which the site takes reports of impersonation, empty where none is known. `pictures` are
    further origins, at which the pictures of its profiles lie. `provenance` names the published
    facts that the marks rest on; `seen_on` is the day somebody last saw them live, and empty
    until then. `key` is the name as account keys and configurations spell it.
    """

    name: str
    uri_check: str
    rule: Rule
    uri_pretty: str = ""
    known: tuple[str, ...] = ()
    category: str = ""
    handle: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    access: Access = Access.PAGE
    seconds_between: float = 1.0
    provenance: str = ""
    seen_on: str = ""
    report: str = ""
    pictures: tuple[str, ...] = ()
    key: str = field(init=False)
    etiquette: Etiquette = field(init=False)

    def __post_init__(self) -> None:
        place = urlsplit(self.uri_check)
        etiquette = Etiquette(
            origins=(
                f"{place.scheme}://{place.netloc.replace(PLACEHOLDER, '*')}",
                *self.pictures,
            ),
            access=self.access,
            seconds_between=self.seconds_between,
        )
        object.__setattr__(self, "etiquette", etiquette)
        object.__setattr__(self, "key", _spelled(self.name) or _spelled(place.netloc))

    def admits(self, handle: str) -> bool:
        """Say whether the site could have such a handle at all."""
        if not 0 < len(handle) <= LONGEST_HANDLE or re.search(r"[\s/?#\\\x00-\x1f]", handle):
            return False
        if self.etiquette.origins[0].partition("://*.")[1] and not LABEL.fullmatch(handle):
            return False
        return not self.handle or fits(self.handle, handle)

    def shown_at(self, handle: str) -> str:
        return _filled(self.uri_pretty or self.uri_check, handle)

    def asked_at(self, handle: str) -> str:
        return _filled(self.uri_check, handle)


def _spelled(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")


def _filled(template: str, handle: str) -> str:
    return template.replace(PLACEHOLDER, quote(handle, safe=""))
