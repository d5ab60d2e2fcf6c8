"""Whether one handle imitates another, and how, in words.

The changes that turn one handle into another, and how easily each is overlooked. What was done
to a handle, in words.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from operator import itemgetter

from rapidfuzz.distance import OSA

from monitor.domain.handles.handles import (
    BOASTS,
    EPITHETS,
    SEPARATORS,
    Glyphs,
    Guise,
    disguised,
    glyphs,
    guises,
    hidden,
    local_part,
    same_handle,
)
from monitor.domain.names.normalize import squashed


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


_MOST = 3
_SILENT = {
    Change.SEPARATOR: "dots, dashes or underscores differ",
    Change.ACCENT: "accents differ",
    Change.ORDER: "its words are in a different order",
}


def retold(edits: Iterable[Edit], added: Iterable[str], dropped: Iterable[str]) -> str:
    """Say how a handle differs from the reader's: "Its handle is yours, but the l is …"."""
    told = list(dict.fromkeys(_phrases(edits, added, dropped))) or ["it is written in another way"]
    if len(told) > _MOST:
        told[_MOST - 1 :] = ["more is changed"]
    return f"Its handle is yours, but {_listed(told)}."


def _phrases(edits: Iterable[Edit], added: Iterable[str], dropped: Iterable[str]) -> Iterator[str]:
    yield from (f"{_word(word)} is added" for word in added)
    yield from (f"{_word(word)} is left out" for word in dropped)
    told = sorted(edits, key=lambda edit: edit.change in _SILENT)
    yield from (_SILENT.get(edit.change) or _phrase(edit) for edit in told)


def _listed(phrases: list[str]) -> str:
    *first, last = phrases
    return f"{', '.join(first)} and {last}" if first else last


def _phrase(edit: Edit) -> str:
    change, ours, theirs = edit.change, _own(edit.ours), edit.theirs
    if change is Change.SWAPPED:
        two = f"{ours[0]} and {ours[1]}" if len(ours) == _PAIR else "two letters"
        return f"{two} have changed places"
    if change is Change.DOUBLED:
        return f"the {_own(theirs)} is doubled" if theirs else f"a double {ours} is written once"
    if not ours or not theirs:
        return f"the {ours} is left out" if ours else f"{_named(theirs)} is added"
    if hidden(theirs):
        return f"the {ours} is joined by an invisible character"
    beside = " (beside it on the keyboard)" if change is Change.NEIGHBOUR else ""
    return f"the {ours} is replaced by {_named(theirs)}{beside}"


def _own(signs: str) -> str:
    return signs if not signs or signs.isalnum() else "sign"


def _word(word: str) -> str:
    """Name a word of ours; a stranger's words are not repeated, whoever reads this."""
    if word in EPITHETS:
        return f'"{word}"'
    return "a number" if word.isdecimal() else "another word"


def _named(signs: str) -> str:
    """Name what stands in a handle, so that it is told from what it looks like."""
    if not signs.isalnum():
        return "another character"
    if not signs.isascii():
        alphabet = unicodedata.name(signs[0], "foreign").partition(" ")[0].title()
        return f"{_article(alphabet)} {alphabet} letter"
    if len(signs) > 1:
        return signs
    if signs.isdecimal():
        return f"the digit {signs}"
    return f"a capital {signs}" if signs.isupper() else f"{_article(signs)} {signs}"


def _article(word: str) -> str:
    vowel_sound = (
        word[0].casefold() in "aeiou" if len(word) > 1 else word.casefold() in "aefhilmnorsx"
    )
    return "an" if vowel_sound else "a"


class Trick(StrEnum):
    """How a handle comes close to another one, the most telling trick first.

    WORDS is a title or any other word, which a namesake may add, too.
    """

    HOST = "host"
    SPELLING = "spelling"
    LOOK = "look"
    ALPHABET = "alphabet"
    AFFIX = "affix"
    WORDS = "words"
    NUMBER = "number"
    SEPARATORS = "separators"


