"""How each source is doing, what it may still be asked, and the lists an operator brought.

These are things that a restart must not forget. Hosts are sealed, because a host may carry a handle
in its name (`rosa.alpha.example`).
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from monitor.db.connection import (
    Records,
    Row,
    SyncMode,
    Table,
    parse_datetime,
    parse_optional_datetime,
)
from monitor.db.encryption import DISTRICT, EncryptedTable
from monitor.db.files import write_private_file
from monitor.domain.errors import CannotWriteError, InputError
from scrapers.crawl.budget import QuotaUsage, roll_over_usage
from scrapers.crawl.robots import RobotsRecord
from scrapers.crawl.throttle import HostState
from scrapers.models import Outcome
from scrapers.sites.catalog import CatalogError, SiteEntry
from scrapers.sites.importers import KnownSites, SiteImport, import_site_list


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
    select = "SELECT source, outcome, since, note, retry_at, proven_at FROM source_health"

    def find_source_health(self, source: str) -> SourceHealth | None:
        return self.find_record("WHERE source = ?", source)

    def save_source_health(self, health: SourceHealth) -> None:
        with self.connection.begin_transaction():
            self.connection.replace_row(
                "source_health",
                source=health.source,
                outcome=health.outcome,
                since=health.since,
                note=health.note,
                retry_at=health.retry_at,
                proven_at=health.proven_at,
            )

    def list_source_health(self) -> tuple[SourceHealth, ...]:
        return self.list_records("ORDER BY source")

    def parse_row(self, row: Row) -> SourceHealth:
        return SourceHealth(
            source=row["source"],
            outcome=Outcome(row["outcome"]),
            since=parse_datetime(row["since"]),
            note=row["note"],
            retry_at=parse_optional_datetime(row["retry_at"]),
            proven_at=parse_optional_datetime(row["proven_at"]),
        )


class HostsTable(EncryptedTable, Records[HostState]):
    """Remembers hosts for the crawler (`scrapers.crawl.throttle.HostStore`)."""

    table = "hosts"
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
        self._delete_hosts(lambda each: not _is_remembered(each, away, rested))

    def delete_hosts_naming(self, words: Collection[str]) -> None:
        """Forget every host in whose name one of these words is a label: someone's handle."""
        self._delete_hosts(lambda each: not set(each.host.split(".")).isdisjoint(words))

    def _delete_hosts(self, wanted: Callable[[HostState], bool]) -> None:
        with self.connection.begin_transaction():
            for each in filter(wanted, self.list_host_states()):
                mark = self.encryption.keyed_hash(DISTRICT, each.host)
                self.connection.execute("DELETE FROM hosts WHERE keyed_hash = ?", mark)

    def parse_row(self, row: Row) -> HostState:
        return self.decrypt_value(DISTRICT, row["keyed_hash"], row["encrypted"], HostState)


def _is_remembered(state: HostState, away: datetime, rested: datetime) -> bool:
    if state.parked_until is not None and state.parked_until > away:
        return True
    return state.next_at is not None and state.next_at > rested


class RobotsFilesTable(EncryptedTable):
    """Remembers robots.txt for the crawler (`scrapers.crawl.robots.RobotsStore`)."""

    table = "robots_files"

    def load_robots_file(self, origin: str) -> RobotsRecord | None:
        mark = self.encryption.keyed_hash(DISTRICT, origin)
        found = self.connection.fetch_row(
            "SELECT encrypted FROM robots_files WHERE keyed_hash = ?", mark
        )
        return None if found is None else self._decrypt_robots_file(mark, found["encrypted"])

    def save_robots_file(self, learned: RobotsRecord) -> None:
        mark = self.encryption.keyed_hash(DISTRICT, learned.origin)
        with self.connection.begin_transaction(SyncMode.NORMAL):
            self.connection.execute(
                """INSERT OR REPLACE INTO robots_files (keyed_hash, until, encrypted)
                VALUES (?, ?, ?)""",
                mark,
                learned.until,
                self.encrypt_value(DISTRICT, mark, learned),
            )

    def list_robots_files(self) -> tuple[RobotsRecord, ...]:
        rows = self.connection.fetch_rows(
            "SELECT keyed_hash, encrypted FROM robots_files ORDER BY rowid"
        )
        return tuple(self._decrypt_robots_file(row["keyed_hash"], row["encrypted"]) for row in rows)

    def delete_robots_files_outside(self, earliest: datetime, latest: datetime) -> None:
        """Forget what ended, and what a clock that was set back would keep for longer."""
        self.connection.write_rows(
            "DELETE FROM robots_files WHERE until <= ? OR until > ?",
            earliest,
            latest,
        )

    def delete_robots_files_naming(self, words: Collection[str]) -> None:
        """Forget the file of every host in whose name one of these words is a label."""
        with self.connection.begin_transaction():
            for each in self.list_robots_files():
                labels = each.origin.rpartition("/")[2].split(".")
                if not set(labels).isdisjoint(words):
                    mark = self.encryption.keyed_hash(DISTRICT, each.origin)
                    self.connection.execute("DELETE FROM robots_files WHERE keyed_hash = ?", mark)

    def _decrypt_robots_file(self, mark: bytes, sealed: bytes) -> RobotsRecord:
        return self.decrypt_value(DISTRICT, mark, sealed, RobotsRecord)


