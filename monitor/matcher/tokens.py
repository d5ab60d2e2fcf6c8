"""The roster's token file, and the key that made it."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from monitor.domain.students.roster import TOKEN_BYTES, Roster, enlist
from monitor.errors import CannotWriteError, InputError

KEY_BYTES = 32
_FORMAT = "namesake-roster-1"


def parse_key(text: bytes) -> bytes:
    """Read a key of 32 bytes, written as 64 hexadecimal digits."""
    try:
        key = bytes.fromhex(text.decode("ascii").strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        reason = (
            "The roster key is not 64 hexadecimal digits; make one with `openssl rand -hex 32`."
        )
        raise InputError(reason)
    return key


def write_tokens(
    path: Path,
    pupils: Iterable[tuple[str, str]],
    key: bytes,
    random_bytes: Callable[[int], bytes] = os.urandom,
) -> Roster:
    """Write the tokens of the pupils' given and family names; the names themselves are not kept."""
    roster = enlist(pupils, key, random_bytes)
    fresh = path.with_name(f"{path.name}.new")
    try:
        fresh.touch(mode=0o600)
        fresh.write_text("".join(_lines(roster)), "ascii")
        fresh.replace(path)
    except OSError as error:
        reason = f"The token file {path} cannot be written ({error.strerror})."
        raise CannotWriteError(reason) from error
    return roster


def read_tokens(path: Path) -> Roster:
    try:
        return _parsed(path.read_text("ascii"))
    except OSError as error:
        reason = f"The token file {path} cannot be read ({error.strerror})."
        raise InputError(reason) from error
    except ValueError:
        reason = f"{path} is not a whole token file; make it again from the roster."
        raise InputError(reason) from None


def _parsed(text: str) -> Roster:
    header, *lines = text.splitlines()
    mark, key_id, size, count = header.split(" ")
    tokens = frozenset(map(bytes.fromhex, lines))
    whole = len(tokens) == int(count) and {len(token) for token in tokens} == {TOKEN_BYTES}
    if mark != _FORMAT or not whole:
        raise ValueError(mark)
    return Roster(tokens=tokens, key_id=key_id, size=int(size))


def _lines(roster: Roster) -> Iterator[str]:
    yield f"{_FORMAT} {roster.key_id} {roster.size} {len(roster.tokens)}\n"
    # Sorted, so that the order of the roster does not show.
    yield from (f"{token.hex()}\n" for token in sorted(roster.tokens))
