"""What `doctor` and the metrics say of a fleet, as a real PostgreSQL has it."""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from monitor.cli.main import main
from monitor.domain.errors import ConfigError, UnavailableError
from monitor.fleet.db.crawl_limits import FleetCrawlLimits
from monitor.fleet.db.district_leases import LeasesTable
from monitor.fleet.db.mailbox import Mailbox
from monitor.fleet.home_machine import HomeMachine
from scrapers.http.clock import SystemClock
from scrapers.models import CrawlPriority
from tests.monitor.made_districts import make_districts
from tests.real.fleet.asker import FLEET_KEY
from tests.real.fleet.test_fleet_mailbox import send

pytestmark = pytest.mark.real


@pytest.fixture
def limits(fleet_address: str) -> Iterator[FleetCrawlLimits]:
    with FleetCrawlLimits.open_address(fleet_address, FLEET_KEY, SystemClock()) as opened:
        yield opened


@pytest.fixture
def mailbox(limits: FleetCrawlLimits) -> Mailbox:
    return Mailbox(limits.connection, limits.hosts)


def test_what_waits_is_counted_with_its_age(limits: FleetCrawlLimits, mailbox: Mailbox) -> None:
    for priority in (CrawlPriority.USUAL, CrawlPriority.USUAL, CrawlPriority.FIRST):
        send(mailbox, "lock", priority)
    limits.connection.execute("UPDATE namesake.batches SET at = at - interval '10 minutes'")
    state = HomeMachine(limits, Path()).read_state()

    assert dict(state.jobs) == {"todo": 3, "doing": 0}
    assert set(state.oldest_jobs) == {"sweep", "check"}
    assert all(600 <= age.total_seconds() < 900 for age in state.oldest_jobs.values())


def test_machines_are_heard_of_by_workers_and_by_leases(limits: FleetCrawlLimits) -> None:
    LeasesTable(limits.connection, "first").claim_district("cedar")
    LeasesTable(limits.connection, "second").claim_district("maple")
    limits.connection.execute(
        "UPDATE namesake.leases SET until = until - interval '1 hour' WHERE machine = 'second'"
    )
    limits.connection.execute(
        """INSERT INTO procrastinate_workers (last_heartbeat)
        VALUES (clock_timestamp()), (clock_timestamp() - interval '2 minutes')"""
    )
    state = HomeMachine(limits, Path()).read_state()

    assert state.count_workers() == 1
    assert state.machines["first"].total_seconds() < 300
    assert state.machines["second"].total_seconds() >= 3600


def test_a_machine_with_another_key_is_refused(
    fleet_address: str,
    limits: FleetCrawlLimits,
) -> None:
    with (
        pytest.raises(ConfigError, match="is not of this fleet"),
        FleetCrawlLimits.open_address(fleet_address, FLEET_KEY + " or not", SystemClock()),
    ):
        raise AssertionError


def test_a_database_without_an_encoding_of_its_own_knows_the_key_again(
    postgres_server: str,
) -> None:
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE ascii ENCODING SQL_ASCII LOCALE 'C' TEMPLATE template0")
    address = postgres_server.rpartition("/")[0] + "/ascii"
    for _ in range(2):
        with FleetCrawlLimits.open_address(address, FLEET_KEY, SystemClock()) as opened:
            assert opened.connection.fetch_row("SELECT 'é' AS word") == {"word": "é"}


@pytest.fixture
def config(fleet_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NAMESAKE_FLEET_KEY", FLEET_KEY)
    make_districts(tmp_path / "districts", ("cedar",), 1, 1)
    path = tmp_path / "fleet.toml"
    path.write_text(f'[fleet]\ndistricts = "districts"\ndatabase = "{fleet_address}"\n', "utf-8")
    return path


def types(capsys: pytest.CaptureFixture[str], config: Path, *words: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        main(("--config", str(config), *words))
    said = capsys.readouterr()
    return int(str(ended.value.code or 0)), said.out


def examine(capsys: pytest.CaptureFixture[str], config: Path) -> dict[str, dict[str, str]]:
    _, said = types(capsys, config, "doctor", "--json")
    return {entry["what"]: entry for entry in json.loads(said) if not entry["district"]}


def test_the_doctor_looks_at_the_database_and_misses_a_worker(
    config: Path, capsys: pytest.CaptureFixture[str], limits: FleetCrawlLimits
) -> None:
    found = examine(capsys, config)
    assert "answers, and the fleet key is that of all." in found["database"]["message"]
    assert found["workers"]["message"] == "No worker asks."
    assert found["clock"]["level"] == "ok"

    limits.connection.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert examine(capsys, config)["workers"]["message"] == "1 worker processes ask."


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE namesake.schema_version SET version = 99", "is of another version of Namesake"),
        ("UPDATE namesake.fleet_key SET word = 'another'", "is not of this fleet"),
    ],
    ids=["newer", "another key"],
)
def test_the_doctor_says_why_a_database_cannot_be_used(
    config: Path,
    capsys: pytest.CaptureFixture[str],
    limits: FleetCrawlLimits,
    change: str,
    told: str,
) -> None:
    limits.connection.run(lambda connection: connection.execute(change.encode()))
    assert told in examine(capsys, config)["database"]["message"]


def test_a_database_that_is_away_is_a_metric_and_a_line_of_the_doctor(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, said = types(capsys, config, "metrics")
    assert code == 0
    assert "namesake_fleet_database_up 1.0" in said
    assert "namesake_fleet_workers 0.0" in said

    monkeypatch.setattr(
        "monitor.fleet.cli.context.LOOKS_FOR", SystemClock().now() - SystemClock().now()
    )
    config.write_text(
        '[fleet]\ndistricts = "districts"\ndatabase = "postgresql://127.0.0.1:1/none"\n', "utf-8"
    )
    code, said = types(capsys, config, "metrics")
    assert code == 0
    assert "namesake_fleet_database_up 0.0" in said
    found = examine(capsys, config)["database"]
    assert (found["message"][:10], found["exit_code"]) == ("PostgreSQL", UnavailableError.exit_code)
