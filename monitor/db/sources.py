"""How each source is doing, and what it may still be asked.

These are things that a restart must not forget. Hosts are sealed, because a host may carry a handle
in its name (`rosa.alpha.example`).
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from monitor.db.connection import (
    Records,
    Row,
    SyncMode,
    Table,
)
from monitor.db.declarations import CLOSED, OPEN, Expiry, Owner, TableDeclaration
from monitor.db.encryption import DISTRICT, EncryptedTable
from monitor.domain.retention import RetainedKind
from scrapers.crawl.budget import QuotaUsage, roll_over_usage
from scrapers.crawl.throttle import HostState
from scrapers.models import Outcome

if TYPE_CHECKING:
    from scrapers.crawl.robots import RobotsRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """`since` is when this outcome began; `retry_at` is None where any time will do.

    `proven_at` is when its canaries last agreed in the field, None for an unproven source.
    """

    source: str
    outcome: Outcome
    since: datetime
    note: str = ""
    retry_at: datetime | None = None
    proven_at: datetime | None = None


class SourceHealthTable(Table, Records[SourceHealth]):
    declaration = TableDeclaration(
        "source_health", Owner.NOBODY, RetainedKind.SOURCE, "whether a source answers"
    )

    record = SourceHealth

    def find_source_health(self, source: str) -> SourceHealth | None:
        return self.find_record("WHERE source = ?", source)

    def save_source_health(self, health: SourceHealth) -> None:
        self.replace_record(health)

    def list_source_health(self) -> tuple[SourceHealth, ...]:
        return self.list_records("ORDER BY source")


class HostsTable(EncryptedTable, Records[HostState]):
    """Remembers hosts for the crawler (`scrapers.crawl.throttle.HostStore`)."""

    declaration = TableDeclaration(
        "hosts",
        Owner.NOBODY,
        RetainedKind.HOST,
        "web servers that asked for a pause",
        Expiry(OPEN),
        Expiry(CLOSED),
        sealed=("encrypted",),
        erased="where the name holds their handle",
    )

    select = "SELECT keyed_hash, encrypted FROM hosts"

    def load_host_state(self, host: str) -> HostState | None:
        return self.find_record("WHERE keyed_hash = ?", self.encryption.keyed_hash(DISTRICT, host))

    def save_host_state(self, state: HostState) -> None:
        mark = self.encryption.keyed_hash(DISTRICT, state.host)
        with self.connection.begin_transaction(SyncMode.NORMAL):
            self.connection.execute(
                "INSERT OR REPLACE INTO hosts (keyed_hash, encrypted) VALUES (?, ?)",
                mark,
                self.encrypt_value(DISTRICT, mark, state),
            )

    def list_host_states(self) -> tuple[HostState, ...]:
        return self.list_records("ORDER BY rowid")

    def delete_rested_hosts(self, away: datetime, rested: datetime) -> None:
        """Delete hosts last allowed before `rested`, and hosts parked until before `away`."""
        self._delete_hosts(lambda entry: not _is_remembered(entry, away, rested))

    def delete_hosts_naming(self, words: Collection[str]) -> None:
        """Forget every host in whose name one of these words is a label: someone's handle."""
        self._delete_hosts(lambda entry: not set(entry.host.split(".")).isdisjoint(words))

    def _delete_hosts(self, wanted: Callable[[HostState], bool]) -> None:
        with self.connection.begin_transaction():
            for state in filter(wanted, self.list_host_states()):
                mark = self.encryption.keyed_hash(DISTRICT, state.host)
                self.connection.execute("DELETE FROM hosts WHERE keyed_hash = ?", mark)

    def parse_row(self, row: Row) -> HostState:
        return self.decrypt_value(DISTRICT, row["keyed_hash"], row["encrypted"], HostState)


def _is_remembered(state: HostState, away: datetime, rested: datetime) -> bool:
    if state.parked_until is not None and state.parked_until > away:
        return True
    return state.next_at is not None and state.next_at > rested


