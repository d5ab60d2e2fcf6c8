"""The name that a handle seems to be made of, where nothing but the handle is known."""

from functools import lru_cache

from monitor.domain.handles.epithets import BESIDE_A_NAME
from monitor.domain.handles.handles import words_in
from monitor.domain.names.commonness import Counts, NameCounts
from monitor.domain.names.givens import listed
from monitor.domain.names.words import PARTICLES
from monitor.domain.person import PersonName

# These stand before the rest of a family name: "Mc Caul", "O Mara".
_JOINING = PARTICLES | {"mc", "mac", "o", "san", "santa"}
_SHORTEST = 3
# The longest given name or title that is looked for where nothing parts a handle.
_LONGEST = 15
# People in the United States, from which on a word is taken for a given and for a family name.
_COMMON = 20_000
_KNOWN = 1_000


def read_name(handle: str, counts: NameCounts) -> PersonName | None:
    """Read the first word as given name and the last as family name; one word may be either."""
    words = _joined([word for word in words_in(handle) if not _beside(word)])
    if not words:
        return None
    first, known = _without_titles(words[0], counts)
    if len(words) > 1:
        return PersonName(given=first, middle=" ".join(words[1:-1]), family=words[-1])
    if known == len(first):
        return PersonName(given=first, family="")
    if counts.family.of(first) >= _KNOWN:
        return PersonName(given="", family=first)
    if known and len(first) - known >= _SHORTEST:
        return PersonName(given=first[:known], family=first[known:])
    return PersonName(given="", family=first)


def _beside(word: str) -> bool:
    return word.isdecimal() or word in BESIDE_A_NAME


def _joined(words: list[str]) -> list[str]:
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] in _JOINING:
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _without_titles(word: str, counts: NameCounts) -> tuple[str, int]:
    """Cut off what stands before a name; also say how long the given name is that follows."""
    while True:
        known = max(
            (size for size in _sizes(word) if _is_given(word[:size], counts.given)), default=0
        )
        title = max((size for size in _sizes(word) if word[:size] in BESIDE_A_NAME), default=0)
        if title <= known or len(word) - title < _SHORTEST:
            return word, known
        word = word[title:]


def _sizes(word: str) -> range:
    return range(_SHORTEST, min(len(word), _LONGEST) + 1)


@lru_cache(maxsize=65536)
def _is_given(word: str, given: Counts) -> bool:
    return listed(word) or given.of(word) >= _COMMON
