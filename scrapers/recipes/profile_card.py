"""Who a profile page says it is of: name, bio and links, from what pages tell machines."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin

from bs4 import BeautifulSoup, Tag

from scrapers.page import Page
from scrapers.recipes.counters import without_counts
from scrapers.recipes.document import LARGEST_DOCUMENT, is_markup
from scrapers.recipes.h_card import HCard, h_card
from scrapers.recipes.json_card import profile_in
from scrapers.recipes.linked_data import LinkedPerson, person_in
from scrapers.recipes.markup import head, whole
from scrapers.recipes.page_head import PageHead, attribute, page_head, text_of
from scrapers.recipes.pattern import occurs
from scrapers.recipes.robots_wishes import Wish
from scrapers.recipes.shape import web_address
from scrapers.recipes.titles import handle_in_title, name_in_title, without_site

MOST_LINKS = 50
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
    return tuple(dict.fromkeys(others))[:MOST_LINKS]


def _bare(address: str) -> str:
    return address.partition("://")[2].removeprefix("www.").rstrip("/")


def _address(url: str, found: str) -> str:
    """Return an address of the web that a page at `url` names, maybe by its path alone."""
    try:
        return web_address(urljoin(url, found.strip())) if found.strip() else ""
    except ValueError:
        return ""
