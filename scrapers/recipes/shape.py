"""Small strict readers of JSON: what was expected and is missing or of another kind is an error."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NoReturn

from scrapers.page import Page
from scrapers.redirector import urlsplit_or_none

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
