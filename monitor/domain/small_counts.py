"""Hide counts so small that they would reveal who is meant; show larger ones in bands.

Bands protect what is looked at in passing or goes elsewhere: pages, metrics, alerts. They do not
keep from operators how many joined: these act on people by ID, so `staff list` has a row for each
person, and `check --all --dry-run` counts exactly. An ID tells no name; but who invites only one
person, and sees a row come, knows whose it is.
"""

from dataclasses import dataclass
from itertools import takewhile

# Fewer people than this in one figure, and it is not shown.
MIN_PEOPLE_SHOWN = 5
# From here on a count is the start of its band: by an exact one, who invites one person and looks
# again would see that this one joined.
MIN_PEOPLE_TOLD = 20
_BANDS = tuple(digit * 10**zeros for zeros in range(6) for digit in (1, 2, 5))
# In a smaller district any figure would say something of someone.
MIN_DISTRICT_SIZE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportableCount:
    """How often something was, and about how many people."""

    number: int = 0
    people: int = 0

    @property
    def visible_number(self) -> int | None:
        """Return the number; None if it covers so few people that it would show who."""
        return self.number if self.people == 0 or self.people >= MIN_PEOPLE_SHOWN else None


def round_down_to_band(count: int, least: int = MIN_PEOPLE_TOLD) -> int | None:
    """Return the last of 20, 50, 100, 200 and so on that is reached; None below `least`."""
    return max(takewhile(lambda start: start <= count, _BANDS)) if count >= least else None


def is_large_enough(enrolled: int) -> bool:
    return enrolled >= MIN_DISTRICT_SIZE
