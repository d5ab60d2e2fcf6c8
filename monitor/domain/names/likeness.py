"""How two written names agree, part by part."""

from dataclasses import dataclass
from enum import StrEnum

from monitor.domain.names.family_likeness import Family, family_likeness
from monitor.domain.names.given_likeness import Given, Side, given_likeness
from monitor.domain.names.written import Written


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


def compare(one: Written, other: Written) -> Likeness:
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


def _side(name: Written, shared: str) -> Side:
    """Take away what of the given names turned out to be family names."""
    words = tuple(word for at, word in enumerate(name.givens) if at == 0 or word != shared)
    return Side(words=words, called=name.called, generation=name.generation, family=name.joined)


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
