"""How two written names agree, part by part, and what that is worth.

A weight is log2 of how much more often an agreement is seen between two spellings of one person's
name than between two people of one family name; docs/detection.md says which were counted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import OSA

from monitor.domain.names.nicknames import (
    is_counterpart_pair,
    is_listed_given,
    is_nickname_pair,
    is_short_form_pair,
    list_full_givens,
)
from monitor.domain.names.parsing import ParsedName

_ANYBODY = """
ace babe bo bubba buck bud buddy buster butch buzz chip cookie doc duke dusty dutch happy junior
lefty pops red rocky rusty sarge shorty sis sissy skeeter skip skipper slim sonny tex tiny tres
trey trip tripp whitey
"""
# Anybody may be called so, whatever their given name is.
BYNAMES = frozenset(_ANYBODY.split())
# Said of the third of a name; the second and the fourth have no word of their own.
THIRD = frozenset(["trey", "tres", "trip", "tripp"])
# How letters are spelled as names.
SPELLED = {
    "bee": "b",
    "cee": "c",
    "dee": "d",
    "gee": "g",
    "jay": "j",
    "jaye": "j",
    "kay": "k",
    "kaye": "k",
    "tee": "t",
    "vee": "v",
}


class Family(StrEnum):
    """PART is one name of a double one, or one that stands among the other's middle names."""

    SAME = "same"
    PART = "part"
    NEAR = "near"
    DIFFERENT = "different"


# A part of a double name is longer than an initial or a particle.
_SHORTEST_PART = 3
# Below the first length one wrong letter makes another name; from the second, two are allowed.
_SPELLABLE = 4
_LONG = 8
_LONGEST_FAMILY = 3


def family_likeness(one: ParsedName, other: ParsedName) -> tuple[Family, str]:
    """Return how they agree, and the family name or the part of it that both hold."""
    if _same(one, other) or _same(other, one):
        return Family.SAME, max(one.family_text, other.family_text, key=len)
    if one.bare_family == other.bare_family:
        return Family.PART, one.bare_family
    shared = _shared(one, other) | _shared(other, one)
    if shared:
        return Family.PART, max(shared, key=lambda part: (len(part), part))
    near = _near(one.family_text, other.family_text)
    return (Family.NEAR if near else Family.DIFFERENT), ""


def _same(one: ParsedName, other: ParsedName) -> bool:
    """Tell whether the last words of one name are the other's family name: Van Horn, VanHorn."""
    joined = one.family_text
    if joined == other.family_text:
        return True
    for word in reversed(one.givens[max(1, len(one.givens) - _LONGEST_FAMILY) :]):
        joined = word + joined
        if joined == other.family_text:
            return True
    return False


def _shared(one: ParsedName, other: ParsedName) -> set[str]:
    """Return the parts of one family name that stand among the other's later names."""
    theirs = {*other.family, *other.givens[1:]}
    return {part for part in one.family if part in theirs and len(part) >= _SHORTEST_PART}


def _near(one: str, other: str) -> bool:
    shorter = min(len(one), len(other))
    if shorter < _SPELLABLE:
        return False
    return OSA.distance(one, other) <= (2 if shorter >= _LONG else 1)


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


_STEM = 3


def given_likeness(one: Side, other: Side) -> Given:
    if not one.words or not other.words:
        return Given.MISSING
    for level, holds in _TESTS:
        if holds(one, other) or holds(other, one):
            return level
    return Given.OTHER_INITIAL if 1 in {len(one.first), len(other.first)} else Given.DIFFERENT


def _same_of_given_likeness(one: Side, other: Side) -> bool:
    whole = one.first == other.first and len(one.first) > 1
    return whole or _written_as_one(one, other)


def _written_as_one(one: Side, other: Side) -> bool:
    """Mary Lou is Marylou, and J. T. is JT."""
    return len(one.words) > 1 and one.words[0] + one.words[1] == other.first


def _called(one: Side, other: Side) -> bool:
    theirs = {other.first, *other.called}
    return any(each in theirs or is_nickname_pair(each, other.first) for each in one.called)


def _nickname(one: Side, other: Side) -> bool:
    if one.first in THIRD and other.generation == "iii":
        return True
    return is_nickname_pair(one.first, other.first)


def _second(one: Side, other: Side) -> bool:
    """People go by their second name, and by what it is shortened to."""
    return len(one.first) > 1 and any(
        word == one.first
        or is_nickname_pair(word, one.first)
        or is_short_form_pair(word, one.first)
        for word in other.later
        if len(word) > 1
    )


def _counterpart(one: Side, other: Side) -> bool:
    return is_counterpart_pair(one.first, other.first)


def _short(one: Side, other: Side) -> bool:
    return is_short_form_pair(one.first, other.first)


def _initial(one: Side, other: Side) -> bool:
    """J. is Juan, and J.C. is Juan Carlos, with and without the dots."""
    if len(one.first) == 1:
        return one.first == other.first[0]
    return len(other.words) > 1 and one.first == other.words[0][0] + other.words[1][0]


def _second_initial(one: Side, other: Side) -> bool:
    """Tell whether an initial is that of another given name, or of the full form of one."""
    if len(one.first) > 1:
        return False
    theirs = {name[0] for name in (*other.words, *other.called, *list_full_givens(other.first))}
    return any(word in theirs for word in one.words)


def _byname(one: Side, other: Side) -> bool:
    """Gus Gustafson may be anybody of that family, and Dee anybody whose name begins with D."""
    made_of_family = len(one.first) >= _STEM and one.family.startswith(one.first)
    return made_of_family or one.first in BYNAMES or SPELLED.get(one.first, "") == other.first[0]


