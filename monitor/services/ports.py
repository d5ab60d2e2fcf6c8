"""What a flow needs from outside, as small protocols."""

from collections.abc import Callable, Generator, Iterable, Iterator
from datetime import datetime
from typing import Protocol

from monitor.domain.email import Bounce, Delivery, Envelope
from monitor.domain.students.matching import ContactVerdict, Spent
from reports.emails.render import Letter
from scrapers.models import Contact, Query, Visit

Watch = Callable[[str, str], None]
"""Told of each source by name: waiting, asking, done or blocked."""

Now = Callable[[], datetime]
NewRef = Callable[[], str]


class Visitor(Protocol):
    """Asks every question at its host's pace and yields the answers as they come.

    Whoever stops listening closes it, so that what was learnt of hosts is kept at once.
    """

    def visit(self, queries: Iterable[Query], watch: Watch) -> Generator[Visit, None, None]: ...


class Post(Protocol):
    def deliver(self, letter: Letter, envelope: Envelope) -> Delivery: ...


class BounceBox(Protocol):
    """A mailbox that letters come back to.

    `unread` yields the bounces of one message after another, and None for one that nobody can
    read; what was yielded is not read again. Raises UnavailableError.
    """

    def unread(self) -> Iterator[tuple[Bounce, ...] | None]: ...


class Matcher(Protocol):
    """Tells whether contacts of an own account look like students, and no more.

    Raises UnavailableError where it cannot tell: that is never "no".
    """

    @property
    def spent(self) -> Spent | None:
        """Return what was asked on the day of the last question; None before the first one."""
        ...

    def judge(self, contacts: tuple[Contact, ...]) -> ContactVerdict: ...


def unwatched(_source: str, _state: str) -> None:
    """Watch nothing, where nobody looks on."""
