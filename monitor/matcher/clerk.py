"""The matcher's side of the pipe: it answers within a budget, and tells no name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO

from msgspec import DecodeError, json

from monitor.domain.students.pupil_cues import Setting
from monitor.domain.students.roster import Roster, judge
from monitor.matcher.wire import Ask, Reply

BUSY = "budget"
UNREADABLE = "unreadable"
_LONGEST_LINE = 1 << 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What may be asked on one day: without it, the matcher would tell name after name."""

    asks: int = 2_000
    contacts: int = 200_000


@dataclass(slots=True, kw_only=True)
class Clerk:
    """Holds the key and the tokens, and counts what it was asked today."""

    roster: Roster
    key: bytes
    today: Callable[[], date]
    budget: Budget = field(default_factory=Budget)
    _day: date = date.min
    _asks: int = 0
    _contacts: int = 0

    def answer(self, line: bytes) -> Reply:
        try:
            ask = json.decode(line, type=Ask)
        except DecodeError:
            return Reply(refused=UNREADABLE)
        if not self._affords(len(ask.contacts)):
            return Reply(refused=BUSY)
        setting = Setting(schools=ask.schools, town=ask.town, year=ask.year)
        verdict = judge(ask.contacts, self.roster, self.key, setting)
        return Reply(flagged=verdict.flagged, count=verdict.count, cues=verdict.cues)

    def _affords(self, contacts: int) -> bool:
        today = self.today()
        if today != self._day:
            self._day, self._asks, self._contacts = today, 0, 0
        self._asks += 1
        self._contacts += contacts
        return self._asks <= self.budget.asks and self._contacts <= self.budget.contacts


def serve(clerk: Clerk, questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer line by line until the asking side hangs up."""
    _say(answers, Reply(ready=True))
    for line in _lines(questions):
        _say(answers, clerk.answer(line))


def refuse(answers: BinaryIO, reason: str) -> None:
    _say(answers, Reply(refused=reason))


def _lines(questions: BinaryIO) -> Iterator[bytes]:
    while line := questions.readline(_LONGEST_LINE):
        if not line.endswith(b"\n"):
            return
        yield line


def _say(answers: BinaryIO, reply: Reply) -> None:
    answers.write(json.encode(reply) + b"\n")
    answers.flush()
