"""When recurring jobs are due, in spite of clock changes, time zones and long downtime."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from monitor.app import App
from monitor.db.jobs import Job
from monitor.domain.dates import format_local_time
from monitor.domain.schedule import DIGEST as DIGEST_SLOT
from monitor.domain.schedule import (
    SECOND_PROOF_AFTER,
    compute_next_digest,
    compute_next_night,
    compute_next_sweep,
    is_clock_plausible,
)
from monitor.services.consent import CONSENT_REMINDER
from monitor.services.district_checks import DISTRICT_CHECK
from monitor.services.enrollment import INVITATION_LASTS, REMINDER
from monitor.services.erasure import ERASURE, ERASURE_RETRY
from monitor.services.ingest import SECOND_PROOF
from monitor.services.staff_directory import (
    APPLIED_AFTER,
    DIRECTORY_CHANGES,
    DIRECTORY_NEWCOMERS,
)
from monitor.services.staff_import import STAFF_FOLDER
from monitor.services.sweeps import MAX_RECHECK_DELAY, RECHECK

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


def update_schedule(app: App) -> None:
    """Give every recurring job its row, with the right time.

    This never delays an overdue row, except an email that is half a day late: it waits for its
    minute of the hour.
    """
    if describe_clock_problem(app):
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


def describe_clock_problem(app: App) -> str:
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
