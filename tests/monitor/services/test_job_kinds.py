"""One declaration is all that a new kind of job needs to be run, retried and watched."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from monitor.app import App
from monitor.db.jobs import Job
from monitor.demo.district import MARIA, ROSA
from monitor.services.backup_checks import find_wrong_due_dates
from monitor.services.due_jobs import (
    find_waiting_work,
    run_due_sweeps,
    run_mail_and_cleanup,
    take_over_jobs,
)
from monitor.services.health import collect_vitals
from monitor.services.job_kinds import JOB_FUNCTIONS, JOB_KINDS, JobKind, JobQueue, JobScope
from monitor.services.metrics import list_metric_samples
from scrapers.retry import Retry
from tests.monitor.services.world import World, due_time

DAY = timedelta(days=1)
TIDY = "tidy-up"
RETRY = Retry(first=timedelta(minutes=3), factor=1, longest=timedelta(minutes=3))


class Tidying:
    """Is done once a day, and notes for whom."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.fault = ""

    def run(self, app: App, due: Job) -> None:
        if self.fault:
            raise ValueError(self.fault)
        self.done.append(due.subject)
        app.db.jobs.finish_job(due.name, due.subject, app.clock.now() + DAY)


@pytest.fixture
def tidying() -> Iterator[Tidying]:
    yield Tidying()
    for registry in (JOB_KINDS, JOB_FUNCTIONS):
        registry.pop(TIDY, None)


def declare(tidying: Tidying, queue: JobQueue, scope: JobScope = JobScope.DISTRICT) -> None:
    JobKind(name=TIDY, queue=queue, longest=DAY, retry=RETRY, scope=scope)(tidying.run)


@pytest.mark.parametrize(
    ("queue", "work"),
    [
        (JobQueue.MAIL, run_mail_and_cleanup),
        (JobQueue.ERASURES, run_mail_and_cleanup),
        (JobQueue.SWEEPS, run_due_sweeps),
    ],
)
def test_a_declared_job_is_given_its_row_and_done_when_due(world: World, tidying, queue, work):
    declare(tidying, queue)
    take_over_jobs(world.app)
    waiting = find_waiting_work(world.app)
    assert waiting.sweeps if queue is JobQueue.SWEEPS else waiting.mail

    for _ in range(3):
        work(world.app)
    assert tidying.done == [""]
    world.clock.at += DAY
    work(world.app)
    assert tidying.done == ["", ""]


def test_a_declared_job_is_retried_as_it_says(world: World, tidying):
    declare(tidying, JobQueue.MAIL)
    take_over_jobs(world.app)
    tidying.fault = "no room"

    for _ in range(5):
        with pytest.raises(ValueError, match="no room"):
            run_mail_and_cleanup(world.app)
        assert due_time(world.state, TIDY, "") == world.clock.at + RETRY.first
        world.clock.at += RETRY.first


def test_a_job_of_everyone_enrolled_is_done_for_each(world: World, tidying):
    people = {world.joins(MARIA).id, world.joins(ROSA).id}
    declare(tidying, JobQueue.MAIL, JobScope.ENROLLED)

    run_mail_and_cleanup(world.app)

    assert set(tidying.done) == people


def test_a_clock_that_was_ahead_puts_off_no_declared_job(world: World, tidying):
    declare(tidying, JobQueue.MAIL)
    take_over_jobs(world.app)
    world.state.jobs.finish_job(TIDY, "", world.clock.at + 90 * DAY)
    assert list(find_wrong_due_dates(world.state, world.clock.at)) == [TIDY]

    take_over_jobs(world.app)

    assert due_time(world.state, TIDY, "") == world.clock.at + DAY
    world.state.jobs.finish_job(TIDY, "", None)
    assert list(find_wrong_due_dates(world.state, world.clock.at)) == [TIDY]


def test_an_overdue_job_is_measured_with_its_queue(world: World, tidying):
    declare(tidying, JobQueue.MAIL)
    take_over_jobs(world.app)
    world.clock.at += DAY

    samples = list_metric_samples(collect_vitals(world.state, world.clock.at, ()))
    assert {"job_name": TIDY, "queue": "mail"} in [
        sample.labels for sample in samples if sample.name == "namesake_overdue_seconds"
    ]


def test_a_job_that_this_version_does_not_know_is_left_alone(world: World):
    take_over_jobs(world.app)
    at = world.clock.at + 90 * DAY
    world.state.jobs.ensure_job("of-a-newer-version", "", at)

    take_over_jobs(world.app)

    assert due_time(world.state, "of-a-newer-version", "") == at
    assert list(find_wrong_due_dates(world.state, world.clock.at)) == []
