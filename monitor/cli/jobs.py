"""Scheduled jobs: when each one runs, and what delays it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

import click

from monitor.cli.context import Desk, as_json, pass_desk
from monitor.db.jobs import Due
from monitor.service import Service
from monitor.services.consent import RENEWING
from monitor.services.enrollment import REMINDER
from monitor.services.erasure import ERASURE
from monitor.services.ingest import SECOND_PROOF
from monitor.services.retention import PURGE
from monitor.services.schedule import DIGEST, REVIEW, SWEEP
from monitor.services.suppression import BOUNCES
from monitor.services.sweeps import RECHECK

WORDS: Mapping[str, str] = {
    SWEEP: "weekly sweep",
    DIGEST: "weekly digest",
    REVIEW: "weekly email to reviewers",
    SECOND_PROOF: "second check that an item is gone",
    RECHECK: "check whether an impersonation is gone",
    BOUNCES: "read bounced emails",
    ERASURE: "delete a withdrawn person's data",
    RENEWING: "find consents that expire soon",
    REMINDER: "invitation reminder",
    PURGE: "delete expired data",
}
FEW = 2
# A tick comes every 20 seconds, so what is due is begun within the minute.
AT_ONCE = timedelta(minutes=1)
DISTRICT = "the district"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
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
    def of(cls, due: Due, zone: str, now: datetime) -> Self:
        return cls(
            name=due.name,
            what=WORDS.get(due.name, due.name),
            subject=due.subject,
            due_at=due.due_at,
            local=f"{due.due_at.astimezone(ZoneInfo(zone)):%a, %b %-d, %-I:%M %p %Z}",
            zone=zone,
            state=_state(due, now),
            attempts=due.attempts,
            fault=due.fault,
        )


@click.command()
@click.option("--clock-is-right", is_flag=True, help="Confirm that this machine's clock is right.")
@as_json
@pass_desk
def jobs(desk: Desk, *, clock_is_right: bool, as_json: bool) -> None:
    """List scheduled jobs, next one first, each in local time."""
    with desk.service() as service:
        if clock_is_right:
            service.rounds.grid.believe_clock()
        service.rounds.schedule()
        waits_for = service.rounds.waits_for()
        rows = _rows(service)
    if as_json:
        desk.output.json(rows)
        return
    if waits_for:
        desk.output.say(waits_for)
    columns = ("due", "job", "for", "state", "zone")
    desk.output.table(
        columns,
        ((each.local, each.what, each.subject or DISTRICT, each.state, each.zone) for each in rows),
    )


def _rows(service: Service) -> tuple[Row, ...]:
    district, now = service.config.district, service.now()
    people = frozenset(service.state.people.refs())
    return tuple(
        Row.of(
            due,
            service.state.people.get(due.subject).zone if due.subject in people else district.zone,
            now,
        )
        for due in service.state.due.all()
    )


def _state(due: Due, now: datetime) -> str:
    if due.lease_until:
        return "running"
    late = now - due.due_at
    times = "once" if due.attempts == 1 else f"{due.attempts} times"
    failed = f"failed {times} ({due.fault}), retry " if due.attempts else ""
    if late >= AT_ONCE:
        return f"{failed}overdue by {_span(late)}"
    return f"{failed}now" if late > timedelta(0) else f"{failed}in {_span(-late)}"


def _span(span: timedelta) -> str:
    """Use one unit: seconds do not matter for next Monday."""
    hours, minutes = divmod(span // timedelta(minutes=1), 60)
    if hours >= FEW * 24:
        return f"{hours // 24} days"
    if hours >= FEW:
        return f"{hours} hours"
    return f"{60 * hours + minutes} min"
