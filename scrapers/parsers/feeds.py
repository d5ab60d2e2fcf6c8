"""Feeds in XML: RSS and Atom, in all their spellings."""

import re
from collections.abc import Iterator

from bs4 import Tag

from scrapers.parsers.html import extract_tag_text, get_attribute, parse_xml
from scrapers.parsers.json_feeds import MOST_ENTRIES, Feed, pick_sole_name
from scrapers.parsers.json_fields import raise_shape_error
from scrapers.parsers.robots_directives import RobotsDirective, parse_robots_directives
from scrapers.parsers.text import strip_html

# RSS 2.0 and 0.9x, Atom, RSS 1.0.
ROOTS = frozenset({"rss", "feed", "RDF"})
ENTRIES = ("item", "entry")
# What a whole feed ends with, and maybe a comment behind it.
CLOSED_ROOT = re.compile(r"</(?:\w{1,20}:)?(?:rss|feed|rdf)\s*>", re.IGNORECASE)
LONGEST_ENDING = 1000


def parse_xml_feed(text: str) -> Feed:
    """Raise ShapeError where it is no feed, and DoctypeError where it declares a type."""
    root = next((child for child in parse_xml(text).children if isinstance(child, Tag)), None)
    if root is None or _strip_namespace(root) not in ROOTS:
        raise_shape_error("a feed")
    channel = _select_child(root, "channel") or root
    title = _extract_unescaped_text(_select_child(channel, "title"))
    if not title:
        raise_shape_error("the title of a feed")
    return Feed(
        title=title,
        author=_extract_author(channel, root),
        description=_extract_unescaped_text(
            _select_child(channel, "description", "subtitle", "summary")
        ),
        site=_extract_site(channel),
        picture=_extract_picture(channel),
        robots_directives=frozenset(_extract_robots_directives(channel)),
    )


def parse_feed_entries(text: str) -> list[dict[str, str]]:
    """Return title, link and summary of each entry; raise as `parse_xml_feed` does.

    A feed that was cut short lacks entries, so it is none.
    """
    root = next((child for child in parse_xml(text).children if isinstance(child, Tag)), None)
    if root is None or _strip_namespace(root) not in ROOTS:
        raise_shape_error("a feed")
    if CLOSED_ROOT.search(text[-LONGEST_ENDING:]) is None:
        raise_shape_error("the end of a feed")
    channel = _select_child(root, "channel") or root
    if _select_child(channel, "title") is None:
        raise_shape_error("the title of a feed")
    several = (channel, root) if channel is not root else (root,)
    entries = [child for holder in several for child in _select_children(holder, *ENTRIES)]
    return [_parse_entry(entry) for entry in entries[:MOST_ENTRIES]]


def _parse_entry(entry: Tag) -> dict[str, str]:
    link = _extract_site(entry)
    if not link or _select_child(entry, "title") is None:
        raise_shape_error("the title or the link of an entry")
    return {
        "title": _extract_unescaped_text(_select_child(entry, "title")),
        "link": link,
        "summary": _extract_unescaped_text(
            _select_child(entry, "content", "summary", "description")
        ),
    }


def _strip_namespace(tag: Tag) -> str:
    return tag.name.rpartition(":")[2]


def _select_children(holder: Tag, *names: str) -> list[Tag]:
    """Return the children of these names, whatever vocabulary they are of; the feed's own first."""
    tags = [
        child
        for child in holder.children
        if isinstance(child, Tag) and _strip_namespace(child) in names
    ]
    return sorted(tags, key=lambda tag: (names.index(_strip_namespace(tag)), ":" in tag.name))


def _select_child(holder: Tag, *names: str) -> Tag | None:
    return next(iter(_select_children(holder, *names)), None)


def _extract_unescaped_text(tag: Tag | None) -> str:
    """Return the words of a text that may itself be escaped HTML."""
    return strip_html(extract_tag_text(tag))


def _extract_author(channel: Tag, root: Tag) -> str:
    own = pick_sole_name(_extract_author_names(channel))
    if own:
        return own
    several = (channel, root) if channel is not root else (root,)
    entries = [child for holder in several for child in _select_children(holder, *ENTRIES)]
    return pick_sole_name(
        name for entry in entries[:MOST_ENTRIES] for name in _extract_author_names(entry)
    )


def _extract_author_names(holder: Tag) -> Iterator[str]:
    """Yield who wrote something, in the words of Atom, Dublin Core, podcasts or RSS."""
    for tag in _select_children(holder, "author", "creator"):
        named = _select_child(tag, "name")
        name = (
            extract_tag_text(named)
            if named is not None
            else _strip_mail_address(extract_tag_text(tag))
        )
        if name:
            yield name


def _strip_mail_address(text: str) -> str:
    """Return the name in `jane@alpha.example (Jane Doe)`, as RSS has it, and no mail address."""
    if "@" not in text:
        return text
    inside = text.partition("(")[2].partition(")")[0].strip()
    return "" if "@" in inside else inside


def _extract_site(channel: Tag) -> str:
    for link in _select_children(channel, "link"):
        href = get_attribute(link, "href")
        if not href and extract_tag_text(link):
            return extract_tag_text(link)
        if href and (get_attribute(link, "rel") or "alternate") == "alternate":
            return href
    return ""


def _extract_picture(channel: Tag) -> str:
    image = _select_child(channel, "image", "logo", "icon")
    if image is None:
        return ""
    return (
        get_attribute(image, "href")
        or extract_tag_text(_select_child(image, "url"))
        or extract_tag_text(image)
    )


def _extract_robots_directives(channel: Tag) -> Iterator[RobotsDirective]:
    """Yield what a feed asks: by the meta tag of a page, or in the way of podcasts."""
    for tag in _select_children(channel, "meta"):
        if get_attribute(tag, "name").lower() == "robots":
            yield from parse_robots_directives(get_attribute(tag, "content"))
    if any(extract_tag_text(tag).lower() == "yes" for tag in _select_children(channel, "block")):
        yield RobotsDirective.UNLISTED
