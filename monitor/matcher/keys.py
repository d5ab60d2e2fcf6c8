"""The roster key: 32 bytes, kept apart from the tokens that it makes."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from monitor.config import secret
from monitor.domain.students.roster import Roster, key_id
from monitor.errors import InputError, UnavailableError, WrongKeyError

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
        reason = (
            "The roster key is not 64 hexadecimal digits; make one with `openssl rand -hex 32`."
        )
        raise InputError(reason)
    return key


def given_key(environ: Mapping[str, str]) -> bytes | None:
    """Take the key from the systemd credential, else from the environment; None without one."""
    try:
        text = secret(SECRET, environ)
    except (OSError, UnicodeDecodeError) as error:
        reason = f"The systemd credential {SECRET} cannot be read; make it 64 hexadecimal digits."
        raise InputError(reason) from error
    return parse_key(text.encode()) if text else None


def check_key(roster: Roster, key: bytes, tokens: Path) -> None:
    """Raise WrongKeyError for a key that did not make these tokens."""
    if roster.key_id != key_id(key):
        reason = (
            f"The roster key (id {key_id(key)}) is not the one that made {tokens} "
            f"(id {roster.key_id}): give that key, or import the roster again."
        )
        raise WrongKeyError(reason)


def check_age(roster: Roster, today: date, tokens: Path) -> None:
    """Raise UnavailableError for tokens of a school year that is over."""
    if roster.stale(today):
        reason = (
            f"{tokens} was made on {roster.made_on}, and a roster lasts one school year: "
            "import this year's with `namesake roster rotate`."
        )
        raise UnavailableError(reason)
