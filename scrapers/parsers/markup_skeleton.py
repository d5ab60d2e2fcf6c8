"""The shape of a page: its tags and names, and where its title and its meta tags stand.

It parses a stranger's markup: only the child of `scrapers.sandbox` may come here.
"""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from bs4 import BeautifulSoup, Tag

from scrapers.parsers.answer_skeleton import MOST_KEYS, Mask
from scrapers.parsers.html import parse_document

MOST_META = 60


def describe_markup(text: str, mask: Mask) -> dict[str, Any]:
    """Return its tags, attributes, and what its head and its JSON-LD tell machines, by name."""
    soup, names = parse_document(text), Mask()
    tags = soup.find_all()
    title = soup.title
    meta = soup.find_all("meta")
    return {
        "title": mask.describe_text(title.get_text("").strip()) if title else None,
        "title_in": _find_place(title) if title else "",
        "meta": [
            (names.spell(name), _find_place(tag), mask.describe_text(str(tag.get("content", ""))))
            for tag in meta[:MOST_META]
            if (name := _get_meta_name(tag))
        ],
        "types": sorted(
            {names.spell(kind) for kind in _list_linked_types(soup)}
            | {names.spell(str(tag["itemtype"])) for tag in soup.find_all(itemtype=True)}
        )[:MOST_KEYS],
        "links": sorted(
            {names.spell(" ".join(tag["rel"])) for tag in soup.find_all("link", rel=True)}
        ),
        "data": sorted(
            {names.spell(f"{tag.get('id', '')} {tag.get('type', '')}") for tag in soup("script")}
        )[:MOST_KEYS],
        "tags": dict(sorted(Counter(names.spell(tag.name) for tag in tags).items())[:MOST_KEYS]),
        "attributes": sorted({names.spell(name) for tag in tags for name in tag.attrs})[:MOST_KEYS],
        "asks_password": soup.find("input", type="password") is not None,
    }


def _find_place(tag: Tag) -> str:
    return "head" if tag.find_parent("head") else "body"


def _get_meta_name(tag: Tag) -> str:
    return next((str(tag[word]) for word in ("property", "name", "itemprop") if tag.get(word)), "")


def _list_linked_types(soup: BeautifulSoup) -> Iterator[str]:
    for script in soup.find_all("script", type="application/ld+json"):
        try:
            yield from _walk_types(json.loads(script.get_text("")))
        except (ValueError, RecursionError):
            yield "not valid json"


def _walk_types(node: object) -> Iterator[str]:
    if isinstance(node, list):
        for inner in node[:MOST_KEYS]:
            yield from _walk_types(inner)
    elif isinstance(node, dict):
        kinds = node.get("@type")
        yield from (
            kind
            for kind in (kinds if isinstance(kinds, list) else [kinds])
            if isinstance(kind, str)
        )
        for inner in list(node.values())[:MOST_KEYS]:
            yield from _walk_types(inner)
