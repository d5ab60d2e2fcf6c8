"""The rounds of the service: what falls due is looked up, done once, and given its next time.

What needs no more than a timer has none: the service calls it whenever its trigger says. Clock
changes, time zones and long downtime put nothing off.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.app import App
from monitor.db.jobs import Job
from monitor.db.sweeps import RunRequest, Sweep
from monitor.domain.schedule import compute_next_night
from monitor.domain.vocabulary import SweepKind
from monitor.services.clock_check import describe_wait, record_time, require_right_clock
from monitor.services.district_checks import run_district_check
from monitor.services.job_kinds import (
    JOB_FUNCTIONS,
    JOB_KINDS,
    JobKind,
    JobQueue,
    JobScope,
    compute_next_slot,
    list_job_names,
    run_full_sweep,
    run_self_check,
)
from monitor.services.outbox import send_due
from monitor.services.retention import purge_expired_data
from monitor.services.suppression import collect_bounces
from monitor.services.sweeps import run_canaries


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
                first_at = _compute_first_time(app, kind, subject, zones.get(subject, ""))
                app.db.jobs.ensure_job(kind.name, subject, first_at)
        for due in app.db.jobs.list_jobs():
            belongs = _compute_due_time(app, due, zones)
            if belongs != due.due_at and due.lease_until is None:
                app.db.jobs.reschedule_job(due, belongs)
        record_time(app)


def _compute_first_time(app: App, kind: JobKind, subject: str, zone: str) -> datetime:
    now = app.clock.now()
    if kind.slot:
        return compute_next_slot(app, kind.slot, subject, zone)
    return compute_next_night(now, app.config.district.zone) if kind.nightly else now


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
# A sweep takes hours: what is over in minutes has a worker of its own, and never waits for one.
SHORT_REQUESTS = (SweepKind.SELFCHECK, SweepKind.CANARIES)
LONG_REQUESTS = (SweepKind.SWEEP, SweepKind.DISTRICT)
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
    now, requests = app.clock.now(), app.db.run_requests
    free = [job for job in app.db.jobs.list_jobs() if job.lease_until is None]
    due = {job.name for job in free if job.due_at <= now}
    emails = app.db.outbox.list_due_emails(now)
    retry = app.db.outbox.find_next_due_time(now)
    times = (*(job.due_at for job in free if job.due_at > now), retry)
    return WaitingWork(
        checks=requests.find_next_open_request(SHORT_REQUESTS) is not None,
        sweeps=requests.find_next_open_request(LONG_REQUESTS) is not None
        or not due.isdisjoint(list_job_names(JobQueue.SWEEPS)),
        mail=bool(emails) or not due.isdisjoint(list_job_names(JobQueue.MAIL, JobQueue.ERASURES)),
        next_at=min(filter(None, times), default=None),
    )


def run_requested_checks(app: App) -> None:
    """Run requested checks while other work runs: a person waits in front of a screen."""
    _serve_open_requests(app, SHORT_REQUESTS)


def run_due_sweeps(app: App) -> None:
    """Run sweeps that a command requested, then the due jobs, one after another."""
    names = list_job_names(JobQueue.SWEEPS)
    app.db.jobs.release_leases(*names)
    if not _serve_open_requests(app, LONG_REQUESTS):
        return
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
    """Do a job; one that fails is postponed, so that it delays no other and is retried soon."""
    try:
        JOB_FUNCTIONS[due.name](app, due)
    except Exception as error:
        delay = JOB_KINDS[due.name].retry.compute_delay(due.attempts + 1)
        until = app.clock.now() + delay
        app.db.jobs.postpone_failed_job(due, until, type(error).__name__)
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


def _serve_open_requests(app: App, kinds: Collection[SweepKind]) -> bool:
    """Serve all requests of these kinds; False if the service stops before that."""
    while not describe_wait(app) and (request := app.db.run_requests.find_next_open_request(kinds)):
        app.beat()
        with _limit_attempts(app, request):
            done = _serve_request(app, request)
        if not done:
            return False
    return True


def _serve_request(app: App, request: RunRequest) -> bool:
    def store_progress(source: str, state: str) -> None:
        app.db.run_requests.save_progress(request.id, source, state)

    def finish_request(_sweep: Sweep) -> None:
        app.db.run_requests.finish_run_request(request.id, app.clock.now())

    if request.kind is SweepKind.CANARIES:
        run_canaries(app, request.source, store_progress)
        app.db.run_requests.finish_run_request(request.id, app.clock.now())
        return True
    if request.kind is SweepKind.DISTRICT:
        if not run_district_check(app, on_progress=store_progress):
            return False
        app.db.run_requests.finish_run_request(request.id, app.clock.now())
        return True
    if request.kind is SweepKind.SELFCHECK:
        done = run_self_check(app, request.person_id, store_progress, finish_request)
    else:
        done = run_full_sweep(app, store_progress, finish_request)
    return done.closed_at is not None


@contextmanager
def _limit_attempts(app: App, request: RunRequest) -> Iterator[None]:
    """Give up a request that fails again and again: its person waits, and others after it."""
    try:
        yield
    except Exception as error:
        if request.attempts + 1 < MAX_ATTEMPTS:
            app.db.run_requests.record_failed_attempt(request.id)
            raise
        note = f"It failed {MAX_ATTEMPTS} times ({type(error).__name__}). See the service log."
        app.db.run_requests.finish_run_request(request.id, app.clock.now(), note)
        raise


def _claim_job(app: App, *names: str) -> Job | None:
    app.beat()
    now = app.clock.now()
    if describe_wait(app):
        return None
    return app.db.jobs.claim_job(now, now + JOB_LEASE, *names)
