"""One question on its way, page by page."""

from dataclasses import dataclass, field, replace

from scrapers.fetch.unfinished import Note, unreadable
from scrapers.outcome import Outcome
from scrapers.reading import Reading, ReadPage
from scrapers.request import MOST_HOPS, Query, Request

# Hostile or broken sources offer a next page for ever, or questions that lead to questions.
MOST_FOLLOW_PAGES = 50
MOST_FOLLOW_QUESTIONS = 50
DEEPEST = 3


@dataclass(slots=True, kw_only=True)
class Question:
    """`depth` counts the questions that led to this one; `reading` joins the pages so far.

    `pages` are still to be asked: hundreds of thousands of these wait at once, so it is a list,
    which is a tenth of the size of an empty deque. `hops` are the redirects on the way to the
    page at hand, `led` where the last of them leads, `put_off` how often the host wanted us to
    come back later. `read` are the pages that are to be kept.
    """

    query: Query
    depth: int = 0
    asked: int = 0
    hops: int = 0
    led: Request | None = None
    put_off: int = 0
    reading: Reading | None = None
    read: tuple[ReadPage, ...] = ()
    pages: list[Query] = field(init=False)

    def __post_init__(self) -> None:
        self.pages = [self.query]

    @property
    def begun(self) -> bool:
        return self.asked > 0 or self.hops > 0

    @property
    def request(self) -> Request:
        return self.led or self.pages[0].request

    def moved(self, onward: Request) -> None:
        """Ask on where a redirect leads; raise UnfinishedError where there are too many."""
        if self.hops >= min(self.pages[0].request.hops, MOST_HOPS):
            raise unreadable(Note.HOPS)
        self.hops += 1
        self.led = onward

    @property
    def answered(self) -> bool:
        return not self.pages

    def learn(self, reading: Reading) -> tuple["Question", ...]:
        """Take the reading of the page at hand; return the new questions that it asks."""
        del self.pages[0]
        self.asked += 1
        self.hops, self.led = 0, None
        onward = self._led_to(reading.follow)
        # What it leads to stays with the reading: whoever keeps that can go on after a crash.
        told = reading
        if reading.follow:
            told = replace(reading, follow=tuple(each.query for each in onward))
        self.reading = told if self.reading is None else self.reading.joined(told)
        self.pages.extend(each for each in reading.follow if each.key == self.query.key)
        if self.pages and self.asked > MOST_FOLLOW_PAGES:
            self.pages.clear()
            self.reading = self.reading.joined(
                Reading(outcome=Outcome.PARTIAL, note=Note.MANY_PAGES.value)
            )
        return onward

    def _led_to(self, follow: tuple[Query, ...]) -> tuple["Question", ...]:
        if self.depth >= DEEPEST:
            return ()
        others = [each for each in follow if each.key != self.query.key]
        return tuple(
            Question(query=each, depth=self.depth + 1) for each in others[:MOST_FOLLOW_QUESTIONS]
        )
