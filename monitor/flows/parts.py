"""What a flow needs from outside, as small protocols."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Protocol

from monitor.domain.envelope import Delivery, Envelope
from monitor.domain.students.roster import ContactVerdict
from reports.letter import Letter
from scrapers.finding import Contact
from scrapers.reading import Visit
from scrapers.request import Query

Watch = Callable[[str, str], None]
"""Told of each source by name: waiting, asking, done or blocked."""

Now = Callable[[], datetime]
NewRef = Callable[[], str]


class Visitor(Protocol):
    """Asks every question at its host's pace and yields the answers as they come."""

    def visit(self, queries: Iterable[Query], watch: Watch) -> Iterator[Visit]: ...


class Post(Protocol):
    def deliver(self, letter: Letter, envelope: Envelope) -> Delivery: ...


class Matcher(Protocol):
    """Tells whether contacts of an own account look like students, and no more.

    Raises UnavailableError where it cannot tell: that is never "no".
    """

    def judge(self, contacts: tuple[Contact, ...]) -> ContactVerdict: ...


def unwatched(_source: str, _state: str) -> None:
    """Watch nothing, where nobody looks on."""
