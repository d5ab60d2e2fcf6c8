"""What a page of markup shows of one profile: name, picture, words, links."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from urllib.parse import urljoin

from scrapers.models import Page
from scrapers.parsers.data_islands import extract_island_profile
from scrapers.parsers.h_card import (
    extract_me_links,
    parse_representative_card,
    remove_comments,
    remove_visitors_parts,
)
from scrapers.parsers.html import (
    PageHead,
    extract_page_head,
    extract_tag_text,
    parse_document,
    parse_head,
)
from scrapers.parsers.json_fields import PageProfile, clean_web_address, extract_json_profile
from scrapers.parsers.json_ld import PageSigns, extract_linked_person
from scrapers.parsers.microdata import extract_microdata, has_subject_item
from scrapers.parsers.robots_directives import RobotsDirective
from scrapers.parsers.text import (
    extract_title_handle,
    extract_title_name,
    is_markup,
    strip_counts,
    strip_site_name,
)
from scrapers.urls.canonical import strip_scheme

PROFILE_CARD_MOST_LINKS = 50
MOST_SCRIPTS = 50
MOST_HEADINGS = 4
# Only a page that has one of these in its body is worth parsing to the end.
BODY_MARKS = ("h-card", "vcard", "data-nosnippet")
LINK = re.compile(r"<(?:a|link)\s(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*+")
OWN_LINK = re.compile(r"rel=[\"']?(?:(?!rel=)[^\"'>]){0,64}?\bme\b")
HEADING = re.compile(r"<h1\b[^<>]{0,500}>(?:(?!<h1\b).){1,500}?</h1>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileCard:
    """`site` is what the site calls itself, `home` the address that the page says it has.

    `picture`, `links` and `feeds` are addresses; `robots_directives` is what the page asks of
    robots.
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
    robots_directives: frozenset[RobotsDirective] = frozenset()


