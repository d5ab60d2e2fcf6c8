"""One suite for both homes of what districts share: a file of one process, and PostgreSQL."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from time import monotonic

import pytest

from monitor.domain.errors import ConfigError, DatabaseError, UnavailableError
from monitor.fleet.db.memories import FleetMemories
from monitor.fleet.db.postgres import FleetConnection
from monitor.fleet.db.seal import FleetSeal
from monitor.fleet.db.shared import DistrictRecord, SharedDatabase, SharedMemories
from scrapers.crawl.robots import RobotsRecord
from scrapers.crawl.routing import list_manners
from scrapers.crawl.sharing import CanaryProof, HostShare
from scrapers.crawl.throttle import HostState
from scrapers.http.errors import FailureReason
from scrapers.models import Outcome, ParseResult
from scrapers.source import RequestQuota
from tests.scrapers.http.fakes import FakeClock, site
from tests.scrapers.http.memories import InMemoryHostStore

pytestmark = pytest.mark.real

KEY = "a key that is made for this test alone"
# What rounding to microseconds may take off a span.
ROUNDING = timedelta(milliseconds=1)


class LateClock:
    """A clock that is right, or wrong by as much as a test says."""

    def __init__(self, wrong_by: timedelta = timedelta()) -> None:
        self.wrong_by = wrong_by

    def now(self) -> datetime:
        return datetime.now(UTC) + self.wrong_by

    def monotonic(self) -> float:
        return monotonic()

    def sleep(self, seconds: float) -> None:
        raise NotImplementedError


Opener = Callable[[LateClock], FleetMemories | SharedDatabase]


@pytest.fixture(params=["a file", "PostgreSQL"])
def open_home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Open either home as often as a test likes, as the next process would."""
    with ExitStack() as opened:
        if request.param == "a file":
            yield lambda _: opened.enter_context(_with_alpha(SharedDatabase.open_folder(tmp_path)))
        else:
            address = request.getfixturevalue("fleet_address")
            yield lambda clock: opened.enter_context(
                _with_alpha(FleetMemories.open_address(address, KEY, clock))
            )


@pytest.fixture
def home(open_home: Opener) -> FleetMemories | SharedDatabase:
    return open_home(LateClock())


@contextmanager
def _with_alpha(
    memories: FleetMemories | SharedDatabase,
) -> Iterator[FleetMemories | SharedDatabase]:
    with memories:
        memories.directory.add_manners(list_manners([site("alpha")]))
        yield memories


def assert_wait(loaded: HostState | None, saved: timedelta, took: float) -> None:
    """Assert that of a wait only that is over which has passed since it was saved."""
    assert loaded is not None
    assert loaded.next_at is not None
    left = loaded.next_at - datetime.now(UTC)
    assert saved - timedelta(seconds=took) - ROUNDING <= left <= saved + ROUNDING


def test_a_pause_lasts_as_long_as_it_was_meant_to(home: FleetMemories | SharedDatabase) -> None:
    began, pause = monotonic(), timedelta(minutes=5)
    assert home.hosts.load_host_state("alpha.example") is None
    home.hosts.save_host_state(
        HostState(host="alpha.example", next_at=datetime.now(UTC) + pause, failures=2)
    )

    loaded = home.hosts.load_host_state("alpha.example")
    assert_wait(loaded, pause, monotonic() - began)
    assert loaded is not None
    assert (loaded.failures, loaded.parked_until, loaded.reason) == (2, None, "")


def test_a_host_is_parked_until_it_answers(home: FleetMemories | SharedDatabase) -> None:
    until = datetime.now(UTC) + timedelta(hours=1)
    parked = HostState(host="alpha.example", parked_until=until, reason=Outcome.BLOCKED)
    home.hosts.save_host_state(parked)
    loaded = home.hosts.load_host_state("alpha.example")
    assert loaded is not None
    assert loaded.is_parked(datetime.now(UTC))
    assert loaded.parked_result.outcome is Outcome.BLOCKED

    home.hosts.save_host_state(HostState(host="alpha.example"))
    assert home.hosts.load_host_state("alpha.example") == HostState(host="alpha.example")


def test_robots_txt_is_remembered_for_all(home: FleetMemories | SharedDatabase) -> None:
    until = datetime.now(UTC) + timedelta(hours=3)
    refusal = ParseResult(outcome=Outcome.DECLINED, note="robots.txt could not be read")
    origin = "http://alpha.example"
    for entry in (
        RobotsRecord(origin=origin, until=until, file="User-agent: *\nDisallow: /x"),
        RobotsRecord(origin=origin, until=until, refusal=refusal),
    ):
        home.robots_files.save_robots_file(entry)
        loaded = home.robots_files.load_robots_file(origin)
        assert loaded is not None
        assert (loaded.file, loaded.refusal) == (entry.file, entry.refusal)
        assert loaded.is_fresh(datetime.now(UTC))
    assert home.robots_files.load_robots_file("https://alpha.example") is None


