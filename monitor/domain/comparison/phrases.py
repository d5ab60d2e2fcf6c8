"""Which words of a text stand in another one, too."""

import re
from dataclasses import dataclass
from itertools import groupby

from monitor.domain.names.spelling import latinised, plain

# Two words stand together by chance ("I teach"); three in a row seldom do.
PHRASE = 3
_PIECES = re.compile(r"\w+|\W+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A run of text; `copied` says that the other text has it, too."""

    text: str
    copied: bool = False


def shared(text: str, other: str, run: int) -> tuple[Piece, ...]:
    """Mark the words that stand in the other text, in runs of at least so many, in any order."""
    pieces = _PIECES.findall(text)
    at = [index for index, piece in enumerate(pieces) if _is_word(piece)]
    words, known = [_folded(pieces[index]) for index in at], _runs(_words(other), run)
    copied = {
        index
        for start in range(len(words) - run + 1)
        if tuple(words[start : start + run]) in known
        # What stands between the words of one run belongs to it.
        for index in range(at[start], at[start + run - 1] + 1)
    }
    runs = groupby(enumerate(pieces), key=lambda numbered: numbered[0] in copied)
    return tuple(
        Piece(text="".join(piece for _, piece in told), copied=is_copied)
        for is_copied, told in runs
    )


def _runs(words: list[str], run: int) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(words[at : at + run]) for at in range(len(words) - run + 1))


def _words(text: str) -> list[str]:
    return [_folded(piece) for piece in _PIECES.findall(text) if _is_word(piece)]


def _is_word(piece: str) -> bool:
    return piece[:1].isalnum() or piece[:1] == "_"


def _folded(word: str) -> str:
    return latinised(plain(word))
