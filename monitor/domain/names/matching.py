"""Whether a written name could be a person's name, and how well it agrees."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache

from monitor.domain.edit_distance import count_edits
from monitor.domain.names.frequency import load_census
from monitor.domain.names.likeness import (
    FamilyAgreement,
    GivenAgreement,
    MiddleAgreement,
    NameLikeness,
    compare_middles,
    compare_names,
    score_likeness,
)
from monitor.domain.names.nicknames import is_listed_given
from monitor.domain.names.normalize import (
    PARTICLES,
    extract_generation,
    is_lookalike_text,
    reveal_capital_i,
    romanize_text,
    split_at_commas,
    split_clauses,
    split_words,
    squash_text,
)
from monitor.domain.names.parsing import (
    ParsedName,
    build_parsed_name,
    join_particles,
    parse_name_variants,
    spell_out_letters,
)
from monitor.domain.person import PersonName


class MatchLevel(StrEnum):
    """How a written name agrees, best first; FAMILY and GIVEN are one half without the other.

    FAMILY_INITIAL is a given name and the initial of the family name.
    """

    EXACT = "exact"
    NICKNAME = "nickname"
    FORMER = "former"
    INITIAL = "initial"
    FAMILY_INITIAL = "family-initial"
    NEAR = "near"
    FAMILY = "family"
    GIVEN = "given"
    DIFFERENT = "different"


class MiddleMatch(StrEnum):
    """What a name has besides given and family name.

    UNKNOWN is a middle name where the person gave none; FURTHER is a word after the family name.
    """

    AGREES = "agrees"
    SILENT = "silent"
    UNKNOWN = "unknown"
    FURTHER = "further"
    CONFLICTS = "conflicts"


WHOLE_LEVELS = frozenset(
    {
        MatchLevel.EXACT,
        MatchLevel.NICKNAME,
        MatchLevel.FORMER,
        MatchLevel.INITIAL,
        MatchLevel.FAMILY_INITIAL,
        MatchLevel.NEAR,
    }
)
FULL_LEVELS = frozenset({MatchLevel.EXACT, MatchLevel.NICKNAME})
# Lower than two names can get that contradict each other in every part.
_WORDLESS = -40.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NameMatch:
    """`bits` is the confidence that both are one person's name, yes above 0.

    `is_part_of_family` says that only a part of a double family name agrees.
    """

    level: MatchLevel
    middle: MiddleMatch = MiddleMatch.SILENT
    bits: float = field(default=_WORDLESS, compare=False)
    is_part_of_family: bool = field(default=False, compare=False)

    @property
    def is_whole(self) -> bool:
        """Both halves of the name agree."""
        return self.level in WHOLE_LEVELS

    @property
    def is_empty(self) -> bool:
        """There was no name to compare."""
        return self.bits == _WORDLESS

    @property
    def rank(self) -> tuple[int, int]:
        """The better one agrees, the smaller."""
        return _RANKS[self.level], _RANKS[self.middle]


@dataclass(frozen=True, slots=True, kw_only=True)
class NameComparison:
    """How one reading of a written name agrees with one of the person's names."""

    match: NameMatch
    likeness: NameLikeness


@dataclass(frozen=True, slots=True, kw_only=True)
class _OwnReading:
    """`given_spellings` are how the given name is written in plain letters."""

    parsed: ParsedName
    is_former: bool
    given_spellings: frozenset[str]


_RANKS = {
    one_level: at for levels in (MatchLevel, MiddleMatch) for at, one_level in enumerate(levels)
}
NO_MATCH = NameMatch(level=MatchLevel.DIFFERENT)
_LONGEST_FAMILY = 4
# In running text, only a given and a middle name come before the family name.
_LONGEST_GIVEN = 2
_SHORTEST_FAMILY = 3
# One person's name is compared with thousands of others in a sweep.
_REMEMBERED = 4096
_squash_cached = lru_cache(maxsize=_REMEMBERED)(squash_text)


@lru_cache(maxsize=_REMEMBERED)
def match_display_name(written: str, name: PersonName) -> NameMatch:
    """Compare a display name: all of it should be the name."""
    return _choose_best(comparison.match for comparison in compare_display_name(written, name))


def compare_display_name(written: str, name: PersonName) -> Iterator[NameComparison]:
    """Compare each reading of a display name with each of the person's names."""
    readings = (*parse_name_variants(written), *_split_single_word(written, name))
    for theirs in dict.fromkeys(readings):
        yield from _compare_reading(theirs, name)


def match_mention(text: str, name: PersonName) -> NameMatch:
    """Find the name in running text; the words around it do not count against it."""
    return _choose_best(
        comparison.match
        for words in _list_name_windows(text, name)
        for comparison in _compare_reading(build_parsed_name(words, words), name)
    )


