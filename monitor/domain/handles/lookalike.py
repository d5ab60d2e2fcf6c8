"""Whether one handle imitates another, and how, in words.

The changes that turn one handle into another, and how easily each is overlooked. What was done
to a handle, in words.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import product
from operator import itemgetter

from monitor.domain.edit_distance import count_edits, measure_likeness
from monitor.domain.handles.handles import (
    BOASTS,
    EPITHETS,
    SEPARATORS,
    Glyphs,
    HandleVariant,
    extract_local_part,
    has_invisible_sign,
    is_disguised_letter,
    is_same_handle,
    list_handle_variants,
    read_glyphs,
)
from monitor.domain.names.normalize import squash_text
from monitor.domain.reason import Fact, Listed, Name, Reason, Signs


class HandleChange(StrEnum):
    """What happens to one place of a handle."""

    SEPARATOR = "separator"
    ACCENT = "accent"
    ALPHABET = "alphabet"
    LOOK = "look"
    DOUBLED = "doubled"
    SWAPPED = "swapped"
    NEIGHBOR = "neighbor"
    ADDED = "added"
    DROPPED = "dropped"
    REPLACED = "replaced"
    ORDER = "order"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleEdit:
    """`ours` is in the original, `theirs` replaces it; either may be empty."""

    change: HandleChange
    ours: str
    theirs: str

    @property
    def price(self) -> float:
        return PRICES[self.change]


# In letters: to replace one letter costs 1. Set by hand, by what a hasty reader sees:
# nothing, what passes for the original, a slip of the finger, a letter too many or too few.
_UNSEEN, _OVERLOOKED, _SLIP, _MISCOUNTED, _SEEN = 0.1, 0.2, 0.6, 0.8, 1.0
PRICES = {
    HandleChange.SEPARATOR: _UNSEEN,
    HandleChange.ACCENT: _UNSEEN,
    HandleChange.ALPHABET: _UNSEEN,
    HandleChange.LOOK: _OVERLOOKED,
    HandleChange.DOUBLED: _OVERLOOKED,
    HandleChange.SWAPPED: _SLIP,
    HandleChange.NEIGHBOR: _SLIP,
    HandleChange.ORDER: _SLIP,
    HandleChange.ADDED: _MISCOUNTED,
    HandleChange.DROPPED: _MISCOUNTED,
    HandleChange.REPLACED: _SEEN,
}

# Leet, and what Unicode Technical Standard 39 calls confusable within plain letters and digits.
_SIMILAR_LETTERS = (
    "0o",
    "1l",
    "1i",
    "il",
    "2z",
    "3e",
    "4a",
    "5s",
    "6b",
    "6g",
    "7t",
    "8b",
    "9g",
    "9q",
    "uv",
)
_SIMILAR_SIGNS = ("$s", "@a", "|l", "|i", "!i", "!l")
_ONE_FOR_TWO = {"rn": "m", "nn": "m", "vv": "w", "cl": "d", "c1": "d", "ci": "d"}
_PAIR = 2
# In pairs of letters: handles that differ in more than a name's length are compared place by place.
_LARGEST = 32 * 32
_KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def _list_similar_pairs() -> Iterator[tuple[tuple[str, str], HandleChange]]:
    for upper, lower in zip(_KEYBOARD, (*_KEYBOARD[1:], ""), strict=True):
        # Each key touches the next of its row and two of the row below.
        for at, key in enumerate(upper):
            for other in upper[at + 1 : at + 2] + lower[max(0, at - 1) : at + 1]:
                yield (key, other), HandleChange.NEIGHBOR
    for pair in (*_SIMILAR_LETTERS, *_SIMILAR_SIGNS):
        yield (pair[0], pair[1]), HandleChange.LOOK


_CHANGE_BY_PAIR = {
    pair: change
    for similar_pair, change in _list_similar_pairs()
    for pair in (similar_pair, (similar_pair[1], similar_pair[0]))
}


@dataclass(frozen=True, slots=True)
class _AlignmentStep:
    """One piece of both handles, and what became of it; None where they agree."""

    change: HandleChange | None
    theirs: slice
    ours: slice


def list_cheapest_edits(theirs: Glyphs, ours: Glyphs) -> tuple[HandleEdit, ...]:
    """Return the cheapest changes that turn `ours` into `theirs`, from left to right."""
    found = (
        _build_edit(step, theirs, ours) for step in _align_handles(theirs.letters, ours.letters)
    )
    return tuple(edit for edit in found if edit)


def _build_edit(step: _AlignmentStep, theirs: Glyphs, ours: Glyphs) -> HandleEdit | None:
    change = step.change
    here, there = theirs.signs[step.theirs], ours.signs[step.ours]
    if change is None and [sign.casefold() for sign in here] != [sign.casefold() for sign in there]:
        hidden = any(map(is_disguised_letter, (*here, *there), theirs.letters[step.theirs] * 2))
        change = HandleChange.ALPHABET if hidden else HandleChange.ACCENT
    if change is None:
        return None
    return HandleEdit(change=change, ours="".join(there), theirs="".join(here))


def _align_handles(theirs: str, ours: str) -> Iterator[_AlignmentStep]:
    """Yield the pieces of the cheapest alignment; a common start and end stay as they are."""
    head, tail = _measure_shared_ends(theirs, ours)
    for at in range(head):
        yield _AlignmentStep(None, slice(at, at + 1), slice(at, at + 1))
    yield from _align_middle(theirs[: len(theirs) - tail], ours[: len(ours) - tail], head)
    for back in range(tail, 0, -1):
        i, j = len(theirs) - back, len(ours) - back
        yield _AlignmentStep(None, slice(i, i + 1), slice(j, j + 1))


def _measure_shared_ends(one: str, other: str) -> tuple[int, int]:
    shorter = min(len(one), len(other))
    head = next((at for at in range(shorter) if one[at] != other[at]), shorter)
    rest = shorter - head
    return head, next((at for at in range(rest) if one[-1 - at] != other[-1 - at]), rest)


def _align_middle(theirs: str, ours: str, head: int) -> list[_AlignmentStep]:
    """Align what follows the shared head: Damerau and Levenshtein's distance with our prices."""
    if (len(theirs) - head) * (len(ours) - head) > _LARGEST:
        return [
            _AlignmentStep(HandleChange.REPLACED, slice(at, at + 1), slice(at, at + 1))
            for at in range(head, max(len(theirs), len(ours)))
        ]
    reached: dict[tuple[int, int], tuple[float, _AlignmentStep | None]] = {
        (head, head): (0.0, None)
    }
    for i in range(head, len(theirs) + 1):
        for j in range(head, len(ours) + 1):
            ways = (
                (reached[i - up, j - left][0] + price, change, up, left)
                for price, change, up, left in _list_moves(theirs, ours, i, j)
                if i - up >= head and j - left >= head
            )
            best = min(ways, key=itemgetter(0), default=None)
            if best:
                price, change, up, left = best
                step = _AlignmentStep(change, slice(i - up, i), slice(j - left, j))
                reached[i, j] = (price, step)
    steps, end = list[_AlignmentStep](), (len(theirs), len(ours))
    while last := reached[end][1]:
        steps.append(last)
        end = last.theirs.start, last.ours.start
    return steps[::-1]


