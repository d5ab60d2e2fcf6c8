"""Given names and their nicknames, in both directions."""

from functools import cache

from nicknames import NickNamer


@cache
def other_givens(given: str) -> frozenset[str]:
    """Return the nicknames of a given name, and the names it is a nickname of."""
    return frozenset(_table().nicknames_of(given) | _table().canonicals_of(given))


@cache
def full_givens(given: str) -> frozenset[str]:
    """Return the given names that this one is short for.

    Where the table has two names as short for each other, the longer one is taken for the full one.
    """
    full, short = _table().canonicals_of(given), _table().nicknames_of(given)
    return frozenset(each for each in full if each not in short or len(each) > len(given))


def listed(given: str) -> bool:
    """Tell whether people are known to bear this given name."""
    return bool(other_givens(given))


@cache
def _table() -> NickNamer:
    return NickNamer()