def is_disguised_name(written: str, name: PersonName) -> bool:
    """Tell whether a name only looks like the person's: letters are replaced by look-alikes."""
    ours, theirs = _squash_cached(name.full_name), "".join(written.split())
    looks = "".join(reveal_capital_i(written).split())
    return _squash_cached(theirs) != ours and is_lookalike_text(looks, ours)


def _choose_best(found: Iterator[NameMatch]) -> NameMatch:
    """Return the best level, with the highest confidence of all readings."""
    matches = tuple(found)
    best = min(matches, key=lambda match: match.rank, default=NO_MATCH)
    bits = max((match.bits for match in matches), default=_WORDLESS)
    return best if best.bits == bits else replace(best, bits=bits)


@lru_cache(maxsize=_REMEMBERED)
def _list_own_readings(name: PersonName) -> tuple[_OwnReading, ...]:
    """Return the person's names as they could be written, the present one first."""
    readings: dict[ParsedName, bool] = {}
    for family in (name.family, *name.former_families):
        for spell in (romanize_text, _spell_out_romanized):
            # Its owner gave the name in parts.
            words = split_words(spell(family))
            # A particle is joined to what follows it, if there is a word before it.
            _, *joined = join_particles(("", *words))
            parsed = ParsedName(
                givens=tuple(
                    part
                    for side in (name.given, name.middle)
                    for word in split_words(spell(side))
                    for part in word.split("-")
                ),
                family=tuple(part for word in joined for part in word.split("-")),
                bare_family=words[-1] if words else "",
                called=tuple(
                    filter(None, (squash_text(spell(nickname)) for nickname in name.nicknames))
                ),
                generation=extract_generation(f"{name.given} {family}"),
            )
            readings.setdefault(parsed, family != name.family)
    spelled = (romanize_text(name.given), _spell_out_romanized(name.given))
    givens = frozenset(map(squash_text, spelled))
    return tuple(
        _OwnReading(parsed=key, is_former=old, given_spellings=givens)
        for key, old in readings.items()
    )


def _spell_out_romanized(text: str) -> str:
    return spell_out_letters(romanize_text(text))


def _split_single_word(written: str, name: PersonName) -> Iterator[ParsedName]:
    """Part a word that begins or ends with the family name: terryspahr."""
    word = squash_text(romanize_text(written)) if len(written.split()) == 1 else ""
    for family in map(_squash_cached, (name.family, *name.former_families)):
        rest = word.removesuffix(family) if word.endswith(family) else word.removeprefix(family)
        if len(family) >= _SHORTEST_FAMILY and 0 < len(rest) < len(word):
            yield ParsedName(givens=(rest,), family=(family,), bare_family=family)


def _compare_reading(theirs: ParsedName, name: PersonName) -> Iterator[NameComparison]:
    for own in _list_own_readings(name):
        likeness = compare_names(own.parsed, theirs)
        # A word alone was not turned round.
        if not (likeness.turned and likeness.given is GivenAgreement.MISSING):
            match = NameMatch(
                level=_choose_level(likeness, theirs, own),
                middle=_choose_middle(likeness, theirs, own, name),
                bits=score_likeness(likeness, load_census()),
                is_part_of_family=likeness.family is FamilyAgreement.PART,
            )
            yield NameComparison(match=match, likeness=likeness)


_OTHER_FORMS = frozenset(
    {
        GivenAgreement.CALLED,
        GivenAgreement.NICKNAME,
        GivenAgreement.SECOND,
        GivenAgreement.SHORT,
    }
)
_FULL_GIVENS = _OTHER_FORMS | {GivenAgreement.SAME}
_LEVEL_BY_GIVEN = {
    GivenAgreement.SAME: MatchLevel.EXACT,
    **dict.fromkeys(_OTHER_FORMS, MatchLevel.NICKNAME),
    GivenAgreement.INITIAL: MatchLevel.INITIAL,
    GivenAgreement.SECOND_INITIAL: MatchLevel.INITIAL,
    GivenAgreement.MISSING: MatchLevel.FAMILY,
}


_LEVEL_BY_FAMILY = {
    FamilyAgreement.INITIAL: MatchLevel.FAMILY_INITIAL,
    FamilyAgreement.NEAR: MatchLevel.NEAR,
}
_SHARED_FAMILIES = frozenset({FamilyAgreement.SAME, FamilyAgreement.PART})


