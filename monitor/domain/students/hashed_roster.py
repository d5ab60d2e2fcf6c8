"""The student roster as keyed tokens: students are stored in no other form."""

import hmac
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from itertools import chain

from monitor.domain.students.name_forms import (
    RosterForm,
    RosterStudent,
    list_common_families,
    list_student_forms,
)

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
