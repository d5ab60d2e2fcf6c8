"""Whether a text names a person: engines treat quotes as a hint, so we look ourselves."""

import re
from unicodedata import combining, normalize
from urllib.parse import unquote

AFTER_NAMES = frozenset(
    {"jr", "sr", "ii", "iii", "iv", "phd", "md", "edd", "med", "ma", "ms", "mba"}
)
# Shorter family names stand inside too many other words.
SHORTEST_INSIDE = 4
SHORTEST_IN_HANDLE = 3


def folded(text: str) -> str:
    """Return text without case, accents and fancy letters."""
    plain = normalize("NFKD", text)
    return "".join(letter for letter in plain if not combining(letter)).casefold()


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", folded(text))


def family_name(name: str) -> str:
    """Return the word of a written name (`Jane Doe`, `Doe, Jane`, `Jane Doe Jr.`) to look for."""
    before, comma, after = name.partition(",")
    last_first = comma and not AFTER_NAMES.issuperset(words(after))
    kept = [word for word in words(before if last_first else name) if word not in AFTER_NAMES]
    return kept[-1] if kept else ""


def names(name: str, *texts: str, address: str = "") -> bool:
    """Say whether the family name stands in a text, or in an address."""
    family = family_name(name)
    if not family:
        return False
    if any(family in words(text) for text in texts):
        return True
    place = unquote(address)
    return family in (folded(place) if len(family) >= SHORTEST_INSIDE else words(place))


def in_handle(name: str, handle: str) -> bool:
    """Say whether a handle holds the family name: `jdoe`, `doe.jane`, `jli`."""
    family = family_name(name)
    parts = words(handle)
    if len(family) >= SHORTEST_IN_HANDLE:
        return any(family in part for part in parts)
    return bool(family) and any(part.startswith(family) or part.endswith(family) for part in parts)
