"""How well a name explains a handle: its pieces, and what is left over."""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate

from monitor.domain.handles.handles import EPITHETS, NAME_AFFIXES, split_handle_words
from monitor.domain.names.parts import NamePart, PartsByText, list_name_parts
from monitor.domain.person import PersonName


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlePiece:
    """A piece of a handle; `parts` are empty for what is not of the name.

    `is_affix` are words such as "mrs" or "rep".
    """

    text: str
    parts: tuple[NamePart, ...] = ()
    is_affix: bool = False

    @property
    def is_foreign(self) -> bool:
        """Letters that neither the name nor a word beside a name explains."""
        return not self.parts and not self.is_affix and not self.text.isdecimal()


@dataclass(frozen=True, slots=True)
class _Tiling:
    """The pieces up to one place of a handle; `is_open` if the next letters may be another word.

    A short piece in front of such letters is no piece: the "ed" of "edward" is not Ed.
    """

    gain: float
    pieces: tuple[HandlePiece, ...] = ()
    is_open: bool = True


# In letters: one of the name counts double, one of a piece cut off less, and each piece costs
# something, so that few long pieces win over many short ones.
_WHOLE, _CUT_OFF, _BESIDE, _FOREIGN = 2.0, 1.5, 1.0, -1.0
_PER_PIECE = 1.5
_CUT_OFF_PARTS = frozenset(
    {NamePart.INITIAL, NamePart.INITIALS, NamePart.GIVEN_START, NamePart.FAMILY_START}
)
_DIVISIBLE_PARTS = frozenset({NamePart.FAMILY, NamePart.GIVEN, NamePart.MIDDLE})
# Pieces up to the first length are part of many other words; from the second on they rarely are.
_SHORT = 3
_LONG = 6
_AFFIX_PIECES = [HandlePiece(text=word, is_affix=True) for word in sorted(NAME_AFFIXES)]


def tile_handle(words: tuple[str, ...], parts: PartsByText) -> tuple[HandlePiece, ...]:
    """Return the pieces of a handle, from left to right; its words say where it may be parted."""
    text = "".join(words)
    bounds = frozenset(accumulate(map(len, words), initial=0))
    pieces = _list_pieces_by_start(text, parts, bounds)
    best: list[dict[bool, _Tiling]] = [{} for _ in range(len(text) + 1)]
    best[0][True] = _Tiling(0.0)
    for start in range(len(text)):
        for tiling in best[start].values():
            for piece in pieces[start]:
                end = start + len(piece.text)
                if _can_follow(piece, tiling, (start in bounds, end in bounds)):
                    _keep_best_tiling(best[end], tiling, piece, ends=end in bounds)
    return _join_pieces(max(best[-1].values(), key=lambda tiling: tiling.gain).pieces, bounds)


def _list_pieces_by_start(
    text: str, parts: PartsByText, bounds: frozenset[int]
) -> list[list[HandlePiece]]:
    """Return every piece that may begin at each place of a handle; a letter is one, too."""
    found = [[_build_letter_piece(sign)] for sign in text]
    known = [HandlePiece(text=piece, parts=held) for piece, held in parts.items()]
    known += [piece for piece in _AFFIX_PIECES if piece.text in text]
    for piece in known:
        start = text.find(piece.text)
        while start >= 0:
            inner = range(start + 1, start + len(piece.text))
            if bounds.isdisjoint(inner) or not _is_single_word(piece):
                found[start].append(piece)
            start = text.find(piece.text, start + 1)
    return found


@lru_cache(maxsize=4096)
def _build_letter_piece(sign: str) -> HandlePiece:
    return HandlePiece(text=sign)


def _is_single_word(piece: HandlePiece) -> bool:
    """Tell whether a piece may have no separator in it; "o-mara" and "ann-mary" are names."""
    return piece.is_affix or (len(piece.parts) == 1 and piece.parts[0] not in _DIVISIBLE_PARTS)


def _can_follow(piece: HandlePiece, tiling: _Tiling, parted: tuple[bool, bool]) -> bool:
    """Tell whether a piece may be here; `parted` says whether a word begins and ends with it."""
    size = len(piece.text)
    begins = parted[0] or not tiling.pieces[-1].is_foreign
    if piece.is_foreign:
        return parted[0] or tiling.is_open
    if piece.text.isdecimal():
        return True
    if piece.is_affix:
        return (begins and parted[1]) if size < _SHORT else (begins or parted[1])
    if piece.parts == (NamePart.INITIALS,):
        return begins and parted[1]
    if size <= _SHORT or piece.parts[0] in _CUT_OFF_PARTS:
        return begins
    return begins or parted[1] or size >= _LONG