def _list_moves(
    theirs: str, ours: str, i: int, j: int
) -> Iterator[tuple[float, HandleChange | None, int, int]]:
    """Yield price, change, and how many letters of both handles it uses up, ending here."""
    here, there = theirs[i - 1 : i], ours[j - 1 : j]
    if here and there:
        if here == there:
            change = None
        elif here in SEPARATORS and there in SEPARATORS:
            change = HandleChange.SEPARATOR
        else:
            change = _CHANGE_BY_PAIR.get((here, there), HandleChange.REPLACED)
        yield (PRICES[change] if change else 0.0), change, 1, 1
    if here:
        change = _classify_gap(here, there, HandleChange.ADDED)
        yield PRICES[change], change, 1, 0
    if there:
        change = _classify_gap(there, here, HandleChange.DROPPED)
        yield PRICES[change], change, 0, 1
    two, pair = theirs[max(0, i - 2) : i], ours[max(0, j - 2) : j]
    if len(two) == len(pair) == _PAIR and two == pair[::-1]:
        yield PRICES[HandleChange.SWAPPED], HandleChange.SWAPPED, 2, 2
    if there and _ONE_FOR_TWO.get(two) == there:
        yield PRICES[HandleChange.LOOK], HandleChange.LOOK, 2, 1
    if here and _ONE_FOR_TWO.get(pair) == here:
        yield PRICES[HandleChange.LOOK], HandleChange.LOOK, 1, 2


