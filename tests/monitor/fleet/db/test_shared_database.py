"""What districts share is remembered in one small file, as well as each would remember it alone."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from monitor.db.database import Database
from monitor.db.schema_versions import DISTRICT_SCHEMA, read_header
from monitor.domain.errors import DatabaseError
from monitor.fleet.db.shared_database import (
    SHARED_DATABASE,
    SHARED_SCHEMA,
    UNKNOWN_PAUSE,
    DistrictHostStore,
    DistrictRecord,
    SharedDatabase,
)
from scrapers.crawl.quotas import QuotaStore, QuotaUsage
from scrapers.crawl.robots import RobotsRecord, RobotsStore
from scrapers.crawl.routing import list_manners
from scrapers.crawl.sharing import CanaryProof, HostShare
from scrapers.crawl.throttle import HostState, HostStore
from scrapers.models import Outcome, ParseResult
from tests.monitor.conftest import Found
from tests.scrapers.http.fakes import site

NOW = datetime(2026, 11, 2, 6, tzinfo=UTC)
ALPHA = list_manners([site("alpha")])
PARKED = HostState(
    host="alpha.example",
    next_at=NOW,
    parked_until=NOW + timedelta(hours=1),
    reason=Outcome.BLOCKED,
    failures=2,
)


def test_the_tables_are_whole_and_carry_the_mark_of_their_text(tmp_path: Path) -> None:
    SharedDatabase.open_folder(tmp_path).close()

    with closing(sqlite3.connect(tmp_path / SHARED_DATABASE)) as connection:
        assert read_header(connection) == (SHARED_SCHEMA.version, SHARED_SCHEMA.mark)
        assert SHARED_SCHEMA.is_complete_in(connection)
    assert SHARED_SCHEMA.mark != DISTRICT_SCHEMA.mark


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[SharedDatabase]:
    with SharedDatabase.open_folder(tmp_path) as opened:
        opened.directory.add_manners(ALPHA)
        yield opened


@pytest.fixture
def own(tmp_path: Path, found: Found) -> Iterator[Database]:
    found(tmp_path / "state")
    with Database.open_folder(tmp_path / "state") as opened:
        yield opened


@pytest.fixture(params=["own", "shared"])
def is_shared(request: pytest.FixtureRequest) -> bool:
    """Say which of both homes has what must not be forgotten: each keeps the same promises."""
    return request.param == "shared"


def test_a_host_is_remembered_as_it_was_last(
    own: Database, shared: SharedDatabase, *, is_shared: bool
) -> None:
    hosts: HostStore = shared if is_shared else own.hosts
    assert hosts.load_host_state("alpha.example") is None
    hosts.save_host_state(PARKED)
    hosts.save_host_state(HostState(host="alpha.example", next_at=NOW))

    assert hosts.load_host_state("alpha.example") == HostState(host="alpha.example", next_at=NOW)
    hosts.save_host_state(PARKED)
    assert hosts.load_host_state("alpha.example") == PARKED
    assert hosts.load_host_state("beta.example") is None


@pytest.mark.parametrize(
    "record",
    [
        RobotsRecord(origin="http://alpha.example", until=NOW, file="User-agent: *\nDisallow: /"),
        RobotsRecord(
            origin="http://alpha.example",
            until=NOW,
            refusal=ParseResult(outcome=Outcome.DECLINED, note="robots.txt could not be read"),
        ),
    ],
    ids=["a file", "a refusal"],
)
def test_robots_txt_is_remembered(
    own: Database, shared: SharedDatabase, record: RobotsRecord, *, is_shared: bool
) -> None:
    robots: RobotsStore = shared if is_shared else own.robots_files
    robots.save_robots_file(record)

    assert robots.load_robots_file("http://alpha.example") == record
    assert robots.load_robots_file("https://alpha.example") is None


def test_a_budget_is_remembered(own: Database, shared: SharedDatabase, *, is_shared: bool) -> None:
    quota: QuotaStore = shared if is_shared else own.request_quota
    spent = QuotaUsage(source="alpha", day=date(2026, 11, 2), today=3, this_week=7)
    quota.save_quota_usage(spent)

    assert quota.load_quota_usage("alpha") == spent
    assert quota.load_quota_usage("beta") is None


def test_a_host_that_no_source_declares_stays_in_its_district(
    own: Database, shared: SharedDatabase, tmp_path: Path
) -> None:
    store = DistrictHostStore(shared=shared, own=own.hosts, started_at=NOW)
    personal = HostState(host="rosamarchetti.example", next_at=NOW)
    store.save_host_state(personal)
    store.save_host_state(PARKED)
    shared.save_robots_file(
        RobotsRecord(origin="https://rosamarchetti.example", until=NOW, file="Disallow:")
    )

    assert own.hosts.list_host_states() == (personal,)
    assert shared.load_host_state("rosamarchetti.example") is None
    assert store.load_host_state("rosamarchetti.example") == personal
    assert store.load_host_state("alpha.example") == PARKED
    shared.close()
    files = [path.read_bytes() for path in tmp_path.glob(f"{SHARED_DATABASE}*")]
    assert not any(b"rosamarchetti" in content for content in files)


def test_a_host_that_another_district_may_have_asked_waits_after_a_start(
    own: Database, shared: SharedDatabase
) -> None:
    store = DistrictHostStore(shared=shared, own=own.hosts, started_at=NOW)

    state = store.load_host_state("benjamin.example")
    assert state is not None
    assert state.next_at == NOW + UNKNOWN_PAUSE


def test_proofs_and_shares_outlive_a_restart(tmp_path: Path) -> None:
    proof = CanaryProof(key="k", outcome=Outcome.FOUND, at=NOW, note="some engines were silent")
    share = HostShare(host="alpha.example", week="2026-W45", asked=3, carried=1)
    with SharedDatabase.open_folder(tmp_path) as before:
        before.save_proof(proof)
        before.save_host_shares("cedar", [share])

    with SharedDatabase.open_folder(tmp_path) as after:
        assert after.list_proofs() == (proof,)
        assert after.list_host_shares("cedar") == (share,)
        assert after.list_host_shares("maple") == ()
        after.delete_proof("k")
        assert after.list_proofs() == ()


def test_what_holds_no_more_is_deleted(shared: SharedDatabase) -> None:
    shared.save_host_state(PARKED)
    shared.save_host_state(HostState(host="beta.example", next_at=NOW))
    record = RobotsRecord(origin="http://alpha.example", until=NOW)
    shared.save_robots_file(record)
    shared.save_proof(CanaryProof(key="k", outcome=Outcome.FOUND, at=NOW))
    shared.save_host_shares(
        "cedar",
        [HostShare(host="alpha.example", week="2026-W46"), HostShare(host="beta", week="2026-W45")],
    )
    for name, days in (("left", 0), ("maple", 15)):
        seen = DistrictRecord(name=name, seen_at=NOW + timedelta(days=days))
        shared.save_district_record(seen)

    shared.delete_outdated(NOW + timedelta(days=15))

    assert shared.load_host_state("alpha.example") == PARKED
    assert shared.load_host_state("beta.example") is None
    assert shared.load_robots_file("http://alpha.example") is None
    assert shared.list_proofs() == ()
    assert [share.host for share in shared.list_host_shares("cedar")] == ["alpha.example"]
    assert [record.name for record in shared.list_district_records()] == ["maple"]


def test_a_damaged_file_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / SHARED_DATABASE).write_bytes(b"no database at all" * 100)

    with pytest.raises(DatabaseError, match="Move it away"):
        SharedDatabase.open_folder(tmp_path)
