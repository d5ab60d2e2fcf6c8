"""Feeds: who publishes them, and where that is at home. JSON feeds are read here."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from scrapers.page import Page
from scrapers.recipes.robots_wishes import Wish
from scrapers.recipes.shape import ShapeError, lacks, optional_text, record, rows

# Where the root of a feed begins; before it stand a declaration and maybe a remark.
ROOT = re.compile(rb"<(?:\w{1,20}:)?(?:rss|feed|rdf)[\s>]", re.IGNORECASE)
REACH = 4096
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
    wishes: frozenset[Wish] = frozenset()


def begins_a_feed(page: Page) -> bool:
    """Say by the first bytes whether this is a feed in XML, whatever type it is sent with."""
    return ROOT.search(page.bytes[:REACH]) is not None


def feed_in_json(answer: object) -> Feed:
    """Raise ShapeError where it is no JSON feed."""
    told = record(answer, "a feed")
    if not optional_text(told, "version").startswith(JSON_FEED):
        lacks("the version of a feed")
    title = optional_text(told, "title")
    if not title:
        lacks("the title of a feed")
    return Feed(
        title=title,
        author=sole(_json_authors(told)),
        description=optional_text(told, "description"),
        site=optional_text(told, "home_page_url"),
        picture=optional_text(told, "icon"),
    )


def sole(names: Iterable[str]) -> str:
    """Return the name of somebody who writes alone."""
    known = {each.casefold(): each for each in names}
    return next(iter(known.values())) if len(known) == 1 else ""


def _json_authors(told: Mapping[str, object]) -> Iterator[str]:
    """Yield the feed's authors, or else those of its items; version 1.0 knew only one each."""
    own = list(_authors_of(told))
    if own or "items" not in told:
        yield from own
        return
    for item in rows(told, "items")[:MOST_ENTRIES]:
        yield from _authors_of(record(item, "items"))


def _authors_of(holder: Mapping[str, object]) -> Iterator[str]:
    several = rows(holder, "authors") if holder.get("authors") is not None else ()
    for each in (*several, holder.get("author")):
        if each is not None:
            try:
                name = optional_text(record(each, "authors"), "name")
            except ShapeError:
                continue
            if name:
                yield name
