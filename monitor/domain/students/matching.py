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

from monitor.domain.handles.handles import BESIDE_A_NAME, opaque, words_in
from monitor.domain.names.frequency import Counts, NameCounts
from monitor.domain.names.nicknames import listed, short_givens, stem
from monitor.domain.names.parsing import Written, readings
from monitor.domain.students.cues import Cue, Setting, bits, cues
from monitor.domain.students.roster import (
    STARTS,
    Form,
    FormKind,
    Listed,
    called,
    chosen_part,
    handle_form,
    whole_forms,
)
from scrapers.models import Contact

_LONGEST_NAME = 5
_LONGEST_WORD = 30
_SHORTEST_FAMILY = 3
_SHORTEST_UNPARTED = 4
# What stands around a name in a handle for its looks, or says whose it is.
_FLOURISH = re.compile(r"^(?:x{2,}|x$)|x{2,}$")
_BEFORE = re.compile(r"^(?:its|iam|im|the|real)")
# People in the United States; from here on a word is a given name in its own right, and not a
# fond form of another one.
_COMMON = 20_000
# Names of these letters are written without a space: 2 to 6 signs, the family name first.
_UNSPACED = range(2, 7)
_IDEOGRAPHS = range(0x3040, 0xD7A4)


def card_forms(contact: Contact, counts: NameCounts) -> frozenset[Form]:
    """Return the forms a card may be found by; of a card without any name, its handle alone.

    Who shows a whole name is not taken for somebody else for the sake of a shortened handle.
    """
    shown = frozenset(_shown_forms(contact.name, counts))
    whole = any(form.kind is FormKind.WHOLE for form in shown)
    in_handle = _handle_forms(contact, counts)
    read = frozenset(form for form in in_handle if form.kind is FormKind.WHOLE or not whole)
    own = handle_form(contact.handle)
    return frozenset(_told_whole(shown | read)).union((own,) if own else ())


def _told_whole(forms: frozenset[Form]) -> Iterator[Form]:
    """Leave out a shortened name that a whole one completes: Jane D. is Jane Doe by her handle."""
    whole = {(form.given, form.family[:1]) for form in forms if form.kind is FormKind.WHOLE}
    for form in forms:
        completed = form.kind is FormKind.GIVEN_AND_INITIAL and (form.given, form.family) in whole
        if not completed:
            yield form


def _shown_forms(name: str, counts: NameCounts) -> Iterator[Form]:
    for reading in readings(name):
        words = (*reading.givens, *reading.family)
        if reading.givens and len(words) <= _LONGEST_NAME and not _numbered(words):
            yield from _named(reading, counts)
        elif len(words) == 1:
            yield from _unspaced(words[0])


def _named(reading: Written, counts: NameCounts) -> Iterator[Form]:
    first, *more = reading.givens
    givens = {first, "".join(reading.givens[:2])} if more else {first}
    families = {reading.joined, reading.family[0], reading.family[-1]}
    if more:
        families.add("".join((*more, *reading.family)))
        families.add(more[-1] + reading.joined)
    if more and counts.family.share(more[-1]) > counts.given.share(more[-1]):
        families.add(more[-1])
    names = frozenset(each for each in (*givens, *reading.called) if len(each) > 1)
    lasts = frozenset(each for each in families if len(each) > 1)
    yield from whole_forms(names, lasts)
    if not reading.turned:
        yield from _shortened(first, reading.joined, counts.given)


def _shortened(given: str, family: str, counts: Counts) -> Iterator[Form]:
    """Read "Jane D.", "J. Doe", and "Mads Doe", who may be Madison."""
    if len(given) == 1 and len(family) > 1:
        yield Form(FormKind.INITIAL_AND_FAMILY, given, family)
    elif len(family) == 1 and len(given) > 1:
        for each in called(given):
            yield Form(FormKind.GIVEN_AND_INITIAL, each, family)
    elif len(family) > 1 and counts.of(given) < _COMMON and len(stem(given)) in STARTS:
        yield Form(FormKind.START, stem(given), family)


