"""What the service does later: each kind of job is declared at the function that does it.

Its words are in `reports/labels/office.py` (`JOB_LABELS`); no other file lists kinds of jobs. An
annex declares its own in the same way.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial

from monitor.annexes import discover_annexes
from monitor.app import App
from monitor.config.sections import Config
from monitor.db.jobs import Job
from monitor.db.sweeps import Sweep
from monitor.domain.errors import UnavailableError
from monitor.domain.health import DRILL, DRILL_EVERY
from monitor.domain.schedule import DIGEST as DIGEST_SLOT
from monitor.domain.schedule import MORNING, NIGHT, SECOND_PROOF_AFTER, Slot, compute_sweep_week
from monitor.domain.schedule import SWEEP as SWEEP_SLOT
from monitor.domain.vocabulary import SweepKind
from monitor.services.clock_check import require_right_clock
from monitor.services.consent_end import ERASURE
from monitor.services.consent_renewal import CONSENT_REMINDER, process_expiring_consents
from monitor.services.daily_checks import (
    DAILY_CHECK,
    DAILY_CHECKS_LAST,
    end_daily_checks,
    find_daily_end,
)
from monitor.services.digests import (
    NUDGES,
    queue_daily_check_email,
    queue_nudges,
    queue_self_check_email,
    queue_weekly_digest,
)
from monitor.services.enrollment import INVITATION_LASTS, REMINDER, queue_invitation_reminder
from monitor.services.erasure import ERASURE_RETRY, erase_if_ready
from monitor.services.first_contact import FIRST_CONTACT, run_first_contact
from monitor.services.lookalike_checks import (
    DISTRICT_CHECK,
    compute_district_weekday,
    run_district_check,
)
from monitor.services.notifications import queue_source_alert
from monitor.services.query_planning import list_recheck_keys
from monitor.services.review import queue_mistakes, queue_new_cases, queue_review_digests
from monitor.services.self_check import SELF_CHECK
from monitor.services.settlement import SECOND_PROOF
from monitor.services.staff_import import STAFF_FOLDER, import_from_folder
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
    run_canaries,
    run_sweep,
)
from scrapers.models import Query
from scrapers.retry import Retry

SWEEP = "sweep"
CANARIES = "canaries"
DIGEST = "digest"
REVIEW = "review"
DAY = timedelta(days=1)
# That of a day on which the clocks are set back.
LONGEST_DAY = timedelta(hours=25)
WEEK = timedelta(days=7)
JOB_RETRY = Retry(first=timedelta(minutes=10), longest=timedelta(hours=6))

JobFunction = Callable[[App, Job], None]
"""Does a job that is due, and finishes it or gives it its next time.

