"""What a page asks of robots, in its head tags or in a header."""

import re
from collections.abc import Iterator
from enum import StrEnum

from scrapers.models import Page

ROBOTS_DECLINED = "page-declines-robots"
OUR_ROBOT_NAMES = frozenset({"robots", "namesake"})
# A wish after the name of another robot is for that one: `otherbot: noindex, nofollow`.
_FOR = re.compile(r"\s*([\w-]+)\s*:\s*(.*)", re.DOTALL)
# These hold a colon of their own.
_VALUED = frozenset({"max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"})


class RobotsDirective(StrEnum):
    UNLISTED = "noindex"
    UNQUOTED = "nosnippet"


DIRECTIVES_BY_WORD = {
    "noindex": (RobotsDirective.UNLISTED,),
    "none": (RobotsDirective.UNLISTED,),
    "nosnippet": (RobotsDirective.UNQUOTED,),
    "max-snippet:0": (RobotsDirective.UNQUOTED,),
}


def parse_robots_directives(content: str) -> Iterator[RobotsDirective]:
    """Yield what the content of a meta tag, or a header for every robot, asks."""
    for word in content.lower().split(","):
        yield from DIRECTIVES_BY_WORD.get("".join(word.split()), ())


def parse_robots_header(page: Page) -> frozenset[RobotsDirective]:
    """Return what `X-Robots-Tag` asks of every robot, and of us by name."""
    wishes: set[RobotsDirective] = set()
    ours = True
    for part in page.headers.get("x-robots-tag", "")[:4096].split(","):
        match = _FOR.fullmatch(part)
        named = match is not None and match[1].lower() not in _VALUED
        if match is not None and named:
            ours = match[1].lower() in OUR_ROBOT_NAMES
        wishes.update(
            parse_robots_directives(match[2] if match is not None and named else part)
            if ours
            else ()
        )
    return frozenset(wishes)
