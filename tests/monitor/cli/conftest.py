"""A terminal to type `namesake` into, in front of a made-up district."""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from monitor.app import App, Environment, IdSource, open_app
from monitor.cli.main import main
from monitor.config.file import load_config
from monitor.config.sections import Config
from monitor.db.atomic_files import DiskReserve
from monitor.db.state_folder_lock import StateFolderLock
from monitor.demo import data as days
from monitor.demo import district
from monitor.demo import setup as stage
from monitor.demo.internet import Internet
from monitor.demo.server import WebServer
from monitor.demo.setup import StoryClock
from monitor.domain.enrollment_draft import EnrollmentAnswers
from monitor.domain.person import PersonName
from monitor.domain.vocabulary import Scope
from monitor.scheduler.daemon import WakeSocket, work_in_background
from monitor.scheduler.job_scheduler import Liveness
from monitor.scheduler.timed_jobs import SupervisedRunner
from monitor.services.due_jobs import run_mail_and_cleanup, take_over_jobs
from monitor.services.enrollment import enroll_with_code, hash_code, invite_person
from scrapers.crawl.throttle import WITHOUT_WAITS
from scrapers.http.clock import SystemClock
from scrapers.http.fetch_limits import PATIENT_LIMITS
from scrapers.http.ssrf_guard import Dialer, resolve_nothing
from tests.monitor.conftest import Found, make_once

SETTINGS = """\
state = "state"

[district]
id = "cedar-valley"
name = "Cedar Valley Public Schools"
zone = "America/Chicago"
domains = ["cedarvalley.example"]
places = ["Cedar Valley"]
contact = "privacy@cedarvalley.example"
reviewers = ["it-security@cedarvalley.example", "it-review@cedarvalley.example"]

[mail]
sender = "Namesake <namesake@cedarvalley.example>"

[portal]
address = "https://namesake.cedarvalley.example"

[sources.bluesky]
enabled = false

[sources.sites]
own = false
"""
MADE_UP_SOURCES = f"""
[sources.searxng]
url = "http://searx.example"

[sources.bluesky]
url = "http://appview.example"
canary = "skies.example"

[sources.sites]
own = false
files = ["{stage.CATALOG_FILE}"]
"""
ROSA = PersonName(given="Rosa", family="Marchetti")
EVERYTHING = frozenset({Scope.SEARCH, Scope.PROFILES})