def _classify_gap(letter: str, before: str, otherwise: HandleChange) -> HandleChange:
    """Say what a letter of one handle is; `before` is the last one used up of the other."""
    if letter in SEPARATORS:
        return HandleChange.SEPARATOR
    return HandleChange.DOUBLED if letter == before else otherwise


_MOST_PHRASES = 3
_GENERAL_CHANGES = (HandleChange.SEPARATOR, HandleChange.ACCENT, HandleChange.ORDER)


def list_changes(
    edits: Iterable[HandleEdit], added: Iterable[str], dropped: Iterable[str]
) -> Listed:
    """Say how a handle differs from the reader's, change by change."""
    ordered = sorted(edits, key=lambda edit: edit.change in _GENERAL_CHANGES)
    phrases = list(
        dict.fromkeys(
            (
                *(Reason("edit.word-added", {"word": _name_word(word)}) for word in added),
                *(Reason("edit.word-dropped", {"word": _name_word(word)}) for word in dropped),
                *map(_name_edit, ordered),
            )
        )
    ) or [Reason("edit.other")]
    if len(phrases) > _MOST_PHRASES:
        phrases[_MOST_PHRASES - 1 :] = [Reason("edit.more")]
    return Listed(tuple(phrases))


def _name_edit(edit: HandleEdit) -> Reason:
    change, ours = edit.change, _name_own_sign(edit.ours)
    if change in _GENERAL_CHANGES:
        return Reason(f"edit.{change}")
    if change is HandleChange.SWAPPED:
        pair = isinstance(ours, Signs) and len(ours.text) == _PAIR
        two = Listed(tuple(map(Signs, edit.ours)))
        return Reason("edit.swapped", {"ours": two}) if pair else Reason("edit.swapped.two")
    if change is HandleChange.DOUBLED and edit.theirs:
        return Reason("edit.doubled", {"theirs": _name_own_sign(edit.theirs)})
    if not edit.ours:
        return Reason("edit.added", {"theirs": _name_signs(edit.theirs)})
    if not edit.theirs:
        said = "doubled.once" if change is HandleChange.DOUBLED else "dropped"
        return Reason(f"edit.{said}", {"ours": ours})
    letter = ".letter" if len(edit.ours) == 1 and edit.ours.isalpha() else ""
    said = "neighbor" if change is HandleChange.NEIGHBOR else f"replaced{letter}"
    said = "invisible" if has_invisible_sign(edit.theirs) else said
    return Reason(f"edit.{said}", {"ours": ours, "theirs": _name_signs(edit.theirs)})


def _name_own_sign(signs: str) -> Fact:
    return Signs(signs) if signs.isalnum() else Reason("sign")


def _name_word(word: str) -> Fact:
    """Name a word if it is on our own list; a stranger's words are never repeated."""
    if word in EPITHETS:
        return Reason("word", {"word": Name(word)})
    return Reason("word.number" if word.isdecimal() else "word.other")


def _name_signs(signs: str) -> Fact:
    """Name the characters in a handle, so that a reader can tell lookalikes apart."""
    if not signs.isalnum():
        return Reason("sign.other")
    if not signs.isascii():
        alphabet = unicodedata.name(signs[0], "foreign").partition(" ")[0].casefold()
        return Reason(f"alphabet.{alphabet}")
    if len(signs) > 1:
        return Signs(signs)
    kind = "digit" if signs.isdecimal() else "capital" if signs.isupper() else "letter"
    return Reason(f"sign.{kind}", {"sign": Signs(signs)})


