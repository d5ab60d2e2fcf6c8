"""What was asked of whom, and when it is asked again."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from monitor.db.encryption import SealedRecords
from monitor.db.tables import Owner, TableDeclaration
from monitor.domain.finding import LastReadPage
from monitor.domain.planning.rotation import QueryHistory
from monitor.domain.retention import RetainedKind
from scrapers.models import QueryKind


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryRecord:
    """A query asked before; `version` is that of the reader that settled it last.

    `remembered` is None where the answer was of a kind that cannot be called unchanged, `history`
    where none was whole yet. One that `is_dropped` is asked no more: a legal hold keeps what only
    it showed.
    """

    person_id: str
    key: str
    source: str
    kind: QueryKind
    version: int
    settled_at: datetime
    remembered: LastReadPage | None = None
    history: QueryHistory | None = None
    is_dropped: bool = False


class QueriesTable(SealedRecords[QueryRecord]):
    declaration = TableDeclaration(
        "queries",
        Owner.PERSON,
        RetainedKind.PERSON,
        "queries, and when they were settled",
        sealed=("encrypted",),
        exported="queries",
    )

    record = QueryRecord
    stored = ("person_id", "source", "kind", "version", "settled_at")
    key = ("person_id", "query")

    def save_query(self, query: QueryRecord) -> None:
        self.replace_record(query, query=self.encryption.keyed_hash(query.person_id, query.key))

    def find_query(self, person_id: str, key: str) -> QueryRecord | None:
        """Return None for a query never settled: its first answer is a silent baseline."""
        mark = self.encryption.keyed_hash(person_id, key)
        return self.find_record("WHERE person_id = ? AND query = ?", person_id, mark)

    def list_queries_of_person(self, person_id: str) -> tuple[QueryRecord, ...]:
        return self.list_records("WHERE person_id = ? ORDER BY rowid", person_id)

    def was_settled_before(
        self, person_id: str, at: datetime, source: str = "", version: int = 0
    ) -> bool:
        """Tell whether any query was: of this version of a source, if one is named."""
        return self.connection.has_row(
            """SELECT 1 FROM queries WHERE person_id = ?1 AND settled_at < ?2
            AND (?3 = '' OR (source = ?3 AND version = ?4)) LIMIT 1""",
            person_id,
            at,
            source,
            version,
        )

    def list_sources_settled_since(self, person_id: str, since: datetime) -> frozenset[str]:
        """Return the sources whose answers about a person were settled."""
        rows = self.connection.fetch_rows(
            "SELECT DISTINCT source FROM queries WHERE person_id = ? AND settled_at >= ?",
            person_id,
            since,
        )
        return frozenset(row["source"] for row in rows)

    def list_queries_of_sources(
        self, person_id: str, sources: Collection[str]
    ) -> tuple[QueryRecord, ...]:
        return self.list_records(
            """WHERE person_id = ? AND source IN (SELECT value FROM json_each(?))
            ORDER BY rowid""",
            person_id,
            json.dumps(sorted(sources)),
        )

    def retire_query(self, person_id: str, key: str) -> None:
        """Forget a query and where it saw things, so that its end is no event."""
        mark = self.encryption.keyed_hash(person_id, key)
        with self.connection.begin_transaction():
            self.connection.execute(
                "DELETE FROM queries WHERE person_id = ? AND query = ?", person_id, mark
            )
            self.connection.execute(
                "DELETE FROM sightings WHERE person_id = ? AND query = ?", person_id, mark
            )
