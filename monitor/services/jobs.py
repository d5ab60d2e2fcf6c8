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
from monitor.domain.dates import format_local_time
from monitor.domain.errors import UnavailableError
from monitor.domain.schedule import DIGEST as DIGEST_SLOT
from monitor.domain.schedule import (
    SECOND_PROOF_AFTER,
    compute_next_digest,
    compute_next_night,
    compute_next_sweep,
    compute_retry_delay,
    compute_sweep_week,
    is_clock_plausible,
)
from monitor.domain.vocabulary import SweepKind
from monitor.lazy import act_once_built
from monitor.services.consent import CONSENT_REMINDER, process_expiring_consents
from monitor.services.digests import queue_self_check_email, queue_weekly_digest
from monitor.services.district_checks import (
    DISTRICT_CHECK,
    compute_district_weekday,
    run_district_check,
)
from monitor.services.enrollment import INVITATION_LASTS, REMINDER, queue_invitation_reminder
from monitor.services.erasure import ERASURE, ERASURE_RETRY, erase_if_ready
from monitor.services.ingest import SECOND_PROOF
from monitor.services.notifications import queue_source_alert
from monitor.services.outbox import send_due
from monitor.services.retention import purge_expired_data
from monitor.services.review import queue_review_digests
from monitor.services.staff_directory import (
    APPLIED_AFTER,
    DIRECTORY_CHANGES,
    DIRECTORY_NEWCOMERS,
    apply_directory_changes,
    process_newcomers,
)
from monitor.services.staff_import import STAFF_FOLDER, import_from_folder
from monitor.services.suppression import collect_bounces
from monitor.services.sweeps import (
    MAX_RECHECK_DELAY,
    RECHECK,
    CloseListener,
    ProgressListener,
    SweepJob,
    find_next_recheck,
    ignore_close,
    ignore_progress,
    list_planned_queries,
    list_recheck_keys,
    run_canaries,
    run_sweep,
)
from scrapers.models import Query

SWEEP = "sweep"
DIGEST = "digest"
REVIEW = "review"
DAILY = timedelta(days=1)
# From one night to the next, also when the clocks are set back.
NIGHTLY = timedelta(hours=25)
# No row of these is ever due later than that: what is, was set by a clock that was ahead.
MAX_DELAYS = {
    CONSENT_REMINDER: DAILY,
    DISTRICT_CHECK: DAILY,
    REMINDER: INVITATION_LASTS,
    ERASURE: ERASURE_RETRY,
    SECOND_PROOF: SECOND_PROOF_AFTER,
    RECHECK: MAX_RECHECK_DELAY,
    STAFF_FOLDER: NIGHTLY,
    DIRECTORY_CHANGES: APPLIED_AFTER,
    DIRECTORY_NEWCOMERS: NIGHTLY,
}
CLOCK_NOTED_EVERY = timedelta(minutes=10)


def schedule_jobs(app: App) -> None:
    """Give every recurring job its row, with the right time.

    This never delays an overdue row, except an email that is half a day late: it waits for its
    minute of the hour.
    """
    if describe_wait(app):
        return
    now, district = app.clock.now(), app.config.district
    with app.db.begin_transaction():
        consents = app.db.consents.list_latest_consents()
        zones = {
            each.person_id: app.db.people.load_person(each.person_id).zone
            for each in consents
            if each.is_active(now)
        }
        app.db.jobs.ensure_job(SWEEP, "", compute_next_sweep(now, district.id, district.zone))
        app.db.jobs.ensure_job(CONSENT_REMINDER, "", now)
        if app.config.official:
            app.db.jobs.ensure_job(DISTRICT_CHECK, "", now)
        next_night = compute_next_night(now, district.zone)
        if app.config.staff.folder:
            app.db.jobs.ensure_job(STAFF_FOLDER, "", next_night)
        if app.config.staff.scim:
            app.db.jobs.ensure_job(DIRECTORY_NEWCOMERS, "", next_night)
        app.db.jobs.ensure_job(REVIEW, "", compute_next_digest(now, district.id, district.zone))
        for subject_id, zone in zones.items():
            app.db.jobs.ensure_job(DIGEST, subject_id, compute_next_digest(now, subject_id, zone))
        for each in consents:
            if each.withdrawn_at is not None:
                # It is there since they left; were it lost, nothing else would erase them.
                app.db.jobs.ensure_job(ERASURE, each.person_id, now)
        for due in app.db.jobs.list_jobs():
            belongs = _compute_due_time(app, due, zones)
            if belongs != due.due_at and due.lease_until is None:
                app.db.jobs.reschedule_job(due, belongs)
        _record_time(app)


