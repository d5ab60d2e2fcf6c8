"""Whoever is told to stop in the middle stops soon, says one sentence and loses nothing."""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from monitor.db.database import Database
from monitor.db.jobs import build_request
from monitor.demo import fake_bluesky as appview
from monitor.demo.data import load_demo_contents
from monitor.demo.response import FakeRequest, FakeResponse
from monitor.demo.server import WebServer
from monitor.demo.setup import StoryClock
from monitor.scheduler import daemon
from monitor.scheduler.job_scheduler import Liveness, TimedJob
from monitor.services.job_kinds import preview_sweep
from monitor.services.sweeps import ignore_progress
from scrapers.http.clock import SystemClock
from tests.monitor.cli.conftest import SETTINGS, Terminal
from tests.monitor.supervised import timed

PATIENCE = 120
SLOW_NETWORK = """
[sources.bluesky]
url = "{url}"
canary = "skies.example"
allow_private = ["{url}"]

[sources.sites]
own = false
"""


@dataclass
class Sluggish:
    """A network that answers once, and then keeps everybody waiting until it may go on."""

    go: threading.Event = field(default_factory=threading.Event)
    stalled: threading.Event = field(default_factory=threading.Event)
    hosts: tuple[str, ...] = ()

    def answer_request(self, asked: FakeRequest) -> FakeResponse:
        if asked.nth > 1 and not self.go.is_set():
            self.stalled.set()
            self.go.wait(2 * PATIENCE)
        return appview.answer_appview(asked, load_demo_contents().filter_by_week(1))


@dataclass
class District:
    terminal: Terminal
    network: WebServer
    person: str

    @property
    def state(self):
        return Database.open_folder(self.terminal.config.state)

    @property
    def asked(self):
        return Counter((visit.path, visit.query) for visit in self.network.visits)

    @contextmanager
    def started(self, *arguments):
        command = [sys.executable, "-m", "monitor", "--config", str(self.terminal.path), *arguments]
        with subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={"PATH": os.environ["PATH"], "NAMESAKE_PAUSES": os.devnull},
        ) as process:
            try:
                yield process
            finally:
                process.kill()


@pytest.fixture
def district(tmp_path):
    """Enrol one person, on a network that will stall in the middle of any check."""
    path = tmp_path / "namesake.toml"
    with WebServer(Sluggish()) as network:
        url = "http://{}:{}".format(*network.address)
        path.write_text(SETTINGS.partition("[sources")[0] + SLOW_NETWORK.format(url=url), "utf-8")
        Database.create_or_open_folder(tmp_path / "state").close()
        terminal = Terminal(path, StoryClock(datetime.now(UTC)))
        person = terminal.enrols(accounts=("bluesky:@rosamarchetti.skies.example",))
        try:
            yield District(terminal, network, person)
        finally:
            network.web.go.set()


def read_status(service: subprocess.Popen[str]) -> str:
    """Read on to what the service says of itself; of a new district it warns first."""
    assert service.stderr is not None
    return next(line for line in service.stderr if "event=warning_raised" not in line)


def test_a_sweep_that_the_service_cannot_finish_is_taken_up_by_the_next_start(district):
    request = build_request("sweep", "r1", district.terminal.clock.now())
    with district.state as state:
        state.jobs.insert_request(request)
    with district.started("run") as service:
        assert district.network.web.stalled.wait(PATIENCE)
        service.send_signal(signal.SIGTERM)
        _, said = service.communicate(timeout=PATIENCE)

    assert service.returncode == 0
    warned = [line for line in said.splitlines() if " level=info " not in line]
    assert [line for line in warned if "event=warning_raised" not in line] == []
    with district.state as state:
        (begun,) = state.sweeps.list_open_sweeps()
        assert state.jobs.list_open_requests() != ()
    first, *_ = district.asked

    district.network.web.go.set()
    with district.started("run") as service, district.state as state:
        while state.sweeps.list_open_sweeps() and service.poll() is None:
            threading.Event().wait(0.1)
        assert state.sweeps.load_sweep(begun.id).closed_at is not None
        service.send_signal(signal.SIGTERM)
        assert service.wait(PATIENCE) == 0
    assert district.asked[first] == 1, "what was answered is not asked again"
    assert max(district.asked.values()) <= 2
    with district.state as state:
        assert state.jobs.list_open_requests() == ()


def test_ctrl_c_ends_a_command_with_one_sentence_and_130_and_the_service_goes_on(district):
    with district.started("run") as service:
        assert "status=Ready" in read_status(service)
        with district.started("check", district.person) as check:
            assert district.network.web.stalled.wait(PATIENCE)
            check.send_signal(signal.SIGINT)
            out, err = check.communicate(timeout=PATIENCE)
        district.network.web.go.set()
        with district.state as state:
            while state.jobs.list_open_requests() and service.poll() is None:
                threading.Event().wait(0.1)
        service.send_signal(signal.SIGTERM)
        assert service.wait(PATIENCE) == 0

    assert check.returncode == 130
    assert err.splitlines()[-1] == "namesake: Stopped. Finished work is saved."
    assert out == ""
    assert max(district.asked.values()) == 1
    with district.state as state:
        assert state.jobs.list_open_requests() == ()
        assert state.sweeps.list_open_sweeps() == ()
    assert district.terminal.run("audit").code == 0


def test_a_service_that_is_taken_apart_ends_the_thread_that_asks(district):
    before = set(threading.enumerate())
    with district.terminal.app() as app:
        visits = app.crawler.crawl(preview_sweep(app), ignore_progress)
        next(visits)

        assert "crawler" in {thread.name for thread in set(threading.enumerate()) - before}
    assert "crawler" not in {thread.name for thread in set(threading.enumerate()) - before}
    with pytest.raises(StopIteration):
        next(visits)


def test_what_does_not_end_in_time_is_left_as_by_a_crash(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(daemon, "FAREWELL_SECONDS", 0.1)
    stopping, over = threading.Event(), threading.Event()

    class SilentMailServer:
        def list_timed_jobs(self) -> tuple[TimedJob, ...]:
            return (timed("mail", self.wait_for_server),)

        def stop_running_sweep(self) -> None: ...
        def check_files(self) -> None: ...
        def describe_wait(self) -> str:
            return ""

        def wait_for_server(self) -> None:
            stopping.set()
            over.wait(PATIENCE)

    daemon.Daemon(
        jobs=SilentMailServer(),
        notifier=daemon.SystemdNotifier({}),
        wake_socket=daemon.WakeSocket(tmp_path),
        stopping=stopping,
        liveness=Liveness(SystemClock()),
    ).run_until_stopped()

    assert "event=job_not_finished job=mail" in caplog.text
    over.set()


def test_a_folder_too_deep_for_a_bell_is_served_all_the_same(district):
    deep = "d" * 120
    district.terminal.configured(('state = "state"', f'state = "{deep}"'))
    Database.create_or_open_folder(district.terminal.config.state).close()

    with district.started("run") as service:
        first = service.stderr.readline()
        second = read_status(service)
        service.send_signal(signal.SIGTERM)
        assert service.wait(PATIENCE) == 0

    assert 'level=warning event=wake_socket_missing reason="Cannot listen at ' in first
    assert "wait up to 20 seconds" in first
    assert "event=service_status status=Ready" in second