class RobotsFilesTable(EncryptedTable):
    """Remembers robots.txt for the crawler (`scrapers.crawl.robots.RobotsStore`)."""

    declaration = TableDeclaration(
        "robots_files",
        Owner.NOBODY,
        RetainedKind.ROBOTS_FILE,
        "robots.txt of a web server",
        Expiry(OPEN),
        Expiry(CLOSED, at="until"),
        sealed=("encrypted",),
        erased="where the name holds their handle",
    )

    def load_robots_file(self, origin: str) -> "RobotsRecord | None":
        mark = self.encryption.keyed_hash(DISTRICT, origin)
        found = self.connection.fetch_row(
            "SELECT encrypted FROM robots_files WHERE keyed_hash = ?", mark
        )
        return None if found is None else self._decrypt_robots_file(mark, found["encrypted"])

    def save_robots_file(self, learned: "RobotsRecord") -> None:
        mark = self.encryption.keyed_hash(DISTRICT, learned.origin)
        with self.connection.begin_transaction(SyncMode.NORMAL):
            self.connection.execute(
                """INSERT OR REPLACE INTO robots_files (keyed_hash, until, encrypted)
                VALUES (?, ?, ?)""",
                mark,
                learned.until,
                self.encrypt_value(DISTRICT, mark, learned),
            )

    def list_robots_files(self) -> tuple["RobotsRecord", ...]:
        rows = self.connection.fetch_rows(
            "SELECT keyed_hash, encrypted FROM robots_files ORDER BY rowid"
        )
        return tuple(self._decrypt_robots_file(row["keyed_hash"], row["encrypted"]) for row in rows)

    def delete_robots_files_after(self, latest: datetime) -> None:
        self.connection.write_rows("DELETE FROM robots_files WHERE until > ?", latest)

    def delete_robots_files_naming(self, words: Collection[str]) -> None:
        """Forget the file of every host in whose name one of these words is a label."""
        with self.connection.begin_transaction():
            for file in self.list_robots_files():
                labels = file.origin.rpartition("/")[2].split(".")
                if not set(labels).isdisjoint(words):
                    mark = self.encryption.keyed_hash(DISTRICT, file.origin)
                    self.connection.execute("DELETE FROM robots_files WHERE keyed_hash = ?", mark)

    def _decrypt_robots_file(self, mark: bytes, sealed: bytes) -> "RobotsRecord":
        from scrapers.crawl.robots import RobotsRecord  # noqa: PLC0415 - it brings the crawler along

        return self.decrypt_value(DISTRICT, mark, sealed, RobotsRecord)


class RequestQuotaTable(Table, Records[QuotaUsage]):
    """Remembers quotas for the crawler (`scrapers.crawl.budget.QuotaStore`)."""

    declaration = TableDeclaration(
        "request_quota",
        Owner.NOBODY,
        RetainedKind.REQUEST_QUOTA,
        "requests a day and source",
        Expiry(at="day"),
    )

    record = QuotaUsage

    def load_quota_usage(self, source: str) -> QuotaUsage | None:
        return self.find_record("WHERE source = ?", source)

    def load_current_usage(self, source: str, now: datetime) -> QuotaUsage:
        """Return what of it still counts against the budget."""
        return roll_over_usage(
            self.load_quota_usage(source) or QuotaUsage(source=source, day=now.date()), now
        )

    def save_quota_usage(self, spent: QuotaUsage) -> None:
        self.replace_record(spent, SyncMode.NORMAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyApiCost:
    """Requests of one week to one source; `person_id` is empty for canaries and for who left."""

    week: str
    person_id: str
    source: str
    requests: int


# The Monday of a week such as 2026-W48: the fourth of January is in the first one.
_WEEK_BEGINS = """date(substr(week, 1, 4) || '-01-04', 'weekday 0', '-6 days',
    ((substr(week, 7) - 1) * 7) || ' days')"""


class ApiCostsTable(Table, Records[WeeklyApiCost]):
    declaration = TableDeclaration(
        "api_costs",
        Owner.PERSON,
        RetainedKind.REQUEST_QUOTA,
        "paid requests a week and source",
        Expiry(at=_WEEK_BEGINS),
        not_exported="counts of requests that cost the district money",
        erased="the count stays, without the person",
        even_held=True,
    )

    record = WeeklyApiCost
    select = """SELECT week, ifnull(person_id, '') AS person_id, source, sum(requests) AS requests
    FROM api_costs"""

    def insert_api_cost(self, cost: WeeklyApiCost) -> None:
        """Count it, and as no one's if they were erased meanwhile: it was spent all the same."""
        with self.connection.begin_transaction(SyncMode.NORMAL):
            self.connection.execute(
                """INSERT INTO api_costs (week, person_id, source, requests)
                VALUES (?, (SELECT id FROM people WHERE id = ?), ?, ?)""",
                cost.week,
                cost.person_id,
                cost.source,
                cost.requests,
            )

    def list_api_costs_of_week(self, week: str) -> tuple[WeeklyApiCost, ...]:
        return self.list_records(
            """WHERE week = ? GROUP BY api_costs.person_id, source
            ORDER BY api_costs.person_id, source""",
            week,
        )

    def delete_api_costs_before(self, week: str) -> None:
        self.connection.write_rows("DELETE FROM api_costs WHERE week < ?", week)