def find_next_run(app: App, name: str, subject: str = "", zone: str = "") -> datetime:
    """Return the next regular time of a job that runs now."""
    district, now = app.config.district, app.clock.now()
    if name == SWEEP:
        return compute_next_sweep(now, district.id, district.zone)
    return compute_next_digest(now, subject or district.id, zone or district.zone)


def describe_wait(app: App) -> str:
    """Say why no work may be done now; empty if the clock can be trusted."""
    now, last = app.clock.now(), app.db.clock.find_last_time()
    if is_clock_plausible(now, last):
        return ""
    noted = f", but the last job ran at {format_local_time(last, 'UTC')}" if last else ""
    return (
        f"The clock says {format_local_time(now, 'UTC')}{noted}. "
        "All jobs are paused until the clock is right."
        " If it is right, run `namesake jobs --clock-is-right`."
    )


def believe_clock(app: App) -> None:
    """Record that an operator confirmed the clock."""
    with app.db.begin_transaction():
        app.db.audit.append_entry(app.clock.now(), "operator", "clock-accepted", "", {})
        app.db.clock.record_time(app.clock.now())


def _compute_due_time(app: App, due: Job, zones: Mapping[str, str]) -> datetime:
    now = app.clock.now()
    if due.name == DIGEST and due.subject in zones:
        return DIGEST_SLOT.adjust_due_time(due.due_at, now, due.subject, zones[due.subject])
    if due.name in {SWEEP, REVIEW}:
        return min(due.due_at, find_next_run(app, due.name))
    longest = MAX_DELAYS.get(due.name)
    return min(due.due_at, now + longest) if longest else due.due_at


def _record_time(app: App) -> None:
    now, last = app.clock.now(), app.db.clock.find_last_time()
    if last is None or not last <= now < last + CLOCK_NOTED_EVERY:
        app.db.clock.record_time(now)


# Each kind of work has one worker, in the one process that holds the folder. If it starts and finds
# leased jobs, an earlier failure left them, and it takes them over. So a lease may outlast the
# longest sweep: it only marks what is running; the lock decides who works.
JOB_LEASE = timedelta(days=7)
QUERY_JOBS = (SWEEP, SECOND_PROOF, RECHECK, DISTRICT_CHECK)
# A sweep takes hours: what is over in minutes has a worker of its own, and never waits for one.
SHORT_REQUESTS = (SweepKind.SELFCHECK, SweepKind.CANARIES)
LONG_REQUESTS = (SweepKind.SWEEP,)
STAFF_JOBS = (STAFF_FOLDER, DIRECTORY_CHANGES, DIRECTORY_NEWCOMERS)
UPKEEP_JOBS = (CONSENT_REMINDER, REMINDER, DIGEST, REVIEW, *STAFF_JOBS, ERASURE)
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
    free = [each for each in app.db.jobs.list_jobs() if each.lease_until is None]
    due = {each.name for each in free if each.due_at <= now}
    emails = app.db.outbox.list_due_emails(now)
    retry = app.db.outbox.find_next_due_time(now)
    times = (*(each.due_at for each in free if each.due_at > now), retry)
    return WaitingWork(
        checks=requests.find_next_open_request(SHORT_REQUESTS) is not None,
        sweeps=requests.find_next_open_request(LONG_REQUESTS) is not None
        or not due.isdisjoint(QUERY_JOBS),
        mail=bool(emails) or not due.isdisjoint(UPKEEP_JOBS),
        next_at=min(filter(None, times), default=None),
    )


def run_requested_checks(app: App) -> None:
    """Run requested checks while other work runs: a person waits in front of a screen."""
    _serve_open_requests(app, SHORT_REQUESTS)


def run_due_sweeps(app: App) -> None:
    """Run sweeps that a command requested, then the due jobs, one after another."""
    app.db.jobs.release_leases(*QUERY_JOBS)
    if not _serve_open_requests(app, LONG_REQUESTS):
        return
    while due := _claim_job(app, *QUERY_JOBS):
        with _postpone_on_failure(app, due):
            done = _run_query_job(app, due)
        if not done:
            app.db.jobs.release_leases(*QUERY_JOBS)
            return


