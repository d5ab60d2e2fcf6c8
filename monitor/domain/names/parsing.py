"""A name as one writes it, taken apart; whoever wrote it told nobody which word is which."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from unicodedata import normalize

from monitor.domain.names.normalize import PARTICLES, called, generation, name_orders, romanised
from monitor.domain.person import PersonName

# A staff name is compared with many others, and so is a name that many rows show.
_REMEMBERED = 8192
_LONGEST = 200
_SHORTEST_LOUD = 3
_HANDLES = re.compile(r"(?<!\w)@\S*")
# JaneDoe, but not McDonald: there a small letter more stands before the capital.
_HUMPS = re.compile(r"(?<=[a-z]{3})(?=[A-Z])")
# German and Scandinavian letters have a spelling without dots, beside the one that drops them.
_SPELT_OUT = str.maketrans(
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
class Written:
    """Words are plain, and in parts where they are hyphenated; `bare` is without particles.

    `called` are names in quotes or brackets, `generation` is "jr", "iii" or nothing. `turned`
    says that the family name was taken to stand first, though no comma told so.
    """

    givens: tuple[str, ...]
    family: tuple[str, ...]
    bare: str
    called: tuple[str, ...] = ()
    generation: str = ""
    turned: bool = False

    @property
    def joined(self) -> str:
        return "".join(self.family)


@lru_cache(maxsize=_REMEMBERED)
def readings(written: str) -> tuple[Written, ...]:
    """Return how a written name can be read, likeliest first; without a word there is none."""
    return tuple(dict.fromkeys(_readings(written[:_LONGEST])))


@lru_cache(maxsize=_REMEMBERED)
def person_name(written: str) -> PersonName:
    """Read a name as its likeliest given, middle and family name."""
    likeliest = next(iter(readings(written)), None)
    if likeliest is None:
        return PersonName(given="", family="")
    given, middle = likeliest.givens[:1], likeliest.givens[1:]
    return PersonName(
        given=" ".join(given),
        middle=" ".join(middle),
        family="-".join(likeliest.family),
        nicknames=likeliest.called,
    )


def _readings(written: str) -> Iterator[Written]:
    for text in dict.fromkeys(_texts(written)):
        nicks, which = called(text), generation(text)
        for words in name_orders(text):
            for order, turned in _orders(with_particles(words)):
                read = _read(order, words)
                yield replace(read, called=nicks, generation=which, turned=turned)


def _read(order: tuple[str, ...], words: tuple[str, ...]) -> Written:
    *first, last = order
    return Written(
        givens=tuple(part for word in first for part in word.split("-")),
        family=tuple(last.split("-")),
        bare=next((word for word in words if last.endswith(word)), last),
    )


def _texts(written: str) -> Iterator[str]:
    """Yield a name as it was meant to be written, and in other ways to write the same."""
    text = normalize("NFC", _HANDLES.sub(" ", romanised(_repaired(written))))
    yield text
    yield spelt_out(text)
    if not re.search(r"\s", text.strip()):
        yield _HUMPS.sub(" ", text)
    words = text.split()
    loud = next((at for at, word in enumerate(words) if not _loud(word)), 0)
    if loud:
        yield " ".join(words[loud:] + words[:loud])


def spelt_out(text: str) -> str:
    """Write letters with dots or rings as people do who have no such keys: Mueller, Aase."""
    return text.translate(_SPELT_OUT)


def _repaired(text: str) -> str:
    """Undo UTF-8 that was read as Windows-1252; other text is not altered by this."""
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text


def _loud(word: str) -> bool:
    """Tell whether a word is in capitals, as the French and catalogues write a family name."""
    return word.isupper() and len(word) >= _SHORTEST_LOUD


def _orders(parts: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], bool]]:
    if not parts:
        return
    if len(parts) > 1 and len(parts[-1]) == 1:
        yield _initials_first(parts), False
    yield parts, False
    if len(parts) == 2:  # noqa: PLR2004  # only two words leave no doubt of what was turned
        yield parts[::-1], True


def _initials_first(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Turn `Delgado M` round: nobody's family name is a letter, where another word is there."""
    start = len(parts) - 1
    while start > 1 and len(parts[start - 1]) == 1:
        start -= 1
    return parts[start:] + parts[:start]


def with_particles(words: tuple[str, ...]) -> tuple[str, ...]:
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
