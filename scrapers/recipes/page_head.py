"""What the head of a page tells machines: its meta tags, its links, what it asks of robots."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag

from scrapers.recipes.robots_wishes import OURS, Wish, wishes_in
from scrapers.recipes.shape import tidy

FEEDS = re.compile(r"application/(?:rss\+xml|atom\+xml|feed\+json)", re.IGNORECASE)
# Feeds of comments are somebody else's words.
OTHERS = re.compile(r"comment|kommentar|coment|réponse", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PageHead:
    """`meta` holds the content of each meta tag by its property or name; the first one counts."""

    meta: dict[str, str]
    title: str
    canonical: str
    feeds: tuple[str, ...]
    wishes: frozenset[Wish]

    def first(self, *names: str) -> str:
        return next((self.meta[name] for name in names if self.meta.get(name)), "")


def page_head(soup: BeautifulSoup) -> PageHead:
    tags = list(_meta(soup))
    meta: dict[str, str] = {}
    for name, content in tags:
        meta.setdefault(name, content)
    told = (content for name, content in tags if name in OURS)
    return PageHead(
        meta=meta,
        title=text_of(soup.title),
        canonical=next((href for href, _ in _links(soup, "canonical")), ""),
        feeds=tuple(_feeds(soup)),
        wishes=frozenset(wish for each in told for wish in wishes_in(each)),
    )


def text_of(tag: Tag | None) -> str:
    return tidy(tag.get_text("")) if tag else ""


def attribute(tag: Tag, name: str) -> str:
    value = tag.get(name)
    return value if isinstance(value, str) else " ".join(value or ())


def _meta(soup: BeautifulSoup) -> Iterator[tuple[str, str]]:
    for tag in soup.find_all("meta"):
        names = (attribute(tag, each) for each in ("property", "name", "itemprop"))
        name = next((each for each in names if each), "")
        yield name.strip().lower(), tidy(attribute(tag, "content"))


def _links(soup: BeautifulSoup, relation: str) -> Iterator[tuple[str, Tag]]:
    for tag in soup.find_all("link", rel=relation):
        href = attribute(tag, "href").strip()
        if href:
            yield href, tag


def _feeds(soup: BeautifulSoup) -> Iterator[str]:
    for href, tag in _links(soup, "alternate"):
        of_others = OTHERS.search(f"{attribute(tag, 'title')} {href}")
        if FEEDS.fullmatch(attribute(tag, "type").strip()) and not of_others:
            yield href
