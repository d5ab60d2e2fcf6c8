"""An ActivityPub actor: the document in which a server describes an account to other servers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from scrapers.canonical import account_key, canonical_key
from scrapers.finding import Finding, Kind
from scrapers.recipes.fragment import links_in, plain_text, web_links
from scrapers.recipes.json_card import addresses
from scrapers.recipes.picture_address import picture_in
from scrapers.recipes.shape import (
    ShapeError,
    lacks,
    moment,
    optional_flag,
    optional_text,
    record,
    text,
    tidy,
    web_address,
)

# All servers that answer so are one network, whose accounts bear the key that Mastodon's have.
PLATFORM = "mastodon"
ACTORS = frozenset({"Application", "Group", "Organization", "Person", "Service"})
TOMBSTONE = "Tombstone"
USERNAME = re.compile(r"[\w.-]{1,100}")
MOST_FIELDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """`lists` are the addresses of whom it follows and who follows it, empty where not told."""

    username: str
    name: str
    bio: str
    url: str
    picture: str
    links: tuple[str, ...]
    created_at: datetime | None
    suspended: bool
    moved: bool
    lists: Mapping[str, str]


def kinds_of(shown: Mapping[str, object]) -> frozenset[str]:
    """Return the types of a document, which are one or a list of them."""
    told = shown.get("type")
    kinds = told if isinstance(told, list) else [told]
    return frozenset(kind for kind in kinds if isinstance(kind, str))


def actor_in(shown: Mapping[str, object]) -> Actor:
    if not ACTORS.intersection(kinds_of(shown)):
        lacks("type")
    username = text(shown, "preferredUsername")
    if not USERNAME.fullmatch(username):
        lacks("preferredUsername")
    moved = linked(shown, "movedTo")
    summary = optional_text(shown, "summary")
    return Actor(
        username=username,
        name=plain_text(optional_text(shown, "name")),
        bio=plain_text(summary),
        url=_page(shown),
        picture=address_in(shown.get("icon")),
        links=web_links([moved, *_fields(shown), *links_in(summary)]),
        created_at=_published(shown),
        suspended=optional_flag(shown, "suspended") is True,
        moved=bool(moved),
        lists={name: linked(shown, name) for name in ("following", "followers")},
    )


def finding_of(actor: Actor, domain: str) -> Finding:
    handle = f"{actor.username}@{domain}"
    return Finding(
        key=canonical_key(actor.url),
        kind=Kind.ACCOUNT,
        url=actor.url,
        account=account_key(PLATFORM, handle),
        name=actor.name,
        handle=handle,
        bio=actor.bio,
        links=actor.links,
        picture=actor.picture,
        picture_hash=picture_in(actor.picture),
        created_at=actor.created_at,
    )


def address_in(value: object) -> str:
    """Return the first address in what may be one, an object that holds one, or a list of these."""
    for each in value if isinstance(value, list) else [value]:
        holder = each if isinstance(each, dict) else {"href": each}
        for key in ("href", "url", "id"):
            told = holder.get(key)
            inner = address_in(told) if isinstance(told, dict | list) else told
            if isinstance(inner, str) and web_address(inner):
                return web_address(inner)
    return ""


def linked(holder: Mapping[str, object], key: str) -> str:
    """Return the address under a key that may be missing, but not hold anything else."""
    address = address_in(holder.get(key))
    if not address and holder.get(key) is not None:
        lacks(key)
    return address


def _page(shown: Mapping[str, object]) -> str:
    """Return where people see the account, else the document itself."""
    address = address_in(shown.get("url")) or web_address(text(shown, "id"))
    return address or lacks("url")


def _fields(shown: Mapping[str, object]) -> list[str]:
    told = shown.get("attachment")
    fields = told if isinstance(told, list) else [told] if isinstance(told, dict) else []
    found: list[str] = []
    for field in fields[:MOST_FIELDS]:
        holder = record(field, "attachment")
        value = holder.get("value")
        found += links_in(tidy(value)) if isinstance(value, str) else [*addresses(holder)]
    return found


def _published(shown: Mapping[str, object]) -> datetime | None:
    try:
        return moment(shown, "published")
    except ShapeError:
        return None
