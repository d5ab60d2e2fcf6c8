"""What the districts of one process share, in a small file of its own; nothing here is personal.

How hosts are to be treated, which canaries agreed, and what was asked this week. Only hosts that a
source declares are here: any other may carry a handle, and stays in its district's own database.
All of it can be asked again, so a lost file loses no more than pauses.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self, TypeVar
from urllib.parse import urlsplit

from monitor.db.connection import DatabaseConnection, SyncMode
from monitor.db.schema_versions import Schema
from monitor.domain.errors import DatabaseError
from monitor.domain.serialization import decode_json, encode_json
from scrapers.crawl.quotas import QuotaUsage
from scrapers.crawl.robots import RobotsRecord
from scrapers.crawl.routing import HostDirectory
from scrapers.crawl.sharing import PROOF_VALID_FOR, CanaryProof, HostShare
from scrapers.crawl.throttle import HostState, HostStore

T = TypeVar("T")
SHARED_DATABASE = "shared.db"
SHARED_SCHEMA = Schema("""CREATE TABLE shared (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,  -- as JSON
    until TEXT,  -- then it holds no more; null: as long as the file
    PRIMARY KEY (kind, key)
) STRICT;
""")
# What is left of a week counts in the next one, and not longer.
FORGOTTEN_AFTER = timedelta(weeks=2)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictRecord:
    """A district as its process last saw it. `reason` is why it was set aside, else empty."""

    name: str
    seen_at: datetime
    reason: str = ""


class SharedDatabase:
    """Remembers all that for crawlers (`HostStore` and so on, of `scrapers.crawl`).

    Threads may share it.
    """

    def __init__(self, connection: DatabaseConnection) -> None:
        self._connection = connection
        self.directory = HostDirectory()

    @classmethod
    def open_folder(cls, folder: Path) -> Self:
        """Open the file in the folder of districts, or make it."""
        path = folder / SHARED_DATABASE
        try:
            return cls(DatabaseConnection.open_file(path, SHARED_SCHEMA))
        except DatabaseError as error:
            reason = f"{path} cannot be used. Move it away: all of it is asked for again."
            raise DatabaseError(reason) from error

    def load_host_state(self, host: str) -> HostState | None:
        return self._load("host", host, HostState)

    def save_host_state(self, host_state: HostState) -> None:
        ends = filter(None, (host_state.next_at, host_state.parked_until))
        until = None if host_state.failures else max(ends, default=LONG_AGO)
        self._save("host", host_state.host, host_state, until)

    def load_robots_file(self, origin: str) -> RobotsRecord | None:
        return self._load("robots", origin, RobotsRecord)

    def save_robots_file(self, record: RobotsRecord) -> None:
        """Remember it; of a host that no source declares, the process does for a day."""
        if self.directory.is_declared(urlsplit(record.origin).hostname or ""):
            self._save("robots", record.origin, record, record.until)

    def load_quota_usage(self, budget: str) -> QuotaUsage | None:
        return self._load("quota", budget, QuotaUsage)

    def save_quota_usage(self, spent: QuotaUsage) -> None:
        day = datetime(spent.day.year, spent.day.month, spent.day.day, tzinfo=UTC)
        self._save("quota", spent.source, spent, day + FORGOTTEN_AFTER)

    def list_proofs(self) -> tuple[CanaryProof, ...]:
        return self._list("proof", CanaryProof)

    def save_proof(self, proof: CanaryProof) -> None:
        self._save("proof", proof.key, proof, proof.at + PROOF_VALID_FOR)

    def delete_proof(self, key: str) -> None:
        with self._connection.begin_transaction(SyncMode.NORMAL):
            self._connection.execute("DELETE FROM shared WHERE kind = 'proof' AND key = ?", key)

    def list_host_shares(self, district: str) -> tuple[HostShare, ...]:
        return self._list(f"share {district}", HostShare)

    def save_host_shares(self, district: str, shares: Iterable[HostShare]) -> None:
        with self._connection.begin_transaction(SyncMode.NORMAL):
            for share in shares:
                monday = datetime.strptime(f"{share.week}-1", "%G-W%V-%u").replace(tzinfo=UTC)
                self._save(f"share {district}", share.host, share, monday + FORGOTTEN_AFTER)

    def list_district_records(self) -> tuple[DistrictRecord, ...]:
        return self._list("district", DistrictRecord)

    def save_district_record(self, record: DistrictRecord) -> None:
        self._save("district", record.name, record, record.seen_at + FORGOTTEN_AFTER)

    def delete_outdated(self, now: datetime) -> None:
        """Forget proofs, pauses and files that hold no more, and districts that are gone."""
        with self._connection.begin_transaction():
            self._connection.execute("DELETE FROM shared WHERE until <= ?", now)

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _load(self, kind: str, key: str, shape: type[T]) -> T | None:
        found = self._connection.fetch_row(
            "SELECT value FROM shared WHERE kind = ? AND key = ?", kind, key
        )
        return None if found is None else decode_json(found["value"].encode(), shape)

    def _list(self, kind: str, shape: type[T]) -> tuple[T, ...]:
        rows = self._connection.fetch_rows(
            "SELECT value FROM shared WHERE kind = ? ORDER BY key", kind
        )
        return tuple(decode_json(row["value"].encode(), shape) for row in rows)

    def _save(self, kind: str, key: str, value: object, until: datetime | None) -> None:
        with self._connection.begin_transaction(SyncMode.NORMAL):
            self._connection.execute(
                "INSERT OR REPLACE INTO shared (kind, key, value, until) VALUES (?, ?, ?, ?)",
                *(kind, key, encode_json(value).decode(), until),
            )


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
            return self.shared.load_host_state(host)
        known = self.own.load_host_state(host)
        return known or HostState(host=host, next_at=self.started_at + UNKNOWN_PAUSE)

    def save_host_state(self, host_state: HostState) -> None:
        declared = self.shared.directory.is_declared(host_state.host)
        (self.shared if declared else self.own).save_host_state(host_state)
