"""The story's time: it stands still until the story moves it."""

import time
from dataclasses import dataclass
from datetime import datetime


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
