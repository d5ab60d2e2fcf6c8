"""The words a person agreed to be searched by, and those by which their employer is known."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """All that a source may know of a person; `ref` is opaque and never leaves this machine.

    `names` are full written names, best first. `handles` are worth asking about: declared
    ones first, then guesses. `accounts` are account keys (`platform:@handle`) that the person
    declared as their own, and `pages` are the addresses of their own pages. `mail_hash` is the
    SHA-256 of the work mail address, in hexadecimal, and empty without a consent of its own.
    """

    ref: str
    names: tuple[str, ...]
    handles: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    organisation: str = ""
    mail_hash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """What a school district is asked for by, without anybody's name.

    `domains` are those of its own mail and pages.
    """

    name: str
    domains: tuple[str, ...] = ()
