"""Parse a name as people write it, without knowing which word is which."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from unicodedata import normalize

from monitor.domain.names.normalize import (
    GENERATIONS,
    PARTICLES,
    SUFFIXES,
    TITLES,
    extract_generation,
    extract_quoted_names,
    list_name_orders,
    romanize_text,
)
from monitor.domain.person import PersonName

# A staff name is compared with many others, and so is a name that many rows show.
_REMEMBERED = 8192
_LONGEST = 200
_SHORTEST_LOUD = 3
_HANDLES = re.compile(r"(?<!\w)@\S*")
# JaneDoe, but not McDonald: that has one lowercase letter before the capital.
_CAMEL_CASE = re.compile(r"(?<=[a-z]{2})(?=[A-Z])")
_PLAIN_NAME = re.compile(r"[A-Z][a-z]+ [A-Z][a-z]+")
_SPECIAL_WORDS = PARTICLES | TITLES | SUFFIXES
# German and Scandinavian letters have a spelling without dots, beside the one that drops them.
_SPELLED_OUT = str.maketrans(
    {
        "\N{LATIN SMALL LETTER A WITH DIAERESIS}": "ae",
        "\N{LATIN SMALL LETTER O WITH DIAERESIS}": "oe",
        "\N{LATIN SMALL LETTER U WITH DIAERESIS}": "ue",
        "\N{LATIN CAPITAL LETTER A WITH DIAERESIS}": "Ae",
        "\N{LATIN CAPITAL LETTER O WITH DIAERESIS}": "Oe",
        "\N{LATIN CAPITAL LETTER U WITH DIAERESIS}": "Ue",
        "\N{LATIN SMALL LETTER A WITH RING ABOVE}": "aa",
        "\N{LATIN CAPITAL LETTER A WITH RING ABOVE}": "Aa",
        "\N{LATIN SMALL LETTER O WITH STROKE}": "oe",
        "\N{LATIN CAPITAL LETTER O WITH STROKE}": "Oe",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedName:
    """Words are plain, and in parts where they are hyphenated; `bare_family` is without particles.

    `called` are names in quotes or brackets, `generation` is "jr", "iii" or nothing. `turned` says
    that the family name is read as the first word, although there is no comma.
    """

    givens: tuple[str, ...]
    family: tuple[str, ...]
    bare_family: str
    called: tuple[str, ...] = ()
    generation: str = ""
    turned: bool = False

    @property
    def family_text(self) -> str:
        return "".join(self.family)


@lru_cache(maxsize=_REMEMBERED)
def parse_name_variants(written: str) -> tuple[ParsedName, ...]:
    """Return how a written name can be read, likeliest first; without a word there is none."""
    return _read_plain_name(written) or tuple(dict.fromkeys(_build_variants(written[:_LONGEST])))


def _read_plain_name(written: str) -> tuple[ParsedName, ...]:
    """Return both readings of two plain words, as most names are: the same as below, but faster."""
    found = _PLAIN_NAME.fullmatch(written)
    first, last = found[0].lower().split() if found else ("", "")
    if not found or not _SPECIAL_WORDS.isdisjoint((first, last)):
        return ()
    return (
        ParsedName(givens=(first,), family=(last,), bare_family=last),
        ParsedName(givens=(last,), family=(first,), bare_family=first, turned=True),
    )


@lru_cache(maxsize=_REMEMBERED)
def parse_person_name(written: str) -> PersonName:
    """Read a name as its likeliest given, middle and family name."""
    likeliest = next(iter(parse_name_variants(written)), None)
    if likeliest is None:
        return PersonName(given="", family="")
    given, middle = likeliest.givens[:1], likeliest.givens[1:]
    return PersonName(
        given=" ".join(given),
        middle=" ".join(middle),
        family="-".join(likeliest.family),
        nicknames=likeliest.called,
    )


def split_own_name(typed: str) -> PersonName:
    """Split a name that its owner types, as they write it: "Ana de la Cruz", "Lopez Diaz, Ana".

    The last word is the family name, with the particles before it; a comma says where it ends.
    Parts that are missing are empty.
    """
    family, comma, rest = typed.partition(",")
    first = (rest if comma else typed).split()
    if len(first) > 1 and first[-1].strip(".").casefold() in GENERATIONS:
        first.pop()
    last = family.split() if comma else first[1:][-1:]
    if not comma:
        del first[len(first) - len(last) :]
        while len(first) > 1 and first[-1].casefold() in PARTICLES:
            last.insert(0, first.pop())
    return PersonName(given=" ".join(first[:1]), middle=" ".join(first[1:]), family=" ".join(last))


def _build_variants(written: str) -> Iterator[ParsedName]:
    for text in dict.fromkeys(_list_spellings(written)):
        nicks, which = extract_quoted_names(text), extract_generation(text)
        for words in list_name_orders(text):
            for order, turned in _list_orders(join_particles(words)):
                read = build_parsed_name(order, words)
                yield replace(read, called=nicks, generation=which, turned=turned)


def build_parsed_name(order: tuple[str, ...], words: tuple[str, ...]) -> ParsedName:
    """Take the last word as the family name; `words` are those before particles were joined.

    Of the words that the family name ends with, the longest is it: Ana Santana is no Ana.
    """
    *first, last = order
    return ParsedName(
        givens=tuple(part for word in first for part in word.split("-")),
        family=tuple(last.split("-")),
        bare_family=max(filter(last.endswith, words), key=len, default=last),
    )


def _list_spellings(written: str) -> Iterator[str]:
    """Yield a name as it was meant to be written, and in other ways to write the same."""
    text = normalize("NFC", _HANDLES.sub(" ", romanize_text(_repair_encoding(written))))
    yield text
    yield spell_out_letters(text)
    if not re.search(r"\s", text.strip()):
        yield _CAMEL_CASE.sub(" ", text)
    words = text.split()
    loud = next((at for at, word in enumerate(words) if not _is_in_capitals(word)), 0)
    if loud:
        yield " ".join(words[loud:] + words[:loud])


def spell_out_letters(text: str) -> str:
    """Write letters with dots or rings as people do who have no such keys: Mueller, Aase."""
    return text.translate(_SPELLED_OUT)


def _repair_encoding(text: str) -> str:
    """Undo UTF-8 that was read as Windows-1252; other text is not altered by this."""
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text


def _is_in_capitals(word: str) -> bool:
    """Tell whether a word is in capitals, as the French and catalogs write a family name."""
    return word.isupper() and len(word) >= _SHORTEST_LOUD


def _list_orders(parts: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], bool]]:
    if not parts:
        return
    if len(parts) > 1 and len(parts[-1]) == 1:
        # Reverse `Delgado M`: a single letter is no family name if there is another word.
        start = len(parts) - 1
        while start > 1 and len(parts[start - 1]) == 1:
            start -= 1
        yield (parts[start:] + parts[:start]), False
    yield parts, False
    if len(parts) == 2:  # noqa: PLR2004  # only two words leave no doubt of what was turned
        yield parts[::-1], True


def join_particles(words: tuple[str, ...]) -> tuple[str, ...]:
    """Write particles as one with the word after them: de la Cruz, DeLaCruz."""
    parts: list[str] = []
    before = ""
    for at, word in enumerate(words):
        if at and word in PARTICLES and at < len(words) - 1:
            before += word
        else:
            parts.append(before + word)
            before = ""
    return tuple(parts)
