"""Words: how a written name or a line of text falls apart."""

import re
from collections.abc import Iterator
from itertools import pairwise

from monitor.domain.names.spelling import plain, squashed

_TITLES = """
mr mrs ms miss mx dr prof professor coach principal rev reverend hon honorable president
superintendent sen senator rep representative gov governor mayor elect
capt col lt maj sgt
sra sr srta senor senora senorita maestro maestra profe
"""
_DEGREES = "phd md edd esq ma med mat mba cpa ms mls mlis nbct jd rn dds dvm ret"
TITLES = frozenset(_TITLES.split())
GENERATIONS = frozenset(["jr", "sr", "ii", "iii", "iv"])
SUFFIXES = GENERATIONS.union(_DEGREES.split())
_PARTICLES = """
abu al bin da dal das de del della den der di do dos du el ibn la las le los mac mc saint san st
ten ter van von zu
"""
PARTICLES = frozenset(_PARTICLES.split())
_GIVEN_AND_FAMILY = 2
_QUOTES = '"\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}'
_APOSTROPHES = "'`\N{RIGHT SINGLE QUOTATION MARK}"
_DASHES = "-\N{EN DASH}\N{EM DASH}"
_ASIDES = re.compile(rf"\([^)]*\)|\[[^\]]*\]|[{_QUOTES}][^{_QUOTES}]*[{_QUOTES}]")
_BRACKETS = re.compile(rf"[()\[\]{_QUOTES}]")
_PRONOUNS = re.compile(r"\b(?:she|her|he|him|they|them|ella|xe|ze)(?:\s*/\s*\w+)+", re.IGNORECASE)
_CHUNKS = re.compile(rf"\s[{_DASHES}]\s|[|•·~/:;!?…\n]")
# A full stop after three letters or more: not that of an initial or of a title.
_SENTENCES = re.compile(r"(?<=\w{3})\.(?=\s|$)")
_POSSESSIVE = re.compile(rf"[{_APOSTROPHES}]s\b")
_WORDS = re.compile(r"[^\W_]+(?:-[^\W_]+)*")


def words_of(text: str) -> tuple[str, ...]:
    """Split into plain words, without titles, degrees and numbers; hyphens stay inside words."""
    cleaned = re.sub(rf"[{_APOSTROPHES}]", "", _POSSESSIVE.sub("", plain(text)))
    words = [word for word in _WORDS.findall(cleaned) if not word.isdigit()]
    while len(words) > 1 and words[0] in TITLES:
        del words[0]
    # Ma is a degree after two words, and a family name after one.
    while len(words) > _GIVEN_AND_FAMILY and words[-1] in SUFFIXES:
        del words[-1]
    if len(words) > 1 and words[-1] in GENERATIONS:
        del words[-1]
    return tuple(words)


def name_orders(written: str) -> Iterator[tuple[str, ...]]:
    """Yield the orders in which a display name can be read: "Doe, Jane" is Jane Doe."""
    first, *rest = _head(_ASIDES.sub(" ", _PRONOUNS.sub(" ", written))).split(",")
    names = [part for part in rest if part.strip() and squashed(part) not in SUFFIXES]
    # A word before a comma is a family name, and more words may be a name before a profession.
    if not names or len(words_of(first)) > 1:
        yield words_of(first)
    if names:
        yield words_of(f"{names[0]} {first}")
    if _ASIDES.search(written):
        yield words_of(_head(_BRACKETS.sub(" ", written)))


def called(written: str) -> tuple[str, ...]:
    """Return the names in quotes or brackets: Robert "Bob" Doe is called Bob."""
    inside = (_BRACKETS.sub(" ", aside) for aside in _ASIDES.findall(written))
    return tuple(word for aside in inside for word in words_of(aside)[:1])


def generation(written: str) -> str:
    """Return what tells a father from a son of the same name, or nothing."""
    words = re.findall(r"\w+", plain(written))
    return next((word for word in words[1:] if word in GENERATIONS), "")


def clauses(text: str) -> Iterator[tuple[str, ...]]:
    """Yield the words between two marks of punctuation."""
    for chunk in _CHUNKS.split(_SENTENCES.sub("\n", text)):
        yield from map(words_of, chunk.split(","))


def around_commas(text: str) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Yield the words before and after each comma."""
    for chunk in _CHUNKS.split(_SENTENCES.sub("\n", text)):
        yield from pairwise(map(words_of, chunk.split(",")))


def contains(words: tuple[str, ...], phrase: tuple[str, ...]) -> bool:
    """Tell whether the phrase stands in the words, in one piece."""
    size = len(phrase)
    return bool(phrase) and any(
        words[at : at + size] == phrase for at in range(len(words) - size + 1)
    )


def _head(written: str) -> str:
    return next((chunk for chunk in _CHUNKS.split(written) if chunk.strip()), "")
