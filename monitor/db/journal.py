"""Readings as they come, safe from a crash, until their source closes.

Which questions have been settled, by which version of their reader, and on what page.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.db.connection import Database, Row, Sync, written
from monitor.db.encryption import DISTRICT, Sealing
from monitor.domain.item import Remembered
from monitor.domain.planning.budget import History
from monitor.domain.students.matching import ContactVerdict
from scrapers.models import Outcome, Query, QueryKind, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """`verdict` is what the matcher said of the contacts, None where there were none to read."""

    visit: Visit
    verdict: ContactVerdict | None = None


@dataclass(frozen=True, slots=True)
class Journal:
    database: Database
    sealing: Sealing

    def stage(self, sweep: str, visit: Visit, verdict: ContactVerdict | None = None) -> None:
        self.stage_all(sweep, (Staged(visit=visit, verdict=verdict),))

    def stage_all(self, sweep: str, many: Iterable[Staged]) -> None:
        """Keep them in one transaction; a question staged again replaces its earlier answer.

        Nothing is kept about a person erased meanwhile, nor of a sweep that went with them.
        """
        with self.database.write(Sync.NORMAL):
            if self.database.row("SELECT 1 FROM sweeps WHERE ref = ?", sweep) is None:
                return
            batch = tuple(many)
            known = self._known({each.visit.query.subject for each in batch})
            self.database.run_many(
                """INSERT INTO journal
                (sweep, person, source, outcome, question, follows, key, sealed)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (sweep, question) DO UPDATE SET outcome = excluded.outcome,
                follows = excluded.follows, key = excluded.key, sealed = excluded.sealed""",
                (self._row(sweep, each) for each in batch if each.visit.query.subject in known),
            )

    def answered(self, sweep: str) -> frozenset[str]:
        """Return the keys of the questions that need not be asked again."""
        rows = self.database.rows(
            "SELECT person, question, key FROM journal WHERE sweep = ?", sweep
        )
        return frozenset(
            self.sealing.open(person or DISTRICT, _place(sweep, question, "key"), key, str)
            for person, question, key in rows
        )

    def followed(self, sweep: str) -> tuple[Query, ...]:
        """Return what staged readings ask next and nobody has answered yet."""
        answered = self.answered(sweep)
        rows = self.database.rows(
            "SELECT person, question, sealed FROM journal WHERE sweep = ? AND follows ORDER BY seq",
            sweep,
        )
        queries = (query for row in rows for query in self._open(sweep, row).visit.reading.follow)
        return tuple({each.key: each for each in queries if each.key not in answered}.values())

    def sources(self, sweep: str) -> tuple[str, ...]:
        """Name each source that anything was read of."""
        query = "SELECT DISTINCT source FROM journal WHERE sweep = ? ORDER BY source"
        return tuple(source for (source,) in self.database.rows(query, sweep))

    def visits(self, sweep: str, source: str) -> Mapping[str, tuple[Staged, ...]]:
        """Map each subject to what was read about them; canaries stand under the empty one.

        Readings are opened as they are looked at, so a large source never stands in memory whole.
        """
        rows = self.database.rows(
            "SELECT DISTINCT person FROM journal WHERE sweep = ? AND source = ? ORDER BY person",
            sweep,
            source,
        )
        subjects = {person or DISTRICT: None for (person,) in rows}
        return _Visits(self, sweep, source, subjects)

    def about(self, sweep: str, source: str, subject: str) -> tuple[Staged, ...]:
        rows = self.database.rows(
            """SELECT person, question, sealed FROM journal
            WHERE sweep = ? AND source = ? AND person IS ? ORDER BY seq""",
            sweep,
            source,
            subject or None,
        )
        return tuple(self._open(sweep, row) for row in rows)

    def of_person(self, sweep: str, person: str) -> tuple[Staged, ...]:
        """Return all that was read about a person so far, in the order it came."""
        return self._of_person(sweep, person, *Outcome)

    def showing(self, sweep: str, person: str) -> tuple[Staged, ...]:
        """Return what showed something of a person; what did not, is not even opened."""
        return self._of_person(sweep, person, Outcome.FOUND, Outcome.PARTIAL)

    def answers(self, sweep: str, person: str) -> Mapping[str, int]:
        """Count the answers about a person so far, by source."""
        rows = self.database.rows(
            "SELECT source, count(*) FROM journal WHERE sweep = ? AND person = ? GROUP BY source",
            sweep,
            person,
        )
        return dict(rows)

    def count(self, sweep: str) -> int:
        """Count the answers so far, those to canaries included."""
        found = self.database.row("SELECT count(*) FROM journal WHERE sweep = ?", sweep)
        return int(found[0]) if found else 0

    def outcomes(self, sweep: str, source: str) -> Mapping[Outcome, int]:
        rows = self.database.rows(
            """SELECT outcome, count(*) FROM journal
            WHERE sweep = ? AND source = ? GROUP BY outcome ORDER BY outcome""",
            sweep,
            source,
        )
        return {Outcome(outcome): count for outcome, count in rows}

    def settled(self, sweep: str, source: str, person: str) -> bool:
        found = self.database.row(
            "SELECT 1 FROM settlements WHERE sweep = ? AND source = ? AND person = ?",
            sweep,
            source,
            person,
        )
        return found is not None

    def mark_settled(self, sweep: str, source: str, person: str) -> None:
        with self.database.write():
            self.database.run(
                "INSERT INTO settlements VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                sweep,
                source,
                person,
            )

    def drop(self, sweep: str) -> None:
        with self.database.write():
            self.database.run("DELETE FROM journal WHERE sweep = ?", sweep)
            self.database.run("DELETE FROM settlements WHERE sweep = ?", sweep)

    def _of_person(self, sweep: str, person: str, *outcomes: Outcome) -> tuple[Staged, ...]:
        rows = self.database.rows(
            f"""SELECT person, question, sealed FROM journal WHERE sweep = ? AND person = ?
            AND outcome IN ({", ".join("?" for _ in outcomes)}) ORDER BY seq""",  # noqa: S608 - marks alone
            sweep,
            person,
            *outcomes,
        )
        return tuple(self._open(sweep, row) for row in rows)

    def _known(self, subjects: Iterable[str]) -> frozenset[str]:
        return frozenset(
            each
            for each in subjects
            if each == DISTRICT
            or self.database.row("SELECT 1 FROM people WHERE ref = ?", each) is not None
        )

    def _row(self, sweep: str, staged: Staged) -> Row:
        query, reading = staged.visit.query, staged.visit.reading
        if staged.visit.pages:
            message = "pages are kept by themselves, or not at all: strip them"
            raise ValueError(message)
        if reading.contacts:
            message = "contacts are never stored: give them to the matcher and strip them"
            raise ValueError(message)
        question = self.sealing.mark(query.subject, query.key)
        return (
            sweep,
            query.subject or None,
            query.source,
            reading.outcome,
            question,
            len(reading.follow),
            self.sealing.seal(query.subject, _place(sweep, question, "key"), query.key),
            self.sealing.seal(query.subject, _place(sweep, question, "sealed"), staged),
        )

    def _open(self, sweep: str, row: Row) -> Staged:
        person, question, sealed = row
        place = _place(sweep, question, "sealed")
        return self.sealing.open(person or DISTRICT, place, sealed, Staged)


@dataclass(frozen=True, slots=True, eq=False)
class _Visits(Mapping[str, tuple[Staged, ...]]):
    journal: Journal
    sweep: str
    source: str
    subjects: dict[str, None]

    def __getitem__(self, subject: str) -> tuple[Staged, ...]:
        if subject not in self.subjects:
            raise KeyError(subject)
        return self.journal.about(self.sweep, self.source, subject)

    def __iter__(self) -> Iterator[str]:
        return iter(self.subjects)

    def __len__(self) -> int:
        return len(self.subjects)


def _place(sweep: str, question: bytes, column: str) -> str:
    return f"journal/{sweep}/{question.hex()}/{column}"


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
                self.sealing.seal(
                    question.person, _place_of_questions(question.person, mark), question
                ),
            )

    def get(self, person: str, key: str) -> Question | None:
        """Return None for a question never settled: its first answer is a silent baseline."""
        mark = self.sealing.mark(person, key)
        found = self.database.row(
            "SELECT sealed FROM questions WHERE person = ? AND question = ?", person, mark
        )
        if found is None:
            return None
        return self.sealing.open(person, _place_of_questions(person, mark), found[0], Question)

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
            self.sealing.open(person, _place_of_questions(person, mark), sealed, Question)
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


def _place_of_questions(person: str, mark: bytes) -> str:
    return f"questions/{person}/{mark.hex()}/sealed"
