"""How two written names agree, part by part, and how much that counts.

A weight is log2 of how much more often an agreement is seen between two spellings of one person's
name than between two people of one family name; docs/detection.md says which were counted.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from monitor.domain.edit_distance import count_edits
from monitor.domain.names.frequency import NameCounts, NameCountTable
from monitor.domain.names.nicknames import (
    is_counterpart_pair,
    is_listed_given,
    is_nickname_pair,
    is_short_form_pair,
    list_full_givens,
)
from monitor.domain.names.parsing import ParsedName
from monitor.domain.reason import Reason

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


class FamilyAgreement(StrEnum):
    """PART is one name of a double one, or one that is among the other's middle names."""

    SAME = "same"
    PART = "part"
    INITIAL = "initial"
    NEAR = "near"
    DIFFERENT = "different"


# A part of a double name is longer than an initial or a particle.
_SHORTEST_PART = 3
# Below the first length one wrong letter makes another name; from the second, two are allowed.
_SPELLABLE = 4
_LONG = 8
_LONGEST_FAMILY = 3


def compare_families(one: ParsedName, other: ParsedName) -> tuple[FamilyAgreement, str]:
    """Return how they agree, and the family name or the part of it that both hold."""
    if _is_same_family(one, other) or _is_same_family(other, one):
        return FamilyAgreement.SAME, max(one.family_text, other.family_text, key=len)
    if one.bare_family == other.bare_family:
        return FamilyAgreement.PART, one.bare_family
    shared = _find_shared_parts(one, other) | _find_shared_parts(other, one)
    if shared:
        return FamilyAgreement.PART, max(shared, key=lambda part: (len(part), part))
    if _is_family_initial(one, other) or _is_family_initial(other, one):
        return FamilyAgreement.INITIAL, ""
    shorter = min(len(one.family_text), len(other.family_text))
    if shorter < _SPELLABLE:
        near = False
    else:
        near = count_edits(one.family_text, other.family_text) <= (2 if shorter >= _LONG else 1)
    return (FamilyAgreement.NEAR if near else FamilyAgreement.DIFFERENT), ""


def _is_same_family(one: ParsedName, other: ParsedName) -> bool:
    """Tell whether the last words of one name are the other's family name: Van Horn, VanHorn."""
    joined = one.family_text
    if joined == other.family_text:
        return True
    for word in reversed(one.givens[max(1, len(one.givens) - _LONGEST_FAMILY) :]):
        joined = word + joined
        if joined == other.family_text:
            return True
    return False


def _find_shared_parts(one: ParsedName, other: ParsedName) -> set[str]:
    """Return the parts of one family name that stand among the other's later names."""
    theirs = {*other.family, *other.givens[1:]}
    return {part for part in one.family if part in theirs and len(part) >= _SHORTEST_PART}


def _is_family_initial(one: ParsedName, other: ParsedName) -> bool:
    """Tell whether one name ends with the initial of the other's family name: Jane D."""
    initials = {part[0] for part in (*other.family, other.bare_family) if part}
    return bool(one.givens) and len(one.family_text) == 1 and one.family_text in initials


class GivenAgreement(StrEnum):
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
class GivenNames:
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

    def list_unused_words(self, given: GivenAgreement, other: "GivenNames") -> tuple[str, ...]:
        """Return the words that the comparison of given names has not used."""
        if given in {GivenAgreement.SECOND, GivenAgreement.SECOND_INITIAL}:
            return ()
        return self.words[2:] if _is_written_as_one(self, other) else self.later


_STEM = 3


def compare_givens(one: GivenNames, other: GivenNames) -> GivenAgreement:
    if not one.words or not other.words:
        return GivenAgreement.MISSING
    for level, holds in _TESTS:
        if holds(one, other) or holds(other, one):
            return level
    return (
        GivenAgreement.OTHER_INITIAL
        if 1 in {len(one.first), len(other.first)}
        else GivenAgreement.DIFFERENT
    )


def _is_same_given(one: GivenNames, other: GivenNames) -> bool:
    whole = one.first == other.first and len(one.first) > 1
    return whole or _is_written_as_one(one, other)


def _is_written_as_one(one: GivenNames, other: GivenNames) -> bool:
    """Mary Lou is Marylou, and J. T. is JT."""
    return len(one.words) > 1 and one.words[0] + one.words[1] == other.first


def _is_called_so(one: GivenNames, other: GivenNames) -> bool:
    theirs = {other.first, *other.called}
    return any(text in theirs or is_nickname_pair(text, other.first) for text in one.called)


