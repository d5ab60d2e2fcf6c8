"""What was asked today, kept where a restart does not forget it."""

from datetime import date
from pathlib import Path

from msgspec import DecodeError, json

from monitor.domain.students.budget import Spent
from monitor.errors import CannotWriteError, InputError

_OWNER_ONLY = 0o600


def read_spent(path: Path) -> Spent:
    """Return nothing spent where nothing was written yet; raise InputError for half a file."""
    try:
        return json.decode(path.read_bytes(), type=Spent)
    except FileNotFoundError:
        return Spent(day=date.min)
    except (OSError, DecodeError) as error:
        reason = f"{path} does not tell what was asked today; remove it to begin anew."
        raise InputError(reason) from error


def write_spent(path: Path, spent: Spent) -> None:
    fresh = path.with_name(f"{path.name}.new")
    try:
        fresh.touch(mode=_OWNER_ONLY)
        fresh.write_bytes(json.encode(spent))
        fresh.replace(path)
    except OSError as error:
        reason = f"{path} cannot be written ({error.strerror}), so nothing is compared."
        raise CannotWriteError(reason) from error
