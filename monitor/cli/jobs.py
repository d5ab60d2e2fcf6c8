"""Scheduled jobs: when each one runs, and what delays it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

import click

from monitor.annexes import discover_annexes
from monitor.cli.context import CliContext, json_option, pass_cli_context
from monitor.db.jobs import Job
from monitor.domain.dates import format_near_time
from monitor.services.clock_check import believe_clock, describe_jump, describe_wait
from monitor.services.jobs import schedule_jobs
from reports.labels import JOB_LABELS

MIN_UNIT_COUNT = 2
# A tick comes every 20 seconds, so what is due is begun within the minute.
DUE_NOW_WITHIN = timedelta(minutes=1)
DISTRICT_SUBJECT = "the district"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """`local` is the time of whom it is for, in their `zone`; `fault` is the kind of a failure."""

    name: str
    what: str
    subject: str
    due_at: datetime
    local: str
    zone: str
    state: str
    attempts: int
    fault: str

    @classmethod
    def from_due(cls, due: Job, zone: str, now: datetime) -> Self:
        name = due.name
        brought = (annex.jobs[name] for annex in discover_annexes() if name in annex.jobs)
        return cls(
            name=due.name,
            what=JOB_LABELS.get(name) or next(brought, name),
            subject=due.subject,
            due_at=due.due_at,
            local=format_near_time(due.due_at, zone),
            zone=zone,
            state=_describe_state(due, now),
            attempts=due.attempts,
            fault=due.fault,
        )


@click.command()
@click.option("--clock-is-right", is_flag=True, help="Confirm that this machine's clock is right.")
@json_option
@pass_cli_context
def jobs(context: CliContext, *, clock_is_right: bool, as_json: bool) -> None:
    """List scheduled jobs, next one first, each in local time."""
    with context.open_app() as app:
        if clock_is_right:
            believe_clock(app)
        schedule_jobs(app)
        waits_for, jumped = describe_wait(app), describe_jump(app)
        district, now = app.config.district, app.clock.now()
        people = frozenset(app.db.people.list_person_ids())
        rows = tuple(
            JobRow.from_due(
                due,
                app.db.people.load_person(due.subject).zone
                if due.subject in people
                else district.zone,
                now,
            )
            for due in app.db.jobs.list_jobs()
        )
    if as_json:
        context.output.print_json(rows)
        return
    for said in filter(None, (waits_for, jumped)):
        context.output.print_line(said)
    columns = ("due", "job", "for", "state", "zone")
    context.output.print_table(
        columns,
        (
            (row.local, row.what, row.subject or DISTRICT_SUBJECT, row.state, row.zone)
            for row in rows
        ),
    )


def _describe_state(due: Job, now: datetime) -> str:
    if due.lease_until:
        return "running"
    late = now - due.due_at
    times = "once" if due.attempts == 1 else f"{due.attempts} times"
    failed = f"failed {times} ({due.fault}), retry " if due.attempts else ""
    if late >= DUE_NOW_WITHIN:
        return f"{failed}overdue by {_format_span(late)}"
    return f"{failed}now" if late > timedelta(0) else f"{failed}in {_format_span(-late)}"


def _format_span(span: timedelta) -> str:
    """Use one unit: seconds do not matter for next Monday."""
    hours, minutes = divmod(span // timedelta(minutes=1), 60)
    if hours >= MIN_UNIT_COUNT * 24:
        return f"{hours // 24} days"
    if hours >= MIN_UNIT_COUNT:
        return f"{hours} hours"
    return f"{60 * hours + minutes} min"
