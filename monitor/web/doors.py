"""Which part of the pages is open to whom: one table, and what is not in it is closed."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from monitor.domain.role import Principal, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One part of the pages. `role` is None where everybody may enter.

    `vouched` says that a token in the address proves who asks, so that a mail program may send
    the form for its reader.
    """

    role: Role | None = None
    vouched: bool = False

    def lets_in(self, principal: Principal | None) -> bool:
        return self.role is None or (principal is not None and self.role in principal.roles)


Doors = Mapping[str, Door]
_OPEN: Final = Door()
DOORS: Final[Doors] = MappingProxyType(
    {
        "": _OPEN,
        "healthz": _OPEN,
        "join": _OPEN,
        # Behind it a token is asked for, and without one configured there is nothing.
        "metrics": _OPEN,
        "sign-in": _OPEN,
        "sign-out": _OPEN,
        "static": _OPEN,
        "stop": Door(vouched=True),
        "me": Door(role=Role.STAFF),
        "review": Door(role=Role.REVIEWER),
        "operate": Door(role=Role.OPERATOR),
    }
)
API: Final = "/api/v1/"


def door_of(path: str, doors: Doors = DOORS) -> Door | None:
    """Return the door before a path; None where there is none, and so no way in."""
    place = path.removeprefix(API) if path.startswith(API) else path.removeprefix("/")
    return doors.get(place.partition("/")[0])