def run_mail_and_cleanup(app: App) -> None:
    """Write the emails that are due, send queued ones, and erase people who left."""
    app.db.jobs.release_leases(*UPKEEP_JOBS)
    schedule_jobs(app)
    if describe_wait(app):
        return
    try:
        _process_email_jobs(app)
    finally:
        # Forgetting is promised to be done in time, whatever becomes of the letters.
        _process_erasures(app)


def _process_email_jobs(app: App) -> None:
    while due := _claim_job(app, CONSENT_REMINDER):
        with _postpone_on_failure(app, due), app.db.begin_transaction():
            process_expiring_consents(app)
            app.db.jobs.finish_job(CONSENT_REMINDER, due.subject, app.clock.now() + DAILY)
    while due := _claim_job(app, REMINDER):
        with _postpone_on_failure(app, due), app.db.begin_transaction():
            queue_invitation_reminder(app, due.subject)
            app.db.jobs.finish_job(REMINDER, due.subject, None)
    while due := _claim_job(app, DIGEST, REVIEW):
        with _postpone_on_failure(app, due):
            _queue_due_digest(app, due)
    while due := _claim_job(app, *STAFF_JOBS):
        with _postpone_on_failure(app, due):
            _update_staff(app, due)
    send_due(app)


def _update_staff(app: App, due: Job) -> None:
    """Read what the district says of its staff, by a file or by its directory."""
    staff = app.config.staff
    if due.name == DIRECTORY_CHANGES:
        apply_directory_changes(app)
    elif due.name == DIRECTORY_NEWCOMERS:
        next_at = process_newcomers(app) if staff.scim else None
        app.db.jobs.finish_job(due.name, due.subject, next_at)
    else:
        next_at = import_from_folder(app, staff.folder) if staff.folder else None
        app.db.jobs.finish_job(due.name, due.subject, next_at)


def _process_erasures(app: App) -> None:
    while due := _claim_job(app, ERASURE):
        with _postpone_on_failure(app, due):
            _erase_person(app, due)


def run_upkeep(app: App) -> None:
    """Do what the service does on timers, for a command that works in its stead."""
    delete_expired_data(app)
    if app.config.bounces:
        collect_new_bounces(app)


def delete_expired_data(app: App) -> None:
    """Purge; never beside the sending of emails, since both write the record of sent ones.

    Raises UnavailableError while the clock cannot be right: it would delete too much.
    """
    _check_clock(app)
    purge_expired_data(app)
    app.db.sent_log.delete_old_sent_entries(app.clock.now())


def collect_new_bounces(app: App) -> None:
    """Read the mailbox for bounces. Raises UnavailableError."""
    _check_clock(app)
    collect_bounces(app)


def stop_running_sweep(app: App) -> None:
    act_once_built(app, "crawler", lambda crawler: crawler.stop())


def run_self_check(
    app: App,
    person_id: str,
    on_progress: ProgressListener = ignore_progress,
    on_close: CloseListener = ignore_close,
) -> Sweep:
    """Run a self-check and answer the person, and no one else."""
    _check_clock(app)

    def queue_answer(sweep: Sweep) -> None:
        queue_self_check_email(app, sweep)
        on_close(sweep)

    job = SweepJob(kind=SweepKind.SELFCHECK, week=_compute_week(app), person_id=person_id)
    return run_sweep(app, job, on_progress, queue_answer)


def preview_sweep(app: App) -> Iterator[Query]:
    """Yield the first questions of a sweep about everyone; ask none."""
    return list_planned_queries(app, SweepJob(kind=SweepKind.SWEEP, week=_compute_week(app)))


def run_full_sweep(
    app: App,
    on_progress: ProgressListener = ignore_progress,
    on_close: CloseListener = ignore_close,
) -> Sweep:
    _check_clock(app)
    job = SweepJob(kind=SweepKind.SWEEP, week=_compute_week(app))
    return run_sweep(app, job, on_progress, on_close)


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
    if request.kind is SweepKind.SELFCHECK:
        done = run_self_check(app, request.person_id, store_progress, finish_request)
    else:
        done = run_full_sweep(app, store_progress, finish_request)
    return done.closed_at is not None


def _run_query_job(app: App, due: Job) -> bool:
    if due.name in {SECOND_PROOF, RECHECK}:
        return _recheck_item(app, due)
    if due.name == DISTRICT_CHECK:
        return _run_district_job(app, due)
    if due.name == SWEEP:
        return _run_sweep_job(app, due)
    raise LookupError(due.name)


