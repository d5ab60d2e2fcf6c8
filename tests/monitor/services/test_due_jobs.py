"""What falls due is done once, late if need be, and goes on where it was cut short."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.db.jobs import build_request
from monitor.demo.district import MARIA, ROSA
from monitor.domain.errors import BusyError, CannotWriteError
from monitor.services.digests import queue_weekly_digest
from monitor.services.due_jobs import (
    run_due_sweeps,
    run_mail_and_cleanup,
    run_requested_checks,
    take_over_jobs,
)
from monitor.services.outbox import send_due
from monitor.services.purge import purge_expired_data
from scrapers.models import CrawlResult
from tests.monitor.services.world import Staff, World, nothing_happens


def due(world: World, name: str):
    return [job.due_at for job in world.state.jobs.list_jobs() if job.name == name]


def sweeps(world: World) -> int:
    found = world.state.sweeps.connection.fetch_row(
        "SELECT count(*) FROM sweeps WHERE kind = 'sweep'"
    )
    return found[0] if found else 0


@pytest.fixture
def maria(world: World) -> Staff:
    maria = world.joins(MARIA)
    take_over_jobs(world.app)
    return maria


def fails(_visit: CrawlResult) -> None:
    reason = "the database is held by another program"
    raise BusyError(reason)


def a_tick(world: World) -> None:
    run_requested_checks(world.app)
    run_due_sweeps(world.app)
    run_mail_and_cleanup(world.app)


def test_a_week_brings_one_sweep_and_one_email(world: World, maria: Staff):
    for _ in range(7 * 8):
        world.later(hours=3)
        a_tick(world)

    assert sweeps(world) == 1
    assert len(maria.emails_of("digest")) == 1
    assert {email.envelope.recipient for email in world.post.of_kind("review")} == set(
        world.config.district.reviewers
    )
    assert len(world.post.of_kind("review")) == 2


def test_who_was_asleep_for_nine_days_makes_up_for_it_once(world: World, maria: Staff):
    world.later(days=4)
    a_tick(world)
    before = sweeps(world), len(maria.emails_of("digest"))
    world.later(days=9)
    for _ in range(3):
        a_tick(world)
        world.later(hours=1)

    assert sweeps(world) == before[0] + 1
    assert len(maria.emails_of("digest")) == before[1] + 1


def test_everything_has_a_next_time_in_the_future(world: World, maria: Staff):
    world.later(days=9)
    a_tick(world)

    assert due(world, "sweep")
    assert len(due(world, "digest")) == 1
    assert all(
        entry > world.clock.at
        for name in ("sweep", "digest", "review")
        for entry in due(world, name)
    )


def test_a_restart_doubles_nothing_and_puts_nothing_off(world: World, maria: Staff):
    world.later(days=1)
    before = world.state.jobs.list_jobs()
    for _ in range(3):
        world.restarts()

    assert world.state.jobs.list_jobs() == before


def test_a_digest_that_is_asked_for_twice_in_a_week_is_one_email(world: World, maria: Staff):
    world.sweep()
    world.on_monday()
    queue_weekly_digest(world.app, maria.id)
    world.later(days=2)
    queue_weekly_digest(world.app, maria.id)
    send_due(world.app)

    assert len(maria.emails_of("digest")) == 1


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "Pacific/Auckland", "America/Los_Angeles"])
def test_who_moves_to_another_zone_gets_no_email_twice(world: World, maria: Staff, zone):
    world.sweep()
    world.on_monday()
    person = world.state.people.load_person(maria.id)
    world.state.people.update_person(replace(person, zone=zone))
    for _ in range(7 * 4):
        world.later(hours=6)
        world.writes()

    assert len(maria.emails_of("digest")) == 2


def test_the_clock_set_back_an_hour_doubles_nothing(world: World, maria: Staff):
    world.later(days=4)
    a_tick(world)
    emails = len(world.post.accepted)
    world.later(hours=-1)
    a_tick(world)

    assert sweeps(world) == 1
    assert len(world.post.accepted) == emails


def test_a_round_that_fails_is_tried_again_soon_not_in_a_week(world: World, maria: Staff):
    world.later(days=1)
    world.meanwhile = fails
    with pytest.raises(BusyError):
        run_due_sweeps(world.app)
    world.meanwhile = nothing_happens
    world.later(hours=1)
    run_due_sweeps(world.app)

    assert world.coverage()
    assert maria.findings


def test_one_digest_that_cannot_be_made_holds_up_nobody_else(world: World, monkeypatch):
    maria, rosa = world.joins(MARIA), world.joins(ROSA)
    world.sweep()
    queue = queue_weekly_digest

    def fail(digesting, ref):
        if ref == maria.id:
            reason = "a fault of ours"
            raise ValueError(reason)
        queue(digesting, ref)

    monkeypatch.setattr("monitor.services.job_kinds.queue_weekly_digest", fail)
    with pytest.raises(ValueError, match="a fault of ours"):
        world.on_monday()
    world.writes()

    assert rosa.emails_of("digest")
    assert not maria.emails_of("digest")
    monkeypatch.undo()
    world.later(minutes=10)
    world.writes()
    assert maria.emails_of("digest")


def test_who_left_is_erased_though_no_email_can_be_sent(world: World, maria: Staff, monkeypatch):
    def fail(_posting):
        reason = "the sent-log cannot be read"
        raise CannotWriteError(reason)

    monkeypatch.setattr("monitor.services.due_jobs.send_due", fail)
    maria.withdraws()
    world.later(days=30)
    with pytest.raises(CannotWriteError):
        world.writes()

    assert maria.id not in world.state.people.list_person_ids()


def test_who_joins_in_between_has_their_own_next_time(world: World, maria: Staff):
    rosa = world.joins(ROSA)
    world.later(days=2, hours=20)
    a_tick(world)

    subjects = [job.subject for job in world.state.jobs.list_jobs() if job.name == "digest"]
    assert sorted(subjects) == sorted([maria.id, rosa.id])


def test_what_a_failure_left_in_hand_is_free_in_the_next_round(world: World, maria: Staff):
    world.later(days=1)
    now = world.clock.at
    assert world.state.jobs.claim_job(now, now + timedelta(days=7), "sweep")

    run_due_sweeps(world.app)

    assert sweeps(world) == 1


def test_what_fails_again_and_again_is_tried_less_and_less_often(world: World, maria: Staff):
    world.later(days=1)
    world.meanwhile = fails
    waits = []
    for _ in range(8):
        with pytest.raises(BusyError):
            run_due_sweeps(world.app)
        (row,) = (job for job in world.state.jobs.list_jobs() if job.name == "sweep")
        waits.append(row.due_at - world.clock.at)
        world.clock.at = row.due_at

    assert waits[:3] == [timedelta(minutes=10), timedelta(minutes=20), timedelta(minutes=40)]
    assert waits[-1] == timedelta(hours=6)
    assert (row.attempts, row.fault) == (8, "BusyError")
    world.meanwhile = nothing_happens
    run_due_sweeps(world.app)
    (row,) = (job for job in world.state.jobs.list_jobs() if job.name == "sweep")
    assert (row.attempts, row.fault) == (0, "")


def test_a_check_that_keeps_failing_is_given_up_and_holds_up_nobody(world: World, maria: Staff):
    rosa = world.joins(ROSA)
    for number, staff in enumerate((maria, rosa)):
        wish = build_request("check", f"r{number}", world.clock.at, staff.id)
        world.state.jobs.insert_request(wish)
        world.later(seconds=1)

    def about_maria(visit):
        if visit.query.subject == maria.id:
            fails(visit)

    world.meanwhile = about_maria
    for _ in range(3):
        with pytest.raises(BusyError):
            run_requested_checks(world.app)

    given_up, served = map(world.state.jobs.find_request, ("r0", "r1"))
    assert given_up.done_at
    assert given_up.note == "It failed 3 times (BusyError). See the service log."
    assert served.done_at
    assert served.note == ""
    assert world.state.jobs.list_open_requests() == ()


@pytest.fixture
def beats(world: World, maria: Staff) -> list[str]:
    """Collect how often the worker marks itself alive."""
    marks: list[str] = []
    world.app = world.app.copy_with(beat=lambda: marks.append("beat"))
    return marks


def test_a_long_sweep_marks_its_worker_alive_between_any_two_visits(world: World, beats: list[str]):
    at_visits: list[int] = []
    world.meanwhile = lambda _visit: at_visits.append(len(beats))

    run_due_sweeps(world.app)
    world.sweep()

    assert len(at_visits) > 1
    assert sorted(set(at_visits)) == at_visits


def test_mail_and_cleanup_mark_their_worker_alive_for_each_email_and_person(
    world: World, beats: list[str]
):
    world.joins(ROSA)
    beats.clear()
    queued = len(world.app.db.outbox.list_due_emails(world.clock.at))

    send_due(world.app)

    assert len(beats) == queued > 0

    beats.clear()
    purge_expired_data(world.app)

    assert len(beats) == len(world.app.db.people.list_person_ids()) == 2