What the service stops midway stays as it is, and is done again.
"""


class JobQueue(StrEnum):
    """Jobs of one queue never run at the same time."""

    # Somebody waits for them, and they are over in minutes: they never wait for a sweep.
    CHECKS = "checks"
    # They ask the web: one may wait hours for another.
    SWEEPS = "sweeps"
    MAIL = "mail"
    # Erasing is promised to be done in time, so it is done whatever becomes of the emails.
    ERASURES = "erasures"


class JobScope(StrEnum):
    """Who always has such a job: one for the district, or one for each such person."""

    DISTRICT = "district"
    ENROLLED = "enrolled"
    WITHDRAWN = "withdrawn"
    # None does: something that happens adds it, and it is done once or a few times.
    ON_DEMAND = "on-demand"


# Whoever joined has no reminder, and only they are erased: one of these would tell who joined, to
# whoever invites one address, or says that its owner left.
TELLING_JOBS = frozenset({REMINDER, ERASURE})


def list_next_jobs(jobs: Iterable[Job]) -> tuple[Job, ...]:
    """Return what operators may see: the next of each kind, or the next of those that failed.

    A kind that would tell who joined is left out while none of it fails.
    """
    shown = [job for job in jobs if job.fault or job.name not in TELLING_JOBS]
    next_of_kind: dict[str, Job] = {}
    for job in sorted(shown, key=lambda job: (not job.fault, job.due_at)):
        next_of_kind.setdefault(job.name, job)
    return tuple(sorted(next_of_kind.values(), key=lambda job: job.due_at))


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKind:
    """A decorator for the function that does such jobs; `JOB_KINDS` has them all.

    None is due later than `longest` from now: what is, was set by a clock that was ahead. With a
    `slot` it is due once a week or a day, at the time that the slot says; any other one at once.
    A `pausable` one is put off until its person's pause ends. Without `is_on`, every district has
    it; else those whose configuration asks for it.
    """

    name: str
    queue: JobQueue
    longest: timedelta
    retry: Retry = JOB_RETRY
    scope: JobScope = JobScope.ON_DEMAND
    slot: Slot | None = None
    pausable: bool = False
    is_on: Callable[[Config], bool] | None = None

    def __call__(self, function: JobFunction) -> JobFunction:
        JOB_KINDS[self.name] = self
        JOB_FUNCTIONS[self.name] = function
        return function


JOB_KINDS: dict[str, JobKind] = {}
JOB_FUNCTIONS: dict[str, JobFunction] = {}


def list_job_names(*queues: JobQueue) -> tuple[str, ...]:
    """Return the kinds of some queues in the order in which they are looked for."""
    return tuple(kind.name for kind in JOB_KINDS.values() if kind.queue in queues)


def find_job_queue(name: str) -> JobQueue | None:
    """Return None for a kind that this version does not know."""
    return JOB_KINDS[name].queue if name in JOB_KINDS else None


def compute_next_slot(app: App, slot: Slot, subject: str = "", zone: str = "") -> datetime:
    """Return the next regular time; without a subject, the district's."""
    district = app.config.district
    return slot.compute_next_time(app.clock.now(), subject or district.id, zone or district.zone)


def preview_sweep(app: App) -> Iterator[Query]:
    """Yield the first queries of a sweep about everyone; ask none."""
    return list_planned_queries(app, SweepJob(kind=SweepKind.SWEEP, week=_compute_week(app)))


def run_full_sweep(
    app: App,
    on_progress: ProgressListener = ignore_progress,
    on_close: CloseListener = ignore_close,
) -> Sweep:
    require_right_clock(app)
    job = SweepJob(kind=SweepKind.SWEEP, week=_compute_week(app))
    return run_sweep(app, job, on_progress, on_close)


def run_self_check(
    app: App,
    person_id: str,
    on_progress: ProgressListener = ignore_progress,
    on_close: CloseListener = ignore_close,
) -> Sweep:
    """Run a self-check and answer the person, and no one else."""
    require_right_clock(app)

    def queue_answer(sweep: Sweep) -> None:
        queue_self_check_email(app, sweep)
        on_close(sweep)

    job = SweepJob(kind=SweepKind.SELFCHECK, week=_compute_week(app), person_id=person_id)
    return run_sweep(app, job, on_progress, queue_answer)


def _track_progress(app: App, due: Job) -> ProgressListener:
    """Store how far it got, for whoever asked for it and looks on."""
    return partial(app.db.jobs.save_progress, due.subject) if due.is_request else ignore_progress


# Of requests, those of the first kind come first.
@JobKind(name=SELF_CHECK, queue=JobQueue.CHECKS, longest=DAY)
def check_person(app: App, due: Job) -> None:
    def finish_check(_sweep: Sweep) -> None:
        app.db.jobs.finish_request(due.subject, app.clock.now())

    run_self_check(app, due.person_id, _track_progress(app, due), finish_check)


@JobKind(name=DAILY_CHECK, queue=JobQueue.SWEEPS, longest=DAY)
def check_person_daily(app: App, due: Job) -> None:
    """Check somebody who asked for it once more, and come back tomorrow until it ends."""
    until = find_daily_end(app, due.subject)
    if until is None:
        end_daily_checks(app, due.subject)
        return

    def finish_daily_check(sweep: Sweep) -> None:
        queue_daily_check_email(app, sweep, until - DAILY_CHECKS_LAST, until)
        app.db.jobs.finish_job(due.name, due.subject, app.clock.now() + DAY)

    job = SweepJob(
        kind=SweepKind.SELFCHECK, week=_compute_week(app), person_id=due.subject, is_daily=True
    )
    run_sweep(app, job, on_close=finish_daily_check)


