"""The student roster as keyed tokens, and as plain names for a test bench.

The forms under which a student is found: whole names, shortened ones, and handles.
"""

import hmac
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256
from itertools import product
from typing import Protocol
from unicodedata import normalize

from monitor.domain.handles.handles import local_part
from monitor.domain.names.nicknames import full_givens
from monitor.domain.names.normalize import romanised, squashed, words_of
from monitor.domain.names.parsing import spelt_out, with_particles

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


TOKEN_BYTES = 16
# A school year and a month of grace: then a new key is due, and whoever has left is forgotten.
LASTS = timedelta(days=400)
# From one import to the next, a roster grows or shrinks by less than this share of it.
STRANGE_CHANGE = 0.2
# Sizes are rounded up, so that a token file does not tell how many pupils there are.
_SIZES = 500
# A pupil has eight forms on average, or two more for each handle.
_TOKENS_EACH = 12
_VERSION = "v2"


class Listed(Protocol):
    """A list of students that can be asked for a form; `size` is how many they are, about."""

    @property
    def size(self) -> int: ...

    def lists(self, form: Form) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """`size` is the number of pupils, rounded up.

    `tokens` are sorted, of one length, and in one piece; random ones among them are padding.
    """

    tokens: bytes = field(repr=False)
    key_id: str
    size: int
    made_on: date

    def holds(self, token: bytes) -> bool:
        places = range(len(self.tokens) // TOKEN_BYTES)
        at = bisect_left(places, token, key=self._token)
        return at < len(places) and self._token(at) == token

    def stale(self, today: date) -> bool:
        return today - self.made_on > LASTS

    def strange_beside(self, kept: "Roster") -> bool:
        """Tell whether its size is one that a half written or a wrong file would have."""
        return abs(self.size - kept.size) > max(STRANGE_CHANGE * kept.size, _SIZES)

    def _token(self, place: int) -> bytes:
        return self.tokens[place * TOKEN_BYTES : (place + 1) * TOKEN_BYTES]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedRoster:
    """A roster together with its key: only so can it be asked for a form."""

    roster: Roster
    key: bytes = field(repr=False)

    @property
    def size(self) -> int:
        return self.roster.size

    def lists(self, form: Form) -> bool:
        return self.roster.holds(token(self.key, form))


def token(key: bytes, form: Form) -> bytes:
    return _keyed(key, form.text)[:TOKEN_BYTES]


def key_id(key: bytes) -> str:
    """Name a key without telling it: tokens of another key are refused, not searched."""
    return _keyed(key, "key").hex()[:16]


def enlist(
    pupils: Iterable[Pupil], key: bytes, random_bytes: Callable[[int], bytes], today: date
) -> Roster:
    """Make the roster of a key; `random_bytes` makes the padding."""
    named = frozenset(pupils)
    tokens = {token(key, form) for pupil in named for form in pupil_forms(pupil)}
    size = -(-len(named) // _SIZES) * _SIZES
    step = _SIZES * _TOKENS_EACH
    target = max(size * _TOKENS_EACH, -(-len(tokens) // step) * step)
    tokens |= {random_bytes(TOKEN_BYTES) for _ in range(target - len(tokens))}
    return Roster(tokens=b"".join(sorted(tokens)), key_id=key_id(key), size=size, made_on=today)


def _keyed(key: bytes, text: str) -> bytes:
    return hmac.digest(key, f"{_VERSION}|roster|{text}".encode(), sha256)
