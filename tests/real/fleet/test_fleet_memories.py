"""What machines that ask must agree on: pauses and budgets, in a real PostgreSQL."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from threading import Thread
from time import monotonic

import pytest

from monitor.domain.errors import ConfigError, DatabaseError, UnavailableError
from monitor.fleet.db.crawl_limits import FleetCrawlLimits
from monitor.fleet.db.postgres import FleetConnection
from monitor.fleet.db.seal import FleetSeal
from scrapers.crawl.routing import list_manners
from scrapers.crawl.throttle import HostState
from scrapers.http.errors import FailureReason
from scrapers.models import Outcome
from scrapers.source import RequestQuota
from tests.real.fleet.machines import PATIENCE
from tests.scrapers.http.fakes import site

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


@pytest.fixture
def fleet(fleet_address: str) -> Iterator[FleetCrawlLimits]:
    with FleetCrawlLimits.open_address(fleet_address, KEY, LateClock()) as opened:
        opened.directory.add_manners(list_manners([site("alpha")]))
        yield opened


def assert_wait(loaded: HostState | None, saved: timedelta, took: float) -> None:
    """Assert that of a wait only that is over which has passed since it was saved."""
    assert loaded is not None
    assert loaded.next_at is not None
    left = loaded.next_at - datetime.now(UTC)
    assert saved - timedelta(seconds=took) - ROUNDING <= left <= saved + ROUNDING


def test_a_pause_lasts_as_long_as_it_was_meant_to(fleet: FleetCrawlLimits) -> None:
    began, pause = monotonic(), timedelta(minutes=5)
    assert fleet.hosts.load_host_state("alpha.example") is None
    fleet.hosts.save_host_state(
        HostState(host="alpha.example", next_at=datetime.now(UTC) + pause, failures=2)
    )

    loaded = fleet.hosts.load_host_state("alpha.example")
    assert_wait(loaded, pause, monotonic() - began)
    assert loaded is not None
    assert (loaded.failures, loaded.parked_until, loaded.reason) == (2, None, "")


def test_a_host_is_parked_until_it_answers(fleet: FleetCrawlLimits) -> None:
    until = datetime.now(UTC) + timedelta(hours=1)
    parked = HostState(host="alpha.example", parked_until=until, reason=Outcome.BLOCKED)
    fleet.hosts.save_host_state(parked)
    loaded = fleet.hosts.load_host_state("alpha.example")
    assert loaded is not None
    assert loaded.is_parked(datetime.now(UTC))
    assert loaded.parked_result.outcome is Outcome.BLOCKED

    fleet.hosts.save_host_state(HostState(host="alpha.example"))
    assert fleet.hosts.load_host_state("alpha.example") == HostState(host="alpha.example")


def test_what_is_over_is_deleted_and_no_more(fleet: FleetCrawlLimits) -> None:
    fleet.directory.add_manners(list_manners([site("beta"), site("gamma")]))
    now, hour = datetime.now(UTC), timedelta(hours=1)
    for host, failures, until in (("alpha", 0, now), ("beta", 1, now), ("gamma", 0, now + hour)):
        name = f"{host}.example"
        fleet.hosts.save_host_state(
            HostState(host=name, next_at=now - hour, parked_until=until, failures=failures)
        )
    fleet.delete_outdated()

    left = [name for name in ("alpha", "beta", "gamma") if _is_known(fleet, f"{name}.example")]
    assert left == ["beta", "gamma"]


def _is_known(fleet: FleetCrawlLimits, host: str) -> bool:
    return fleet.hosts.load_host_state(host) is not None


def test_a_budget_is_spent_once_whoever_spends_it(fleet: FleetCrawlLimits) -> None:
    source = site("alpha", quota=RequestQuota(daily=3, weekly=5))
    counter = fleet.quota
    taken = [counter.take_request(source, "alpha 1") for _ in range(4)]

    assert taken[:3] == [None, None, None]
    assert taken[3] is not None
    assert taken[3].note == FailureReason.SPENT_TODAY.value
    assert taken[3].retry_at is not None
    assert taken[3].retry_at > datetime.now(UTC)
    assert counter.take_request(source, "alpha 2") is None


def test_no_two_machines_take_the_last_request_of_a_budget(fleet_address: str) -> None:
    source = site("alpha", quota=RequestQuota(daily=10))
    taken: list[bool] = []
    with ExitStack() as machines:
        both = [
            machines.enter_context(FleetCrawlLimits.open_address(fleet_address, KEY, LateClock()))
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
            thread.join(PATIENCE)

    assert (len(taken), sum(taken)) == (20, 10)


def test_a_new_day_and_a_new_week_begin_with_nothing(fleet: FleetCrawlLimits) -> None:
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
    fleet: FleetCrawlLimits, fleet_address: str, wrong_by: timedelta
) -> None:
    began, pause, clock = monotonic(), timedelta(seconds=90), LateClock(wrong_by)
    with FleetCrawlLimits.open_address(fleet_address, KEY, clock) as other:
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


def test_a_host_that_may_carry_a_handle_is_not_named(fleet: FleetCrawlLimits) -> None:
    store = fleet.hosts
    personal = HostState(host="rosamarchetti.example", failures=1)
    store.save_host_state(personal)

    assert store.load_host_state("rosamarchetti.example") == personal
    rows = fleet.connection.fetch_rows("SELECT * FROM namesake.hosts")
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

    with pytest.raises(DatabaseError, match="another version of Namesake"):
        FleetConnection.open_address(fleet_address)
