"""The student roster as keyed tokens, and what may be said of an account's contacts."""

import hmac
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from monitor.domain.handles.handles import local_part
from monitor.domain.names.givens import full_givens
from monitor.domain.names.spelling import squashed
from monitor.domain.names.words import name_orders, words_of
from monitor.domain.students.pupil_cues import Cue, Setting, cues
from scrapers.finding import Contact

TOKEN_BYTES = 16
# How likely a name drawn at random in the United States is a given pupil's, in one of its forms:
# measured as 1.1 hits among 300 contacts for a roster of 3,000.
CHANCE = 1.2e-6
# Sizes are rounded up, so that a token file does not tell how many pupils there are.
_SIZES = 500
_TOKENS = 1024
_ENOUGH_HITS = 3
_FEW_BY_CHANCE = 0.1
_LONGEST_NAME = 200
_LONGEST_FORM = 5
_SEPARATORS = re.compile(r"[\W\d_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactVerdict:
    """The matcher's whole answer about one account's contacts: no name ever leaves it."""

    flagged: bool
    count: int
    cues: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """`size` is the number of pupils, rounded up; `tokens` also holds random ones as padding."""

    tokens: frozenset[bytes]
    key_id: str
    size: int


UNFLAGGED = ContactVerdict(flagged=False, count=0, cues=())


def token(key: bytes, form: str) -> bytes:
    return _keyed(key, f"v1|roster|name|{form}")[:TOKEN_BYTES]


def key_id(key: bytes) -> str:
    """Name a key without telling it: tokens of another key are refused, not searched."""
    return _keyed(key, "v1|roster|key").hex()[:16]


def pupil_forms(given: str, family: str) -> frozenset[str]:
    """Return the plain forms under which a pupil is found.

    These are given and family name, the names that the given one is short for, and the last
    part of a double family name.
    """
    families = {squashed(family), *words_of(family.replace("-", " "))[-1:]}
    return frozenset(f"{each} {last}" for each in _givens(given) for last in families if last)


def contact_forms(contact: Contact) -> frozenset[str]:
    """Return the plain forms a contact's name may stand for; none without a family name.

    Where the name shown is none, the handle may be one: `jane.doe27`.
    """
    shown = contact.name[:_LONGEST_NAME]
    forms = [_forms(words) for words in name_orders(shown)]
    in_handle = words_of(_SEPARATORS.sub(" ", local_part(contact.handle)))
    return frozenset().union(*forms) or _forms(in_handle)


def _forms(words: tuple[str, ...]) -> frozenset[str]:
    named = tuple(word for word in words if not any(map(str.isdigit, word)))
    if not 1 < len(named) <= _LONGEST_FORM:
        return frozenset()
    first, *rest = named
    return pupil_forms(first, rest[-1]) | pupil_forms(first, " ".join(rest))


def enlist(
    pupils: Iterable[tuple[str, str]], key: bytes, random_bytes: Callable[[int], bytes]
) -> Roster:
    """Make the roster of given and family names; `random_bytes` makes the padding."""
    named = set(pupils)
    tokens = {token(key, form) for given, family in named for form in pupil_forms(given, family)}
    missing = _TOKENS - len(tokens) % _TOKENS
    tokens |= {random_bytes(TOKEN_BYTES) for _ in range(missing)}
    size = -(-len(named) // _SIZES) * _SIZES
    return Roster(tokens=frozenset(tokens), key_id=key_id(key), size=size)


def judge(
    contacts: Iterable[Contact], roster: Roster, key: bytes, setting: Setting
) -> ContactVerdict:
    """Flag contacts that bear a roster name and a cue, or too many names for chance.

    A name alone never flags: others bear it, too.
    """
    shown = tuple(contacts)
    hits = [contact for contact in shown if _on(roster, key, contact)]
    cued = {index: found for index, hit in enumerate(hits) if (found := cues(hit, setting))}
    if cued:
        kinds = frozenset().union(*cued.values())
        return ContactVerdict(flagged=True, count=len(cued), cues=tuple(sorted(kinds)))
    by_chance = len(shown) * roster.size * CHANCE
    if len(hits) >= _ENOUGH_HITS and by_chance < _FEW_BY_CHANCE:
        return ContactVerdict(flagged=True, count=len(hits), cues=(Cue.SEVERAL_NAMES,))
    return UNFLAGGED


def _on(roster: Roster, key: bytes, contact: Contact) -> bool:
    return any(token(key, form) in roster.tokens for form in contact_forms(contact))


def _givens(given: str) -> Iterator[str]:
    first = words_of(given)[:1]
    for each in {squashed(given), *first}:
        yield each
        yield from full_givens(each)


def _keyed(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), sha256).digest()
