"""An account as Bluesky shows it, read strictly and turned into what we keep."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from scrapers.canonical import account_key, canonical_key
from scrapers.finding import Contact, Finding, Kind
from scrapers.recipes.shape import (
    ShapeError,
    count,
    lacks,
    moment,
    optional_text,
    record,
    rows,
    text,
    web_address,
)

DID = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]{1,256}")
HANDLE = re.compile(r"[A-Za-z0-9.-]{1,253}")
# Shown in place of a handle whose domain no longer points back to the account.
NO_HANDLE = "handle.invalid"
# The label of accounts that do not want to be shown to those who are not logged in.
PRIVACY = "!no-unauthenticated"
COUNTS = (("followers", "followersCount"), ("follows", "followsCount"), ("posts", "postsCount"))
LINK = re.compile(r"https?://[^\s<>\"'()\[\]]+", re.IGNORECASE)
MOST_LINKS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    did: str
    handle: str
    name: str
    bio: str
    website: str
    avatar: str
    created_at: datetime | None
    counts: tuple[tuple[str, int], ...]
    labels: frozenset[str]

    @property
    def asks_for_privacy(self) -> bool:
        return PRIVACY in self.labels


def actor_in(shown: Mapping[str, object]) -> Actor:
    did, handle = text(shown, "did"), text(shown, "handle")
    if not DID.fullmatch(did):
        lacks("did")
    if not HANDLE.fullmatch(handle):
        lacks("handle")
    return Actor(
        did=did,
        handle=handle,
        name=optional_text(shown, "displayName"),
        bio=optional_text(shown, "description"),
        website=optional_text(shown, "website"),
        avatar=optional_text(shown, "avatar"),
        created_at=_created(shown),
        counts=tuple((name, seen) for name, seen in _counts(shown) if seen is not None),
        labels=_labels(shown),
    )


def finding_of(actor: Actor) -> Finding:
    """Key an account by its DID, which stays when the handle changes; the handle is an alias."""
    handled = actor.handle.casefold() != NO_HANDLE
    links = (web_address(link) for link in (actor.website, *LINK.findall(actor.bio)))
    return Finding(
        key=canonical_key(_shown_at(actor.did)),
        kind=Kind.ACCOUNT,
        url=_shown_at(actor.handle if handled else actor.did),
        account=account_key("bluesky", actor.did),
        account_aliases=(account_key("bluesky", actor.handle),) if handled else (),
        name=actor.name,
        handle=actor.handle if handled else "",
        bio=actor.bio,
        links=tuple(dict.fromkeys(link for link in links if link))[:MOST_LINKS],
        picture=web_address(actor.avatar),
        picture_hash=_content_id(actor.avatar),
        created_at=actor.created_at,
        counts=actor.counts,
    )


def contact_of(actor: Actor) -> Contact:
    return Contact(name=actor.name, handle=actor.handle, bio=actor.bio)


def _shown_at(actor: str) -> str:
    return f"https://bsky.app/profile/{actor}"


def _content_id(avatar: str) -> str:
    """Return the content id in a picture's address: the same picture has the same one."""
    return avatar.rpartition("/")[2].partition("@")[0][:128]


def _created(shown: Mapping[str, object]) -> datetime | None:
    # The owner's own software writes this date, so a strange one says nothing of the answer.
    try:
        return moment(shown, "createdAt")
    except ShapeError:
        return None


def _counts(shown: Mapping[str, object]) -> list[tuple[str, int | None]]:
    return [(name, count(shown, key)) for name, key in COUNTS]


def _labels(shown: Mapping[str, object]) -> frozenset[str]:
    if shown.get("labels") is None:
        return frozenset()
    labels = [record(row, "labels") for row in rows(shown, "labels")]
    # A label with `neg` takes an earlier one back.
    taken_back = {optional_text(label, "val") for label in labels if label.get("neg") is True}
    return frozenset(optional_text(label, "val") for label in labels) - taken_back
