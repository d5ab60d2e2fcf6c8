"""How each source is doing, and what it may still be asked.

These are things that a restart must not forget. Hosts are sealed, because a host may carry a handle
in its name (`rosa.alpha.example`).
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from monitor.db.connection import SyncMode
from monitor.db.encryption import DISTRICT, SealedRecords
from monitor.db.tables import CLOSED, OPEN, Expiry, Owner, Records, Table, TableDeclaration
from monitor.domain.retention import RetainedKind
from scrapers.crawl.quotas import QuotaUsage, roll_over_usage
from scrapers.crawl.throttle import HostState
from scrapers.models import Outcome


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


class HostsTable(SealedRecords[HostState]):
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

    record = HostState
    stored = ()
    key = ("keyed_hash",)
    key_owner = ""

    def load_host_state(self, host: str) -> HostState | None:
        return self.find_record("WHERE keyed_hash = ?", self.encryption.keyed_hash(DISTRICT, host))

    def save_host_state(self, state: HostState) -> None:
        mark = self.encryption.keyed_hash(DISTRICT, state.host)
        self.replace_record(state, SyncMode.NORMAL, keyed_hash=mark)

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


def _is_remembered(state: HostState, away: datetime, rested: datetime) -> bool:
    if state.parked_until is not None and state.parked_until > away:
        return True
    return state.next_at is not None and state.next_at > rested


class RequestQuotaTable(Table, Records[QuotaUsage]):
    """Remembers quotas for the crawler (`scrapers.crawl.quotas.QuotaStore`)."""

    declaration = TableDeclaration(
        "request_quota",
        Owner.NOBODY,
        RetainedKind.REQUEST_QUOTA,
        "requests per day and source",
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
        "paid requests per week and source",
        Expiry(at=_WEEK_BEGINS),
        not_exported="counts of requests that cost the district money",
        erased="the count stays, without the person",
        even_held=True,
    )

    record = WeeklyApiCost
    select = """SELECT week, person_id, source, requests FROM (
    SELECT week, ifnull(person_id, '') AS person_id, source, sum(requests) AS requests
    FROM api_costs GROUP BY week, person_id, source)"""

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
        return self.list_records("WHERE week = ? ORDER BY person_id, source", week)

    def delete_api_costs_before(self, week: str) -> None:
        self.connection.write_rows("DELETE FROM api_costs WHERE week < ?", week)