@JobKind(name=CANARIES, queue=JobQueue.CHECKS, longest=DAY)
def ask_canaries(app: App, due: Job) -> None:
    run_canaries(app, due.source, _track_progress(app, due))
    app.db.jobs.finish_request(due.subject, app.clock.now())


@JobKind(name=FIRST_CONTACT, queue=JobQueue.SWEEPS, longest=DAY)
def make_first_contact(app: App, due: Job) -> None:
    note = ""
    try:
        if not run_first_contact(app, due.source.split(), _track_progress(app, due)):
            return
    except UnavailableError as error:
        note = str(error)
    app.db.jobs.finish_request(due.subject, app.clock.now(), note)


@JobKind(name=SWEEP, queue=JobQueue.SWEEPS, longest=WEEK, scope=JobScope.DISTRICT, slot=SWEEP_SLOT)
def run_weekly_sweep(app: App, due: Job) -> None:
    """Run the sweep of the week, also when an operator asks for it in between."""

    def finish_sweep_job(sweep: Sweep) -> None:
        if due.is_request:
            app.db.jobs.finish_request(due.subject, app.clock.now())
            return
        queue_source_alert(app, sweep)
        app.db.jobs.finish_job(due.name, due.subject, compute_next_slot(app, SWEEP_SLOT))

    run_full_sweep(app, _track_progress(app, due), finish_sweep_job)


@JobKind(name=SECOND_PROOF, queue=JobQueue.SWEEPS, longest=SECOND_PROOF_AFTER, pausable=True)
@JobKind(name=RECHECK, queue=JobQueue.SWEEPS, longest=MAX_RECHECK_DELAY, pausable=True)
def recheck_finding(app: App, due: Job) -> None:
    """Ask a finding's own address again: if it is absent twice, days apart, it is gone."""
    finding = app.db.findings.load_finding(due.subject)
    consent = app.db.consents.find_latest_consent(finding.person_id)
    if consent is not None and consent.is_paused(app.clock.now()):
        app.db.jobs.finish_job(due.name, due.subject, consent.paused_until)
        return
    sightings = app.db.sightings.list_sightings_of_finding(finding.id)
    keys = frozenset(
        sighting.query for sighting in sightings if sighting.misses or sighting.unshown
    )
    if due.name == RECHECK:
        keys |= list_recheck_keys(app, finding)
    if not keys and not _has_open_proof(app, finding.person_id):
        app.db.jobs.finish_job(due.name, due.subject, None)
        return

    def finish_recheck_job(_sweep: Sweep) -> None:
        again_at = find_next_recheck(app, finding) if due.name == RECHECK else None
        app.db.jobs.finish_job(due.name, due.subject, again_at)

    job = SweepJob(
        kind=SweepKind.PROOF, week=_compute_week(app), person_id=finding.person_id, query_keys=keys
    )
    run_sweep(app, job, on_close=finish_recheck_job)


def _has_open_proof(app: App, person_id: str) -> bool:
    """Tell whether one settled but failed to close: then there is nothing more to ask."""
    open_ones = app.db.sweeps.list_open_sweeps()
    return any((e.kind, e.person_id) == (SweepKind.PROOF, person_id) for e in open_ones)


@JobKind(
    name=DISTRICT_CHECK,
    queue=JobQueue.SWEEPS,
    longest=LONGEST_DAY,
    scope=JobScope.DISTRICT,
    slot=NIGHT,
    is_on=lambda config: bool(config.official),
)
def check_district(app: App, due: Job) -> None:
    """Check the part of the week's look-alikes that this day has; it comes back tomorrow.

    Whoever asks for it has all of them checked.
    """
    if due.is_request:
        if run_district_check(app, on_progress=_track_progress(app, due)):
            app.db.jobs.finish_request(due.subject, app.clock.now())
    elif run_district_check(app, compute_district_weekday(app)):
        next_at = compute_next_slot(app, NIGHT) if app.config.official else None
        app.db.jobs.finish_job(due.name, due.subject, next_at)


