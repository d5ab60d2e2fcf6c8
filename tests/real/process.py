"""Starts a server of a test run, waits until it answers, and stops it whatever happens."""

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from tests.real.machine import LOCALHOST, PATIENCE

GRACE = 15.0


class PartDidNotStartError(Exception):
    """Holds the end of the server's own log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A server that stays in the foreground.

    `user` is whom it runs as when the tests run as root; `stop` asks it to end quickly and cleanly.
    """

    argv: tuple[str, ...]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    user: str | None = None
    stop: signal.Signals = signal.SIGTERM

    @contextlib.contextmanager
    def running(self, answers: Callable[[], bool]) -> Iterator[None]:
        with self.log.open("ab") as log:
            process = self._start(log.fileno())
        try:
            self._wait(process, answers)
            yield
        finally:
            self._end(process)

    def _start(self, log: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            (*_leash(), *self.argv),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, **self.environment},
            cwd=self.folder,
            user=self.user,
            group=self.user,
            extra_groups=() if self.user else None,
            start_new_session=True,
        )

    def _wait(self, process: subprocess.Popen[bytes], answers: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not answers():
            if process.poll() is not None or time.monotonic() > end:
                raise PartDidNotStartError(self._explain(process))
            time.sleep(0.05)

    def _explain(self, process: subprocess.Popen[bytes]) -> str:
        state = "does not answer" if process.poll() is None else f"ended with {process.returncode}"
        last = self.log.read_text("utf-8", "replace").splitlines()[-20:]
        return "\n".join([f"{self.argv[0]} {state}; its log ends:", *last])

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        if process.poll() is None:
            process.send_signal(self.stop)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
        # Whatever it left behind is in the session that was opened for it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)


def list_children(process: int) -> list[int]:
    """Return the processes that a process has started and that run."""
    listed = Path(f"/proc/{process}/task/{process}/children").read_text("ascii")
    return [int(part) for part in listed.split()]


@contextlib.contextmanager
def hold_lock(lock: Path) -> Iterator[None]:
    """Wait until no other process of this run does what this lock is for.

    Raises BlockingIOError when it has done so for too long.
    """
    until = time.monotonic() + PATIENCE
    with lock.open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)
        yield


def free_ports(count: int) -> list[int]:
    """Draw ports that nobody listens on at the moment; all differ."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind((LOCALHOST, 0))
        return [one.getsockname()[1] for one in sockets]


def greets(port: int, greeting: bytes, question: bytes = b"") -> bool:
    """Tell whether a server says this, by itself or when asked."""
    try:
        with socket.create_connection((LOCALHOST, port), timeout=5) as connection:
            connection.sendall(question)
            return connection.recv(len(greeting)) == greeting
    except OSError:
        return False


def listens(port: int) -> bool:
    """Tell whether a server that waits to be spoken to is there."""
    try:
        with socket.create_connection((LOCALHOST, port), timeout=5):
            return True
    except OSError:
        return False


def says_ok(port: int, path: str) -> bool:
    """Tell whether a web server answers this path with 200."""
    with contextlib.closing(HTTPConnection(LOCALHOST, port, timeout=5)) as connection:
        try:
            connection.request("GET", path)
            return connection.getresponse().status == HTTPStatus.OK
        except (OSError, HTTPException):
            return False


def _leash() -> tuple[str, ...]:
    # If the tests are killed, their servers go too; Postfix alone, which changes users, slips it.
    return ("setpriv", "--pdeathsig", "TERM", "--") if shutil.which("setpriv") else ()
