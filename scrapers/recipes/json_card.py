"""Name, bio and links in the JSON of a profile, under the keys that sites give them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scrapers.recipes.shape import tidy

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
