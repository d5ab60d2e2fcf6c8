"""Markup of strangers, read by Beautiful Soup within bounds: heads, h-cards, profile cards.

It costs whatever its author wants it to: only the child of `scrapers.sandbox` may come here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag

from scrapers.parsers.json_fields import clean_text
from scrapers.parsers.robots_directives import (
    OUR_ROBOT_NAMES,
    RobotsDirective,
    parse_robots_directives,
)
from scrapers.parsers.text import LARGEST_DOCUMENT

HEAD_ENDS = re.compile(r"</head\s*>|<body[\s>]", re.IGNORECASE)
# What a head is read for.
LATE_MARKS = ("og:title", "og:image", "og:description")
# A tag of the head, or nothing for what may hold its words. What looks far ahead always succeeds
# where it begins, so no character is looked at twice.
LATE_TAGS = re.compile(
    r"(?i:<!--.*?(?:-->|\Z)"
    r"|<(?:script\b.*?(?:</script|\Z)|style\b.*?(?:</style|\Z)|svg\b.*?(?:</svg|\Z)"
    r"|textarea\b.*?(?:</textarea|\Z)|template\b.*?(?:</template|\Z))"
    r"|(<(?:meta|link)\b[^<>]*>|<title\b[^<>]*>[^<]*</title\s*>?))",
    re.DOTALL,
)
DOCTYPE = re.compile(r"<!DOCTYPE", re.IGNORECASE)


class DoctypeError(ValueError):
    """A feed has no need of a DOCTYPE; entities are declared in one."""


def parse_head(text: str) -> BeautifulSoup:
    """Return the head alone: parsing it takes a hundredth of what the whole page takes.

    Some pages end it early, name its end in a script, or have tags of it in their body.
    """
    end = HEAD_ENDS.search(text[:LARGEST_DOCUMENT])
    start = end.start() if end else min(len(text), LARGEST_DOCUMENT)
    head, rest = parse_document(text[:start]), text[start:]
    has_late = "og:" in rest and any(
        mark in rest and mark not in text[:start] for mark in LATE_MARKS
    )
    if not has_late and (_extract_title(head) or "<title" not in text):
        return head
    return parse_document("".join(filter(None, LATE_TAGS.findall(text))))


def parse_document(text: str) -> BeautifulSoup:
    return BeautifulSoup(text[:LARGEST_DOCUMENT], "lxml")


def parse_xml(text: str) -> BeautifulSoup:
    """Parse a feed; raise DoctypeError if it has a DOCTYPE anywhere."""
    if DOCTYPE.search(text[:LARGEST_DOCUMENT]):
        raise DoctypeError
    return BeautifulSoup(text[:LARGEST_DOCUMENT], "xml")


FEED_TYPES = re.compile(r"application/(?:rss\+xml|atom\+xml|feed\+json)", re.IGNORECASE)
# Feeds of comments are someone else's words.
COMMENT_FEEDS = re.compile(r"comment|kommentar|coment|réponse", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PageHead:
    """`meta` holds the content of each meta tag by its property or name; the first one counts."""

    meta: dict[str, str]
    title: str
    canonical: str
    feeds: tuple[str, ...]
    robots_directives: frozenset[RobotsDirective]

    def pick_first_meta(self, *names: str) -> str:
        return next((self.meta[name] for name in names if self.meta.get(name)), "")


def extract_page_head(soup: BeautifulSoup) -> PageHead:
    tags = list(_extract_meta_tags(soup))
    meta: dict[str, str] = {}
    for name, content in tags:
        meta.setdefault(name, content)
    directives = (content for name, content in tags if name in OUR_ROBOT_NAMES)
    return PageHead(
        meta=meta,
        title=_extract_title(soup),
        canonical=next((href for href, _ in _extract_link_tags(soup, "canonical")), ""),
        feeds=tuple(_extract_feed_links(soup)),
        robots_directives=frozenset(
            directive
            for one_directive in directives
            for directive in parse_robots_directives(one_directive)
        ),
    )


def _extract_title(soup: BeautifulSoup) -> str:
    """Return the first title that says something; a page's drawings have titles, too."""
    first = soup.title
    while first is not None and (first.find_parent("svg") or not extract_tag_text(first)):
        first = first.find_next("title")
    return extract_tag_text(first)


def extract_tag_text(tag: Tag | None) -> str:
    return clean_text(tag.get_text("")) if tag else ""


def get_attribute(tag: Tag, name: str) -> str:
    value = tag.get(name)
    return value if isinstance(value, str) else " ".join(value or ())


def _extract_meta_tags(soup: BeautifulSoup) -> Iterator[tuple[str, str]]:
    for tag in soup.find_all("meta"):
        names = (get_attribute(tag, word) for word in ("property", "name", "itemprop"))
        name = next((attribute for attribute in names if attribute), "")
        yield name.strip().lower(), clean_text(get_attribute(tag, "content"))


def _extract_link_tags(soup: BeautifulSoup, relation: str) -> Iterator[tuple[str, Tag]]:
    for tag in soup.find_all("link", rel=relation):
        href = get_attribute(tag, "href").strip()
        if href:
            yield href, tag


def _extract_feed_links(soup: BeautifulSoup) -> Iterator[str]:
    for href, tag in _extract_link_tags(soup, "alternate"):
        of_others = COMMENT_FEEDS.search(f"{get_attribute(tag, 'title')} {href}")
        if FEED_TYPES.fullmatch(get_attribute(tag, "type").strip()) and not of_others:
            yield href
