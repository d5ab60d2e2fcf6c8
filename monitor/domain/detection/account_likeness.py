"""Two accounts side by side: what one has in common with the other.

Which words of a text are also in another one.
"""

import re
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import groupby

from monitor.domain.detection.appearance import has_link_to
from monitor.domain.detection.picture_likeness import compare_prints
from monitor.domain.handles.handles import extract_local_part, is_same_handle
from monitor.domain.handles.lookalike import detect_lookalike
from monitor.domain.names.normalize import (
    fold_text,
    is_lookalike_text,
    latinize_lookalikes,
    squash_text,
)
from monitor.domain.reason import Reason
from monitor.domain.snapshot_diff import normalize_text
from monitor.domain.vocabulary import FieldLikeness
from scrapers.models import PicturePrint, Trace
from scrapers.urls.canonical import canonicalize_url

# Two words often match by chance ("I teach"); three in a row rarely do.
SHORTEST_PHRASE = 3
_PIECES = re.compile(r"\w+|\W+")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRun:
    """A run of text; `copied` says that the other text has it, too."""

    text: str
    copied: bool = False


def mark_shared_words(text: str, other: str, run: int) -> tuple[TextRun, ...]:
    """Mark the words that the other text also has, in runs of at least so many, in any order."""
    pieces = _PIECES.findall(text)
    at = [index for index, piece in enumerate(pieces) if _is_word(piece)]
    words, known = (
        [_fold_word(pieces[index]) for index in at],
        _collect_word_runs(_split_folded_words(other), run),
    )
    copied = {
        index
        for start in range(len(words) - run + 1)
        if tuple(words[start : start + run]) in known
        # What is between the words of one run belongs to it.
        for index in range(at[start], at[start + run - 1] + 1)
    }
    runs = groupby(enumerate(pieces), key=lambda numbered: numbered[0] in copied)
    return tuple(
        TextRun(text="".join(piece for _, piece in pieces), copied=is_copied)
        for is_copied, pieces in runs
    )


def _collect_word_runs(words: list[str], run: int) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(words[at : at + run]) for at in range(len(words) - run + 1))


def _split_folded_words(text: str) -> list[str]:
    return [_fold_word(piece) for piece in _PIECES.findall(text) if _is_word(piece)]


def _is_word(piece: str) -> bool:
    return piece[:1].isalnum() or piece[:1] == "_"


def _fold_word(word: str) -> str:
    return latinize_lookalikes(fold_text(word))


_LONGEST_TEXT = 4_000
_ALIKE = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldComparison:
    """One field of both accounts. `reason` says more of the likeness, if there is more to say."""

    field: str
    theirs: tuple[TextRun, ...]
    ours: tuple[TextRun, ...]
    likeness: FieldLikeness
    reason: Reason | None = None

    @property
    def is_copied(self) -> bool:
        return self.likeness not in {FieldLikeness.DIFFERENT, FieldLikeness.NOT_COMPARED}


def compare_accounts(theirs: Trace, ours: Trace) -> tuple[FieldComparison, ...]:
    """Lay an account beside one of the person's own; a field that neither shows is left out."""
    fields = (
        _compare_names(theirs, ours),
        _compare_handles(theirs, ours),
        _compare_texts("bio", theirs.bio or theirs.snippet, ours.bio or ours.snippet),
        _compare_texts("location", theirs.location, ours.location),
        _compare_pictures(theirs, ours),
        _compare_links(theirs, ours),
    )
    return tuple(
        entry
        if entry.theirs and entry.ours
        else replace(entry, likeness=FieldLikeness.NOT_COMPARED)
        for entry in fields
        if entry.theirs or entry.ours
    )


def mark_username_changes(theirs: str, ours: str) -> tuple[tuple[TextRun, ...], ...]:
    """Split both usernames into what the other one has, too, and what it has not.

    Where they have too little in common, nothing is marked: one is then not made of the other.
    """
    local = extract_local_part(theirs).lower(), extract_local_part(ours).lower()
    if SequenceMatcher(None, *local, autojunk=False).ratio() < _ALIKE:
        return tuple(_build_text_run(text, copied=True) for text in (theirs, ours))
    codes = SequenceMatcher(None, theirs.lower(), ours.lower(), autojunk=False).get_opcodes()
    cuts = (
        [(theirs[start:end], tag == "equal") for tag, start, end, _, _ in codes],
        [(ours[start:end], tag == "equal") for tag, _, _, start, end in codes],
    )
    return tuple(
        tuple(TextRun(text=text, copied=copied) for text, copied in pieces if text)
        for pieces in cuts
    )