class RequestQuotaTable(Table):
    """Remembers quotas for the crawler (`scrapers.crawl.budget.QuotaStore`)."""

    def load_quota_usage(self, source: str) -> QuotaUsage | None:
        found = self.connection.fetch_row(
            "SELECT day, today, this_week FROM request_quota WHERE source = ?", source
        )
        if found is None:
            return None
        return QuotaUsage(
            source=source,
            day=date.fromisoformat(found["day"]),
            today=found["today"],
            this_week=found["this_week"],
        )

    def load_current_usage(self, source: str, now: datetime) -> QuotaUsage:
        """Return what of it still counts against the budget."""
        return roll_over_usage(
            self.load_quota_usage(source) or QuotaUsage(source=source, day=now.date()), now
        )

    def save_quota_usage(self, spent: QuotaUsage) -> None:
        with self.connection.begin_transaction(SyncMode.NORMAL):
            self.connection.execute(
                """INSERT OR REPLACE INTO request_quota (source, day, today, this_week)
                VALUES (?, ?, ?, ?)""",
                spent.source,
                spent.day.isoformat(),
                spent.today,
                spent.this_week,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyApiCost:
    """Requests of one week to one source; `person` is empty for canaries and for who left."""

    week: str
    person_id: str
    source: str
    requests: int


class ApiCostsTable(Table):
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
        rows = self.connection.fetch_rows(
            """SELECT ifnull(person_id, '') AS person_id, source, sum(requests) AS requests
            FROM api_costs
            WHERE week = ? GROUP BY api_costs.person_id, source
            ORDER BY api_costs.person_id, source""",
            week,
        )
        return tuple(
            WeeklyApiCost(
                week=week,
                person_id=row["person_id"],
                source=row["source"],
                requests=row["requests"],
            )
            for row in rows
        )

    def delete_api_costs_before(self, week: str) -> None:
        self.connection.write_rows("DELETE FROM api_costs WHERE week < ?", week)


SITE_LIST_FOLDER = "site-lists"
SITE_LIST_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteList:
    """`found` is None where the file can no longer be read; `fault` says why."""

    name: str
    contents: SiteImport | None = None
    fault: str = ""

    @property
    def entries(self) -> tuple[SiteEntry, ...]:
        return self.contents.entries if self.contents else ()


@dataclass(frozen=True, slots=True)
class SiteListStore:
    """`state` is the district's folder. A name is also a file name, so it is plain text."""

    state_folder: Path

    def list_site_list_names(self) -> tuple[str, ...]:
        """Return them in the order in which they were brought in."""
        brought = [(path.stat().st_mtime_ns, path.stem) for path in self._folder.glob("*.json")]
        return tuple(name for _, name in sorted(brought))

    def read_site_list_file(self, name: str) -> bytes:
        """Return the file as it was brought; raises InputError where there is none."""
        try:
            return self._resolve_path(name).read_bytes()
        except FileNotFoundError:
            reason = f"There is no list {name!r}; `namesake sources imported` shows which are."
            raise InputError(reason) from None
        except OSError as error:
            reason = f"{self._resolve_path(name)} cannot be read ({error.strerror})."
            raise InputError(reason) from error

    def read_site_lists(self, known: KnownSites, excluded_name: str = "") -> tuple[SiteList, ...]:
        """Read all lists but one beside what is known.

        What two of them hold is the first one's.
        """
        learned, lists = known.copy_sites(), []
        for name in self.list_site_list_names():
            if name != excluded_name:
                lists.append(self._read_site_list(name, learned))
                learned.add_entries(lists[-1].entries)
        return tuple(lists)

    def compare_new_site_list(
        self, file: str, content: bytes, known: KnownSites, name: str = ""
    ) -> SiteImport:
        """Read a list that is not imported yet, with the known sites and all imported lists.

        It replaces the list `name`, else the one of its format. Raises InputError if it is none.
        """
        learned = known.copy_sites()
        try:
            replaced = name or import_site_list(file, content, KnownSites()).list_format.lower()
            for each in self.read_site_lists(known, excluded_name=replaced):
                learned.add_entries(each.entries)
            return import_site_list(file, content, learned)
        except CatalogError as error:
            raise InputError(str(error)) from error

    def save_site_list(self, name: str, content: bytes) -> None:
        """Keep it, in place of one of that name: the old one or the new one, never half of it."""
        write_private_file(self._resolve_path(name), content)

    def delete_site_list(self, name: str) -> None:
        self.read_site_list_file(name)
        try:
            self._resolve_path(name).unlink()
        except OSError as error:
            path = self._resolve_path(name)
            reason = f"{path} cannot be removed ({error.strerror}): check the folder."
            raise CannotWriteError(reason) from error

    def _read_site_list(self, name: str, known: KnownSites) -> SiteList:
        try:
            return SiteList(
                name=name, contents=import_site_list(name, self.read_site_list_file(name), known)
            )
        except (CatalogError, InputError) as error:
            fault = f"The list {name!r} is left out: {error} Import it again, or remove it."
            return SiteList(name=name, fault=fault)

    @property
    def _folder(self) -> Path:
        return self.state_folder / SITE_LIST_FOLDER

    def _resolve_path(self, name: str) -> Path:
        if not SITE_LIST_NAME.fullmatch(name):
            reason = f"{name!r} cannot name a list: use small letters, digits and hyphens."
            raise InputError(reason)
        return self._folder / f"{name}.json"