class LookalikeKind(StrEnum):
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
_HARMLESS_KINDS = frozenset({LookalikeKind.SEPARATORS, LookalikeKind.NUMBER, LookalikeKind.WORDS})


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleLookalike:
    """`likeness` is 1 for what passes for the original, and falls with every other letter."""

    kind: LookalikeKind
    likeness: float = 1.0
    edits: tuple[HandleEdit, ...] = ()
    added: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()

    @property
    def reason(self) -> Reason:
        return self.build_reason()

    def build_reason(self, original: str = "") -> Reason:
        """Say how it imitates the reader's own handle, or an original that is named."""
        facts: dict[str, Fact] = {"handle": Name(original)} if original else {}
        rule = "handle-like.district" if original else "handle-like"
        if self.kind is LookalikeKind.HOST:
            return Reason(f"{rule}.host", facts)
        changes = list_changes(self.edits, self.added, self.dropped)
        return Reason(rule, {**facts, "changes": changes})

    @property
    def is_deliberate(self) -> bool:
        return self.kind not in _HARMLESS_KINDS

    @property
    def is_unmistakable(self) -> bool:
        """A handle that is but spelt like it may be that of someone with a similar name."""
        return self.is_deliberate and self.kind is not LookalikeKind.SPELLING


_SHORTEST = 5
# Of the handles that come nearest to a stranger's, one in fifty is so near; docs/detection.md.
NEAR_LIKENESS = 0.85
# Handles further apart than this are not worth laying side by side, nor are more of their guises.
_FAR_SIMILARITY = 0.5
_WORTH_ALIGNING = 3
# In letters: an addition without meaning, the same words in another order, any other word.
_REMOVED_WORD_PRICE = 0.6
_ANY_WORD_PRICE = 1.2
_WORDS = re.compile(r"[^\W\d_]+|\d+")
_SHORTEST_CORE = 4
_QUIET_CHANGES = frozenset({HandleChange.SEPARATOR, HandleChange.ACCENT})


@lru_cache(maxsize=4096)
def detect_lookalike(handle: str, original: str) -> HandleLookalike | None:
    """Say how a handle imitates another one; the same handle imitates nothing."""
    if len(squash_text(extract_local_part(original))) < _SHORTEST:
        return None
    found = compare_handles(handle, original)
    return found if found and found.likeness >= NEAR_LIKENESS else None


def compare_handles(handle: str, original: str) -> HandleLookalike | None:
    """Say what would have to be done to come from one handle to another, however much it is.

    None where they are the same, or where nothing of one is left in the other.
    """
    theirs, ours = extract_local_part(handle), extract_local_part(original)
    if not theirs or not ours or is_same_handle(handle, original):
        return None
    if theirs.casefold() == ours.casefold():
        return HandleLookalike(kind=LookalikeKind.HOST)
    found = _list_lookalikes(read_glyphs(theirs), read_glyphs(ours))
    return max(found, key=lambda lookalike: lookalike.likeness, default=None)


def _list_lookalikes(theirs: Glyphs, ours: Glyphs) -> Iterator[HandleLookalike]:
    if not theirs.letters or not ours.letters:
        return
    words = _WORDS.findall(theirs.letters), _WORDS.findall(ours.letters)
    if swapped := _find_other_word(*words):
        yield swapped
        return
    pairs = sorted(
        product(list_handle_variants(theirs), list_handle_variants(ours)),
        key=lambda pair: _estimate_distance(*pair),
    )
    for one, other in pairs[:_WORTH_ALIGNING]:
        if measure_likeness(one.glyphs.letters, other.glyphs.letters) >= _FAR_SIMILARITY:
            yield _compare_variants(one, other)
    yield from _compare_word_lists(*words)


