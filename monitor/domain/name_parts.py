"""The pieces of a name that people make handles of."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from itertools import islice
from types import MappingProxyType

from monitor.domain.givens import other_givens
from monitor.domain.person import PersonName
from monitor.domain.spelling import squashed
from monitor.domain.words import words_of


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
_SHORTEST_PART = 3
_SHORTEST_START = {Part.FAMILY_START: 4, Part.GIVEN_START: 3}
_FEWEST_INITIALS = 3
# Nobody bears a longer name, or one of more parts.
_LONGEST_NAME = 80
_MOST_PARTS = 8


@lru_cache(maxsize=4096)
def parts_of(name: PersonName) -> Parts:
    """Return the plain text of every piece, and what it is of the name; the plainest one counts."""
    found: dict[str, tuple[Part, ...]] = {}
    for text, parts in _parts_of(name):
        if text:
            found.setdefault(text, parts)
    return MappingProxyType(found)


def families_of(name: PersonName) -> Iterator[str]:
    """Yield the family names, present and former, and the parts of a double one."""
    for family in (name.family, *name.former_families):
        yield squashed(family[:_LONGEST_NAME])
        yield from (part for part in _broken(family) if len(part) >= _SHORTEST_PART)


def givens_of(name: PersonName) -> Iterator[str]:
    yield squashed(name.given[:_LONGEST_NAME])
    yield from (part for part in _broken(name.given)[:1] if len(part) >= _SHORTEST_PART)


def _parts_of(name: PersonName) -> Iterator[tuple[str, tuple[Part, ...]]]:
    families = list(dict.fromkeys(filter(None, families_of(name))))
    givens = list(dict.fromkeys(filter(None, givens_of(name))))
    middles = [part for part in _broken(name.middle) if len(part) >= _SHORTEST_PART]
    nicks = sorted(
        {*map(squashed, name.nicknames[:_MOST_PARTS]), *_also_called(givens)} - set(givens)
    )
    yield from ((family, (Part.FAMILY,)) for family in families)
    yield from ((given, (Part.GIVEN,)) for given in givens if len(given) > 1)
    yield from ((nick, (Part.NICK,)) for nick in nicks if len(nick) > 1)
    yield from ((middle, (Part.MIDDLE,)) for middle in middles)
    yield from ((nick, (Part.MIDDLE,)) for nick in sorted(_also_called(middles)))
    called = [(given, Part.GIVEN) for given in givens] + [(nick, Part.NICK) for nick in nicks]
    yield from _together(called, families)
    yield from _with_initials(name, families, [given for given, _ in called])
    yield from _starts(givens, Part.GIVEN_START)
    yield from _starts(families, Part.FAMILY_START)
    yield from _initials(name)


def _together(
    called: list[tuple[str, Part]], families: list[str]
) -> Iterator[tuple[str, tuple[Part, ...]]]:
    """Yield whole names: they are found in the midst of letters, where their halves are not."""
    for given, part in called:
        for family in families:
            yield given + family, (part, Part.FAMILY)
            yield family + given, (Part.FAMILY, part)


def _with_initials(
    name: PersonName, families: list[str], givens: list[str]
) -> Iterator[tuple[str, tuple[Part, ...]]]:
    """Yield `mdelgado`, `delgadom`, `mdelg` and `mariad` of Maria Delgado."""
    first, between, last, of_family = _heads(name)
    for initials in _distinct(first + between, first, between):
        for family in families:
            yield initials + family, (Part.INITIAL, Part.FAMILY)
            yield family + initials, (Part.FAMILY, Part.INITIAL)
            for start, part in _starts([family], Part.FAMILY_START):
                yield initials + start, (Part.INITIAL, *part)
    for given in givens[:1]:
        for start, part in _starts([given], Part.GIVEN_START):
            yield start + last, (*part, Part.INITIAL)
    for given in givens:
        for initials in _distinct(last, of_family, between + last, between + of_family, between):
            yield given + initials, (Part.GIVEN, Part.INITIAL)


def _initials(name: PersonName) -> Iterator[tuple[str, tuple[Part, ...]]]:
    """Yield `mcd` of Maria Celia Delgado, and `mdr` of Maria Delgado-Reyes."""
    first, between, last, of_family = _heads(name)
    for initials in _distinct(first + between + of_family, first + between + last):
        if len(initials) >= _FEWEST_INITIALS:
            yield initials, (Part.INITIALS,)


def _heads(name: PersonName) -> tuple[str, str, str, str]:
    """Return the initials of given, middle and family name, and of all parts of the family name."""
    first, last = (
        squashed(name.given[:_LONGEST_NAME])[:1],
        squashed(name.family[:_LONGEST_NAME])[:1],
    )
    between = "".join(part[:1] for part in _broken(name.middle))
    return first, between, last, "".join(part[:1] for part in _broken(name.family))


def _distinct(*texts: str) -> Iterator[str]:
    return filter(None, dict.fromkeys(texts))


def _also_called(givens: list[str]) -> frozenset[str]:
    return frozenset().union(*map(other_givens, givens))


def _starts(names: list[str], part: Part) -> Iterator[tuple[str, tuple[Part, ...]]]:
    for name in names:
        for size in range(len(name) - 1, _SHORTEST_START[part] - 1, -1):
            yield name[:size], (part,)


def _broken(name: str) -> list[str]:
    """Break a name at its spaces and hyphens, into plain words."""
    parts = (part for word in words_of(name[:_LONGEST_NAME]) for part in word.split("-"))
    return [squashed(part) for part in islice(parts, _MOST_PARTS)]
