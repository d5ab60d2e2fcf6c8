"""Clocks that are set, machines that sleep, people who move: no storm, and no email twice."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.demo.district import JOHN, MARIA, ROSA
from monitor.domain import schedule as due
from monitor.domain.errors import UnavailableError
from monitor.services.clock_check import believe_clock, describe_wait
from monitor.services.due_jobs import (
    find_waiting_work,
    run_due_sweeps,
    run_mail_and_cleanup,
    run_requested_checks,
    take_over_jobs,
)
from monitor.services.job_kinds import DIGEST, SWEEP, run_full_sweep, run_self_check
from monitor.services.self_check import request_self_check
from tests.monitor.services.world import Staff, World

AT_BOOT = datetime(1970, 1, 1, tzinfo=UTC)
EIGHTY_DAYS_AGO = datetime(2026, 6, 24, 20, tzinfo=UTC)


@pytest.fixture
def everybody(world: World) -> tuple[Staff, ...]:
    staff = tuple(world.joins(person) for person in (MARIA, ROSA, JOHN))
    take_over_jobs(world.app)
    return staff


def passes(world: World, **span: float) -> None:
    """Let time pass, and tick every hour; of days and weeks, every fourth."""
    left = timedelta(**span)
    every = 4 if left >= timedelta(days=3) else 1
    until = world.clock.at + left
    while world.clock.at < until:
        world.later(hours=every)
        run_requested_checks(world.app)
        run_due_sweeps(world.app)
        run_mail_and_cleanup(world.app)


def digests(world: World) -> Counter[tuple[str, str]]:
    return Counter(
        (email.envelope.recipient, email.envelope.dedupe_key)
        for email in world.post.of_kind("digest")
    )


def sweeps(world: World) -> int:
    found = world.state.sweeps.connection.fetch_row(
        "SELECT count(*) FROM sweeps WHERE kind = 'sweep'"
    )
    return found[0] if found else 0


def due_at(world: World, name: str, subject: str = "") -> datetime:
    (row,) = (e for e in world.state.jobs.list_jobs() if (e.name, e.subject) == (name, subject))
    return row.due_at


def test_a_check_that_was_asked_for_by_a_clock_that_was_ahead_is_not_put_off(
    world: World, everybody
):
    request_self_check(world.app, everybody[0].id)
    world.clock.at -= timedelta(hours=5)
    assert find_waiting_work(world.app).checks

    run_requested_checks(world.app)

    assert world.state.jobs.list_open_requests() == ()


def test_nine_days_asleep_bring_one_sweep_and_one_digest_each_spread_over_an_hour(
    world: World, everybody
):
    passes(world, days=3)
    before, emails = sweeps(world), digests(world).total()
    world.later(days=9)
    run_due_sweeps(world.app)
    run_mail_and_cleanup(world.app)
    spread = [due_at(world, DIGEST, person.id) - world.clock.at for person in everybody]

    assert len(set(spread)) == len(spread)
    assert all(timedelta(0) < entry < timedelta(hours=1) for entry in spread)
    passes(world, hours=2)
    assert sweeps(world) == before + 1
    assert digests(world).total() == emails + len(everybody)
    assert max(digests(world).values()) == 1


def test_a_clock_that_ran_a_week_ahead_brings_no_storm_and_stops_nothing(world: World, everybody):
    passes(world, days=3)
    world.later(weeks=1)
    passes(world, hours=3)
    emails = digests(world)

    world.later(weeks=-1)
    run_mail_and_cleanup(world.app)
    assert digests(world) == emails
    due = due_at(world, SWEEP)
    assert due - world.clock.at <= timedelta(days=7)
    before = sweeps(world)
    world.clock.at = due + timedelta(minutes=10)
    run_due_sweeps(world.app)
    assert sweeps(world) == before + 1

    passes(world, weeks=2)
    assert max(digests(world).values()) == 1
    weeks = {week for _, week in digests(world)}
    assert {f"2026-W{number}" for number in range(38, 41)} <= weeks


def test_a_clock_set_back_an_hour_on_monday_morning_brings_no_email_twice(world: World, everybody):
    passes(world, days=1, hours=18)
    for _ in range(6):
        passes(world, hours=2)
        world.later(hours=-1)

    assert digests(world).total() == len(everybody)
    assert sweeps(world) == 1


@pytest.mark.parametrize("wrong", [AT_BOOT, EIGHTY_DAYS_AGO, datetime(2036, 2, 7, tzinfo=UTC)])
def test_a_clock_that_cannot_be_right_stops_all_work_until_it_is(world: World, everybody, wrong):
    passes(world, days=3)
    right, before = world.clock.at, (world.state.jobs.list_jobs(), len(world.post.tried))
    world.forgets_visits()
    world.clock.at = wrong
    world.restarts()
    passes(world, hours=2)

    assert describe_wait(world.app).startswith(f"The clock says {wrong:%a, %b %-d, %Y}")
    assert (world.state.jobs.list_jobs(), len(world.post.tried)) == before
    assert world.asked == []
    with pytest.raises(UnavailableError, match="All jobs are paused until the clock is right"):
        run_self_check(world.app, everybody[0].id)
    with pytest.raises(UnavailableError):
        run_full_sweep(world.app)

    world.clock.at = right
    passes(world, weeks=1)
    assert describe_wait(world.app) == ""
    assert digests(world).total() == 2 * len(everybody)


def test_an_operator_can_say_that_a_clock_is_right(world: World, everybody):
    world.later(days=500)
    assert describe_wait(world.app)

    believe_clock(world.app)

    assert describe_wait(world.app) == ""
    assert world.state.audit.list_entries()[-1].action == "clock-accepted"


def test_a_machine_that_has_forgotten_the_time_does_nothing_with_a_new_folder(world: World):
    world.clock.at = AT_BOOT
    take_over_jobs(world.app)

    assert describe_wait(world.app)
    assert world.state.jobs.list_jobs() == ()


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles"])
def test_who_moves_is_written_to_at_their_new_hour(world: World, everybody, zone):
    maria = everybody[0]
    passes(world, days=3)
    person = world.state.people.load_person(maria.id)
    world.state.people.update_person(replace(person, zone=zone))
    passes(world, weeks=2)

    next_week = due.DIGEST.compute_next_time(datetime(2026, 9, 30, tzinfo=UTC), maria.id, zone)
    assert due_at(world, DIGEST, maria.id) == next_week
    weeks = [week for mail, week in digests(world) if mail == maria.mail]
    assert sorted(weeks) == sorted(set(weeks)) == ["2026-W38", "2026-W39", "2026-W40"]


def test_new_rules_of_a_zone_move_what_was_set_by_the_old_ones(world: World, everybody):
    """A row that was computed by older rules stands up to an hour off."""
    passes(world, days=3)
    maria = everybody[0]
    (row,) = (job for job in world.state.jobs.list_jobs() if job.subject == maria.id)
    world.state.jobs.reschedule_job(row, row.due_at + timedelta(hours=1))

    run_mail_and_cleanup(world.app)

    assert due_at(world, DIGEST, maria.id) == row.due_at
