"""The card of microformats that a page says represents its owner."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice, pairwise

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

from scrapers.parsers.html import extract_tag_text, get_attribute
from scrapers.parsers.json_fields import PageProfile
from scrapers.parsers.json_ld import PageSigns, normalize_page_address

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
    r"(?:[pu]-)?(?:(?:user|visitor|wall)[-_]?)?(?:"
    r"comments?|comentarios?|commentaires?|kommentare?|guest-?books?|g(?:ae|\u00e4)stebuch|"
    r"libro-de-visitas|livre-d-or|repl(?:y|ies)|responses?|testimonials?|shoutbox)"
    r"(?:[-_]{0,2}(?:list|area|author|body|content|container|wrapper|section|thread|items?|block|"
    r"box|meta|text|holder|respond|entry|entries|posts?|messages?))?|"
    r"(?:visitor|wall)[-_]?(?:posts?|messages?)|h-cite|(?:webmention|pingback|trackback)s?|"
    r"(?:li-|div-)?comment-\d+|disqus_thread",
    re.IGNORECASE,
)
# What marks such a region besides its class and its id.
_COMMENT_MARKS = ("itemprop", "role", "aria-label", "data-testid")
_COMMENT_TYPE = re.compile(r"https?://schema\.org/(?:User)?Comments?", re.IGNORECASE)
# The same as parts of longer names, such as "blog-comments" and "CommentItem_body"; and what says
# only whether there are any.
_VISITOR_WORD = re.compile(
    r"comment(?:s|er|list)?|comentarios?|commentaires?|kommentare?|guestbook|gb|"
    r"g(?:ae|\u00e4)stebuch|repl(?:y|ies)|responses?|testimonials?|shoutbox|wall|(?:web)?mentions?"
)
_STATE_WORD = re.compile("no|has|hide|show|open|closed|off|on|disabled|enabled|count|link")
_HEADING_WORD = re.compile("a|add|in|leave|my|our|post|recent|sign|the|to|write|your")
_NAME_WORD = re.compile(r"[^\W\d_A-Z]++|[A-Z][^\W\d_A-Z]*+")
_MOST_NAME_LETTERS = 60
# A page repeats the names of its parts.
_MOST_NAMES = 4096
# With what stands between its words.
_MOST_IN_HEADING = 50
_MOST_HEADING_LETTERS = 1000
_OWN_PARTS = ("footer", "header", "nav")
_REGIONS = frozenset({"section", "article", "aside", "div", "ul", "ol"})
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


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
    _remove_tags(filter(_is_comment, _list_tags(soup)))


def remove_visitors_parts(soup: BeautifulSoup) -> None:
    """Remove also what only may be a visitor's, before cards and links are read.

    A link of the owner's that goes with it costs little; a visitor's would make theirs the owner's.
    """
    _remove_tags(filter(_may_be_visitors, _list_tags(soup)))
    seen: set[int] = set()
    below: list[Tag] = []
    for heading in soup.find_all([*_HEADINGS, "summary", "legend", "strong"]):
        if id(heading) in seen or not _is_visitors_heading(heading):
            continue
        for part in heading.next_siblings:
            # What follows one that was seen, was seen below the heading before.
            if id(part) in seen or (isinstance(part, Tag) and part.name in _HEADINGS):
                break
            seen.add(id(part))
            if isinstance(part, Tag) and part.name not in _OWN_PARTS:
                below.append(part)
    _remove_tags(below)


def _list_tags(soup: BeautifulSoup) -> Iterator[Tag]:
    return (tag for tag in soup.descendants if isinstance(tag, Tag))


def _remove_tags(tags: Iterable[Tag]) -> None:
    """Remove tags, listed in the order of the page, in a time that grows with it and no faster.

    A tag that is removed looks for itself among all children of its parent, so it is left alone
    there meanwhile.
    """
    removed_of: dict[int, tuple[Tag, list[Tag]]] = {}
    for tag in tags:
        if tag.parent is not None:
            removed_of.setdefault(id(tag.parent), (tag.parent, []))[1].append(tag)
    for parent, removed in removed_of.values():
        if parent.decomposed:
            continue
        going = set(map(id, removed))
        kept = [child for child in parent.contents if id(child) not in going]
        for tag in removed:
            parent.contents = [tag]
            tag.decompose()
        parent.contents = kept


def extract_me_links(soup: BeautifulSoup) -> Iterator[str]:
    """Yield where the links lead by which a page says: this is me, too."""
    for tag in soup.find_all(["a", "link"], rel=True):
        relations = _extract_relations(tag)
        if "me" in relations and not relations & _NOT_ENDORSED:
            yield get_attribute(tag, "href")


def parse_representative_card(soup: BeautifulSoup, signs: PageSigns) -> PageProfile:
    """Read the card of whom the page is about; an empty one if none is known to be theirs."""
    page_url = signs.addresses[0]
    me = {normalize_page_address(page_url, link) for link in extract_me_links(soup)}
    chosen = _choose_card(list(_walk_cards(soup, page_url)), signs, me)
    if chosen is None:
        return PageProfile()
    texts = {name: extract_tag_text(chosen.parts.get(name)) for name in ("handle", "bio")}
    return PageProfile(
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
    marks = (get_attribute(tag, mark).strip() for mark in _COMMENT_MARKS)
    if any(_names_comments(str(name)) for name in (*names, *marks) if name):
        return True
    if _COMMENT_TYPE.fullmatch(get_attribute(tag, "itemtype").strip()):
        return True
    children = (child for child in tag.children if isinstance(child, Tag))
    first = next(children, None) if tag.name in _REGIONS else None
    if first is None or first.name not in _HEADINGS:
        return False
    return bool(_COMMENT.fullmatch(_extract_heading_text(first)))


@lru_cache(_MOST_NAMES)
def _names_comments(name: str) -> bool:
    return _COMMENT.fullmatch(name) is not None


def _may_be_visitors(tag: Tag) -> bool:
    if tag.name in {"blockquote", "template"}:
        return True
    if tag.name in {"html", "body"}:
        return False
    names = (tag.name, *tag.get_attribute_list("class"), *tag.get_attribute_list("id"))
    marks = (get_attribute(tag, mark) for mark in (*_COMMENT_MARKS, "data-type"))
    return any(_names_visitors(str(name)) for name in (*names, *marks) if name)


@lru_cache(_MOST_NAMES)
def _names_visitors(name: str) -> bool:
    words = _split_name(name)
    if any(map(_STATE_WORD.fullmatch, (*words[:1], *words[-1:]))):
        return False
    # A book of guests is written as one word, and as two.
    return any(map(_VISITOR_WORD.fullmatch, (*words, *map("".join, pairwise(words)))))


def _is_visitors_heading(tag: Tag) -> bool:
    text = _extract_heading_text(tag)
    others = [word for word in _split_name(text) if not _VISITOR_WORD.fullmatch(word)]
    is_short = len(text) <= _MOST_NAME_LETTERS and all(map(_HEADING_WORD.fullmatch, others))
    return is_short and len(others) < len(_split_name(text))


def _extract_heading_text(tag: Tag) -> str:
    """Return its text, or nothing for more than a heading holds: they may be nested deeply."""
    inside = list(islice(tag.descendants, _MOST_IN_HEADING))
    size = sum(len(part) for part in inside if isinstance(part, NavigableString))
    is_short = len(inside) < _MOST_IN_HEADING and size < _MOST_HEADING_LETTERS
    return extract_tag_text(tag) if is_short else ""


def _split_name(name: str) -> list[str]:
    return [word.lower() for word in _NAME_WORD.findall(name[:_MOST_NAME_LETTERS])]
