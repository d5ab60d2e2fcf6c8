"""The pieces of a name that people make handles of."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import islice

from monitor.domain.names.nicknames import list_other_givens
from monitor.domain.names.normalize import split_words, squash_text
from monitor.domain.person import PersonName


class NamePart(StrEnum):
    """What of a name a piece of a handle is; the starts are cut off: "Fitz", "Jas"."""

    FAMILY = "family"
    FAMILY_START = "family-start"
    GIVEN = "given"
    GIVEN_START = "given-start"
    NICK = "nick"
    MIDDLE = "middle"
    INITIAL = "initial"
    INITIALS = "initials"


PartsByText = Mapping[str, tuple[NamePart, ...]]
_PartPairs = Iterator[tuple[str, tuple[NamePart, ...]]]
_SHORTEST_PART = 3
_FEWEST_INITIALS = 3
# The number of letters that may stand for a name: alone, and with the other half of the name.
_SHORTEST_START = {NamePart.FAMILY_START: 4, NamePart.GIVEN_START: 3}
_SHORTEST_BESIDE = 2
_FEWEST_CONSONANTS = 4
# No one bears a longer name, or one of more parts.
_LONGEST_NAME = 80
_MOST_PARTS = 8
_VOWELS = re.compile(r"(?<=.)[aeiouy]")


@dataclass(frozen=True, slots=True, kw_only=True)
class NameForms:
    """A name in plain letters.

    `initials` are the initials of given, middle and family name, and of all parts of the family
    name.
    """

    givens: tuple[str, ...]
    nicknames: tuple[str, ...]
    middles: tuple[str, ...]
    families: tuple[str, ...]
    initials: tuple[str, str, str, str]


@lru_cache(maxsize=4096)
def build_name_forms(name: PersonName) -> NameForms:
    given = squash_text(name.given[:_LONGEST_NAME])
    givens = _drop_duplicates(given, *_keep_long_parts(_split_name(name.given)[:1]))
    middles = _keep_long_parts(_split_name(name.middle))
    nicknames = map(squash_text, name.nicknames[:_MOST_PARTS])
    nicks = {nick for nick in (*nicknames, *_list_nicknames(givens)) if len(nick) > 1} - set(givens)
    between = "".join(part[:1] for part in _split_name(name.middle))
    of_family = "".join(part[:1] for part in _split_name(name.family))
    families = [
        squash_text(family[:_LONGEST_NAME]) for family in (name.family, *name.former_families)
    ]
    parts = [
        part for family in (name.family, *name.former_families) for part in _split_name(family)
    ]
    return NameForms(
        givens=givens,
        nicknames=tuple(sorted(nicks)),
        middles=_drop_duplicates(*middles, *sorted(_list_nicknames(middles))),
        families=_drop_duplicates(*families, *_keep_long_parts(parts)),
        initials=(given[:1], between, families[0][:1], of_family),
    )


def list_name_parts(text: str, name: PersonName) -> PartsByText:
    """Return every piece of a name in a text, and which part of the name it is.

    A piece that may be several things is the plainest of them.
    """
    found: dict[str, tuple[NamePart, ...]] = {}
    for piece, parts in _build_name_parts(build_name_forms(name), text):
        if piece and piece in text:
            found.setdefault(piece, parts)
    return found


def _build_name_parts(forms: NameForms, text: str) -> _PartPairs:
    called = [(given, NamePart.GIVEN) for given in forms.givens if given in text]
    called += [(nick, NamePart.NICK) for nick in forms.nicknames if nick in text]
    yield from ((family, (NamePart.FAMILY,)) for family in forms.families)
    yield from ((given, (part,)) for given, part in called if len(given) > 1)
    yield from ((middle, (NamePart.MIDDLE,)) for middle in forms.middles)
    for given, part in called:
        yield from _combine_with_given(given, part, forms)
    for family in forms.families:
        if family[:_SHORTEST_BESIDE] in text:
            yield from _combine_with_family(family, forms)
    yield from _build_shortened_parts(forms, text)
    first, between, last, of_family = forms.initials
    for initials in _drop_duplicates(first + between + of_family, first + between + last):
        if len(initials) >= _FEWEST_INITIALS:
            yield initials, (NamePart.INITIALS,)


def _combine_with_given(given: str, part: NamePart, forms: NameForms) -> _PartPairs:
    """Yield "mariadelgado" and "delgadomaria", "mariadel", and "mariad" of Maria Delgado."""
    for family in forms.families:
        yield given + family, (part, NamePart.FAMILY)
        yield family + given, (NamePart.FAMILY, part)
        for size in range(len(family) - 1, _SHORTEST_BESIDE - 1, -1):
            yield given + family[:size], (part, NamePart.FAMILY_START)
    _, between, last, of_family = forms.initials
    for initials in _drop_duplicates(last, of_family, between + last, between + of_family, between):
        yield given + initials, (NamePart.GIVEN, NamePart.INITIAL)


def _combine_with_family(family: str, forms: NameForms) -> _PartPairs:
    """Yield "mdelgado", "delgadom" and "mdelg"."""
    first, between, *_ = forms.initials
    for initials in _drop_duplicates(first + between, first, between):
        yield initials + family, (NamePart.INITIAL, NamePart.FAMILY)
        yield family + initials, (NamePart.FAMILY, NamePart.INITIAL)
        for size in range(len(family) - 1, _SHORTEST_START[NamePart.FAMILY_START] - 1, -1):
            yield initials + family[:size], (NamePart.INITIAL, NamePart.FAMILY_START)


def _build_shortened_parts(forms: NameForms, text: str) -> _PartPairs:
    """Yield starts of both halves, "mardel" and "mard" of them, and "dlgd", without its vowels."""
    for given in forms.givens:
        for start in _list_starts(given, NamePart.GIVEN_START):
            if start in text:
                yield start, (NamePart.GIVEN_START,)
                yield start + forms.initials[2], (NamePart.GIVEN_START, NamePart.INITIAL)
                for family in forms.families[:1]:
                    for size in range(_SHORTEST_PART, len(family)):
                        yield start + family[:size], (NamePart.GIVEN_START, NamePart.FAMILY_START)
        consonants = _VOWELS.sub("", given) + _VOWELS.sub(
            "", forms.families[0] if forms.families else ""
        )
        if len(consonants) > _FEWEST_CONSONANTS:
            yield consonants, (NamePart.GIVEN_START, NamePart.FAMILY_START)
    for family in forms.families:
        yield from (
            (start, (NamePart.FAMILY_START,))
            for start in _list_starts(family, NamePart.FAMILY_START)
        )
        consonants = _VOWELS.sub("", family)
        if len(consonants) >= _FEWEST_CONSONANTS:
            yield consonants, (NamePart.FAMILY_START,)
            yield forms.initials[0] + consonants, (NamePart.INITIAL, NamePart.FAMILY_START)


def _list_starts(name: str, part: NamePart) -> Iterator[str]:
    return (name[:size] for size in range(len(name) - 1, _SHORTEST_START[part] - 1, -1))


def _drop_duplicates(*texts: str) -> tuple[str, ...]:
    return tuple(filter(None, dict.fromkeys(texts)))


def _keep_long_parts(parts: Iterable[str]) -> list[str]:
    return [part for part in parts if len(part) >= _SHORTEST_PART]


def _list_nicknames(givens: tuple[str, ...] | list[str]) -> frozenset[str]:
    return frozenset().union(*map(list_other_givens, givens))


@lru_cache(maxsize=4096)
def _split_name(name: str) -> tuple[str, ...]:
    """Break a name at its spaces and hyphens, into plain words."""
    parts = (part for word in split_words(name[:_LONGEST_NAME]) for part in word.split("-"))
    return tuple(squash_text(part) for part in islice(parts, _MOST_PARTS))
