"""Who is watched over: only what they told us themselves."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonName:
    """A name as its owner gives it. `former_families` are earlier surnames."""

    given: str
    family: str
    middle: str = ""
    nicknames: tuple[str, ...] = ()
    former_families: tuple[str, ...] = ()

    @property
    def full(self) -> str:
        return f"{self.given} {self.family}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An enrolled member of staff.

    `accounts` are account keys (`platform:@handle`) declared as own, `pages` the addresses of own
    pages; `absent_from` are platforms on which the person says to have no account. `zone` is an
    IANA time zone, used for due times and display only.
    """

    ref: str
    name: PersonName
    mail: str
    organisation: str
    zone: str
    school: str = ""
    role: str = ""
    places: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    absent_from: tuple[str, ...] = ()
