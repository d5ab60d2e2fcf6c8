"""A disk that is really full: nothing is torn or lost, it is said, and all goes on with room."""

import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.app import Environment, open_app
from monitor.db.backup_files import list_backups
from monitor.db.database import Database
from monitor.demo import data as days
from monitor.demo import setup as stage
from monitor.demo.server import WebServer
from monitor.demo.setup import StoryClock
from monitor.demo.story import EMAILS_AFTER
from monitor.domain.errors import CannotWriteError, MonitorError
from monitor.scheduler.timed_jobs import build_supervised_runner
from reports.emails.registry import EmailKind
from scrapers.crawl.throttle import WITHOUT_WAITS
from scrapers.http.fetch_limits import PATIENT_LIMITS
from scrapers.http.ssrf_guard import Dialer, resolve_nothing
from tests.monitor.cli.conftest import MADE_UP_SOURCES, SETTINGS, Terminal
from tests.monitor.end_state import EndState, delivered, sent, sound
from tests.monitor.first_week import SteadyInternet, first_week_in
from tests.real import small_disk
from tests.real.installed import in_time
from tests.real.small_disk import SmallDisk

pytestmark = pytest.mark.real

MEGABYTES = 24
PATIENCE = 300
KILOBYTE = 1 << 10
SOON = "someone may be using your name"
# From no byte at all to about what the work takes.
ASKING, WRITING = range(0, 1600, 64), range(0, 400, 16)
CASES = (
    *(("ask", room * KILOBYTE) for room in ASKING),
    *(("write", room * KILOBYTE) for room in WRITING),
)
HOUR = timedelta(hours=1)
NOW = days.compute_sweep_time(2)
HOURS = re.compile(r"\d{1,2}:\d\d [AP]M [A-Z]{3}")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    if reason := small_disk.lacking():
        pytest.skip(f"{small_disk.NAME}: {reason}")
    folder = tmp_path / "disk"
    folder.mkdir()
    with small_disk.mounted(folder, MEGABYTES) as disk:
        yield disk


@pytest.fixture(scope="module")
def web() -> Iterator[WebServer]:
    with WebServer(SteadyInternet()) as server:
        yield server


