"""Letters: the plain form of a word, and what it could be mistaken for."""

import re
import unicodedata
from collections.abc import Iterator

from monitor.domain.names.confusables import LATIN

# Letters of Latin alphabets that have no decomposition; names are written without them, too.
_TRANSLITERATED = str.maketrans(
    {
        "\N{LATIN SMALL LETTER L WITH STROKE}": "l",
        "\N{LATIN SMALL LETTER O WITH STROKE}": "o",
        "\N{LATIN SMALL LETTER D WITH STROKE}": "d",
        "\N{LATIN SMALL LETTER ETH}": "d",
        "\N{LATIN SMALL LETTER THORN}": "th",
        "\N{LATIN SMALL LETTER AE}": "ae",
        "\N{LATIN SMALL LIGATURE OE}": "oe",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
    }
)
_SIGNS = str.maketrans("03456789$@", "oeasgtbgsa")
# A capital I between small letters is there to be read as an l.
_CAPITAL_I = re.compile(r"(?<=[^\W\d_A-Z])I(?=[^\W\d_A-Z])")
_ALPHABETS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")
_WORD = re.compile(r"[^\W\d_]+")


def plain(text: str) -> str:
    """Fold case, marks, widths and decorated letters; drop what cannot be seen."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    kept = (letter for letter in decomposed if unicodedata.category(letter) not in {"Mn", "Cf"})
    return unicodedata.normalize("NFKC", "".join(kept)).casefold().translate(_TRANSLITERATED)


def squashed(text: str) -> str:
    """Keep letters and digits only, in their plain form."""
    if text.isascii() and text.isalnum():
        return text.lower()
    return "".join(letter for letter in plain(text) if letter.isalnum())


def latinised(text: str) -> str:
    """Replace letters of other alphabets by the Latin ones they pass for."""
    return text.translate(LATIN)


def shapes(text: str) -> frozenset[str]:
    """Return what a word looks like at a glance; a 1 is read as l and as i."""
    word = latinised(plain(_CAPITAL_I.sub("l", text))).translate(_SIGNS)
    for pair, single in (("rn", "m"), ("vv", "w"), ("cl", "d"), ("c1", "d")):
        word = word.replace(pair, single)
    return frozenset(re.sub(r"[1|!]", one, word) for one in "li")


def look_alike(one: str, other: str) -> bool:
    return not shapes(one).isdisjoint(shapes(other))


def mixes_alphabets(text: str) -> bool:
    """Tell whether one word is written in several alphabets, which no keyboard does by itself."""
    composed = unicodedata.normalize("NFKC", text)
    return any(len(set(_alphabets(word))) > 1 for word in _WORD.findall(composed))


def _alphabets(word: str) -> Iterator[str]:
    for letter in word:
        alphabet = unicodedata.name(letter, "").partition(" ")[0]
        if alphabet in _ALPHABETS:
            yield alphabet
