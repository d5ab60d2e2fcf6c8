"""Two texts laid on each other: what was added, what was taken away, word by word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import Indel

# Nobody reads marks in a longer text, and a hostile one costs the square of its length.
_MOST_WORDS = 2_000
_PIECES = re.compile(r"\w+|\s+|[^\w\s]")


class MarkKind(StrEnum):
    KEPT = "kept"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A run of text; the kept and the removed ones together are the older text, letter by letter.

    The kept and the added ones are the newer.
    """

    kind: MarkKind
    text: str


def marked(before: str, after: str) -> tuple[Mark, ...]:
    """Mark what became of a text, by words: a blank between two changes is part of them."""
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    if max(len(old), len(new)) > _MOST_WORDS and before != after:
        return tuple(_changed(before, after))
    return tuple(_joined(old, new))


def marked_list(before: Sequence[str], after: Sequence[str]) -> tuple[Mark, ...]:
    """Mark what became of a list, each entry whole."""
    old, new = dict.fromkeys(before), dict.fromkeys(after)
    kept = [Mark(kind=MarkKind.KEPT, text=each) for each in old if each in new]
    gone = [Mark(kind=MarkKind.REMOVED, text=each) for each in old if each not in new]
    come = [Mark(kind=MarkKind.ADDED, text=each) for each in new if each not in old]
    return (*kept, *gone, *come)


def _joined(old: list[str], new: list[str]) -> Iterator[Mark]:
    gone = come = ""
    for step in Indel.opcodes(old, new):
        was = "".join(old[step.src_start : step.src_end])
        now = "".join(new[step.dest_start : step.dest_end])
        if step.tag == "equal" and not (was.isspace() and (gone or come)):
            yield from _changed(gone, come)
            yield Mark(kind=MarkKind.KEPT, text=was)
            gone = come = ""
        else:
            gone, come = gone + was, come + now
    yield from _changed(gone, come)


def _changed(gone: str, come: str) -> Iterator[Mark]:
    if gone:
        yield Mark(kind=MarkKind.REMOVED, text=gone)
    if come:
        yield Mark(kind=MarkKind.ADDED, text=come)
