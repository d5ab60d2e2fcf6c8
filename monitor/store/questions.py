"""Which questions have been settled, by which version of their reader, and on what page."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.planning.rotation import History
from monitor.domain.remembered import Remembered
from monitor.store.database import Database
from monitor.store.moment import written
from monitor.store.sealing import Sealing
from scrapers.request import QueryKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question asked before; `version` is that of the reader that settled it last.

    `remembered` is None where the answer was of a kind that cannot be called unchanged, `history`
    where none was whole yet.
    """

    person: str
    key: str
    source: str
    kind: QueryKind
    version: int
    settled_at: datetime
    remembered: Remembered | None = None
    history: History | None = None


@dataclass(frozen=True, slots=True)
class Questions:
    database: Database
    sealing: Sealing

    def settle(self, question: Question) -> None:
        mark = self.sealing.mark(question.person, question.key)
        with self.database.write():
            self.database.run(
                "INSERT OR REPLACE INTO questions VALUES (?, ?, ?, ?, ?, ?, ?)",
                question.person,
                mark,
                question.source,
                question.kind,
                question.version,
                written(question.settled_at),
                self.sealing.seal(question.person, _place(question.person, mark), question),
            )

    def get(self, person: str, key: str) -> Question | None:
        """Return None for a question never settled: its first answer is a silent baseline."""
        mark = self.sealing.mark(person, key)
        found = self.database.row(
            "SELECT sealed FROM questions WHERE person = ? AND question = ?", person, mark
        )
        if found is None:
            return None
        return self.sealing.open(person, _place(person, mark), found[0], Question)

    def of(self, person: str) -> tuple[Question, ...]:
        return self._opened(
            person, "SELECT question, sealed FROM questions WHERE person = ? ORDER BY rowid"
        )

    def of_sources(self, person: str, sources: Collection[str]) -> tuple[Question, ...]:
        return self._opened(
            person,
            """SELECT question, sealed FROM questions WHERE person = ?
            AND source IN (SELECT value FROM json_each(?)) ORDER BY rowid""",
            json.dumps(sorted(sources)),
        )

    def _opened(self, person: str, sql: str, *values: str) -> tuple[Question, ...]:
        return tuple(
            self.sealing.open(person, _place(person, mark), sealed, Question)
            for mark, sealed in self.database.rows(sql, person, *values)
        )

    def retire(self, person: str, key: str) -> None:
        """Forget a question and where it saw things, so that its end is no event."""
        mark = self.sealing.mark(person, key)
        with self.database.write():
            self.database.run(
                "DELETE FROM questions WHERE person = ? AND question = ?", person, mark
            )
            self.database.run(
                "DELETE FROM sightings WHERE person = ? AND question = ?", person, mark
            )


def _place(person: str, mark: bytes) -> str:
    return f"questions/{person}/{mark.hex()}/sealed"