# A namesake who finds a handle taken does these, too, and means no harm.
_HARMLESS = frozenset({Trick.SEPARATORS, Trick.NUMBER, Trick.WORDS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Imitation:
    """`likeness` is 1 for what passes for the original, and falls with every other letter."""

    trick: Trick
    likeness: float = 1.0
    edits: tuple[Edit, ...] = ()
    added: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        if self.trick is Trick.HOST:
            return "Its handle is yours, under another host name."
        return retold(self.edits, self.added, self.dropped)

    @property
    def deliberate(self) -> bool:
        return self.trick not in _HARMLESS

    @property
    def unmistakable(self) -> bool:
        """A handle that is but spelt like it may be that of somebody with a similar name."""
        return self.deliberate and self.trick is not Trick.SPELLING


_SHORTEST = 5
# Of the handles that come nearest to a stranger's, one in fifty is so near; docs/detection.
NEAR = 0.85
# Handles further apart than this are not worth laying side by side, nor are more of their guises.
_FAR = 0.5
_WORTH_ALIGNING = 3
# In letters: an addition that says nothing, the same words turned round, a word that may be any.
_TAKEN = 0.6
_ANY_WORD = 1.2
_WORDS = re.compile(r"[^\W\d_]+|\d+")
_SHORTEST_CORE = 4
_QUIET = frozenset({Change.SEPARATOR, Change.ACCENT})


def imitates(handle: str, original: str) -> Imitation | None:
    """Say how a handle imitates another one; the same handle imitates nothing."""
    if len(squashed(local_part(original))) < _SHORTEST:
        return None
    found = nearest(handle, original)
    return found if found and found.likeness >= NEAR else None


def nearest(handle: str, original: str) -> Imitation | None:
    """Say what would have to be done to come from one handle to another, however much it is.

    None where they are the same, or where nothing of one is left in the other.
    """
    theirs, ours = local_part(handle), local_part(original)
    if not theirs or not ours or same_handle(handle, original):
        return None
    if theirs.casefold() == ours.casefold():
        return Imitation(trick=Trick.HOST)
    found = _ways(glyphs(theirs), glyphs(ours))
    return max(found, key=lambda each: each.likeness, default=None)


def _ways(theirs: Glyphs, ours: Glyphs) -> Iterator[Imitation]:
    if not theirs.seen or not ours.seen:
        return
    pairs = sorted(product(guises(theirs), guises(ours)), key=lambda pair: _at_first(*pair))
    for one, other in pairs[:_WORTH_ALIGNING]:
        if OSA.normalized_similarity(one.glyphs.seen, other.glyphs.seen) >= _FAR:
            yield _compared(one, other)
    yield from _by_words(_WORDS.findall(theirs.seen), _WORDS.findall(ours.seen))


def _at_first(theirs: Guise, ours: Guise) -> float:
    """Guess what comes of comparing two guises, without telling one change from another."""
    distance = OSA.distance(theirs.glyphs.seen, ours.glyphs.seen)
    return distance + _TAKEN * (len(theirs.taken) + len(ours.taken))


def _compared(theirs: Guise, ours: Guise) -> Imitation:
    done = edits(theirs.glyphs, ours.glyphs)
    added = tuple(word for word in theirs.taken if word not in ours.taken)
    dropped = tuple(word for word in ours.taken if word not in theirs.taken)
    price = sum(edit.price for edit in done) + _TAKEN * len(added + dropped)
    size = max(len(theirs.glyphs.seen), len(ours.glyphs.seen))
    return Imitation(
        trick=_trick(done, {*added, *dropped}),
        likeness=max(0.0, 1 - price / size),
        edits=done,
        added=added,
        dropped=dropped,
    )


def _trick(done: tuple[Edit, ...], words: set[str]) -> Trick:
    """Name the most telling of what was done."""
    loud = [edit for edit in done if edit.change not in _QUIET]
    changes = {edit.change for edit in loud}
    if all(sign.isdecimal() for edit in loud for sign in edit.ours + edit.theirs):
        return _added(words) or (Trick.NUMBER if loud else Trick.SEPARATORS)
    if not changes <= {Change.LOOK, Change.ALPHABET}:
        return Trick.SPELLING
    return Trick.LOOK if Change.LOOK in changes else Trick.ALPHABET


def _added(words: set[str]) -> Trick | None:
    if words & BOASTS:
        return Trick.AFFIX
    if any(not word.isdecimal() for word in words):
        return Trick.WORDS
    return Trick.NUMBER if words else None


def _by_words(theirs: list[str], ours: list[str]) -> Iterator[Imitation]:
    """Compare handles whose words are told apart by separators."""
    if len(ours) > 1 and theirs != ours and sorted(theirs) == sorted(ours):
        turned = Edit(change=Change.ORDER, ours="".join(ours), theirs="".join(theirs))
        size = len(turned.ours)
        yield Imitation(trick=Trick.WORDS, likeness=1 - turned.price / size, edits=(turned,))
    added, dropped = _around(ours, theirs), _around(theirs, ours)
    size = len("".join(theirs if dropped else ours))
    if (added or dropped) and size >= _SHORTEST_CORE:
        likeness = 1 - _ANY_WORD / size
        yield Imitation(trick=Trick.WORDS, likeness=likeness, added=added, dropped=dropped)


def _around(core: list[str], words: list[str]) -> tuple[str, ...]:
    """Return what stands before and after these words, if they stand in the others in one piece."""
    size = len(core)
    for at in range(len(words) - size + 1 if size else 0):
        if words[at : at + size] == core:
            return tuple(words[:at] + words[at + size :])
    return ()
