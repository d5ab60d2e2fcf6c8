"""What `shared.py` remembers for one process, in PostgreSQL for processes on many machines.

Spans cross the wire, never instants: "in five seconds" means the same on every machine, however
wrong its clock is, and only the database's own clock says when that is over.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import LiteralString, Self
from urllib.parse import urlsplit

from monitor.domain.errors import ConfigError
from monitor.fleet.db.postgres import PATIENCE, FleetConnection, FleetRow
from monitor.fleet.db.seal import FleetSeal, WorkerSeal
from monitor.fleet.db.shared import NONCE_VALID_FOR, DistrictRecord
from scrapers.crawl.budget import QuotaUsage, check_quota
from scrapers.crawl.robots import RobotsRecord
from scrapers.crawl.routing import HostDirectory
from scrapers.crawl.sharing import CanaryProof, HostShare
from scrapers.crawl.throttle import HostState, HostStore
from scrapers.http.clock import Clock
from scrapers.http.event_loop import run_in_thread
from scrapers.models import Outcome, ParseResult
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
class FleetRobotsTable:
    """Remembers robots.txt for all machines (`scrapers.crawl.robots.RobotsStore`).

    Of a host that no source declares nothing is written: each process remembers it for a day.
    """

    connection: FleetConnection
    directory: HostDirectory
    clock: Clock

    def load_robots_file(self, origin: str) -> RobotsRecord | None:
        found = self.connection.fetch_row(
            """SELECT until - clock_timestamp() AS fresh_for, file, refused, note
            FROM namesake.robots_files WHERE origin = %s""",
            origin,
        )
        if found is None:
            return None
        refused = found["refused"]
        refusal = ParseResult(outcome=Outcome(refused), note=found["note"]) if refused else None
        until = self.clock.now() + found["fresh_for"]
        return RobotsRecord(origin=origin, until=until, file=found["file"], refusal=refusal)

    def save_robots_file(self, record: RobotsRecord) -> None:
        if not self.directory.is_declared(urlsplit(record.origin).hostname or ""):
            return
        refusal = record.refusal
        self.connection.execute(
            """INSERT INTO namesake.robots_files (origin, until, file, refused, note)
            VALUES (%s, clock_timestamp() + %s::interval, %s, %s, %s)
            ON CONFLICT (origin) DO UPDATE SET until = excluded.until, file = excluded.file,
                refused = excluded.refused, note = excluded.note""",
            record.origin,
            record.until - self.clock.now(),
            record.file.replace("\0", ""),
            refusal.outcome if refusal else None,
            refusal.note if refusal else "",
        )


@dataclass(frozen=True, slots=True)
class FleetQuota:
    """Budgets of API keys for all machines (`scrapers.crawl.budget.QuotaCounter`).

    A request is taken where it is counted, in one statement, so no two machines take the last one.
    A day is the database's day. Until it can be reached, nothing is asked that has a budget.
    """

    connection: FleetConnection
    clock: Clock

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
        return None if usage is None else check_quota(usage, quota, self._read_database_clock())

    def _read_database_clock(self) -> datetime:
        found = self.connection.fetch_row("SELECT clock_timestamp() AS now")
        now = self.clock.now() if found is None else found["now"]
        if not isinstance(now, datetime):
            raise TypeError
        return now


@dataclass(frozen=True, slots=True)
class FleetProofsTable:
    """Remembers which canaries agreed (`scrapers.crawl.sharing.ProofStore`)."""

    connection: FleetConnection
    clock: Clock

    def list_proofs(self) -> tuple[CanaryProof, ...]:
        rows = self.connection.fetch_rows(
            "SELECT proof, outcome, clock_timestamp() - at AS age, note FROM namesake.canary_proofs"
        )
        now = self.clock.now()
        return tuple(_parse_proof_row(row, now) for row in rows)

    def save_proof(self, proof: CanaryProof) -> None:
        self.connection.execute(
            """INSERT INTO namesake.canary_proofs (proof, outcome, at, note)
            VALUES (%s, %s, clock_timestamp() + %s::interval, %s)
            ON CONFLICT (proof) DO UPDATE SET outcome = excluded.outcome, at = excluded.at,
                note = excluded.note""",
            proof.key,
            proof.outcome,
            proof.at - self.clock.now(),
            proof.note,
        )

    def delete_proof(self, key: str) -> None:
        self.connection.execute("DELETE FROM namesake.canary_proofs WHERE proof = %s", key)

    def ensure_nonce(self, new_nonce: Callable[[], str], now: datetime) -> str:  # noqa: ARG002 - the database's clock counts
        """Return the word that makes names which cannot exist; a new one each week."""
        nonce = new_nonce()
        self.connection.execute(
            """INSERT INTO namesake.canary_nonce AS known (one, nonce, at)
            VALUES (1, %s, clock_timestamp())
            ON CONFLICT (one) DO UPDATE SET nonce = excluded.nonce, at = excluded.at
                WHERE known.at <= excluded.at - %s::interval""",
            nonce,
            NONCE_VALID_FOR,
        )
        found = self.connection.fetch_row("SELECT nonce FROM namesake.canary_nonce")
        return nonce if found is None else str(found["nonce"])


def _parse_proof_row(row: FleetRow, now: datetime) -> CanaryProof:
    return CanaryProof(
        key=row["proof"],
        outcome=Outcome(row["outcome"]),
        at=now - max(row["age"], timedelta()),
        note=row["note"],
    )


@dataclass(frozen=True, slots=True)
class FleetSharesTable:
    """Remembers each district's week at each host (`scrapers.crawl.sharing.ShareStore`)."""

    connection: FleetConnection

    def list_host_shares(self, district: str) -> tuple[HostShare, ...]:
        rows = self.connection.fetch_rows(
            "SELECT host, week, asked, carried FROM namesake.host_shares WHERE district = %s",
            district,
        )
        return tuple(HostShare(**row) for row in rows)

    def save_host_shares(self, district: str, shares: Iterable[HostShare]) -> None:
        rows = [(district, share.host, share.week, share.asked, share.carried) for share in shares]
        self.connection.run(
            lambda connection: connection.cursor().executemany(
                """INSERT INTO namesake.host_shares (district, host, week, asked, carried)
                VALUES (%s, %s, %s, %s, %s)
                ON CONFLICT (district, host) DO UPDATE SET week = excluded.week,
                    asked = excluded.asked, carried = excluded.carried""",
                rows,
            )
        )