def test_a_proof_is_as_old_as_it_is(home: FleetMemories | SharedDatabase) -> None:
    proofs = home.canary_proofs
    now = datetime.now(UTC)
    for key, age in (("young", 1), ("old", 25)):
        proofs.save_proof(
            CanaryProof(key=key, outcome=Outcome.FOUND, at=now - timedelta(hours=age), note="x")
        )
    known = {proof.key: proof.is_fresh(datetime.now(UTC)) for proof in proofs.list_proofs()}
    assert known == {"young": True, "old": False}

    proofs.delete_proof("young")
    assert [proof.key for proof in proofs.list_proofs()] == ["old"]


def test_all_use_one_word_for_names_that_cannot_exist(open_home: Opener) -> None:
    words = iter(("first", "second"))
    clock = LateClock()
    made = [
        open_home(clock).canary_proofs.ensure_nonce(lambda: next(words), clock.now())
        for _ in range(2)
    ]
    assert made == ["first", "first"]


def test_a_district_s_shares_are_its_own(home: FleetMemories | SharedDatabase) -> None:
    shares = home.host_shares
    first = HostShare(host="alpha.example", week="2026-W45", asked=3, carried=1)
    shares.save_host_shares("cedar", [HostShare(host="alpha.example", week="2026-W44"), first])
    shares.save_host_shares("maple", [])
    assert tuple(shares.list_host_shares("cedar")) == (first,)
    assert tuple(shares.list_host_shares("maple")) == ()


def test_a_district_that_left_is_forgotten_with_its_shares(
    home: FleetMemories | SharedDatabase,
) -> None:
    now = datetime.now(UTC)
    for name in ("cedar", "maple"):
        home.districts.save_district_record(DistrictRecord(name=name, staff=7, seen_at=now))
        home.host_shares.save_host_shares(name, [HostShare(host="alpha.example", week="w")])
    home.districts.delete_district_record("cedar")

    assert [record.name for record in home.districts.list_district_records()] == ["maple"]
    assert tuple(home.host_shares.list_host_shares("cedar")) == ()
    assert len(tuple(home.host_shares.list_host_shares("maple"))) == 1


def test_what_is_over_is_deleted_and_no_more(home: FleetMemories | SharedDatabase) -> None:
    home.directory.add_manners(list_manners([site("beta"), site("gamma")]))
    now, hour = datetime.now(UTC), timedelta(hours=1)
    for host, failures, until in (("alpha", 0, now), ("beta", 1, now), ("gamma", 0, now + hour)):
        name = f"{host}.example"
        home.hosts.save_host_state(
            HostState(host=name, next_at=now - hour, parked_until=until, failures=failures)
        )
        home.robots_files.save_robots_file(
            RobotsRecord(origin=f"http://{name}", until=until, file=host)
        )
    home.delete_outdated(datetime.now(UTC))

    left = [name for name in ("alpha", "beta", "gamma") if _is_known(home, f"{name}.example")]
    assert left == ["beta", "gamma"]
    assert home.robots_files.load_robots_file("http://beta.example") is None
    assert home.robots_files.load_robots_file("http://gamma.example") is not None


def _is_known(home: FleetMemories | SharedDatabase, host: str) -> bool:
    return home.hosts.load_host_state(host) is not None


def test_a_budget_is_spent_once_whoever_spends_it(home: FleetMemories | SharedDatabase) -> None:
    source = site("alpha", quota=RequestQuota(daily=3, weekly=5))
    counter = home.build_quota(LateClock())
    counter.load_usage(source, "alpha 1")
    taken = [counter.take_request(source, "alpha 1") for _ in range(4)]
    counter.save_usage()

    assert taken[:3] == [None, None, None]
    assert taken[3] is not None
    assert taken[3].note == FailureReason.SPENT_TODAY.value
    assert taken[3].retry_at is not None
    assert taken[3].retry_at > datetime.now(UTC)
    assert counter.take_request(source, "alpha 2") is None


def test_a_budget_outlives_a_process(open_home: Opener) -> None:
    source = site("alpha", quota=RequestQuota(weekly=1))
    for expected in (True, False):
        home = open_home(LateClock())
        counter = home.build_quota(LateClock())
        counter.load_usage(source, "alpha")
        assert (counter.take_request(source, "alpha") is None) is expected
        counter.save_usage()


@pytest.fixture
def fleet(fleet_address: str) -> Iterator[FleetMemories]:
    with FleetMemories.open_address(fleet_address, KEY, LateClock()) as opened:
        yield opened


