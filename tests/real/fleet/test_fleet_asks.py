"""Districts at home, queries asked elsewhere, over PostgreSQL: as the servers see it."""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.app import Environment, open_portal_app
from monitor.demo.server import WebServer
from monitor.demo.setup import StoryClock
from monitor.fleet.db.postgres import FleetConnection
from monitor.services.consent_end import withdraw_consent
from tests.bench.scale import ScaleInternet
from tests.monitor.fleet.world import Fleet
from tests.monitor.made_districts import FRIDAY, SUNDAY, list_handles, make_districts
from tests.real.fleet.asker import AskerSettings
from tests.real.fleet.machines import PATIENCE, SWEEP_PATIENCE, open_home, run_askers, wait_for
from tests.real.fleet.world import SMALL, FleetWorld, sweep_alone

pytestmark = pytest.mark.real

LOG = logging.getLogger(__name__)
OpenWorld = Callable[..., FleetWorld]
# From a withdrawal to the last query anywhere.
STOPS_WITHIN = timedelta(seconds=10)
TABLES = (
    *("TABLE namesake.batches", "TABLE namesake.answers", "TABLE namesake.hosts"),
    "TABLE namesake.consent_changes",
    *("TABLE procrastinate_jobs", "TABLE procrastinate_events"),
)


def test_a_sweep_that_others_ask_for_comes_to_the_same(
    open_world: OpenWorld,
) -> None:
    world = open_world()
    world.start_sweep().join(SWEEP_PATIENCE)

    assert world.list_traces() == sweep_alone(SMALL)
    assert world.count_too_close() == 0
    # robots.txt and three self-tests at each site, for all districts together.
    assert world.web.count_requests() <= SMALL.queries + 6 * SMALL.sites
    _assert_nothing_is_left(world.connection)
    for asker in world.askers:
        asker.end()
    assert {code for asker in world.askers for code in asker.codes} <= {0, 75}


def _assert_nothing_is_left(connection: FleetConnection) -> None:
    assert connection.fetch_rows("SELECT id FROM namesake.batches") == []
    wait_for(lambda: connection.fetch_rows("SELECT id FROM procrastinate_jobs") == [])


def test_nothing_that_postgresql_holds_or_a_machine_logs_names_anyone(
    open_world: OpenWorld, tmp_path: Path
) -> None:
    world = open_world()
    sweep, seen = world.start_sweep(), ""

    def has_ended() -> bool:
        nonlocal seen
        seen += _dump(world.connection)
        return not sweep.is_alive()

    wait_for(has_ended, SWEEP_PATIENCE)
    seen += _dump(world.connection)
    seen += "".join(path.read_text("utf-8") for path in tmp_path.glob("asker-*.log"))
    handles = {
        handle for number in range(SMALL.districts) for handle in list_handles(number, SMALL.people)
    }

    assert "batch_id" in seen
    assert [handle for handle in handles if handle in seen] == []


def _dump(connection: FleetConnection) -> str:
    """Return all that is in the tables, whether it is text or bytes."""
    return "".join(
        str([bytes(cell) if isinstance(cell, memoryview) else cell for cell in row.values()])
        for statement in TABLES
        for row in connection.fetch_rows(statement)
    )


@pytest.mark.parametrize(
    ("guardless", "by_command"),
    [("", False), ("", True), ("permissions", False)],
    ids=["on a page", "by a command", "without the guard"],
)
def test_who_withdraws_in_the_middle_of_a_sweep_is_asked_about_no_more(
    fleet_address: str, tmp_path: Path, guardless: str, *, by_command: bool
) -> None:
    folder, clock, people, sites = tmp_path / "districts", StoryClock(FRIDAY), 6, 4
    make_districts(folder, ("cedar",), people, sites)
    gone = list_handles(0, people)
    with WebServer(ScaleInternet(sites=sites)) as web:
        settings = AskerSettings(
            database=fleet_address,
            addresses=web.build_address_map(),
            pace=4.0,
            without=guardless,
        )
        with open_home(fleet_address, folder, clock) as home, run_askers(tmp_path, settings):
            home.works()
            clock.at = SUNDAY
            sweep = threading.Thread(target=home.works_for, args=(PATIENCE,))
            sweep.start()
            wait_for(lambda: _list_times(web, gone))
            if by_command:
                for number in range(people):
                    home.withdraw("cedar", number)
            else:
                _withdraw_all(home)
            withdrawn_at = datetime.now(UTC)
            sweep.join(SWEEP_PATIENCE)
            last = max(_list_times(web, gone)) - withdrawn_at

    LOG.info("the last query came %.1f s after the withdrawal", last.total_seconds())
    assert (last <= STOPS_WITHIN) is (guardless == "")


def _list_times(web: WebServer, handles: list[str]) -> list[datetime]:
    """Return when something was asked about these handles, as the server saw it."""
    return [visit.at for visit in web.visits if visit.path.removeprefix("/u/") in handles]


def _withdraw_all(home: Fleet) -> None:
    """End all consents as the pages of a fleet do."""
    config = home.district("cedar").load_config()
    with open_portal_app(config, Environment(clock=home.clock)) as app:
        for person_id in app.db.people.list_person_ids():
            withdraw_consent(app, person_id)