def _is_nickname(one: GivenNames, other: GivenNames) -> bool:
    if one.first in THIRD and other.generation == "iii":
        return True
    return is_nickname_pair(one.first, other.first)


def _is_second_given(one: GivenNames, other: GivenNames) -> bool:
    """People go by their second name, and by what it is shortened to."""
    return len(one.first) > 1 and any(
        word == one.first
        or is_nickname_pair(word, one.first)
        or is_short_form_pair(word, one.first)
        for word in other.later
        if len(word) > 1
    )


def _is_counterpart(one: GivenNames, other: GivenNames) -> bool:
    return is_counterpart_pair(one.first, other.first)


def _is_shortened(one: GivenNames, other: GivenNames) -> bool:
    return is_short_form_pair(one.first, other.first)


def _is_initial(one: GivenNames, other: GivenNames) -> bool:
    """J. is Juan, and J.C. is Juan Carlos, with and without the dots."""
    if len(one.first) == 1:
        return one.first == other.first[0]
    return len(other.words) > 1 and one.first == other.words[0][0] + other.words[1][0]


def _is_second_initial(one: GivenNames, other: GivenNames) -> bool:
    """Tell whether an initial is that of another given name, or of the full form of one."""
    if len(one.first) > 1:
        return False
    theirs = {name[0] for name in (*other.words, *other.called, *list_full_givens(other.first))}
    return any(word in theirs for word in one.words)


def _is_byname(one: GivenNames, other: GivenNames) -> bool:
    """Gus Gustafson may be anybody of that family, and Dee anybody whose name begins with D."""
    made_of_family = len(one.first) >= _STEM and one.family.startswith(one.first)
    return made_of_family or one.first in BYNAMES or SPELLED.get(one.first, "") == other.first[0]


def _is_alike(one: GivenNames, other: GivenNames) -> bool:
    mine, yours = one.first, other.first
    if min(len(mine), len(yours)) < _SPELLABLE:
        return False
    if mine[:_STEM] == yours[:_STEM]:
        return True
    # A name that people bear is another name and no misspelling.
    return count_edits(mine, yours) == 1 and not (is_listed_given(mine) and is_listed_given(yours))


_TESTS: tuple[tuple[GivenAgreement, Callable[[GivenNames, GivenNames], bool]], ...] = (
    (GivenAgreement.SAME, _is_same_given),
    (GivenAgreement.CALLED, _is_called_so),
    (GivenAgreement.NICKNAME, _is_nickname),
    (GivenAgreement.SECOND, _is_second_given),
    (GivenAgreement.COUNTERPART, _is_counterpart),
    (GivenAgreement.SHORT, _is_shortened),
    (GivenAgreement.INITIAL, _is_initial),
    (GivenAgreement.SECOND_INITIAL, _is_second_initial),
    (GivenAgreement.BYNAME, _is_byname),
    (GivenAgreement.ALIKE, _is_alike),
)


class MiddleAgreement(StrEnum):
    """What stands between given and family name."""

    SAME = "same"
    INITIAL = "initial"
    SILENT = "silent"
    OTHER = "other"


class GenerationAgreement(StrEnum):
    SAME = "same"
    SILENT = "silent"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class NameLikeness:
    """`shared` is the family name, or the part of it, that both names hold.

    `shared_given` is the given name, where that is the same. `turned` says that one name was
    read with the family name first, though no comma told so.
    """

    family: FamilyAgreement
    given: GivenAgreement
    rest: MiddleAgreement = MiddleAgreement.SILENT
    generation: GenerationAgreement = GenerationAgreement.SILENT
    shared: str = ""
    shared_given: str = ""
    turned: bool = False


def compare_names(one: ParsedName, other: ParsedName) -> NameLikeness:
    """Compare two readings; which of them comes first does not matter."""
    family, shared = compare_families(one, other)
    mine, yours = _select_given_names(one, shared), _select_given_names(other, shared)
    given = compare_givens(mine, yours)
    return NameLikeness(
        family=family,
        given=given,
        rest=compare_middles(
            mine.list_unused_words(given, yours), yours.list_unused_words(given, mine)
        ),
        generation=_compare_generations(one.generation, other.generation),
        shared=shared,
        shared_given=max(mine.first, yours.first, key=len) if given is GivenAgreement.SAME else "",
        turned=one.turned or other.turned,
    )


def _select_given_names(name: ParsedName, shared: str) -> GivenNames:
    """Take away what of the given names turned out to be family names."""
    words = tuple(word for at, word in enumerate(name.givens) if at == 0 or word != shared)
    return GivenNames(
        words=words, called=name.called, generation=name.generation, family=name.family_text
    )


