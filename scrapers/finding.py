"""One public trace."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    ACCOUNT = "account"
    PAGE = "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One public trace, with a key that stays the same between visits.

    `key` is the canonical URL key. `account` is `platform:stable-id` where the platform tells
    one, else `platform:@handle`, and empty for a page. `account_aliases` are further account
    keys that name the same account. A bio is what an account says of itself; a snippet is what
    a result list shows of a page. `location` is what an account says in a field of its own;
    `private` is None where the source does not tell. `picture` is where an account's picture
    lies, `picture_hash` the network's own name for it, and `picture_print` what we keep of it
    (see `scrapers.picture_print`), empty if we did not look. `exposed` names the kinds
    of private contact that were taken out before it was kept, and where (`phone:bio`); no source
    fills it.
    """

    key: str
    kind: Kind
    url: str
    account: str = ""
    account_aliases: tuple[str, ...] = ()
    title: str = ""
    snippet: str = ""
    name: str = ""
    handle: str = ""
    bio: str = ""
    location: str = ""
    links: tuple[str, ...] = ()
    picture: str = ""
    picture_hash: str = ""
    picture_print: str = ""
    exposed: tuple[str, ...] = ()
    private: bool | None = None
    created_at: datetime | None = None
    counts: tuple[tuple[str, int], ...] = ()

    @property
    def platform(self) -> str:
        return self.account.partition(":")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Someone an own account follows or is followed by: read in memory, never stored."""

    name: str
    handle: str
    bio: str = ""

    def __repr__(self) -> str:
        return "Contact(…)"
