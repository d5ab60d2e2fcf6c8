"""The service as systemd and an operator meet it: a real process, real signals, a real socket."""

import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

import pytest

from monitor.db.database import Database
from monitor.domain.errors import describe_error_location
from monitor.scheduler.daemon import Daemon, SystemdNotifier, WakeSocket, stop_on_signals
from monitor.scheduler.job_scheduler import Liveness
from scrapers.http.clock import SystemClock
from tests.monitor.supervised import PATIENCE, Rounds, heard, listening, timed, working

CONFIG = """\
state = "state"
[district]
id = "cedar-valley"
name = "Cedar Valley Public Schools"
zone = "America/Chicago"
domains = ["cedarvalley.example"]
contact = "it@cedarvalley.example"
[mail]
sender = "Namesake <namesake@cedarvalley.example>"
[portal]
address = "https://namesake.cedarvalley.example"
[sources.bluesky]
enabled = false
[sources.sites]
own = false
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "namesake.toml"
    path.write_text(CONFIG, "utf-8")
    Database.create_or_open_folder(tmp_path / "state").close()
    return path


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[socket.socket]:
    with listening(tmp_path) as told:
        yield told


@contextmanager
def running(config: Path, systemd: socket.socket) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "monitor", "--config", str(config), "run"]
    environment = {"NOTIFY_SOCKET": str(systemd.getsockname()), "PATH": ""}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) as service:
        try:
            assert "READY=1" in heard(systemd, "READY=1")
            yield service
        finally:
            service.kill()


@pytest.mark.parametrize("signalled", [signal.SIGTERM, signal.SIGINT])
def test_the_service_says_that_it_is_ready_and_alive_and_ends_when_asked(
    config, systemd, signalled
):
    with running(config, systemd) as service:
        assert "WATCHDOG=1" in heard(systemd, "WATCHDOG=1")
        service.send_signal(signalled)

        assert service.wait(PATIENCE) == 0
        assert "STOPPING=1" in heard(systemd, "STOPPING=1")


def test_a_signal_never_takes_the_lock_of_the_thread_that_it_interrupts():
    stopping = Noted()

    with stop_on_signals(stopping):
        signal.raise_signal(signal.SIGTERM)
        assert stopping.wait(PATIENCE)

    assert stopping.setters == [False]


class Noted(threading.Event):
    """Notes whether the main thread set it, which may hold its lock as a signal comes."""

    def __init__(self) -> None:
        super().__init__()
        self.setters: list[bool] = []

    def set(self) -> None:
        self.setters.append(threading.current_thread() is threading.main_thread())
        super().set()


def test_a_second_service_on_the_same_folder_is_turned_away(config, systemd):
    with running(config, systemd):
        second = subprocess.run(
            [sys.executable, "-m", "monitor", "--config", str(config), "run"],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    assert second.returncode == 75
    assert "Traceback" not in second.stderr
    assert len(second.stderr.strip().splitlines()) == 1


def test_a_service_whose_database_was_replaced_ends_with_one_sentence(config, systemd):
    state = config.parent / "state"
    with running(config, systemd) as service:
        state.rename(config.parent / "moved")
        Database.create_or_open_folder(state).close()

        assert service.wait(PATIENCE) == 79
        said = service.stderr.read().decode().strip().splitlines()[-1]
    assert said.startswith("namesake: ")
    assert "was moved, deleted or replaced" in said


def test_a_bell_wakes_the_service_before_its_next_tick(tmp_path):
    woken = threading.Event()
    bell = WakeSocket(tmp_path)

    with bell.listen_for_wakeups(on_wake=woken.set):
        bell.wake_daemon()
        assert woken.wait(PATIENCE)

    assert not bell.path.exists()


def test_a_bell_that_a_crash_left_hanging_is_no_obstacle(tmp_path):
    bell, woken = WakeSocket(tmp_path), threading.Event()
    bell.path.touch()

    with bell.listen_for_wakeups(on_wake=woken.set):
        bell.wake_daemon()
        assert woken.wait(PATIENCE)


def test_where_no_bell_can_hang_the_service_runs_without(tmp_path):
    deep = tmp_path / ("d" * 120)
    deep.mkdir()

    with WakeSocket(deep).listen_for_wakeups(on_wake=lambda: None):
        WakeSocket(deep).wake_daemon()


def test_a_wakeup_names_the_folder_even_through_a_link(tmp_path):
    callers = SimpleQueue[str]()
    listening, calling = tmp_path / "fleet", tmp_path / "maple"
    for side in (listening, calling):
        side.mkdir()
    WakeSocket(calling).path.symlink_to(WakeSocket(listening).path)
    with WakeSocket(listening).listen_for_wakeups(lambda: None, callers.put):
        WakeSocket(calling).wake_daemon()

        assert callers.get(timeout=PATIENCE) == str(calling)


def test_a_round_that_fails_ends_nothing_and_quotes_nobody(caplog):
    tries: list[int] = []
    again = threading.Event()

    def work() -> None:
        tries.append(1)
        if len(tries) == 1:
            reason = "Maria Delgado cannot be opened"
            raise ValueError(reason)
        again.set()

    with working(timed("work", work)) as scheduler:
        while "ValueError" not in caplog.text:
            again.wait(0.01)
        scheduler.answer_bell()

        assert again.wait(PATIENCE)
    assert "ValueError" in caplog.text
    assert "Maria" not in caplog.text


def test_a_fault_is_told_by_kind_and_place():
    with pytest.raises(ValueError, match="Maria") as fault:
        int("Maria Delgado")

    told = describe_error_location(fault.value)

    assert told.startswith("ValueError at test_daemon.py:")
    assert "Maria" not in told


def test_every_round_is_made_as_soon_as_the_service_starts(tmp_path):
    stopping = threading.Event()
    rounds = Rounds(stopping.set)

    Daemon(
        jobs=rounds,
        notifier=SystemdNotifier({}),
        wake_socket=WakeSocket(tmp_path),
        stopping=stopping,
        liveness=Liveness(SystemClock()),
    ).run_until_stopped()

    assert rounds.done == {"serve", "ask", "write", "stop"}


def test_a_ring_wakes_every_kind_of_work_before_the_next_tick(tmp_path):
    stopping, bell = threading.Event(), WakeSocket(tmp_path)
    times: Counter[str] = Counter()

    class Twice(Rounds):
        def _note(self, what: str) -> None:
            times[what] += 1
            if set(times.values()) == {1} and len(times) == 3:
                bell.wake_daemon()
            if set(times.values()) == {2}:
                stopping.set()

    ends = threading.Timer(PATIENCE, stopping.set)
    ends.start()
    Daemon(
        jobs=Twice(lambda: None),
        notifier=SystemdNotifier({}),
        wake_socket=bell,
        stopping=stopping,
        liveness=Liveness(SystemClock()),
    ).run_until_stopped()
    ends.cancel()

    assert times == {"serve": 2, "ask": 2, "write": 2}
