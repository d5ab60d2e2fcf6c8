"""A district as it really runs: service, pages, commands and backups side by side on one folder.

Everything is a process of its own, but for a mail server and a search engine, which are stood in
for. What was acknowledged (a 303 after a form, exit code 0, a 250 of the mail server) is noted,
so that a test can look whether all of it is still there in the end.
"""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from monitor.db.database import DATABASE_FILE
from monitor.db.encryption import KEYS_DATABASE
from monitor.db.open_files import has_locks, list_deleted_files
from tests.real.machine import LOCALHOST
from tests.real.mail_sink import MailSink, mail_sink
from tests.real.process import free_ports
from tests.real.search_stub import SearchStub, search_engine

DOMAIN = "cedarvalley.example"
SOAKING = os.environ.get("NAMESAKE_SOAK") == "1"
# In seconds. Hundreds have joined by the end of a soak, of whom one query a second is asked.
PATIENCE, SWEEP_PATIENCE = 180.0, 7200.0 if SOAKING else 900.0
GLANCE = 0.05
# Seconds from one search to the next: longer than a program takes to start, or its start alone
# would be the pause.
PAUSE = 1.0
SETTINGS = """\
state = "{folder}/state"
[district]
id = "cedar-valley"
name = "Cedar Valley Public Schools"
zone = "America/Chicago"
domains = ["cedarvalley.example"]
places = ["Cedar Valley"]
contact = "it@cedarvalley.example"
reviewers = ["reviewer@cedarvalley.example"]
operators = ["operator@cedarvalley.example"]
[mail]
sender = "Namesake <namesake@cedarvalley.example>"
host = "127.0.0.1"
port = {mail}
security = "relay"
per_second = 1000
[portal]
address = "http://127.0.0.1:{portal}"
listen = "127.0.0.1:{portal}"
[sources.searxng]
url = "http://127.0.0.1:{search}"
canary = "wikipedia"
allow_private = ["http://127.0.0.1:{search}"]
[sources.bluesky]
enabled = false
[sources.sites]
own = false
[fetch]
pace = {pause}
[backup]
folder = "{folder}/copies"
keys = "{folder}/key-copy"
"""


@dataclass
class Acknowledged:
    """What users were told is done. Each is the address of a person, or what is theirs."""

    invited: set[str] = field(default_factory=set)
    joined: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)
    sorted: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    shared: dict[str, str] = field(default_factory=dict)
    # Whose last act nobody confirmed: a process was killed before its answer came.
    unsure: set[str] = field(default_factory=set)
    commands: Counter[str] = field(default_factory=Counter)


