"""A fleet by commands, `kill` and the log of a server: all that works here is a process."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.app import Environment, open_portal_app
from monitor.db.database import Database
from monitor.domain.errors import MovedError
from monitor.fleet.db.consent_changes import ConsentChanges
from monitor.fleet.db.postgres import FleetConnection
from monitor.fleet.db.seal import FleetSeal
from monitor.fleet.district_folders import find_district_folder
from monitor.services.consent_end import withdraw_consent
from scrapers.http.clock import SystemClock
from tests.bench import scale
from tests.monitor import made_districts
from tests.monitor.made_districts import make_districts
from tests.real.fleet.asker import FLEET_KEY, AskerSettings
from tests.real.fleet.machines import (
    PATIENCE,
    SWEEP_PATIENCE,
    HomeProcess,
    count_too_close,
    find_clock_library,
    killing,
    run_askers,
    set_clock,
    wait_for,
)

pytestmark = pytest.mark.real

PEOPLE, SITES, PACE = 4, 3, 1.0
STARTS_WITHIN = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """A machine with districts: commands are typed there, by its clock."""

    name: str
    folder: Path
    database: str
    clock_off: float = 0.0

    @property
    def districts(self) -> Path:
        return self.folder / "districts"

    @property
    def state(self) -> Path:
        return self.districts / "cedar" / "state"

    def set_up(self, *names: str) -> None:
        self.folder.mkdir()
        make_districts(self.districts, names, PEOPLE, SITES)
        (self.folder / "fleet.toml").write_text(
            f'[fleet]\ndistricts = "districts"\nmachine = "{self.name}"\n'
            f'database = "{self.database}"\n[backup]\nfolder = "copies"\nkeys = "keys"\n',
            "utf-8",
        )

    def build_service(self) -> HomeProcess:
        words = ("-m", "monitor", "--config", str(self.folder / "fleet.toml"), "run")
        return HomeProcess(words, self.folder / "run.log", self.clock_off)

    def start_command(self, *words: str, config: str = "fleet.toml") -> subprocess.Popen[str]:
        return subprocess.Popen(
            (sys.executable, "-m", "monitor", "--config", str(self.folder / config), *words),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **set_clock(self.clock_off)},
        )

    def types(self, *words: str) -> tuple[int, str]:
        with self.start_command(*words) as command:
            said, told = command.communicate(timeout=PATIENCE)
        return command.returncode, said or told

    def waits_for(self, state: str) -> None:
        """Wait until its status says so of cedar."""

        def is_so() -> bool:
            code, said = self.types("status", "--json")
            rows = json.loads(said) if code in {0, 71} else ()
            return any(row["name"] == "cedar" and row["state"] == state for row in rows)

        wait_for(is_so, STARTS_WITHIN)

    def list_queryable(self) -> tuple[str, ...]:
        with Database.open_folder(self.state) as db:
            return db.consents.list_queryable_person_ids(datetime.now(UTC))


@pytest.fixture
def first(fleet_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    monkeypatch.setenv("NAMESAKE_FLEET_KEY", FLEET_KEY)
    monkeypatch.setattr(made_districts, "JOINED", datetime.now(UTC) - timedelta(days=1))
    machine = Shell(name="first", folder=tmp_path / "first", database=fleet_address)
    machine.set_up("cedar")
    return machine


def test_commands_wait_for_a_service_that_was_killed(first: Shell, tmp_path: Path) -> None:
    person = first.list_queryable()[0]
    with scale.run_server_process(SITES) as web, killing(first.build_service()) as service:
        service.start()
        first.waits_for("at work")
        asked = [("check", person), ("check", "--all")]
        settings = AskerSettings(database=first.database, addresses=web.address_map, pace=PACE)
        with ExitStack() as commands, run_askers(tmp_path, settings):
            waiting = [
                commands.enter_context(
                    first.start_command(*words, config="districts/cedar/namesake.toml")
                )
                for words in asked
            ]
            for more in (2, 4):
                count = web.count_requests()
                wait_for(lambda least=count + more: web.count_requests() >= least, STARTS_WITHIN)
                service.kill()
                service.start()
            told = [command.communicate(timeout=SWEEP_PATIENCE) for command in waiting]
        requests = web.fetch_requests()

    assert [command.returncode for command in waiting] == [0, 0], told
    assert count_too_close(requests, timedelta(seconds=PACE)) == 0
    with Database.open_folder(first.state) as db:
        assert all(request.done_at is not None for request in db.jobs.list_requests())


@pytest.mark.parametrize("clock_off", [7_200.0, -7_200.0], ids=["ahead", "behind"])
def test_a_machine_whose_clock_is_wrong_restores_no_one_who_left(
    first: Shell, tmp_path: Path, fleet_address: str, clock_off: float
) -> None:
    if find_clock_library() is None:
        pytest.skip("libfaketime not installed")
    second = Shell(
        name="second", folder=tmp_path / "second", database=fleet_address, clock_off=clock_off
    )
    second.set_up()
    gone, *stay = first.list_queryable()
    with killing(first.build_service()) as service:
        service.start()
        first.waits_for("at work")
        code, said = first.types("backup")
        assert code == 0, said
        # The copy of the keys is of then, too: a newer one would know that hers was destroyed.
        for name in ("copies", "keys"):
            shutil.copytree(first.folder / name, second.folder / name)
        leave(first, gone)
        wait_for(lambda: is_known_to_have_left(first, gone), STARTS_WITHIN)

    code, said = second.types("fleet", "restore", "cedar", "--gone", "first", "--json")
    assert code == 0, said
    with killing(second.build_service()) as restored, killing(first.build_service()) as returned:
        restored.start()
        returned.start()
        wait_for(lambda: sorted(second.list_queryable()) == sorted(stay), STARTS_WITHIN)
        second.waits_for("at work")
        first.waits_for("set aside")
    with pytest.raises(MovedError):
        first.list_queryable()


def leave(machine: Shell, person_id: str) -> None:
    """End a consent as the pages do."""
    config = find_district_folder(machine.districts, "cedar").load_config()
    with open_portal_app(config, Environment(clock=SystemClock())) as app:
        withdraw_consent(app, person_id)


def is_known_to_have_left(machine: Shell, person_id: str) -> bool:
    """Tell whether PostgreSQL has heard of it."""
    changes = ConsentChanges(machine.districts, FleetSeal(FLEET_KEY).derive_home_seal())
    with closing(FleetConnection.open_address(machine.database)) as connection:
        tag = changes.tag_person("cedar", person_id)
        change = changes.fetch_changes(connection, [tag]).get(tag)
    # Who left may be erased by the time that somebody looks.
    return change is not None and (
        change.consent is None or change.consent.withdrawn_at is not None
    )
