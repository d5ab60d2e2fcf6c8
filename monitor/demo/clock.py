"""The story's time: it stands still until the story moves it."""

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class RunningClock:
    """Goes on from an instant of the story as fast as real time does."""

    since: datetime
    begun: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        return self.since + timedelta(seconds=self.monotonic() - self.begun)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


@dataclass(slots=True)
class StoryClock:
    """`now` is told by the story; waits between requests are real, and the story sets them to 0."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
