"""When a question may be asked with "only if it has changed", and when it is read anew."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.item import Sighting
from scrapers.request import Kept

# A server whose word for a page is wrong hides what changes there for this long at most.
READ_ANEW_AFTER = timedelta(days=28)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """The page that a question read last: what is kept of it, and how much it `shown`.

    `read_at` is when it was read, not when it was last found to be the same.
    """

    kept: Kept
    shown: int
    read_at: datetime


def kept_for(
    remembered: Remembered | None, sightings: Collection[Sighting], now: datetime
) -> Kept | None:
    """Return what to ask with, or None where an answer of "unchanged" would not be enough.

    Every sighting must be there to be confirmed: none missed, none merged into another or
    forgotten since. A miss waits for its second proof, and "unchanged" would be none.
    """
    if remembered is None or not now - READ_ANEW_AFTER < remembered.read_at <= now:
        return None
    if len(sightings) != remembered.shown or any(each.misses for each in sightings):
        return None
    return remembered.kept