def _choose_level(likeness: NameLikeness, theirs: ParsedName, own: _OwnReading) -> MatchLevel:
    if not theirs.givens and _is_given_alone(theirs.family_text, own.parsed):
        return MatchLevel.GIVEN
    if likeness.family not in _SHARED_FAMILIES:
        full = likeness.given in _FULL_GIVENS
        return (
            _LEVEL_BY_FAMILY.get(likeness.family, MatchLevel.DIFFERENT)
            if full
            else MatchLevel.DIFFERENT
        )
    if likeness.given is GivenAgreement.ALIKE:
        return _rate_misspelling(theirs.givens[0], own.parsed.givens[0])
    level = _LEVEL_BY_GIVEN.get(likeness.given, MatchLevel.DIFFERENT)
    if level in FULL_LEVELS and (own.is_former or not _holds_own_family(likeness, own.parsed)):
        # A family name among the middle names is a former one, unless people are called so.
        known = own.is_former or not is_listed_given(likeness.shared)
        return MatchLevel.FORMER if known else MatchLevel.DIFFERENT
    whole = level is not MatchLevel.EXACT or _count_given_words(theirs, own)
    return level if whole else MatchLevel.NICKNAME


def _is_given_alone(word: str, own: ParsedName) -> bool:
    return word in {"".join(own.givens[:1]), "".join(own.givens[:2]), *own.called} - {""}


def _holds_own_family(likeness: NameLikeness, own: ParsedName) -> bool:
    return likeness.family is FamilyAgreement.SAME or likeness.shared in {
        *own.family,
        own.bare_family,
    }


def _count_given_words(theirs: ParsedName, own: _OwnReading) -> int:
    """Return how many of their words are the whole given name, none if it is not there."""
    sizes = range(1, min(_LONGEST_FAMILY, len(theirs.givens)) + 1)
    return next((size for size in sizes if "".join(theirs.givens[:size]) in own.given_spellings), 0)


def _rate_misspelling(theirs: str, ours: str) -> MatchLevel:
    """Tell a misspelled given name from another one; a name that people have is another one."""
    near = count_edits(theirs, ours) == 1 or is_lookalike_text(theirs, ours)
    return MatchLevel.NEAR if near and not is_listed_given(theirs) else MatchLevel.DIFFERENT


_MIDDLE_BY_AGREEMENT = {
    MiddleAgreement.SAME: MiddleMatch.AGREES,
    MiddleAgreement.INITIAL: MiddleMatch.AGREES,
    MiddleAgreement.OTHER: MiddleMatch.CONFLICTS,
}


def _choose_middle(
    likeness: NameLikeness, theirs: ParsedName, own: _OwnReading, name: PersonName
) -> MiddleMatch:
    size = _count_given_words(theirs, own)
    ours = tuple(part for word in split_words(name.middle) for part in word.split("-"))
    # Of "Mary Lou Ann", only Ann is a middle name.
    rest = compare_middles(ours, theirs.givens[size:]) if size > 1 else likeness.rest
    if rest in _MIDDLE_BY_AGREEMENT:
        return _MIDDLE_BY_AGREEMENT[rest]
    if likeness.shared in theirs.givens[1:] and likeness.shared not in theirs.family:
        return MiddleMatch.FURTHER
    own_words = {*own.parsed.family, own.parsed.bare_family, own.parsed.family_text}
    more = [word for word in theirs.givens[size:] if word not in own_words | PARTICLES]
    return MiddleMatch.UNKNOWN if size and more and not name.middle else MiddleMatch.SILENT


def _list_name_windows(text: str, name: PersonName) -> Iterator[tuple[str, ...]]:
    """Yield the names in a text that end with a family name, which is one word then."""
    for words in split_clauses(text):
        for end in range(1, len(words) + 1):
            size = _count_family_words(words[:end], name)
            start, family = end - size, "".join(words[end - size : end])
            if size and not (start and _is_given_name(words[start - 1])):
                yield (family,)
            if size:
                before = range(max(0, start - _LONGEST_GIVEN), start)
                yield from ((*words[first:start], family) for first in before)
    for before_comma, after_comma in split_at_commas(text):
        if _count_family_words(before_comma, name):
            yield after_comma[:1] + before_comma[-1:]


def _count_family_words(words: tuple[str, ...], name: PersonName) -> int:
    return max(
        _count_trailing_family(words, family) for family in (name.family, *name.former_families)
    )


def _is_given_name(word: str) -> bool:
    """Tell whether a word before a family name says that it is someone else's."""
    return len(word) == 1 or is_listed_given(word)


def _count_trailing_family(words: tuple[str, ...], family: str) -> int:
    """Return how many of the last words are the family name; half a double name will do."""
    target = _squash_cached(family)
    for size in range(1, min(_LONGEST_FAMILY, len(words)) + 1):
        if _squash_cached("".join(words[-size:])) == target:
            return size
    theirs = set(words[-1].split("-")) if words else set()
    ours = {part for word in split_words(family) for part in word.split("-")} - PARTICLES
    double = len(theirs) > 1 or len(ours) > 1
    return int(double and not theirs.isdisjoint(ours))
