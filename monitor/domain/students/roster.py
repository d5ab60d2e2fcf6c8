"""The student roster as keyed tokens, and as plain names for a test bench.

The forms under which a student is found: whole names, shortened ones, and handles.
"""

import hmac
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256
from itertools import chain, product
from typing import Protocol
from unicodedata import normalize

from monitor.domain.handles.handles import extract_local_part
from monitor.domain.names.nicknames import list_full_givens
from monitor.domain.names.normalize import romanize_text, split_words, squash_text
from monitor.domain.names.parsing import join_particles, spell_out_letters

# A shorter handle is anyone's.
SHORTEST_HANDLE = 5
START_LENGTHS = (3, 4)


class FormKind(StrEnum):
    """WHOLE is given and family name; START is how a given name begins, before a family name.

    COMMON_FAMILY is a family name that many students have; its given name is how many, at least.
    """

    WHOLE = "name"
    GIVEN_AND_INITIAL = "given-initial"
    INITIAL_AND_FAMILY = "initial-family"
    START = "start"
    HANDLE = "handle"
    COMMON_FAMILY = "common-family"


@dataclass(frozen=True, slots=True, order=True)
class RosterForm:
    """One plain spelling; `family` is empty for a handle."""

    kind: FormKind
    given: str
    family: str = ""

    @property
    def text(self) -> str:
        return f"{self.kind}|{self.given} {self.family}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterStudent:
    """A row of a roster: given and family names, legal and preferred ones, and known handles."""

    names: tuple[tuple[str, str], ...]
    handles: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "RosterStudent(…)"


def list_student_forms(student: RosterStudent) -> frozenset[RosterForm]:
    """Return every form that a student is found under; none for a name without letters."""
    named = (form for given, family in student.names for form in _build_name_forms(given, family))
    return frozenset((*named, *filter(None, map(build_handle_form, student.handles))))


def build_handle_form(handle: str) -> RosterForm | None:
    """Return what an account's handle is compared by; None for one too short to be one's own."""
    own = squash_text(extract_chosen_part(handle))
    return RosterForm(FormKind.HANDLE, own) if len(own) >= SHORTEST_HANDLE else None


def extract_chosen_part(handle: str) -> str:
    """Return what its owner chose of a handle, without the server that follows it."""
    return extract_local_part(handle.strip().removeprefix("@").partition("@")[0])


def list_given_forms(given: str) -> frozenset[str]:
    """Return a given name and the names it is short for."""
    return list_full_givens(given) | {given}


def list_spellings(text: str) -> tuple[str, ...]:
    """Return a name in Latin letters, without its dots and with them written out."""
    latin = normalize("NFC", romanize_text(text))
    return tuple(dict.fromkeys((latin, spell_out_letters(latin))))


def build_whole_forms(givens: Iterable[str], families: Iterable[str]) -> Iterator[RosterForm]:
    lasts = tuple(families)
    for given in givens:
        for form in list_given_forms(given):
            for last in lasts:
                yield RosterForm(FormKind.WHOLE, form, last)


# So coarse that it says little of a roster: from four students on, then in steps of four times.
COMMON_FAMILY_COUNTS = (4, 16, 64, 256, 1024)


def list_common_families(students: Iterable[RosterStudent]) -> Iterator[RosterForm]:
    """Yield the family names of many students, once for each class that they are in."""
    bearers = Counter(
        family
        for student in students
        for family in {
            family_word for _, name in student.names for family_word in list_family_words(name)
        }
    )
    for family, number in bearers.items():
        yield from (
            build_common_family_form(family, least)
            for least in COMMON_FAMILY_COUNTS
            if number >= least
        )


def build_common_family_form(family: str, least: int) -> RosterForm:
    return RosterForm(FormKind.COMMON_FAMILY, str(least), family)


def list_family_words(family: str) -> frozenset[str]:
    """Return every word that a family name is found under."""
    return frozenset().union(*(_list_families(spelling) for spelling in list_spellings(family)))


def _build_name_forms(given: str, family: str) -> Iterator[RosterForm]:
    for first, last in product(list_spellings(given), list_spellings(family)):
        # Mary Ann is also called Mary, and Maryann.
        words = [part for word in split_words(first) for part in word.split("-")]
        yield from _build_spelling_forms(
            frozenset(filter(None, ("".join(words), *words[:2]))), _list_families(last)
        )


