"""How the family names of two written names agree."""

from enum import StrEnum

from rapidfuzz.distance import OSA

from monitor.domain.names.written import Written


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


def family_likeness(one: Written, other: Written) -> tuple[Family, str]:
    """Return how they agree, and the family name or the part of it that both hold."""
    if _same(one, other) or _same(other, one):
        return Family.SAME, max(one.joined, other.joined, key=len)
    if one.bare == other.bare:
        return Family.PART, one.bare
    shared = _shared(one, other) | _shared(other, one)
    if shared:
        return Family.PART, max(shared, key=lambda part: (len(part), part))
    near = _near(one.joined, other.joined)
    return (Family.NEAR if near else Family.DIFFERENT), ""


def _same(one: Written, other: Written) -> bool:
    """Tell whether the last words of one name are the other's family name: Van Horn, VanHorn."""
    joined = one.joined
    if joined == other.joined:
        return True
    for word in reversed(one.givens[max(1, len(one.givens) - _LONGEST_FAMILY) :]):
        joined = word + joined
        if joined == other.joined:
            return True
    return False


def _shared(one: Written, other: Written) -> set[str]:
    """Return the parts of one family name that stand among the other's later names."""
    theirs = {*other.family, *other.givens[1:]}
    return {part for part in one.family if part in theirs and len(part) >= _SHORTEST_PART}


def _near(one: str, other: str) -> bool:
    shorter = min(len(one), len(other))
    if shorter < _SPELLABLE:
        return False
    return OSA.distance(one, other) <= (2 if shorter >= _LONG else 1)
