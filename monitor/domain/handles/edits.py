"""The changes that turn one handle into another, and how easily each is overlooked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from operator import itemgetter

from monitor.domain.handles.glyphs import SEPARATORS, Glyphs, disguised


class Change(StrEnum):
    """What happens to one place of a handle."""

    SEPARATOR = "separator"
    ACCENT = "accent"
    ALPHABET = "alphabet"
    LOOK = "look"
    DOUBLED = "doubled"
    SWAPPED = "swapped"
    NEIGHBOUR = "neighbour"
    ADDED = "added"
    DROPPED = "dropped"
    REPLACED = "replaced"
    ORDER = "order"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """`ours` stands in the original, `theirs` in its place; either may be empty."""

    change: Change
    ours: str
    theirs: str

    @property
    def price(self) -> float:
        return PRICES[self.change]


# In letters: another letter in its place costs 1. Set by hand, by what a hasty reader sees:
# nothing, what passes for the original, a slip of the finger, a letter too many or too few.
_UNSEEN, _OVERLOOKED, _SLIP, _MISCOUNTED, _SEEN = 0.1, 0.2, 0.6, 0.8, 1.0
PRICES = {
    Change.SEPARATOR: _UNSEEN,
    Change.ACCENT: _UNSEEN,
    Change.ALPHABET: _UNSEEN,
    Change.LOOK: _OVERLOOKED,
    Change.DOUBLED: _OVERLOOKED,
    Change.SWAPPED: _SLIP,
    Change.NEIGHBOUR: _SLIP,
    Change.ORDER: _SLIP,
    Change.ADDED: _MISCOUNTED,
    Change.DROPPED: _MISCOUNTED,
    Change.REPLACED: _SEEN,
}

# Leet, and what Unicode Technical Standard 39 calls confusable within plain letters and digits.
_ALIKE = ("0o", "1l", "1i", "il", "2z", "3e", "4a", "5s", "6b", "6g", "7t", "8b", "9g", "9q", "uv")
_ALIKE_SIGNS = ("$s", "@a", "|l", "|i", "!i", "!l")
_ONE_FOR_TWO = {"rn": "m", "nn": "m", "vv": "w", "cl": "d", "c1": "d", "ci": "d"}
_PAIR = 2
# In pairs of letters: handles that differ in more than a name's length are compared place by place.
_LARGEST = 32 * 32
_KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def _pairs() -> Iterator[tuple[tuple[str, str], Change]]:
    for upper, lower in zip(_KEYBOARD, (*_KEYBOARD[1:], ""), strict=True):
        # Each key touches the next of its row and two of the row below.
        for at, key in enumerate(upper):
            for other in upper[at + 1 : at + 2] + lower[max(0, at - 1) : at + 1]:
                yield (key, other), Change.NEIGHBOUR
    for pair in (*_ALIKE, *_ALIKE_SIGNS):
        yield (pair[0], pair[1]), Change.LOOK


_CHANGES = {pair: change for each, change in _pairs() for pair in (each, (each[1], each[0]))}


@dataclass(frozen=True, slots=True)
class _Step:
    """One piece of both handles, and what became of it; None where they agree."""

    change: Change | None
    theirs: slice
    ours: slice


def edits(theirs: Glyphs, ours: Glyphs) -> tuple[Edit, ...]:
    """Return the cheapest changes that turn `ours` into `theirs`, from left to right."""
    found = (_edit(step, theirs, ours) for step in _steps(theirs.seen, ours.seen))
    return tuple(edit for edit in found if edit)


def _edit(step: _Step, theirs: Glyphs, ours: Glyphs) -> Edit | None:
    change = step.change
    here, there = theirs.signs[step.theirs], ours.signs[step.ours]
    if change is None and [sign.casefold() for sign in here] != [sign.casefold() for sign in there]:
        hidden = any(map(disguised, (*here, *there), theirs.seen[step.theirs] * 2))
        change = Change.ALPHABET if hidden else Change.ACCENT
    if change is None:
        return None
    return Edit(change=change, ours="".join(there), theirs="".join(here))


def _steps(theirs: str, ours: str) -> Iterator[_Step]:
    """Yield the pieces of the cheapest alignment; what both begin and end with stands as it is."""
    head, tail = _shared(theirs, ours)
    for at in range(head):
        yield _Step(None, slice(at, at + 1), slice(at, at + 1))
    yield from _cheapest(theirs[: len(theirs) - tail], ours[: len(ours) - tail], head)
    for back in range(tail, 0, -1):
        i, j = len(theirs) - back, len(ours) - back
        yield _Step(None, slice(i, i + 1), slice(j, j + 1))


def _shared(one: str, other: str) -> tuple[int, int]:
    shorter = min(len(one), len(other))
    head = next((at for at in range(shorter) if one[at] != other[at]), shorter)
    rest = shorter - head
    return head, next((at for at in range(rest) if one[-1 - at] != other[-1 - at]), rest)


def _cheapest(theirs: str, ours: str, head: int) -> list[_Step]:
    """Align what follows the shared head: Damerau and Levenshtein's distance with our prices."""
    if (len(theirs) - head) * (len(ours) - head) > _LARGEST:
        return [
            _Step(Change.REPLACED, slice(at, at + 1), slice(at, at + 1))
            for at in range(head, max(len(theirs), len(ours)))
        ]
    reached: dict[tuple[int, int], tuple[float, _Step | None]] = {(head, head): (0.0, None)}
    for i in range(head, len(theirs) + 1):
        for j in range(head, len(ours) + 1):
            ways = (
                (reached[i - up, j - left][0] + price, change, up, left)
                for price, change, up, left in _arrivals(theirs, ours, i, j)
                if i - up >= head and j - left >= head
            )
            best = min(ways, key=itemgetter(0), default=None)
            if best:
                price, change, up, left = best
                step = _Step(change, slice(i - up, i), slice(j - left, j))
                reached[i, j] = (price, step)
    return _traced(reached, (len(theirs), len(ours)))


