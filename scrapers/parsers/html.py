"""Markup of strangers, read by Beautiful Soup within bounds: heads, h-cards, profile cards.

It costs whatever its author wants it to: only the child of `scrapers.sandbox` may come here.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urldefrag, urljoin

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
_CARDS = frozenset({"h-card", "vcard"})
# Other things that a page shows; whoever is named in one is its author, not the page's owner.
_OTHERS = frozenset(
    {
        "h-entry",
        "h-cite",
        "h-event",
        "h-review",
        "h-product",
        "h-item",
        "hentry",
        "hreview",
        "vevent",
    }
)
_PARTS = {
    "name": ("p-name", "fn"),
    "handle": ("p-nickname", "nickname"),
    "bio": ("p-note", "note"),
    "picture": ("u-photo", "photo"),
}
_URL = frozenset({"u-url", "url"})
_UID = frozenset({"u-uid", "uid"})
# A site says so of links that visitors, or advertisers, may have placed.
_NOT_ENDORSED = frozenset({"nofollow", "ugc", "sponsored"})
_COMMENT = re.compile(
    r"(?:[pu]-)?comments?(?:[-_]?(?:list|area|author|body|content|container|wrapper|section|"
    r"thread|item|block|box|meta|text|holder|respond))?|h-cite|(?:webmention|pingback|trackback)s?|"
    r"(?:li-|div-)?comment-\d+|disqus_thread",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HCard:
    name: str = ""
    handle: str = ""
    bio: str = ""
    picture: str = ""
    links: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class _Card:
    """A card while it is read; `urls` and `uids` are absolute, `shown` says the ones to follow."""

    tag: Tag
    is_nested: bool
    parts: dict[str, Tag] = field(default_factory=dict)
    urls: list[str] = field(default_factory=list)
    uids: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)


def remove_comments(soup: BeautifulSoup) -> None:
    """Remove what visitors wrote below a page, so that nobody speaks there for its owner."""
    for region in soup.find_all(_is_comment):
        if not region.decomposed:
            region.decompose()


def links_to_me(soup: BeautifulSoup) -> Iterator[str]:
    """Yield where the links lead by which a page says: this is me, too."""
    for tag in soup.find_all(["a", "link"], rel=True):
        relations = _relations(tag)
        if "me" in relations and not relations & _NOT_ENDORSED:
            yield attribute(tag, "href")


def representative_card(soup: BeautifulSoup, page_url: str) -> HCard:
    """Read the card of the page's owner; an empty one where no card is known to be theirs."""
    cards = list(_cards(soup, page_url))
    chosen = _chosen(cards, page_url, {same_page(page_url, each) for each in links_to_me(soup)})
    if chosen is None:
        return HCard()
    texts = {name: text_of(chosen.parts.get(name)) for name in ("name", "handle", "bio")}
    return HCard(
        name=texts["name"] or _implied_name(chosen),
        handle=texts["handle"].removeprefix("@"),
        bio=texts["bio"],
        picture=_picture(chosen.parts.get("picture")),
        links=tuple(dict.fromkeys(chosen.shown))[:MOST_LINKS],
    )


def same_page(base: str, address: str) -> str:
    """Return an address in a form that is equal for two spellings of one page."""
    try:
        whole = urldefrag(urljoin(base, address.strip())).url
    except ValueError:
        return ""
    return whole.partition("://")[2].removeprefix("www.").rstrip("/")


def _chosen(cards: list[_Card], page_url: str, me: set[str]) -> _Card | None:
    here = same_page(page_url, page_url)
    for card in cards:
        if here in card.urls and here in card.uids:
            return card
    for card in cards:
        if any(url and url in me for url in card.urls):
            return card
    top = [card for card in cards if not card.is_nested]
    return top[0] if len(top) == 1 and here in top[0].urls else None


def _cards(soup: BeautifulSoup, page_url: str) -> Iterator[_Card]:
    """Yield the cards in the order of the page; what is inside of two belongs to the inner one.

    One walk over all tags, however deep they are nested.
    """
    ahead: list[tuple[Tag, _Card | None, bool]] = [(soup, None, False)]
    while ahead:
        tag, owner, inside = ahead.pop()
        classes = frozenset(tag.get_attribute_list("class"))
        if classes & _CARDS:
            card = _Card(tag=tag, is_nested=inside)
            yield card
            if tag.name == "a":
                _note_address(card, tag, page_url, _URL)
            owner, inside = card, True
        elif classes & _OTHERS:
            owner, inside = None, True
        elif owner is not None:
            _note(owner, tag, page_url, classes)
        inner = [each for each in tag.children if isinstance(each, Tag)]
        ahead.extend((each, owner, inside) for each in reversed(inner))


def _note(card: _Card, tag: Tag, page_url: str, classes: frozenset[str]) -> None:
    for part, names in _PARTS.items():
        if not classes.isdisjoint(names):
            card.parts.setdefault(part, tag)
    if tag.name in {"a", "area", "link"} and classes & (_URL | _UID):
        _note_address(card, tag, page_url, classes)


def _note_address(card: _Card, tag: Tag, page_url: str, classes: frozenset[str]) -> None:
    address = attribute(tag, "href")
    page = same_page(page_url, address)
    if len(card.shown) >= MOST_LINKS or not page:
        return
    if classes & _URL:
        card.urls.append(page)
    if classes & _UID:
        card.uids.append(page)
    if not _relations(tag) & _NOT_ENDORSED:
        card.shown.append(address)


def _implied_name(card: _Card) -> str:
    """Return the name of a card that has no parts: `<a class="h-card" href="/">Jane Doe</a>`."""
    bare = not card.parts and card.tag.find(class_=_is_part) is None
    return text_of(card.tag) if bare else ""


def _is_part(name: str | None) -> bool:
    return bool(name) and str(name).startswith(("p-", "u-"))


def _picture(tag: Tag | None) -> str:
    if tag is None:
        return ""
    return attribute(tag, "src") or attribute(tag, "href") or attribute(tag, "data")


def _relations(tag: Tag) -> frozenset[str]:
    return frozenset(str(each).lower() for each in tag.get_attribute_list("rel") if each)


def _is_comment(tag: Tag) -> bool:
    if tag.name in {"html", "body"}:
        return False
    names = (*tag.get_attribute_list("class"), *tag.get_attribute_list("id"))
    return any(_COMMENT.fullmatch(str(each)) for each in names if each)


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
    remove_comments(soup)
    top = page_head(first)
    told = _Told(
        top=top,
        person=person_in(each.get_text() for each in _linked_data(soup)),
        card=representative_card(soup, url),
        heading=text_of(soup.h1) if soup is not first else _heading(text),
        title=top.first("og:title", "twitter:title") or top.title,
        sites=tuple(each for each in (top.first("og:site_name"), site) if each),
    )
    links = (*links_to_me(soup), *told.person.links, *told.card.links)
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
