"""An answer whose head is there and whose body still comes, whoever brings it."""

from collections.abc import Mapping
from typing import Protocol


class Response(Protocol):
    """Names of headers are lower-case; the values of one that came twice are joined by a comma.

    What reads from it may raise OSError where the other side breaks off, as `connect` does.
    """

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    def read(self, most: int) -> bytes:
        """Return the whole body; where there is more than `most`, at least that, and hang up."""
        ...

    def close(self) -> None:
        """Hang up: whatever still comes is not wanted."""
        ...

    def dismiss(self) -> None:
        """Leave the body unread, and the connection open where there is none."""
        ...
