"""Who a page is of, as JSON-LD tells machines, however sites write that."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from scrapers.recipes.json_card import addresses
from scrapers.recipes.shape import ShapeError, moment, tidy

# Kinds that a page is about, and kinds that hold one: `{"@type": "ProfilePage", "mainEntity": …}`.
PEOPLE = frozenset({"Person", "ProfilePage", "Organization"})
MOST_NODES = 500
# Beyond that, a graph inside a graph tells nothing of whose the page is.
DEEPEST = 3
CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
TRAILING_COMMA = re.compile(r",\s*([}\]])")
WRAPPERS = re.compile(r"<!--|-->|<!\[CDATA\[|\]\]>|//\s*(?=<!\[CDATA|\]\]>)")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedPerson:
    name: str = ""
    handle: str = ""
    bio: str = ""
    picture: str = ""
    links: tuple[str, ...] = ()
    created_at: datetime | None = None


NOBODY = LinkedPerson()


def person_in(scripts: Iterable[str]) -> LinkedPerson:
    """Return the first person or profile, a person before an organisation."""
    nodes = [node for script in scripts for node in _nodes(linked_data(script))]
    told = [node for node in nodes if PEOPLE & kinds(node)]
    told.sort(key=lambda node: "Organization" in kinds(node))
    return _person(told[0], nodes) if told else NOBODY


def linked_data(text: str) -> object:
    """Return JSON-LD as sites write it: in comments, with trailing commas, with raw controls."""
    bare = WRAPPERS.sub(" ", CONTROLS.sub(" ", text)).strip().rstrip(";")
    try:
        return json.loads(TRAILING_COMMA.sub(r"\1", bare))
    except (ValueError, RecursionError):
        return _first_value(bare)


def kinds(node: Mapping[str, object]) -> frozenset[str]:
    """Return the types of a node without the vocabulary's address before them."""
    told = node.get("@type")
    several = told if isinstance(told, list) else [told]
    return frozenset(each.rpartition("/")[2] for each in several if isinstance(each, str))


def _first_value(bare: str) -> object:
    """Return what stands before something that is no JSON any more: a second object, a script."""
    try:
        value: object = json.JSONDecoder().raw_decode(bare)[0]
    except (ValueError, RecursionError):
        return None
    return value


def _nodes(data: object, depth: int = 0) -> Iterator[Mapping[str, object]]:
    several = data if isinstance(data, list) else [data]
    for each in several[:MOST_NODES]:
        if isinstance(each, dict):
            yield each
            if depth < DEEPEST:
                yield from _nodes(each.get("@graph", []), depth + 1)
        elif isinstance(each, list) and depth < DEEPEST:
            yield from _nodes(each, depth + 1)


def _person(node: Mapping[str, object], nodes: list[Mapping[str, object]]) -> LinkedPerson:
    inner = _entity(node, nodes)
    return LinkedPerson(
        name=_text(inner, "name") or _text(inner, "givenName", "familyName"),
        handle=_handle(inner),
        bio=_text(inner, "description") or _text(node, "description"),
        picture=next(iter(_pictures(inner.get("image"))), ""),
        links=(*addresses(inner.get("sameAs")), *_home(inner)),
        created_at=_moment(node, "dateCreated") or _moment(inner, "dateCreated"),
    )


def _entity(node: Mapping[str, object], nodes: list[Mapping[str, object]]) -> Mapping[str, object]:
    """Return whom a profile page is about; a graph may say so by an id alone."""
    for key in ("mainEntity", "about", "author"):
        inner = node.get(key)
        inner = inner[0] if isinstance(inner, list) and inner else inner
        if isinstance(inner, dict):
            named = inner.get("@id")
            told = (each for each in nodes if named and each.get("@id") == named and len(each) > 1)
            return inner if len(inner) > 1 else next(told, inner)
        if "ProfilePage" not in kinds(node):
            return node
    return node


def _handle(person: Mapping[str, object]) -> str:
    """Return an alternate name only where it is spelled as a handle: others are nicknames."""
    told = _text(person, "alternateName")
    return told.removeprefix("@") if told.startswith("@") and " " not in told else ""


def _home(person: Mapping[str, object]) -> Iterator[str]:
    yield from addresses(person.get("url"))


def _pictures(image: object) -> Iterator[str]:
    for each in image[:1] if isinstance(image, list) else [image]:
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict):
            yield _text(each, "contentUrl") or _text(each, "url")


def _moment(node: Mapping[str, object], key: str) -> datetime | None:
    # A strange date says nothing of the rest.
    try:
        return moment(node, key)
    except ShapeError:
        return None


def _text(holder: Mapping[str, object], *keys: str) -> str:
    values = [holder.get(key) for key in keys]
    return " ".join(tidy(value) for value in values if isinstance(value, str)).strip()