def _build_spelling_forms(givens: frozenset[str], families: frozenset[str]) -> Iterator[RosterForm]:
    # One Latin letter is an initial; one sign of another script may be a whole name.
    whole = (text for text in givens if len(text) > 1 or not text.isascii())
    yield from build_whole_forms(whole, families)
    for given in givens:
        for last in families:
            yield RosterForm(FormKind.INITIAL_AND_FAMILY, given[0], last)
            for size in START_LENGTHS:
                if len(given) > size:
                    yield RosterForm(FormKind.START, given[:size], last)
            for form in list_given_forms(given) if len(given) > 1 else ():
                yield RosterForm(FormKind.GIVEN_AND_INITIAL, form, last[0])


def _list_families(written: str) -> frozenset[str]:
    """Return a family name in one word, and either half of a double one."""
    words = [part for word in split_words(written) for part in word.split("-")]
    halves = join_particles(("", *words))[1:]
    return frozenset(filter(None, ("".join(words), *halves[:1], *halves[-1:], *words[-1:])))


TOKEN_BYTES = 16
# A school year and a month of grace: then a new key is due, and anyone who has left is forgotten.
ROSTER_LIFETIME = timedelta(days=400)
# From one import to the next, a roster grows or shrinks by less than this share of it.
UNUSUAL_CHANGE = 0.2
# Sizes are rounded up, so that a token file does not tell how many students there are.
_SIZE_STEP = 500
# A student has eight forms on average, or two more for each handle.
_TOKENS_EACH = 12
_VERSION = "v2"


class StudentList(Protocol):
    """A list of students that can be asked for a form; `size` is how many they are, about."""

    @property
    def size(self) -> int: ...

    def has_form(self, form: RosterForm) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """`size` is the number of students, rounded up.

    `tokens` are sorted, of one length, and in one piece; random ones among them are padding.
    """

    tokens: bytes = field(repr=False)
    key_id: str
    size: int
    made_on: date

    def has_token(self, token: bytes) -> bool:
        places = range(len(self.tokens) // TOKEN_BYTES)
        at = bisect_left(places, token, key=self._get_token_at)
        return at < len(places) and self._get_token_at(at) == token

    def is_stale(self, today: date) -> bool:
        return today - self.made_on > ROSTER_LIFETIME

    def has_unusual_size(self, previous: "Roster") -> bool:
        """Tell whether its size is one that a half written or a wrong file would have."""
        return abs(self.size - previous.size) > max(UNUSUAL_CHANGE * previous.size, _SIZE_STEP)

    def _get_token_at(self, place: int) -> bytes:
        return self.tokens[place * TOKEN_BYTES : (place + 1) * TOKEN_BYTES]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedRoster:
    """A roster together with its key: only so can it be asked for a form."""

    roster: Roster
    key: bytes = field(repr=False)

    @property
    def size(self) -> int:
        return self.roster.size

    def has_form(self, form: RosterForm) -> bool:
        return self.roster.has_token(compute_token(self.key, form))


def compute_token(key: bytes, form: RosterForm) -> bytes:
    return _compute_keyed_hash(key, form.text)[:TOKEN_BYTES]


def compute_key_id(key: bytes) -> str:
    """Name a key without telling it: tokens of another key are refused, not searched."""
    return _compute_keyed_hash(key, "key").hex()[:16]


def tokenize_roster(
    students: Iterable[RosterStudent], key: bytes, random_bytes: Callable[[int], bytes], today: date
) -> Roster:
    """Make the roster of a key; `random_bytes` makes the padding."""
    named = frozenset(students)
    forms = chain(list_common_families(named), *map(list_student_forms, named))
    tokens = {compute_token(key, form) for form in forms}
    size = -(-len(named) // _SIZE_STEP) * _SIZE_STEP
    step = _SIZE_STEP * _TOKENS_EACH
    target = max(size * _TOKENS_EACH, -(-len(tokens) // step) * step)
    tokens |= {random_bytes(TOKEN_BYTES) for _ in range(target - len(tokens))}
    return Roster(
        tokens=b"".join(sorted(tokens)), key_id=compute_key_id(key), size=size, made_on=today
    )


def _compute_keyed_hash(key: bytes, text: str) -> bytes:
    return hmac.digest(key, f"{_VERSION}|roster|{text}".encode(), sha256)
