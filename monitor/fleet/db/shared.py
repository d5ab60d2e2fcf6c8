"""What the districts of one process share, in a small file of its own; nothing here is personal.

How hosts are to be treated, which canaries agreed, and what was asked this week. Only hosts that a
source declares are here: any other may carry a handle, and stays in its district's own database.
All of it can be asked again, so a lost file loses no more than pauses.
"""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol, Self
from urllib.parse import urlsplit

from monitor.db.connection import (
    DatabaseConnection,
    Row,
    SyncMode,
    format_datetime,
    format_optional_datetime,
    parse_datetime,
    parse_optional_datetime,
)
from monitor.db.schema import Schema
from monitor.db.sources import RequestQuotaTable
from monitor.domain.errors import DatabaseError
from scrapers.crawl.budget import QuotaCounter, QuotaTracker
from scrapers.crawl.robots import RobotsRecord, RobotsStore
from scrapers.crawl.routing import HostDirectory
from scrapers.crawl.sharing import CanaryProof, HostShare, ProofStore, ShareStore
from scrapers.crawl.throttle import HostState, HostStore
from scrapers.http.clock import Clock
from scrapers.models import Outcome, ParseResult

SHARED_DATABASE = "shared.db"
SHARED_SCHEMA = Schema.read_file(Path(__file__).with_name("shared.sql"))
# Names that cannot exist are drawn anew each week, so that no one can take one for long.
NONCE_VALID_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class SharedHostsTable:
    """Remembers declared hosts for all crawlers (`scrapers.crawl.throttle.HostStore`)."""

    connection: DatabaseConnection

    def load_host_state(self, host: str) -> HostState | None:
        found = self.connection.fetch_row(
            "SELECT host, next_at, parked_until, reason, failures FROM hosts WHERE host = ?", host
        )
        if found is None:
            return None
        return HostState(
            host=found["host"],
            next_at=parse_optional_datetime(found["next_at"]),
            parked_until=parse_optional_datetime(found["parked_until"]),
            reason=found["reason"],
            failures=found["failures"],
        )

    def save_host_state(self, host_state: HostState) -> None:
        with self.connection.begin_transaction(SyncMode.NORMAL):
            self.connection.execute(
                """INSERT OR REPLACE INTO hosts (host, next_at, parked_until, reason, failures)
                VALUES (?, ?, ?, ?, ?)""",
                host_state.host,
                format_optional_datetime(host_state.next_at),
                format_optional_datetime(host_state.parked_until),
                host_state.reason,
                host_state.failures,
            )


@dataclass(frozen=True, slots=True)
class SharedRobotsTable:
    """Remembers robots.txt for all crawlers (`scrapers.crawl.robots.RobotsStore`).

    Of a host that no source declares nothing is written: the process remembers it for a day.
    """

    connection: DatabaseConnection
    directory: HostDirectory

    def load_robots_file(self, origin: str) -> RobotsRecord | None:
        found = self.connection.fetch_row(
            "SELECT until, file, refused, note FROM robots_files WHERE origin = ?", origin
        )
        if found is None:
            return None
        refused = found["refused"]
        refusal = ParseResult(outcome=Outcome(refused), note=found["note"]) if refused else None
        return RobotsRecord(
            origin=origin, until=parse_datetime(found["until"]), file=found["file"], refusal=refusal
        )

    def save_robots_file(self, record: RobotsRecord) -> None:
        if not self.directory.is_declared(urlsplit(record.origin).hostname or ""):
            return
        refusal = record.refusal
        with self.connection.begin_transaction(SyncMode.NORMAL):
            self.connection.execute(
                """INSERT OR REPLACE INTO robots_files (origin, until, file, refused, note)
                VALUES (?, ?, ?, ?, ?)""",
                record.origin,
                format_datetime(record.until),
                record.file,
                refusal.outcome if refusal else None,
                refusal.note if refusal else "",
            )


