"""Markup of strangers, read by Beautiful Soup within bounds: heads, h-cards, profile cards.

It costs whatever its author wants it to: only the child of `scrapers.sandbox` may come here.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from urllib.parse import urljoin

from bs4 import BeautifulSoup, Tag

from scrapers.models import Page
from scrapers.parsers.islands import extract_island_profile
from scrapers.parsers.json_fields import (
    JsonProfile,
    clean_text,
    clean_web_address,
    extract_json_profile,
)
from scrapers.parsers.microdata import extract_microdata, has_subject_item
from scrapers.parsers.subject import (
    LinkedPerson,
    PageSigns,
    extract_linked_person,
    normalize_page_address,
)
from scrapers.parsers.text import (
    LARGEST_DOCUMENT,
    OUR_ROBOT_NAMES,
    RobotsDirective,
    extract_title_handle,
    extract_title_name,
    has_match,
    is_markup,
    parse_robots_directives,
    strip_counts,
    strip_site_name,
)

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


MOST_LINKS = 20
_CARDS = frozenset({"h-card", "vcard"})
# Other things that a page shows; anyone who is named in one is its author, not the page's owner.
_AUTHORS = frozenset({"author", "byline", "p-author", "entry-author", "post-author", "posted-by"})
_NOT_CARDS = frozenset(
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
_CARD_PROPERTIES = {
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
    r"(?:li-|div-)?comment-\d+|disqus_thread|shoutbox|"
    r"(?:guest-?books?|repl(?:y|ies)|responses?|testimonials?)"
    r"(?:[-_]?(?:list|area|author|body|content|container|section|thread|item|entry|entries))?",
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
class _HCardDraft:
    """A card while it is read.

    `urls` and `uids` are absolute, `followed_urls` says the ones to follow.
    """

    tag: Tag
    is_nested: bool
    is_author: bool
    parts: dict[str, Tag] = field(default_factory=dict)
    urls: list[str] = field(default_factory=list)
    uids: list[str] = field(default_factory=list)
    followed_urls: list[str] = field(default_factory=list)


def remove_comments(soup: BeautifulSoup) -> None:
    """Remove what visitors wrote below a page, so that no one speaks there for its owner."""
    for region in soup.find_all(_is_comment):
        if not region.decomposed:
            region.decompose()


def extract_me_links(soup: BeautifulSoup) -> Iterator[str]:
    """Yield where the links lead by which a page says: this is me, too."""
    for tag in soup.find_all(["a", "link"], rel=True):
        relations = _extract_relations(tag)
        if "me" in relations and not relations & _NOT_ENDORSED:
            yield get_attribute(tag, "href")


def parse_representative_card(soup: BeautifulSoup, signs: PageSigns) -> HCard:
    """Read the card of whom the page is about; an empty one if none is known to be theirs."""
    page_url = signs.addresses[0]
    me = {normalize_page_address(page_url, link) for link in extract_me_links(soup)}
    chosen = _choose_card(list(_walk_cards(soup, page_url)), signs, me)
    if chosen is None:
        return HCard()
    texts = {name: extract_tag_text(chosen.parts.get(name)) for name in ("handle", "bio")}
    return HCard(
        name=_extract_card_name(chosen),
        handle=texts["handle"].removeprefix("@"),
        bio=texts["bio"],
        picture=_extract_picture_address(chosen.parts.get("picture")),
        links=tuple(dict.fromkeys(chosen.followed_urls))[:MOST_LINKS],
    )


def _choose_card(cards: list[_HCardDraft], signs: PageSigns, me: set[str]) -> _HCardDraft | None:
    """Return the card whose page this is.

    Authors, and whoever owns the site, have their card on many pages that are not about them.
    """
    here = normalize_page_address(signs.addresses[0], signs.addresses[0])
    for card in cards:
        if here in card.urls and here in card.uids:
            return card
    top = [card for card in cards if not card.is_nested]
    for card in top:
        is_shown = signs.is_front or signs.names(_extract_card_name(card))
        if is_shown and any(url and url in me for url in card.urls):
            return card
    if len(top) != 1 or here not in top[0].urls:
        return None
    return top[0] if not top[0].is_author or signs.names(_extract_card_name(top[0])) else None


def _walk_cards(soup: BeautifulSoup, page_url: str) -> Iterator[_HCardDraft]:
    """Yield the cards in the order of the page; what is inside of two belongs to the inner one.

    One walk over all tags, however deep they are nested.
    """
    ahead: list[tuple[Tag, _HCardDraft | None, bool]] = [(soup, None, False)]
    while ahead:
        tag, owner, inside = ahead.pop()
        classes = frozenset(tag.get_attribute_list("class"))
        if classes & _CARDS:
            card = _HCardDraft(
                tag=tag, is_nested=inside, is_author=not classes.isdisjoint(_AUTHORS)
            )
            yield card
            if tag.name == "a":
                _record_address(card, tag, page_url, _URL)
            owner, inside = card, True
        elif classes & _NOT_CARDS:
            owner, inside = None, True
        elif owner is not None:
            for part, names in _CARD_PROPERTIES.items():
                if not classes.isdisjoint(names):
                    owner.parts.setdefault(part, tag)
            if tag.name in {"a", "area", "link"} and classes & (_URL | _UID):
                _record_address(owner, tag, page_url, classes)
        inner = [child for child in tag.children if isinstance(child, Tag)]
        ahead.extend((child, owner, inside) for child in reversed(inner))


def _record_address(card: _HCardDraft, tag: Tag, page_url: str, classes: frozenset[str]) -> None:
    address = get_attribute(tag, "href")
    page = normalize_page_address(page_url, address)
    if len(card.followed_urls) >= MOST_LINKS or not page:
        return
    if classes & _URL:
        card.urls.append(page)
    if classes & _UID:
        card.uids.append(page)
    if not _extract_relations(tag) & _NOT_ENDORSED:
        card.followed_urls.append(address)


def _extract_card_name(card: _HCardDraft) -> str:
    """Return the name, also of a card without parts: `<a class="h-card" href="/">Jane Doe</a>`."""
    name = extract_tag_text(card.parts.get("name"))
    bare = not name and not card.parts and card.tag.find(class_=_is_property_class) is None
    return extract_tag_text(card.tag) if bare else name


def _is_property_class(name: str | None) -> bool:
    return bool(name) and str(name).startswith(("p-", "u-"))


def _extract_picture_address(tag: Tag | None) -> str:
    if tag is None:
        return ""
    return get_attribute(tag, "src") or get_attribute(tag, "href") or get_attribute(tag, "data")


def _extract_relations(tag: Tag) -> frozenset[str]:
    return frozenset(str(word).lower() for word in tag.get_attribute_list("rel") if word)


def _is_comment(tag: Tag) -> bool:
    if tag.name in {"html", "body"}:
        return False
    names = (*tag.get_attribute_list("class"), *tag.get_attribute_list("id"))
    return any(_COMMENT.fullmatch(str(name)) for name in names if name)


PROFILE_CARD_MOST_LINKS = 50
MOST_SCRIPTS = 50
MOST_HEADINGS = 4
# Only a page that has one of these in its body is worth parsing to the end.
BODY_MARKS = r"(?i)rel=[\"']?[^\"'>]*\bme\b|\bh-card\b|\bvcard\b|data-nosnippet"
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
    island: JsonProfile
    person: LinkedPerson
    card: HCard
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
    soup = parse_document(text) if has_items or has_match(BODY_MARKS, text) else first
    for hidden in soup.select("[data-nosnippet]") if "data-nosnippet" in text else ():
        if not hidden.decomposed:
            hidden.decompose()
    remove_comments(soup)
    top = extract_page_head(first)
    headings = (
        [extract_tag_text(tag) for tag in soup.find_all("h1", limit=MOST_HEADINGS)]
        if soup is not first
        else _extract_headings(text)
    )
    signs = _collect_signs(url, top, headings, site)
    heading = next((line for line in headings if line and not signs.is_site(line)), "")
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


def _extract_headings(text: str) -> list[str]:
    found = islice(HEADING.finditer(text), MOST_HEADINGS)
    return [extract_tag_text(parse_document(match[0])) for match in found]


def _resolve_addresses(url: str, found: Iterable[str]) -> tuple[str, ...]:
    seen = (_resolve_address(url, link) for link in found)
    others = (link for link in seen if link and _strip_scheme(link) != _strip_scheme(url))
    return tuple(dict.fromkeys(others))[:PROFILE_CARD_MOST_LINKS]


def _strip_scheme(address: str) -> str:
    return address.partition("://")[2].removeprefix("www.").rstrip("/")


def _resolve_address(url: str, found: str) -> str:
    """Return an address of the web that a page at `url` names, maybe by its path alone."""
    try:
        return clean_web_address(urljoin(url, found.strip())) if found.strip() else ""
    except ValueError:
        return ""