def test_no_two_machines_take_the_last_request_of_a_budget(fleet_address: str) -> None:
    source = site("alpha", quota=RequestQuota(daily=10))
    taken: list[bool] = []
    with ExitStack() as machines:
        both = [
            machines.enter_context(FleetMemories.open_address(fleet_address, KEY, LateClock()))
            for _ in range(2)
        ]
        threads = [
            Thread(
                target=lambda quota=side.quota: taken.extend(
                    quota.take_request(source, "alpha") is None for _ in range(10)
                )
            )
            for side in both
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert (len(taken), sum(taken)) == (20, 10)


def test_a_new_day_and_a_new_week_begin_with_nothing(fleet: FleetMemories) -> None:
    source = site("alpha", quota=RequestQuota(daily=1, weekly=2))
    assert fleet.quota.take_request(source, "alpha") is None
    # A day of the same week, if there was one.
    fleet.connection.execute("UPDATE namesake.request_quota SET day = day - 1, this_week = 1")
    assert fleet.quota.take_request(source, "alpha") is None
    fleet.connection.execute("UPDATE namesake.request_quota SET this_week = 2, today = 0")
    spent = fleet.quota.take_request(source, "alpha")
    assert spent is not None
    assert spent.note == FailureReason.SPENT_THIS_WEEK.value
    fleet.connection.execute("UPDATE namesake.request_quota SET day = day - 7")
    assert fleet.quota.take_request(source, "alpha") is None


@pytest.mark.parametrize("wrong_by", [timedelta(seconds=-3), timedelta(seconds=3)])
def test_a_machine_whose_clock_is_wrong_waits_as_long_as_the_others(
    fleet: FleetMemories, fleet_address: str, wrong_by: timedelta
) -> None:
    fleet.directory.add_manners(list_manners([site("alpha")]))
    began, pause, clock = monotonic(), timedelta(seconds=90), LateClock(wrong_by)
    with FleetMemories.open_address(fleet_address, KEY, clock) as other:
        other.directory.add_manners(list_manners([site("alpha")]))
        other.hosts.save_host_state(HostState(host="alpha.example", next_at=clock.now() + pause))
        assert_wait(fleet.hosts.load_host_state("alpha.example"), pause, monotonic() - began)

        began = monotonic()
        fleet.hosts.save_host_state(
            HostState(host="alpha.example", next_at=datetime.now(UTC) + pause)
        )
        found = other.hosts.load_host_state("alpha.example")
    assert found is not None
    left = found.get_remaining_wait(clock.now())
    assert pause.total_seconds() - (monotonic() - began) - 0.001 <= left <= 90.001


def test_a_host_that_may_carry_a_handle_is_not_named(fleet: FleetMemories) -> None:
    store = fleet.build_host_store(InMemoryHostStore(), datetime.now(UTC))
    personal = HostState(host="rosamarchetti.example", failures=1)
    store.save_host_state(personal)
    fleet.robots_files.save_robots_file(
        RobotsRecord(
            origin="https://rosamarchetti.example", until=datetime.now(UTC), file="rosamarchetti"
        )
    )

    assert store.load_host_state("rosamarchetti.example") == personal
    rows = fleet.connection.fetch_rows("SELECT * FROM namesake.hosts")
    rows += fleet.connection.fetch_rows("SELECT * FROM namesake.robots_files")
    assert len(rows) == 1
    assert "rosamarchetti" not in str(rows)


def test_another_key_knows_no_name_and_opens_nothing() -> None:
    one, other = FleetSeal(KEY), FleetSeal(KEY + "!")
    assert one.hash_name("host", "alpha") == FleetSeal(KEY).hash_name("host", "alpha")
    assert one.hash_name("host", "alpha") != other.hash_name("host", "alpha")
    assert one.hash_name("host", "alpha") != one.hash_name("person", "alpha")
    sealed = one.encrypt("batch 1", ["Rosa"])
    assert one.decrypt("batch 1", sealed, list[str]) == ["Rosa"]
    for seal, place in ((other, "batch 1"), (one, "batch 2")):
        with pytest.raises(DatabaseError):
            seal.decrypt(place, sealed, list[str])
    with pytest.raises(ConfigError, match="fleet-key"):
        FleetSeal("short")


def test_a_database_that_is_away_is_told_with_a_remedy() -> None:
    with pytest.raises(UnavailableError, match="database"):
        FleetConnection.open_address("postgresql://localhost:1/nothing", timedelta())


def test_tables_are_made_once_and_a_newer_one_is_left_alone(fleet_address: str) -> None:
    for _ in range(2):
        FleetConnection.open_address(fleet_address).close()
    connection = FleetConnection.open_address(fleet_address)
    connection.execute("UPDATE namesake.schema_version SET version = version + 1")
    connection.close()

    with pytest.raises(DatabaseError, match="newer Namesake"):
        FleetConnection.open_address(fleet_address)


def test_both_homes_offer_the_same(fleet: FleetMemories, tmp_path: Path) -> None:
    with SharedDatabase.open_folder(tmp_path) as shared:
        both: list[SharedMemories] = [fleet, shared]
        assert all(side.build_quota(FakeClock()) for side in both)
