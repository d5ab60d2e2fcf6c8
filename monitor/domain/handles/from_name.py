"""How well a name explains a handle: its pieces, and what is left over."""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate

from monitor.domain.handles.handles import BESIDE_A_NAME, EPITHETS, words_in
from monitor.domain.names.parts import Part, Parts, parts_in
from monitor.domain.person import PersonName


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """`parts` are empty for what is not of the name; `beside` are words such as `mrs` or `rep`."""

    text: str
    parts: tuple[Part, ...] = ()
    beside: bool = False

    @property
    def foreign(self) -> bool:
        """Letters that neither the name nor a word beside a name explains."""
        return not self.parts and not self.beside and not self.text.isdecimal()


@dataclass(frozen=True, slots=True)
class _Tiling:
    """The pieces up to one place of a handle; `open` if the next letters may be of something else.

    A short piece in front of such letters is no piece: the `ed` of `edward` is not Ed.
    """

    gain: float
    pieces: tuple[Piece, ...] = ()
    open: bool = True


# In letters: one of the name counts double, one of a piece cut off less, and each piece costs
# something, so that few long pieces win over many short ones.
_WHOLE, _CUT_OFF, _BESIDE, _FOREIGN = 2.0, 1.5, 1.0, -1.0
_PER_PIECE = 1.5
_CUT = frozenset({Part.INITIAL, Part.INITIALS, Part.GIVEN_START, Part.FAMILY_START})
_PARTED = frozenset({Part.FAMILY, Part.GIVEN, Part.MIDDLE})
# Pieces up to the first length stand in many other words; from the second on they seldom do.
_SHORT = 3
_LONG = 6
_BESIDE_A_NAME = [Piece(text=word, beside=True) for word in sorted(BESIDE_A_NAME)]


def tiled(words: tuple[str, ...], parts: Parts) -> tuple[Piece, ...]:
    """Return the pieces of a handle, from left to right; its words say where it may be parted."""
    text = "".join(words)
    bounds = frozenset(accumulate(map(len, words), initial=0))
    pieces = _pieces_in(text, parts, bounds)
    best: list[dict[bool, _Tiling]] = [{} for _ in range(len(text) + 1)]
    best[0][True] = _Tiling(0.0)
    for start in range(len(text)):
        for tiling in best[start].values():
            for piece in pieces[start]:
                end = start + len(piece.text)
                if _follows(piece, tiling, (start in bounds, end in bounds)):
                    _keep(best[end], _grown(tiling, piece, ends=end in bounds))
    return _joined(max(best[-1].values(), key=lambda tiling: tiling.gain).pieces, bounds)


def _pieces_in(text: str, parts: Parts, bounds: frozenset[int]) -> list[list[Piece]]:
    """Return every piece that may begin at each place of a handle; a letter is one, too."""
    found = [[_letter(sign)] for sign in text]
    known = [Piece(text=piece, parts=held) for piece, held in parts.items()]
    known += [piece for piece in _BESIDE_A_NAME if piece.text in text]
    for piece in known:
        start = text.find(piece.text)
        while start >= 0:
            if not (_one_word(piece) and _crossed(bounds, start, len(piece.text))):
                found[start].append(piece)
            start = text.find(piece.text, start + 1)
    return found


@lru_cache(maxsize=4096)
def _letter(sign: str) -> Piece:
    return Piece(text=sign)


def _one_word(piece: Piece) -> bool:
    """Tell whether no separator may stand in a piece; "o-mara" and "ann-mary" are names."""
    return piece.beside or (len(piece.parts) == 1 and piece.parts[0] not in _PARTED)


def _crossed(bounds: frozenset[int], start: int, size: int) -> bool:
    return any(start + at in bounds for at in range(1, size))


def _follows(piece: Piece, tiling: _Tiling, parted: tuple[bool, bool]) -> bool:
    """Tell whether a piece may stand here; `parted` says whether a word begins and ends with it."""
    size = len(piece.text)
    begins = parted[0] or not tiling.pieces[-1].foreign
    if piece.foreign:
        return parted[0] or tiling.open
    if piece.text.isdecimal():
        return True
    if piece.beside:
        return (begins and parted[1]) if size < _SHORT else (begins or parted[1])
    if piece.parts == (Part.INITIALS,):
        return begins and parted[1]
    if size <= _SHORT or piece.parts[0] in _CUT:
        return begins
    return begins or parted[1] or size >= _LONG


def _grown(tiling: _Tiling, piece: Piece, *, ends: bool) -> _Tiling:
    short = bool(piece.parts) and (len(piece.text) <= _SHORT or piece.parts[-1] in _CUT)
    return _Tiling(tiling.gain + _gain(piece), (*tiling.pieces, piece), ends or not short)


def _gain(piece: Piece) -> float:
    size = len(piece.text)
    if piece.parts:
        cut = sum(part in _CUT for part in piece.parts)
        whole = len(piece.parts) > cut
        return size * (_WHOLE if whole else _CUT_OFF) - _PER_PIECE - cut * (_WHOLE - _CUT_OFF)
    if piece.beside:
        return size * _BESIDE - _PER_PIECE
    return 0.0 if piece.text.isdecimal() else _FOREIGN


def _keep(best: dict[bool, _Tiling], tiling: _Tiling) -> None:
    held = best.get(tiling.open)
    if held is None or tiling.gain > held.gain:
        best[tiling.open] = tiling


def _joined(pieces: tuple[Piece, ...], bounds: frozenset[int]) -> tuple[Piece, ...]:
    """Join digits to numbers, and letters of something else as far as a word goes."""
    joined: list[Piece] = []
    at = 0
    for piece in pieces:
        loose = piece.foreign or piece.text.isdecimal()
        if loose and joined and at not in bounds and _alike_of_tiling(joined[-1], piece):
            joined[-1] = Piece(text=joined[-1].text + piece.text)
        else:
            joined.append(piece)
        at += len(piece.text)
    return tuple(joined)


def _alike_of_tiling(one: Piece, other: Piece) -> bool:
    return one.foreign == other.foreign and one.text.isdecimal() == other.text.isdecimal()


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