@dataclass(frozen=True)
class Said:
    """What a command left behind: its exit code, and its words."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def sentence(self) -> str:
        """The one sentence of a command that could not do its work."""
        (line,) = self.err.splitlines()
        assert "Traceback" not in self.err
        assert self.out == ""
        if line.startswith("{"):
            told = json.loads(line)["error"]
            assert told["code"] == self.code
            return str(told["message"])
        assert line.startswith("namesake: ")
        return line.removeprefix("namesake: ")


@dataclass
class Terminal:
    """Types commands as an operator would, with the clock and the web of the story."""

    path: Path
    clock: StoryClock = field(default_factory=lambda: StoryClock(days.compute_sweep_time(1)))
    environment: Environment = field(init=False)

    def __post_init__(self) -> None:
        self.environment = Environment(
            clock=self.clock,
            ids=IdSource(new_id=stage.build_id_source(str(self.path))),
            dialer=Dialer(address_map={}, resolve=resolve_nothing),
            throttle=WITHOUT_WAITS,
            limits=PATIENT_LIMITS,
        )

    def run(self, *arguments: str, typed: str = "") -> Said:
        return run(
            "--config", str(self.path), *arguments, typed=typed, environment=self.environment
        )

    @property
    def config(self) -> Config:
        return load_config(self.path)

    def app(self) -> AbstractContextManager[App]:
        return open_app(self.config, self.environment)

    @contextmanager
    def serving(self, jobs: frozenset[str] = frozenset({"checks", "sweeps"})) -> Iterator[App]:
        """Have a service work on the folder, on threads of this process."""
        state = self.config.state
        with self.app() as app, StateFolderLock(state):
            take_over_jobs(app)
            runner = SupervisedRunner(
                app=app, reserve=DiskReserve(state), heartbeat=lambda _vitals, _level: None
            )
            liveness = Liveness(SystemClock())
            with work_in_background(runner, jobs, WakeSocket(state), liveness):
                yield app

    def run_served(self, *arguments: str) -> Said:
        """Run a command beside a service, which ends after it and sends what is due then."""
        with self.serving():
            said = self.run(*arguments)
        with self.app() as app:
            run_mail_and_cleanup(app)
        return said

    def sees(self, web: WebServer) -> None:
        egress = Dialer(address_map=web.build_address_map(), resolve=resolve_nothing)
        self.environment = replace(self.environment, dialer=egress)

    def configured(self, *changes: tuple[str, str]) -> "Terminal":
        text = self.path.read_text("utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        self.path.write_text(text, "utf-8")
        return self

    def mails_by(self, port: int) -> "Terminal":
        """Send its emails by a server on this machine."""
        server = f'host = "127.0.0.1"\nport = {port}\nsecurity = "relay"\n'
        return self.configured(("[mail]\n", f"[mail]\n{server}"))

    def leaves_example(self) -> "Terminal":
        """Give it names that no document uses; the people of `.test` are as invented."""
        return self.configured(
            (".example", ".test"),
            ('"Cedar Valley Public Schools"', '"Cedar Valley Schools"'),
            ('"cedar-valley"', '"cedar-valley-schools"'),
            ('["Cedar Valley"]', '["Cedar Valley", "Oak Hill"]'),
        )

    def invites(
        self, mail: str = "rosa.marchetti@cedarvalley.example", name: PersonName = ROSA
    ) -> str:
        """Invite somebody, and return the code that only their mailbox would get."""
        code = f"code for {mail}"
        with self.app() as app:
            invitation = invite_person(app, mail, name.given, name.family)
            app.db.invitations.set_code_hash(invitation.id, hash_code(code))
        return code

    def enrols(self, name: PersonName = ROSA, **told: Any) -> str:
        """Let somebody join, and return their ref."""
        domain = self.config.district.domains[0]
        code = self.invites(f"{name.given}.{name.family}@{domain}".lower(), name)
        with self.app() as app:
            answers = EnrollmentAnswers(name=name, scopes=EVERYTHING, **told)
            return enroll_with_code(app, code, answers).id


def run(*arguments: str, typed: str = "", environment: Environment | None = None) -> Said:
    """Run the command in this process, to its exit; `init` and its doctor reach no one."""
    if environment is None and "init" in arguments:
        dialer = Dialer(address_map={}, resolve=resolve_nothing)
        environment = Environment(variables=os.environ, dialer=dialer)
    with CliRunner().isolation(input=typed) as (out, err, _both):
        with pytest.raises(SystemExit) as end:
            main(arguments, environment)
        sys.stdout.flush()
        sys.stderr.flush()
        said = out.getvalue().decode(), err.getvalue().decode()
    assert isinstance(end.value.code, int)
    return Said(end.value.code, *said)


@pytest.fixture
def terminal(tmp_path: Path, found: Found) -> Terminal:
    """A district with a folder, and nobody and nothing in it."""
    path = tmp_path / "namesake.toml"
    path.write_text(SETTINGS, "utf-8")
    found(tmp_path / "state")
    return Terminal(path)


@pytest.fixture
def web(terminal: Terminal) -> Iterator[WebServer]:
    """Put the district on the made-up internet, in the first week of the story."""
    text = terminal.path.read_text("utf-8").partition("[sources")[0]
    terminal.path.write_text(text + MADE_UP_SOURCES, "utf-8")
    with WebServer(Internet(), now=terminal.clock.now) as server:
        terminal.sees(server)
        yield server


@dataclass(frozen=True)
class Played:
    """The demo's three weeks, as `namesake demo --json` told them."""

    folder: Path
    said: Said

    def run(self, *arguments: str) -> Said:
        """Run a command on the demo's folder, as the demo's last lines say."""
        return run("--config", str(self.folder / "namesake.toml"), *arguments)

    @property
    def planted(self) -> frozenset[str]:
        """Every word that is a person's own: names, addresses, handles, and what was found."""
        told = self.said.json
        lines = [line for week in told["weeks"] for line in (*week["events"], *week["cases"])]
        people = [member.person for member in district.STAFF]
        names = [(person.name.given, person.name.family, person.mail) for person in people]
        return frozenset(
            word
            for group in (
                [line["url"] for line in lines],
                *names,
                *(person.handles for person in people),
                *(person.name.nicknames for person in people),
            )
            for word in group
        )


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return Played(
        *make_once(
            tmp_path_factory, "told", lambda folder: run("demo", "--json", "--out", str(folder))
        )
    )


@pytest.fixture
def after_demo(played: Played, tmp_path: Path) -> Iterator[Terminal]:
    """The demo's district after its third week, still on its made-up internet."""
    shutil.copytree(played.folder / "state", tmp_path / "state")
    path = tmp_path / "namesake.toml"
    path.write_text(SETTINGS.partition("[sources")[0] + MADE_UP_SOURCES, "utf-8")
    terminal = Terminal(
        path, StoryClock(days.compute_sweep_time(days.LAST_WEEK) + timedelta(days=1))
    )
    with WebServer(Internet(), week=days.LAST_WEEK, now=terminal.clock.now) as web:
        terminal.sees(web)
        yield terminal


@pytest.fixture(scope="session")
def copied_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.monitor.cli.safekept import made_in  # noqa: PLC0415 - it types at our terminal

    folder = tmp_path_factory.mktemp("district")
    made_in(folder)
    return folder


@pytest.fixture
def copied(copied_once: Path, tmp_path: Path) -> Terminal:
    """A district with two people, and a copy of it."""
    shutil.copytree(copied_once, tmp_path, dirs_exist_ok=True)
    return Terminal(tmp_path / "namesake.toml")