def _score_piece(piece: HandlePiece) -> float:
    size = len(piece.text)
    if piece.parts:
        cut = sum(part in _CUT_OFF_PARTS for part in piece.parts)
        whole = len(piece.parts) > cut
        return size * (_WHOLE if whole else _CUT_OFF) - _PER_PIECE - cut * (_WHOLE - _CUT_OFF)
    if piece.is_affix:
        return size * _BESIDE - _PER_PIECE
    return 0.0 if piece.text.isdecimal() else _FOREIGN


def _keep_best_tiling(
    best: dict[bool, _Tiling], before: _Tiling, piece: HandlePiece, *, ends: bool
) -> None:
    """Add a piece, and keep what comes of it if nothing better is known."""
    short = bool(piece.parts) and (len(piece.text) <= _SHORT or piece.parts[-1] in _CUT_OFF_PARTS)
    is_open = ends or not short
    gain = before.gain + _score_piece(piece)
    held = best.get(is_open)
    if held is None or gain > held.gain:
        best[is_open] = _Tiling(gain, (*before.pieces, piece), is_open)


def _join_pieces(
    pieces: tuple[HandlePiece, ...], bounds: frozenset[int]
) -> tuple[HandlePiece, ...]:
    """Join digits to numbers, and letters of something else as far as a word goes."""
    joined: list[HandlePiece] = []
    at = 0
    for piece in pieces:
        loose = piece.is_foreign or piece.text.isdecimal()
        if loose and joined and at not in bounds and _is_same_kind(joined[-1], piece):
            joined[-1] = HandlePiece(text=joined[-1].text + piece.text)
        else:
            joined.append(piece)
        at += len(piece.text)
    return tuple(joined)


def _is_same_kind(one: HandlePiece, other: HandlePiece) -> bool:
    return one.is_foreign == other.is_foreign and one.text.isdecimal() == other.text.isdecimal()


class NameCover(StrEnum):
    """The parts of a name in a handle, best first."""

    FULL = "full"
    NICK = "nick"
    INITIALS = "initials"
    FAMILY = "family"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleFit:
    """`residue` is what of the handle the name does not explain, in plain letters and digits."""

    cover: NameCover
    residue: str
    pieces: tuple[HandlePiece, ...] = ()

    @property
    def is_only_name(self) -> bool:
        """Nothing is left but digits and what a teacher or a fan club would add."""
        return all(
            piece.parts or piece.text.isdecimal() or piece.text in EPITHETS for piece in self.pieces
        )

    @property
    def adds_initial(self) -> bool:
        """It is the name with one more letter inside, as people add their middle initial.

        A letter that is written twice is none, nor is one beside a digit, as in "maris0l": so look
        imitations.
        """
        words = list(self.pieces)
        while words and words[-1].text.isdecimal():
            words.pop()
        added = [at for at, piece in enumerate(words) if not piece.parts]
        if len(added) != 1 or not 0 < added[0] < len(words) - 1:
            return False
        before, letter, after = (words[added[0] + step].text for step in (-1, 0, 1))
        return letter.isalpha() and len(letter) == 1 and letter not in {before[-1], after[0]}

    @property
    def name_parts(self) -> frozenset[NamePart]:
        return frozenset(part for piece in self.pieces for part in piece.parts)

    def get_part_text(self, part: NamePart) -> str:
        """Return the text of a piece that is this part and nothing else, or none."""
        return next((piece.text for piece in self.pieces if piece.parts == (part,)), "")


@lru_cache(maxsize=4096)
def fit_name_to_handle(handle: str, name: PersonName) -> HandleFit:
    """Say what of a name a handle covers, and what is left of it."""
    words = split_handle_words(handle)
    pieces = tile_handle(words, list_name_parts("".join(words), name))
    cover = _choose_cover(pieces)
    left = (piece for piece in pieces if cover is NameCover.NONE or not piece.parts)
    return HandleFit(cover=cover, residue="".join(piece.text for piece in left), pieces=pieces)


def _choose_cover(pieces: tuple[HandlePiece, ...]) -> NameCover:
    parts = {part for piece in pieces for part in piece.parts}
    family = NamePart.FAMILY in parts
    if family and NamePart.GIVEN in parts:
        return NameCover.FULL
    if family and parts & {NamePart.NICK, NamePart.MIDDLE, NamePart.GIVEN_START}:
        return NameCover.NICK
    halves = (parts & _GIVEN_PARTS, parts & _FAMILY_PARTS)
    if all(halves) and len(parts) > 1 and not any(piece.is_foreign for piece in pieces):
        return NameCover.INITIALS
    return NameCover.FAMILY if family else NameCover.NONE


_GIVEN_PARTS = frozenset({NamePart.GIVEN, NamePart.NICK, NamePart.INITIAL})
_FAMILY_PARTS = frozenset({NamePart.FAMILY, NamePart.FAMILY_START, NamePart.INITIAL})
