"""How the service is doing, on one screen; scheduled jobs: when each runs, and what delays it."""

from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

from msgspec import structs

from monitor.annexes import discover_annexes
from monitor.app import App
from monitor.app.builders import build_smtp_transport
from monitor.app.steady_clock import measure_jump
from monitor.cli.context import CliContext, Output
from monitor.cli.endpoints import check_portal_process
from monitor.db.jobs import Job
from monitor.domain.english_dates import format_local_time, format_near_time
from monitor.domain.errors import CannotWriteError, DatabaseError, MonitorError
from monitor.domain.health import HealthResult, compute_exit_code
from monitor.domain.schedule import compute_next_sweep
from monitor.domain.small_counts import round_down_to_band
from monitor.domain.vocabulary import EmailState, HealthLevel
from monitor.services.backups import check_key_backup
from monitor.services.clock_check import believe_clock, describe_jump, describe_wait
from monitor.services.due_jobs import schedule_jobs
from monitor.services.health import (
    MIN_COUNT,
    check_disk_space,
    check_mail_server,
    check_search,
    check_service_running,
    check_vitals,
    collect_vitals,
    sort_warnings,
)
from monitor.services.job_kinds import DIGEST, list_next_jobs
from monitor.services.setup_files import HOST
from reports.labels.office import JOB_LABELS
from reports.reason_rendering import render_told

# The screen does not wait for a server that says nothing as long as an email does.
MAIL_WITHIN_SECONDS = 5.0
MIN_UNIT_COUNT = 2
# A tick comes every 20 seconds, so what is due is begun within the minute.
DUE_NOW_WITHIN = timedelta(minutes=1)


