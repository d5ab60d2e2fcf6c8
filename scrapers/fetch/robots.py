"""What a host's robots.txt asks of robots, remembered for a day."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from threading import Lock

from protego import Protego

from scrapers.fetch.moved import Moved
from scrapers.fetch.target import Target
from scrapers.fetch.unfinished import Note
from scrapers.outcome import Outcome
from scrapers.page import Page
from scrapers.reading import Reading
from scrapers.request import MOST_HOPS, Request

TOKEN = "namesake"  # noqa: S105 - the product token that robots.txt files address, no secret
PATH = "/robots.txt"
KEPT_FOR = timedelta(hours=24)
# What a host could not tell us is asked again sooner than what it told us.
KEPT_UNKNOWN_FOR = timedelta(hours=1)
LONGEST_DELAY = 300.0
LONGEST_FILE = 512_000
MOST_HOSTS = 4_096

_AGENT_LINE = re.compile(r"\s*user(?:-|\s*)agent(?:\s*:|\s)(.*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """`refusal` stands for the whole host; without one, `file` decides, and None allows all.

    `onward` asks on where the host sent us for its file, after so many `hops`.
    """

    until: datetime
    file: Protego | None = None
    refusal: Reading | None = None
    onward: Request | None = None
    hops: int = 0


class Robots:
    """Binds pages only; whoever asks pages asks here first."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._rules: dict[str, Rules] = {}

    def wanted(self, target: Target, now: datetime) -> Request | None:
        """Return what has to be asked before the target may be, or None where we know."""
        if target.path == PATH:
            return None
        known = self._rules.get(target.origin)
        if known is None or known.until <= now:
            return Request(url=target.origin + PATH)
        return known.onward

    def learn(self, target: Target, answer: Page | Reading | Moved, now: datetime) -> None:
        """Remember the answer to what was wanted for the target."""
        if isinstance(answer, Moved):
            rules = self._led_on(target, answer, now)
        else:
            rules = _rules(answer, now)
        with self._lock:
            self._rules[target.origin] = rules
            if len(self._rules) > MOST_HOSTS:
                del self._rules[next(iter(self._rules))]

    def refusal(self, target: Target) -> Reading | None:
        """Return the reading of a target that must not be asked, or None if it may."""
        known = self._rules.get(target.origin)
        if known is None or target.path == PATH:
            return None
        if known.file is None or known.file.can_fetch(target.url, TOKEN):
            return known.refusal
        return Reading(outcome=Outcome.DECLINED, note=Note.ROBOTS.value)

    def delay(self, target: Target) -> float:
        """Return the Crawl-delay in seconds; a wish for more than five minutes gets five."""
        known = self._rules.get(target.origin)
        wished = known.file.crawl_delay(TOKEN) if known and known.file else None
        return min(max(wished or 0.0, 0.0), LONGEST_DELAY)

    def _led_on(self, target: Target, moved: Moved, now: datetime) -> Rules:
        """Follow five redirects, as RFC 9309 (2.3.1.2) wants; a longer way leads to no file."""
        before = self._rules.get(target.origin)
        hops = before.hops + 1 if before and before.onward else 1
        if hops > MOST_HOPS:
            return Rules(until=now + KEPT_FOR)
        return Rules(until=now + KEPT_UNKNOWN_FOR, onward=moved.request, hops=hops)


def _rules(answer: Page | Reading, now: datetime) -> Rules:
    """5xx and 429 forbid, since the host cannot say what it wants; other 4xx allow."""
    if isinstance(answer, Reading):
        failed = answer.outcome is Outcome.FAILED
        return Rules(until=now if failed else now + KEPT_UNKNOWN_FOR, refusal=answer)
    busy = answer.status == HTTPStatus.TOO_MANY_REQUESTS
    if busy or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        away = Reading(outcome=Outcome.DECLINED, note=Note.ROBOTS_UNKNOWN.value)
        return Rules(until=now + KEPT_UNKNOWN_FOR, refusal=away)
    if answer.status != HTTPStatus.OK:
        return Rules(until=now + KEPT_FOR)
    text = answer.body[:LONGEST_FILE].decode("utf-8-sig", "replace")
    return Rules(until=now + KEPT_FOR, file=Protego.parse(_narrowed(text)))


def _narrowed(text: str) -> str:
    """Fold all groups for other robots into one.

    The parser copies each rule into each agent of its group: ten thousand agents with ten
    thousand rules, which fit in one file, would be a hundred million copies.
    """
    return "\n".join(map(_narrowed_line, text.splitlines()))


def _narrowed_line(line: str) -> str:
    agent = _AGENT_LINE.match(line)
    if agent is None:
        return line
    name = agent[1].partition("#")[0].strip().lower()
    return line if name.strip("*") in {"", TOKEN} else "User-agent: someone-else"