def _find_other_word(theirs: list[str], ours: list[str]) -> HandleLookalike | None:
    """Return what differs where one word stands for another of which no letter is left.

    That is no spelling: somebody of the same name adds what they are.
    """
    if len(theirs) != len(ours):
        return None
    changed = [pair for pair in zip(theirs, ours, strict=True) if pair[0] != pair[1]]
    added, dropped = changed[0] if len(changed) == 1 else ("", "")
    is_other = min(len(added), len(dropped)) > 1 and (added + dropped).isalpha()
    if not is_other or set(added) & set(dropped):
        return None
    likeness = max(0.0, 1 - 2 * _ANY_WORD_PRICE / max(len("".join(ours)), len("".join(theirs))))
    return HandleLookalike(
        kind=LookalikeKind.WORDS, likeness=likeness, added=(added,), dropped=(dropped,)
    )


def _estimate_distance(theirs: HandleVariant, ours: HandleVariant) -> float:
    """Guess what comes of comparing two guises, without telling one change from another."""
    distance = count_edits(theirs.glyphs.letters, ours.glyphs.letters)
    return distance + _REMOVED_WORD_PRICE * (len(theirs.removed_words) + len(ours.removed_words))


def _compare_variants(theirs: HandleVariant, ours: HandleVariant) -> HandleLookalike:
    done = list_cheapest_edits(theirs.glyphs, ours.glyphs)
    added = tuple(word for word in theirs.removed_words if word not in ours.removed_words)
    dropped = tuple(word for word in ours.removed_words if word not in theirs.removed_words)
    price = sum(edit.price for edit in done) + _REMOVED_WORD_PRICE * len(added + dropped)
    size = max(len(theirs.glyphs.letters), len(ours.glyphs.letters))
    return HandleLookalike(
        kind=_classify_edits(done, {*added, *dropped}),
        likeness=max(0.0, 1 - price / size),
        edits=done,
        added=added,
        dropped=dropped,
    )


def _classify_edits(done: tuple[HandleEdit, ...], words: set[str]) -> LookalikeKind:
    """Name the most telling of what was done."""
    loud = [edit for edit in done if edit.change not in _QUIET_CHANGES]
    changes = {edit.change for edit in loud}
    if all(sign.isdecimal() for edit in loud for sign in edit.ours + edit.theirs):
        return _classify_added_words(words) or (
            LookalikeKind.NUMBER if loud else LookalikeKind.SEPARATORS
        )
    if not changes <= {HandleChange.LOOK, HandleChange.ALPHABET}:
        return LookalikeKind.SPELLING
    return LookalikeKind.LOOK if HandleChange.LOOK in changes else LookalikeKind.ALPHABET


def _classify_added_words(words: set[str]) -> LookalikeKind | None:
    if words & BOASTS:
        return LookalikeKind.AFFIX
    if any(not word.isdecimal() for word in words):
        return LookalikeKind.WORDS
    return LookalikeKind.NUMBER if words else None


def _compare_word_lists(theirs: list[str], ours: list[str]) -> Iterator[HandleLookalike]:
    """Compare handles whose words have separators between them."""
    if len(ours) > 1 and theirs != ours and sorted(theirs) == sorted(ours):
        turned = HandleEdit(change=HandleChange.ORDER, ours="".join(ours), theirs="".join(theirs))
        size = len(turned.ours)
        yield HandleLookalike(
            kind=LookalikeKind.WORDS, likeness=1 - turned.price / size, edits=(turned,)
        )
    added, dropped = _list_surrounding_words(ours, theirs), _list_surrounding_words(theirs, ours)
    size = len("".join(theirs if dropped else ours))
    if (added or dropped) and size >= _SHORTEST_CORE:
        likeness = 1 - _ANY_WORD_PRICE / size
        yield HandleLookalike(
            kind=LookalikeKind.WORDS, likeness=likeness, added=added, dropped=dropped
        )


def _list_surrounding_words(core: list[str], words: list[str]) -> tuple[str, ...]:
    """Return what is before and after these words, if the others contain them in one piece."""
    size = len(core)
    for at in range(len(words) - size + 1 if size else 0):
        if words[at : at + size] == core:
            return tuple(words[:at] + words[at + size :])
    return ()
