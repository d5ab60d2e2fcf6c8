"""Whose something is, and so whose key opens it."""

from collections.abc import Iterable

from monitor.errors import InputError
from monitor.store.database import Database, Row

# Letters print as many characters of a ref.
SHORTEST = 8


def owner_of_item(database: Database, ref: str) -> str:
    found = database.row("SELECT person FROM items WHERE ref = ?", ref)
    if found is None:
        raise no_item(ref)
    return str(found[0])


def owner_of_flag(database: Database, ref: str) -> str:
    found = database.row("SELECT person FROM flags WHERE ref = ?", ref)
    if found is None:
        raise no_flag(ref)
    return str(found[0])


def only_one(begun: str, found: Iterable[Row]) -> str:
    """Complete a ref that a letter has cut; return one that begins nothing as it is.

    Raises InputError where several begin so.
    """
    whole = [str(ref) for (ref,) in found] if len(begun) >= SHORTEST else []
    if len(whole) > 1:
        reason = f"Several references begin with {begun}; give more of it."
        raise InputError(reason)
    return whole[0] if whole else begun


def no_item(ref: str) -> InputError:
    return InputError(f"There is no item {ref}.")


def no_flag(ref: str) -> InputError:
    return InputError(f"There is no flag {ref}: `namesake flags list` shows those there are.")
