"""What goes through the matcher's pipe: one JSON object a line."""

from msgspec import Struct

from monitor.domain.students.matching import MatcherUsage
from scrapers.models import Contact

BUSY = "budget"  # the reason of a reply that would exceed the budget of the day


class MatchRequest(Struct, frozen=True, kw_only=True):
    """The contacts of one account; `year` is the calendar year that their cards speak in."""

    contacts: tuple[Contact, ...]
    schools: tuple[str, ...] = ()
    town: str = ""
    year: int


class MatchReply(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`ready` opens the conversation. Where `refused` gives a reason, no verdict counts.

    `code` is the exit code of what ended the matcher before it began. `spent` is None only then.
    """

    ready: bool = False
    refused: str = ""
    code: int = 0
    flagged: bool = False
    count: int = 0
    cues: tuple[str, ...] = ()
    spent: MatcherUsage | None = None
