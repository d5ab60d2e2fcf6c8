"""What a host's robots.txt asks of robots, remembered for a day, also over a restart."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from threading import Lock
from typing import Protocol, Self

from protego import Protego

from scrapers.http.client import Redirect
from scrapers.http.errors import FailureReason
from scrapers.http.ssrf_guard import RequestTarget
from scrapers.models import MOST_HOPS, Outcome, Page, ParseResult, Request

TOKEN = "namesake"  # noqa: S105 - the product token that robots.txt files address, no secret
PATH = "/robots.txt"
KEPT_FOR = timedelta(hours=24)
# A failed answer of a host expires sooner than a good one.
KEPT_UNKNOWN_FOR = timedelta(hours=1)
LONGEST_DELAY = 300.0
LONGEST_FILE = 512_000
# What is left of a file once the rules for other robots are out; more than that forbids all.
LONGEST_KEPT = 65_536
MOST_HOSTS = 4_096
MOST_BYTES = 32 * 1024 * 1024

_AGENT_LINE = re.compile(r"\s*user(?:-|\s*)agent(?:\s*:|\s)(.*)", re.IGNORECASE | re.DOTALL)
_RULE_LINE = re.compile(r"\s*(?:dis)?allow\s*:", re.IGNORECASE)
# Where redirects led on to, and how many did.
Onward = tuple[Request, int]
_SOMEONE_ELSE = "User-agent: someone-else"


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsRecord:
    """What an origin answered, in the form that is stored. An empty file allows all.

    `refusal` is for the whole host; without one, `file` decides.
    """

    origin: str
    until: datetime
    file: str = ""
    refusal: ParseResult | None = None

    def is_fresh(self, now: datetime) -> bool:
        # Nothing is stored for longer than a day, unless the clock was set back meanwhile.
        return now < self.until <= now + KEPT_FOR

    @property
    def size(self) -> int:
        return len(self.file.encode())


class RobotsStore(Protocol):
    """Used by the thread that consumes the visits, and by no other."""

    def load_robots_file(self, origin: str) -> RobotsRecord | None: ...
    def save_robots_file(self, record: RobotsRecord) -> None: ...


@dataclass(frozen=True, slots=True)
class RobotsRules:
    """What was learned, ready to be asked; without a parsed file all is allowed."""

    record: RobotsRecord
    file: Protego | None

    @classmethod
    def from_record(cls, record: RobotsRecord) -> Self:
        return cls(record, Protego.parse(record.file) if record.file else None)


class RobotsCache:
    """Binds pages only; anyone who asks pages asks here first.

    `load_record` and `save_records` touch the memory; only a thread that consumes visits calls
    them.
    """

    def __init__(self, memory: RobotsStore | None = None) -> None:
        self._memory = memory
        self._lock = Lock()
        self._rules: dict[str, RobotsRules] = {}
        self.held_bytes = 0
        self._onward: dict[str, Onward] = {}
        self._recalled: set[str] = set()
        self._unkept: deque[RobotsRecord] = deque()

    def build_robots_request(self, target: RequestTarget, now: datetime) -> Request | None:
        """Return what has to be asked before the target may be, or None where we know."""
        rules = self._rules.get(target.origin)
        if target.path == PATH or (rules is not None and rules.record.is_fresh(now)):
            return None
        onward, _ = self._onward.get(target.origin, (None, 0))
        return onward or Request(url=target.origin + PATH)

    def record_answer(
        self, target: RequestTarget, answer: Page | ParseResult | Redirect, now: datetime
    ) -> None:
        """Remember the answer to what was wanted for the target."""
        _, hops = self._onward.pop(target.origin, (None, 0))
        if isinstance(answer, Redirect) and hops < MOST_HOPS:
            self._onward[target.origin] = answer.request, hops + 1
            return
        learned = _build_record(target.origin, answer, now)
        self._store_rules(learned)
        if learned.is_fresh(now):
            self._unkept.append(learned)

    def load_record(self, origin: str, now: datetime) -> None:
        """Take up what was known of an origin before a restart, if it still holds."""
        if origin in self._recalled:
            return
        if len(self._recalled) >= MOST_HOSTS:
            self._recalled.clear()
        self._recalled.add(origin)
        learned = self._memory.load_robots_file(origin) if self._memory else None
        if learned is not None and learned.is_fresh(now):
            self._store_rules(learned)

    def hand_on(self, origin: str) -> tuple[RobotsRecord | None, Onward | None]:
        """Return what is known of an origin, and where its file lies as far as we went for it."""
        rules = self._rules.get(origin)
        return (None if rules is None else rules.record), self._onward.get(origin)

    def take_up(
        self, origin: str, record: RobotsRecord | None, onward: Onward | None, now: datetime
    ) -> None:
        """Go on where another process left an origin's file, with what it knew if that holds."""
        self._onward.pop(origin, None)
        if onward is not None:
            self._onward[origin] = onward
        if record is not None and record.is_fresh(now):
            self._store_rules(record)

    def save_records(self) -> None:
        """Remember what was learned since."""
        for learned in self._drain_unsaved():
            if self._memory:
                self._memory.save_robots_file(learned)

    def _store_rules(self, record: RobotsRecord) -> None:
        rules = RobotsRules.from_record(record)
        with self._lock:
            self._drop_rules(record.origin)
            self._rules[record.origin] = rules
            self.held_bytes += record.size
            while len(self._rules) > MOST_HOSTS or self.held_bytes > MOST_BYTES:
                self._drop_rules(next(iter(self._rules)))

    def _drop_rules(self, origin: str) -> None:
        rules = self._rules.pop(origin, None)
        if rules is not None:
            self.held_bytes -= rules.record.size

    def _drain_unsaved(self) -> Iterator[RobotsRecord]:
        while self._unkept:
            try:
                yield self._unkept.popleft()
            except IndexError:  # another consumer was faster
                return

    def check_allowed(self, target: RequestTarget) -> ParseResult | None:
        """Return the reading of a target that must not be asked, or None if it may."""
        rules = self._rules.get(target.origin)
        if rules is None or target.path == PATH:
            return None
        if rules.file is None or rules.file.can_fetch(target.url, TOKEN):
            return rules.record.refusal
        return ParseResult(outcome=Outcome.DECLINED, note=FailureReason.ROBOTS.value)

    def get_crawl_delay(self, target: RequestTarget) -> float:
        """Return the Crawl-delay in seconds; a wish for more than five minutes gets five."""
        rules = self._rules.get(target.origin)
        delay = rules.file.crawl_delay(TOKEN) if rules and rules.file else None
        return min(max(delay or 0.0, 0.0), LONGEST_DELAY)


