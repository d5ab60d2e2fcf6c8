"""The weight of each piece of a handle, for or against a name.

Weights are in bits, fitted to 1,962 names and handles of officials by
`tests/bench/handle_weights.py`, then rounded and shrunk; those set by hand are too rare in these
rows. docs/detection.md says how well they do.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from monitor.domain.detection.evidence import Evidence, EvidenceAxis
from monitor.domain.handles.handles import is_opaque_handle
from monitor.domain.handles.name_fit import HandleFit, fit_name_to_handle
from monitor.domain.names.frequency import NameCounts, NameCountTable
from monitor.domain.names.nicknames import is_listed_given
from monitor.domain.names.normalize import squash_text
from monitor.domain.names.parts import NameForms, NamePart, build_name_forms
from monitor.domain.person import PersonName
from monitor.domain.reason import Count, Fact, Listed, Name, Reason


@dataclass(frozen=True, slots=True)
class HandleWeight:
    name: str
    bits: float

    def build_evidence(
        self, *, bits: float | None = None, words: str = "", **facts: Fact
    ) -> Evidence:
        """Return what it weighs; `words` is the id of its words, where that is not its name."""
        return Evidence(
            rule=self.name,
            axis=EvidenceAxis.CLAIM,
            bits=self.bits if bits is None else bits,
            reason=Reason(words or self.name, facts),
        )


ANYBODY = HandleWeight("handle-anybody", -1.9)
OPAQUE = HandleWeight("handle-opaque", 0.9)
# By hand, beside what the handle itself says: people who never met share a common name or word.
SAME = HandleWeight("handle-same", 5.0)
NOTHING = HandleWeight("handle-nothing", -4.5)

FAMILY = HandleWeight("handle-family", 3.9)
GIVEN = HandleWeight("handle-given", 1.1)
NICK = HandleWeight("handle-nickname", -0.5)
MIDDLE = HandleWeight("handle-middle", 0.3)
BOTH = HandleWeight("handle-both", 3.8)
# By hand, shrunk: a letter drawn from 26 would agree by chance once in 4.7 bits.
INITIAL = HandleWeight("handle-initial", 2.0)
INITIALS = HandleWeight("handle-all-initials", 2.6)
# By hand, shrunk: two given letters, and a third one between them, are a stranger's once in 9 bits.
HEADS = HandleWeight("handle-heads", 5.0)
MOST_HEADS = 3
# By hand: few go by an initial that is none of theirs, and many share a family name.
OTHER_INITIAL = HandleWeight("handle-other-initial", -2.5)
MOST_INITIALS = 2
# By hand, shrunk: two letters more agree by chance once in 8 bits.
FAMILY_START = HandleWeight("handle-family-start", 2.5)
GIVEN_START = HandleWeight("handle-given-start", 0.5)
# By hand, for each letter in a row beyond the second: three stand in one of thirty strangers'
# handles, four in one of two hundred.
SHARED = HandleWeight("handle-shared-letters", 1.5)
SHARED_BY_CHANCE = 2
MOST_SHARED = 4

# By hand, shrunk: one in twelve strangers' handles begins so, and perhaps three in ten of those
# that people make up of more than their name. The second letter counts as much again.
FIRST_LETTER = HandleWeight("handle-first-letter", 1.0)

# A share of how rare a name is, in bits beyond that of a common one.
RARE_FAMILY = HandleWeight("handle-rare-family", 0.6)
RARE_GIVEN = HandleWeight("handle-rare-given", 0.4)
USUAL_FAMILY = 12.0
USUAL_GIVEN = 8.0
# Beyond it a name is as rare as any word is that somebody thought of.
MOST_RARE = 4.0

# For each letter that the name does not explain.
BESIDE_FAMILY = HandleWeight("handle-beside-family", -0.8)
BESIDE_GIVEN = HandleWeight("handle-beside-given", -1.1)
BESIDE_BOTH = HandleWeight("handle-beside-both", -0.5)
MOST_LETTERS = 5
OTHER_GIVEN = HandleWeight("handle-other-given", -2.2)
AGAINST = frozenset(
    rule.name for rule in (BESIDE_FAMILY, BESIDE_GIVEN, BESIDE_BOTH, OTHER_GIVEN, OTHER_INITIAL)
)

_BY_PART = (
    (NamePart.FAMILY, FAMILY),
    (NamePart.GIVEN, GIVEN),
    (NamePart.NICK, NICK),
    (NamePart.MIDDLE, MIDDLE),
    (NamePart.GIVEN_START, GIVEN_START),
    (NamePart.FAMILY_START, FAMILY_START),
    (NamePart.INITIAL, INITIAL),
    (NamePart.INITIALS, INITIALS),
)
_INITIALS = frozenset({NamePart.INITIAL, NamePart.INITIALS})
_CALLED = frozenset({NamePart.GIVEN, NamePart.NICK, NamePart.MIDDLE, NamePart.GIVEN_START})


@lru_cache(maxsize=4096)
def weigh_handle(handle: str, name: PersonName, counts: NameCounts) -> tuple[Evidence, ...]:
    """Weigh a handle against a name; the sum is positive where it is likelier theirs than not."""
    return tuple(_list_evidence(handle, name, counts))


def _list_evidence(handle: str, name: PersonName, counts: NameCounts) -> Iterator[Evidence]:
    yield ANYBODY.build_evidence()
    if is_opaque_handle(handle):
        yield OPAQUE.build_evidence()
        return
    fit = fit_name_to_handle(handle, name)
    parts = fit.name_parts
    if not parts:
        yield NOTHING.build_evidence()
        yield from _weigh_shared_letters(fit, name)
        return
    yield from (rule.build_evidence() for part, rule in _BY_PART if part in parts)
    if NamePart.FAMILY in fit.name_parts:
        family = fit.get_part_text(NamePart.FAMILY) or squash_text(name.family)
        yield _weigh_rare_name(RARE_FAMILY, family, counts.family, USUAL_FAMILY)
    called = (
        fit.get_part_text(NamePart.GIVEN)
        or fit.get_part_text(NamePart.NICK)
        or squash_text(name.given)
    )
    if fit.name_parts & _CALLED - {NamePart.MIDDLE}:
        yield _weigh_rare_name(RARE_GIVEN, called, counts.given, USUAL_GIVEN)
    if NamePart.FAMILY in parts and parts & _CALLED:
        yield BOTH.build_evidence()
    yield from _weigh_foreign_pieces(fit, build_name_forms(name))


def _weigh_shared_letters(fit: HandleFit, name: PersonName) -> Iterator[Evidence]:
    """Weigh letters in a row that name and handle share, where no part of the name is whole."""
    forms = build_name_forms(name)
    letters = "".join(piece.text for piece in fit.pieces if piece.is_foreign)
    # Weigh how a handle begins that holds no part of the name.
    begun = [given for given in (*forms.givens, *forms.families) if letters[:1] == given[:1] != ""]
    if begun:
        two = any(letters[:2] == given[:2] for given in begun if len(letters) > 1)
        yield FIRST_LETTER.build_evidence(bits=FIRST_LETTER.bits * (2 if two else 1))
    if (
        1 < len(letters) <= MOST_HEADS
        and letters[0] + letters[-1] == forms.initials[0] + forms.initials[2]
    ):
        yield HEADS.build_evidence()
    parts = (*forms.givens, *forms.families)
    shared = max((_find_longest_run(fit.residue, part) for part in parts), key=len, default="")
    beyond = len(shared) - SHARED_BY_CHANCE
    if beyond > 0:
        yield SHARED.build_evidence(
            bits=SHARED.bits * min(beyond, MOST_SHARED),
            letters=Name(shared),
        )


def _find_longest_run(text: str, part: str) -> str:
    """Return the longest run of letters that two words share, if it is longer than by chance."""
    runs = (
        part[start : start + size]
        for size in range(len(part), SHARED_BY_CHANCE, -1)
        for start in range(len(part) - size + 1)
    )
    return next((run for run in runs if run in text), "")


def _weigh_rare_name(
    rule: HandleWeight, name: str, counts: NameCountTable, usual: float
) -> Evidence:
    rarity = counts.compute_rarity(name)
    return rule.build_evidence(
        bits=rule.bits * min(rarity - usual, MOST_RARE),
        words="handle-rare",
        people=Count(int(float(f"{(2**rarity):.1g}"))),
        rare=Name(name),
    )


def _weigh_foreign_pieces(fit: HandleFit, forms: NameForms) -> Iterator[Evidence]:
    """Weigh what the name does not explain: letters of somebody else's name, or of anything."""
    foreign = [piece.text for piece in fit.pieces if piece.is_foreign]
    family, called = NamePart.FAMILY in fit.name_parts, bool(fit.name_parts & _CALLED)
    if not (family and called):
        initials = next((text for text in foreign if len(text) <= MOST_INITIALS), "")
        if family and initials and initials[0] == forms.initials[0]:
            foreign.remove(initials)
            yield INITIAL.build_evidence()
        elif (
            initials
            and not fit.name_parts & _INITIALS
            and initials[0] not in _list_own_initials(forms)
        ):
            yield OTHER_INITIAL.build_evidence(initials=Name(initials.upper()))
    if foreign:
        yield _weigh_unexplained(foreign, family=family, called=called)
    other = next(filter(is_listed_given, foreign), None)
    if other and not called:
        yield OTHER_GIVEN.build_evidence(other=Name(other))


def _list_own_initials(forms: NameForms) -> frozenset[str]:
    """Return the initials of everything that the person may be called."""
    return frozenset("".join(forms.initials)) | {
        given[0] for given in (*forms.givens, *forms.nicknames)
    }


def _weigh_unexplained(foreign: list[str], *, family: bool, called: bool) -> Evidence:
    beside = BESIDE_BOTH if called else BESIDE_FAMILY
    rule = beside if family else BESIDE_GIVEN
    return rule.build_evidence(
        bits=rule.bits * min(sum(map(len, foreign)), MOST_LETTERS),
        words="handle-beside",
        foreign=Listed(tuple(map(Name, foreign))),
    )
