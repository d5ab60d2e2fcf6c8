"""A clock that jumps ahead is not believed, and nothing ends because of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.app.steady_clock import MAX_JUMP, build_clock, measure_jump
from monitor.db.database import Database
from monitor.domain.health import HealthLevel
from monitor.services.clock_check import believe_clock, describe_jump, record_time
from monitor.services.due_jobs import delete_expired_data, schedule_jobs
from monitor.services.health import check_vitals, collect_vitals
from reports.reason_rendering import render_told
from scrapers.http import clock as clock_module
from scrapers.http.clock import BootTime, SystemClock
from tests.monitor.cli.conftest import SETTINGS, Terminal
from tests.monitor.conftest import Found

START = datetime(2026, 9, 14, 11, tzinfo=UTC)
HOUR = timedelta(hours=1)
YEAR = timedelta(days=365)


@dataclass
class SettableClock:
    """A clock of a machine that runs on, and whose time somebody sets."""

    at: datetime = START
    boot: BootTime = field(default=BootTime("first", 100.0))

    def now(self) -> datetime:
        return self.at

    def read_boot_time(self) -> BootTime:
        return self.boot

    def monotonic(self) -> float:
        return self.boot.seconds

    def sleep(self, seconds: float) -> None:
        self.passes(timedelta(seconds=seconds))

    def passes(self, span: timedelta) -> None:
        self.at += span
        self.boot = replace(self.boot, seconds=self.boot.seconds + span.total_seconds())

    def restarts(self) -> None:
        self.boot = BootTime("second", 5.0)


@pytest.fixture
def wall() -> SettableClock:
    return SettableClock()


@pytest.fixture
def state(tmp_path: Path, found: Found) -> Iterator[Database]:
    found(tmp_path / "state")
    with Database.open_folder(tmp_path / "state") as opened:
        yield opened


@pytest.fixture
def terminal(tmp_path: Path, found: Found, wall: SettableClock) -> Terminal:
    (tmp_path / "namesake.toml").write_text(SETTINGS, "utf-8")
    found(tmp_path / "state")
    terminal = Terminal(tmp_path / "namesake.toml")
    terminal.environment = replace(terminal.environment, clock=wall)
    return terminal


def test_a_clock_is_followed_as_it_goes_and_as_it_is_corrected(
    wall: SettableClock, state: Database
) -> None:
    clock = build_clock(wall, state)
    for step in (timedelta(), YEAR, timedelta(days=20 * 365)):
        wall.passes(step)
        assert clock.now() == wall.at
    for correction in (MAX_JUMP, -2 * MAX_JUMP, -timedelta(days=3)):
        wall.at += correction
        assert clock.now() == wall.at


def test_a_clock_that_jumps_ahead_is_not_followed_until_it_is_back(
    wall: SettableClock, state: Database
) -> None:
    clock = build_clock(wall, state)
    wall.at += YEAR
    wall.passes(HOUR)

    assert clock.now() == START + HOUR
    assert measure_jump(clock) == YEAR

    wall.at -= YEAR
    assert (clock.now(), measure_jump(clock)) == (START + HOUR, timedelta())


def test_what_starts_after_the_jump_goes_by_what_was_recorded_before(
    wall: SettableClock, state: Database
) -> None:
    state.clock.record_time(wall.at, wall.boot)
    wall.passes(HOUR)
    wall.at += YEAR

    assert build_clock(wall, state).now() == START + HOUR

    wall.restarts()
    assert build_clock(wall, state).now() == wall.at


def test_a_process_that_knows_no_start_goes_by_what_it_has_seen(
    wall: SettableClock, state: Database
) -> None:
    wall.boot = replace(wall.boot, boot="")
    state.clock.record_time(wall.at - YEAR, wall.boot)
    clock = build_clock(wall, state)
    assert clock.now() == START

    wall.at += YEAR
    wall.passes(HOUR)
    assert clock.now() == START + HOUR


def test_a_start_that_may_not_be_known_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock_module, "BOOT_ID", Path("/nowhere/boot_id"))
    clock_module.read_boot_id.cache_clear()
    try:
        assert SystemClock().read_boot_time().boot == ""
    finally:
        clock_module.read_boot_id.cache_clear()


def test_the_clock_of_this_machine_counts_from_its_start() -> None:
    clock = SystemClock()
    first, second = clock.read_boot_time(), clock.read_boot_time()

    assert first.boot == second.boot != ""
    assert 0 < first.seconds <= second.seconds


def test_a_year_in_a_minute_deletes_nothing_and_the_health_says_so(
    terminal: Terminal, wall: SettableClock
) -> None:
    terminal.enrols()
    with terminal.app() as app:
        schedule_jobs(app)
        delete_expired_data(app)
        before = app.db.count_rows()
        wall.at += 2 * YEAR

        delete_expired_data(app)
        record_time(app)

        assert app.db.count_rows() == before
        assert app.clock.now() == START
        vitals = collect_vitals(app.db, app.clock.now(), (), measure_jump(app.clock))
        (told,) = (result for result in check_vitals(vitals) if result.what == "clock")
        assert told.level is HealthLevel.BAD
        assert "jumped to" in render_told(told.message)
    assert "it jumped" in terminal.run("status", "--jobs").out


@pytest.mark.parametrize("boot", ["first", ""], ids=["with an ID", "without"])
def test_an_operator_s_word_is_heard_by_what_runs(
    terminal: Terminal, wall: SettableClock, boot: str
) -> None:
    terminal.enrols()
    wall.boot = replace(wall.boot, boot=boot)
    with terminal.app() as app:
        wall.at += 3 * HOUR
        wall.passes(HOUR)
        assert describe_jump(app)

        # The command runs outside the unit, and may know which start of the machine it is.
        wall.boot = replace(wall.boot, boot="first")
        with terminal.app() as command:
            believe_clock(command)
        wall.boot = replace(wall.boot, boot=boot)
        wall.passes(timedelta(minutes=1))

        assert (app.clock.now(), describe_jump(app)) == (wall.at, "")
        assert terminal.run("status", "--jobs", "--clock-is-right").code == 0