def _build_job_row(due: Job, zone: str, now: datetime) -> dict[str, Any]:
    """Describe the next job of a kind; `local` is the district's time."""
    brought = (annex.jobs[due.name] for annex in discover_annexes() if due.name in annex.jobs)
    return {
        "name": due.name,
        "what": JOB_LABELS.get(due.name) or next(brought, due.name),
        "due_at": due.due_at,
        "local": format_near_time(due.due_at, zone),
        "state": _describe_state(due, now),
        "attempts": due.attempts,
        "fault": due.fault,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceStatus:
    """What is on the one screen; `warnings` are those of the operator, the worst first.

    Times are None for what was never, and `cases` is empty where it could tell of one person.
    """

    district: str
    at: datetime
    is_running: bool
    portal: str
    last_sweep: datetime | None
    next_sweep: datetime
    next_digest: datetime | None
    emails_waiting: int
    emails_failed: int
    email_trouble: str
    sources: int
    sources_not_checked: int
    last_backup: datetime | None
    cases: str
    warnings: tuple[HealthResult, ...]

    def describe_emails(self) -> str:
        trouble = f"; the last try: {self.email_trouble}" if self.email_trouble else ""
        counts = f"{self.emails_waiting} waiting, {self.emails_failed} failed{trouble}"
        return f"{counts}. Of invitations, only those that failed are counted."


def show_status(
    context: CliContext, *, lists_jobs: bool, clock_is_right: bool, as_json: bool
) -> int:
    """Print the screen, or the jobs, and return the worst code found."""
    with ExitStack() as stack:
        try:
            app = stack.enter_context(context.open_app())
        except (DatabaseError, CannotWriteError) as error:
            if not (lists_jobs or as_json):
                _print_without_database(context, error)
            raise
        if clock_is_right:
            believe_clock(app)
        if lists_jobs:
            schedule_jobs(app)
            _print_jobs(context, app, as_json=as_json)
            return 0
        seen = _read_status(context, app)
    if as_json:
        context.output.print_json(seen)
    else:
        _print_screen(context.output, seen)
    return compute_exit_code(seen.warnings)


def _print_without_database(context: CliContext, error: MonitorError) -> None:
    """Print what can be told of a district whose database or keys cannot be opened.

    Nothing is to be started before they can be, so what is stopped has no advice.
    """
    stopped = (check_service_running(context.config.state), *_check_portal(context))
    rows = (
        ("database", error, ""),
        *((part.what, render_told(part.message), "") for part in stopped),
        *(
            (part.what, render_told(part.message), render_told(part.remedy))
            for part in _check_machine(context)
        ),
    )
    context.output.print_table(("what", "is", "what to do"), rows)


def _check_machine(context: CliContext) -> tuple[HealthResult, ...]:
    """Look at what an operator is called for at night, and the database does not know."""
    config = context.config
    # Signing in takes a secret, which not everyone at a shell may read: `doctor` tries it.
    reached = structs.replace(
        config.mail,
        user="",
        token_file=None,
        timeout_seconds=min(config.mail.timeout_seconds, MAIL_WITHIN_SECONDS),
    )
    server = structs.replace(config, mail=reached)
    smtp = build_smtp_transport(server, context.environment)
    return (
        *((check_disk_space(config),) if config.state.exists() else ()),
        check_mail_server(server, smtp.check_connection if smtp else None),
    )


def _check_portal(context: CliContext) -> tuple[HealthResult, ...]:
    in_container = HOST.is_container()
    portal = context.config.portal
    return tuple(check_portal_process(portal, context.environment, in_container=in_container))


def _read_status(context: CliContext, app: App) -> ServiceStatus:
    vitals, district = (
        collect_vitals(app.db, app.clock.now(), app.sources, measure_jump(app.clock)),
        app.config.district,
    )
    service = check_service_running(app.config.state)
    around = (*_check_portal(context), *_check_machine(context))
    search = check_search(app.sources)
    keys = check_key_backup(app.db, app.config) if vitals.backed_up else ()
    warnings = sort_warnings((service, *around, search, *check_vitals(vitals), *keys))
    outcomes = {source.source: source.outcome for source in vitals.answered_sources}
    checked = [name for name in app.sources if name in outcomes and outcomes[name].is_conclusive]
    digests = [job.due_at for job in vitals.jobs if job.name == DIGEST]
    count = len(app.db.cases.list_undecided_cases()) if vitals.person_count is not None else 0
    band = round_down_to_band(count, MIN_COUNT)
    return ServiceStatus(
        district=district.name,
        at=vitals.at,
        is_running=service.level is HealthLevel.OK,
        portal=" ".join(
            str(render_told(result.message)) for result in around if result.what == "portal"
        ),
        last_sweep=vitals.sweep_closed,
        next_sweep=compute_next_sweep(vitals.at, district.id, district.zone),
        next_digest=min(digests, default=None),
        emails_waiting=vitals.email_counts.get(EmailState.QUEUED, 0),
        emails_failed=vitals.email_counts.get(EmailState.DEAD, 0),
        email_trouble=vitals.email_trouble,
        sources=len(app.sources),
        sources_not_checked=len(app.sources) - len(checked),
        last_backup=vitals.backed_up,
        cases=f"{band} or more" if band else "",
        warnings=tuple(
            replace(result, message=render_told(result.message), remedy=render_told(result.remedy))
            for result in warnings
        ),
    )


def _print_screen(output: Output, seen: ServiceStatus) -> None:
    output.print_line(f"{seen.district}, {format_local_time(seen.at, output.zone)}")
    rows = [
        ("service", "running" if seen.is_running else "not running"),
        ("portal", seen.portal),
        ("last sweep", seen.last_sweep or "never"),
        ("next sweep", seen.next_sweep),
        ("next digest", seen.next_digest or "not yet planned"),
        ("emails", seen.describe_emails()),
        ("sources", _describe_sources(seen)),
        ("last backup", seen.last_backup or "never"),
    ]
    if seen.cases:
        rows.append(("open cases", seen.cases))
    output.print_table(("what", "is"), rows)
    if seen.warnings:
        output.print_line("")
        columns = ("level", "part", "warning", "what to do")
        table = ((e.level, e.what, e.message, e.remedy) for e in seen.warnings)
        output.print_table(columns, table)


def _describe_sources(seen: ServiceStatus) -> str:
    if seen.last_sweep is None and seen.sources_not_checked == seen.sources:
        return f"{seen.sources}; the first sweep asks them"
    return f"{seen.sources_not_checked} of {seen.sources} not checked"


def _print_jobs(context: CliContext, app: App, *, as_json: bool) -> None:
    waits_for, jumped = describe_wait(app), describe_jump(app)
    district, now = app.config.district, app.clock.now()
    jobs = list_next_jobs(app.db.jobs.list_jobs())
    rows = [_build_job_row(due, district.zone, now) for due in jobs]
    if as_json:
        context.output.print_json(rows)
        return
    for said in filter(None, (waits_for, jumped)):
        context.output.print_line(said)
    context.output.print_table(
        ("due", "next job of its kind", "state"), map(itemgetter("local", "what", "state"), rows)
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