@dataclass(frozen=True, slots=True)
class CanaryProofsTable:
    """Remembers which canaries agreed (`scrapers.crawl.sharing.ProofStore`)."""

    connection: DatabaseConnection

    def list_proofs(self) -> tuple[CanaryProof, ...]:
        rows = self.connection.fetch_rows("SELECT proof, outcome, at, note FROM canary_proofs")
        return tuple(_parse_proof_row(row) for row in rows)

    def save_proof(self, proof: CanaryProof) -> None:
        with self.connection.begin_transaction(SyncMode.NORMAL):
            self.connection.execute(
                """INSERT OR REPLACE INTO canary_proofs (proof, outcome, at, note)
                VALUES (?, ?, ?, ?)""",
                proof.key,
                proof.outcome,
                format_datetime(proof.at),
                proof.note,
            )

    def delete_proof(self, key: str) -> None:
        with self.connection.begin_transaction(SyncMode.NORMAL):
            self.connection.execute("DELETE FROM canary_proofs WHERE proof = ?", key)

    def ensure_nonce(self, new_nonce: Callable[[], str], now: datetime) -> str:
        """Return the word that makes names which cannot exist; a new one each week."""
        with self.connection.begin_transaction():
            found = self.connection.fetch_row("SELECT nonce, at FROM canary_nonce")
            if found is not None and now - parse_datetime(found["at"]) < NONCE_VALID_FOR:
                return str(found["nonce"])
            nonce = new_nonce()
            self.connection.execute(
                "INSERT OR REPLACE INTO canary_nonce (one, nonce, at) VALUES (1, ?, ?)",
                nonce,
                format_datetime(now),
            )
            return nonce


def _parse_proof_row(row: Row) -> CanaryProof:
    return CanaryProof(
        key=row["proof"],
        outcome=Outcome(row["outcome"]),
        at=parse_datetime(row["at"]),
        note=row["note"],
    )


