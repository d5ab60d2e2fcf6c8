"""A district that moves to another machine stays closed here, and says where it is.

What moves it is in the annex `monitor.fleet`. The mark is understood without it: whoever opened a
copy of a district that works elsewhere would write to people twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from monitor.domain.errors import DatabaseError, MovedError, build_permission_error
from monitor.domain.serialization import decode_json

HANDOVER_FILE = "moved.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """`token` is the same in the fleet's database; empty: what lies here is an old copy.

    `files` have the SHA-256 of each file by its path in the district's folder; none until it is
    closed.
    """

    district: str
    machine: str
    token: str = ""
    files: Mapping[str, str] = field(default_factory=dict)


def check_not_moved(state: Path) -> None:
    """Raise MovedError for a folder that another machine has, or one that is not whole yet."""
    found = find_handover(state)
    if found is None:
        return
    what = "is on its way to" if found.token else "is worked on by"
    reason = (
        f"The district {found.district} {what} the machine {found.machine}, so {state} stays "
        "closed. See `namesake status`."
    )
    raise MovedError(reason)


def find_handover(state: Path) -> Handover | None:
    """Return what is said of a folder; None if it is a district as any other."""
    try:
        return decode_json((state / HANDOVER_FILE).read_bytes(), Handover)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except PermissionError as error:
        raise build_permission_error(state) from error
    except (OSError, ValueError) as error:
        reason = f"{state / HANDOVER_FILE} cannot be read. Copy the district's folder again."
        raise DatabaseError(reason) from error
