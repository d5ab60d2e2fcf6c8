"""What a hostile machine that asks can do with its user of PostgreSQL, and what it cannot."""

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg.rows import dict_row

from monitor.domain.errors import ConfigError, UnavailableError
from monitor.fleet.db.crawl_limits import FleetCrawlLimits
from monitor.fleet.db.mailbox import ASK_QUEUE, BatchSeal, Mailbox
from monitor.fleet.db.postgres import FleetConnection
from monitor.fleet.db.seal import FleetSeal, WorkerSeal
from monitor.fleet.fence import PERMISSION_LASTS
from scrapers.http.clock import SystemClock
from tests.real.fleet.asker import FLEET_KEY, WORKER
from tests.real.fleet.machines import PATIENCE, SWEEP_PATIENCE, make_worker
from tests.real.fleet.test_fleet_mailbox import send
from tests.real.fleet.world import FleetSize, FleetWorld, sweep_alone

pytestmark = pytest.mark.real

LOG = logging.getLogger(__name__)
OpenWorld = Callable[..., FleetWorld]
WORKER_KEY = FleetSeal(FLEET_KEY).derive_worker_key(WORKER)


@pytest.fixture
def limits(fleet_address: str) -> Iterator[FleetCrawlLimits]:
    with FleetCrawlLimits.open_address(fleet_address, FLEET_KEY, SystemClock()) as opened:
        yield opened


@pytest.fixture
def worker(limits: FleetCrawlLimits, fleet_address: str) -> Iterator[psycopg.Connection[object]]:
    """What someone has who took over a machine that asks."""
    mailbox = Mailbox(limits.connection, limits.hosts)
    send(mailbox, "lock")
    with psycopg.connect(
        make_worker(fleet_address), autocommit=True, row_factory=dict_row
    ) as connection:
        yield connection  # type: ignore[misc] # a row is whatever it is


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE namesake.leases SET machine = 'elsewhere'",
        "INSERT INTO namesake.leases VALUES ('cedar', 'elsewhere', '', now(), '')",
        "INSERT INTO namesake.consent_changes (tag, body) VALUES ('rosa', 'left')",
        "DELETE FROM namesake.consent_changes",
        "SELECT tag FROM namesake.consent_changes",
        "INSERT INTO namesake.batches VALUES (1, 'cedar', 'lock', '', '')",
        "UPDATE namesake.batches SET permission = ''",
        "SELECT body FROM namesake.batches",
        "DELETE FROM namesake.batches",
        "SELECT body FROM namesake.answers",
        "UPDATE namesake.answers SET body = ''",
        "UPDATE namesake.fleet_key SET word = ''",
        "INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('ask-3', 'ask')",
        "CREATE TABLE namesake.mine (one integer)",
        "CREATE ROLE another SUPERUSER",
    ],
)
def test_a_worker_s_user_may_not(worker: psycopg.Connection[object], statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        worker.execute(statement.encode())


def test_a_user_that_may_do_more_is_no_worker(limits: FleetCrawlLimits, fleet_address: str) -> None:
    with pytest.raises(ConfigError, match="may do more than ask"):
        FleetConnection.open_as_worker(fleet_address)
    FleetConnection.open_as_worker(make_worker(fleet_address)).close()


def test_a_worker_makes_no_tables(fleet_address: str, postgres_server: str) -> None:
    # The role is made in another database: roles belong to all of a server.
    elsewhere = make_worker(postgres_server)
    empty = elsewhere.rpartition("/")[0] + "/" + fleet_address.rpartition("/")[2]
    with pytest.raises(UnavailableError, match="Start the machine with the districts first"):
        FleetConnection.open_as_worker(empty)


def test_a_worker_s_key_ends_no_consent_and_makes_no_other_worker() -> None:
    seal = WorkerSeal(WORKER_KEY)
    for derive in (seal.derive_home_seal, lambda: seal.derive_worker_key("another")):
        with pytest.raises(ConfigError):
            derive()
    home = FleetSeal(FLEET_KEY)
    signed = seal.sign("answer 1 0", b"body")
    assert home.is_signed_by(WORKER, "answer 1 0", b"body", signed)
    assert not home.is_signed_by("another", "answer 1 0", b"body", signed)
    assert not home.is_signed_by(WORKER, "answer 2 0", b"body", signed)


SIZE = FleetSize(districts=1, people=12, sites=2, pace=0.5)


def test_rows_that_a_hostile_mailbox_copies_moves_and_dates_are_asked_by_no_one(
    open_world: OpenWorld,
) -> None:
    """Whoever owns the database puts back what was sent, again and again, and forges answers."""
    world = open_world(SIZE)
    stop, done = threading.Event(), {"copied": 0, "forged": 0}

    def be_hostile() -> None:
        while not stop.wait(0.2):
            done["copied"] += _copy_batches(world.connection)
            if not done["forged"]:
                done["forged"] = _forge_answer(world.connection)

    hostile = threading.Thread(target=be_hostile)
    hostile.start()
    world.start_sweep().join(SWEEP_PATIENCE)
    stop.set()
    hostile.join(PATIENCE)

    LOG.info("copied %s batches, forged %s answers", done["copied"], done["forged"])
    assert done["copied"] > 0
    assert done["forged"] > 0
    assert world.list_traces() == sweep_alone(SIZE)
    assert world.count_too_close() == 0
    # What was answered once was asked once, but for the batch with a forged answer.
    assert world.count_asked_again().total() <= SIZE.people


def _copy_batches(connection: FleetConnection) -> int:
    """Put each batch there again under another id, and under another lock."""
    return connection.execute(
        """WITH copied AS (
            INSERT INTO namesake.batches (id, district, lock, day_key, body, permission)
            SELECT -id - other, district, lock || repeat('x', other), day_key, body, permission
            FROM namesake.batches, generate_series(0, 1) AS other WHERE id > 1
            ON CONFLICT DO NOTHING RETURNING id, lock
        )
        INSERT INTO procrastinate_jobs (queue_name, task_name, lock, args)
        SELECT %s, 'ask', lock, jsonb_build_object('batch_id', id) FROM copied""",
        ASK_QUEUE,
    )


def _forge_answer(connection: FleetConnection) -> int:
    return connection.execute(
        """INSERT INTO namesake.answers (batch, n, worker, signature, body)
        SELECT id, 5, 'asker', 'forged', 'nothing found' FROM namesake.batches WHERE id > 1 LIMIT 1
        ON CONFLICT DO NOTHING"""
    )


def test_what_is_dated_in_the_future_is_permitted_to_no_one(limits: FleetCrawlLimits) -> None:
    seal = BatchSeal(seal=limits.seal, id=1, district="cedar", lock="lock")
    now = datetime.now(UTC)
    ahead = seal.open_permission(seal.permit([0], now + timedelta(hours=1)))
    assert not ahead.is_valid(now)
    assert not ahead.is_valid(now + timedelta(hours=1) + PERMISSION_LASTS)
