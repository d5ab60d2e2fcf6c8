"""Two accounts side by side: what one of them shows of the other.

Which words of a text stand in another one, too.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from monitor.domain.detection.case import linked
from monitor.domain.detection.images import nearness
from monitor.domain.handles.handles import same_handle
from monitor.domain.handles.lookalike import imitates
from monitor.domain.item import as_read
from monitor.domain.names.normalize import latinised, look_alike, plain, squashed
from scrapers.models import Finding, PicturePrint
from scrapers.urls.canonical import canonical_key

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


_LONGEST = 4_000


class Likeness(StrEnum):
    """LIKE passes for the same at a glance; PARTLY shares words or entries."""

    SAME = "same"
    LIKE = "like"
    PARTLY = "partly"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parallel:
    """One field of both accounts. `reason` says more of the likeness, in a sentence, or nothing."""

    field: str
    theirs: tuple[Piece, ...]
    ours: tuple[Piece, ...]
    likeness: Likeness
    reason: str = ""

    @property
    def copied(self) -> bool:
        return self.likeness is not Likeness.DIFFERENT


def beside(theirs: Finding, ours: Finding) -> tuple[Parallel, ...]:
    """Lay an account beside one of the person's own; a field that neither shows is left out."""
    told = (
        _name(theirs, ours),
        _handle(theirs, ours),
        _text("bio", theirs.bio or theirs.snippet, ours.bio or ours.snippet),
        _text("location", theirs.location, ours.location),
        _picture(theirs, ours),
        _links(theirs, ours),
    )
    return tuple(each for each in told if each.theirs or each.ours)


def _name(theirs: Finding, ours: Finding) -> Parallel:
    parallel = _text("name", theirs.name, ours.name)
    disguised = parallel.likeness is not Likeness.SAME and look_alike(theirs.name, ours.name)
    if not disguised or not theirs.name:
        return parallel
    reason = "Its letters look like those of your name, but are different ones."
    return _whole("name", (theirs.name, ours.name), Likeness.LIKE, reason)


def _handle(theirs: Finding, ours: Finding) -> Parallel:
    texts = (theirs.handle, ours.handle)
    if same_handle(*texts):
        return _whole("handle", texts, Likeness.SAME)
    found = imitates(*texts)
    if found is None:
        return _apart("handle", texts)
    return _whole("handle", texts, Likeness.LIKE, found.reason)


def _picture(theirs: Finding, ours: Finding) -> Parallel:
    texts = (_pictured(theirs), _pictured(ours))
    one, other = PicturePrint.read(theirs.picture_print), PicturePrint.read(ours.picture_print)
    # One address stands for two accounts only where the network shows a picture of its own.
    of_the_network = theirs.platform == ours.platform and theirs.picture == ours.picture != ""
    near = nearness(one, other) if one and other and not of_the_network else None
    if near is None or not near.same:
        return _apart("picture", texts)
    reason = "It is your picture, mirrored." if near.mirrored else "It is your picture."
    return _whole("picture", texts, Likeness.SAME, reason)


def _pictured(finding: Finding) -> str:
    return "a picture" if finding.picture or finding.picture_print else ""


def _links(theirs: Finding, ours: Finding) -> Parallel:
    """Compare where links lead; a link to the own account itself counts, too."""
    return Parallel(
        field="links",
        theirs=tuple(Piece(text=link, copied=_leads(link, ours)) for link in theirs.links),
        ours=tuple(Piece(text=link, copied=_leads(link, theirs)) for link in ours.links),
        likeness=_of_several([_leads(link, ours) for link in theirs.links]),
    )


def _leads(link: str, other: Finding) -> bool:
    keys = {canonical_key(each) for each in other.links}
    return canonical_key(link) in keys or linked((link,), other)


def _of_several(copied: list[bool]) -> Likeness:
    if not any(copied):
        return Likeness.DIFFERENT
    return Likeness.SAME if all(copied) else Likeness.PARTLY


def _text(field: str, theirs: str, ours: str) -> Parallel:
    one, other = as_read(theirs)[:_LONGEST], as_read(ours)[:_LONGEST]
    if one and squashed(one) == squashed(other):
        return _whole(field, (one, other), Likeness.SAME)
    run = PHRASE if field == "bio" else 1
    marked = shared(one, other, run)
    copied = any(piece.copied for piece in marked)
    return Parallel(
        field=field,
        theirs=marked,
        ours=shared(other, one, run),
        likeness=Likeness.PARTLY if copied else Likeness.DIFFERENT,
    )


def _whole(field: str, texts: tuple[str, str], likeness: Likeness, reason: str = "") -> Parallel:
    theirs, ours = (_piece(each, copied=True) for each in texts)
    return Parallel(field=field, theirs=theirs, ours=ours, likeness=likeness, reason=reason)


def _apart(field: str, texts: tuple[str, str]) -> Parallel:
    theirs, ours = (_piece(each, copied=False) for each in texts)
    return Parallel(field=field, theirs=theirs, ours=ours, likeness=Likeness.DIFFERENT)


def _piece(text: str, *, copied: bool) -> tuple[Piece, ...]:
    return (Piece(text=text, copied=copied),) if text else ()