def _handle_forms(contact: Contact, counts: NameCounts) -> Iterator[Form]:
    handle = chosen_part(contact.handle)
    if opaque(handle):
        return
    read = (_FLOURISH.sub("", word) for word in words_in(handle) if not word.isdecimal())
    words = tuple(word for word in read if word and word not in BESIDE_A_NAME)
    if len(words) > 1:
        yield from _shown_forms(" ".join(words), counts)
    elif words and _SHORTEST_UNPARTED <= len(words[0]) <= _LONGEST_WORD:
        for word in dict.fromkeys((words[0], _BEFORE.sub("", words[0]))):
            yield from _parted(word, counts.given)
        yield from _beside_shown(contact.name, words[0])


def _beside_shown(name: str, word: str) -> Iterator[Form]:
    """Join a lone given name that is shown with the family name that the handle is."""
    for reading in readings(name):
        if not reading.givens and len(reading.family) == 1:
            yield from whole_forms((reading.joined,), (word,))


@lru_cache(maxsize=4096)
def _parted(word: str, counts: Counts) -> tuple[Form, ...]:
    """Part a handle that nothing parts, wherever one side of it is a given name or an initial."""
    return tuple(_parts_of(word, counts))


def _parts_of(word: str, counts: Counts) -> Iterator[Form]:
    if len(word) < _SHORTEST_UNPARTED:
        return
    for at in range(2, len(word) - _SHORTEST_FAMILY + 1):
        if _given(word[:at], counts):
            yield from whole_forms((word[:at],), (word[at:],))
    for at in range(_SHORTEST_FAMILY, len(word) - 1):
        if _given(word[at:], counts):
            yield from whole_forms((word[at:],), (word[:at],))
    yield Form(FormKind.INITIAL_AND_FAMILY, word[0], word[1:])
    if _given(word[:-1], counts):
        for each in called(word[:-1]):
            yield Form(FormKind.GIVEN_AND_INITIAL, each, word[-1])


def _given(word: str, counts: Counts) -> bool:
    return listed(word) or counts.known(word)


def _unspaced(word: str) -> Iterator[Form]:
    if len(word) in _UNSPACED and all(ord(letter) in _IDEOGRAPHS for letter in word):
        for at in range(1, len(word)):
            yield Form(FormKind.WHOLE, word[at:], word[:at])


def _numbered(words: tuple[str, ...]) -> bool:
    return any(map(str.isdigit, "".join(words)))


