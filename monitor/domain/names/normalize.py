"""Words of a name in plain form: other alphabets, look-alike letters and marks."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from unicodedata import lookup, normalize

# Unicode Technical Standard 39 names these as confusable: letters and digits whose skeleton is one
# Latin letter, once case, width and decoration are folded. It leaves out Cyrillic and Greek small
# letters of which only the capitals look alike; they are here, too.
_PASSING_FOR = {
    "a": "\u0251\u03b1\u0430\u13aa\u15c5\ua4ee\U000102a0\U00016f40",
    "b": "\u0432\u13cf\u13f4\u1472\u15af\u15f7\ua4d0\U00010282\U000102a1\U00010301",
    "c": "\u0441\u13df\u1d04\u2ca5\ua4da\U000102a2\U00010302\U0001043d\U0001051c\U000118e9",
    "d": "\u0501\u13a0\u13e7\u146f\u15de\u15ea\ua4d2\ua4d3",
    "e": "\u03b5\u0435\u04bd\u13ac\u2d39\ua4f0\uab32\U00010286",
    "f": "\u0584\u15b4\u1e9d\ua4dd\ua799\uab35\U00010287\U000102a5\U00010525\U000118c2",
    "g": "\u018d\u0261\u0581\u13c0\u13f3\u1d83\ua4d6",
    "h": "\u043d\u04bb\u0570\u13bb\u13c2\u157c\ua4e7\U000102cf",
    "i": "\u0269\u026a\u03b9\u0456\u13a5\ua647\U000118c3",
    "j": "\u03f3\u0458\u13ab\u148d\ua4d9",
    "k": "\u03ba\u043a\u13e6\u16d5\ua4d7\U00010518",
    "l": (
        "\u01c0\u029f\u04cf\u06f1\u13de\u14aa\u16c1\u2d4f\ua4e1\ua4f2\U0001028a\U00010309"
        "\U00010526\U00016f16\U00016f28"
    ),
    "m": "\u043c\u13b7\u15f0\u16d6\ua4df\U000102b0\U00010311",
    "n": "\u03b7\u0578\u057c\ua4e0\U00010513",
    "o": (
        "\u03bf\u03c3\u043e\u0585\u06f5\u0966\u09e6\u0a66\u0ae6\u0b20\u0b66\u0be6\u0c66\u0ce6"
        "\u0d20\u0d66\u0e50\u0ed0\u101d\u1040\u10ff\u12d0\u1d0f\u1d11\u2c9f\u2d54\ua4f3\uab3d"
        "\U00010292\U000102ab\U0001042c\U000104ea\U00010516\U000114d0\U000118c8\U000118d7"
        "\U000118e0"
    ),
    "p": "\u03c1\u0440\u13e2\u146d\u2ca3\ua4d1\U00010295",
    "q": "\u051b\u0563\u0566\u2d55",
    "r": "\u0433\u13a1\u13d2\u1587\u1d26\u2c85\ua4e3\uab47\uab48\U00016f35",
    "s": "\u01bd\u0455\u13d5\u13da\ua4e2\ua731\U00010296\U00010448\U000118c1\U00016f3a",
    "t": "\u03c4\u0442\u13a2\ua4d4\U00010297\U000102b1\U00010315\U00016f0a",
    "u": (
        "\u028b\u03c5\u057d\u1200\u144c\u1d1c\ua4f4\ua79f\uab4e\uab52\U000104f6\U000118d8\U00016f42"
    ),
    "v": (
        "\u03bd\u0475\u06f7\u13d9\u142f\u1d20\u2d38\ua4e6\ua6df\U0001051d\U00011706\U000118c0"
        "\U00016f08"
    ),
    "w": (
        "\u026f\u0461\u051d\u0561\u13b3\u13d4\u1d21\ua4ea\U0001170a\U0001170e\U0001170f\U000118e6"
    ),
    "x": "\u03c7\u0445\u1541\u157d\u16b7\u2d5d\ua4eb\U00010290\U000102b4\U00010317\U00010527",
    "y": (
        "\u0263\u028f\u03b3\u0443\u04af\u10e7\u13a9\u13bd\u1d8c\u1eff\ua4ec\uab5a\U000102b2"
        "\U000118dc\U00016f43"
    ),
    "z": "\u13c3\u1d22\ua4dc\U000118c4\U000118e5",
}
LATIN_LOOKALIKES = str.maketrans(
    {foreign: latin for latin, letters in _PASSING_FOR.items() for foreign in letters}
)
# Capitals of which only the large form passes for a Latin letter, and those letters.
CAPITAL_LOOKALIKES = str.maketrans(
    "\u0184\u01a6\u0392\u0396\u0397\u039c\u039d\u03a5\u03d2\u03dc\u03f9\u03fa\u042c\u050c\u054f"
    "\u2c8e\u2c92\u2c94\u2c98\u2c9a\u2ca6\u2ca8\u2cac\u2cd0\ua7b2\ua7b3\ua7b4",
    "brbzhmnyyfcmbgs" + "hlkmntyxljxb",
)

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
# Format characters (bidi controls and zero-width among them), controls, lone surrogates.
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs"})
# Letters and marks that draw nothing: joiner, Hangul and Braille blanks, variation selectors.
_BLANKS = frozenset(
    chr(code)
    for code in (
        0x034F,
        0x115F,
        0x1160,
        0x17B4,
        0x17B5,
        *range(0x180B, 0x1810),
        0x2800,
        0x3164,
        0xFFA0,
        *range(0xFE00, 0xFE10),
        *range(0xE0100, 0xE01F0),
    )
)
_LETTER_BY_SIGN = str.maketrans("03456789$@", "oeasgtbgsa")
# A capital I after a small letter is there to be read as an l.
_CAPITAL_I = re.compile(r"(?<=[^\W\d_A-Z])I+(?![A-Z])")
_ALPHABETS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")
_WORD = re.compile(r"[^\W\d_]+")


def fold_text(text: str) -> str:
    """Fold case, marks, widths and decorated letters; drop what cannot be seen."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    kept = (letter for letter in decomposed if unicodedata.category(letter) not in {"Mn", "Cf"})
    return unicodedata.normalize("NFKC", "".join(kept)).casefold().translate(_TRANSLITERATED)


