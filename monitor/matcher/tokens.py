"""The roster's token file: a line that says what it is, and then tokens, all of one length."""

import os
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

from monitor.domain.students.forms import Pupil
from monitor.domain.students.roster import TOKEN_BYTES, Roster, enlist
from monitor.errors import CannotWriteError, InputError

_FORMAT = "namesake-roster-2"
_OWNER_ONLY = 0o600


def make_roster(
    pupils: Iterable[Pupil],
    key: bytes,
    today: date,
    random_bytes: Callable[[int], bytes] = os.urandom,
) -> Roster:
    return enlist(pupils, key, random_bytes, today)


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
        return _parsed(path.read_bytes())
    except OSError as error:
        reason = f"The token file {path} cannot be read ({error.strerror})."
        raise InputError(reason) from error
    except ValueError:
        reason = f"{path} is not a whole token file; make it again with `namesake roster rotate`."
        raise InputError(reason) from None


def _parsed(content: bytes) -> Roster:
    head, _, tokens = content.partition(b"\n")
    mark, key_id, size, count, made_on = head.decode("ascii").split(" ")
    if mark != _FORMAT or len(tokens) != int(count) * TOKEN_BYTES or not tokens:
        raise ValueError(mark)
    return Roster(tokens=tokens, key_id=key_id, size=int(size), made_on=date.fromisoformat(made_on))
