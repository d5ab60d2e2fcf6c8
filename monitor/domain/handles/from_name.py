"""How well a name explains a handle: its pieces, what is left over, and what each weighs.

Weights are in bits, fitted to 1,962 names and handles of officials by
`tests/bench/handle_weights.py`, then rounded and shrunk; those set by hand are too rare in these
rows. docs/handles.md has the table.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate

from monitor.domain.evidence import Axis, Evidence
from monitor.domain.handles.handles import BESIDE_A_NAME, EPITHETS, opaque, words_in
from monitor.domain.names.frequency import Counts, NameCounts
from monitor.domain.names.nicknames import listed
from monitor.domain.names.normalize import squashed
from monitor.domain.names.parts import NameForms, Part, Parts, forms_of, parts_in
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    name: str
    bits: float
    reason: str

    def holds(self, *, bits: float | None = None, reason: str = "") -> Evidence:
        return Evidence(
            rule=self.name,
            axis=Axis.CLAIM,
            bits=self.bits if bits is None else bits,
            reason=reason or self.reason,
        )


ANYBODY = Weight(
    name="handle-anybody", bits=-1.9, reason="Most handles that come up belong to someone else."
)
OPAQUE = Weight(
    name="handle-opaque", bits=0.9, reason="Its network made up the handle, so it says nothing."
)
# By hand, beside what the handle itself says: people who never met share a common name or word.
SAME = Weight(name="handle-same", bits=5.0, reason="The handles are the same.")
NOTHING = Weight(name="handle-nothing", bits=-4.5, reason="The handle holds nothing of your name.")

FAMILY = Weight(name="handle-family", bits=3.9, reason="The handle holds your family name.")
GIVEN = Weight(name="handle-given", bits=1.1, reason="The handle holds your given name.")
NICK = Weight(
    name="handle-nickname", bits=-0.5, reason="The handle holds another form of your given name."
)
MIDDLE = Weight(name="handle-middle", bits=0.3, reason="The handle holds your middle name.")
BOTH = Weight(
    name="handle-both", bits=3.8, reason="The handle holds both a given and the family name."
)
# By hand, shrunk: a letter drawn from 26 would agree by chance once in 4.7 bits.
INITIAL = Weight(name="handle-initial", bits=2.0, reason="One of your initials is next to it.")
INITIALS = Weight(
    name="handle-all-initials", bits=2.6, reason="The handle holds all your initials."
)
# By hand, shrunk: two given letters, and a third one between them, are a stranger's once in 9 bits.
HEADS = Weight(
    name="handle-heads",
    bits=5.0,
    reason="The handle is two or three letters, from your first initial to your last.",
)
MOST_HEADS = 3
# By hand: few go by an initial that is none of theirs, and many share a family name.
OTHER_INITIAL = Weight(
    name="handle-other-initial", bits=-2.5, reason="The handle holds another initial."
)
MOST_INITIALS = 2
# By hand, shrunk: two letters more agree by chance once in 8 bits.
FAMILY_START = Weight(
    name="handle-family-start", bits=2.5, reason="The handle holds the start of your family name."
)
GIVEN_START = Weight(
    name="handle-given-start", bits=0.5, reason="The handle holds the start of your given name."
)
# By hand, for each letter in a row beyond the second: three stand in one of thirty strangers'
# handles, four in one of two hundred.
SHARED = Weight(name="handle-shared-letters", bits=1.5, reason="")
SHARED_BY_CHANCE = 2
MOST_SHARED = 4

# A share of how rare a name is, in bits beyond that of a common one.
RARE_FAMILY = Weight(name="handle-rare-family", bits=0.6, reason="")
RARE_GIVEN = Weight(name="handle-rare-given", bits=0.4, reason="")
USUAL_FAMILY = 12.0
USUAL_GIVEN = 8.0
# Beyond it a name is as rare as any word is that somebody thought of.
MOST_RARE = 4.0

# For each letter that the name does not explain.
BESIDE_FAMILY = Weight(name="handle-beside-family", bits=-0.8, reason="")
BESIDE_GIVEN = Weight(name="handle-beside-given", bits=-1.1, reason="")
BESIDE_BOTH = Weight(name="handle-beside-both", bits=-0.5, reason="")
MOST_LETTERS = 5
OTHER_GIVEN = Weight(
    name="handle-other-given", bits=-2.2, reason="The handle holds another given name."
)
AGAINST = frozenset(
    rule.name for rule in (BESIDE_FAMILY, BESIDE_GIVEN, BESIDE_BOTH, OTHER_GIVEN, OTHER_INITIAL)
)

_BY_PART = (
    (Part.FAMILY, FAMILY),
    (Part.GIVEN, GIVEN),
    (Part.NICK, NICK),
    (Part.MIDDLE, MIDDLE),
    (Part.GIVEN_START, GIVEN_START),
    (Part.FAMILY_START, FAMILY_START),
    (Part.INITIAL, INITIAL),
    (Part.INITIALS, INITIALS),
)
_INITIALS = frozenset({Part.INITIAL, Part.INITIALS})
_CALLED = frozenset({Part.GIVEN, Part.NICK, Part.MIDDLE, Part.GIVEN_START})


def from_name(handle: str, name: PersonName, counts: NameCounts) -> tuple[Evidence, ...]:
    """Weigh a handle against a name; the sum is positive where it is likelier theirs than not."""
    return tuple(_from_name(handle, name, counts))


def _from_name(handle: str, name: PersonName, counts: NameCounts) -> Iterator[Evidence]:
    yield ANYBODY.holds()
    if opaque(handle):
        yield OPAQUE.holds()
        return
    fit = fits(handle, name)
    parts = fit.parts
    if not parts:
        yield NOTHING.holds()
        yield from _alike(fit, name)
        return
    yield from (rule.holds() for part, rule in _BY_PART if part in parts)
    yield from _rarity(fit, name, counts)
    if Part.FAMILY in parts and parts & _CALLED:
        yield BOTH.holds()
    yield from _against(fit, forms_of(name))


def _alike(fit: HandleFit, name: PersonName) -> Iterator[Evidence]:
    """Weigh letters in a row that name and handle share, where no part of the name is whole."""
    forms = forms_of(name)
    letters = "".join(filter(str.isalpha, fit.residue))
    if 1 < len(letters) <= MOST_HEADS and letters[0] + letters[-1] == forms.first_and_last:
        yield HEADS.holds()
    parts = (*forms.givens, *forms.families)
    shared = max((_run(fit.residue, part) for part in parts), key=len, default="")
    beyond = len(shared) - SHARED_BY_CHANCE
    if beyond > 0:
        yield SHARED.holds(
            bits=SHARED.bits * min(beyond, MOST_SHARED),
            reason=f"The handle shares the letters {shared} with your name.",
        )


def _run(text: str, part: str) -> str:
    """Return the longest run of letters that two words share."""
    runs = (
        part[start : start + size]
        for size in range(len(part), 0, -1)
        for start in range(len(part) - size + 1)
    )
    return next((run for run in runs if run in text), "")


def _rarity(fit: HandleFit, name: PersonName, counts: NameCounts) -> Iterator[Evidence]:
    if Part.FAMILY in fit.parts:
        family = fit.alone(Part.FAMILY) or squashed(name.family)
        yield _rare(RARE_FAMILY, family, counts.family, USUAL_FAMILY)
    called = fit.alone(Part.GIVEN) or fit.alone(Part.NICK) or squashed(name.given)
    if fit.parts & _CALLED - {Part.MIDDLE}:
        yield _rare(RARE_GIVEN, called, counts.given, USUAL_GIVEN)


def _rare(rule: Weight, name: str, counts: Counts, usual: float) -> Evidence:
    rarity = counts.rarity(name)
    reason = f"About one in {_rounded(2**rarity):,} people has the name {name}."
    return rule.holds(bits=rule.bits * min(rarity - usual, MOST_RARE), reason=reason)


def _rounded(number: float) -> int:
    return int(float(f"{number:.1g}"))


def _against(fit: HandleFit, forms: NameForms) -> Iterator[Evidence]:
    """Weigh what the name does not explain: letters of somebody else's name, or of anything."""
    foreign = [piece.text for piece in fit.pieces if piece.foreign]
    family, called = Part.FAMILY in fit.parts, bool(fit.parts & _CALLED)
    if not (family and called):
        initials = next((text for text in foreign if len(text) <= MOST_INITIALS), "")
        if family and initials and initials[0] == forms.heads[0]:
            foreign.remove(initials)
            yield INITIAL.holds()
        elif initials and not fit.parts & _INITIALS and initials[0] not in forms.own_initials:
            yield OTHER_INITIAL.holds(reason=f"{initials.upper()} is not one of your initials.")
    if foreign:
        yield _beside(foreign, family=family, called=called)
    other = next(filter(listed, foreign), None)
    if other and not called:
        yield OTHER_GIVEN.holds(reason=f"The handle holds the given name {other}.")


def _beside(foreign: list[str], *, family: bool, called: bool) -> Evidence:
    beside = BESIDE_BOTH if called else BESIDE_FAMILY
    rule = beside if family else BESIDE_GIVEN
    return rule.holds(
        bits=rule.bits * min(sum(map(len, foreign)), MOST_LETTERS),
        reason=f"Your name does not explain {', '.join(foreign)}.",
    )
