"""How a handle is made of a name: which pieces of it, and what is left."""

from dataclasses import dataclass
from enum import StrEnum

from monitor.domain.handles.epithets import EPITHETS
from monitor.domain.handles.handles import words_in
from monitor.domain.handles.tiling import Piece, tiled
from monitor.domain.names.parts import Part, parts_in
from monitor.domain.person import PersonName


class Cover(StrEnum):
    """What of a name stands in a handle, best first."""

    FULL = "full"
    NICK = "nick"
    INITIALS = "initials"
    FAMILY = "family"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleFit:
    """`residue` is what of the handle the name does not explain, in plain letters and digits."""

    cover: Cover
    residue: str
    pieces: tuple[Piece, ...] = ()

    @property
    def bare(self) -> bool:
        """Nothing is left but digits and what a teacher or a fan club would add."""
        return all(
            piece.parts or piece.text.isdecimal() or piece.text in EPITHETS for piece in self.pieces
        )

    @property
    def parts(self) -> frozenset[Part]:
        return frozenset(part for piece in self.pieces for part in piece.parts)

    def alone(self, part: Part) -> str:
        """Return the text of a piece that is this part and nothing else, or none."""
        return next((piece.text for piece in self.pieces if piece.parts == (part,)), "")


def fits(handle: str, name: PersonName) -> HandleFit:
    """Say what of a name a handle covers, and what is left of it."""
    words = words_in(handle)
    pieces = tiled(words, parts_in("".join(words), name))
    cover = _cover(pieces)
    left = (each for each in pieces if cover is Cover.NONE or not each.parts)
    return HandleFit(cover=cover, residue="".join(each.text for each in left), pieces=pieces)


def _cover(pieces: tuple[Piece, ...]) -> Cover:
    parts = {part for piece in pieces for part in piece.parts}
    family = Part.FAMILY in parts
    if family and Part.GIVEN in parts:
        return Cover.FULL
    if family and parts & {Part.NICK, Part.MIDDLE, Part.GIVEN_START}:
        return Cover.NICK
    halves = (parts & _BY_GIVEN, parts & _BY_FAMILY)
    if all(halves) and len(parts) > 1 and not any(piece.foreign for piece in pieces):
        return Cover.INITIALS
    return Cover.FAMILY if family else Cover.NONE


_BY_GIVEN = frozenset({Part.GIVEN, Part.NICK, Part.INITIAL})
_BY_FAMILY = frozenset({Part.FAMILY, Part.FAMILY_START, Part.INITIAL})
