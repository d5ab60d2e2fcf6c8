"""What holds the whole service up holds up nothing else, and loses nothing."""

import sqlite3
from datetime import timedelta
from functools import partial

import pytest

from monitor.db.connection import BUSY_TIMEOUT_SECONDS
from monitor.db.database import DATABASE_FILE, Database
from monitor.demo.district import MARIA
from monitor.demo.internet import HostMood
from monitor.domain.errors import BusyError
from monitor.domain.finding import Presence
from monitor.domain.vocabulary import EmailState
from monitor.services.due_jobs import (
    run_due_sweeps,
    run_mail_and_cleanup,
    run_requested_checks,
    take_over_jobs,
)
from tests.monitor.services.world import Staff, World

SITES = ("chalkboard.example", "searx.example", "appview.example")


@pytest.fixture
def maria(world: World) -> Staff:
    maria = world.joins(MARIA)
    take_over_jobs(world.app)
    return maria


def test_while_a_backup_tool_holds_the_database_all_waits_and_then_goes_on(
    world: World, maria: Staff, monkeypatch
):
    """It waits for half a minute for each write; here for an instant."""
    assert timedelta(seconds=BUSY_TIMEOUT_SECONDS) == timedelta(seconds=30)
    monkeypatch.setattr(Database.open_folder.__func__, "__defaults__", (0.05,))
    world.restarts()
    world.later(days=1)
    holder = sqlite3.connect(world.config.state / DATABASE_FILE, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    for _ in range(3):
        for work in (
            partial(run_due_sweeps, world.app),
            partial(run_mail_and_cleanup, world.app),
        ):
            with pytest.raises(BusyError, match="is locked by another program"):
                work()
    assert world.state.people.load_person(maria.id), "what is there can be read meanwhile"
    holder.execute("ROLLBACK")
    holder.close()

    run_due_sweeps(world.app)
    world.on_monday()

    assert world.gaps() == {}
    assert maria.findings
    assert len(maria.emails_of("digest")) == 1


def test_a_week_without_a_network_ends_nothing_and_piles_nothing_up(world: World, maria: Staff):
    world.later(days=1)
    run_due_sweeps(world.app)
    world.on_monday()
    before, rows = maria.findings, len(world.state.jobs.list_jobs())
    well = world.internet
    for site in SITES:
        world.internet = world.internet.trouble_host(site, HostMood.DOWN)
    since = world.clock.at
    for _ in range(2 * 9):
        world.later(hours=12)
        run_requested_checks(world.app)
        run_due_sweeps(world.app)
        run_mail_and_cleanup(world.app)

    assert {finding.presence for finding in maria.findings.values()} == {Presence.PRESENT}
    assert maria.findings.keys() == before.keys()
    assert set(world.gaps().values()) == {"failed"}
    assert all(run.since and run.since > since for run in world.coverage().values())
    assert "nothing could be checked" in maria.emails_of("digest")[-1].email.subject
    assert len(world.state.jobs.list_jobs()) == rows
    assert world.state.sweeps.list_open_sweeps() == ()
    assert [e for e in world.state.outbox.list_emails() if e.state is EmailState.QUEUED] == []

    world.internet = well
    world.later(weeks=1)
    run_due_sweeps(world.app)
    assert world.gaps() == {}
    assert [kind for kind, _ in maria.told if kind != "appeared"] == []