def compare_middles(mine: tuple[str, ...], yours: tuple[str, ...]) -> MiddleAgreement:
    if not mine or not yours:
        return MiddleAgreement.SILENT
    if not set(mine).isdisjoint(yours):
        return (
            MiddleAgreement.SAME
            if any(len(word) > 1 for word in set(mine) & set(yours))
            else MiddleAgreement.INITIAL
        )
    pairs = ((one, other) for one in mine for other in yours)
    initial = any(one[0] == other[0] and 1 in {len(one), len(other)} for one, other in pairs)
    return MiddleAgreement.INITIAL if initial else MiddleAgreement.OTHER


def _compare_generations(one: str, other: str) -> GenerationAgreement:
    if not one or not other:
        return GenerationAgreement.SILENT
    return GenerationAgreement.SAME if one == other else GenerationAgreement.OTHER


@dataclass(frozen=True, slots=True)
class NameWeight:
    """What a part of two names says; `bearers` says how many people have what both hold."""

    bits: float
    reason: Reason
    bearers: Reason | None = None


FAMILY: Mapping[FamilyAgreement, float] = {
    FamilyAgreement.SAME: 0.0,
    FamilyAgreement.PART: -1.0,
    FamilyAgreement.INITIAL: -3.5,
    FamilyAgreement.NEAR: -6.0,
    FamilyAgreement.DIFFERENT: -11.0,
}
GIVEN: Mapping[GivenAgreement, float] = {
    GivenAgreement.SAME: 2.5,
    GivenAgreement.CALLED: 5.5,
    GivenAgreement.NICKNAME: 5.5,
    GivenAgreement.SECOND: 4.5,
    GivenAgreement.SHORT: 3.5,
    GivenAgreement.INITIAL: 3.5,
    GivenAgreement.SECOND_INITIAL: 1.0,
    GivenAgreement.ALIKE: -0.5,
    GivenAgreement.BYNAME: -1.0,
    GivenAgreement.MISSING: -2.0,
    GivenAgreement.OTHER_INITIAL: -4.5,
    GivenAgreement.COUNTERPART: -5.0,
    GivenAgreement.DIFFERENT: -5.0,
}
REST: Mapping[MiddleAgreement, float] = {
    MiddleAgreement.SAME: 2.0,
    MiddleAgreement.INITIAL: 1.5,
    MiddleAgreement.SILENT: 0.0,
    MiddleAgreement.OTHER: -3.5,
}
GENERATION: Mapping[GenerationAgreement, float] = {
    GenerationAgreement.SAME: 1.0,
    GenerationAgreement.SILENT: 0.0,
    GenerationAgreement.OTHER: -6.0,
}
TURNED = -2.0

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


# A letter is an initial of a name, however few people are called so.
_SHORTEST_NAME = 2


def score_likeness(likeness: NameLikeness, counts: NameCounts) -> float:
    """Return the confidence that two names are one person's, in bits; yes above 0."""
    return sum(weight.bits for weight in weigh_likeness(likeness, counts)) - THRESHOLD


def weigh_likeness(likeness: NameLikeness, counts: NameCounts) -> Iterator[NameWeight]:
    """Yield what each part of two names says, in bits and as reasons."""
    family = NameWeight(FAMILY[likeness.family], Reason(f"family-name.{likeness.family}"))
    given = NameWeight(GIVEN[likeness.given], Reason(f"given-name.{likeness.given}"))
    yield _add_rarity(family, likeness.shared, counts.family, RAREST)
    yield _add_rarity(given, likeness.shared_given, counts.given, RAREST_GIVEN)
    if likeness.rest is not MiddleAgreement.SILENT:
        yield NameWeight(REST[likeness.rest], Reason(f"middle-name.{likeness.rest}"))
    if likeness.generation is not GenerationAgreement.SILENT:
        generation = GENERATION[likeness.generation]
        yield NameWeight(generation, Reason(f"generation.{likeness.generation}"))
    if likeness.turned:
        yield NameWeight(TURNED, Reason("turned"))


def _add_rarity(weight: NameWeight, shared: str, counts: NameCountTable, most: float) -> NameWeight:
    """Let a name that both hold weigh more, the fewer people have it."""
    if len(shared) < _SHORTEST_NAME:
        return weight
    rarity = min(most, counts.compute_rarity(shared))
    bearers = Reason("few-bearers" if rarity >= RARE else "many-bearers")
    return replace(weight, bits=weight.bits + RARITY * rarity, bearers=bearers)
