"""Given names: what else their bearers are called, in both directions."""

import re
from functools import cache, lru_cache

from nicknames import NickNamer

from monitor.domain.names.short_forms import LETTERS, SHORT_FORMS

_REMEMBERED = 16_384
_SHORTEST_START = 3
_SHORTEST_STEM = 4
_ENDINGS = re.compile(r"(?:c?it[ao]s?|ie|ey|y)$")
_FOND = re.compile(r"(?:c?it[ao]s?|ie|ey|[isy])$")
_VOWELS = frozenset("aeo")
_COUNTERPART_ENDINGS = frozenset(["a", "e", "o", "s", "n", "na", "ne", "ia", "la", "le", "us"])
_DOUBLED = re.compile(r"(.)\1$")


@lru_cache(maxsize=_REMEMBERED)
def other_givens(given: str) -> frozenset[str]:
    """Return the nicknames of a given name, and the names it is a nickname of."""
    from_table = _table().nicknames_of(given) | _table().canonicals_of(given)
    return frozenset(from_table) | _short_forms().get(given, frozenset())


@lru_cache(maxsize=_REMEMBERED)
def full_givens(given: str) -> frozenset[str]:
    """Return the given names that this one is short for.

    Where the table has two names as short for each other, the longer one is taken for the full one.
    """
    full, short = _table().canonicals_of(given), _table().nicknames_of(given)
    listed_full = frozenset(each for each in full if each not in short or len(each) > len(given))
    return listed_full | _full_forms().get(given, frozenset())


@lru_cache(maxsize=_REMEMBERED)
def short_givens(given: str) -> frozenset[str]:
    """Return the given names that are short for this one."""
    return frozenset(each for each in other_givens(given) if given in full_givens(each))


def listed(given: str) -> bool:
    """Tell whether people are known to bear this given name."""
    return bool(other_givens(given))


def stem(given: str) -> str:
    """Return how a fond form begins the name it stands for: Maddi and Mads are Mad, Danny Dan."""
    short = _FOND.sub("", given)
    return _DOUBLED.sub(r"\1", short) if short != given else given


def nicknames(one: str, other: str) -> bool:
    """Tell whether either is a nickname of the other one."""
    return other in other_givens(one)


def shortened(one: str, other: str) -> bool:
    """Tell whether one is how the other begins, as it is or with a fond ending: Juanito, Danny."""
    short, full = sorted((one, other), key=len)
    begins = len(short) >= _SHORTEST_START and full.startswith(short)
    return begins or _fond(one, other) or _fond(other, one)


def counterparts(one: str, other: str) -> bool:
    """Tell whether two names are made of one and borne by different people: Erik and Erika."""
    short, full = sorted((one, other), key=len)
    if len(short) < _SHORTEST_STEM or short == full:
        return False
    if len(short) == len(full):
        return short[:-1] == full[:-1] and {short[-1], full[-1]} <= _VOWELS
    return full.startswith(short) and full[len(short) :] in _COUNTERPART_ENDINGS


def _fond(fond: str, given: str) -> bool:
    stem = _ENDINGS.sub("", fond)
    if stem == fond:
        return False
    # English doubles the letter before such an ending: Danny is Dan.
    single = _DOUBLED.sub(r"\1", stem)
    shortest = _SHORTEST_STEM if single == stem else _SHORTEST_START
    return len(single) >= shortest and given.startswith(single)


def spelt(given: str) -> str:
    """Return the letter that a given name spells, as Dee does; most spell none."""
    return LETTERS.get(given, "")


@cache
def _short_forms() -> dict[str, frozenset[str]]:
    both: dict[str, set[str]] = {}
    for full, shorts in SHORT_FORMS.items():
        for short in shorts.split():
            both.setdefault(full, set()).add(short)
            both.setdefault(short, set()).add(full)
    return {given: frozenset(others) for given, others in both.items()}


@cache
def _full_forms() -> dict[str, frozenset[str]]:
    full: dict[str, set[str]] = {}
    for given, shorts in SHORT_FORMS.items():
        for short in shorts.split():
            full.setdefault(short, set()).add(given)
    return {short: frozenset(givens) for short, givens in full.items()}


@cache
def _table() -> NickNamer:
    return NickNamer()
