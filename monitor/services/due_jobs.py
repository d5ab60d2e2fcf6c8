"""The main loop of the service: look up due jobs, do each once, and set its next time.

Work that needs only a timer is not a job: the service runs it when its trigger fires. Clock
changes, time zones and long downtime put nothing off.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.app import App
from monitor.db.jobs import Job
from monitor.services.bounces import collect_bounces
from monitor.services.clock_check import describe_wait, record_time, require_right_clock
from monitor.services.job_kinds import (
    JOB_FUNCTIONS,
    JOB_KINDS,
    JobQueue,
    JobScope,
    compute_next_slot,
    list_job_names,
)
from monitor.services.outbox import send_due
from monitor.services.purge import purge_expired_data


def schedule_jobs(app: App) -> None:
    """Give every recurring job its row, with the right time.

    This never delays an overdue row, except an email that is half a day late: it waits for its
    minute of the hour.
    """
    if describe_wait(app):
        return
    now = app.clock.now()
    with app.db.begin_transaction():
        consents = app.db.consents.list_latest_consents()
        zones = {
            consent.person_id: app.db.people.load_person(consent.person_id).zone
            for consent in consents
            if consent.is_active(now)
        }
        subjects: Mapping[JobScope, Collection[str]] = {
            JobScope.DISTRICT: ("",),
            JobScope.ENROLLED: zones,
            # Theirs is there since they left; were it lost, nothing else would erase them.
            JobScope.WITHDRAWN: [consent.person_id for consent in consents if consent.withdrawn_at],
            JobScope.ON_DEMAND: (),
        }
        for kind in JOB_KINDS.values():
            for subject in subjects[kind.scope] if not kind.is_on or kind.is_on(app.config) else ():
                zone = zones.get(subject, "")
                first_at = compute_next_slot(app, kind.slot, subject, zone) if kind.slot else now
                app.db.jobs.ensure_job(kind.name, subject, first_at)
        for due in app.db.jobs.list_jobs():
            belongs = _compute_due_time(app, due, zones)
            if belongs != due.due_at and due.lease_until is None:
                app.db.jobs.reschedule_job(due, belongs)
        record_time(app)


def _compute_due_time(app: App, due: Job, zones: Mapping[str, str]) -> datetime:
    """Return where the time of a job belongs, once clocks or zones may have changed."""
    now, kind = app.clock.now(), JOB_KINDS.get(due.name)
    if kind is None:
        return due.due_at
    if kind.slot and due.subject in zones:
        return kind.slot.adjust_due_time(due.due_at, now, due.subject, zones[due.subject])
    if kind.slot and not due.subject:
        return min(due.due_at, compute_next_slot(app, kind.slot))
    return min(due.due_at, now + kind.longest)


# Each queue has one worker, in the one process that holds the folder. If it starts and finds
# leased jobs, an earlier failure left them, and it takes them over. So a lease may outlast the
# longest sweep: it only marks what is running; the lock decides who works.
JOB_LEASE = timedelta(days=7)
# Whoever waits for what fails learns so soon.
MAX_ATTEMPTS = 3


def take_over_jobs(app: App) -> None:
    """Take over the folder: release the jobs that an earlier process left claimed."""
    app.db.jobs.release_leases()
    schedule_jobs(app)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingWork:
    """Which of the three workers has something to do now, and when there will be more."""

    checks: bool
    sweeps: bool
    mail: bool
    next_at: datetime | None


def find_waiting_work(app: App) -> WaitingWork:
    """Look up what waits, and do nothing: who serves many districts works only where it must."""
    now = app.clock.now()
    free = [job for job in app.db.jobs.list_jobs() if job.lease_until is None]
    due = {job.name for job in free if job.is_request or job.due_at <= now}
    emails = app.db.outbox.list_due_emails(now)
    retry = app.db.outbox.find_next_due_time(now)
    times = (*(job.due_at for job in free if job.due_at > now), retry)
    return WaitingWork(
        checks=not due.isdisjoint(list_job_names(JobQueue.CHECKS)),
        sweeps=not due.isdisjoint(list_job_names(JobQueue.SWEEPS)),
        mail=bool(emails) or not due.isdisjoint(list_job_names(JobQueue.MAIL, JobQueue.ERASURES)),
        next_at=min(filter(None, times), default=None),
    )


def run_requested_checks(app: App) -> None:
    """Run requested checks while other work runs: a person waits in front of a screen."""
    _run_queue(app, JobQueue.CHECKS)


def run_due_sweeps(app: App) -> None:
    """Run sweeps that a command requested, then those that are due, one after another."""
    _run_queue(app, JobQueue.SWEEPS)


def _run_queue(app: App, queue: JobQueue) -> None:
    """Do what asks the web, until nothing is due or the service stops."""
    names = list_job_names(queue)
    app.db.jobs.release_leases(*names)
    while due := _claim_job(app, *names):
        _run_job(app, due)
        if app.crawler.is_stopped():
            app.db.jobs.release_leases(*names)
            return


def run_mail_and_cleanup(app: App) -> None:
    """Write the emails that are due, send queued ones, and erase people who left."""
    mail, erasures = list_job_names(JobQueue.MAIL), list_job_names(JobQueue.ERASURES)
    app.db.jobs.release_leases(*mail, *erasures)
    schedule_jobs(app)
    if describe_wait(app):
        return
    try:
        for name in mail:
            _run_due_jobs(app, name)
        send_due(app)
    finally:
        # Forgetting is promised to be done in time, whatever becomes of the emails.
        _run_due_jobs(app, *erasures)


def _run_due_jobs(app: App, *names: str) -> None:
    while due := _claim_job(app, *names):
        _run_job(app, due)


def _run_job(app: App, due: Job) -> None:
    """Do a job; one that fails is postponed, so that it delays no other and is retried soon.

    What somebody waits for is tried again at once, after what did not fail yet, and then given up.
    """
    try:
        JOB_FUNCTIONS[due.name](app, due)
    except Exception as error:
        now, attempts, fault = app.clock.now(), due.attempts + 1, type(error).__name__
        if not due.is_request:
            until = now + JOB_KINDS[due.name].retry.compute_delay(attempts)
            app.db.jobs.postpone_failed_job(due, until, fault)
        elif attempts < MAX_ATTEMPTS:
            app.db.jobs.postpone_failed_job(due, due.due_at, fault)
        else:
            note = f"It failed {MAX_ATTEMPTS} times ({fault}). See the service log."
            app.db.jobs.finish_request(due.subject, now, note)
        raise


def run_upkeep(app: App) -> None:
    """Do what the service does on timers, where it has none: in the demo."""
    delete_expired_data(app)
    if app.config.bounces:
        collect_new_bounces(app)


def delete_expired_data(app: App) -> None:
    """Purge; never beside the sending of emails, since both write the record of sent ones.

    Raises UnavailableError while the clock cannot be right: it would delete too much.
    """
    require_right_clock(app)
    purge_expired_data(app)
    app.db.sent_log.delete_old_sent_entries(app.clock.now())


def collect_new_bounces(app: App) -> None:
    """Read the mailbox for bounces. Raises UnavailableError."""
    require_right_clock(app)
    collect_bounces(app)


def stop_running_sweep(app: App) -> None:
    app.stop_crawler()


def _claim_job(app: App, *names: str) -> Job | None:
    app.beat()
    now = app.clock.now()
    if describe_wait(app):
        return None
    return app.db.jobs.claim_job(now, now + JOB_LEASE, *names)