@dataclass(frozen=True, slots=True)
class HostSharesTable:
    """Remembers each district's week at each host (`scrapers.crawl.sharing.ShareStore`)."""

    connection: DatabaseConnection

    def list_host_shares(self, district: str) -> tuple[HostShare, ...]:
        rows = self.connection.fetch_rows(
            "SELECT host, week, asked, carried FROM host_shares WHERE district = ?", district
        )
        return tuple(
            HostShare(
                host=row["host"], week=row["week"], asked=row["asked"], carried=row["carried"]
            )
            for row in rows
        )

    def save_host_shares(self, district: str, shares: Iterable[HostShare]) -> None:
        with self.connection.begin_transaction(SyncMode.NORMAL):
            for share in shares:
                self.connection.execute(
                    """INSERT OR REPLACE INTO host_shares (district, host, week, asked, carried)
                    VALUES (?, ?, ?, ?, ?)""",
                    district,
                    share.host,
                    share.week,
                    share.asked,
                    share.carried,
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictRecord:
    """A district as its process last saw it. `reason` is why it was set aside, else empty."""

    name: str
    staff: int
    seen_at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DistrictRecordsTable:
    connection: DatabaseConnection

    def list_district_records(self) -> tuple[DistrictRecord, ...]:
        rows = self.connection.fetch_rows(
            "SELECT name, staff, seen_at, reason FROM districts ORDER BY name"
        )
        return tuple(
            DistrictRecord(
                name=row["name"],
                staff=row["staff"],
                seen_at=parse_datetime(row["seen_at"]),
                reason=row["reason"],
            )
            for row in rows
        )

    def save_district_record(self, record: DistrictRecord) -> None:
        with self.connection.begin_transaction(SyncMode.NORMAL):
            self.connection.execute(
                """INSERT OR REPLACE INTO districts (name, staff, seen_at, reason)
                VALUES (?, ?, ?, ?)""",
                record.name,
                record.staff,
                format_datetime(record.seen_at),
                record.reason,
            )

    def delete_district_record(self, name: str) -> None:
        """Forget a district that is no longer here, and its shares."""
        with self.connection.begin_transaction():
            self.connection.execute("DELETE FROM districts WHERE name = ?", name)
            self.connection.execute("DELETE FROM host_shares WHERE district = ?", name)


class SharedProofStore(ProofStore, Protocol):
    """Used by the process that opens it, before anything is asked."""

    def ensure_nonce(self, new_nonce: Callable[[], str], now: datetime) -> str: ...


class DistrictRecordStore(Protocol):
    def list_district_records(self) -> tuple[DistrictRecord, ...]: ...
    def save_district_record(self, record: DistrictRecord) -> None: ...
    def delete_district_record(self, name: str) -> None: ...


class SharedMemories(Protocol):
    """What districts share: a file for one process, or PostgreSQL for many machines."""

    @property
    def directory(self) -> HostDirectory: ...
    @property
    def robots_files(self) -> RobotsStore: ...
    @property
    def canary_proofs(self) -> SharedProofStore: ...
    @property
    def host_shares(self) -> ShareStore: ...
    @property
    def districts(self) -> DistrictRecordStore: ...

    def build_quota(self, clock: Clock) -> QuotaCounter: ...
    def build_host_store(self, own: HostStore, started_at: datetime) -> HostStore: ...
    def delete_outdated(self, now: datetime) -> None: ...


class SharedDatabase:
    """One attribute for each noun, as in a district's own database. Threads may share it."""

    def __init__(self, connection: DatabaseConnection) -> None:
        self._connection = connection
        self.directory = HostDirectory()
        self.hosts = SharedHostsTable(connection)
        self.robots_files = SharedRobotsTable(connection, self.directory)
        # What the table calls a source is a budget here: that of one API key.
        self.request_quota = RequestQuotaTable(connection)
        self.canary_proofs = CanaryProofsTable(connection)
        self.host_shares = HostSharesTable(connection)
        self.districts = DistrictRecordsTable(connection)

    @classmethod
    def open_folder(cls, folder: Path) -> Self:
        """Open the file in the folder of districts, or make it."""
        path = folder / SHARED_DATABASE
        with ExitStack() as undo:
            try:
                connection = DatabaseConnection.open_file(path, SHARED_SCHEMA)
            except DatabaseError as error:
                reason = f"{path} cannot be used. Move it away: all of it is asked for again."
                raise DatabaseError(reason) from error
            undo.callback(connection.close)
            shared = cls(connection)
            undo.pop_all()
        return shared

    def build_quota(self, clock: Clock) -> QuotaCounter:
        """Count what all districts of this process spend."""
        return QuotaTracker(self.request_quota, clock)

    def build_host_store(self, own: HostStore, started_at: datetime) -> HostStore:
        """Return what one district remembers hosts in; `own` is its own database."""
        return DistrictHostStore(shared=self, own=own, started_at=started_at)

    def delete_outdated(self, now: datetime) -> None:
        """Forget proofs, pauses and files that hold no more."""
        at = format_datetime(now)
        with self._connection.begin_transaction():
            self._connection.execute("DELETE FROM robots_files WHERE until <= ?", at)
            self._connection.execute(
                "DELETE FROM canary_proofs WHERE at <= ?", format_datetime(now - NONCE_VALID_FOR)
            )
            self._connection.execute(
                """DELETE FROM hosts WHERE failures = 0 AND ifnull(parked_until, '') <= ?1
                AND ifnull(next_at, '') <= ?1""",
                at,
            )

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


# After a start, what was asked before it is not remembered of hosts that no source declares.
UNKNOWN_PAUSE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictHostStore:
    """Remembers declared hosts for all districts, and any other in the district's own database.

    Another district may have asked such a host right before this process started at `started_at`.
    """

    shared: SharedDatabase
    own: HostStore
    started_at: datetime

    def load_host_state(self, host: str) -> HostState | None:
        if self.shared.directory.is_declared(host):
            return self.shared.hosts.load_host_state(host)
        known = self.own.load_host_state(host)
        return known or HostState(host=host, next_at=self.started_at + UNKNOWN_PAUSE)

    def save_host_state(self, host_state: HostState) -> None:
        declared = self.shared.directory.is_declared(host_state.host)
        (self.shared.hosts if declared else self.own).save_host_state(host_state)
