"""The matcher's side of the pipe: it answers within a budget, and tells no name.

What was asked today, kept where a restart does not forget it. Keeping other processes, and core
files, away from the memory that holds the key.
"""

import ctypes
import resource
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import BinaryIO

from msgspec import DecodeError, json

from monitor.domain.names.frequency import NameCounts
from monitor.domain.students.cues import Setting
from monitor.domain.students.matching import Budget, Spent, affords, answered, judge, on, refused
from monitor.domain.students.roster import KeyedRoster
from monitor.errors import CannotWriteError, InputError, MonitorError, UnavailableError
from monitor.matcher.protocol import Ask, Reply

_OWNER_ONLY = 0o600


def read_spent(path: Path) -> Spent:
    """Return nothing spent where nothing was written yet; raise InputError for half a file."""
    try:
        return json.decode(path.read_bytes(), type=Spent)
    except FileNotFoundError:
        return Spent(day=date.min)
    except (OSError, DecodeError) as error:
        reason = f"{path} has no valid count for today. Delete it to start over."
        raise InputError(reason) from error


def write_spent(path: Path, spent: Spent) -> None:
    fresh = path.with_name(f"{path.name}.new")
    try:
        fresh.touch(mode=_OWNER_ONLY)
        fresh.write_bytes(json.encode(spent))
        fresh.replace(path)
    except OSError as error:
        reason = f"{path} cannot be written ({error.strerror}), so nothing is compared."
        raise CannotWriteError(reason) from error


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


_PR_SET_DUMPABLE = 4


def harden() -> None:
    """Write no core file, and on Linux let nobody of the same user read this process's memory."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux" and ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0):
        reason = (
            "The student matcher cannot protect its memory on this system, so it does not start."
        )
        raise UnavailableError(reason)