def clean_line(text: str) -> str:
    """Leave one blank between words, and no sign that cannot be seen: engines would be asked it."""
    seen = (letter for letter in text if letter.isspace() or not is_hidden_sign(letter))
    return " ".join("".join(seen).split())


def is_hidden_sign(sign: str) -> bool:
    """Tell whether a character draws nothing where it stands; a tab and a line break count, too."""
    return unicodedata.category(sign) in _HIDDEN_CATEGORIES or sign in _BLANKS


def squash_text(text: str) -> str:
    """Keep letters and digits only, in their plain form."""
    if text.isascii() and text.isalnum():
        return text.lower()
    return "".join(letter for letter in fold_text(text) if letter.isalnum())


def latinize_lookalikes(text: str) -> str:
    """Replace letters of other alphabets by the Latin ones they pass for."""
    return text.translate(LATIN_LOOKALIKES)


def reveal_capital_i(text: str) -> str:
    """Write an l for a capital I that ends a word or is inside one, as in "DanieI"."""
    return _CAPITAL_I.sub(lambda found: "l" * len(found[0]), text)


@lru_cache(maxsize=4096)
def list_visual_shapes(text: str) -> frozenset[str]:
    """Return what a word looks like at a glance; a 1 is read as l and as i."""
    word = latinize_lookalikes(fold_text(reveal_capital_i(text))).translate(_LETTER_BY_SIGN)
    for pair, single in (("rn", "m"), ("vv", "w"), ("cl", "d"), ("c1", "d")):
        word = word.replace(pair, single)
    return frozenset(re.sub(r"[1|!]", one, word) for one in "li")


def is_lookalike_text(one: str, other: str) -> bool:
    return not list_visual_shapes(one).isdisjoint(list_visual_shapes(other))


