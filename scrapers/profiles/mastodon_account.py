"""An account as Mastodon's API shows it, read strictly and turned into what we keep."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from scrapers.canonical import account_key, account_keys, canonical_key
from scrapers.finding import Contact, Finding, Kind
from scrapers.recipes.fragment import links_in, plain_text, web_links
from scrapers.recipes.picture_address import picture_in
from scrapers.recipes.shape import (
    ShapeError,
    count,
    lacks,
    moment,
    optional_flag,
    optional_text,
    record,
    rows,
    text,
    web_address,
)

PLATFORM = "mastodon"
ACCT = re.compile(r"[\w.-]{1,100}(?:@[\w.:-]{1,253})?")
COUNTS = (
    ("followers", "followers_count"),
    ("follows", "following_count"),
    ("posts", "statuses_count"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """`acct` is `user`, or `user@host` for those of other servers.

    The flags say what its owner asks for; None is what nobody was asked. `moved_to` is where the
    owner says they are now.
    """

    id: str
    acct: str
    name: str
    bio: str
    url: str
    picture: str
    links: tuple[str, ...]
    created_at: datetime | None
    counts: tuple[tuple[str, int], ...]
    suspended: bool
    noindex: bool | None
    discoverable: bool | None
    hides_contacts: bool | None
    moved_to: str

    @property
    def asks_not_to_be_read(self) -> bool:
        """Its owner wants no machine to keep the profile."""
        return self.noindex is True

    @property
    def asks_not_to_be_found(self) -> bool:
        """Its owner does not want strangers to come upon it; a null is no answer.

        `indexable` speaks of posts, and we ask for none.
        """
        return self.noindex is True or self.discoverable is False


def account_in(shown: Mapping[str, object]) -> Account:
    acct = text(shown, "acct")
    if not ACCT.fullmatch(acct) or not text(shown, "username"):
        lacks("acct")
    note = optional_text(shown, "note")
    return Account(
        id=text(shown, "id"),
        acct=acct,
        name=optional_text(shown, "display_name"),
        bio=plain_text(note),
        url=_address(shown),
        picture=web_address(
            optional_text(shown, "avatar_static") or optional_text(shown, "avatar")
        ),
        links=web_links([*_fields(shown), *links_in(note)]),
        created_at=_created(shown),
        counts=tuple((name, seen) for name, seen in _counts(shown) if seen is not None),
        suspended=optional_flag(shown, "suspended") is True,
        noindex=optional_flag(shown, "noindex"),
        discoverable=optional_flag(shown, "discoverable"),
        hides_contacts=optional_flag(shown, "hide_collections"),
        moved_to=_moved(shown),
    )


def finding_of(account: Account, domain: str) -> Finding:
    """`domain` is that of the server that was asked: it does not say so of its own accounts."""
    handle = whole_handle(account.acct, domain)
    key = account_key(PLATFORM, handle)
    moved = (account.moved_to,) if account.moved_to else ()
    return Finding(
        key=canonical_key(account.url),
        kind=Kind.ACCOUNT,
        url=account.url,
        account=key,
        account_aliases=tuple(each for each in account_keys(account.url) if each != key),
        name=account.name,
        handle=handle,
        bio=account.bio,
        links=(*moved, *account.links),
        picture=account.picture,
        picture_hash=picture_in(account.picture),
        created_at=account.created_at,
        counts=account.counts,
    )


def contact_of(account: Account, domain: str) -> Contact:
    return Contact(name=account.name, handle=whole_handle(account.acct, domain), bio=account.bio)


def whole_handle(acct: str, domain: str) -> str:
    return acct if "@" in acct else f"{acct}@{domain}"


def _address(shown: Mapping[str, object]) -> str:
    """Return where people see it, else where machines do: servers leave out what they lack."""
    address = web_address(optional_text(shown, "url")) or web_address(optional_text(shown, "uri"))
    return address or lacks("url")


def _fields(shown: Mapping[str, object]) -> list[str]:
    if shown.get("fields") is None:
        return []
    values = [optional_text(record(row, "fields"), "value") for row in rows(shown, "fields")]
    return [link for value in values for link in links_in(value)]


def _counts(shown: Mapping[str, object]) -> list[tuple[str, int | None]]:
    return [(name, count(shown, key)) for name, key in COUNTS]


def _created(shown: Mapping[str, object]) -> datetime | None:
    # For accounts of other servers it is what these say, so a strange one is theirs to explain.
    try:
        return moment(shown, "created_at")
    except ShapeError:
        return None


def _moved(shown: Mapping[str, object]) -> str:
    moved = shown.get("moved")
    return web_address(optional_text(record(moved, "moved"), "url")) if moved is not None else ""
