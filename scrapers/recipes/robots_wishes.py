"""What a page asks of robots, in its header or in its head: not to be listed, not to be quoted."""

import re
from collections.abc import Iterator
from enum import StrEnum

from scrapers.page import Page

ASKED_NOT_TO = "the page asks not to be read by robots"
OURS = frozenset({"robots", "namesake"})
# A wish after the name of another robot is for that one: `otherbot: noindex, nofollow`.
_FOR = re.compile(r"\s*([\w-]+)\s*:\s*(.*)", re.DOTALL)
# These hold a colon of their own.
_VALUED = frozenset({"max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"})


class Wish(StrEnum):
    UNLISTED = "noindex"
    UNQUOTED = "nosnippet"


WORDS = {
    "noindex": (Wish.UNLISTED,),
    "none": (Wish.UNLISTED,),
    "nosnippet": (Wish.UNQUOTED,),
    "max-snippet:0": (Wish.UNQUOTED,),
}


def wishes_in(content: str) -> Iterator[Wish]:
    """Yield what the content of a meta tag, or a header for every robot, asks."""
    for word in content.lower().split(","):
        yield from WORDS.get("".join(word.split()), ())


def wishes_of_header(page: Page) -> frozenset[Wish]:
    """Return what `X-Robots-Tag` asks of every robot, and of us by name."""
    wishes: set[Wish] = set()
    ours = True
    for part in page.headers.get("x-robots-tag", "")[:4096].split(","):
        match = _FOR.fullmatch(part)
        named = match is not None and match[1].lower() not in _VALUED
        if match is not None and named:
            ours = match[1].lower() in OURS
        wishes.update(wishes_in(match[2] if match is not None and named else part) if ours else ())
    return frozenset(wishes)