@dataclass(frozen=True, slots=True)
class FleetRecordsTable:
    connection: FleetConnection
    clock: Clock

    def list_district_records(self) -> tuple[DistrictRecord, ...]:
        rows = self.connection.fetch_rows(
            """SELECT name, staff, clock_timestamp() - seen_at AS age, reason
            FROM namesake.districts ORDER BY name"""
        )
        now = self.clock.now()
        return tuple(
            DistrictRecord(
                name=row["name"],
                staff=row["staff"],
                seen_at=now - row["age"],
                reason=row["reason"],
            )
            for row in rows
        )

    def save_district_record(self, record: DistrictRecord) -> None:
        self.connection.execute(
            """INSERT INTO namesake.districts (name, staff, seen_at, reason)
            VALUES (%s, %s, clock_timestamp() + %s::interval, %s)
            ON CONFLICT (name) DO UPDATE SET staff = excluded.staff, seen_at = excluded.seen_at,
                reason = excluded.reason""",
            record.name,
            record.staff,
            record.seen_at - self.clock.now(),
            record.reason,
        )

    def delete_district_record(self, name: str) -> None:
        """Forget a district that is no longer here, and its shares."""
        self.connection.execute(
            """WITH gone AS (DELETE FROM namesake.districts WHERE name = %s RETURNING name)
            DELETE FROM namesake.host_shares WHERE district IN (SELECT name FROM gone)""",
            name,
        )


def name_fleet_key(seal: FleetSeal) -> str:
    """Return a word that only the keys of one fleet make."""
    return seal.hash_name("key", "fleet")


def _check_key(connection: FleetConnection, seal: FleetSeal) -> None:
    """Raise ConfigError for a key that is not of this fleet; the first one is."""
    found = connection.fetch_row("SELECT word FROM namesake.fleet_key")
    if found is None or found["word"] != name_fleet_key(seal):
        reason = (
            "The secret of this machine is not of this fleet. Copy the fleet-key of the other "
            "machines with districts; a worker needs a worker-key that was made with it."
        )
        raise ConfigError(reason)


class FleetMemories:
    """One attribute for each noun, as in `monitor.fleet.db.shared.SharedDatabase`."""

    def __init__(self, connection: FleetConnection, seal: FleetSeal, clock: Clock) -> None:
        self.connection = connection
        self.seal = seal
        self.directory = HostDirectory()
        self.hosts = FleetHostsTable(connection, seal, self.directory, clock)
        self.robots_files = FleetRobotsTable(connection, self.directory, clock)
        self.quota = FleetQuota(connection, clock)
        self.canary_proofs = FleetProofsTable(connection, clock)
        self.host_shares = FleetSharesTable(connection)
        self.districts = FleetRecordsTable(connection, clock)

    @classmethod
    def open_address(
        cls, address: str, secret: str, clock: Clock, patience: timedelta = PATIENCE
    ) -> Self:
        """Open the database of a fleet. Raises ConfigError, UnavailableError, DatabaseError."""
        seal = FleetSeal(secret)
        connection = FleetConnection.open_address(address, patience)
        try:
            connection.execute(
                "INSERT INTO namesake.fleet_key (one, word) VALUES (1, %s) ON CONFLICT DO NOTHING",
                name_fleet_key(seal),
            )
            _check_key(connection, seal)
        except BaseException:
            connection.close()
            raise
        return cls(connection, seal, clock)

    @classmethod
    def open_as_worker(cls, address: str, seal: WorkerSeal, clock: Clock) -> Self:
        """Open what a machine shares that asks. Raises as above."""
        connection = FleetConnection.open_as_worker(address)
        try:
            _check_key(connection, seal)
        except BaseException:
            connection.close()
            raise
        return cls(connection, seal, clock)

    def build_quota(self, clock: Clock) -> FleetQuota:  # noqa: ARG002 - the database's clock counts
        return self.quota

    def build_host_store(self, own: HostStore, started_at: datetime) -> HostStore:  # noqa: ARG002 - all hosts are here
        """Return what one district remembers hosts in: other machines ask the same ones."""
        return self.hosts

    def delete_outdated(self, now: datetime) -> None:  # noqa: ARG002 - the database's clock counts
        """Forget proofs, pauses and files that hold no more."""
        self.connection.run(
            lambda connection: connection.execute(
                """WITH files AS (
                    DELETE FROM namesake.robots_files WHERE until <= clock_timestamp()
                ), proofs AS (
                    DELETE FROM namesake.canary_proofs WHERE at <= clock_timestamp() - %s::interval
                ), changes AS (
                    DELETE FROM namesake.consent_changes
                    WHERE at <= clock_timestamp() - %s::interval
                )
                DELETE FROM namesake.hosts WHERE failures = 0
                    AND coalesce(parked_until, '-infinity') <= clock_timestamp()
                    AND coalesce(next_at, '-infinity') <= clock_timestamp()""",
                (NONCE_VALID_FOR, CHANGES_KEPT),
            )
        )

    def close(self) -> None:
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
