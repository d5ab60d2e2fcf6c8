"""What may be said of an account's contacts, and how little.

A daily budget bounds the answers: without it the matcher would tell name after name.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from math import expm1, log2
from operator import attrgetter

from monitor.domain.handles.handles import NAME_AFFIXES, is_opaque_handle, split_handle_words
from monitor.domain.names.frequency import NameCounts, NameCountTable
from monitor.domain.names.nicknames import is_listed_given, list_short_givens, stem_given_name
from monitor.domain.names.parsing import parse_name_variants
from monitor.domain.students.cues import (
    SchoolSetting,
    names_grade_at_school,
    names_year,
    read_card,
    sum_cue_bits,
)
from monitor.domain.students.name_forms import (
    COMMON_FAMILY_COUNTS,
    START_LENGTHS,
    FormKind,
    RosterForm,
    StudentList,
    build_common_family_form,
    build_handle_form,
    build_whole_forms,
    extract_chosen_part,
    list_given_forms,
)
from monitor.domain.vocabulary import StudentCue
from scrapers.models import Contact

_LONGEST_NAME = 5
_LONGEST_WORD = 30
_SHORTEST_FAMILY = 3
_SHORTEST_UNPARTED = 4
# Words that are added to a name in a handle for looks, or to say whose it is.
_FLOURISH = re.compile(r"^(?:x{2,}|x$)|x{2,}$")
_BEFORE = re.compile(r"^(?:its|iam|im|the|real)")
# People in the United States; from here on a word is a given name in its own right, and not a
# fond form of another one.
_COMMON_COUNT = 20_000
# Names of these letters are written without a space: 2 to 6 signs, the family name first.
_UNSPACED_LENGTHS = range(2, 7)
_IDEOGRAPHS = range(0x3040, 0xD7A4)


def list_card_forms(contact: Contact, counts: NameCounts) -> frozenset[RosterForm]:
    """Return the forms a card may be found by; of a card without any name, its handle alone.

    Who shows a whole name is not taken for someone else for the sake of a shortened handle.
    """
    shown = frozenset(_list_shown_forms(contact.name, counts))
    whole = any(form.kind is FormKind.WHOLE for form in shown)
    in_handle = _list_handle_forms(contact, counts)
    read = frozenset(form for form in in_handle if form.kind is FormKind.WHOLE or not whole)
    own = build_handle_form(contact.handle)
    return frozenset(_drop_completed_forms(shown | read)).union((own,) if own else ())


def _drop_completed_forms(forms: frozenset[RosterForm]) -> Iterator[RosterForm]:
    """Leave out a shortened name that a whole one completes: Jane D. is Jane Doe by her handle."""
    whole = {(form.given, form.family[:1]) for form in forms if form.kind is FormKind.WHOLE}
    for form in forms:
        completed = form.kind is FormKind.GIVEN_AND_INITIAL and (form.given, form.family) in whole
        if not completed:
            yield form


def _list_shown_forms(name: str, counts: NameCounts) -> Iterator[RosterForm]:
    for reading in parse_name_variants(name):
        words = (*reading.givens, *reading.family)
        if (
            reading.givens
            and len(words) <= _LONGEST_NAME
            and not any(map(str.isdigit, "".join(words)))
        ):
            first, *more = reading.givens
            givens = {first, "".join(reading.givens[:2])} if more else {first}
            families = {reading.family_text, reading.family[0], reading.family[-1]}
            if more:
                families.add("".join((*more, *reading.family)))
                families.add(more[-1] + reading.family_text)
            if more and counts.family.compute_share(more[-1]) > counts.given.compute_share(
                more[-1]
            ):
                families.add(more[-1])
            names = frozenset(given for given in (*givens, *reading.called) if len(given) > 1)
            lasts = frozenset(family for family in families if len(family) > 1)
            yield from build_whole_forms(names, lasts)
            if not reading.turned:
                yield from _list_short_forms(first, reading.family_text, counts.given)
        elif len(words) == 1:
            word = words[0]
            if len(word) in _UNSPACED_LENGTHS and all(
                ord(letter) in _IDEOGRAPHS for letter in word
            ):
                for at in range(1, len(word)):
                    yield RosterForm(FormKind.WHOLE, word[at:], word[:at])


def _list_short_forms(given: str, family: str, counts: NameCountTable) -> Iterator[RosterForm]:
    """Read "Jane D.", "J. Doe", and "Mads Doe", who may be Madison."""
    if len(given) == 1 and len(family) > 1:
        yield RosterForm(FormKind.INITIAL_AND_FAMILY, given, family)
    elif len(family) == 1 and len(given) > 1:
        for form in list_given_forms(given):
            yield RosterForm(FormKind.GIVEN_AND_INITIAL, form, family)
    elif (
        len(family) > 1
        and counts.count_bearers(given) < _COMMON_COUNT
        and len(stem_given_name(given)) in START_LENGTHS
    ):
        yield RosterForm(FormKind.START, stem_given_name(given), family)


def _list_handle_forms(contact: Contact, counts: NameCounts) -> Iterator[RosterForm]:
    handle = extract_chosen_part(contact.handle)
    if is_opaque_handle(handle):
        return
    read = (_FLOURISH.sub("", word) for word in split_handle_words(handle) if not word.isdecimal())
    words = tuple(word for word in read if word and word not in NAME_AFFIXES)
    if len(words) > 1:
        yield from _list_shown_forms(" ".join(words), counts)
    elif words and _SHORTEST_UNPARTED <= len(words[0]) <= _LONGEST_WORD:
        for word in dict.fromkeys((words[0], _BEFORE.sub("", words[0]))):
            yield from _split_solid_handle(word, counts.given)
        # A lone given name that is shown goes with the family name that the handle is.
        for reading in parse_name_variants(contact.name):
            if not reading.givens and len(reading.family) == 1:
                yield from build_whole_forms((reading.family_text,), (words[0],))


@lru_cache(maxsize=4096)
def _split_solid_handle(word: str, counts: NameCountTable) -> tuple[RosterForm, ...]:
    """Part a handle that nothing parts, wherever one side of it is a given name or an initial."""
    return tuple(_list_splits(word, counts))


def _list_splits(word: str, counts: NameCountTable) -> Iterator[RosterForm]:
    if len(word) < _SHORTEST_UNPARTED:
        return
    for at in range(2, len(word) - _SHORTEST_FAMILY + 1):
        if _is_given_name(word[:at], counts):
            yield from build_whole_forms((word[:at],), (word[at:],))
    for at in range(_SHORTEST_FAMILY, len(word) - 1):
        if _is_given_name(word[at:], counts):
            yield from build_whole_forms((word[at:],), (word[:at],))
    yield RosterForm(FormKind.INITIAL_AND_FAMILY, word[0], word[1:])
    if _is_given_name(word[:-1], counts):
        for form in list_given_forms(word[:-1]):
            yield RosterForm(FormKind.GIVEN_AND_INITIAL, form, word[-1])


def _is_given_name(word: str, counts: NameCountTable) -> bool:
    return is_listed_given(word) or counts.has_name(word)


# How likely two people of the 2020 census share an initial, or the first letters of a given name.
GIVEN_INITIAL_SHARE = 0.059
FAMILY_INITIAL_SHARE = 0.046
START_SHARES: Mapping[int, float] = {3: 0.0048, 4: 0.0021}
# An order of magnitude: among 684 handles of officials hardly one was two people's.
SAME_HANDLE_SHARE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class FormChance:
    """A form of a card. `chance` is that of one at least as telling to be on the roster."""

    form: RosterForm
    chance: float


def rank_forms_by_chance(
    forms: Iterable[RosterForm], roster: StudentList, counts: NameCounts
) -> tuple[FormChance, ...]:
    """Order the possible readings of a card, the strongest first."""
    expected = 0.0
    read = []
    for share, form in sorted(
        (_estimate_local_share(form, roster, counts), form) for form in forms
    ):
        expected += roster.size * share
        read.append(FormChance(form=form, chance=-expm1(-expected)))
    return tuple(read)


def _estimate_local_share(form: RosterForm, roster: StudentList, counts: NameCounts) -> float:
    """Return the share of people under a form; where a family name is common, so are its people.

    In a district where many are called Garcia, a contact of that name says less.
    """
    share = _estimate_share(form, counts)
    if form.kind in _FORMS_WITH_FAMILY and roster.size:
        common = counts.family.compute_share(form.family)
        here = _count_common_family(form.family, roster) / roster.size
        return share * max(1.0, here / common)
    return share


_FORMS_WITH_FAMILY = frozenset({FormKind.WHOLE, FormKind.INITIAL_AND_FAMILY, FormKind.START})


def _estimate_kin_chance(form: RosterForm, roster: StudentList, counts: NameCounts) -> float:
    """Return how likely someone of a family name on the roster has the given name of a student."""
    if form.kind is not FormKind.WHOLE:
        return 0.0
    students = max(1, _count_common_family(form.family, roster))
    return min(1.0, students * _estimate_given_share(form.given, counts))


def _count_common_family(family: str, roster: StudentList) -> int:
    """Return how many students have a family name, at least; 0 where few do."""
    most = 0
    for least in COMMON_FAMILY_COUNTS:
        if not roster.has_form(build_common_family_form(family, least)):
            break
        most = least
    return most


@lru_cache(maxsize=65536)
def _estimate_share(form: RosterForm, counts: NameCounts) -> float:
    """Return the share of people who would be found under this form."""
    match form.kind:
        case FormKind.WHOLE:
            return _estimate_given_share(form.given, counts) * counts.family.compute_share(
                form.family
            )
        case FormKind.GIVEN_AND_INITIAL:
            return _estimate_given_share(form.given, counts) * FAMILY_INITIAL_SHARE
        case FormKind.INITIAL_AND_FAMILY:
            return GIVEN_INITIAL_SHARE * counts.family.compute_share(form.family)
        case FormKind.START:
            return START_SHARES[len(form.given)] * counts.family.compute_share(form.family)
        case FormKind.HANDLE | FormKind.COMMON_FAMILY:
            return SAME_HANDLE_SHARE


def _estimate_given_share(given: str, counts: NameCounts) -> float:
    """Return the share of people who are enlisted under a given name, or one short for it."""
    return sum(map(counts.given.compute_share, {given, *list_short_givens(given)}))


# One contact in 300 of a member of staff is taken to be a student, before anything is known.
PRIOR_BITS = log2(1 / 300)
# Between five and six to one that it is a student. By costs alone one to four would do: to look
# costs the person 8 minutes, and a missed link 30. But a case may hurt who has done nothing.
NEEDED_BITS = 2.5
FEWEST_RARE_HITS = 3
MOST_CHANCE_HITS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactMatchResult:
    """The matcher's whole answer about one account's contacts: no name ever leaves it."""

    flagged: bool
    count: int
    cues: tuple[str, ...]


UNFLAGGED = ContactMatchResult(flagged=False, count=0, cues=())


_SHORTENED_FORMS = frozenset(
    {FormKind.GIVEN_AND_INITIAL, FormKind.INITIAL_AND_FAMILY, FormKind.START}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _CardMatch:
    """`chances` are those of its forms, falling; `hit` is the most telling one on the roster.

    `hit` is None where no form of the card is on the roster. `kin_chance` is how likely a relative
    of a student would be found so: in a town, people share family names.
    """

    chances: tuple[float, ...]
    hit: FormChance | None
    kin_chance: float = 0.0
    cues: frozenset[StudentCue]

    @property
    def is_telling(self) -> bool:
        """A name on the roster with a cue beside it, rare enough for what the cue says.

        A first name and an initial need a year or a grade at one of the district's schools.
        """
        if self.hit is None or not self.cues:
            return False
        if self.hit.form.kind in _SHORTENED_FORMS and not names_grade_at_school(self.cues):
            return False
        # A school or a town is what relatives name, too.
        known = 0.0 if names_year(self.cues) else self.kin_chance
        chance = max(self.hit.chance, known)
        return PRIOR_BITS - log2(chance) + sum_cue_bits(self.cues) >= NEEDED_BITS

    def compute_hit_chance(self, most: float) -> float:
        """Return how likely it was to be found, by chance, under a form as telling as that."""
        return max((chance for chance in self.chances if chance <= most), default=0.0)


def match_contacts(
    contacts: Iterable[Contact], roster: StudentList, setting: SchoolSetting, counts: NameCounts
) -> ContactMatchResult:
    """Case contacts that bear a roster name and a cue, or more rare names than chance brings.

    A name alone never cases: others bear it, too.
    """
    # A page may be turned while the list grows, and then shows a contact twice.
    cards = [_match_card(contact, roster, setting, counts) for contact in dict.fromkeys(contacts)]
    telling = [card for card in cards if card.is_telling]
    several = _select_rare_hits(cards)
    kinds = frozenset().union(*(card.cues for card in telling))
    if several:
        kinds |= {StudentCue.SEVERAL_NAMES}
    if not kinds:
        return UNFLAGGED
    beside = [card for card in telling if card.hit not in several]
    return ContactMatchResult(
        flagged=True, count=len(several) + len(beside), cues=tuple(sorted(kinds))
    )


def _match_card(
    contact: Contact, roster: StudentList, setting: SchoolSetting, counts: NameCounts
) -> _CardMatch:
    said = read_card(contact, setting)
    if said.is_someone_else:
        return _CardMatch(chances=(), hit=None, cues=said.cues)
    read = rank_forms_by_chance(list_card_forms(contact, counts), roster, counts)
    hit = next((form for form in read if roster.has_form(form.form)), None)
    return _CardMatch(
        chances=tuple(form.chance for form in read),
        hit=hit,
        kin_chance=_estimate_kin_chance(hit.form, roster, counts) if hit else 0.0,
        cues=said.cues if hit else frozenset(),
    )


def _select_rare_hits(cards: Sequence[_CardMatch]) -> Sequence[FormChance]:
    """Return the most names on the roster that are so rare that chance brings few of them.

    Accounts that show one name count once: they may be one person's, who is not a student.
    """
    hit = (card.hit for card in cards if card.hit and card.hit.form.kind not in _SHORTENED_FORMS)
    falling = sorted(hit, key=attrgetter("chance"), reverse=True)
    best = {one_hit.form: one_hit for one_hit in falling}
    hits = sorted(best.values(), key=attrgetter("chance", "form"))
    for size in range(len(hits), FEWEST_RARE_HITS - 1, -1):
        most = hits[size - 1].chance
        if sum(card.compute_hit_chance(most) for card in cards) < MOST_CHANCE_HITS:
            return hits[:size]
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MatcherQuota:
    """`lists` are accounts' lists of contacts; 500 members of staff with two each fit in."""

    lists: int = 2_000
    contacts: int = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MatcherUsage:
    """What was asked on one UTC day; `refused` lists came when the budget was used up."""

    day: date
    lists: int = 0
    contacts: int = 0
    refused: int = 0


def roll_over_usage(day: date, usage: MatcherUsage) -> MatcherUsage:
    """Return the reported use of a day; each day starts at zero."""
    return usage if usage.day == day else MatcherUsage(day=day)


def has_quota_for(quota: MatcherQuota, usage: MatcherUsage, contacts: int) -> bool:
    """Tell whether one more list of so many contacts may be answered today."""
    return usage.lists < quota.lists and usage.contacts + contacts <= quota.contacts


def record_answered_list(usage: MatcherUsage, contacts: int) -> MatcherUsage:
    return replace(usage, lists=usage.lists + 1, contacts=usage.contacts + contacts)


def record_refused_list(usage: MatcherUsage) -> MatcherUsage:
    """Count a list that the budget did not afford; the next one may be shorter."""
    return replace(usage, refused=usage.refused + 1)
