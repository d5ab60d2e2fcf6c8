"""What a foreign list says of one site, put into the fields of ours, before anybody judges it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from scrapers.catalogue.row import Row
from scrapers.recipes.presence import PLACEHOLDER

NO_OBJECT = "it is not an object"
BY_REDIRECT = "it tells a missing account by a redirect alone, as a login wall does"
POST = "it has to be asked by POST"
# Shorter words stand on pages of every kind.
SHORTEST_WORDS = 6

# A status tells a missing account; that one is there, only a page with its name on it.
BY_STATUS: Mapping[str, object] = MappingProxyType(
    {"e_code": 200, "e_string": PLACEHOLDER, "m_code": 404, "m_string": "", "m_codes": [410]}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """`refused` is the reason why its list's own words rule it out, empty if they do not.

    `pattern` is that of its handles, as the list spells it.
    """

    name: str
    row: Row
    refused: str = ""
    pattern: str = ""


def by_words(*, exists: Sequence[str] = (), missing: Sequence[str]) -> dict[str, object]:
    """Return the rule of a list that knows words, and no status of the missing page."""
    first, *others = exists or (PLACEHOLDER,)
    return {
        "e_code": 200,
        "e_string": first,
        "e_others": others,
        "m_code": 200,
        "m_string": missing[0],
        "m_others": [*missing[1:]],
        "m_codes": [404, 410],
    }


def telling(words: Sequence[str]) -> list[str]:
    """Return those that are long enough to be a site's own, each once."""
    return [each for each in dict.fromkeys(words) if len(each.strip()) >= SHORTEST_WORDS]


def searched(pattern: str) -> str:
    """Return a pattern that fits a whole handle where this one is found in it."""
    if not pattern or (pattern.startswith("^") and pattern.endswith("$") and "|" not in pattern):
        return pattern
    return f".*(?:{pattern}).*"
