"""What a question asks next, and in whose queue: its page, or first what robots.txt says of it."""

from dataclasses import dataclass
from datetime import datetime

from scrapers.fetch.question import Question
from scrapers.fetch.queues import Queues
from scrapers.fetch.robots import Robots
from scrapers.fetch.target import Target, declared
from scrapers.fetch.unfinished import Note, refused
from scrapers.request import Request
from scrapers.source import Access, Etiquette


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """`target` is the page that is wanted; `request` asks for it, or for the file that rules it."""

    target: Target
    request: Request
    host: str
    asks_robots: bool


@dataclass(frozen=True, slots=True)
class Way:
    """What all questions of a run share: the queues of the hosts, and their robots.txt files."""

    queues: Queues
    robots: Robots

    def next_leg(self, question: Question, etiquette: Etiquette, now: datetime) -> Leg:
        """Raise UnfinishedError where the question's address may not be asked by its source."""
        page = question.request
        target = Target.of(page.url)
        if not page.led and declared(target, etiquette.origins) is None:
            raise refused(Note.NOT_ITS_OWN)
        file = self.robots.wanted(target, now) if etiquette.access is Access.PAGE else None
        asked = target if file is None else Target.of(file.url)
        return Leg(
            target=target,
            request=file or page,
            host=self.queues.at(asked.host),
            asks_robots=file is not None,
        )
