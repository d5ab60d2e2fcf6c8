"""The matcher's side of the pipe: it answers within a quota, and returns no name.

The use of today, stored so that it survives a restart. Protection of the memory with the key from
other processes and core files.
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

from monitor.domain.errors import CannotWriteError, InputError, MonitorError, UnavailableError
from monitor.domain.names.frequency import NameCounts
from monitor.domain.students.cues import SchoolSetting
from monitor.domain.students.hashed_roster import KeyedRoster
from monitor.domain.students.matching import (
    MatcherQuota,
    MatcherUsage,
    has_quota_for,
    match_contacts,
    record_answered_list,
    record_refused_list,
    roll_over_usage,
)
from monitor.student_matcher.protocol import BUSY, MatchReply, MatchRequest

_OWNER_ONLY = 0o600


def read_spent(path: Path) -> MatcherUsage:
    """Return nothing spent where nothing was written yet; raise InputError for half a file."""
    try:
        return json.decode(path.read_bytes(), type=MatcherUsage)
    except FileNotFoundError:
        return MatcherUsage(day=date.min)
    except (OSError, DecodeError) as error:
        reason = f"{path} has no valid count for today. Delete it to start over."
        raise InputError(reason) from error


def write_spent(path: Path, spent: MatcherUsage) -> None:
    fresh = path.with_name(f"{path.name}.new")
    try:
        fresh.touch(mode=_OWNER_ONLY)
        fresh.write_bytes(json.encode(spent))
        fresh.replace(path)
    except OSError as error:
        reason = f"{path} cannot be written ({error.strerror}), so nothing is compared."
        raise CannotWriteError(reason) from error


UNREADABLE = "unreadable"
_LONGEST_LINE = 1 << 25


@dataclass(frozen=True, slots=True, kw_only=True)
class MatcherWorker:
    """Holds the key and the tokens; `quota_file` is the file that counts what was asked today."""

    roster: KeyedRoster
    counts: NameCounts
    quota_file: Path
    today: Callable[[], date]
    budget: MatcherQuota = field(default_factory=MatcherQuota)

    def answer_line(self, line: bytes) -> MatchReply:
        try:
            ask = json.decode(line, type=MatchRequest)
        except DecodeError:
            return MatchReply(refused=UNREADABLE)
        try:
            # Count a request before it is answered, so that no restart asks for nothing.
            so_far = roll_over_usage(self.today(), read_spent(self.quota_file))
            if not has_quota_for(self.budget, so_far, len(ask.contacts)):
                spent = record_refused_list(so_far)
                write_spent(self.quota_file, spent)
                return MatchReply(refused=BUSY, spent=spent)
            spent = record_answered_list(so_far, len(ask.contacts))
            write_spent(self.quota_file, spent)
            setting = SchoolSetting(schools=ask.schools, town=ask.town, year=ask.year)
            verdict = match_contacts(ask.contacts, self.roster, setting, self.counts)
            return MatchReply(
                flagged=verdict.flagged, count=verdict.count, cues=verdict.cues, spent=spent
            )
        except MonitorError as error:
            return MatchReply(refused=str(error))


def serve_requests(worker: MatcherWorker, requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer line by line until the asking side hangs up."""
    _write_reply(answers, MatchReply(ready=True, spent=read_spent(worker.quota_file)))
    for line in _read_lines(requests):
        _write_reply(answers, worker.answer_line(line))


def write_refusal(answers: BinaryIO, error: MonitorError) -> None:
    _write_reply(answers, MatchReply(refused=str(error), code=error.exit_code))


def _read_lines(requests: BinaryIO) -> Iterator[bytes]:
    while line := requests.readline(_LONGEST_LINE):
        if not line.endswith(b"\n"):
            return
        yield line


def _write_reply(answers: BinaryIO, reply: MatchReply) -> None:
    answers.write(json.encode(reply) + b"\n")
    answers.flush()


_PR_SET_DUMPABLE = 4


def harden_process() -> None:
    """Write no core file, and on Linux let no one of the same user read this process's memory."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux" and ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0):
        raise UnavailableError(
            "The student matcher cannot protect its memory on this system, so it does not start."
        )
