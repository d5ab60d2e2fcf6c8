"""Small strict readers of JSON: what was expected and is missing or of another kind is an error.

Name, bio and links in the JSON of a profile, under the keys that sites give them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NoReturn

from scrapers.models import Page
from scrapers.text_limits import LONGEST_TEXT, LONGEST_URL
from scrapers.urls.canonical import split_url_or_none


class ShapeError(ValueError):
    """The answer is not in the shape we know; the message is a clause without text from the web."""


def parse_json(page: Page) -> object:
    try:
        return page.decode_json()
    except (ValueError, RecursionError):
        raise ShapeError("answer-no-json") from None


def require_object(value: object, what: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise_shape_error(what)
    return value


def resolve_path(holder: Mapping[str, object], path: str) -> tuple[Mapping[str, object], str]:
    """Return the object and the key that a path such as `snippet.title` names.

    What is missing on the way is an empty object; what is of another kind is an error.
    """
    *way, key = path.split(".")
    for step in way:
        holder = require_object(holder.get(step, {}), step)
    return holder, key


def require_list(holder: Mapping[str, object], key: str) -> Sequence[object]:
    value = holder.get(key)
    if not isinstance(value, list):
        raise_shape_error(key)
    return value


def require_text(holder: Mapping[str, object], key: str) -> str:
    """Return a text that must be there and must not be empty."""
    value = get_optional_text(holder, key)
    if not value:
        raise_shape_error(key)
    return value


def get_optional_text(holder: Mapping[str, object], key: str) -> str:
    """Return a text that may be missing, null or empty."""
    value = holder.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise_shape_error(key)
    return clean_text(value)


def clean_text(value: str) -> str:
    """Return text from the web in one line, of bounded length, and fit to be encoded."""
    whole = value[: LONGEST_TEXT * 4].encode("utf-8", "replace").decode().replace("\0", " ")
    return " ".join(whole.split())[:LONGEST_TEXT]


def clean_web_address(value: str) -> str:
    """Return an address of the web that names a host, fit to be encoded; nothing for any other."""
    address = value.strip().encode("utf-8", "ignore").decode()
    if len(address) > LONGEST_URL or not re.match(r"https?://[^\s/]", address, re.IGNORECASE):
        return ""
    seen = split_url_or_none(address)
    return address if seen is not None and seen.hostname else ""


def get_optional_count(holder: Mapping[str, object], key: str) -> int | None:
    """Return a count that may be missing."""
    value = holder.get(key)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise_shape_error(key)
    return value


def require_flag(holder: Mapping[str, object], key: str) -> bool:
    """Return a yes or no that must be there."""
    value = holder.get(key)
    if not isinstance(value, bool):
        raise_shape_error(key)
    return value


def get_optional_flag(holder: Mapping[str, object], key: str) -> bool | None:
    """Return a yes or no that may be missing or null."""
    value = holder.get(key)
    if value is not None and not isinstance(value, bool):
        raise_shape_error(key)
    return value


def get_optional_datetime(holder: Mapping[str, object], key: str) -> datetime | None:
    """Return an ISO 8601 time that may be missing, as aware UTC."""
    value = get_optional_text(holder, key)
    if not value:
        return None
    try:
        seen = datetime.fromisoformat(value)
        return seen.replace(tzinfo=UTC) if seen.tzinfo is None else seen.astimezone(UTC)
    except (ValueError, OverflowError):
        raise_shape_error(key)


def raise_shape_error(what: str) -> NoReturn:
    """Say of an answer that it lacks something, or holds it in another form."""
    raise ShapeError(f"answer-lacks:{what}")


NAME_KEYS = (
    *("display_name", "displayName", "full_name", "fullName", "fullname", "name", "author_name"),
)
BIO_KEYS = ("bio", "about", "aboutMe", "about_me", "description", "summary", "note")
LINK_KEYS = ("links", "urls", "accounts", "website", "blog", "url")
PICTURE_KEYS = (
    *("avatar", "avatar_url", "avatarUrl", "profile_image", "picture", "image", "thumbnail_url"),
)
ADDRESS_KEYS = ("url", "value", "href")
# A profile is near the top; deeper down are its posts and its friends.
DEEPEST = 3
MOST_ROWS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PageProfile:
    """What one part of a page says of whom it shows."""

    name: str = ""
    handle: str = ""
    bio: str = ""
    picture: str = ""
    links: tuple[str, ...] = ()
    created_at: datetime | None = None


def extract_json_profile(data: object) -> PageProfile:
    """Read the first object, from the top, that holds a name."""
    for member in _walk_objects(data):
        name = _pick_first_text(member, NAME_KEYS)
        if name:
            links = (link for key in LINK_KEYS for link in extract_addresses(member.get(key)))
            return PageProfile(
                name=name,
                bio=_pick_first_text(member, BIO_KEYS),
                links=tuple(links),
                picture=_pick_first_text(member, PICTURE_KEYS),
            )
    return PageProfile()


def extract_addresses(value: object) -> Iterator[str]:
    """Yield the addresses in a string, in an object, or in a list of either."""
    for entry in value[:MOST_ROWS] if isinstance(value, list) else [value]:
        if isinstance(entry, str):
            yield entry
        elif isinstance(entry, dict):
            yield _pick_first_text(entry, ADDRESS_KEYS)


def _walk_objects(data: object) -> Iterator[Mapping[str, object]]:
    level = [data]
    for _ in range(DEEPEST + 1):
        yield from (entry for entry in level if isinstance(entry, dict))
        level = [inner for entry in level for inner in _list_inner_values(entry)]


def _list_inner_values(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())[:MOST_ROWS]
    return value[:MOST_ROWS] if isinstance(value, list) else []


def _pick_first_text(holder: Mapping[str, object], keys: tuple[str, ...]) -> str:
    values = (holder.get(key) for key in keys)
    return next(
        (clean_text(value) for value in values if isinstance(value, str) and value.strip()), ""
    )
