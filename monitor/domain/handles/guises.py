"""A handle without what was added to it: a number, a boast, a title."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from monitor.domain.handles.epithets import EPITHETS
from monitor.domain.handles.glyphs import Glyphs

_LONGEST_FIRST = "|".join(sorted(EPITHETS, key=lambda word: (-len(word), word)))
# So many signs must be left of a handle that something is taken off.
_LEFT = 3
_BEFORE = re.compile(rf"^(?:{_LONGEST_FIRST})[._-]*(?=[^._-].{{{_LEFT - 1}}})")
_BEHIND = re.compile(rf"(?<=.{{{_LEFT}}})[._-]*(?:{_LONGEST_FIRST}|x)[._-]*$")
_NUMBER = re.compile(rf"(?<=.{{{_LEFT}}})[._-]*\d+[._-]*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Guise:
    """What is left of a handle, and which words and numbers were taken off."""

    glyphs: Glyphs
    taken: tuple[str, ...] = ()


def guises(whole: Glyphs) -> Iterator[Guise]:
    """Yield the handle as it is, and what is left without numbers and such words."""
    found = [Guise(glyphs=whole)]
    for addition in (_NUMBER, _BEHIND, _NUMBER, _BEFORE, _BEFORE):
        found += [bare for each in found for bare in _without(addition, each)]
    yield from dict.fromkeys(found)


def _without(addition: re.Pattern[str], guise: Guise) -> Iterator[Guise]:
    held = guise.glyphs
    found = addition.search(held.seen)
    if found:
        start, end = found.span()
        word = held.seen[start:end].strip("._-")
        yield Guise(
            glyphs=Glyphs(
                seen=held.seen[:start] + held.seen[end:],
                signs=held.signs[:start] + held.signs[end:],
            ),
            taken=(*guise.taken, word),
        )
