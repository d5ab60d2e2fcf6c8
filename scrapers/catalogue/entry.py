"""One site of the presence catalogue: its rule, its manners, and how we know them."""

import re
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from scrapers.recipes.pattern import fits
from scrapers.recipes.presence import PLACEHOLDER, Rule
from scrapers.source import Access, Etiquette

LONGEST_HANDLE = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A site that shows an account at an address made from its handle.

    `known` are accounts of the site itself or of an institution, never of a private person.
    `handle` is a pattern (RE2) of the handles the site allows. `report` is where the site takes
    reports of impersonation. `pictures` are further origins, at which the pictures of its profiles
    lie. `provenance` names the published facts that the marks rest on;
    `seen_on` is the day somebody last saw them live, and empty until then. `key` is the name as
    account keys and configurations spell it.
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
            origins=(f"{place.scheme}://{place.netloc}", *self.pictures),
            access=self.access,
            seconds_between=self.seconds_between,
        )
        key = re.sub(r"[^a-z0-9]+", "-", self.name.casefold()).strip("-")
        object.__setattr__(self, "etiquette", etiquette)
        object.__setattr__(self, "key", key)

    def admits(self, handle: str) -> bool:
        """Say whether the site could have such a handle at all."""
        if not 0 < len(handle) <= LONGEST_HANDLE or re.search(r"[\s/?#\\\x00-\x1f]", handle):
            return False
        return not self.handle or fits(self.handle, handle)

    def shown_at(self, handle: str) -> str:
        return _filled(self.uri_pretty or self.uri_check, handle)

    def asked_at(self, handle: str) -> str:
        return _filled(self.uri_check, handle)


def _filled(template: str, handle: str) -> str:
    return template.replace(PLACEHOLDER, quote(handle, safe=""))
