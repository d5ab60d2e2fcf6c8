"""Readings as they come, safe from a crash, until their source closes.

Which queries have been settled, by which version of their reader, and on what page.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from monitor.db.connection import SyncMode
from monitor.db.encryption import DISTRICT, SealedRecords
from monitor.db.tables import CLOSED, OPEN, Expiry, Owner, TableDeclaration
from monitor.domain.retention import RetainedKind
from monitor.domain.students.matching import ContactMatchResult
from scrapers.models import CrawlResult, Outcome, Query, QueryKind


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedAnswer:
    """`verdict` is what the matcher said of the contacts, None where there were none to read."""

    visit: CrawlResult
    verdict: ContactMatchResult | None = None


class StagedAnswersTable(SealedRecords[StagedAnswer]):
    declaration = TableDeclaration(
        "staged_answers",
        Owner.PERSON,
        RetainedKind.STAGED_ANSWERS,
        "source answers not yet settled",
        Expiry(OPEN),
        Expiry(CLOSED, where="sweep_id IN (SELECT id FROM sweeps WHERE closed_at IS NOT NULL)"),
        sealed=("key", "encrypted"),
        exported="staged_answers",
        withheld=True,
    )
    attached = (
        TableDeclaration(
            "settlements",
            Owner.PERSON,
            RetainedKind.SWEEP,
            "which answers of a sweep are settled",
            not_exported="says which answers of a check are settled",
        ),
    )

    record = StagedAnswer
    stored = ()
    key = ("sweep_id", "query")

    def stage_answers(self, sweep_id: str, answers: Iterable[StagedAnswer]) -> None:
        """Store them in one transaction; a query staged again replaces its earlier answer.

        Nothing is stored about a person erased meanwhile, nor of a sweep deleted with them.
        """
        with self.connection.begin_transaction(SyncMode.NORMAL):
            if self.connection.fetch_row("SELECT 1 FROM sweeps WHERE id = ?", sweep_id) is None:
                return
            batch = tuple(answers)
            known = {DISTRICT} | {
                subject
                for subject in {query.visit.query.subject for query in batch}
                if self.connection.fetch_row("SELECT 1 FROM people WHERE id = ?", subject)
            }
            for staged in batch:
                if staged.visit.query.subject in known:
                    self._stage_answer(sweep_id, staged)

    def list_answered_keys(self, sweep_id: str) -> frozenset[str]:
        """Return the keys of the queries that need not be asked again."""
        rows = self.connection.fetch_rows(
            "SELECT person_id, query, key FROM staged_answers WHERE sweep_id = ?", sweep_id
        )
        return frozenset(
            self.encryption.decrypt(
                row["person_id"] or DISTRICT,
                _build_key_place(sweep_id, row["query"]),
                row["key"],
                str,
            )
            for row in rows
        )

    def list_follow_up_queries(self, sweep_id: str) -> tuple[Query, ...]:
        """Return what staged readings ask next and no one has answered yet."""
        answered = self.list_answered_keys(sweep_id)
        asking = self.iterate_records("WHERE sweep_id = ? AND follows ORDER BY seq", sweep_id)
        queries = (query for staged in asking for query in staged.visit.result.follow)
        return tuple({query.key: query for query in queries if query.key not in answered}.values())

    def load_answers_by_subject(
        self, sweep_id: str, source: str
    ) -> Mapping[str, tuple[StagedAnswer, ...]]:
        """Map each subject to what was read about them; canaries have the empty subject.

        Answers are decrypted one by one, so a large source is never in memory as a whole.
        """
        rows = self.connection.fetch_rows(
            """SELECT DISTINCT person_id FROM staged_answers WHERE sweep_id = ? AND source = ?
            ORDER BY person_id""",
            sweep_id,
            source,
        )
        subjects = {person or DISTRICT: None for (person,) in rows}
        return _AnswersBySubject(self, sweep_id, source, subjects)

    def list_answers_about_subject(
        self, sweep_id: str, source: str, subject: str
    ) -> tuple[StagedAnswer, ...]:
        return self.list_records(
            "WHERE sweep_id = ? AND source = ? AND person_id IS ? ORDER BY seq",
            sweep_id,
            source,
            subject or None,
        )

    def list_answers_with_traces(self, sweep_id: str, person_id: str) -> tuple[StagedAnswer, ...]:
        """Return what showed something of a person; what did not, is not even opened."""
        return self.list_records(
            """WHERE sweep_id = ? AND person_id = ?
            AND outcome IN (SELECT value FROM json_each(?)) ORDER BY seq""",
            sweep_id,
            person_id,
            json.dumps((Outcome.FOUND, Outcome.PARTIAL)),
        )

    def count_answers_by_source(self, sweep_id: str, person_id: str) -> Mapping[str, int]:
        """Count the answers about a person so far, by source."""
        rows = self.connection.fetch_rows(
            """SELECT source, count(*) AS count FROM staged_answers
            WHERE sweep_id = ? AND person_id = ? GROUP BY source""",
            sweep_id,
            person_id,
        )
        return {row["source"]: row["count"] for row in rows}

    def count_answers(self, sweep_id: str) -> int:
        """Count the answers so far, those to canaries included."""
        return self.connection.count_rows("staged_answers", "sweep_id = ?", sweep_id)

    def count_findings_shown_before(
        self, sweep_id: str, source: str, kinds: Collection[QueryKind]
    ) -> Mapping[Outcome, int]:
        """Count what its queries of some kinds showed before, by the outcome of the answer now.

        Nothing is opened: answers, queries and sightings share the mark of their query.
        """
        rows = self.connection.fetch_rows(
            """SELECT staged_answers.outcome, count(*) AS count FROM staged_answers
            JOIN queries USING (person_id, query) JOIN sightings USING (person_id, query)
            WHERE staged_answers.sweep_id = ? AND staged_answers.source = ?
            AND queries.kind IN (SELECT value FROM json_each(?)) GROUP BY staged_answers.outcome""",
            sweep_id,
            source,
            json.dumps(sorted(kinds)),
        )
        return {Outcome(row["outcome"]): row["count"] for row in rows}

    def is_settled(self, sweep_id: str, source: str, person_id: str) -> bool:
        return self.connection.has_row(
            "SELECT 1 FROM settlements WHERE sweep_id = ? AND source = ? AND person_id = ?",
            sweep_id,
            source,
            person_id,
        )

    def mark_settled(self, sweep_id: str, source: str, person_id: str) -> None:
        self.connection.write_rows(
            """INSERT INTO settlements (sweep_id, source, person_id)
            VALUES (?, ?, ?) ON CONFLICT DO NOTHING""",
            sweep_id,
            source,
            person_id,
        )

    def delete_answers_of_sweep(self, sweep_id: str) -> None:
        with self.connection.begin_transaction():
            self.connection.execute("DELETE FROM staged_answers WHERE sweep_id = ?", sweep_id)
            self.connection.execute("DELETE FROM settlements WHERE sweep_id = ?", sweep_id)

    def _stage_answer(self, sweep_id: str, staged: StagedAnswer) -> None:
        query, reading = staged.visit.query, staged.visit.result
        if staged.visit.pages:
            raise ValueError("pages are stored separately or not at all: remove them")
        if reading.contacts:
            raise ValueError("contacts are never stored: send them to the matcher and remove them")
        mark = self.encryption.keyed_hash(query.subject, query.key)
        place = _build_key_place(sweep_id, mark)
        self.replace_record(
            staged,
            SyncMode.NORMAL,
            sweep_id=sweep_id,
            person_id=query.subject or None,
            source=query.source,
            outcome=reading.outcome,
            query=mark,
            follows=len(reading.follow),
            key=self.encryption.encrypt(query.subject, place, query.key),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _AnswersBySubject(Mapping[str, tuple[StagedAnswer, ...]]):
    staged_answers: StagedAnswersTable
    sweep_id: str
    source: str
    subjects: dict[str, None]

    def __getitem__(self, subject: str) -> tuple[StagedAnswer, ...]:
        if subject not in self.subjects:
            raise KeyError(subject)
        return self.staged_answers.list_answers_about_subject(self.sweep_id, self.source, subject)

    def __iter__(self) -> Iterator[str]:
        return iter(self.subjects)

    def __len__(self) -> int:
        return len(self.subjects)


def _build_key_place(sweep_id: str, mark: bytes) -> str:
    return f"staged_answers/{sweep_id}/{mark.hex()}/key"