def parse_profile_card(page: Page, *, handle: str = "", site: str = "") -> ProfileCard:
    """Read a page; `site` is what the site calls itself, where the page does not tell."""
    if is_markup(page):
        return _parse_markup_profile(page.url, page.text, handle, site)
    try:
        card = extract_json_profile(page.decode_json())
    except (ValueError, RecursionError):
        return ProfileCard()
    return ProfileCard(
        name=card.name,
        bio=card.bio,
        links=_resolve_addresses(page.url, card.links),
        picture=_resolve_address(page.url, card.picture),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _ProfileParts:
    """What each part of one page says."""

    head: PageHead
    island: PageProfile
    person: PageProfile
    card: PageProfile
    heading: str
    title: str
    signs: PageSigns

    def choose_name(self, handle: str) -> str:
        return (
            self.island.name
            or self.person.name
            or self._choose_heading(handle)
            or self.card.name
            or extract_title_name(self.title, handle=handle, sites=self.signs.sites)
            or strip_site_name(self.title, self.signs.sites)
        )

    def choose_bio(self) -> str:
        if RobotsDirective.UNQUOTED in self.head.robots_directives:
            return ""
        described = self.head.pick_first_meta("og:description")
        bios = (self.island.bio, self.person.bio, described, self.card.bio)
        first = next((bio for bio in bios if bio), "")
        return strip_counts(
            first or self.head.pick_first_meta("twitter:description", "description")
        )

    def list_pictures(self) -> tuple[str, ...]:
        metas = ("og:image", "og:image:secure_url", "og:image:url", "twitter:image", "image")
        return (
            self.island.picture,
            self.person.picture,
            self.card.picture,
            *(self.head.pick_first_meta(name) for name in metas),
        )

    def choose_handle(self) -> str:
        named = (
            self.head.pick_first_meta("profile:username") or self.person.handle or self.card.handle
        )
        return named.removeprefix("@") or extract_title_handle(self.title)

    def _choose_heading(self, handle: str) -> str:
        """Return the heading where the title begins with it: `Jane Doe - recipes | Alpha`.

        It is the title where there is none, or only that of the site.
        """
        if self.signs.is_site(self.heading) or self.heading.casefold() == handle.casefold():
            return ""
        begins = self.title.casefold().startswith(self.heading.casefold())
        is_untitled = not self.title or self.signs.is_site(self.title)
        return self.heading if begins or is_untitled else ""


def _parse_markup_profile(url: str, text: str, handle: str, site: str) -> ProfileCard:
    first = parse_head(text)
    has_items = has_subject_item(text)
    lower = text.lower()
    is_marked = any(mark in lower for mark in BODY_MARKS) or any(
        OWN_LINK.search(link[0]) for link in LINK.finditer(lower)
    )
    soup = parse_document(text) if has_items or is_marked else first
    for hidden in soup.select("[data-nosnippet]") if "data-nosnippet" in text else ():
        if not hidden.decomposed:
            hidden.decompose()
    remove_comments(soup)
    top = extract_page_head(first)
    if soup is not first:
        headings = [extract_tag_text(tag) for tag in soup.find_all("h1", limit=MOST_HEADINGS)]
    else:
        found = islice(HEADING.finditer(text), MOST_HEADINGS)
        headings = [extract_tag_text(parse_document(match[0])) for match in found]
    signs = _collect_signs(url, top, headings, site)
    heading = next((line for line in headings if line and not signs.is_site(line)), "")
    if soup is not first:
        remove_visitors_parts(soup)
    parts = _ProfileParts(
        head=top,
        island=extract_island_profile(url, text),
        person=extract_linked_person(
            extract_linked_data(text), signs, extract_microdata(soup) if has_items else ()
        ),
        card=parse_representative_card(soup, signs),
        heading=heading or next(iter(headings), ""),
        title=top.pick_first_meta("og:title", "twitter:title") or top.title,
        signs=signs,
    )
    # Of an article they are its author's, or its site's.
    me_links = () if "article:published_time" in top.meta else extract_me_links(soup)
    links = (*me_links, *parts.island.links, *parts.person.links, *parts.card.links)
    pictures = (_resolve_address(url, picture) for picture in parts.list_pictures())
    return ProfileCard(
        name=parts.choose_name(handle or parts.choose_handle()),
        handle=parts.choose_handle(),
        bio=parts.choose_bio(),
        title=strip_site_name(parts.title, signs.sites),
        heading=parts.heading,
        site=top.pick_first_meta("og:site_name"),
        picture=next(filter(None, pictures), ""),
        links=_resolve_addresses(url, links),
        home=_resolve_address(url, top.canonical or top.pick_first_meta("og:url")),
        feeds=_resolve_addresses(url, top.feeds),
        created_at=parts.person.created_at,
        robots_directives=top.robots_directives,
    )


def _collect_signs(url: str, top: PageHead, headings: list[str], site: str) -> PageSigns:
    sites = tuple(filter(None, (top.pick_first_meta("og:site_name"), site)))
    titles = (top.pick_first_meta("og:title"), top.pick_first_meta("twitter:title"), top.title)
    addresses = (url, top.canonical, top.pick_first_meta("og:url"))
    kind = top.pick_first_meta("og:type").lower()
    return PageSigns(
        addresses=tuple(filter(None, addresses)),
        lines=tuple(strip_site_name(line, sites) for line in (*titles, *headings) if line),
        sites=sites,
        is_profile=kind == "profile",
        is_article=kind == "article" or "article:published_time" in top.meta,
    )


def extract_linked_data(text: str) -> Iterator[str]:
    """Yield the scripts of linked data, found without parsing the page around them."""
    at = -1
    for _ in range(MOST_SCRIPTS):
        at = text.find("application/ld+json", at + 1)
        tag, start = text.rfind("<", 0, max(at, 0)), text.find(">", at) + 1
        if at < 0 or not start:
            return
        in_comment = text.rfind("<!--", 0, tag) > text.rfind("-->", 0, tag)
        if text[tag : tag + 7].lower() == "<script" and not in_comment:
            end = text.find("</script", start)
            yield text[start : end if end >= 0 else None]


def _resolve_addresses(url: str, found: Iterable[str]) -> tuple[str, ...]:
    seen = (_resolve_address(url, link) for link in found)
    others = (link for link in seen if link and strip_scheme(link) != strip_scheme(url))
    return tuple(dict.fromkeys(others))[:PROFILE_CARD_MOST_LINKS]


def _resolve_address(url: str, found: str) -> str:
    """Return an address of the web that a page at `url` names, maybe by its path alone."""
    try:
        return clean_web_address(urljoin(url, found.strip())) if found.strip() else ""
    except ValueError:
        return ""
