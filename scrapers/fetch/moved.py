"""Being sent on by a server: a new request, to be asked in its own turn."""

from dataclasses import dataclass

from scrapers.request import Request


@dataclass(frozen=True, slots=True)
class Moved:
    """A redirect that was judged and may be followed, in the queue of the host it leads to."""

    request: Request
