"""The pieces of a name that people make handles of."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import islice

from monitor.domain.names.nicknames import other_givens
from monitor.domain.names.normalize import squashed, words_of
from monitor.domain.person import PersonName


class Part(StrEnum):
    """What of a name a piece of a handle is; the starts are cut off: "Fitz", "Jas"."""

    FAMILY = "family"
    FAMILY_START = "family-start"
    GIVEN = "given"
    GIVEN_START = "given-start"
    NICK = "nick"
    MIDDLE = "middle"
    INITIAL = "initial"
    INITIALS = "initials"


Parts = Mapping[str, tuple[Part, ...]]
_Found = Iterator[tuple[str, tuple[Part, ...]]]
_SHORTEST_PART = 3
_FEWEST_INITIALS = 3
# So many letters of a name stand for it: alone, and beside the other half of the name.
_SHORTEST_START = {Part.FAMILY_START: 4, Part.GIVEN_START: 3}
_SHORTEST_BESIDE = 2
_FEWEST_CONSONANTS = 4
# Nobody bears a longer name, or one of more parts.
_LONGEST_NAME = 80
_MOST_PARTS = 8
_VOWELS = re.compile(r"(?<=.)[aeiouy]")


@dataclass(frozen=True, slots=True, kw_only=True)
class NameForms:
    """A name in plain letters.

    `heads` are the initials of given, middle and family name, and of all parts of the family name.
    """

    givens: tuple[str, ...]
    nicks: tuple[str, ...]
    middles: tuple[str, ...]
    families: tuple[str, ...]
    heads: tuple[str, str, str, str]


@lru_cache(maxsize=4096)
def forms_of(name: PersonName) -> NameForms:
    given = squashed(name.given[:_LONGEST_NAME])
    givens = _distinct(given, *_long(_broken(name.given)[:1]))
    middles = _long(_broken(name.middle))
    told = map(squashed, name.nicknames[:_MOST_PARTS])
    nicks = {nick for nick in (*told, *_also_called(givens)) if len(nick) > 1} - set(givens)
    between = "".join(part[:1] for part in _broken(name.middle))
    of_family = "".join(part[:1] for part in _broken(name.family))
    families = [squashed(each[:_LONGEST_NAME]) for each in (name.family, *name.former_families)]
    parts = [part for each in (name.family, *name.former_families) for part in _broken(each)]
    return NameForms(
        givens=givens,
        nicks=tuple(sorted(nicks)),
        middles=_distinct(*middles, *sorted(_also_called(middles))),
        families=_distinct(*families, *_long(parts)),
        heads=(given[:1], between, families[0][:1], of_family),
    )


def parts_in(text: str, name: PersonName) -> Parts:
    """Return every piece of a name that stands in a text, and what it is of the name.

    A piece that may be several things is the plainest of them.
    """
    found: dict[str, tuple[Part, ...]] = {}
    for piece, parts in _parts(forms_of(name), text):
        if piece and piece in text:
            found.setdefault(piece, parts)
    return found


def _parts(forms: NameForms, text: str) -> _Found:
    called = [(given, Part.GIVEN) for given in forms.givens if given in text]
    called += [(nick, Part.NICK) for nick in forms.nicks if nick in text]
    yield from ((family, (Part.FAMILY,)) for family in forms.families)
    yield from ((given, (part,)) for given, part in called if len(given) > 1)
    yield from ((middle, (Part.MIDDLE,)) for middle in forms.middles)
    for given, part in called:
        yield from _after_given(given, part, forms)
    for family in forms.families:
        if family[:_SHORTEST_BESIDE] in text:
            yield from _around_family(family, forms)
    yield from _cut_off(forms, text)
    first, between, last, of_family = forms.heads
    for initials in _distinct(first + between + of_family, first + between + last):
        if len(initials) >= _FEWEST_INITIALS:
            yield initials, (Part.INITIALS,)


def _after_given(given: str, part: Part, forms: NameForms) -> _Found:
    """Yield `mariadelgado` and `delgadomaria`, `mariadel`, and `mariad` of Maria Delgado."""
    for family in forms.families:
        yield given + family, (part, Part.FAMILY)
        yield family + given, (Part.FAMILY, part)
        for size in range(len(family) - 1, _SHORTEST_BESIDE - 1, -1):
            yield given + family[:size], (part, Part.FAMILY_START)
    _, between, last, of_family = forms.heads
    for initials in _distinct(last, of_family, between + last, between + of_family, between):
        yield given + initials, (Part.GIVEN, Part.INITIAL)


def _around_family(family: str, forms: NameForms) -> _Found:
    """Yield `mdelgado`, `delgadom` and `mdelg`."""
    first, between, *_ = forms.heads
    for initials in _distinct(first + between, first, between):
        yield initials + family, (Part.INITIAL, Part.FAMILY)
        yield family + initials, (Part.FAMILY, Part.INITIAL)
        for size in range(len(family) - 1, _SHORTEST_START[Part.FAMILY_START] - 1, -1):
            yield initials + family[:size], (Part.INITIAL, Part.FAMILY_START)


def _cut_off(forms: NameForms, text: str) -> _Found:
    """Yield starts of both halves, `mardel` and `mard` of them, and `dlgd`, without its vowels."""
    for given in forms.givens:
        for start in _starts(given, Part.GIVEN_START):
            if start in text:
                yield start, (Part.GIVEN_START,)
                yield start + forms.heads[2], (Part.GIVEN_START, Part.INITIAL)
                for family in forms.families[:1]:
                    for size in range(_SHORTEST_PART, len(family)):
                        yield start + family[:size], (Part.GIVEN_START, Part.FAMILY_START)
        consonants = _VOWELS.sub("", given) + _VOWELS.sub(
            "", forms.families[0] if forms.families else ""
        )
        if len(consonants) > _FEWEST_CONSONANTS:
            yield consonants, (Part.GIVEN_START, Part.FAMILY_START)
    for family in forms.families:
        yield from ((start, (Part.FAMILY_START,)) for start in _starts(family, Part.FAMILY_START))
        consonants = _VOWELS.sub("", family)
        if len(consonants) >= _FEWEST_CONSONANTS:
            yield consonants, (Part.FAMILY_START,)
            yield forms.heads[0] + consonants, (Part.INITIAL, Part.FAMILY_START)


def _starts(name: str, part: Part) -> Iterator[str]:
    return (name[:size] for size in range(len(name) - 1, _SHORTEST_START[part] - 1, -1))


def _distinct(*texts: str) -> tuple[str, ...]:
    return tuple(filter(None, dict.fromkeys(texts)))


def _long(parts: list[str]) -> list[str]:
    return [part for part in parts if len(part) >= _SHORTEST_PART]


def _also_called(givens: tuple[str, ...] | list[str]) -> frozenset[str]:
    return frozenset().union(*map(other_givens, givens))


def _broken(name: str) -> list[str]:
    """Break a name at its spaces and hyphens, into plain words."""
    parts = (part for word in words_of(name[:_LONGEST_NAME]) for part in word.split("-"))
    return [squashed(part) for part in islice(parts, _MOST_PARTS)]
