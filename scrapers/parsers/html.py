"""Markup of strangers, read by Beautiful Soup within bounds: heads, h-cards, profile cards.

It costs whatever its author wants it to: only the child of `scrapers.sandbox` may come here.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin

from bs4 import BeautifulSoup, Tag

from scrapers.models import Page
from scrapers.parsers.json_fields import LinkedPerson, person_in, profile_in, tidy, web_address
from scrapers.parsers.text import (
    LARGEST_DOCUMENT,
    OURS,
    Wish,
    handle_in_title,
    is_markup,
    name_in_title,
    occurs,
    wishes_in,
    without_counts,
    without_site,
)

HEAD_ENDS = re.compile(r"</head\s*>|<body[\s>]", re.IGNORECASE)
DOCTYPE = re.compile(r"<!DOCTYPE", re.IGNORECASE)


class DoctypeError(ValueError):
    """A feed has no need of a DOCTYPE; entities are declared in one."""


def head(text: str) -> BeautifulSoup:
    """Return the head alone: parsing it takes a hundredth of what the whole page takes."""
    end = HEAD_ENDS.search(text[:LARGEST_DOCUMENT])
    return whole(text[: end.start()] if end else text)


def whole(text: str) -> BeautifulSoup:
    return BeautifulSoup(text[:LARGEST_DOCUMENT], "lxml")


def xml(text: str) -> BeautifulSoup:
    """Parse a feed; raise DoctypeError where it holds a DOCTYPE, wherever it stands."""
    if DOCTYPE.search(text[:LARGEST_DOCUMENT]):
        raise DoctypeError
    return BeautifulSoup(text[:LARGEST_DOCUMENT], "xml")


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


MOST_LINKS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class HCard:
    name: str = ""
    handle: str = ""
    bio: str = ""
    picture: str = ""
    links: tuple[str, ...] = ()


def h_card(soup: BeautifulSoup) -> HCard:
    """Read the first card; a page about somebody shows theirs first."""
    card = soup.find(class_="h-card") or soup.find(class_="vcard")
    if not isinstance(card, Tag):
        return HCard()
    return HCard(
        name=text_of(_part(card, "p-name", "fn")) or _implied_name(card),
        handle=text_of(_part(card, "p-nickname", "nickname")).removeprefix("@"),
        bio=text_of(_part(card, "p-note", "note")),
        picture=_picture(_part(card, "u-photo", "photo")),
        links=tuple(_links_of_h_card(card))[:MOST_LINKS],
    )


def _part(card: Tag, *names: str) -> Tag | None:
    found = (card.find(class_=name) for name in names)
    return next((each for each in found if isinstance(each, Tag)), None)


def _implied_name(card: Tag) -> str:
    """Return the name of a card that has no parts: `<a class="h-card" href="/">Jane Doe</a>`."""
    parts = card.find(class_=lambda name: bool(name) and name.startswith(("p-", "u-")))
    return "" if parts else text_of(card)


def _picture(tag: Tag | None) -> str:
    if tag is None:
        return ""
    return attribute(tag, "src") or attribute(tag, "href") or attribute(tag, "data")


def _links_of_h_card(card: Tag) -> Iterator[str]:
    whole = [card] if card.name == "a" else []
    for tag in [*whole, *card.find_all("a", class_=["u-url", "url", "u-uid"])]:
        yield attribute(tag, "href")


PROFILE_CARD_MOST_LINKS = 50
# Only a page that has one of these in its body is worth parsing to the end.
BODY_MARKS = (
    r"(?i)rel=[\"']?[^\"'>]*\bme\b|\bh-card\b|\bvcard\b|application/ld\+json|data-nosnippet"
)
HEADING = re.compile(r"<h1\b[^<>]{0,500}>.{1,500}?</h1>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileCard:
    """`site` is what the site calls itself, `home` the address that the page says it has.

    `picture`, `links` and `feeds` are addresses; `wishes` is what the page asks of robots.
    """

    name: str = ""
    handle: str = ""
    bio: str = ""
    title: str = ""
    heading: str = ""
    site: str = ""
    picture: str = ""
    links: tuple[str, ...] = ()
    home: str = ""
    feeds: tuple[str, ...] = ()
    created_at: datetime | None = None
    wishes: frozenset[Wish] = frozenset()


def profile_card(page: Page, *, handle: str = "", site: str = "") -> ProfileCard:
    """Read a page; `site` is what the site calls itself, where the page does not tell."""
    if is_markup(page):
        return _from_markup(page.url, page.text[:LARGEST_DOCUMENT], handle, site)
    try:
        told = profile_in(page.json())
    except (ValueError, RecursionError):
        return ProfileCard()
    return ProfileCard(
        name=told.name,
        bio=told.bio,
        links=_addresses(page.url, told.links),
        picture=_address(page.url, told.picture),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What each part of one page says."""

    top: PageHead
    person: LinkedPerson
    card: HCard
    heading: str
    title: str
    sites: tuple[str, ...]

    def name(self, handle: str) -> str:
        return (
            self.person.name
            or self._heading(handle)
            or self.card.name
            or name_in_title(self.title, handle=handle, sites=self.sites)
            or without_site(self.title, self.sites)
        )

    def bio(self) -> str:
        if Wish.UNQUOTED in self.top.wishes:
            return ""
        told = (self.person.bio, self.top.first("og:description"), self.card.bio)
        first = next((each for each in told if each), "")
        return without_counts(first or self.top.first("twitter:description", "description"))

    def picture(self) -> str:
        return (
            self.person.picture or self.card.picture or self.top.first("og:image", "twitter:image")
        )

    def handle(self) -> str:
        named = self.top.first("profile:username") or self.person.handle or self.card.handle
        return named.removeprefix("@") or handle_in_title(self.title)

    def _heading(self, handle: str) -> str:
        """Return the heading where the title begins with it: `Jane Doe - recipes | Alpha`."""
        strangers = {each.casefold() for each in (handle, *self.sites)}
        known = self.heading and self.heading.casefold() not in strangers
        begins = self.title.casefold().startswith(self.heading.casefold())
        return self.heading if known and begins else ""


