"""Feeds in XML: RSS and Atom, in all their spellings."""

from collections.abc import Iterator

from bs4 import Tag

from scrapers.parsers.html import attribute, text_of, xml
from scrapers.parsers.json_fields import lacks
from scrapers.parsers.pages import MOST_ENTRIES, Feed, sole
from scrapers.parsers.text import Wish, plain_text, wishes_in

# RSS 2.0 and 0.9x, Atom, RSS 1.0.
ROOTS = frozenset({"rss", "feed", "RDF"})
ENTRIES = ("item", "entry")


def feed_in_xml(text: str) -> Feed:
    """Raise ShapeError where it is no feed, and DoctypeError where it declares a type."""
    root = next((each for each in xml(text).children if isinstance(each, Tag)), None)
    if root is None or _local(root) not in ROOTS:
        lacks("a feed")
    told = _child(root, "channel") or root
    title = _plain(_child(told, "title"))
    if not title:
        lacks("the title of a feed")
    return Feed(
        title=title,
        author=_author(told, root),
        description=_plain(_child(told, "description", "subtitle", "summary")),
        site=_site(told),
        picture=_picture(told),
        wishes=frozenset(_wishes(told)),
    )


def _local(tag: Tag) -> str:
    return tag.name.rpartition(":")[2]


def _children(holder: Tag, *names: str) -> list[Tag]:
    """Return the children of these names, whatever vocabulary they are of; the feed's own first."""
    tags = [each for each in holder.children if isinstance(each, Tag) and _local(each) in names]
    return sorted(tags, key=lambda tag: (names.index(_local(tag)), ":" in tag.name))


def _child(holder: Tag, *names: str) -> Tag | None:
    return next(iter(_children(holder, *names)), None)


def _plain(tag: Tag | None) -> str:
    """Return the words of a text that may itself be escaped HTML."""
    return plain_text(text_of(tag))


def _author(told: Tag, root: Tag) -> str:
    own = sole(_names_in(told))
    if own:
        return own
    several = (told, root) if told is not root else (root,)
    entries = [each for holder in several for each in _children(holder, *ENTRIES)]
    return sole(name for entry in entries[:MOST_ENTRIES] for name in _names_in(entry))


def _names_in(holder: Tag) -> Iterator[str]:
    """Yield who wrote something, in the words of Atom, Dublin Core, podcasts or RSS."""
    for tag in _children(holder, "author", "creator"):
        named = _child(tag, "name")
        name = text_of(named) if named is not None else _without_mail(text_of(tag))
        if name:
            yield name


def _without_mail(text: str) -> str:
    """Return the name in `jane@alpha.example (Jane Doe)`, as RSS has it, and no mail address."""
    if "@" not in text:
        return text
    inside = text.partition("(")[2].partition(")")[0].strip()
    return "" if "@" in inside else inside


def _site(told: Tag) -> str:
    for link in _children(told, "link"):
        href = attribute(link, "href")
        if not href and text_of(link):
            return text_of(link)
        if href and (attribute(link, "rel") or "alternate") == "alternate":
            return href
    return ""


def _picture(told: Tag) -> str:
    image = _child(told, "image", "logo", "icon")
    if image is None:
        return ""
    return attribute(image, "href") or text_of(_child(image, "url")) or text_of(image)


def _wishes(told: Tag) -> Iterator[Wish]:
    """Yield what a feed asks: by the meta tag of a page, or in the way of podcasts."""
    for tag in _children(told, "meta"):
        if attribute(tag, "name").lower() == "robots":
            yield from wishes_in(attribute(tag, "content"))
    if any(text_of(tag).lower() == "yes" for tag in _children(told, "block")):
        yield Wish.UNLISTED
