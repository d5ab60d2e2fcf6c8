"""The roster of keyed hashes, made where the roster is, so that no name of a pupil comes here."""

import csv
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import click

from monitor.errors import CannotWriteError, InputError
from monitor.matcher.tokens import KEY_BYTES, write_tokens

GIVEN, FAMILY, ROLE = "givenName", "familyName", "role"


@click.group()
def students() -> None:
    """Make the file of keyed hashes that the student matcher reads."""


@students.command("hash")
@click.argument("roster", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--key-file", type=click.Path(path_type=Path), required=True)
@click.option("--tokens", type=click.Path(path_type=Path), required=True)
def hash_(roster: Path, key_file: Path, tokens: Path) -> None:
    """Hash a OneRoster users.csv under a new key, at the desk that holds the roster.

    The roster itself is not kept. A new school year gets a new key, so that old hashes die.
    """
    pupils = tuple(_pupils(roster))
    if not pupils:
        reason = f"{roster} holds no row with the role student; nothing was written."
        raise InputError(reason)
    key = secrets.token_bytes(KEY_BYTES)
    _write_key(key_file, key)
    try:
        write_tokens(tokens, pupils, key)
    except CannotWriteError:
        # A key without its hashes opens nothing, and would be in the way of the next try.
        key_file.unlink()
        raise
    click.echo(f"{len(pupils)} pupils hashed. Give {key_file} to the service, and to nobody else.")


def _pupils(path: Path) -> Iterator[tuple[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if not {GIVEN, FAMILY, ROLE} <= set(rows.fieldnames or ()):
                reason = f"{path} is no OneRoster users.csv: it lacks {GIVEN}, {FAMILY} or {ROLE}."
                raise InputError(reason)
            for row in rows:
                if (row[ROLE] or "").strip().lower() == "student":
                    yield row[GIVEN] or "", row[FAMILY] or ""
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = f"{path} cannot be read as CSV in UTF-8; export it again."
        raise InputError(reason) from error


def _write_key(path: Path, key: bytes) -> None:
    """Refuse to replace a key: the hashes made with it would be lost with it."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode=0o400)
    except FileExistsError:
        reason = f"{path} holds a key already; name a new file for the new school year."
        raise InputError(reason) from None
    except OSError as error:
        reason = f"{path} cannot be written ({error.strerror})."
        raise CannotWriteError(reason) from error
    with os.fdopen(file, "w", encoding="ascii") as out:
        out.write(key.hex())
