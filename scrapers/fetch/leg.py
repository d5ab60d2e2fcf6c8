"""What a question asks next, and at which host: its page, or first what robots.txt says of it."""

from dataclasses import dataclass
from datetime import datetime

from scrapers.fetch.question import Question
from scrapers.fetch.robots import Robots
from scrapers.fetch.target import Target, queue_of
from scrapers.request import Request
from scrapers.source import Access, Etiquette


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """`target` is the page that is wanted; `request` asks for it, or for the file that rules it."""

    target: Target
    request: Request
    host: str
    asks_robots: bool


def leg_of(question: Question, etiquette: Etiquette, robots: Robots, now: datetime) -> Leg:
    """Raise UnfinishedError where the question's address may not be asked by its source."""
    page = question.request
    target = Target.of(page.url)
    host = queue_of(page, etiquette.origins)
    file = robots.wanted(target, now) if etiquette.access is Access.PAGE else None
    if file is None:
        return Leg(target=target, request=page, host=host, asks_robots=False)
    elsewhere = Target.of(file.url).host
    return Leg(
        target=target,
        request=file,
        host=host if elsewhere == target.host else elsewhere,
        asks_robots=True,
    )
