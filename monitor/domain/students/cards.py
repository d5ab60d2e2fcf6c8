"""What the public card of a contact may stand for: the forms its name and handle can be read as."""

import re
from collections.abc import Iterator
from functools import lru_cache

from monitor.domain.handles.epithets import BESIDE_A_NAME
from monitor.domain.handles.handles import opaque, words_in
from monitor.domain.names.commonness import Counts, NameCounts
from monitor.domain.names.givens import listed, stem
from monitor.domain.names.written import Written, readings
from monitor.domain.students.forms import (
    STARTS,
    Form,
    FormKind,
    called,
    chosen_part,
    handle_form,
    whole_forms,
)
from scrapers.finding import Contact

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
