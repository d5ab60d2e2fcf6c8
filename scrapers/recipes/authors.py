"""Who wrote a post that a search engine lists: its address tells the account, or its title does."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlunsplit

from scrapers.canonical import account_key, account_keys
from scrapers.recipes.result_titles import told_of_author
from scrapers.redirector import urlsplit_or_none

# A profile's address is the beginning of its posts' addresses: `/@jdoe/video/7`, `/jdoe/status/7`.
DEEPEST_PROFILE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    url: str
    account: str
    handle: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Hidden:
    """Posts whose address does not begin with their author's; `path` may name the handle."""

    platform: str
    host: str
    path: str
    profile: str


HIDDEN = (
    Hidden(
        "instagram",
        r"(?:www\.)?instagram\.com",
        r"/(?:p|reel|reels|tv)/[^/]+/?",
        "https://www.instagram.com/{}/",
    ),
    Hidden(
        "linkedin",
        r"(?:[a-z]{2,3}\.)?linkedin\.com",
        r"/posts/(?P<handle>[^/_]+)_.+",
        "https://www.linkedin.com/in/{}",
    ),
)


def author_of(url: str, title: str) -> Author | None:
    """Return the account that wrote what stands at an address, or None where nothing tells."""
    return next(_by_beginning(url, title), None) or next(_by_title(url, title), None)


def _by_beginning(url: str, title: str) -> Iterator[Author]:
    seen = urlsplit_or_none(url)
    if seen is None:
        return
    segments = seen.path.split("/")
    for depth in range(2, min(len(segments), DEEPEST_PROFILE + 2)):
        shorter = urlunsplit((seen.scheme, seen.netloc, "/".join(segments[:depth]), "", ""))
        for account in account_keys(shorter)[:1] if shorter != url else ():
            platform, _, name = account.partition(":")
            told = told_of_author(title, platform)
            handle = name.removeprefix("@") if name.startswith("@") else ""
            yield Author(url=shorter, account=account, handle=handle, name=told.name)


def _by_title(url: str, title: str) -> Iterator[Author]:
    seen = urlsplit_or_none(url)
    host = (seen.hostname or "") if seen else ""
    for hidden in HIDDEN if seen else ():
        path = re.fullmatch(hidden.path, seen.path) if seen else None
        if path is None or not re.fullmatch(hidden.host, host):
            continue
        told = told_of_author(title, hidden.platform)
        handle = path.groupdict().get("handle") or told.handle
        if handle:
            account = account_key(hidden.platform, handle)
            address = hidden.profile.format(handle)
            yield Author(url=address, account=account, handle=handle.casefold(), name=told.name)