def _traced(
    reached: Mapping[tuple[int, int], tuple[float, _Step | None]], end: tuple[int, int]
) -> list[_Step]:
    steps = []
    while step := reached[end][1]:
        steps.append(step)
        end = step.theirs.start, step.ours.start
    return steps[::-1]


def _arrivals(
    theirs: str, ours: str, i: int, j: int
) -> Iterator[tuple[float, Change | None, int, int]]:
    """Yield price, change, and how many letters of both handles it uses up, ending here."""
    here, there = theirs[i - 1 : i], ours[j - 1 : j]
    if here and there:
        change = _replacement(here, there)
        yield (PRICES[change] if change else 0.0), change, 1, 1
    if here:
        change = _gap(here, there, Change.ADDED)
        yield PRICES[change], change, 1, 0
    if there:
        change = _gap(there, here, Change.DROPPED)
        yield PRICES[change], change, 0, 1
    two, pair = theirs[max(0, i - 2) : i], ours[max(0, j - 2) : j]
    if len(two) == len(pair) == _PAIR and two == pair[::-1]:
        yield PRICES[Change.SWAPPED], Change.SWAPPED, 2, 2
    if there and _ONE_FOR_TWO.get(two) == there:
        yield PRICES[Change.LOOK], Change.LOOK, 2, 1
    if here and _ONE_FOR_TWO.get(pair) == here:
        yield PRICES[Change.LOOK], Change.LOOK, 1, 2


def _replacement(here: str, there: str) -> Change | None:
    if here == there:
        return None
    if here in SEPARATORS and there in SEPARATORS:
        return Change.SEPARATOR
    return _CHANGES.get((here, there), Change.REPLACED)


def _gap(letter: str, before: str, otherwise: Change) -> Change:
    """Say what a letter of one handle is; `before` is the last one used up of the other."""
    if letter in SEPARATORS:
        return Change.SEPARATOR
    return Change.DOUBLED if letter == before else otherwise
