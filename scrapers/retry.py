"""How long what failed waits before it is tried again, and when it is given up."""

from dataclasses import dataclass
from datetime import timedelta

# A higher power is beyond what a `timedelta` can hold.
MAX_EXPONENT = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Waits `first`, and `factor` times as long after each further failure, at most `longest`.

    Without `give_up_after` it is tried for ever.
    """

    first: timedelta
    factor: int = 2
    longest: timedelta
    give_up_after: timedelta | None = None

    def compute_delay(self, failures: int) -> timedelta:
        """Return how long to wait after so many failures in a row; the first is 1."""
        times: int = self.factor ** min(failures - 1, MAX_EXPONENT)
        return min(self.first * times, self.longest)

    def is_over(self, tried_for: timedelta) -> bool:
        """Tell whether to give up what has been tried for so long."""
        return self.give_up_after is not None and tried_for > self.give_up_after
