"""What the service does later about the staff directory."""

from monitor.app import App
from monitor.db.jobs import Job
from monitor.directory.config import find_directory_mode
from monitor.directory.names import DIRECTORY_CHANGES, DIRECTORY_NEWCOMERS
from monitor.directory.staff_directory import (
    APPLIED_AFTER,
    apply_directory_changes,
    process_newcomers,
)
from monitor.domain.schedule import NIGHT
from monitor.services.job_kinds import LONGEST_DAY, JobKind, JobQueue, JobScope


@JobKind(name=DIRECTORY_CHANGES, queue=JobQueue.MAIL, longest=APPLIED_AFTER)
def read_directory_changes(app: App, _due: Job) -> None:
    apply_directory_changes(app)


@JobKind(
    name=DIRECTORY_NEWCOMERS,
    queue=JobQueue.MAIL,
    longest=LONGEST_DAY,
    scope=JobScope.DISTRICT,
    slot=NIGHT,
    is_on=lambda config: find_directory_mode(config) is not None,
)
def look_for_newcomers(app: App, due: Job) -> None:
    next_at = process_newcomers(app) if find_directory_mode(app.config) else None
    app.db.jobs.finish_job(due.name, due.subject, next_at)
