"""What a handle shows to a hasty eye, and which sign stands behind each letter seen."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from monitor.domain.names.confusables import CAPITALS
from monitor.domain.names.spelling import latinised, plain

SEPARATORS = frozenset(" ._-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyphs:
    """`seen` are small Latin letters where a sign passes for one; `signs` stand behind each."""

    seen: str
    signs: tuple[str, ...]


def glyphs(handle: str) -> Glyphs:
    """Read a handle letter by letter; what cannot be seen stays with the letter beside it."""
    seen: list[str] = []
    signs: list[str] = []
    before = ""
    for sign in handle:
        letters = _seen(sign)
        seen.extend(letters)
        signs.extend(before + sign for _ in letters)
        if signs and not letters:
            signs[-1] += sign
        before = "" if signs else before + sign
    return Glyphs(seen="".join(seen), signs=tuple(signs))


def disguised(sign: str, letter: str) -> bool:
    """Tell whether a sign only passes for the letter; an accent is no disguise."""
    bare = unicodedata.normalize("NFD", sign.casefold())
    return bare[0] != letter or hidden(bare)


def hidden(signs: str) -> bool:
    """Tell whether something stands there that cannot be seen."""
    return any(unicodedata.category(sign) == "Cf" for sign in signs)


@lru_cache(maxsize=4096)
def _seen(sign: str) -> str:
    return latinised(plain(sign.translate(CAPITALS)))