@pytest.fixture(scope="module")
def first_week(web: WebServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cedar-valley")
    first_week_in(folder, web)
    return folder


@dataclass(slots=True, kw_only=True)
class SecondWeek:
    """The service's second week; `full` is the work before which its disk fills up.

    `refused` is what could not be done meanwhile.
    """

    folder: Path
    web: WebServer
    disk: SmallDisk
    full: str = ""
    room: int = 0
    refused: list[MonitorError] = field(default_factory=list)

    def passes(self) -> None:
        clock = StoryClock(days.compute_sweep_time(2))
        environment = Environment(
            clock=clock,
            dialer=Dialer(address_map=self.web.build_address_map(), resolve=resolve_nothing),
            throttle=WITHOUT_WAITS,
            limits=PATIENT_LIMITS,
        )
        with open_app(stage.build_config(self.folder), environment) as service:
            rounds = build_supervised_runner(service, environment)
            assert rounds.reserve.ensure_reserve()
            works_by_name = {"ask": rounds.run_due_sweeps, "write": rounds.run_mail_and_cleanup}
            for name, works in works_by_name.items():
                if self.full == name:
                    self.disk.fills_up(self.room)
                self._hours(works, clock)
                self.disk.is_cleared()
                self._hours(works, clock)
                clock.at = days.compute_sweep_time(2) + EMAILS_AFTER

    def _hours(self, works: Callable[[], None], clock: StoryClock) -> None:
        for _ in range(4):
            try:
                works()
            except MonitorError as error:
                self.refused.append(error)
            clock.at += HOUR


def left_by(week: SecondWeek) -> EndState:
    """Return what the week left, without the hours at which it was seen.

    Alerts are left out: one that waited until the digest told the same is rightly not sent.
    """
    left = EndState.of(week.folder)
    return replace(
        left,
        versions=Counter(seen[:3] for seen in left.versions.elements()),
        coverage=Counter(replace(run, at=NOW, since=NOW) for run in left.coverage.elements()),
        emails=Counter(
            HOURS.sub("HOUR", repr(element))
            for element in left.emails.elements()
            if SOON not in repr(element)
        ),
        outbox=Counter(
            element for element in left.outbox.elements() if EmailKind.ALERT not in element
        ),
    )


def test_wherever_the_disk_fills_up_the_week_ends_as_if_it_had_not(
    disk: SmallDisk, first_week: Path, web: WebServer, share
):
    folder = disk.folder / "cedar-valley"
    endings, refused = [], Counter[str]()
    for full, room in (("", 0), *share(CASES)):
        shutil.copytree(first_week, folder)
        week = SecondWeek(folder=folder, web=web, disk=disk, full=full, room=room)
        week.passes()

        refused[full] += len(week.refused)
        assert all(isinstance(entry, CannotWriteError) for entry in week.refused)
        assert all("free up space" in str(entry) for entry in week.refused)
        assert sound(folder)
        assert delivered(folder) == Counter(sent(folder))
        endings.append(left_by(week))
        assert endings[-1].against(endings[0]) == {}, (full, room)
        shutil.rmtree(folder)
    assert not refused[""]
    assert refused["ask"]
    assert refused["write"]


def terminal_in(folder: Path, demo: Path, web: WebServer) -> Terminal:
    """Set a terminal before the demo's district, a week after its last sweep."""
    shutil.copytree(demo / "state", folder / "state")
    path = folder / "namesake.toml"
    path.write_text(SETTINGS.partition("[sources")[0] + MADE_UP_SOURCES, "utf-8")
    terminal = Terminal(
        path, StoryClock(days.compute_sweep_time(days.LAST_WEEK) + timedelta(days=8))
    )
    terminal.sees(web)
    return terminal


@pytest.fixture
def terminal(disk: SmallDisk, played_demo: Path, web: WebServer) -> Terminal:
    return terminal_in(disk.folder, played_demo, web)


def somebody(terminal: Terminal) -> str:
    with Database.open_folder(terminal.config.state) as state:
        return state.people.list_person_ids()[0]


def test_a_disk_without_a_byte_left_is_told_in_one_sentence_by_every_command(
    terminal: Terminal, disk: SmallDisk
):
    person = somebody(terminal)
    disk.fills_up()
    for words in (
        ("status", "--jobs"),
        ("check", "--all"),
        ("mail", "send"),
        ("audit",),
        ("staff", "export", person, "--break-glass", "asked"),
        ("backup", str(disk.folder / "copies")),
    ):
        said = terminal.run(*words)
        assert said.code == 73, words
        assert said.sentence.endswith("free up space on its disk and try again.")


@pytest.mark.parametrize("room", [0, 64 * KILOBYTE])
def test_the_doctor_says_that_the_disk_is_full(terminal: Terminal, disk: SmallDisk, room: int):
    terminal.leaves_example()
    disk.fills_up(room)

    said = terminal.run("doctor", "--json")

    assert said.code == 73
    (told,) = [entry for entry in said.json if entry["what"] == "disk"]
    assert (told["level"], told["exit_code"]) == ("bad", 73)
    assert told["remedy"].startswith("Free up space")


def test_what_was_found_can_be_read_on_a_disk_with_hardly_a_byte_left(
    terminal: Terminal, disk: SmallDisk
):
    disk.fills_up(128 * KILOBYTE)

    assert terminal.run("status", "--jobs").code == 0
    assert terminal.run("audit").code == 0


def test_a_sweep_that_is_asked_for_on_a_full_disk_is_run_when_there_is_room(
    terminal: Terminal, disk: SmallDisk
):
    with terminal.serving() as service, ThreadPoolExecutor() as threads:
        disk.fills_up(256 * KILOBYTE)
        said = threads.submit(terminal.run, "check", "--all")
        assert in_time(lambda: bool(service.db.jobs.list_open_requests()) or said.done())
        disk.is_cleared()

        assert said.result(PATIENCE).code == 0
    assert terminal.run("audit").code == 0


@pytest.mark.parametrize("room", range(0, 2_400, 300))
def test_a_copy_that_finds_no_room_leaves_the_last_one_and_nothing_else(
    terminal: Terminal, disk: SmallDisk, room: int
):
    """The state, the copies and the keys share the disk, so that each of them is caught by it."""
    folders = [str(disk.folder / name) for name in ("copies", "keys")]
    backing = ("backup", folders[0], "--keys", folders[1])
    assert terminal.run(*backing).code == 0
    (first,) = list_backups(Path(folders[0]))
    terminal.clock.at += HOUR
    disk.fills_up(room * KILOBYTE)

    said = terminal.run(*backing)

    assert said.code == 73
    assert said.sentence
    assert [path.name for path in Path(folders[0]).iterdir()] == [first.path.name]
    first.check_files()
    assert not (terminal.config.state / ".restoring").exists()
    disk.is_cleared()
    assert terminal.run(*backing).code == 0
    assert len(list_backups(Path(folders[0]))) == 2


def test_a_copy_on_a_full_disk_names_that_disk(
    tmp_path: Path, played_demo: Path, web: WebServer, disk: SmallDisk
):
    terminal = terminal_in(tmp_path, played_demo, web)
    disk.fills_up(100 * KILOBYTE)

    said = terminal.run("backup", str(disk.folder / "copies"), "--keys", str(tmp_path / "keys"))

    assert said.code == 73
    assert said.sentence.startswith(f"{disk.folder}/copies")


@pytest.mark.parametrize("room", range(0, 80, 8))
def test_a_file_of_a_persons_copy_is_whole_or_not_there(
    tmp_path: Path, played_demo: Path, web: WebServer, disk: SmallDisk, room: int
):
    terminal = terminal_in(tmp_path, played_demo, web)
    to = disk.folder / "copy"
    words = ("staff", "export", somebody(terminal), "--break-glass", "asked", "--to", str(to))
    disk.fills_up(room * KILOBYTE)

    said = terminal.run(*words)

    left = {path.name: path.stat().st_size for path in to.iterdir()}
    disk.is_cleared()
    assert terminal.run(*words).code == 0
    assert said.code == (73 if len(left) < 3 else 0)
    assert said.code == 0 or "No space left" in said.err.splitlines()[-1]
    assert all((to / name).stat().st_size - size < KILOBYTE for name, size in left.items())
