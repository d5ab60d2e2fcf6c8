"""What goes through the matcher's pipe: one JSON object a line."""

from msgspec import Struct

from scrapers.finding import Contact


class Ask(Struct, frozen=True, kw_only=True):
    """The contacts of one account; `year` is the calendar year that their cards speak in."""

    contacts: tuple[Contact, ...]
    schools: tuple[str, ...] = ()
    town: str = ""
    year: int


class Reply(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`ready` opens the conversation. Where `refused` gives a reason, nothing else counts."""

    ready: bool = False
    refused: str = ""
    flagged: bool = False
    count: int = 0
    cues: tuple[str, ...] = ()