def _alike(one: Side, other: Side) -> bool:
    mine, yours = one.first, other.first
    if min(len(mine), len(yours)) < _SPELLABLE:
        return False
    if mine[:_STEM] == yours[:_STEM]:
        return True
    # A name that people bear is another name and no misspelling.
    return OSA.distance(mine, yours) == 1 and not (is_listed_given(mine) and is_listed_given(yours))


_TESTS: tuple[tuple[Given, Callable[[Side, Side], bool]], ...] = (
    (Given.SAME, _same_of_given_likeness),
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


class Rest(StrEnum):
    """What stands between given and family name."""

    SAME = "same"
    INITIAL = "initial"
    SILENT = "silent"
    OTHER = "other"


class Generation(StrEnum):
    SAME = "same"
    SILENT = "silent"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """`shared` is the family name, or the part of it, that both names hold.

    `shared_given` is the given name, where that is the same. `turned` says that one name was
    read with the family name first, though no comma told so.
    """

    family: Family
    given: Given
    rest: Rest = Rest.SILENT
    generation: Generation = Generation.SILENT
    shared: str = ""
    shared_given: str = ""
    turned: bool = False


def compare(one: ParsedName, other: ParsedName) -> Likeness:
    """Compare two readings; which of them comes first does not matter."""
    family, shared = family_likeness(one, other)
    mine, yours = _side(one, shared), _side(other, shared)
    given = given_likeness(mine, yours)
    return Likeness(
        family=family,
        given=given,
        rest=_rest(mine.after(given, yours), yours.after(given, mine)),
        generation=_generation(one.generation, other.generation),
        shared=shared,
        shared_given=max(mine.first, yours.first, key=len) if given is Given.SAME else "",
        turned=one.turned or other.turned,
    )


def _side(name: ParsedName, shared: str) -> Side:
    """Take away what of the given names turned out to be family names."""
    words = tuple(word for at, word in enumerate(name.givens) if at == 0 or word != shared)
    return Side(
        words=words, called=name.called, generation=name.generation, family=name.family_text
    )


def _rest(mine: tuple[str, ...], yours: tuple[str, ...]) -> Rest:
    if not mine or not yours:
        return Rest.SILENT
    if not set(mine).isdisjoint(yours):
        return Rest.SAME if any(len(word) > 1 for word in set(mine) & set(yours)) else Rest.INITIAL
    pairs = ((one, other) for one in mine for other in yours)
    initial = any(one[0] == other[0] and 1 in {len(one), len(other)} for one, other in pairs)
    return Rest.INITIAL if initial else Rest.OTHER


def _generation(one: str, other: str) -> Generation:
    if not one or not other:
        return Generation.SILENT
    return Generation.SAME if one == other else Generation.OTHER


@dataclass(frozen=True, slots=True)
class Weight:
    bits: float
    reason: str = ""


FAMILY: Mapping[Family, Weight] = {
    Family.SAME: Weight(0.0, "The family name is the same."),
    Family.PART: Weight(-1.0, "The family names share a part, as double names do."),
    Family.NEAR: Weight(-6.0, "The family names differ by a letter or two."),
    Family.DIFFERENT: Weight(-11.0, "The family names differ."),
}
GIVEN: Mapping[Given, Weight] = {
    Given.SAME: Weight(2.5, "The given name is the same."),
    Given.CALLED: Weight(5.5, "One name says that the person goes by the other."),
    Given.NICKNAME: Weight(5.5, "One given name is a nickname of the other."),
    Given.SECOND: Weight(4.5, "One name goes by the other's second given name."),
    Given.SHORT: Weight(3.5, "One given name is the other, shortened."),
    Given.INITIAL: Weight(3.5, "One name shows only the initial of the other's given name."),
    Given.SECOND_INITIAL: Weight(1.0, "One name shows the initial of another given name."),
    Given.ALIKE: Weight(-0.5, "The given names begin alike, or differ by a letter."),
    Given.BYNAME: Weight(-1.0, "One given name is a nickname that anyone may have."),
    Given.MISSING: Weight(-2.0, "One name has no given name."),
    Given.OTHER_INITIAL: Weight(-4.5, "The initial is not that of the other's given name."),
    Given.COUNTERPART: Weight(-5.0, "The given names are made of one, and are two names."),
    Given.DIFFERENT: Weight(-5.0, "The given names differ."),
}
REST: Mapping[Rest, Weight] = {
    Rest.SAME: Weight(2.0, "The middle name is the same."),
    Rest.INITIAL: Weight(1.5, "The middle initial agrees."),
    Rest.SILENT: Weight(0.0),
    Rest.OTHER: Weight(-3.5, "The middle names differ."),
}
GENERATION: Mapping[Generation, Weight] = {
    Generation.SAME: Weight(1.0, "Both are the same generation of the name, such as Jr."),
    Generation.SILENT: Weight(0.0),
    Generation.OTHER: Weight(-6.0, "They are two generations of one name, such as Jr. and III."),
}
TURNED = Weight(-2.0, "The family name seems to come first.")

# A family name's rarity counts half: people of one family name live near each other, and are kin.
RARITY = 0.5
RAREST = 20.0
RAREST_GIVEN = 16.0
# From here on a reason says that the name is rare: one in 4,096 people bears it, or fewer.
RARE = 12.0
# Two names are taken to be one person's from here on: the sum at which F1 is best on the rows
# described in docs/detection.md. Scores are given from there, so that yes is above 0.
THRESHOLD = 4.5
# Below the threshold by less than this, the answer is perhaps.
UNSURE = 3.0
