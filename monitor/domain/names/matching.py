"""Whether a written name could be a person's name, and how well it agrees."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from rapidfuzz.distance import OSA

from monitor.domain.names.nicknames import is_listed_given, list_other_givens
from monitor.domain.names.normalize import (
    PARTICLES,
    is_lookalike_text,
    list_name_orders,
    romanize_text,
    split_at_commas,
    split_clauses,
    split_words,
    squash_text,
)
from monitor.domain.person import PersonName


class MatchLevel(StrEnum):
    """How a written name agrees, best first; FAMILY and GIVEN are one half without the other."""

    EXACT = "exact"
    NICKNAME = "nickname"
    FORMER = "former"
    INITIAL = "initial"
    NEAR = "near"
    FAMILY = "family"
    GIVEN = "given"
    DIFFERENT = "different"


class MiddleMatch(StrEnum):
    """What a name has besides given and family name; FURTHER is a word after the family name."""

    AGREES = "agrees"
    SILENT = "silent"
    FURTHER = "further"
    CONFLICTS = "conflicts"


WHOLE_LEVELS = frozenset(
    {MatchLevel.EXACT, MatchLevel.NICKNAME, MatchLevel.FORMER, MatchLevel.INITIAL, MatchLevel.NEAR}
)
FULL_LEVELS = frozenset({MatchLevel.EXACT, MatchLevel.NICKNAME})


@dataclass(frozen=True, slots=True, kw_only=True)
class NameMatch:
    level: MatchLevel
    middle: MiddleMatch = MiddleMatch.SILENT

    @property
    def is_whole(self) -> bool:
        """Both halves of the name agree."""
        return self.level in WHOLE_LEVELS

    @property
    def rank(self) -> tuple[int, int]:
        """The better one agrees, the smaller."""
        return tuple(MatchLevel).index(self.level), tuple(MiddleMatch).index(self.middle)


NO_MATCH = NameMatch(level=MatchLevel.DIFFERENT)
_LONGEST_FAMILY = 4
# In running text, only a given and a middle name come before the family name.
_LONGEST_GIVEN = 2
# Below the first length one wrong letter makes another name; from the second, two are allowed.
_SPELLABLE = 4
_LONG = 8
# One person's name is compared with thousands of others in a sweep.
_REMEMBERED = 4096
_squash_cached = lru_cache(maxsize=_REMEMBERED)(squash_text)


def match_display_name(written: str, name: PersonName) -> NameMatch:
    """Compare a display name: all of it should be the name."""
    orders = list_name_orders(romanize_text(written))
    return _choose_best(each for words in orders for each in _match_all_orders(words, name))


def match_mention(text: str, name: PersonName) -> NameMatch:
    """Find the name in running text; the words around it do not count against it."""
    return _choose_best(
        each for words in _list_name_windows(text, name) for each in _match_in_order(words, name)
    )


def is_disguised_name(written: str, name: PersonName) -> bool:
    """Tell whether a name only looks like the person's: letters are replaced by look-alikes."""
    theirs = "".join(letter for letter in written if not letter.isspace())
    ours = _squash_cached(name.full_name)
    return _squash_cached(theirs) != ours and is_lookalike_text(theirs, ours)


def _choose_best(found: Iterator[NameMatch]) -> NameMatch:
    return min(found, key=lambda each: each.rank, default=NO_MATCH)


def _list_name_windows(text: str, name: PersonName) -> Iterator[tuple[str, ...]]:
    """Yield the word groups of a text that end with a family name, or begin with one and comma."""
    for words in split_clauses(text):
        for end in range(1, len(words) + 1):
            size = _count_family_words(words[:end], name)
            start = end - size
            if size and not (start and _is_given_name(words[start - 1])):
                yield words[start:end]
            if size:
                before = range(max(0, start - _LONGEST_GIVEN), start)
                yield from (words[first:end] for first in before)
    for before_comma, after_comma in split_at_commas(text):
        if _count_family_words(before_comma, name):
            yield after_comma[:1] + before_comma[-1:]


def _count_family_words(words: tuple[str, ...], name: PersonName) -> int:
    return max(
        _count_trailing_family(words, family) for family in (name.family, *name.former_families)
    )


def _is_given_name(word: str) -> bool:
    """Tell whether a word before a family name says that it is someone else's."""
    return len(word) == 1 or is_listed_given(word)


def _match_all_orders(words: tuple[str, ...], name: PersonName) -> Iterator[NameMatch]:
    """Parse a display name as given and family name, in reverse order, and with one extra word."""
    yield from _match_in_order(words, name)
    if words and "".join(words) == _squash_cached(name.given):
        yield NameMatch(level=MatchLevel.GIVEN)
    for each in _match_in_order(words[1:] + words[:1], name):
        if each.level in {MatchLevel.EXACT, MatchLevel.INITIAL}:
            yield each
    for each in _match_in_order(words[:-1], name):
        if each.level in FULL_LEVELS:
            yield NameMatch(level=each.level, middle=MiddleMatch.FURTHER)


