"""The daemon's side of the pipe to the student matcher.

Which student matcher a configuration asks for, if any.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from threading import Lock
from types import TracebackType
from typing import Self

from msgspec import DecodeError, json

from monitor.config.sections import Config
from monitor.domain.errors import ConfigError, UnavailableError, WrongKeyError
from monitor.domain.students.matching import UNFLAGGED, ContactMatchResult, MatcherUsage
from monitor.student_matcher.protocol import BUSY, MatchReply, MatchRequest
from scrapers.models import Contact

_PATIENCE_SECONDS = 60.0
_FAREWELL_SECONDS = 5.0
_PIECE = 1 << 16
_PASSED_ON = ("PATH", "PYTHONPATH", "LANG", "CREDENTIALS_DIRECTORY", "NAMESAKE_ROSTER_KEY")
_OTHERS = 0o077
_STOPPED = "The student matcher has stopped, so contacts were not compared. Restart the service."
_SILENT = "The student matcher does not respond, so contacts were not compared."
_SPENT = "The student matcher has reached its daily limit. It continues tomorrow."


@dataclass(frozen=True, slots=True, kw_only=True)
class MatcherSetup:
    """Where tokens and key are. Without a key file the matcher takes a secret of the service.

    `state` is the folder that is backed up: the key must not lie in it.
    """

    tokens: Path
    key_file: Path | None
    state: Path
    schools: tuple[str, ...] = ()
    town: str = ""


class NoMatcher:
    """Used if the district has not turned student links on: compares nothing."""

    is_enabled: bool = False
    spent: MatcherUsage | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        return None

    def compare_contacts(self, contacts: tuple[Contact, ...]) -> ContactMatchResult:
        del contacts
        return UNFLAGGED


class OtherProcessMatcher(NoMatcher):
    """Used if another process has the matcher: compares nothing."""

    is_enabled = True


class MatcherProcess:
    """A child process that holds the key; it runs between `__enter__` and `__exit__`."""

    is_enabled = True
    spent: MatcherUsage | None = None
    """What was asked on the day of the last request; None before the first answer."""

    def __init__(self, setup: MatcherSetup, now: Callable[[], datetime]) -> None:
        self._setup = setup
        self._now = now
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """None while it does not run."""
        return self._process.pid if self._process else None

    def __enter__(self) -> Self:
        """Start the child; raise UnavailableError if it refuses, WrongKeyError with another key."""
        self._process = _start_process(self._setup, os.environ)
        try:
            self._check_reply(self._exchange_line(b""))
        except UnavailableError:
            self._stop_process()
            raise
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._stop_process()

    def compare_contacts(self, contacts: tuple[Contact, ...]) -> ContactMatchResult:
        """Compare an own account's contacts; raise UnavailableError where that cannot be done."""
        ask = MatchRequest(
            contacts=contacts,
            schools=self._setup.schools,
            town=self._setup.town,
            year=self._now().year,
        )
        with self._lock:
            reply = self._check_reply(self._exchange_line(json.encode(ask) + b"\n"))
        return ContactMatchResult(flagged=reply.flagged, count=reply.count, cues=reply.cues)

    def _exchange_line(self, line: bytes) -> MatchReply:
        if self._process is None:
            raise UnavailableError(_STOPPED)
        try:
            return json.decode(_send_and_receive(self._process, line), type=MatchReply)
        except (OSError, DecodeError) as error:
            self._stop_process()
            raise UnavailableError(_STOPPED) from error
        except UnavailableError:
            # An answer that comes late would be taken for that to the next request.
            self._stop_process()
            raise

    def _check_reply(self, reply: MatchReply) -> MatchReply:
        self.spent = reply.spent or self.spent
        if reply.code == WrongKeyError.exit_code:
            raise WrongKeyError(reply.refused)
        if reply.refused:
            raise UnavailableError(_SPENT if reply.refused == BUSY else reply.refused)
        return reply

    def _stop_process(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()
        try:
            process.wait(_FAREWELL_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _start_process(setup: MatcherSetup, environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    paths = (str(setup.tokens), str(setup.state / "matcher.spent"))
    # Without -P, a folder that someone runs us in could hold a module of that name.
    command = [sys.executable, "-P", "-s", "-m", "monitor.student_matcher", *paths]
    handed: tuple[int, ...] = ()
    if setup.key_file:
        handed = (_open_key_file(setup.key_file, setup.state),)
    try:
        return subprocess.Popen(  # noqa: S603 -- our own interpreter, our own module
            [*command, *map(str, handed)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: environ[name] for name in _PASSED_ON if name in environ},
            pass_fds=handed,
            # Ctrl-C in a terminal ends the sweep first; the matcher ends when its pipe does.
            process_group=0,
        )
    except OSError as error:
        reason = f"The student matcher cannot be started ({error.strerror})."
        raise UnavailableError(reason) from error
    finally:
        for descriptor in handed:
            os.close(descriptor)


def _open_key_file(path: Path, state: Path) -> int:
    """Open the key for the child without reading it, and refuse a place where others can."""
    if path.resolve().is_relative_to(state.resolve()):
        reason = f"The roster key {path} is in the state folder. Keep it out of the backups."
        raise ConfigError(reason)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise ConfigError(f"The roster key {path} cannot be opened ({error.strerror}).") from error
    if os.fstat(descriptor).st_mode & _OTHERS:
        os.close(descriptor)
        raise ConfigError(f"Other users can read the roster key {path}. Run `chmod 400` on it.")
    return descriptor


def _send_and_receive(process: subprocess.Popen[bytes], line: bytes) -> bytes:
    """Send a line while listening, so that neither side waits for the other for ever."""
    if process.stdin is None or process.stdout is None:
        raise UnavailableError(_STOPPED)
    request, answer = process.stdin.fileno(), process.stdout.fileno()
    os.set_blocking(request, False)
    received = b""
    with DefaultSelector() as ready:
        ready.register(answer, EVENT_READ)
        if line:
            ready.register(request, EVENT_WRITE)
        while not received.endswith(b"\n"):
            events = ready.select(_PATIENCE_SECONDS)
            if not events:
                raise UnavailableError(_SILENT)
            for event, _ in events:
                if event.fd == answer:
                    piece = os.read(answer, _PIECE)
                    if not piece:
                        raise UnavailableError(_STOPPED)
                    received += piece
                else:
                    line = line[os.write(request, line[:_PIECE]) :]
                    if not line:
                        ready.unregister(request)
    return received


def build_matcher_setup(config: Config) -> MatcherSetup | None:
    """Return where the student matcher finds its things; None where it is turned off."""
    students = config.students
    if not students.enabled or students.tokens is None:
        return None
    return MatcherSetup(
        tokens=students.tokens,
        key_file=students.key_file,
        state=config.state,
        schools=students.schools,
        town=next(iter(config.district.places), ""),
    )


def build_matcher(config: Config, now: Callable[[], datetime]) -> NoMatcher | MatcherProcess:
    setup = build_matcher_setup(config)
    return MatcherProcess(setup, now) if setup else NoMatcher()


def build_matcher_stand_in(config: Config) -> NoMatcher:
    """Return what a process has that leaves the matcher to another one."""
    return OtherProcessMatcher() if config.students.enabled else NoMatcher()
