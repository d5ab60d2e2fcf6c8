"""The matcher's side of the pipe: it answers within a budget, and tells no name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import BinaryIO

from msgspec import DecodeError, json

from monitor.domain.names.commonness import NameCounts
from monitor.domain.students.budget import Budget, Spent, affords, answered, on, refused
from monitor.domain.students.pupil_cues import Setting
from monitor.domain.students.roster import KeyedRoster
from monitor.domain.students.verdict import judge
from monitor.errors import MonitorError
from monitor.matcher.ledger import read_spent, write_spent
from monitor.matcher.wire import Ask, Reply

BUSY = "budget"
UNREADABLE = "unreadable"
_LONGEST_LINE = 1 << 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Clerk:
    """Holds the key and the tokens; `ledger` is the file that counts what was asked today."""

    roster: KeyedRoster
    counts: NameCounts
    ledger: Path
    today: Callable[[], date]
    budget: Budget = field(default_factory=Budget)

    def answer(self, line: bytes) -> Reply:
        try:
            ask = json.decode(line, type=Ask)
        except DecodeError:
            return Reply(refused=UNREADABLE)
        try:
            return self._charged(ask)
        except MonitorError as error:
            return Reply(refused=str(error))

    def _charged(self, ask: Ask) -> Reply:
        """Count a question before it is answered, so that no restart asks for nothing."""
        so_far = on(self.today(), read_spent(self.ledger))
        if not affords(self.budget, so_far, len(ask.contacts)):
            spent = refused(so_far)
            write_spent(self.ledger, spent)
            return Reply(refused=BUSY, spent=spent)
        spent = answered(so_far, len(ask.contacts))
        write_spent(self.ledger, spent)
        return self._judged(ask, spent)

    def _judged(self, ask: Ask, spent: Spent) -> Reply:
        setting = Setting(schools=ask.schools, town=ask.town, year=ask.year)
        verdict = judge(ask.contacts, self.roster, setting, self.counts)
        return Reply(flagged=verdict.flagged, count=verdict.count, cues=verdict.cues, spent=spent)


def serve(clerk: Clerk, questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer line by line until the asking side hangs up."""
    _say(answers, Reply(ready=True, spent=read_spent(clerk.ledger)))
    for line in _lines(questions):
        _say(answers, clerk.answer(line))


def refuse(answers: BinaryIO, error: MonitorError) -> None:
    _say(answers, Reply(refused=str(error), code=error.exit_code))


def _lines(questions: BinaryIO) -> Iterator[bytes]:
    while line := questions.readline(_LONGEST_LINE):
        if not line.endswith(b"\n"):
            return
        yield line


def _say(answers: BinaryIO, reply: Reply) -> None:
    answers.write(json.encode(reply) + b"\n")
    answers.flush()
