"""Feeds: which text is one, and whom a JSON feed names."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from scrapers.models import Page
from scrapers.parsers.json_fields import (
    ShapeError,
    get_optional_text,
    raise_shape_error,
    require_list,
    require_object,
)
from scrapers.parsers.robots_directives import RobotsDirective

# Where the root of a feed begins, after a declaration and maybe a comment.
FEED_ROOT = re.compile(rb"<(?:\w{1,20}:)?(?:rss|feed|rdf)[\s>]", re.IGNORECASE)
FEED_ROOT_WITHIN = 4096
JSON_FEED = "https://jsonfeed.org/version/"
MOST_ENTRIES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """`site` is the page whose feed it is. `author` is empty where several people write."""

    title: str
    author: str = ""
    description: str = ""
    site: str = ""
    picture: str = ""
    robots_directives: frozenset[RobotsDirective] = frozenset()


def is_xml_feed(page: Page) -> bool:
    """Say by the first bytes whether this is a feed in XML, whatever type it is sent with."""
    return FEED_ROOT.search(page.searchable_bytes[:FEED_ROOT_WITHIN]) is not None


def parse_json_feed(answer: object) -> Feed:
    """Raise ShapeError where it is no JSON feed."""
    feed = require_object(answer, "a feed")
    if not get_optional_text(feed, "version").startswith(JSON_FEED):
        raise_shape_error("the version of a feed")
    title = get_optional_text(feed, "title")
    if not title:
        raise_shape_error("the title of a feed")
    return Feed(
        title=title,
        author=pick_sole_name(_extract_feed_authors(feed)),
        description=get_optional_text(feed, "description"),
        site=get_optional_text(feed, "home_page_url"),
        picture=get_optional_text(feed, "icon"),
    )


def pick_sole_name(names: Iterable[str]) -> str:
    """Return the name of someone who writes alone."""
    by_folded = {name.casefold(): name for name in names}
    return next(iter(by_folded.values())) if len(by_folded) == 1 else ""


def _extract_feed_authors(feed: Mapping[str, object]) -> Iterator[str]:
    """Yield the feed's authors, or else those of its items; version 1.0 knew only one each."""
    own = list(_extract_author_names(feed))
    if own or "items" not in feed:
        yield from own
        return
    for item in require_list(feed, "items")[:MOST_ENTRIES]:
        yield from _extract_author_names(require_object(item, "items"))


def _extract_author_names(holder: Mapping[str, object]) -> Iterator[str]:
    several = require_list(holder, "authors") if holder.get("authors") is not None else ()
    for value in (*several, holder.get("author")):
        if value is not None:
            try:
                name = get_optional_text(require_object(value, "authors"), "name")
            except ShapeError:
                continue
            if name:
                yield name
