"""What falls due, who works on it, and what somebody asked for and waits for.

The last time on record: what a clock that was set wrong is held against.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.db.connection import SyncMode
from monitor.db.open_files import parse_datetime
from monitor.db.tables import CLOSED, OPEN, Expiry, Owner, Records, Table, TableDeclaration
from monitor.domain.retention import RetainedKind
from scrapers.http.clock import BootTime


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """`subject` is an id or empty; `lease_until` is None while no one works on it.

    `attempts` counts how often in a row it failed, and `fault` is the kind of the last failure.
    `asked_at` is when somebody asked for it, who waits: then `subject` is its own id, `person_id`
    and `source` say about whom and what (empty for everything), `done_at` is when it was done, and
    `note` why it was given up. None waits for any other job.
    """

    name: str
    subject: str
    due_at: datetime
    lease_until: datetime | None = None
    attempts: int = 0
    fault: str = ""
    person_id: str = ""
    source: str = ""
    asked_at: datetime | None = None
    done_at: datetime | None = None
    note: str = ""

    @property
    def is_request(self) -> bool:
        return self.asked_at is not None


def build_request(
    name: str, request_id: str, at: datetime, person_id: str = "", source: str = ""
) -> Job:
    """Make a job that somebody waits for."""
    return Job(
        name=name, subject=request_id, due_at=at, asked_at=at, person_id=person_id, source=source
    )


class JobsTable(Table, Records[Job]):
    declaration = TableDeclaration(
        "jobs",
        Owner.PERSON,
        RetainedKind.PERSON,
        "scheduled jobs and requested checks",
        Expiry(CLOSED, where="subject IN (SELECT id FROM erased_people)"),
        Expiry(OPEN, at="asked_at", where="done_at IS NULL", kind=RetainedKind.RUN_REQUEST),
        Expiry(CLOSED, at="done_at", kind=RetainedKind.RUN_REQUEST),
        exported="jobs",
        of_person="""person_id = ?1 OR subject = ?1
        OR subject IN (SELECT id FROM findings WHERE person_id = ?1)
        ORDER BY due_at, name, subject""",
        erased_where="""subject = ?1
        OR subject IN (SELECT id FROM findings WHERE person_id = ?1)""",
        even_held=True,
    )
    attached = (
        TableDeclaration(
            "job_progress",
            Owner.PERSON,
            RetainedKind.RUN_REQUEST,
            "progress of a requested check",
            not_exported="of use only while the check runs",
        ),
    )

    record = Job
    empty_as_null = frozenset({"fault", "person_id", "source", "note"})

    def ensure_job(self, name: str, subject: str, due_at: datetime) -> None:
        """Add it where it is not there yet: a restart never puts off what was missed."""
        self.connection.write_rows(
            "INSERT INTO jobs (name, subject, due_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            name,
            subject,
            due_at,
        )

    def claim_job(self, now: datetime, lease_until: datetime, *names: str) -> Job | None:
        """Take the next that no one works on, of these names or of any.

        First comes what someone waits for, whatever the clock said then: what did not fail yet,
        then in the order of `names`; so what fails again and again holds up no one. Then comes the
        longest overdue. A lease that ran out is free again: its holder died.
        """
        free = """done_at IS NULL AND (lease_until IS NULL OR lease_until <= ?1)
            AND (?2 = '[]' OR name IN (SELECT value FROM json_each(?2)))"""
        order = "attempts, (SELECT key FROM json_each(?2) WHERE value = name), due_at, rowid"
        values = (now, json.dumps(names))
        with self.connection.begin_transaction():
            found = self.find_record(
                f"WHERE asked_at IS NOT NULL AND {free} ORDER BY {order} LIMIT 1", *values
            ) or self.find_record(
                f"""WHERE asked_at IS NULL AND due_at <= ?1 AND {free}
                ORDER BY due_at, rowid LIMIT 1""",
                *values,
            )
            if found is None:
                return None
            self._update_job(found, "lease_until = ?", lease_until)
            return replace(found, lease_until=lease_until)

    def release_leases(self, *names: str) -> None:
        """Give back every lease, of these names or of any: the caller knows that no one works."""
        leased = (
            "lease_until IS NOT NULL AND (?1 = '[]' OR name IN (SELECT value FROM json_each(?1)))"
        )
        with self.connection.begin_transaction():
            # It is called every few seconds, and seldom finds any.
            for job in self.list_records(f"WHERE {leased}", json.dumps(names)):
                self._update_job(job, "lease_until = NULL")

    def reschedule_job(self, job: Job, to: datetime) -> None:
        """Put it where it belongs, once clocks or zones have changed."""
        self._update_job(job, "due_at = ?", to)

    def postpone_failed_job(self, job: Job, until: datetime, fault: str) -> None:
        """Give back what failed, to be tried again."""
        changes = "due_at = ?, lease_until = NULL, attempts = attempts + 1, fault = ?"
        self._update_job(job, changes, until, fault)

    def finish_job(self, name: str, subject: str, next_at: datetime | None) -> None:
        """Give it back for its next time; where there is none, it is done for good."""
        if next_at is None:
            self.connection.write_rows(
                "DELETE FROM jobs WHERE name = ? AND subject = ?", name, subject
            )
        else:
            done = Job(name=name, subject=subject, due_at=next_at)
            changes = "due_at = ?, lease_until = NULL, attempts = 0, fault = NULL"
            self._update_job(done, changes, next_at)

    def list_jobs(self) -> tuple[Job, ...]:
        """Return all that are not done."""
        return self.list_records("WHERE done_at IS NULL ORDER BY due_at, name, subject")

    def insert_request(self, request: Job) -> None:
        self.insert_record(request)

    def find_or_insert_request(self, request: Job) -> Job:
        """Return the one that asks for the same and is not done yet, or insert this one."""
        with self.connection.begin_transaction():
            same = self.find_record(
                """WHERE asked_at IS NOT NULL AND done_at IS NULL
                AND name = ? AND person_id IS ? AND source IS ? ORDER BY rowid LIMIT 1""",
                request.name,
                request.person_id or None,
                request.source or None,
            )
            if same is None:
                self.insert_request(request)
            return same or request

    def find_request(self, request_id: str) -> Job | None:
        """Return None where its person was erased meanwhile."""
        return self.find_record("WHERE subject = ? AND asked_at IS NOT NULL", request_id)

    def find_latest_request_of_person(self, person_id: str) -> Job | None:
        """Return the last check that a person asked for, as long as it is remembered."""
        return self.find_record(
            "WHERE person_id = ? ORDER BY asked_at DESC, rowid DESC LIMIT 1", person_id
        )

    def list_requests(self) -> tuple[Job, ...]:
        """Return all that are remembered, done or not."""
        return self.list_records("WHERE asked_at IS NOT NULL ORDER BY asked_at, rowid")

    def list_open_requests(self) -> tuple[Job, ...]:
        return tuple(job for job in self.list_requests() if job.done_at is None)

    def count_checks_before(self, request: Job) -> int:
        """Count the checks of a person that are not done yet and were asked for earlier."""
        return self.connection.count_rows(
            "jobs",
            """person_id IS NOT NULL AND done_at IS NULL
            AND rowid < (SELECT rowid FROM jobs WHERE name = ? AND subject = ?)""",
            request.name,
            request.subject,
        )

    def finish_request(self, request_id: str, at: datetime, note: str = "") -> None:
        """Let whoever waits know that it is done, or why it was given up."""
        self.connection.write_rows(
            """UPDATE jobs SET done_at = ?, note = ?, lease_until = NULL
            WHERE subject = ? AND asked_at IS NOT NULL""",
            at,
            note or None,
            request_id,
        )

    def save_progress(self, request_id: str, source: str, state: str) -> None:
        """Record the progress of a source; do nothing once the request is gone."""
        with self.connection.begin_transaction(SyncMode.NORMAL):
            self.connection.execute(
                """INSERT OR REPLACE INTO job_progress (name, subject, source, state)
                SELECT name, subject, ?, ? FROM jobs
                WHERE subject = ? AND asked_at IS NOT NULL""",
                source,
                state,
                request_id,
            )

    def load_progress(self, request_id: str) -> Mapping[str, str]:
        rows = self.connection.fetch_rows(
            "SELECT source, state FROM job_progress WHERE subject = ? ORDER BY source", request_id
        )
        return {row["source"]: row["state"] for row in rows}

    def _update_job(self, job: Job, changes: str, *values: object) -> None:
        self.connection.write_rows(
            f"UPDATE jobs SET {changes} WHERE name = ? AND subject = ?",  # noqa: S608 - our words
            *values,
            job.name,
            job.subject,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRecord:
    """`boot` is how long the machine ran by then, None where it cannot be told."""

    at: datetime
    boot: BootTime | None


class ClockTable(Table):
    declaration = TableDeclaration(
        "clock", Owner.NOBODY, RetainedKind.SOURCE, "the latest time seen"
    )

    def find_record(self) -> TimeRecord | None:
        """Return what the service last noted; None before it ever did."""
        found = self.connection.fetch_row("SELECT at, boot, seconds FROM clock")
        if found is None:
            return None
        boot = BootTime(found["boot"], found["seconds"]) if found["boot"] else None
        return TimeRecord(at=parse_datetime(found["at"]), boot=boot)

    def find_last_time(self) -> datetime | None:
        found = self.find_record()
        return None if found is None else found.at

    def record_time(self, at: datetime, boot: BootTime | None = None) -> None:
        with self.connection.begin_transaction():
            self.connection.replace_row(
                "clock",
                one=1,
                at=at,
                boot=boot.boot if boot else None,
                seconds=boot.seconds if boot else None,
            )
