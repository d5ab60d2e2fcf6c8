"""How the given names of two written names agree."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import OSA

from monitor.domain.names.givens import (
    counterparts,
    full_givens,
    listed,
    nicknames,
    shortened,
    spelt,
)
from monitor.domain.names.short_forms import BYNAMES, THIRD


class Given(StrEnum):
    """How given names agree, best first."""

    SAME = "same"
    CALLED = "called"
    NICKNAME = "nickname"
    SECOND = "second"
    SHORT = "short"
    INITIAL = "initial"
    SECOND_INITIAL = "second-initial"
    ALIKE = "alike"
    BYNAME = "byname"
    MISSING = "missing"
    OTHER_INITIAL = "other-initial"
    COUNTERPART = "counterpart"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """All of one name but its family name, which is there for nicknames made of it."""

    words: tuple[str, ...]
    called: tuple[str, ...]
    generation: str
    family: str

    @property
    def first(self) -> str:
        return self.words[0] if self.words else ""

    @property
    def later(self) -> tuple[str, ...]:
        return self.words[1:]

    def after(self, given: Given, other: "Side") -> tuple[str, ...]:
        """Return the words that the comparison of given names has not used."""
        if given in {Given.SECOND, Given.SECOND_INITIAL}:
            return ()
        return self.words[2:] if _written_as_one(self, other) else self.later


_SPELLABLE = 4
_STEM = 3


def given_likeness(one: Side, other: Side) -> Given:
    if not one.words or not other.words:
        return Given.MISSING
    for level, holds in _TESTS:
        if holds(one, other) or holds(other, one):
            return level
    return Given.OTHER_INITIAL if 1 in {len(one.first), len(other.first)} else Given.DIFFERENT


def _same(one: Side, other: Side) -> bool:
    whole = one.first == other.first and len(one.first) > 1
    return whole or _written_as_one(one, other)


def _written_as_one(one: Side, other: Side) -> bool:
    """Mary Lou is Marylou, and J. T. is JT."""
    return len(one.words) > 1 and one.words[0] + one.words[1] == other.first


def _called(one: Side, other: Side) -> bool:
    theirs = {other.first, *other.called}
    return any(each in theirs or nicknames(each, other.first) for each in one.called)


def _nickname(one: Side, other: Side) -> bool:
    if one.first in THIRD and other.generation == "iii":
        return True
    return nicknames(one.first, other.first)


def _second(one: Side, other: Side) -> bool:
    """People go by their second name, and by what it is shortened to."""
    return len(one.first) > 1 and any(
        word == one.first or nicknames(word, one.first) or shortened(word, one.first)
        for word in other.later
        if len(word) > 1
    )


def _counterpart(one: Side, other: Side) -> bool:
    return counterparts(one.first, other.first)


def _short(one: Side, other: Side) -> bool:
    return shortened(one.first, other.first)


def _initial(one: Side, other: Side) -> bool:
    """J. is Juan, and J.C. is Juan Carlos, with and without the dots."""
    if len(one.first) == 1:
        return one.first == other.first[0]
    return len(other.words) > 1 and one.first == other.words[0][0] + other.words[1][0]


def _second_initial(one: Side, other: Side) -> bool:
    """Tell whether an initial is that of another given name, or of the full form of one."""
    if len(one.first) > 1:
        return False
    theirs = {name[0] for name in (*other.words, *other.called, *full_givens(other.first))}
    return any(word in theirs for word in one.words)


def _byname(one: Side, other: Side) -> bool:
    """Gus Gustafson may be anybody of that family, and Dee anybody whose name begins with D."""
    made_of_family = len(one.first) >= _STEM and one.family.startswith(one.first)
    return made_of_family or one.first in BYNAMES or spelt(one.first) == other.first[0]


def _alike(one: Side, other: Side) -> bool:
    mine, yours = one.first, other.first
    if min(len(mine), len(yours)) < _SPELLABLE:
        return False
    if mine[:_STEM] == yours[:_STEM]:
        return True
    # A name that people bear is another name and no misspelling.
    return OSA.distance(mine, yours) == 1 and not (listed(mine) and listed(yours))


_TESTS: tuple[tuple[Given, Callable[[Side, Side], bool]], ...] = (
    (Given.SAME, _same),
    (Given.CALLED, _called),
    (Given.NICKNAME, _nickname),
    (Given.SECOND, _second),
    (Given.COUNTERPART, _counterpart),
    (Given.SHORT, _short),
    (Given.INITIAL, _initial),
    (Given.SECOND_INITIAL, _second_initial),
    (Given.BYNAME, _byname),
    (Given.ALIKE, _alike),
)