def mixes_alphabets(text: str) -> bool:
    """Tell whether one word is written in several alphabets, which no keyboard does by itself."""
    if text.isascii():
        return False
    composed = unicodedata.normalize("NFKC", text)
    return any(len(set(_list_alphabets(word))) > 1 for word in _WORD.findall(composed))


def _list_alphabets(word: str) -> Iterator[str]:
    for letter in word:
        alphabet = unicodedata.name(letter, "").partition(" ")[0]
        if alphabet in _ALPHABETS:
            yield alphabet


_TITLES = """
mr mrs ms miss mx dr prof professor coach principal rev reverend hon honorable president
superintendent sen senator rep representative gov governor mayor elect
capt col lt maj sgt
sra sr srta senor senora senorita maestro maestra profe
"""
_DEGREES = "phd md edd esq ma med mat mba cpa ms mls mlis nbct jd rn dds dvm ret"
DEGREES = frozenset(_DEGREES.split())
TITLES = frozenset(_TITLES.split())
GENERATIONS = frozenset(["jr", "sr", "ii", "iii", "iv"])
SUFFIXES = GENERATIONS | DEGREES
_PARTICLES = """
abu al bin da dal das de del della den der di do dos du el ibn la las le los mac mc saint san st
ten ter van von zu
"""
PARTICLES = frozenset(_PARTICLES.split())
_GIVEN_AND_FAMILY = 2
_QUOTES = '"\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}'
_APOSTROPHES = "'`\N{RIGHT SINGLE QUOTATION MARK}"
_DASHES = "-\N{EN DASH}\N{EM DASH}"
_ASIDES = re.compile(rf"\([^()]*\)|\[[^][]*\]|[{_QUOTES}][^{_QUOTES}]*[{_QUOTES}]")
_BRACKETS = re.compile(rf"[()\[\]{_QUOTES}]")
_PRONOUNS = re.compile(r"\b(?:she|her|he|him|they|them|ella|xe|ze)(?:\s*/\s*\w+)+", re.IGNORECASE)
_CHUNKS = re.compile(rf"\s[{_DASHES}]\s|[|•·~/:;!?…\n]")
# A full stop after three letters or more: not that of an initial or of a title.
_SENTENCES = re.compile(r"(?<=\w{3})\.(?=\s|$)")
_POSSESSIVE = re.compile(rf"[{_APOSTROPHES}]s\b")
_WORDS = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
# One person after another is compared with much that was found: their own words come again.
_REMEMBERED = 4096


@lru_cache(maxsize=_REMEMBERED)
def split_words(text: str) -> tuple[str, ...]:
    """Split into plain words, without titles, degrees and numbers; hyphens stay inside words."""
    cleaned = re.sub(rf"[{_APOSTROPHES}]", "", _POSSESSIVE.sub("", fold_text(text)))
    words = [word for word in _WORDS.findall(cleaned) if not word.isdigit()]
    while len(words) > 1 and words[0] in TITLES:
        del words[0]
    # Ma is a degree after two words, and a family name after one.
    while len(words) > _GIVEN_AND_FAMILY and words[-1] in SUFFIXES:
        del words[-1]
    if len(words) > 1 and words[-1] in GENERATIONS:
        del words[-1]
    return tuple(words)


def list_name_orders(written: str) -> Iterator[tuple[str, ...]]:
    """Yield the orders in which a display name can be read: "Doe, Jane" is Jane Doe."""
    first, *rest = _extract_first_chunk(_ASIDES.sub(" ", _PRONOUNS.sub(" ", written))).split(",")
    names = [part for part in rest if part.strip() and squash_text(part) not in SUFFIXES]
    # A word before a comma is a family name, and more words may be a name before a profession.
    if not names or len(split_words(first)) > 1:
        yield split_words(first)
    if names:
        yield split_words(f"{names[0]} {first}")
    if _ASIDES.search(written):
        yield split_words(_extract_first_chunk(_BRACKETS.sub(" ", written)))


