"""Microdata: what attributes of a page's tags say of people and profiles, in the shape of JSON-LD.

The same rule then tells whom the page is about: most people in it wrote it, or are named in it.
"""

from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag

from scrapers.parsers.json_fields import clean_text

# What the rule reads of anyone; all else may be as long as the page.
PROPERTIES = frozenset(
    {
        *("about", "alternateName", "author", "contributor", "creator", "dateCreated"),
        *("description", "editor", "familyName", "givenName", "image", "mainEntity"),
        *("mainEntityOfPage", "name", "publisher", "reviewedBy", "sameAs", "url"),
    }
)
MOST_ITEMS = 200
# A tag of these holds an address, or a date, and not its text.
VALUE_ATTRIBUTES = {
    **dict.fromkeys(("a", "area", "link"), "href"),
    **dict.fromkeys(("audio", "embed", "iframe", "img", "source", "track", "video"), "src"),
    "object": "data",
    "meta": "content",
    "data": "value",
    "meter": "value",
    "time": "datetime",
}

Item = dict[str, object]
LONGEST_TAG = 1000


def has_subject_item(text: str) -> bool:
    """Say whether a page has a person or a profile that is not a part of something else.

    Found without parsing it: on most pages a person is an article's author.
    """
    at = -1
    for _ in range(MOST_ITEMS):
        at = text.find("schema.org/P", at + 1)
        if at < 0:
            return False
        start = text.rfind("<", max(at - LONGEST_TAG, 0), at)
        tag = text[start : text.find(">", at, at + LONGEST_TAG)] if start >= 0 else ""
        kind = text[at + len("schema.org/") :].startswith(("Person", "ProfilePage"))
        if kind and "itemtype" in tag and ("itemprop" not in tag or "mainEntity" in tag):
            return True
    return False


def extract_microdata(soup: BeautifulSoup) -> Iterator[Item]:
    """Yield the items that are part of no other, each with those inside it.

    One walk over all tags, however deep they are nested, and no text is read twice.
    """
    ahead: list[tuple[Tag, Item | None, bool]] = [(soup, None, False)]
    items = 0
    while ahead and items < MOST_ITEMS:
        tag, owner, is_read = ahead.pop()
        names = _split_attribute(tag, "itemprop") & PROPERTIES
        if tag.has_attr("itemscope"):
            item: Item = {"@type": sorted(_split_attribute(tag, "itemtype"))}
            item |= {"@id": tag["itemid"]} if tag.has_attr("itemid") else {}
            items += 1
            if owner is None or not tag.has_attr("itemprop"):
                yield item
            elif names:
                _add_value(owner, names, item)
            owner, is_read = item, False
        elif owner is not None and names and not is_read:
            value = tag.get(VALUE_ATTRIBUTES.get(tag.name, "content"))
            is_read = not isinstance(value, str)
            _add_value(owner, names, clean_text(tag.get_text(" ") if is_read else str(value)))
        inner = [child for child in tag.children if isinstance(child, Tag)]
        ahead.extend((child, owner, is_read) for child in reversed(inner))


def _split_attribute(tag: Tag, name: str) -> frozenset[str]:
    return frozenset(word for value in tag.get_attribute_list(name) for word in str(value).split())


def _add_value(owner: Item, names: frozenset[str], value: object) -> None:
    for name in names:
        before = owner.get(name)
        if before is None:
            owner[name] = value
        elif isinstance(before, list):
            before.append(value)
        else:
            owner[name] = [before, value]
