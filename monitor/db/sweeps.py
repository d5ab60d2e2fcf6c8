"""What was asked when, and how it went with each source.

What a command asks of the daemon that holds the lock, and how far it got. What the canaries of
each source came to when an operator last asked them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from json import dumps

from monitor.db.connection import Database, Row, Sync, read, read_or_none, written, written_or_none
from monitor.domain.source_trust import Standing, Trust
from monitor.errors import InputError
from scrapers.models import Outcome


class SweepKind(StrEnum):
    """CANARIES is asked for like the others, and is no sweep: it is about nobody."""

    SWEEP = "sweep"
    SELFCHECK = "selfcheck"
    PROOF = "proof"
    CANARIES = "canaries"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """`person` is empty for the whole district; `closed_at` is None while it runs."""

    ref: str
    week: str
    kind: SweepKind
    nonce: str
    started_at: datetime
    person: str = ""
    closed_at: datetime | None = None


class Course(StrEnum):
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
    course: Course = Course.DONE


@dataclass(frozen=True, slots=True)
class Sweeps:
    database: Database

    def open_or_resume(self, sweep: Sweep) -> Sweep:
        """Return the open one of that kind and person, of whatever week, or open this one."""
        with self.database.write():
            found = self.database.row(
                """SELECT * FROM sweeps WHERE kind = ? AND person IS ? AND closed_at IS NULL
                ORDER BY rowid DESC LIMIT 1""",
                sweep.kind,
                sweep.person or None,
            )
            if found is not None:
                return _sweep(found)
            self.database.run(
                "INSERT INTO sweeps VALUES (?, ?, ?, ?, ?, ?, ?)",
                sweep.ref,
                sweep.week,
                sweep.kind,
                sweep.person or None,
                sweep.nonce,
                written(sweep.started_at),
                written_or_none(sweep.closed_at),
            )
            return sweep

    def get(self, ref: str) -> Sweep:
        found = self.database.row("SELECT * FROM sweeps WHERE ref = ?", ref)
        if found is None:
            message = f"There is no sweep {ref}."
            raise InputError(message)
        return _sweep(found)

    def latest(self, kind: SweepKind, person: str = "") -> Sweep | None:
        found = self.database.row(
            "SELECT * FROM sweeps WHERE kind = ? AND person IS ? ORDER BY rowid DESC LIMIT 1",
            kind,
            person or None,
        )
        return None if found is None else _sweep(found)

    def last_closed(self, kind: SweepKind) -> datetime | None:
        """Return when one of this kind was last brought to its end; None where none was."""
        row = self.database.row("SELECT max(closed_at) FROM sweeps WHERE kind = ?", kind)
        return None if row is None else read_or_none(row[0])

    def latest_told(self, begun_before: datetime) -> Sweep | None:
        """Return the district's latest sweep that is over or late, if there is one.

        One that is under way is late if it began before `begun_before`.
        """
        found = self.database.row(
            """SELECT * FROM sweeps WHERE kind = ? AND person IS NULL
            AND (closed_at IS NOT NULL OR started_at < ?) ORDER BY rowid DESC LIMIT 1""",
            SweepKind.SWEEP,
            written(begun_before),
        )
        return None if found is None else _sweep(found)

    def runs_so_far(self, sweep: Sweep, begun_before: datetime) -> tuple[SourceRun, ...]:
        """Return how each source did in a sweep, or that it is still being asked."""
        course = Course.LATE if sweep.started_at < begun_before else Course.ASKED
        asked = self._asked(sweep, course) if sweep.closed_at is None else ()
        return tuple(sorted((*self.runs(sweep.ref), *asked), key=lambda run: run.source))

    def of_person(self, person: str) -> tuple[Sweep, ...]:
        rows = self.database.rows("SELECT * FROM sweeps WHERE person = ? ORDER BY rowid", person)
        return tuple(_sweep(row) for row in rows)

    def open(self) -> tuple[Sweep, ...]:
        rows = self.database.rows("SELECT * FROM sweeps WHERE closed_at IS NULL ORDER BY rowid")
        return tuple(_sweep(row) for row in rows)

    def close(self, ref: str, at: datetime) -> None:
        with self.database.write():
            self.database.run(
                "UPDATE sweeps SET closed_at = ? WHERE ref = ? AND closed_at IS NULL",
                written(at),
                ref,
            )

    def forget_before(self, at: datetime) -> None:
        """Forget how sweeps went that were closed before, but for the last of each kind."""
        with self.database.write():
            self.database.run(
                """DELETE FROM sweeps WHERE closed_at < ? AND rowid NOT IN
                (SELECT max(rowid) FROM sweeps GROUP BY kind, person)""",
                written(at),
            )

    def close_source(self, sweep: str, run: SourceRun) -> None:
        with self.database.write():
            self.database.run(
                "INSERT OR REPLACE INTO source_runs VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                sweep,
                run.source,
                run.outcome,
                run.note,
                written_or_none(run.since),
                run.asked,
                run.answered,
                written(run.at),
            )

    def runs(self, sweep: str) -> tuple[SourceRun, ...]:
        rows = self.database.rows(
            "SELECT * FROM source_runs WHERE sweep = ? ORDER BY source", sweep
        )
        return tuple(_run(row) for row in rows)

    def history(self, source: str) -> tuple[SourceRun, ...]:
        """Return how it did in all runs that are remembered, the latest first."""
        rows = self.database.rows(
            "SELECT * FROM source_runs WHERE source = ? ORDER BY at DESC, rowid DESC", source
        )
        return tuple(_run(row) for row in rows)

    def _asked(self, sweep: Sweep, course: Course) -> Iterator[SourceRun]:
        """Yield what has answered something, in this sweep or in one before, and is not done."""
        rows = self.database.rows(
            """SELECT source FROM journal WHERE sweep = ?1
            UNION SELECT source FROM source_runs WHERE sweep =
                (SELECT ref FROM sweeps WHERE kind = ?2 AND person IS NULL
                AND ref != ?1 ORDER BY rowid DESC LIMIT 1)
            EXCEPT SELECT source FROM source_runs WHERE sweep = ?1""",
            sweep.ref,
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


def _sweep(row: Row) -> Sweep:
    ref, week, kind, person, nonce, started_at, closed_at = row
    return Sweep(
        ref=ref,
        week=week,
        kind=SweepKind(kind),
        nonce=nonce,
        started_at=read(started_at),
        person=person or "",
        closed_at=read_or_none(closed_at),
    )


def _run(row: Row) -> SourceRun:
    _, source, outcome, note, since, asked, answered, at = row
    return SourceRun(
        source=source,
        outcome=Outcome(outcome),
        at=read(at),
        note=note,
        since=read_or_none(since),
        asked=asked,
        answered=answered,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """`person` is empty for the whole district; `done_at` is None until it is served.

    `source` is the one whose canaries are to be asked, empty for all of them. `note` says why it
    was given up, and is empty where it was served.
    """

    ref: str
    kind: SweepKind
    asked_at: datetime
    person: str = ""
    source: str = ""
    done_at: datetime | None = None
    note: str = ""
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class RunRequests:
    database: Database

    def add(self, request: RunRequest) -> None:
        with self.database.write():
            self.database.run(
                """INSERT INTO run_requests (ref, kind, person, asked_at, note, source)
                VALUES (?, ?, ?, ?, ?, ?)""",
                request.ref,
                request.kind,
                request.person or None,
                written(request.asked_at),
                request.note,
                request.source or None,
            )

    def get(self, ref: str) -> RunRequest | None:
        """Return None where its person was erased meanwhile."""
        found = self.database.row("SELECT * FROM run_requests WHERE ref = ?", ref)
        return None if found is None else _request(found)

    def latest_of(self, person: str) -> RunRequest | None:
        """Return the last check that a person asked for, as long as it is remembered."""
        found = self.database.row(
            """SELECT * FROM run_requests WHERE person = ? AND kind = ?
            ORDER BY asked_at DESC, rowid DESC LIMIT 1""",
            person,
            SweepKind.SELFCHECK,
        )
        return None if found is None else _request(found)

    def next_open(self, kinds: Iterable[SweepKind] = SweepKind) -> RunRequest | None:
        """Return what somebody waits for: what is over soonest first, then the oldest.

        What failed comes after what was not tried yet, and so holds up nobody.
        """
        found = self.database.row(
            """SELECT * FROM run_requests
            WHERE done_at IS NULL AND kind IN (SELECT value FROM json_each(?))
            ORDER BY attempts, kind != ?, kind != ?, asked_at, rowid LIMIT 1""",
            dumps(list(kinds)),
            SweepKind.SELFCHECK,
            SweepKind.CANARIES,
        )
        return None if found is None else _request(found)

    def checks_before(self, request: RunRequest) -> int:
        """Count the checks that are not served yet and were asked for earlier."""
        found = self.database.row(
            """SELECT count(*) FROM run_requests WHERE done_at IS NULL AND kind = ?
            AND rowid < (SELECT rowid FROM run_requests WHERE ref = ?)""",
            SweepKind.SELFCHECK,
            request.ref,
        )
        return int(found[0]) if found else 0

    def all(self) -> tuple[RunRequest, ...]:
        rows = self.database.rows("SELECT * FROM run_requests ORDER BY asked_at, rowid")
        return tuple(_request(row) for row in rows)

    def remove(self, ref: str) -> None:
        with self.database.write():
            self.database.run("DELETE FROM run_requests WHERE ref = ?", ref)

    def failed(self, ref: str) -> None:
        with self.database.write():
            self.database.run("UPDATE run_requests SET attempts = attempts + 1 WHERE ref = ?", ref)

    def finish(self, ref: str, at: datetime, note: str = "") -> None:
        with self.database.write():
            self.database.run(
                "UPDATE run_requests SET done_at = ?, note = ? WHERE ref = ?",
                written(at),
                note,
                ref,
            )

    def put_progress(self, ref: str, source: str, state: str) -> None:
        """Note where a source stands; there is nothing to note once the request is gone."""
        with self.database.write(Sync.NORMAL):
            self.database.run(
                """INSERT OR REPLACE INTO progress
                SELECT ref, ?, ? FROM run_requests WHERE ref = ?""",
                source,
                state,
                ref,
            )

    def progress(self, ref: str) -> Mapping[str, str]:
        rows = self.database.rows(
            "SELECT source, state FROM progress WHERE request = ? ORDER BY source", ref
        )
        return dict(rows)


def _request(row: Row) -> RunRequest:
    ref, kind, person, asked_at, done_at, note, source, attempts = row
    return RunRequest(
        ref=ref,
        kind=SweepKind(kind),
        asked_at=read(asked_at),
        person=person or "",
        done_at=read_or_none(done_at),
        note=note,
        source=source or "",
        attempts=attempts,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryCheck:
    source: str
    at: datetime
    trust: Trust


@dataclass(frozen=True, slots=True)
class CanaryChecks:
    database: Database

    def get(self, source: str) -> CanaryCheck | None:
        found = self.database.row("SELECT * FROM canary_checks WHERE source = ?", source)
        return None if found is None else _check(found)

    def since(self, at: datetime) -> tuple[CanaryCheck, ...]:
        rows = self.database.rows(
            "SELECT * FROM canary_checks WHERE at >= ? ORDER BY source", written(at)
        )
        return tuple(_check(row) for row in rows)

    def put(self, check: CanaryCheck) -> None:
        with self.database.write():
            self.database.run(
                "INSERT OR REPLACE INTO canary_checks VALUES (?, ?, ?, ?, ?)",
                check.source,
                written(check.at),
                check.trust.standing,
                check.trust.outcome,
                check.trust.note,
            )


def _check(row: Row) -> CanaryCheck:
    source, at, standing, outcome, note = row
    trust = Trust(standing=Standing(standing), outcome=Outcome(outcome), note=note, probed=True)
    return CanaryCheck(source=source, at=read(at), trust=trust)
