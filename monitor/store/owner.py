"""Whose something is, and so whose key opens it."""

from monitor.errors import InputError
from monitor.store.database import Database


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


def no_item(ref: str) -> InputError:
    return InputError(f"There is no item {ref}.")


def no_flag(ref: str) -> InputError:
    return InputError(f"There is no flag {ref}: `namesake flags list` shows those there are.")
