"""What falls due, and who works on it.

The last time on record: what a clock that was set wrong is held against.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from monitor.db.connection import (
    Records,
    Table,
    parse_datetime,
)
from monitor.db.declarations import CLOSED, Expiry, Owner, TableDeclaration
from monitor.domain.retention import RetainedKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """`subject` is an id or empty; `lease_until` is None while no one works on it.

    `attempts` counts how often in a row it failed, and `fault` is the kind of the last failure.
    """

    name: str
    subject: str
    due_at: datetime
    lease_until: datetime | None = None
    attempts: int = 0
    fault: str = ""


class JobsTable(Table, Records[Job]):
    declaration = TableDeclaration(
        "jobs",
        Owner.NOBODY,
        RetainedKind.PERSON,
        "scheduled jobs",
        Expiry(CLOSED, where="subject IN (SELECT id FROM erased_people)"),
        exported="jobs",
        of_person="""subject = ?1 OR subject IN (SELECT id FROM findings WHERE person_id = ?1)
        ORDER BY due_at, name, subject""",
        erased_where="""subject = ?1
        OR subject IN (SELECT id FROM findings WHERE person_id = ?1)""",
    )

    record = Job

    def ensure_job(self, name: str, subject: str, due_at: datetime) -> None:
        """Add it where it is not there yet: a restart never puts off what was missed."""
        self.connection.write_rows(
            "INSERT INTO jobs (name, subject, due_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            name,
            subject,
            due_at,
        )

    def claim_job(self, now: datetime, lease_until: datetime, *names: str) -> Job | None:
        """Take the longest overdue that no one works on, of these names or of any.

        A lease that ran out is free again: its holder died.
        """
        with self.connection.begin_transaction():
            for due in self._list_claimable_jobs(now):
                if not names or due.name in names:
                    return self._lease_job(due, lease_until)
        return None

    def release_leases(self, *names: str) -> None:
        """Give back every lease, of these names or of any: the caller knows that no one works."""
        with self.connection.begin_transaction():
            for job in self.list_jobs():
                if job.lease_until and (not names or job.name in names):
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
        return self.list_records("ORDER BY due_at, name, subject")

    def _list_claimable_jobs(self, now: datetime) -> tuple[Job, ...]:
        return self.list_records(
            """WHERE due_at <= ?1 AND (lease_until IS NULL OR lease_until <= ?1)
            ORDER BY due_at, name, subject""",
            now,
        )

    def _lease_job(self, job: Job, lease_until: datetime) -> Job:
        self._update_job(job, "lease_until = ?", lease_until)
        return replace(job, lease_until=lease_until)

    def _update_job(self, job: Job, changes: str, *values: object) -> None:
        self.connection.write_rows(
            f"UPDATE jobs SET {changes} WHERE name = ? AND subject = ?",  # noqa: S608 - our words
            *values,
            job.name,
            job.subject,
        )


class ClockTable(Table):
    declaration = TableDeclaration(
        "clock", Owner.NOBODY, RetainedKind.SOURCE, "the last time that was seen"
    )

    def find_last_time(self) -> datetime | None:
        """Return when the service last noted the time; None before it ever did."""
        found = self.connection.fetch_row("SELECT at FROM clock")
        return None if found is None else parse_datetime(found["at"])

    def record_time(self, at: datetime) -> None:
        with self.connection.begin_transaction():
            self.connection.replace_row("clock", one=1, at=at)
