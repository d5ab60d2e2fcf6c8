"""The student roster as keyed tokens, and as plain names for a test bench."""

import hmac
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from typing import Protocol

from monitor.domain.students.forms import Form, Pupil, pupil_forms

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


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainRoster:
    """A roster of plain names in memory, where names are invented and nothing has to be hidden."""

    forms: frozenset[Form] = field(repr=False)
    size: int

    def lists(self, form: Form) -> bool:
        return form in self.forms


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


def plain_roster(pupils: Iterable[Pupil]) -> PlainRoster:
    named = frozenset(pupils)
    forms = frozenset(form for pupil in named for form in pupil_forms(pupil))
    return PlainRoster(forms=forms, size=len(named))


def _keyed(key: bytes, text: str) -> bytes:
    return hmac.digest(key, f"{_VERSION}|roster|{text}".encode(), sha256)