def _from_markup(url: str, text: str, handle: str, site: str) -> ProfileCard:
    first = head(text)
    soup = whole(text) if occurs(BODY_MARKS, text) else first
    for hidden in soup.select("[data-nosnippet]") if "data-nosnippet" in text else ():
        if not hidden.decomposed:
            hidden.decompose()
    top = page_head(first)
    told = _Told(
        top=top,
        person=person_in(each.get_text() for each in _linked_data(soup)),
        card=h_card(soup),
        heading=text_of(soup.h1) if soup is not first else _heading(text),
        title=top.first("og:title", "twitter:title") or top.title,
        sites=tuple(each for each in (top.first("og:site_name"), site) if each),
    )
    links = (*_rel_me(soup), *told.person.links, *told.card.links)
    return ProfileCard(
        name=told.name(handle or told.handle()),
        handle=told.handle(),
        bio=told.bio(),
        title=without_site(told.title, told.sites),
        heading=told.heading,
        site=top.first("og:site_name"),
        picture=_address(url, told.picture()),
        links=_addresses(url, links),
        home=_address(url, top.canonical or top.first("og:url")),
        feeds=_addresses(url, top.feeds),
        created_at=told.person.created_at,
        wishes=top.wishes,
    )


def _heading(text: str) -> str:
    match = HEADING.search(text)
    return text_of(whole(match[0])) if match else ""


def _linked_data(soup: BeautifulSoup) -> Iterable[Tag]:
    return soup.find_all("script", type="application/ld+json")


def _rel_me(soup: BeautifulSoup) -> Iterator[str]:
    for tag in soup.find_all(["a", "link"], rel="me"):
        yield attribute(tag, "href")


def _addresses(url: str, found: Iterable[str]) -> tuple[str, ...]:
    seen = (_address(url, link) for link in found)
    others = (link for link in seen if link and _bare(link) != _bare(url))
    return tuple(dict.fromkeys(others))[:PROFILE_CARD_MOST_LINKS]


def _bare(address: str) -> str:
    return address.partition("://")[2].removeprefix("www.").rstrip("/")


def _address(url: str, found: str) -> str:
    """Return an address of the web that a page at `url` names, maybe by its path alone."""
    try:
        return web_address(urljoin(url, found.strip())) if found.strip() else ""
    except ValueError:
        return ""