# How likely two people of the 2020 census share an initial, or the first letters of a given name.
GIVEN_INITIAL = 0.059
FAMILY_INITIAL = 0.046
START: Mapping[int, float] = {3: 0.0048, 4: 0.0021}
# An order of magnitude: among 684 handles of officials hardly one was two people's.
SAME_HANDLE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A form of a card. `chance` is that of one at least as telling to be on the roster."""

    form: Form
    chance: float


def read_by_chance(forms: Iterable[Form], pupils: int, counts: NameCounts) -> tuple[Reading, ...]:
    """Order what a card may stand for, the most telling first; `pupils` are on the roster."""
    expected = 0.0
    read = []
    for share, form in sorted((_share(form, counts), form) for form in forms):
        expected += pupils * share
        read.append(Reading(form=form, chance=-expm1(-expected)))
    return tuple(read)


@lru_cache(maxsize=65536)
def _share(form: Form, counts: NameCounts) -> float:
    """Return the share of people who would be found under this form."""
    match form.kind:
        case FormKind.WHOLE:
            return _called(form.given, counts) * counts.family.share(form.family)
        case FormKind.GIVEN_AND_INITIAL:
            return _called(form.given, counts) * FAMILY_INITIAL
        case FormKind.INITIAL_AND_FAMILY:
            return GIVEN_INITIAL * counts.family.share(form.family)
        case FormKind.START:
            return START[len(form.given)] * counts.family.share(form.family)
        case FormKind.HANDLE:
            return SAME_HANDLE


def _called(given: str, counts: NameCounts) -> float:
    """Return the share of people who are enlisted under a given name, or one short for it."""
    return sum(map(counts.given.share, {given, *short_givens(given)}))


# One contact in 300 of a member of staff is taken to be a pupil, before anything is known.
PRIOR_BITS = log2(1 / 300)
# Between five and six to one that it is a pupil. By costs alone one to four would do: to look
# costs the person 8 minutes, and a missed link 30. But a flag may hurt who has done nothing.
NEEDED_BITS = 2.5
SEVERAL = 3
FEW_BY_CHANCE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactVerdict:
    """The matcher's whole answer about one account's contacts: no name ever leaves it."""

    flagged: bool
    count: int
    cues: tuple[str, ...]


UNFLAGGED = ContactVerdict(flagged=False, count=0, cues=())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Card:
    """`chances` are those of its forms, falling; `hit` is the most telling one on the roster.

    `hit` is None where no form of the card is on the roster.
    """

    chances: tuple[float, ...]
    hit: Reading | None
    cues: frozenset[Cue]

    @property
    def tells(self) -> bool:
        """A name on the roster with a cue beside it, rare enough for what the cue says."""
        if self.hit is None or not self.cues:
            return False
        return PRIOR_BITS - log2(self.hit.chance) + bits(self.cues) >= NEEDED_BITS

    def expected(self, most: float) -> float:
        """Return how likely it was to be found, by chance, under a form as telling as that."""
        return max((chance for chance in self.chances if chance <= most), default=0.0)


def judge(
    contacts: Iterable[Contact], listed: Listed, setting: Setting, counts: NameCounts
) -> ContactVerdict:
    """Flag contacts that bear a roster name and a cue, or more rare names than chance brings.

    A name alone never flags: others bear it, too.
    """
    # A page may be turned while the list grows, and then shows a contact twice.
    cards = [_card(each, listed, setting, counts) for each in dict.fromkeys(contacts)]
    telling = [card for card in cards if card.tells]
    several = _several(cards)
    kinds = frozenset().union(*(card.cues for card in telling))
    if several:
        kinds |= {Cue.SEVERAL_NAMES}
    if not kinds:
        return UNFLAGGED
    beside = [card for card in telling if card.hit not in several]
    return ContactVerdict(flagged=True, count=len(several) + len(beside), cues=tuple(sorted(kinds)))


def _card(contact: Contact, listed: Listed, setting: Setting, counts: NameCounts) -> _Card:
    read = read_by_chance(card_forms(contact, counts), listed.size, counts)
    hit = next((each for each in read if listed.lists(each.form)), None)
    found = cues(contact, setting) if hit else frozenset[Cue]()
    return _Card(chances=tuple(each.chance for each in read), hit=hit, cues=found)


def _several(cards: Sequence[_Card]) -> Sequence[Reading]:
    """Return the most names on the roster that are so rare that chance brings few of them.

    Accounts that show one name count once: they may be one person's, who is not a pupil.
    """
    hit = filter(None, (card.hit for card in cards))
    falling = sorted(hit, key=attrgetter("chance"), reverse=True)
    best = {each.form: each for each in falling}
    hits = sorted(best.values(), key=attrgetter("chance", "form"))
    for size in range(len(hits), SEVERAL - 1, -1):
        most = hits[size - 1].chance
        if sum(card.expected(most) for card in cards) < FEW_BY_CHANCE:
            return hits[:size]
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """`lists` are accounts' lists of contacts; 500 members of staff with two each fit in."""

    lists: int = 2_000
    contacts: int = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What was asked on one UTC day; `refused` lists came when the budget was used up."""

    day: date
    lists: int = 0
    contacts: int = 0
    refused: int = 0


def on(day: date, spent: Spent) -> Spent:
    """Return what was asked on a day, as far as it was told: another day begins with nothing."""
    return spent if spent.day == day else Spent(day=day)


def affords(budget: Budget, spent: Spent, contacts: int) -> bool:
    """Tell whether one more list of so many contacts may be answered today."""
    return spent.lists < budget.lists and spent.contacts + contacts <= budget.contacts


def answered(spent: Spent, contacts: int) -> Spent:
    return replace(spent, lists=spent.lists + 1, contacts=spent.contacts + contacts)


def refused(spent: Spent) -> Spent:
    """Count a list that the budget did not afford; the next one may be shorter."""
    return replace(spent, refused=spent.refused + 1)
