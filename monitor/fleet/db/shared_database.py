"""What the districts of one process share, in a small file of its own; nothing here is personal.

How hosts are to be treated, which canaries agreed, and what was asked this week. Only hosts that a
source declares are here: any other may carry a handle, and stays in its district's own database.
All of it can be asked again, so a lost file loses no more than pauses.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from monitor.db.connection import DatabaseConnection, SyncMode
from monitor.db.schema import Schema
from monitor.db.sources import RequestQuotaTable
from monitor.db.tables import Owner, Records, Table, TableDeclaration
from monitor.domain.errors import DatabaseError
from monitor.domain.retention import RetainedKind
from scrapers.crawl.robots import RobotsRecord
from scrapers.crawl.routing import HostDirectory
from scrapers.crawl.sharing import PROOF_VALID_FOR, CanaryProof, HostShare, format_utc_week
from scrapers.crawl.throttle import HostState, HostStore

SHARED_DATABASE = "shared.db"
SHARED_SCHEMA = Schema.read_file(Path(__file__).with_name("shared_database.sql"))
# What is left of a week counts in the next one, and not longer.
FORGOTTEN_AFTER = timedelta(weeks=2)


class SharedHostsTable(Table, Records[HostState]):
    """Remembers declared hosts for all crawlers (`scrapers.crawl.throttle.HostStore`)."""

    declaration = TableDeclaration("hosts", Owner.NOBODY, RetainedKind.HOST, "pauses")
    record = HostState

    def load_host_state(self, host: str) -> HostState | None:
        return self.find_record("WHERE host = ?", host)

    def save_host_state(self, host_state: HostState) -> None:
        self.replace_record(host_state, SyncMode.NORMAL)


@dataclass(frozen=True, slots=True)
class SharedRobotsTable(Table, Records[RobotsRecord]):
    """Remembers robots.txt for all crawlers (`scrapers.crawl.robots.RobotsStore`).

    Of a host that no source declares nothing is written: the process remembers it for a day.
    """

    declaration = TableDeclaration(
        "robots_files", Owner.NOBODY, RetainedKind.ROBOTS_FILE, "robots.txt"
    )
    record = RobotsRecord
    as_json = frozenset({"refusal"})
    directory: HostDirectory

    def load_robots_file(self, origin: str) -> RobotsRecord | None:
        return self.find_record("WHERE origin = ?", origin)

    def save_robots_file(self, record: RobotsRecord) -> None:
        if self.directory.is_declared(urlsplit(record.origin).hostname or ""):
            self.replace_record(record, SyncMode.NORMAL)


class CanaryProofsTable(Table, Records[CanaryProof]):
    """Remembers which canaries agreed (`scrapers.crawl.sharing.ProofStore`)."""

    declaration = TableDeclaration("canary_proofs", Owner.NOBODY, RetainedKind.SOURCE, "proofs")
    record = CanaryProof

    def list_proofs(self) -> tuple[CanaryProof, ...]:
        return self.list_records()

    def save_proof(self, proof: CanaryProof) -> None:
        self.replace_record(proof, SyncMode.NORMAL)

    def delete_proof(self, key: str) -> None:
        with self.connection.begin_transaction(SyncMode.NORMAL):
            self.connection.execute("DELETE FROM canary_proofs WHERE key = ?", key)


class HostSharesTable(Table, Records[HostShare]):
    """Remembers each district's week at each host (`scrapers.crawl.sharing.ShareStore`)."""

    declaration = TableDeclaration(
        "host_shares", Owner.NOBODY, RetainedKind.REQUEST_QUOTA, "shares of a host's week"
    )
    record = HostShare

    def list_host_shares(self, district: str) -> tuple[HostShare, ...]:
        return self.list_records("WHERE district = ?", district)

    def save_host_shares(self, district: str, shares: Iterable[HostShare]) -> None:
        with self.connection.begin_transaction(SyncMode.NORMAL):
            for share in shares:
                self.replace_record(share, SyncMode.NORMAL, district=district)


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictRecord:
    """A district as its process last saw it. `reason` is why it was set aside, else empty."""

    name: str
    seen_at: datetime
    reason: str = ""


class DistrictRecordsTable(Table, Records[DistrictRecord]):
    declaration = TableDeclaration("districts", Owner.DISTRICT, RetainedKind.SOURCE, "districts")
    record = DistrictRecord

    def list_district_records(self) -> tuple[DistrictRecord, ...]:
        return self.list_records("ORDER BY name")

    def save_district_record(self, record: DistrictRecord) -> None:
        self.replace_record(record, SyncMode.NORMAL)


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
        try:
            return cls(DatabaseConnection.open_file(path, SHARED_SCHEMA))
        except DatabaseError as error:
            reason = f"{path} cannot be used. Move it away: all of it is asked for again."
            raise DatabaseError(reason) from error

    def delete_outdated(self, now: datetime) -> None:
        """Forget proofs, pauses and files that hold no more, and districts that are gone."""
        ended = now - FORGOTTEN_AFTER
        with self._connection.begin_transaction():
            for statement, at in (
                ("DELETE FROM robots_files WHERE until <= ?", now),
                ("DELETE FROM canary_proofs WHERE at <= ?", now - PROOF_VALID_FOR),
                ("DELETE FROM host_shares WHERE week <= ?", format_utc_week(ended)),
                ("DELETE FROM districts WHERE seen_at <= ?", ended),
                (
                    """DELETE FROM hosts WHERE failures = 0 AND ifnull(parked_until, '') <= ?1
                    AND ifnull(next_at, '') <= ?1""",
                    now,
                ),
            ):
                self._connection.execute(statement, at)

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
