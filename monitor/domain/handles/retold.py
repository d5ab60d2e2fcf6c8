"""What was done to a handle, in words."""

import unicodedata
from collections.abc import Iterable, Iterator

from monitor.domain.handles.edits import Change, Edit
from monitor.domain.handles.epithets import EPITHETS
from monitor.domain.handles.glyphs import hidden

_MOST = 3
_PAIR = 2
_SILENT = {
    Change.SEPARATOR: "dots, dashes or underscores differ",
    Change.ACCENT: "accents differ",
    Change.ORDER: "its words stand in another order",
}


def retold(edits: Iterable[Edit], added: Iterable[str], dropped: Iterable[str]) -> str:
    """Say how a handle differs from the reader's: "Its handle is yours, but the l is …"."""
    told = list(dict.fromkeys(_phrases(edits, added, dropped))) or ["it is written in another way"]
    if len(told) > _MOST:
        told[_MOST - 1 :] = ["more is changed"]
    return f"Its handle is yours, but {_listed(told)}."


def _phrases(edits: Iterable[Edit], added: Iterable[str], dropped: Iterable[str]) -> Iterator[str]:
    yield from (f"{_word(word)} is added" for word in added)
    yield from (f"{_word(word)} is left out" for word in dropped)
    told = sorted(edits, key=lambda edit: edit.change in _SILENT)
    yield from (_SILENT.get(edit.change) or _phrase(edit) for edit in told)


def _listed(phrases: list[str]) -> str:
    *first, last = phrases
    return f"{', '.join(first)} and {last}" if first else last


def _phrase(edit: Edit) -> str:
    change, ours, theirs = edit.change, _own(edit.ours), edit.theirs
    if change is Change.SWAPPED:
        two = f"{ours[0]} and {ours[1]}" if len(ours) == _PAIR else "two letters"
        return f"{two} have changed places"
    if change is Change.DOUBLED:
        return f"the {_own(theirs)} is doubled" if theirs else f"a double {ours} is written once"
    if not ours or not theirs:
        return f"the {ours} is left out" if ours else f"{_named(theirs)} is added"
    if hidden(theirs):
        return f"the {ours} is joined by a sign that cannot be seen"
    beside = " (beside it on the keyboard)" if change is Change.NEIGHBOUR else ""
    return f"the {ours} is replaced by {_named(theirs)}{beside}"


def _own(signs: str) -> str:
    return signs if not signs or signs.isalnum() else "sign"


def _word(word: str) -> str:
    """Name a word of ours; a stranger's words are not repeated, whoever reads this."""
    if word in EPITHETS:
        return f'"{word}"'
    return "a number" if word.isdecimal() else "another word"


def _named(signs: str) -> str:
    """Name what stands in a handle, so that it is told from what it looks like."""
    if not signs.isalnum():
        return "another sign"
    if not signs.isascii():
        alphabet = unicodedata.name(signs[0], "foreign").partition(" ")[0].title()
        return f"{_article(alphabet)} {alphabet} letter"
    if len(signs) > 1:
        return signs
    if signs.isdecimal():
        return f"the digit {signs}"
    return f"a capital {signs}" if signs.isupper() else f"{_article(signs)} {signs}"


def _article(word: str) -> str:
    vowel_sound = (
        word[0].casefold() in "aeiou" if len(word) > 1 else word.casefold() in "aefhilmnorsx"
    )
    return "an" if vowel_sound else "a"