def _run_sweep_job(app: App, due: Job) -> bool:
    def finish_sweep_job(sweep: Sweep) -> None:
        queue_source_alert(app, sweep)
        app.db.jobs.finish_job(due.name, due.subject, find_next_run(app, SWEEP))

    return run_full_sweep(app, on_close=finish_sweep_job).closed_at is not None


def _run_district_job(app: App, due: Job) -> bool:
    """Check the part of the week's look-alikes that this day has; it comes back tomorrow."""
    if not run_district_check(app, compute_district_weekday(app)):
        return False
    next_at = app.clock.now() + DAILY if app.config.official else None
    app.db.jobs.finish_job(due.name, due.subject, next_at)
    return True


def _recheck_item(app: App, due: Job) -> bool:
    """Ask an item's own address again: if it is absent twice, days apart, it is gone."""
    item = app.db.items.load_item(due.subject)
    consent = app.db.consents.find_latest_consent(item.person_id)
    if consent is not None and consent.is_paused(app.clock.now()):
        app.db.jobs.finish_job(due.name, due.subject, consent.paused_until)
        return True
    sightings = app.db.sightings.list_sightings_of_item(item.id)
    keys = frozenset(each.query for each in sightings if each.misses or each.unshown)
    if due.name == RECHECK:
        keys |= list_recheck_keys(app, item)
    if not keys and not _has_open_proof(app, item.person_id):
        app.db.jobs.finish_job(due.name, due.subject, None)
        return True

    def finish_recheck_job(_sweep: Sweep) -> None:
        again_at = find_next_recheck(app, item) if due.name == RECHECK else None
        app.db.jobs.finish_job(due.name, due.subject, again_at)

    job = SweepJob(
        kind=SweepKind.PROOF, week=_compute_week(app), person_id=item.person_id, query_keys=keys
    )
    return run_sweep(app, job, on_close=finish_recheck_job).closed_at is not None


def _has_open_proof(app: App, person_id: str) -> bool:
    """Tell whether one settled but failed to close: then there is nothing more to ask."""
    open_ones = app.db.sweeps.list_open_sweeps()
    return any((e.kind, e.person_id) == (SweepKind.PROOF, person_id) for e in open_ones)


def _queue_due_digest(app: App, due: Job) -> None:
    now = app.clock.now()
    with app.db.begin_transaction():
        if due.name == REVIEW:
            queue_review_digests(app)
            next_at = find_next_run(app, REVIEW)
        elif app.db.consents.has_consent_in_force(due.subject, now):
            wanted = app.db.unsubscribes.find_unsubscribe_time(due.subject) is None
            if wanted and app.db.consents.can_query_person(due.subject, now):
                queue_weekly_digest(app, due.subject)
            zone = app.db.people.load_person(due.subject).zone
            next_at = find_next_run(app, DIGEST, due.subject, zone)
        else:
            next_at = None
        app.db.jobs.finish_job(due.name, due.subject, next_at)


@contextmanager
def _postpone_on_failure(app: App, due: Job) -> Iterator[None]:
    """Postpone a job that fails, so that it delays no other and is retried soon."""
    try:
        yield
    except Exception as error:
        until = app.clock.now() + compute_retry_delay(due.attempts + 1)
        app.db.jobs.postpone_failed_job(due, until, type(error).__name__)
        raise


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


def _erase_person(app: App, due: Job) -> None:
    """Erase, and come back while somebody reads on: what was erased still stands in the log."""
    gone = due.subject not in app.db.people.list_person_ids() or erase_if_ready(app, due.subject)
    if gone and app.db.truncate_logs():
        app.db.jobs.finish_job(due.name, due.subject, None)
        return
    again_at = app.clock.now() + ERASURE_RETRY
    with app.db.begin_transaction():
        app.db.jobs.ensure_job(due.name, due.subject, again_at)  # gone with the person
        app.db.jobs.finish_job(due.name, due.subject, again_at)


def _check_clock(app: App) -> None:
    if reason := describe_wait(app):
        raise UnavailableError(reason)


def _claim_job(app: App, *names: str) -> Job | None:
    app.beat()
    now = app.clock.now()
    if describe_wait(app):
        return None
    return app.db.jobs.claim_job(now, now + JOB_LEASE, *names)


def _compute_week(app: App) -> str:
    district = app.config.district
    return compute_sweep_week(app.clock.now(), district.id, district.zone)
