"""Whether one handle imitates another, and how, in words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from rapidfuzz.distance import OSA

from monitor.domain.handles.edits import Change, Edit, edits
from monitor.domain.handles.epithets import BOASTS
from monitor.domain.handles.glyphs import Glyphs, glyphs
from monitor.domain.handles.guises import Guise, guises
from monitor.domain.handles.handles import local_part, same_handle
from monitor.domain.handles.retold import retold
from monitor.domain.names.spelling import squashed


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