def _match_in_order(words: tuple[str, ...], name: PersonName) -> Iterator[NameMatch]:
    """Compare words that end with the family name."""
    for family in (name.family, *name.former_families):
        size = _count_trailing_family(words, family)
        if size:
            each = _match_before_family(words[:-size], name)
            former = family != name.family and each.level in FULL_LEVELS
            yield NameMatch(level=MatchLevel.FORMER, middle=each.middle) if former else each
    if len(words) > 1 and _is_misspelling(words[-1], _squash_cached(name.family)):
        each = _match_before_family(words[:-1], name)
        if each.level in FULL_LEVELS:
            yield NameMatch(level=MatchLevel.NEAR, middle=each.middle)


def _count_trailing_family(words: tuple[str, ...], family: str) -> int:
    """Return how many of the last words are the family name; half a double name will do."""
    target = _squash_cached(family)
    for size in range(1, min(_LONGEST_FAMILY, len(words)) + 1):
        if _squash_cached("".join(words[-size:])) == target:
            return size
    theirs = set(words[-1].split("-")) if words else set()
    ours = {part for word in split_words(family) for part in word.split("-")} - PARTICLES
    double = len(theirs) > 1 or len(ours) > 1
    return int(double and not theirs.isdisjoint(ours))


def _match_before_family(words: tuple[str, ...], name: PersonName) -> NameMatch:
    """Compare what comes before the family name."""
    if not words:
        return NameMatch(level=MatchLevel.FAMILY)
    given, first = _squash_cached(name.given), _squash_cached(words[0])
    if first == given:
        return NameMatch(level=MatchLevel.EXACT, middle=_match_middle(words[1:], name))
    if _squash_cached("".join(words[:2])) == given:
        return NameMatch(level=MatchLevel.EXACT, middle=_match_middle(words[2:], name))
    return _match_other_given(words, name)


def _match_other_given(words: tuple[str, ...], name: PersonName) -> NameMatch:
    """Compare words that do not begin with the given name itself."""
    first, called = _squash_cached(words[0]), _list_call_names(name)
    if first in called or first in _list_middle_call_names(name):
        return NameMatch(level=MatchLevel.NICKNAME, middle=_match_middle(words[1:], name))
    # "Anna Maria" may go by her second name; only a known first one contradicts.
    if not called.isdisjoint(words[1:]):
        return NameMatch(level=MatchLevel.NICKNAME, middle=_match_middle(words[:1], name))
    if _is_given_initial(first, name):
        return NameMatch(level=MatchLevel.INITIAL, middle=_match_middle(words[1:], name))
    # A name that people bear is another name and no misspelling.
    near = _is_misspelling(first, _squash_cached(name.given)) and not is_listed_given(first)
    return NameMatch(level=MatchLevel.NEAR) if near else NO_MATCH


@lru_cache(maxsize=_REMEMBERED)
def _list_call_names(name: PersonName) -> frozenset[str]:
    """Return what else the person may be called, in one plain word each."""
    given = _squash_cached(name.given)
    nicknames = {_squash_cached(each) for each in name.nicknames}
    return list_other_givens(given) | nicknames | {given, *split_words(name.given)[:1]}


@lru_cache(maxsize=_REMEMBERED)
def _list_middle_call_names(name: PersonName) -> frozenset[str]:
    """Return what people who go by their middle name are called; an initial is no such name."""
    middle = _squash_cached(name.middle)
    return list_other_givens(middle) | {middle} if len(middle) > 1 else frozenset()


def _is_given_initial(first: str, name: PersonName) -> bool:
    given, middle = _squash_cached(name.given), _squash_cached(name.middle)
    if len(given) == 1:
        return first.startswith(given)
    nicknames = {_squash_cached(each)[:1] for each in name.nicknames}
    return first in {given[:1], given[:1] + middle[:1]} | nicknames


def _match_middle(words: tuple[str, ...], name: PersonName) -> MiddleMatch:
    theirs = next((word for word in words if word not in PARTICLES), "")
    ours = _squash_cached(name.middle)
    if not theirs or not ours:
        return MiddleMatch.SILENT
    initial = 1 in {len(theirs), len(ours)} and theirs[0] == ours[0]
    return MiddleMatch.AGREES if theirs == ours or initial else MiddleMatch.CONFLICTS


def _is_misspelling(word: str, right: str) -> bool:
    if word == right or len(right) < _SPELLABLE:
        return False
    allowed = 2 if len(right) >= _LONG else 1
    return is_lookalike_text(word, right) or OSA.distance(word, right) <= allowed
