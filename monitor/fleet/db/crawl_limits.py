"""What machines that ask must agree on, in PostgreSQL: pauses of hosts, and budgets.

Spans cross the wire, never instants: "in five seconds" means the same on every machine, however
wrong its clock is, and only the database's own clock says when that is over.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import LiteralString, Self

from monitor.domain.errors import ConfigError
from monitor.fleet.db.postgres import PATIENCE, FleetConnection
from monitor.fleet.db.seal import FleetSeal, WorkerSeal
from scrapers.crawl.quotas import QuotaUsage, check_quota
from scrapers.crawl.routing import HostDirectory
from scrapers.crawl.throttle import HostState
from scrapers.http.clock import Clock
from scrapers.http.event_loop import run_in_thread
from scrapers.models import ParseResult
from scrapers.source import Source

WRITE_HOST: LiteralString = """INSERT INTO namesake.hosts
        (host, next_at, parked_until, reason, failures)
    VALUES (%s, clock_timestamp() + %s::interval, clock_timestamp() + %s::interval, %s, %s)
    ON CONFLICT (host) DO UPDATE SET next_at = excluded.next_at,
        parked_until = excluded.parked_until, reason = excluded.reason,
        failures = excluded.failures"""

# Longer than the oldest backup, which may not know of them.
CHANGES_KEPT = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class FleetHostsTable:
    """Remembers hosts for all machines (`scrapers.crawl.throttle.HostStore`).

    A host that no source declares may carry a handle, so its name is a keyed hash there.
    """

    connection: FleetConnection
    seal: FleetSeal
    directory: HostDirectory
    clock: Clock

    def load_host_state(self, host: str) -> HostState | None:
        found = self.connection.fetch_row(
            """SELECT next_at - clock_timestamp() AS next_in,
                parked_until - clock_timestamp() AS parked_for, reason, failures
            FROM namesake.hosts WHERE host = %s""",
            self._name_host(host),
        )
        if found is None:
            return None
        now = self.clock.now()
        return HostState(
            host=host,
            next_at=_add_span(now, found["next_in"]),
            parked_until=_add_span(now, found["parked_for"]),
            reason=found["reason"],
            failures=found["failures"],
        )

    def save_host_state(self, host_state: HostState) -> None:
        self.connection.execute(WRITE_HOST, *self.list_host_values(host_state))

    def list_host_values(self, host_state: HostState) -> tuple[object, ...]:
        """Return what WRITE_HOST wants, for a statement that writes more than that."""
        now = self.clock.now()
        return (
            self._name_host(host_state.host),
            _get_span(now, host_state.next_at),
            _get_span(now, host_state.parked_until),
            host_state.reason,
            host_state.failures,
        )

    def _name_host(self, host: str) -> str:
        declared = self.directory.is_declared(host)
        return host if declared else self.seal.hash_name("host", host)


def _get_span(now: datetime, at: datetime | None) -> timedelta | None:
    return None if at is None else at - now


def _add_span(now: datetime, span: timedelta | None) -> datetime | None:
    return None if span is None else now + span


@dataclass(frozen=True, slots=True)
class FleetQuota:
    """Budgets of API keys for all machines (`scrapers.crawl.quotas.QuotaCounter`).

    A request is taken where it is counted, in one statement, so no two machines take the last one.
    A day is the database's day. Until it can be reached, nothing is asked that has a budget.
    """

    connection: FleetConnection

    def load_usage(self, source: Source, budget: str) -> None:
        """Recall nothing: it is read where it is counted."""

    def save_usage(self) -> None:
        """Save nothing: it was, when it was taken."""

    def take_request(self, source: Source, budget: str) -> ParseResult | None:
        """Take one request out of the budget, or return the reading that there is none left."""
        # The thread that asks must not wait for a database: all hosts would wait with it.
        return run_in_thread(lambda: self._take_request(source, budget))

    def load_quota_usage(self, budget: str) -> QuotaUsage | None:
        found = self.connection.fetch_row(
            "SELECT day, today, this_week FROM namesake.request_quota WHERE budget = %s", budget
        )
        return None if found is None else QuotaUsage(source=budget, **found)

    def _take_request(self, source: Source, budget: str) -> ParseResult | None:
        quota = source.crawl_policy.quota
        taken = self.connection.fetch_row(
            """INSERT INTO namesake.request_quota AS spent (budget, day, today, this_week)
            VALUES (%s, (clock_timestamp() AT TIME ZONE 'UTC')::date, 1, 1)
            ON CONFLICT (budget) DO UPDATE SET
                day = excluded.day,
                today = 1 + CASE WHEN spent.day = excluded.day THEN spent.today ELSE 0 END,
                this_week = 1 + CASE WHEN date_trunc('week', spent.day)
                    = date_trunc('week', excluded.day) THEN spent.this_week ELSE 0 END
            WHERE (%s::integer IS NULL OR spent.day <> excluded.day OR spent.today < %s::integer)
                AND (%s::integer IS NULL OR date_trunc('week', spent.day)
                    <> date_trunc('week', excluded.day) OR spent.this_week < %s::integer)
            RETURNING today""",
            budget,
            *(quota.daily, quota.daily, quota.weekly, quota.weekly),
        )
        if taken is not None:
            return None
        usage = self.load_quota_usage(budget)
        return None if usage is None else check_quota(usage, quota, self.connection.read_clock())


def name_fleet_key(seal: FleetSeal) -> str:
    """Return a word that only the keys of one fleet make."""
    return seal.hash_name("key", "fleet")


def _check_key(connection: FleetConnection, seal: FleetSeal) -> None:
    """Raise ConfigError for a key that is not of this fleet; the first one is."""
    found = connection.fetch_row("SELECT word FROM namesake.fleet_key")
    if found is None or found["word"] != name_fleet_key(seal):
        raise ConfigError(
            "The secret of this machine is not of this fleet. Copy the fleet-key of the other "
            "machines with districts; a worker needs a worker-key that was made with it."
        )


class FleetCrawlLimits:
    """One attribute for each noun; a machine with districts needs the database and its key."""

    def __init__(self, connection: FleetConnection, seal: FleetSeal, clock: Clock) -> None:
        self.connection = connection
        self.seal = seal
        self.directory = HostDirectory()
        self.hosts = FleetHostsTable(connection, seal, self.directory, clock)
        self.quota = FleetQuota(connection)

    @classmethod
    @contextmanager
    def open_address(
        cls, address: str, secret: str, clock: Clock, patience: timedelta = PATIENCE
    ) -> Iterator[Self]:
        """Open the database of a fleet. Raises ConfigError, UnavailableError, DatabaseError."""
        seal = FleetSeal(secret)
        with closing(FleetConnection.open_address(address, patience)) as connection:
            connection.execute(
                "INSERT INTO namesake.fleet_key (one, word) VALUES (1, %s) ON CONFLICT DO NOTHING",
                name_fleet_key(seal),
            )
            _check_key(connection, seal)
            yield cls(connection, seal, clock)

    @classmethod
    @contextmanager
    def open_as_worker(cls, address: str, seal: WorkerSeal, clock: Clock) -> Iterator[Self]:
        """Open what a machine shares that asks. Raises as above."""
        with closing(FleetConnection.open_as_worker(address)) as connection:
            _check_key(connection, seal)
            yield cls(connection, seal, clock)

    def delete_outdated(self) -> None:
        """Forget pauses that are over, and what older copies know by now."""
        self.connection.run(
            lambda connection: connection.execute(
                """WITH changes AS (
                    DELETE FROM namesake.consent_changes
                    WHERE at <= clock_timestamp() - %s::interval
                )
                DELETE FROM namesake.hosts WHERE failures = 0
                    AND coalesce(parked_until, '-infinity') <= clock_timestamp()
                    AND coalesce(next_at, '-infinity') <= clock_timestamp()""",
                (CHANGES_KEPT,),
            )
        )
