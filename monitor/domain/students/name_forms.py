"""The forms under which a student is found: whole names, shortened ones, and handles."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
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


class StudentList(Protocol):
    """A list of students that can be asked for a form; `size` is how many they are, about."""

    @property
    def size(self) -> int: ...

    def has_form(self, form: RosterForm) -> bool: ...