def _build_record(
    origin: str, answer: Page | ParseResult | Redirect, now: datetime
) -> RobotsRecord:
    """5xx and 429 forbid, since the host cannot say what it wants; other 4xx allow.

    A file that lies more than five redirects away counts as none (RFC 9309, 2.3.1.2).
    """
    if isinstance(answer, Redirect):
        return RobotsRecord(origin=origin, until=now + KEPT_FOR)
    if isinstance(answer, ParseResult):
        until = now if answer.outcome is Outcome.FAILED else now + KEPT_UNKNOWN_FOR
        return RobotsRecord(origin=origin, until=until, refusal=answer)
    busy = answer.status == HTTPStatus.TOO_MANY_REQUESTS
    if busy or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        away = ParseResult(outcome=Outcome.DECLINED, note=FailureReason.ROBOTS_UNKNOWN.value)
        return RobotsRecord(origin=origin, until=now + KEPT_UNKNOWN_FOR, refusal=away)
    if answer.status != HTTPStatus.OK:
        return RobotsRecord(origin=origin, until=now + KEPT_FOR)
    text = answer.body[:LONGEST_FILE].decode("utf-8-sig", "replace")
    learned = RobotsRecord(origin=origin, until=now + KEPT_FOR, file=_reduce_robots_file(text))
    if learned.size <= LONGEST_KEPT:
        return learned
    unknown = ParseResult(outcome=Outcome.DECLINED, note=FailureReason.ROBOTS_UNKNOWN.value)
    return RobotsRecord(origin=origin, until=now + KEPT_FOR, refusal=unknown)


def _reduce_robots_file(text: str) -> str:
    """Fold all groups for other robots into one, and leave out all but the first of their rules.

    The parser copies each rule into each agent of its group: ten thousand agents with ten
    thousand rules, which fit in one file, would be a hundred million copies.
    """
    kept: list[str] = []
    ours = ruled = False
    for line in text.splitlines():
        if not line.partition("#")[0].strip():
            continue
        narrowed = _reduce_line(line)
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


def _reduce_line(line: str) -> str:
    agent = _AGENT_LINE.match(line)
    if agent is None:
        return line
    name = agent[1].partition("#")[0].strip().lower()
    return line if name.strip("*") in {"", TOKEN} else _SOMEONE_ELSE
