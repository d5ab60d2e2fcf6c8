"""Short forms of given names that the table of the `nicknames` package lacks.

Given names: what else their bearers are called, in both directions.
"""

import re
import tomllib
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nicknames import NickNamer

SHORT_FORMS: dict[str, str] = tomllib.loads(
    Path(__file__).with_name("nicknames.toml").read_text("utf-8")
)

_REMEMBERED = 16_384
_SHORTEST_START = 3
_SHORTEST_STEM = 4
_ENDINGS = re.compile(r"(?:c?it[ao]s?|ie|ey|y)$")
_FOND = re.compile(r"(?:c?it[ao]s?|ie|ey|[isy])$")
_VOWELS = frozenset("aeo")
_COUNTERPART_ENDINGS = frozenset(["a", "e", "o", "s", "n", "na", "ne", "ia", "la", "le", "us"])
_DOUBLED = re.compile(r"(.)\1$")


@lru_cache(maxsize=_REMEMBERED)
def list_other_givens(given: str) -> frozenset[str]:
    """Return the nicknames of a given name, and the names it is a nickname of."""
    from_table = _load_nickname_table().nicknames_of(given) | _load_nickname_table().canonicals_of(
        given
    )
    return frozenset(from_table) | _build_short_forms().get(given, frozenset())


@lru_cache(maxsize=_REMEMBERED)
def list_full_givens(given: str) -> frozenset[str]:
    """Return the given names that this one is short for.

    Where the table has two names as short for each other, the longer one is taken for the full one.
    """
    full, short = (
        _load_nickname_table().canonicals_of(given),
        _load_nickname_table().nicknames_of(given),
    )
    listed_full = frozenset(
        canonical for canonical in full if canonical not in short or len(canonical) > len(given)
    )
    return listed_full | _build_full_forms().get(given, frozenset())


@lru_cache(maxsize=_REMEMBERED)
def list_short_givens(given: str) -> frozenset[str]:
    """Return the given names that are short for this one."""
    return frozenset(
        other_given
        for other_given in list_other_givens(given)
        if given in list_full_givens(other_given)
    )


def is_listed_given(given: str) -> bool:
    """Tell whether people are known to bear this given name."""
    return bool(list_other_givens(given))


def stem_given_name(given: str) -> str:
    """Return the start of the name in a short form: Mad for Maddi and Mads, Dan for Danny."""
    short = _FOND.sub("", given)
    return _DOUBLED.sub(r"\1", short) if short != given else given


def is_nickname_pair(one: str, other: str) -> bool:
    """Tell whether either is a nickname of the other one."""
    return other in list_other_givens(one)


def is_short_form_pair(one: str, other: str) -> bool:
    """Tell whether one is how the other begins, as it is or with a fond ending: Juanito, Danny."""
    short, full = sorted((one, other), key=len)
    begins = len(short) >= _SHORTEST_START and full.startswith(short)
    return begins or _is_fond_form(one, other) or _is_fond_form(other, one)


def is_counterpart_pair(one: str, other: str) -> bool:
    """Tell whether two names are made of one and borne by different people: Erik and Erika."""
    short, full = sorted((one, other), key=len)
    if len(short) < _SHORTEST_STEM or short == full:
        return False
    if len(short) == len(full):
        return short[:-1] == full[:-1] and {short[-1], full[-1]} <= _VOWELS
    return full.startswith(short) and full[len(short) :] in _COUNTERPART_ENDINGS


def _is_fond_form(fond: str, given: str) -> bool:
    stem = _ENDINGS.sub("", fond)
    if stem == fond:
        return False
    # English doubles the letter before such an ending: Danny is Dan.
    single = _DOUBLED.sub(r"\1", stem)
    shortest = _SHORTEST_STEM if single == stem else _SHORTEST_START
    return len(single) >= shortest and given.startswith(single)


@cache
def _build_short_forms() -> dict[str, frozenset[str]]:
    both: dict[str, set[str]] = {}
    for full, shorts in SHORT_FORMS.items():
        for short in shorts.split():
            both.setdefault(full, set()).add(short)
            both.setdefault(short, set()).add(full)
    return {given: frozenset(others) for given, others in both.items()}


@cache
def _build_full_forms() -> dict[str, frozenset[str]]:
    full: dict[str, set[str]] = {}
    for given, shorts in SHORT_FORMS.items():
        for short in shorts.split():
            full.setdefault(short, set()).add(given)
    return {short: frozenset(givens) for short, givens in full.items()}


@cache
def _load_nickname_table() -> "NickNamer":
    # It takes 2 MiB, and nothing compares names before the first sweep, check or new member.
    from nicknames import NickNamer  # noqa: PLC0415 - see above

    return NickNamer()