@JobKind(
    name=DRILL,
    queue=JobQueue.SWEEPS,
    longest=DRILL_EVERY,
    scope=JobScope.DISTRICT,
    is_on=lambda config: config.drill is not None,
)
def hold_drill(app: App, due: Job) -> None:
    # It brings a source along, and most processes hold none.
    from monitor.services.drill import run_drill  # noqa: PLC0415 - see above

    chosen = app.config.drill
    app.db.jobs.finish_job(due.name, due.subject, run_drill(app, chosen) if chosen else None)


@JobKind(
    name=CONSENT_REMINDER,
    queue=JobQueue.MAIL,
    longest=LONGEST_DAY,
    scope=JobScope.DISTRICT,
    slot=MORNING,
)
def remind_of_consents(app: App, due: Job) -> None:
    with app.db.begin_transaction():
        process_expiring_consents(app)
        app.db.jobs.finish_job(due.name, due.subject, compute_next_slot(app, MORNING))


@JobKind(
    name=NUDGES, queue=JobQueue.MAIL, longest=LONGEST_DAY, scope=JobScope.DISTRICT, slot=MORNING
)
def write_nudges(app: App, due: Job) -> None:
    """Remind of what waits."""
    queue_nudges(app)
    queue_mistakes(app)
    queue_new_cases(app)
    app.db.jobs.finish_job(due.name, due.subject, compute_next_slot(app, MORNING))


@JobKind(name=REMINDER, queue=JobQueue.MAIL, longest=INVITATION_LASTS)
def remind_invited_person(app: App, due: Job) -> None:
    with app.db.begin_transaction():
        queue_invitation_reminder(app, due.subject)
        app.db.jobs.finish_job(due.name, due.subject, None)


@JobKind(name=DIGEST, queue=JobQueue.MAIL, longest=WEEK, scope=JobScope.ENROLLED, slot=DIGEST_SLOT)
def write_digest(app: App, due: Job) -> None:
    now, next_at = app.clock.now(), None
    with app.db.begin_transaction():
        if app.db.consents.has_consent_in_force(due.subject, now):
            wanted = app.db.preferences.load_preferences(due.subject).unsubscribed_at is None
            if wanted and app.db.consents.can_query_person(due.subject, now):
                queue_weekly_digest(app, due.subject)
            zone = app.db.people.load_person(due.subject).zone
            next_at = compute_next_slot(app, DIGEST_SLOT, due.subject, zone)
        app.db.jobs.finish_job(due.name, due.subject, next_at)


@JobKind(name=REVIEW, queue=JobQueue.MAIL, longest=WEEK, scope=JobScope.DISTRICT, slot=DIGEST_SLOT)
def write_review_digests(app: App, due: Job) -> None:
    with app.db.begin_transaction():
        queue_review_digests(app)
        app.db.jobs.finish_job(due.name, due.subject, compute_next_slot(app, DIGEST_SLOT))


@JobKind(
    name=STAFF_FOLDER,
    queue=JobQueue.MAIL,
    longest=LONGEST_DAY,
    scope=JobScope.DISTRICT,
    slot=NIGHT,
    is_on=lambda config: config.staff.folder is not None,
)
def read_staff_folder(app: App, due: Job) -> None:
    folder = app.config.staff.folder
    next_at = import_from_folder(app, folder) if folder else None
    app.db.jobs.finish_job(due.name, due.subject, next_at)


@JobKind(
    name=ERASURE,
    queue=JobQueue.ERASURES,
    longest=ERASURE_RETRY.longest,
    retry=ERASURE_RETRY,
    scope=JobScope.WITHDRAWN,
)
def erase_withdrawn_person(app: App, due: Job) -> None:
    """Erase, and come back while somebody reads on: what was erased still stands in the log."""
    gone = due.subject not in app.db.people.list_person_ids() or erase_if_ready(app, due.subject)
    if gone and app.db.truncate_logs():
        app.db.jobs.finish_job(due.name, due.subject, None)
        return
    again_at = app.clock.now() + ERASURE_RETRY.first
    with app.db.begin_transaction():
        app.db.jobs.ensure_job(due.name, due.subject, again_at)  # gone with the person
        app.db.jobs.finish_job(due.name, due.subject, again_at)


def _compute_week(app: App) -> str:
    district = app.config.district
    return compute_sweep_week(app.clock.now(), district.id, district.zone)


for annex in discover_annexes():
    if annex.load_jobs:
        annex.load_jobs()