def _compare_names(theirs: Trace, ours: Trace) -> FieldComparison:
    parallel = _compare_texts("name", theirs.name, ours.name)
    disguised = parallel.likeness is not FieldLikeness.SAME and is_lookalike_text(
        theirs.name, ours.name
    )
    if not disguised or not theirs.name:
        return parallel
    reason = Reason("compared-name.other-letters")
    return _build_matching_field("name", (theirs.name, ours.name), FieldLikeness.LIKE, reason)


def _compare_handles(theirs: Trace, ours: Trace) -> FieldComparison:
    texts = (theirs.handle, ours.handle)
    if is_same_handle(*texts):
        return _build_matching_field("handle", texts, FieldLikeness.SAME)
    found = detect_lookalike(*texts)
    if found is None:
        return _build_unlike_field("handle", texts)
    return _build_matching_field("handle", texts, FieldLikeness.LIKE, found.reason)


def _compare_pictures(theirs: Trace, ours: Trace) -> FieldComparison:
    texts = (_describe_picture(theirs), _describe_picture(ours))
    one, other = (
        PicturePrint.from_text(theirs.picture_print),
        PicturePrint.from_text(ours.picture_print),
    )
    # Two accounts have one picture address only if it is the network's default picture.
    of_the_network = theirs.platform == ours.platform and theirs.picture == ours.picture != ""
    if of_the_network or not (one and other):
        return _build_unlike_field("picture", texts, FieldLikeness.NOT_COMPARED)
    near = compare_prints(one, other)
    if not near.is_same_picture:
        return _build_unlike_field("picture", texts)
    reason = Reason(f"compared-picture{'.mirrored' if near.mirrored else ''}")
    return _build_matching_field("picture", texts, FieldLikeness.SAME, reason)


def _describe_picture(trace: Trace) -> str:
    return "a picture" if trace.picture or trace.picture_print else ""


def _compare_links(theirs: Trace, ours: Trace) -> FieldComparison:
    """Compare where links lead; a link to the own account itself counts, too."""
    return FieldComparison(
        field="links",
        theirs=tuple(
            TextRun(text=link, copied=_leads_to_account(link, ours)) for link in theirs.links
        ),
        ours=tuple(
            TextRun(text=link, copied=_leads_to_account(link, theirs)) for link in ours.links
        ),
        likeness=_combine_likeness([_leads_to_account(link, ours) for link in theirs.links]),
    )


def _leads_to_account(link: str, other: Trace) -> bool:
    keys = {canonicalize_url(text) for text in other.links}
    return canonicalize_url(link) in keys or has_link_to((link,), other)


def _combine_likeness(copied: list[bool]) -> FieldLikeness:
    if not any(copied):
        return FieldLikeness.DIFFERENT
    return FieldLikeness.SAME if all(copied) else FieldLikeness.PARTLY


def _compare_texts(field: str, theirs: str, ours: str) -> FieldComparison:
    one, other = normalize_text(theirs)[:_LONGEST_TEXT], normalize_text(ours)[:_LONGEST_TEXT]
    if one and squash_text(one) == squash_text(other):
        return _build_matching_field(field, (one, other), FieldLikeness.SAME)
    run = SHORTEST_PHRASE if field == "bio" else 1
    marked = mark_shared_words(one, other, run)
    copied = any(piece.copied for piece in marked)
    return FieldComparison(
        field=field,
        theirs=marked,
        ours=mark_shared_words(other, one, run),
        likeness=FieldLikeness.PARTLY if copied else FieldLikeness.DIFFERENT,
    )


def _build_matching_field(
    field: str, texts: tuple[str, str], likeness: FieldLikeness, reason: Reason | None = None
) -> FieldComparison:
    theirs, ours = (_build_text_run(text, copied=True) for text in texts)
    return FieldComparison(field=field, theirs=theirs, ours=ours, likeness=likeness, reason=reason)


def _build_unlike_field(
    field: str, texts: tuple[str, str], likeness: FieldLikeness = FieldLikeness.DIFFERENT
) -> FieldComparison:
    theirs, ours = (_build_text_run(text, copied=False) for text in texts)
    return FieldComparison(field=field, theirs=theirs, ours=ours, likeness=likeness)


def _build_text_run(text: str, *, copied: bool) -> tuple[TextRun, ...]:
    return (TextRun(text=text, copied=copied),) if text else ()
