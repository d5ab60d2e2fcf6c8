"""What systemd hears of a service, and work that notes when it is asked."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 20


@contextmanager
def listening(folder: Path) -> Iterator[socket.socket]:
    """Stand where systemd would."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        told.bind(str(folder / "notify"))
        told.settimeout(PATIENCE)
        yield told


def heard(systemd: socket.socket, word: str) -> str:
    """Wait for a message that holds a word."""
    while word not in (said := systemd.recv(4096).decode()):
        pass
    return said


class Rounds:
    """Rounds that note what was asked of them."""

    def __init__(self, stop: Callable[[], None]) -> None:
        self.done: set[str] = set()
        self._stop = stop

    def run_requested_checks(self) -> None:
        self._note("serve")

    def run_due_sweeps(self) -> None:
        self._note("ask")

    def run_mail_and_cleanup(self) -> None:
        self._note("write")

    def stop_running_sweep(self) -> None:
        self.done.add("stop")

    def describe_wait(self) -> str:
        return ""

    def check_files(self) -> None: ...

    def _note(self, what: str) -> None:
        self.done.add(what)
        if {"serve", "ask", "write"} <= self.done:
            self._stop()
