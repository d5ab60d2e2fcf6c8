"""An enrolled person: only what they entered themselves.

What a signed-in person may do: see their own pages, review, or operate.
"""

from contextvars import ContextVar
from dataclasses import dataclass, field, fields
from datetime import datetime
from hashlib import sha256
from typing import Any

from monitor.domain.email_delivery import fold_address
from monitor.domain.vocabulary import AuthMethod, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonName:
    """A name as its owner gives it. `former_families` are earlier surnames."""

    given: str
    family: str
    middle: str = ""
    nicknames: tuple[str, ...] = ()
    former_families: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        return f"{self.given} {self.family}"


_LEADING = frozenset({"principal", "superintendent", "superintendente"})
_BELOW = frozenset({"assistant", "associate", "vice", "deputy", "secretary", "aide", "to"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFeed:
    """An alert feed that a person pasted. `address` is a secret: it opens their alerts to anyone.

    `read_at` is when it was last read whole, None before; `fault` says why it could not be read
    last time, empty where it could.
    """

    address: str = field(repr=False)
    added_at: datetime
    read_at: datetime | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDetails:
    """What people enter about themselves besides their name.

    `accounts` are account keys (`platform:@handle`) declared as own, `pages` the addresses of own
    pages; `absent_from` are platforms on which the person says to have no account.
    """

    school: str = ""
    role: str = ""
    places: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    absent_from: tuple[str, ...] = ()

    def copy_details(self) -> dict[str, Any]:
        """Return them alone, to fill in another one that has them."""
        return {part.name: getattr(self, part.name) for part in fields(PersonDetails)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(PersonDetails):
    """An enrolled member of staff.

    `zone` is an IANA time zone, used for due times and display only. `confirmed_names` are the
    names by which the district invited them or that it confirmed since, empty where it knows none.
    Until one is confirmed, `name` may be empty: then nothing is searched. `reference_picture` is
    the print of a picture of theirs that they added (`PicturePrint`), empty for none.
    """

    id: str
    name: PersonName
    mail: str
    organization: str
    zone: str
    confirmed_names: tuple[PersonName, ...] = ()
    alert_feeds: tuple[AlertFeed, ...] = ()
    reference_picture: str = field(default="", repr=False)

    @property
    def is_named(self) -> bool:
        return bool(self.name.given and self.name.family)

    @property
    def leads_school(self) -> bool:
        """Tell whether they lead a school or the district, so that no principal is to be told."""
        words = frozenset(self.role.casefold().replace(",", " ").split())
        return bool(words & _LEADING) and not words & _BELOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who is signed in. `reader_id` is the opaque id under which they are known everywhere.

    `person_id` is their id once they joined, else empty; `invitation_id` is one that this session
    may answer, else empty. `is_remembered` says that they are to stay signed in on this device.
    """

    reader_id: str
    mail: str
    name: str
    roles: frozenset[Role]
    auth_method: AuthMethod
    started_at: datetime
    person_id: str = ""
    invitation_id: str = ""
    is_remembered: bool = False


SERVICE_MEANS = "service"
# By what means somebody acts, for the log of acts: set where something comes in, be it a page, a
# token or a shell. Threads of the service begin without it.
CURRENT_MEANS: ContextVar[str] = ContextVar("means", default=SERVICE_MEANS)


def build_reviewer_id(address: str) -> str:
    """Return an ID for a reviewer's address; the address is looked up when mail is sent."""
    return f"reviewer-{_hash_address(address)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewer:
    """`person_id` is their own id where they have joined as staff, else empty."""

    address: str
    person_id: str = ""

    @property
    def id(self) -> str:
        return build_reviewer_id(self.address)


def build_operator_id(address: str) -> str:
    return f"operator-{_hash_address(address)}"


def _hash_address(address: str) -> str:
    return sha256(fold_address(address).encode()).hexdigest()[:16]