@dataclass
class Worker:
    """One of the two processes that stay; started anew whenever it ends."""

    name: str
    command: tuple[str, ...]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    ends: list[int] = field(default_factory=list)

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log)

    def restart_if_ended(self) -> None:
        if self.process is not None and self.process.poll() is not None:
            self.ends.append(self.process.returncode)
            self.start()

    def signal(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def stop(self) -> int:
        """End it in good order, and return its exit code."""
        assert self.process is not None
        self.process.terminate()
        code = self.process.wait(PATIENCE)
        self.process = None
        return code


@dataclass
class District:
    """Runs in `folder`; `faults` gathers what must not happen, as it is seen."""

    folder: Path
    ports: dict[str, int]
    mail: MailSink
    search: SearchStub
    done: Acknowledged = field(default_factory=Acknowledged)
    faults: list[str] = field(default_factory=list)
    workers: dict[str, Worker] = field(default_factory=dict)
    ended: threading.Event = field(default_factory=threading.Event)
    kills: Counter[str] = field(default_factory=Counter)
    commands: set[subprocess.Popen[str]] = field(default_factory=set)
    resident: str = ""

    @property
    def config(self) -> Path:
        return self.folder / "namesake.toml"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def address(self) -> str:
        return f"http://{LOCALHOST}:{self.ports['portal']}"

    def argv(self, *arguments: str, config: Path | None = None) -> tuple[str, ...]:
        path = str(config or self.config)
        return (sys.executable, "-m", "monitor", "--config", path, *arguments)

    def run_command(
        self, *arguments: str, expected: Sequence[int] = (0,), config: Path | None = None
    ) -> tuple[int, str]:
        """Run a command to its end; a traceback, a hang or another exit code is a fault.

        A sweep asks about everyone who has joined by then, one query after another, and a check of
        sources waits until it is over.
        """
        patience = SWEEP_PATIENCE if arguments[0] in {"check", "sources"} else PATIENCE
        process = subprocess.Popen(
            self.argv(*arguments, config=config),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.commands.add(process)
        try:
            said, complained = process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate(timeout=PATIENCE)
            self.faults.append(f"{' '.join(arguments)} did not end")
            return -1, ""
        finally:
            self.commands.discard(process)
        code = process.returncode
        self.done.commands[arguments[0]] += 1
        killed = code in {-signal.SIGKILL, -signal.SIGTERM}
        if "Traceback" in complained or (code not in expected and not (killed and self.kills)):
            self.faults.append(f"{' '.join(arguments)} ended with {code}: {complained[-500:]}")
        return code, said

    def keep_running(self) -> None:
        """Start anew what was killed, as systemd does, and look at every lock meanwhile."""
        while not self.ended.wait(0.5):
            for worker in self.workers.values():
                worker.restart_if_ended()
            self.check_descriptors()

    def check_descriptors(self) -> None:
        for worker in self.workers.values():
            process = worker.process
            if process is None or process.poll() is not None:
                continue
            for path in (self.state / DATABASE_FILE, self.state / KEYS_DATABASE):
                for gone in list_deleted_files(process.pid, path):
                    self.faults.append(f"{worker.name} goes on in {gone}")

    def check_locks(self) -> None:
        """To be called while the service and the pages are up and have been used."""
        for worker in self.workers.values():
            assert worker.process is not None
            for path in (self.state / DATABASE_FILE, self.state / KEYS_DATABASE):
                if not has_locks(worker.process.pid, path):
                    self.faults.append(f"{worker.name} holds no lock on {path.name}")

    def check_integrity(self) -> None:
        for name in (DATABASE_FILE, KEYS_DATABASE):
            with closing(sqlite3.connect(self.state / name, timeout=60)) as database:
                found = database.execute("PRAGMA integrity_check").fetchall()
            if found != [("ok",)]:
                self.faults.append(f"{name} is damaged: {found[:3]}")

    def kill_something(self, number: signal.Signals, lots: random.Random) -> None:
        """Kill a process that runs, or ask it to end; look at the database after it."""
        commands = list(self.commands)
        name = lots.choice(("run", "portal", "command") if commands else ("run", "portal"))
        if name == "command":
            lots.choice(commands).send_signal(number)
        else:
            self.workers[name].signal(number)
        self.kills[f"{name} {number.name}"] += 1
        self.check_integrity()

    def wait_until(self, true: Callable[[], bool], what: str) -> bool:
        """Wait for something that was promised; that it does not come is a fault."""
        end = time.monotonic() + PATIENCE
        while not true():
            if time.monotonic() > end:
                self.faults.append(f"{what} did not come within {PATIENCE:.0f} s")
                return False
            time.sleep(GLANCE)
        return True


@contextmanager
def running_district(folder: Path, pause: float = PAUSE) -> Iterator[District]:
    """Make a district in a folder, and run it until the block ends."""
    mail_port, portal_port, search_port = free_ports(3)
    ports = {"mail": mail_port, "portal": portal_port, "search": search_port}
    with ExitStack() as stack:
        mail = stack.enter_context(mail_sink(mail_port))
        search = stack.enter_context(search_engine(search_port))
        district = District(folder=folder, ports=ports, mail=mail, search=search)
        district.config.write_text(SETTINGS.format(folder=folder, pause=pause, **ports), "utf-8")
        code, _ = district.run_command("init")
        assert code == 0, district.faults
        for name in ("run", "portal"):
            worker = Worker(name, district.argv(name), folder / f"{name}.log")
            district.workers[name] = worker
            worker.start()
        keeper = threading.Thread(target=district.keep_running)
        keeper.start()
        try:
            yield district
        finally:
            district.ended.set()
            keeper.join(PATIENCE)
            for worker in district.workers.values():
                if worker.process is not None:
                    worker.process.kill()
                    worker.process.wait(PATIENCE)
