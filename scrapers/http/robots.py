"""What a host's robots.txt asks of robots, remembered for a day, also over a restart."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from threading import Lock
from typing import Protocol, Self

from protego import Protego

from scrapers.http.client import Moved
from scrapers.http.errors import Note
from scrapers.http.ssrf_guard import Target
from scrapers.models import MOST_HOPS, Outcome, Page, Reading, Request

TOKEN = "namesake"  # noqa: S105 - the product token that robots.txt files address, no secret
PATH = "/robots.txt"
KEPT_FOR = timedelta(hours=24)
# What a host could not tell us is asked again sooner than what it told us.
KEPT_UNKNOWN_FOR = timedelta(hours=1)
LONGEST_DELAY = 300.0
LONGEST_FILE = 512_000
# What is left of a file once the rules for other robots are out; more than that forbids all.
LONGEST_KEPT = 65_536
MOST_HOSTS = 4_096
MOST_BYTES = 32 * 1024 * 1024

_AGENT_LINE = re.compile(r"\s*user(?:-|\s*)agent(?:\s*:|\s)(.*)", re.IGNORECASE | re.DOTALL)
_RULE_LINE = re.compile(r"\s*(?:dis)?allow\s*:", re.IGNORECASE)
_SOMEONE_ELSE = "User-agent: someone-else"


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """What an origin answered, as it can be kept. An empty file allows all.

    `refusal` stands for the whole host; without one, `file` decides.
    """

    origin: str
    until: datetime
    file: str = ""
    refusal: Reading | None = None

    def lasts(self, now: datetime) -> bool:
        # Nothing is kept for longer than a day, unless the clock was set back meanwhile.
        return now < self.until <= now + KEPT_FOR

    @property
    def size(self) -> int:
        return len(self.file.encode())


class RobotsMemory(Protocol):
    """Used by the thread that consumes the visits, and by no other."""

    def load(self, origin: str) -> Learnt | None: ...
    def save(self, learnt: Learnt) -> None: ...


@dataclass(slots=True)
class InMemoryRobots:
    known: dict[str, Learnt] = field(default_factory=dict)

    def load(self, origin: str) -> Learnt | None:
        return self.known.get(origin)

    def save(self, learnt: Learnt) -> None:
        self.known[learnt.origin] = learnt


@dataclass(frozen=True, slots=True)
class Rules:
    """What was learnt, ready to be asked; without a parsed file all is allowed."""

    learnt: Learnt
    file: Protego | None

    @classmethod
    def of(cls, learnt: Learnt) -> Self:
        return cls(learnt, Protego.parse(learnt.file) if learnt.file else None)


class Robots:
    """Binds pages only; whoever asks pages asks here first.

    `recall` and `keep` touch the memory; only a thread that consumes visits calls them.
    """

    def __init__(self, memory: RobotsMemory | None = None) -> None:
        self._memory = InMemoryRobots() if memory is None else memory
        self._lock = Lock()
        self._rules: dict[str, Rules] = {}
        self.held_bytes = 0
        self._onward: dict[str, tuple[Request, int]] = {}
        self._recalled: set[str] = set()
        self._unkept: deque[Learnt] = deque()

    def wanted(self, target: Target, now: datetime) -> Request | None:
        """Return what has to be asked before the target may be, or None where we know."""
        known = self._rules.get(target.origin)
        if target.path == PATH or (known is not None and known.learnt.lasts(now)):
            return None
        onward, _ = self._onward.get(target.origin, (None, 0))
        return onward or Request(url=target.origin + PATH)

    def learn(self, target: Target, answer: Page | Reading | Moved, now: datetime) -> None:
        """Remember the answer to what was wanted for the target."""
        _, hops = self._onward.pop(target.origin, (None, 0))
        if isinstance(answer, Moved) and hops < MOST_HOPS:
            self._onward[target.origin] = answer.request, hops + 1
            return
        learnt = _learnt(target.origin, answer, now)
        self._know(learnt)
        if learnt.lasts(now):
            self._unkept.append(learnt)

    def recall(self, origin: str, now: datetime) -> None:
        """Take up what was known of an origin before a restart, if it still holds."""
        if origin in self._recalled:
            return
        if len(self._recalled) >= MOST_HOSTS:
            self._recalled.clear()
        self._recalled.add(origin)
        learnt = self._memory.load(origin)
        if learnt is not None and learnt.lasts(now):
            self._know(learnt)

    def keep(self) -> None:
        """Remember what was learnt since."""
        for learnt in self._taken():
            self._memory.save(learnt)

    def _know(self, learnt: Learnt) -> None:
        rules = Rules.of(learnt)
        with self._lock:
            self._forget(learnt.origin)
            self._rules[learnt.origin] = rules
            self.held_bytes += learnt.size
            while len(self._rules) > MOST_HOSTS or self.held_bytes > MOST_BYTES:
                self._forget(next(iter(self._rules)))

    def _forget(self, origin: str) -> None:
        rules = self._rules.pop(origin, None)
        if rules is not None:
            self.held_bytes -= rules.learnt.size

    def _taken(self) -> Iterator[Learnt]:
        while self._unkept:
            try:
                yield self._unkept.popleft()
            except IndexError:  # another consumer was faster
                return

    def refusal(self, target: Target) -> Reading | None:
        """Return the reading of a target that must not be asked, or None if it may."""
        known = self._rules.get(target.origin)
        if known is None or target.path == PATH:
            return None
        if known.file is None or known.file.can_fetch(target.url, TOKEN):
            return known.learnt.refusal
        return Reading(outcome=Outcome.DECLINED, note=Note.ROBOTS.value)

    def delay(self, target: Target) -> float:
        """Return the Crawl-delay in seconds; a wish for more than five minutes gets five."""
        known = self._rules.get(target.origin)
        wished = known.file.crawl_delay(TOKEN) if known and known.file else None
        return min(max(wished or 0.0, 0.0), LONGEST_DELAY)


def _learnt(origin: str, answer: Page | Reading | Moved, now: datetime) -> Learnt:
    """5xx and 429 forbid, since the host cannot say what it wants; other 4xx allow.

    A file that lies more than five redirects away counts as none (RFC 9309, 2.3.1.2).
    """
    if isinstance(answer, Moved):
        return Learnt(origin=origin, until=now + KEPT_FOR)
    if isinstance(answer, Reading):
        failed = answer.outcome is Outcome.FAILED
        until = now if failed else now + KEPT_UNKNOWN_FOR
        return Learnt(origin=origin, until=until, refusal=answer)
    busy = answer.status == HTTPStatus.TOO_MANY_REQUESTS
    if busy or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        away = Reading(outcome=Outcome.DECLINED, note=Note.ROBOTS_UNKNOWN.value)
        return Learnt(origin=origin, until=now + KEPT_UNKNOWN_FOR, refusal=away)
    if answer.status != HTTPStatus.OK:
        return Learnt(origin=origin, until=now + KEPT_FOR)
    text = answer.body[:LONGEST_FILE].decode("utf-8-sig", "replace")
    learnt = Learnt(origin=origin, until=now + KEPT_FOR, file=_narrowed(text))
    if learnt.size <= LONGEST_KEPT:
        return learnt
    unknown = Reading(outcome=Outcome.DECLINED, note=Note.ROBOTS_UNKNOWN.value)
    return Learnt(origin=origin, until=now + KEPT_FOR, refusal=unknown)


def _narrowed(text: str) -> str:
    """Fold all groups for other robots into one, and leave out all but the first of their rules.

    The parser copies each rule into each agent of its group: ten thousand agents with ten
    thousand rules, which fit in one file, would be a hundred million copies.
    """
    kept: list[str] = []
    ours = ruled = False
    for line in text.splitlines():
        if not line.partition("#")[0].strip():
            continue
        narrowed = _narrowed_line(line)
        if _AGENT_LINE.match(line):
            # A rule has ended the group before; whatever else may have is taken for no end.
            ours, ruled = ours and not ruled, False
            ours = ours or narrowed != _SOMEONE_ELSE
            if [narrowed] == kept[-1:] == [_SOMEONE_ELSE]:
                continue
        elif _RULE_LINE.match(line):
            if ruled and not ours:
                continue
            ruled = True
        kept.append(narrowed)
    return "\n".join(kept)


def _narrowed_line(line: str) -> str:
    agent = _AGENT_LINE.match(line)
    if agent is None:
        return line
    name = agent[1].partition("#")[0].strip().lower()
    return line if name.strip("*") in {"", TOKEN} else _SOMEONE_ELSE
