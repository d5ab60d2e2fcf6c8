"""The roster key: 32 bytes, stored apart from the tokens that it makes.

The roster's token file: a line that says what it is, and then tokens, all of one length.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path

from monitor.config.sections import read_secret
from monitor.domain.errors import CannotWriteError, InputError, UnavailableError, WrongKeyError
from monitor.domain.students.hashed_roster import (
    TOKEN_BYTES,
    Roster,
    compute_key_id,
    tokenize_roster,
)
from monitor.domain.students.name_forms import RosterStudent

KEY_BYTES = 32
# As a systemd credential; in the environment it is NAMESAKE_ROSTER_KEY.
SECRET = "roster-key"  # noqa: S105  # the name of a secret, and no secret


def parse_key(text: bytes) -> bytes:
    """Read a key of 32 bytes, written as 64 hexadecimal digits."""
    try:
        key = bytes.fromhex(text.decode("ascii").strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise InputError(
            "The roster key is not 64 hexadecimal digits. Create one with `openssl rand -hex 32`."
        )
    return key


def load_key(environ: Mapping[str, str]) -> bytes | None:
    """Take the key from the systemd credential, else from the environment; None without one."""
    try:
        text = read_secret(SECRET, environ)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"The systemd credential {SECRET} cannot be read. It must be 64 hexadecimal digits."
        ) from error
    return parse_key(text.encode()) if text else None


def check_key(roster: Roster, key: bytes, tokens: Path) -> None:
    """Raise WrongKeyError for a key that did not make these tokens."""
    if roster.key_id != compute_key_id(key):
        raise WrongKeyError(
            f"The roster key (id {compute_key_id(key)}) does not match {tokens} "
            f"(id {roster.key_id}). Use that key, or import the roster again."
        )


def check_roster_age(roster: Roster, today: date, tokens: Path) -> None:
    """Raise UnavailableError for tokens of a school year that is over."""
    if roster.is_stale(today):
        raise UnavailableError(
            f"{tokens} is from {roster.made_on}. A roster is valid for one school year. "
            "Import this year's with `namesake roster import --new-year`."
        )


_FORMAT = "namesake-roster-2"
_OWNER_ONLY = 0o600


def build_roster(
    students: Iterable[RosterStudent],
    key: bytes,
    today: date,
    random_bytes: Callable[[int], bytes] = os.urandom,
) -> Roster:
    return tokenize_roster(students, key, random_bytes, today)


def write_tokens(path: Path, roster: Roster) -> None:
    """Write the tokens in one step: a reader sees the old file or the new one, whole."""
    count = len(roster.tokens) // TOKEN_BYTES
    head = f"{_FORMAT} {roster.key_id} {roster.size} {count} {roster.made_on}\n"
    fresh = path.with_name(f"{path.name}.new")
    try:
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=_OWNER_ONLY, exist_ok=False)
        fresh.write_bytes(head.encode("ascii") + roster.tokens)
        fresh.replace(path)
    except OSError as error:
        reason = f"The token file {path} cannot be written ({error.strerror})."
        raise CannotWriteError(reason) from error


def read_tokens(path: Path) -> Roster:
    try:
        return _parse_tokens(path.read_bytes())
    except OSError as error:
        raise InputError(f"The token file {path} cannot be read ({error.strerror}).") from error
    except ValueError:
        raise InputError(
            f"{path} is not a complete token file. Create it again with "
            "`namesake roster import --new-year`."
        ) from None


def _parse_tokens(content: bytes) -> Roster:
    head, _, tokens = content.partition(b"\n")
    mark, key_id, size, count, made_on = head.decode("ascii").split(" ")
    if mark != _FORMAT or len(tokens) != int(count) * TOKEN_BYTES or not tokens:
        raise ValueError(mark)
    return Roster(tokens=tokens, key_id=key_id, size=int(size), made_on=date.fromisoformat(made_on))