def extract_quoted_names(written: str) -> tuple[str, ...]:
    """Return the names in quotes or brackets: Robert "Bob" Doe is called Bob."""
    inside = (_BRACKETS.sub(" ", aside) for aside in _ASIDES.findall(written))
    return tuple(word for aside in inside for word in split_words(aside)[:1])


def extract_generation(written: str) -> str:
    """Return what tells a father from a son of the same name, or nothing."""
    words = re.findall(r"\w+", fold_text(written))
    return next((word for word in words[1:] if word in GENERATIONS), "")


def split_clauses(text: str) -> Iterator[tuple[str, ...]]:
    """Yield the words between two marks of punctuation."""
    for chunk in _CHUNKS.split(_SENTENCES.sub("\n", text)):
        yield from map(split_words, chunk.split(","))


def split_at_commas(text: str) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Yield the words before and after each comma."""
    for chunk in _CHUNKS.split(_SENTENCES.sub("\n", text)):
        yield from pairwise(map(split_words, chunk.split(",")))


def contains_phrase(words: tuple[str, ...], phrase: tuple[str, ...]) -> bool:
    """Tell whether the words contain the phrase in one piece."""
    size = len(phrase)
    return bool(phrase) and any(
        words[at : at + size] == phrase for at in range(len(words) - size + 1)
    )


def _extract_first_chunk(written: str) -> str:
    return next((chunk for chunk in _CHUNKS.split(written) if chunk.strip()), "")


# By the letters' names in Unicode: the letters themselves look too much like Latin ones.
_CYRILLIC = """
A a|BE b|VE v|GHE g|GHE WITH UPTURN g|DE d|IE e|IO e|UKRAINIAN IE ye|ZHE zh|ZE z|I i|SHORT I y
BYELORUSSIAN-UKRAINIAN I i|YI yi|KA k|EL l|EM m|EN n|O o|PE p|ER r|ES s|TE t|U u|EF f|HA kh|TSE ts
CHE ch|SHA sh|SHCHA shch|HARD SIGN -|YERU y|SOFT SIGN -|E e|YU yu|YA ya
"""
_GREEK = """
ALPHA a|BETA v|GAMMA g|DELTA d|EPSILON e|ZETA z|ETA i|THETA th|IOTA i|KAPPA k|LAMDA l|MU m|NU n
XI x|OMICRON o|PI p|RHO r|SIGMA s|FINAL SIGMA s|TAU t|UPSILON y|PHI f|CHI ch|PSI ps|OMEGA o
"""


def romanize_text(text: str) -> str:
    """Transcribe each word that is wholly in one of these alphabets.

    A word of several alphabets is left as it is: its letters are there for their looks.
    """
    if text.isascii():
        return text
    return _WORD.sub(lambda word: _transcribe_word(word[0]), normalize("NFC", text))


def _transcribe_word(word: str) -> str:
    small = word.lower()
    for letters in _ROMANIZED_ALPHABETS:
        # An accent is no letter of its own, but the breve of a short I is.
        plain = [entry if entry in letters else normalize("NFD", entry)[0] for entry in small]
        if letters.keys() >= set(plain):
            return "".join(letters[letter] for letter in plain)
    return word


def _build_alphabet(script: str, table: str) -> Mapping[str, str]:
    entries = (entry.rpartition(" ") for entry in table.strip().replace("\n", "|").split("|"))
    return {lookup(f"{script} SMALL LETTER {name}"): latin.strip("-") for name, _, latin in entries}


_ROMANIZED_ALPHABETS = (_build_alphabet("CYRILLIC", _CYRILLIC), _build_alphabet("GREEK", _GREEK))


def drop_duplicates(texts: Iterable[str]) -> Iterator[str]:
    """Drop what is empty, and what differs only in case or spaces from an earlier text."""
    known: set[str] = set()
    for text in texts:
        clean = " ".join(normalize("NFC", text).split())
        if clean and clean.casefold() not in known:
            known.add(clean.casefold())
            yield clean
