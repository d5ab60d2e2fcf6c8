"""What time takes: the retention table, applied once a day."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.db.jobs import build_request
from monitor.db.sweeps import Sweep
from monitor.demo.district import MARIA
from monitor.domain.errors import UnavailableError
from monitor.domain.finding import Presence
from monitor.domain.vocabulary import SweepKind
from monitor.services.due_jobs import delete_expired_data
from monitor.services.purge import purge_expired_data
from scrapers.crawl.throttle import HostState
from tests.monitor.services.held import places_hold
from tests.monitor.services.world import World

A_YEAR = timedelta(days=366)


@pytest.fixture
def purged(world: World):
    """Let a day pass after so much time, with the daily round at its end."""

    def after(**span: float) -> None:
        world.later(**span)
        world.writes()

    return after


def test_nothing_is_purged_while_the_clock_cannot_be_right(world: World, purged):
    world.joins(MARIA)
    purged()
    before = world.state.count_rows()
    world.later(days=400)

    with pytest.raises(UnavailableError, match="The clock says"):
        delete_expired_data(world.app)
    assert world.state.count_rows() == before


def test_a_spent_invitation_is_forgotten(world: World, purged):
    world.joins(MARIA)

    purged(days=1, minutes=1)

    assert world.state.invitations.list_invitations() == ()


def test_a_file_for_robots_is_forgotten_when_its_day_is_over(world: World, purged):
    world.joins(MARIA)
    world.sweep()
    assert world.state.robots_files.list_robots_files() != ()

    purged(days=1, minutes=1)

    assert world.state.robots_files.list_robots_files() == ()


def test_a_sweep_that_never_ended_is_given_up(world: World, purged):
    sweep = Sweep(
        id="an-old-sweep",
        week="2026-W30",
        kind=SweepKind.SWEEP,
        nonce="nonce",
        started_at=world.clock.now(),
    )
    world.state.sweeps.open_or_resume(sweep)

    purged(days=13)
    assert [open_sweep.id for open_sweep in world.state.sweeps.list_open_sweeps()] == [sweep.id]

    purged(days=2)
    assert world.state.sweeps.list_open_sweeps() == ()


def test_a_request_is_forgotten_once_it_was_served(world: World, purged):
    request = build_request("sweep", "request", world.clock.now())
    world.state.jobs.insert_request(request)
    world.state.jobs.finish_request(request.subject, world.clock.now())

    purged(days=2)

    assert world.state.jobs.find_request(request.subject) is None


def test_what_is_gone_for_a_year_is_forgotten_and_what_is_there_stays(world: World, purged):
    maria = world.joins(MARIA)
    world.sweep()
    gone, *others = world.state.findings.list_findings_of_person(maria.id)
    world.state.findings.update_finding(replace(gone, presence=Presence.GONE))

    world.clock.at += A_YEAR
    purged()

    left = {finding.id for finding in world.state.findings.list_findings_of_person(maria.id)}
    assert gone.id not in left
    assert {finding.id for finding in others} <= left


def test_a_host_is_forgotten_once_it_keeps_nobody_away(world: World, purged):
    now = world.clock.at
    for host, state in {
        "rested.example": {"next_at": now},
        "walled.example": {"parked_until": now + timedelta(days=5), "failures": 3},
        "idle.example": {},
    }.items():
        world.state.hosts.save_host_state(HostState(host=host, **state))

    purged(days=2)
    assert [host_state.host for host_state in world.state.hosts.list_host_states()] == [
        "walled.example"
    ]

    purged(days=18)
    assert world.state.hosts.list_host_states() == ()


def test_that_an_email_was_sent_is_forgotten_after_a_year_and_two_months(world: World, purged):
    maria = world.joins(MARIA)
    purged(days=2)
    sent = {email.id for email in world.state.outbox.list_emails()}
    assert sent
    places_hold(world.app, maria.id, "a case")

    world.later(days=424)
    purge_expired_data(world.app)

    assert not sent & {email.id for email in world.state.outbox.list_emails()}


def test_only_who_holds_the_folder_shortens_the_list_of_what_went_out(world: World, purged):
    world.state.sent_log.append_sent_entries(
        ["a" * 32], world.clock.at - timedelta(days=401), "hash"
    )

    purge_expired_data(world.app)
    assert world.state.sent_log.find_sent_entry("a" * 32)

    purged()
    assert not world.state.sent_log.find_sent_entry("a" * 32)


def test_how_a_sweep_went_is_forgotten_after_a_year_but_for_the_last_one(world: World, purged):
    world.sweep()
    first = world.state.sweeps.find_latest_sweep(SweepKind.SWEEP)
    world.a_week_later()
    world.sweep()
    last = world.state.sweeps.find_latest_sweep(SweepKind.SWEEP)
    assert first.id != last.id

    world.clock.at += A_YEAR
    purged()

    assert world.state.sweeps.list_source_runs(first.id) == ()
    assert world.state.sweeps.load_sweep(last.id)


def test_what_was_purged_stands_in_no_file(world: World, purged):
    world.joins(MARIA)
    world.sweep()
    (file, *_) = world.state.people.connection.fetch_row("SELECT encrypted FROM robots_files")
    folder = world.config.state

    purged(days=2)

    assert not any(file in path.read_bytes() for path in folder.glob("namesake.db*"))
