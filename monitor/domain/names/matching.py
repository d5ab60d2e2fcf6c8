"""Whether a written name could be a person's name, and how well it agrees."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from rapidfuzz.distance import OSA

from monitor.domain.names.nicknames import listed, other_givens
from monitor.domain.names.normalize import (
    PARTICLES,
    around_commas,
    clauses,
    look_alike,
    name_orders,
    romanised,
    squashed,
    words_of,
)
from monitor.domain.person import PersonName


class Level(StrEnum):
    """How a written name agrees, best first; FAMILY and GIVEN are one half without the other."""

    EXACT = "exact"
    NICKNAME = "nickname"
    FORMER = "former"
    INITIAL = "initial"
    NEAR = "near"
    FAMILY = "family"
    GIVEN = "given"
    DIFFERENT = "different"


class Middle(StrEnum):
    """What stands beside given and family name; FURTHER is a word after the family name."""

    AGREES = "agrees"
    SILENT = "silent"
    FURTHER = "further"
    CONFLICTS = "conflicts"


WHOLE = frozenset({Level.EXACT, Level.NICKNAME, Level.FORMER, Level.INITIAL, Level.NEAR})
FULL = frozenset({Level.EXACT, Level.NICKNAME})


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    level: Level
    middle: Middle = Middle.SILENT

    @property
    def whole(self) -> bool:
        """Both halves of the name agree."""
        return self.level in WHOLE

    @property
    def rank(self) -> tuple[int, int]:
        """The better one agrees, the smaller."""
        return tuple(Level).index(self.level), tuple(Middle).index(self.middle)


DIFFERENT = Agreement(level=Level.DIFFERENT)
_LONGEST_FAMILY = 4
# In running text a given and a middle name stand before the family name, and nothing else.
_LONGEST_GIVEN = 2
# Below the first length one wrong letter makes another name; from the second, two are allowed.
_SPELLABLE = 4
_LONG = 8
# One person's name is compared with thousands of others in a sweep.
_REMEMBERED = 4096
_squashed = lru_cache(maxsize=_REMEMBERED)(squashed)


def agreement(written: str, name: PersonName) -> Agreement:
    """Compare a display name: all of it should be the name."""
    orders = name_orders(romanised(written))
    return _best(each for words in orders for each in _readings(words, name))


def mention(text: str, name: PersonName) -> Agreement:
    """Find the name in running text; what stands around it does not count against it."""
    return _best(each for words in _windows(text, name) for each in _in_order(words, name))


def disguised(written: str, name: PersonName) -> bool:
    """Tell whether a name only looks like the person's: letters are replaced by look-alikes."""
    theirs = "".join(letter for letter in written if not letter.isspace())
    ours = _squashed(name.full)
    return _squashed(theirs) != ours and look_alike(theirs, ours)


def _best(found: Iterator[Agreement]) -> Agreement:
    return min(found, key=lambda each: each.rank, default=DIFFERENT)


def _windows(text: str, name: PersonName) -> Iterator[tuple[str, ...]]:
    """Yield the word groups of a text that end with a family name, or begin with one and comma."""
    for words in clauses(text):
        for end in range(1, len(words) + 1):
            size = _family_size(words[:end], name)
            start = end - size
            if size and not (start and _is_given(words[start - 1])):
                yield words[start:end]
            if size:
                before = range(max(0, start - _LONGEST_GIVEN), start)
                yield from (words[first:end] for first in before)
    for before_comma, after_comma in around_commas(text):
        if _family_size(before_comma, name):
            yield after_comma[:1] + before_comma[-1:]


def _family_size(words: tuple[str, ...], name: PersonName) -> int:
    return max(_tail(words, family) for family in (name.family, *name.former_families))


def _is_given(word: str) -> bool:
    """Tell whether a word before a family name says that it is somebody else's."""
    return len(word) == 1 or listed(word)


def _readings(words: tuple[str, ...], name: PersonName) -> Iterator[Agreement]:
    """Read a display name as given and family name, turned round, and with a word too many."""
    yield from _in_order(words, name)
    if words and "".join(words) == _squashed(name.given):
        yield Agreement(level=Level.GIVEN)
    for each in _in_order(words[1:] + words[:1], name):
        if each.level in {Level.EXACT, Level.INITIAL}:
            yield each
    for each in _in_order(words[:-1], name):
        if each.level in FULL:
            yield Agreement(level=each.level, middle=Middle.FURTHER)


