"""What was asked when, and how it went with each source.

What the canaries of each source came to when an operator last asked them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from json import dumps

from monitor.db.connection import Row
from monitor.db.open_files import parse_datetime, parse_optional_datetime
from monitor.db.tables import CLOSED, Expiry, Owner, Records, Table, TableDeclaration
from monitor.domain.errors import InputError
from monitor.domain.retention import RetainedKind
from monitor.domain.source_trust import SourceTrust, TrustAssessment
from monitor.domain.vocabulary import SweepKind
from scrapers.models import CONCLUSIVE_OUTCOMES, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """`person_id` is empty for the whole district; `closed_at` is None while it runs."""

    id: str
    week: str
    kind: SweepKind
    nonce: str
    started_at: datetime
    person_id: str = ""
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckCount:
    """How many of the sources of one check, begun at `at`, could be checked."""

    at: datetime
    checked: int
    total: int


class SourceRunState(StrEnum):
    """LATE is still being asked, too, and should have answered all by now."""

    DONE = "done"
    ASKED = "asked"
    LATE = "late"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRun:
    """`since` is when the source stopped being checkable, None while it could be checked."""

    source: str
    outcome: Outcome
    at: datetime
    note: str = ""
    since: datetime | None = None
    asked: int = 0
    answered: int = 0
    course: SourceRunState = SourceRunState.DONE


class SourceRunsTable(Table, Records[SourceRun]):
    declaration = TableDeclaration(
        "source_runs", Owner.NOBODY, RetainedKind.SWEEP, "result of each source in a sweep"
    )
    record = SourceRun
    unstored = frozenset({"course"})


class SweepsTable(Table, Records[Sweep]):
    declaration = TableDeclaration(
        "sweeps",
        Owner.PERSON,
        RetainedKind.SWEEP,
        "when checks ran",
        Expiry(
            CLOSED,
            at="closed_at",
            where="rowid NOT IN (SELECT max(rowid) FROM sweeps GROUP BY kind, person_id)",
        ),
        exported="checks.sweeps",
        even_held=True,
    )
    attached = (SourceRunsTable.declaration,)

    record = Sweep
    empty_as_null = frozenset({"person_id"})

    @property
    def runs(self) -> SourceRunsTable:
        return SourceRunsTable(self.connection)

    def open_or_resume(self, sweep: Sweep) -> Sweep:
        """Return the open one of that kind and person, of whatever week, or open this one."""
        with self.connection.begin_transaction():
            found = self.find_record(
                """WHERE kind = ? AND person_id IS ? AND closed_at IS NULL
                ORDER BY rowid DESC LIMIT 1""",
                sweep.kind,
                sweep.person_id or None,
            )
            if found is not None:
                return found
            self.insert_record(sweep)
            return sweep

    def load_sweep(self, sweep_id: str) -> Sweep:
        found = self.find_record("WHERE id = ?", sweep_id)
        if found is None:
            raise InputError(f"There is no sweep {sweep_id}.")
        return found

    def find_latest_sweep(self, kind: SweepKind, person_id: str = "") -> Sweep | None:
        return self.find_record(
            "WHERE kind = ? AND person_id IS ? ORDER BY rowid DESC LIMIT 1", kind, person_id or None
        )

    def find_last_closed_time(self, kind: SweepKind) -> datetime | None:
        """Return when one of this kind was last brought to its end; None where none was."""
        row = self.connection.fetch_row(
            # Not the latest time: a clock may have been ahead once.
            """SELECT closed_at FROM sweeps WHERE kind = ? AND closed_at IS NOT NULL
            ORDER BY rowid DESC LIMIT 1""",
            kind,
        )
        return None if row is None else parse_optional_datetime(row[0])

    def find_latest_reportable_sweep(self, begun_before: datetime) -> Sweep | None:
        """Return the district's latest sweep that is over or late, if there is one.

        One that is under way is late if it began before `begun_before`.
        """
        return self.find_record(
            """WHERE kind = ? AND person_id IS NULL
            AND (closed_at IS NOT NULL OR started_at < ?) ORDER BY rowid DESC LIMIT 1""",
            SweepKind.SWEEP,
            begun_before,
        )

    def list_source_runs_so_far(
        self, sweep: Sweep, begun_before: datetime
    ) -> tuple[SourceRun, ...]:
        """Return how each source did in a sweep, or that it is still being asked."""
        course = SourceRunState.LATE if sweep.started_at < begun_before else SourceRunState.ASKED
        asked = self._list_unfinished_runs(sweep, course) if sweep.closed_at is None else ()
        return tuple(sorted((*self.list_source_runs(sweep.id), *asked), key=lambda run: run.source))

    def list_sweeps_of_person(self, person_id: str) -> tuple[Sweep, ...]:
        return self.list_records("WHERE person_id = ? ORDER BY rowid", person_id)

    def list_district_sweeps(self, kind: SweepKind) -> tuple[Sweep, ...]:
        return self.list_records("WHERE person_id IS NULL AND kind = ? ORDER BY rowid", kind)

    def list_open_sweeps(self) -> tuple[Sweep, ...]:
        return self.list_records("WHERE closed_at IS NULL ORDER BY rowid")

    def list_check_counts(self, person_id: str, since: datetime) -> tuple[CheckCount, ...]:
        """Count the sources of each finished check that could have looked at a person."""
        rows = self.connection.fetch_rows(
            """SELECT started_at, count(*) AS total,
            sum(outcome IN (SELECT value FROM json_each(?))) AS checked
            FROM sweeps JOIN source_runs ON sweep_id = id
            WHERE closed_at IS NOT NULL AND started_at >= ?
            AND (kind = ? AND person_id IS NULL OR kind = ? AND person_id = ?)
            GROUP BY id ORDER BY started_at""",
            dumps(sorted(CONCLUSIVE_OUTCOMES)),
            since,
            SweepKind.SWEEP,
            SweepKind.SELFCHECK,
            person_id,
        )
        return tuple(
            CheckCount(
                at=parse_datetime(row["started_at"]), checked=row["checked"], total=row["total"]
            )
            for row in rows
        )

    def close_sweep(self, sweep_id: str, at: datetime) -> None:
        self.connection.write_rows(
            "UPDATE sweeps SET closed_at = ? WHERE id = ? AND closed_at IS NULL", at, sweep_id
        )

    def save_source_run(self, sweep_id: str, run: SourceRun) -> None:
        self.runs.replace_record(run, sweep_id=sweep_id)

    def list_source_runs(self, sweep_id: str) -> tuple[SourceRun, ...]:
        return self.runs.list_records("WHERE sweep_id = ? ORDER BY source", sweep_id)

    def list_runs_of_source(self, source: str) -> tuple[SourceRun, ...]:
        """Return how it did in all runs that are remembered, the latest first."""
        return self.runs.list_records("WHERE source = ? ORDER BY at DESC, rowid DESC", source)

    def _list_unfinished_runs(self, sweep: Sweep, course: SourceRunState) -> Iterator[SourceRun]:
        """Yield what has answered something, in this sweep or in one before, and is not done."""
        rows = self.connection.fetch_rows(
            """SELECT source FROM staged_answers WHERE sweep_id = ?1
            UNION SELECT source FROM source_runs WHERE sweep_id =
                (SELECT id FROM sweeps WHERE kind = ?2 AND person_id IS NULL
                AND id != ?1 ORDER BY rowid DESC LIMIT 1)
            EXCEPT SELECT source FROM source_runs WHERE sweep_id = ?1""",
            sweep.id,
            sweep.kind,
        )
        for (source,) in rows:
            yield SourceRun(
                source=source,
                outcome=Outcome.SKIPPED,
                at=sweep.started_at,
                since=sweep.started_at,
                course=course,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryCheck:
    source: str
    at: datetime
    trust: TrustAssessment


class CanaryChecksTable(Table, Records[CanaryCheck]):
    declaration = TableDeclaration(
        "canary_checks", Owner.NOBODY, RetainedKind.SOURCE, "self-tests of sources"
    )

    select = "SELECT source, at, trust, outcome, note FROM canary_checks"

    def find_canary_check(self, source: str) -> CanaryCheck | None:
        return self.find_record("WHERE source = ?", source)

    def list_canary_checks_since(self, at: datetime) -> tuple[CanaryCheck, ...]:
        return self.list_records("WHERE at >= ? ORDER BY source", at)

    def save_canary_check(self, check: CanaryCheck) -> None:
        with self.connection.begin_transaction():
            self.connection.replace_row(
                "canary_checks",
                source=check.source,
                at=check.at,
                trust=check.trust.status,
                outcome=check.trust.outcome,
                note=check.trust.note,
            )

    def parse_row(self, row: Row) -> CanaryCheck:
        trust = TrustAssessment(
            status=SourceTrust(row["trust"]),
            outcome=Outcome(row["outcome"]),
            note=row["note"],
            probed=True,
        )
        return CanaryCheck(source=row["source"], at=parse_datetime(row["at"]), trust=trust)
