"""The forms under which a student is found: whole names, shortened ones, and handles."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from unicodedata import normalize

from monitor.domain.handles.handles import local_part
from monitor.domain.names.givens import full_givens
from monitor.domain.names.romanised import romanised
from monitor.domain.names.spelling import squashed
from monitor.domain.names.words import words_of
from monitor.domain.names.written import spelt_out, with_particles

# A shorter handle is anybody's.
SHORTEST_HANDLE = 5
STARTS = (3, 4)


class FormKind(StrEnum):
    """WHOLE is given and family name; START is how a given name begins, before a family name."""

    WHOLE = "name"
    GIVEN_AND_INITIAL = "given-initial"
    INITIAL_AND_FAMILY = "initial-family"
    START = "start"
    HANDLE = "handle"


@dataclass(frozen=True, slots=True, order=True)
class Form:
    """One plain spelling; `family` is empty for a handle."""

    kind: FormKind
    given: str
    family: str = ""

    @property
    def text(self) -> str:
        return f"{self.kind}|{self.given} {self.family}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pupil:
    """A row of a roster: given and family names, legal and preferred ones, and known handles."""

    names: tuple[tuple[str, str], ...]
    handles: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "Pupil(…)"


def pupil_forms(pupil: Pupil) -> frozenset[Form]:
    """Return every form that a student is found under; none for a name without letters."""
    named = (form for given, family in pupil.names for form in _name_forms(given, family))
    return frozenset((*named, *filter(None, map(handle_form, pupil.handles))))


def handle_form(handle: str) -> Form | None:
    """Return what an account's handle is compared by; None for one too short to be one's own."""
    own = squashed(chosen_part(handle))
    return Form(FormKind.HANDLE, own) if len(own) >= SHORTEST_HANDLE else None


def chosen_part(handle: str) -> str:
    """Return what its owner chose of a handle, without the server that follows it."""
    return local_part(handle.strip().removeprefix("@").partition("@")[0])


def called(given: str) -> frozenset[str]:
    """Return a given name and the names it is short for."""
    return full_givens(given) | {given}


def spellings(text: str) -> tuple[str, ...]:
    """Return a name in Latin letters, without its dots and with them written out."""
    latin = normalize("NFC", romanised(text))
    return tuple(dict.fromkeys((latin, spelt_out(latin))))


def whole_forms(givens: Iterable[str], families: Iterable[str]) -> Iterator[Form]:
    lasts = tuple(families)
    for given in givens:
        for each in called(given):
            for last in lasts:
                yield Form(FormKind.WHOLE, each, last)


def _name_forms(given: str, family: str) -> Iterator[Form]:
    for first, last in product(spellings(given), spellings(family)):
        yield from _spelt_forms(_givens(first), _families(last))


def _spelt_forms(givens: frozenset[str], families: frozenset[str]) -> Iterator[Form]:
    # One Latin letter is an initial; one sign of another script may be a whole name.
    whole = (each for each in givens if len(each) > 1 or not each.isascii())
    yield from whole_forms(whole, families)
    for given in givens:
        for last in families:
            yield Form(FormKind.INITIAL_AND_FAMILY, given[0], last)
            for size in STARTS:
                if len(given) > size:
                    yield Form(FormKind.START, given[:size], last)
            for each in called(given) if len(given) > 1 else ():
                yield Form(FormKind.GIVEN_AND_INITIAL, each, last[0])


def _givens(written: str) -> frozenset[str]:
    """Return a given name in one word, and its first two words: Mary Ann is also called Mary."""
    words = [part for word in words_of(written) for part in word.split("-")]
    return frozenset(filter(None, ("".join(words), *words[:2])))


def _families(written: str) -> frozenset[str]:
    """Return a family name in one word, and either half of a double one."""
    words = [part for word in words_of(written) for part in word.split("-")]
    halves = with_particles(("", *words))[1:]
    return frozenset(filter(None, ("".join(words), *halves[:1], *halves[-1:], *words[-1:])))