def _in_order(words: tuple[str, ...], name: PersonName) -> Iterator[Agreement]:
    """Compare words in which the family name stands last."""
    for family in (name.family, *name.former_families):
        size = _tail(words, family)
        if size:
            each = _before_family(words[:-size], name)
            former = family != name.family and each.level in FULL
            yield Agreement(level=Level.FORMER, middle=each.middle) if former else each
    if len(words) > 1 and _misspelt(words[-1], _squashed(name.family)):
        each = _before_family(words[:-1], name)
        if each.level in FULL:
            yield Agreement(level=Level.NEAR, middle=each.middle)


def _tail(words: tuple[str, ...], family: str) -> int:
    """Return how many of the last words are the family name; half a double name will do."""
    target = _squashed(family)
    for size in range(1, min(_LONGEST_FAMILY, len(words)) + 1):
        if _squashed("".join(words[-size:])) == target:
            return size
    theirs = set(words[-1].split("-")) if words else set()
    ours = {part for word in words_of(family) for part in word.split("-")} - PARTICLES
    double = len(theirs) > 1 or len(ours) > 1
    return int(double and not theirs.isdisjoint(ours))


def _before_family(words: tuple[str, ...], name: PersonName) -> Agreement:
    """Compare what stands before the family name."""
    if not words:
        return Agreement(level=Level.FAMILY)
    given, first = _squashed(name.given), _squashed(words[0])
    if first == given:
        return Agreement(level=Level.EXACT, middle=_middle(words[1:], name))
    if _squashed("".join(words[:2])) == given:
        return Agreement(level=Level.EXACT, middle=_middle(words[2:], name))
    return _instead_of_given(words, name)


def _instead_of_given(words: tuple[str, ...], name: PersonName) -> Agreement:
    """Compare words that do not begin with the given name itself."""
    first, called = _squashed(words[0]), _called(name)
    if first in called or first in _called_by_middle(name):
        return Agreement(level=Level.NICKNAME, middle=_middle(words[1:], name))
    # "Anna Maria" may go by her second name; only people who told us the first one contradict.
    if not called.isdisjoint(words[1:]):
        return Agreement(level=Level.NICKNAME, middle=_middle(words[:1], name))
    if _is_initial(first, name):
        return Agreement(level=Level.INITIAL, middle=_middle(words[1:], name))
    # A name that people bear is another name and no misspelling.
    near = _misspelt(first, _squashed(name.given)) and not listed(first)
    return Agreement(level=Level.NEAR) if near else DIFFERENT


@lru_cache(maxsize=_REMEMBERED)
def _called(name: PersonName) -> frozenset[str]:
    """Return what else the person may be called, in one plain word each."""
    given = _squashed(name.given)
    told = {_squashed(each) for each in name.nicknames}
    return other_givens(given) | told | {given, *words_of(name.given)[:1]}


@lru_cache(maxsize=_REMEMBERED)
def _called_by_middle(name: PersonName) -> frozenset[str]:
    """Return what people who go by their middle name are called; an initial is no such name."""
    middle = _squashed(name.middle)
    return other_givens(middle) | {middle} if len(middle) > 1 else frozenset()


def _is_initial(first: str, name: PersonName) -> bool:
    given, middle = _squashed(name.given), _squashed(name.middle)
    if len(given) == 1:
        return first.startswith(given)
    nicknames = {_squashed(each)[:1] for each in name.nicknames}
    return first in {given[:1], given[:1] + middle[:1]} | nicknames


def _middle(words: tuple[str, ...], name: PersonName) -> Middle:
    theirs = next((word for word in words if word not in PARTICLES), "")
    ours = _squashed(name.middle)
    if not theirs or not ours:
        return Middle.SILENT
    initial = 1 in {len(theirs), len(ours)} and theirs[0] == ours[0]
    return Middle.AGREES if theirs == ours or initial else Middle.CONFLICTS


def _misspelt(word: str, right: str) -> bool:
    if word == right or len(right) < _SPELLABLE:
        return False
    allowed = 2 if len(right) >= _LONG else 1
    return look_alike(word, right) or OSA.distance(word, right) <= allowed
