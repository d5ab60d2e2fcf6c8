"""Whether one handle imitates another, and how, in words."""

import re
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import OSA

from monitor.domain.handles import local_part, same_handle
from monitor.domain.spelling import latinised, look_alike, plain, shapes


class Trick(StrEnum):
    """How a handle comes close to another one."""

    HOST = "host"
    SEPARATORS = "separators"
    ALPHABET = "alphabet"
    LOOK = "look"
    NUMBER = "number"
    AFFIX = "affix"
    SPELLING = "spelling"


REASONS = {
    Trick.HOST: "Its handle is yours, under another host name.",
    Trick.SEPARATORS: "Its handle differs from yours only by dots, dashes or underscores.",
    Trick.ALPHABET: "Its handle is yours, written with letters of another alphabet.",
    Trick.LOOK: "Its handle is yours, with letters replaced by signs that look alike.",
    Trick.NUMBER: "Its handle differs from yours only by a number.",
    Trick.AFFIX: "Its handle is yours, with a word such as 'official' or 'real' added.",
    Trick.SPELLING: "Its handle differs from yours by a letter or two.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Imitation:
    """`likeness` is 1 for what passes for the original, and falls with every other letter."""

    trick: Trick
    likeness: float = 1.0

    @property
    def reason(self) -> str:
        return REASONS[self.trick]

    @property
    def deliberate(self) -> bool:
        """A namesake who finds a handle taken adds a dot or a number, and means no harm."""
        return self.trick not in {Trick.SEPARATORS, Trick.NUMBER}

    @property
    def unmistakable(self) -> bool:
        """A handle that is but spelt like it may be that of somebody with a similar name."""
        return self.deliberate and self.trick is not Trick.SPELLING


_AFFIXES = re.compile(
    r"^(?:the|real|official|its|iam|im)(?=.{4})|(?<=.{4})(?:official|real|hq|page|backup|new|xo)$"
)
_SHORTEST = 5
# The share of equal letters above which an attacker's handle is told from a neighbour's.
_NEAR = 0.79


def imitates(handle: str, original: str) -> Imitation | None:
    """Say how a handle imitates another one; the same handle imitates nothing."""
    theirs, ours = _joined(local_part(handle)), _joined(local_part(original))
    if len(ours) < _SHORTEST or same_handle(handle, original):
        return None
    if local_part(handle).casefold() == local_part(original).casefold():
        return Imitation(trick=Trick.HOST)
    trick = _trick(theirs, ours)
    if trick:
        return Imitation(trick=trick)
    likeness = max(
        OSA.normalized_similarity(one, other) for one in _guises(theirs) for other in _guises(ours)
    )
    return Imitation(trick=Trick.SPELLING, likeness=likeness) if likeness >= _NEAR else None


def _trick(theirs: str, ours: str) -> Trick | None:
    """Return the plainest trick that turns one handle into the other one."""
    tests = (
        (Trick.SEPARATORS, plain(theirs) == plain(ours)),
        (Trick.ALPHABET, latinised(plain(theirs)) == latinised(plain(ours))),
        (Trick.LOOK, look_alike(theirs, ours)),
        (Trick.NUMBER, _numberless(theirs) == _numberless(ours)),
        (Trick.AFFIX, _core(theirs) == _core(ours)),
        (Trick.LOOK, not _guises(theirs).isdisjoint(_guises(ours))),
    )
    return next((trick for trick, fits in tests if fits), None)


def _joined(handle: str) -> str:
    return re.sub(r"[\s._-]+", "", handle)


def _numberless(handle: str) -> str:
    return plain(handle).strip("0123456789")


def _core(handle: str) -> str:
    return _AFFIXES.sub("", _numberless(handle))


def _guises(handle: str) -> frozenset[str]:
    """Return what a handle looks like at a glance, with and without what was added to it."""
    bare = shapes(_core(handle))
    return shapes(handle) | bare | frozenset(_core(shape) for shape in shapes(handle))
