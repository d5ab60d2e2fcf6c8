"""Small strict readers of JSON: what was expected and is missing or of another kind is an error.

Name, bio and links in the JSON of a profile, under the keys that sites give them. Who a page is
of, as JSON-LD tells machines, however sites write that.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NoReturn

from scrapers.models import Page
from scrapers.urls.redirects import urlsplit_or_none

# Longer than any platform allows; a bound on what one hostile answer can make us carry.
LONGEST_TEXT = 5000
LONGEST_URL = 2048


class ShapeError(ValueError):
    """The answer is not in the shape we know; the message is a clause without text from the web."""


def parsed(page: Page) -> object:
    try:
        return page.json()
    except (ValueError, RecursionError):
        message = "its answer is not JSON"
        raise ShapeError(message) from None


def record(value: object, what: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        lacks(what)
    return value


def inside(holder: Mapping[str, object], path: str) -> tuple[Mapping[str, object], str]:
    """Return the object and the key that a path such as `snippet.title` names.

    What is missing on the way is an empty object; what is of another kind is an error.
    """
    *way, key = path.split(".")
    for step in way:
        holder = record(holder.get(step, {}), step)
    return holder, key


def rows(holder: Mapping[str, object], key: str) -> Sequence[object]:
    value = holder.get(key)
    if not isinstance(value, list):
        lacks(key)
    return value


def text(holder: Mapping[str, object], key: str) -> str:
    """Return a text that must be there and must not be empty."""
    value = optional_text(holder, key)
    if not value:
        lacks(key)
    return value


def optional_text(holder: Mapping[str, object], key: str) -> str:
    """Return a text that may be missing, null or empty."""
    value = holder.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        lacks(key)
    return tidy(value)


def tidy(value: str) -> str:
    """Return text from the web in one line, of bounded length, and fit to be encoded."""
    whole = value[: LONGEST_TEXT * 4].encode("utf-8", "replace").decode().replace("\0", " ")
    return " ".join(whole.split())[:LONGEST_TEXT]


def web_address(value: str) -> str:
    """Return an address of the web that names a host, fit to be encoded; nothing for any other."""
    address = value.strip().encode("utf-8", "ignore").decode()
    if len(address) > LONGEST_URL or not re.match(r"https?://[^\s/]", address, re.IGNORECASE):
        return ""
    seen = urlsplit_or_none(address)
    return address if seen is not None and seen.hostname else ""


def count(holder: Mapping[str, object], key: str) -> int | None:
    """Return a count that may be missing."""
    value = holder.get(key)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        lacks(key)
    return value


def flag(holder: Mapping[str, object], key: str) -> bool:
    """Return a yes or no that must be there."""
    value = holder.get(key)
    if not isinstance(value, bool):
        lacks(key)
    return value


def optional_flag(holder: Mapping[str, object], key: str) -> bool | None:
    """Return a yes or no that may be missing or null."""
    value = holder.get(key)
    if value is not None and not isinstance(value, bool):
        lacks(key)
    return value


def moment(holder: Mapping[str, object], key: str) -> datetime | None:
    """Return an ISO 8601 time that may be missing, as aware UTC."""
    value = optional_text(holder, key)
    if not value:
        return None
    try:
        seen = datetime.fromisoformat(value)
        return seen.replace(tzinfo=UTC) if seen.tzinfo is None else seen.astimezone(UTC)
    except (ValueError, OverflowError):
        lacks(key)


def lacks(what: str) -> NoReturn:
    """Say of an answer that it lacks something, or holds it in another form."""
    message = f"its answer lacks {what}, or holds it in another form"
    raise ShapeError(message)


NAMES = ("display_name", "displayName", "full_name", "fullName", "fullname", "name")
BIOS = ("bio", "about", "aboutMe", "about_me", "description", "summary", "note")
LINKS = ("links", "urls", "accounts", "website", "blog", "url")
PICTURES = ("avatar", "avatar_url", "avatarUrl", "profile_image", "picture", "image")
ADDRESSES = ("url", "value", "href")
# A profile stands near the top; deeper down are its posts and its friends.
DEEPEST = 3
MOST_ROWS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonCard:
    name: str = ""
    bio: str = ""
    links: tuple[str, ...] = ()
    picture: str = ""


def profile_in(data: object) -> JsonCard:
    """Read the first object, from the top, that holds a name."""
    for each in _objects(data):
        name = _first(each, NAMES)
        if name:
            links = (link for key in LINKS for link in addresses(each.get(key)))
            return JsonCard(
                name=name,
                bio=_first(each, BIOS),
                links=tuple(links),
                picture=_first(each, PICTURES),
            )
    return JsonCard()


def addresses(value: object) -> Iterator[str]:
    """Yield the addresses in a string, in an object, or in a list of either."""
    for each in value[:MOST_ROWS] if isinstance(value, list) else [value]:
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict):
            yield _first(each, ADDRESSES)


def _objects(data: object) -> Iterator[Mapping[str, object]]:
    level = [data]
    for _ in range(DEEPEST + 1):
        yield from (each for each in level if isinstance(each, dict))
        level = [inner for each in level for inner in _inside(each)]


def _inside(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())[:MOST_ROWS]
    return value[:MOST_ROWS] if isinstance(value, list) else []


def _first(holder: Mapping[str, object], keys: tuple[str, ...]) -> str:
    values = (holder.get(key) for key in keys)
    return next((tidy(value) for value in values if isinstance(value, str) and value.strip()), "")


# Kinds that a page is about, and kinds that hold one: `{"@type": "ProfilePage", "mainEntity": …}`.
PEOPLE = frozenset({"Person", "ProfilePage", "Organization"})
MOST_NODES = 500
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
