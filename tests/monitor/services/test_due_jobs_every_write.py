"""Whichever write fails, nothing is lost, nothing is there twice, and the service goes on."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from monitor.db import connection as connections
from monitor.db.database import Database
from monitor.demo import setup as stage
from monitor.demo.district import JOHN, MARIA
from monitor.demo.internet import Internet
from monitor.demo.server import WebServer
from monitor.demo.setup import StoryClock
from monitor.domain.email_delivery import Envelope
from monitor.domain.errors import MonitorError
from monitor.services.due_jobs import (
    run_due_sweeps,
    run_mail_and_cleanup,
    run_requested_checks,
    run_upkeep,
)
from tests.monitor.conftest import SATURDAY
from tests.monitor.services.frail import BROKEN, FULL, LOCKED, Trouble, connecting
from tests.monitor.services.world import World, account, configured, profile

# Faults so far apart that the longest transaction fits between them; each write meets one of each
# kind in one of the runs.
APART = 100
FAULTS = (FULL, BROKEN, LOCKED)
RUNS = tuple((fault, first) for fault in FAULTS for first in range(1, APART + 1))
A_WEEK, A_DAY = timedelta(days=8), timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """What a week left behind; `repeats` are emails that were handed over again."""

    events: Counter[tuple[str, str, str]]
    cases: Counter[tuple[str, str, str, str]]
    emails: Counter[tuple[str, str, str]]
    findings: Counter[tuple[str, str]]
    versions: int
    sweeps: int
    repeats: int = 0


@pytest.fixture(scope="module")
def web() -> Iterator[WebServer]:
    with WebServer(Internet()) as server:
        yield server


@pytest.fixture(scope="module")
def first_week(web: WebServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Let two people join and be swept for the first time; then their world changes."""
    folder = tmp_path_factory.mktemp("first")
    config = configured(folder, ("chalkboard",), "bluesky")
    Database.create_or_open_folder(config.state).close()
    world = World(config, web, StoryClock(SATURDAY))
    for member in (MARIA, JOHN):
        world.joins(member)
    world.sweep()
    world.on_monday()
    world.close()
    lookalike = replace(account("mason"), id="other", handle="mariadelgado1.skies.example")
    changed = replace(lookalike, name="Maria Delgado", bio="Teacher at Maple Street Elementary.")
    web.web = web.web.add_entry(changed).remove_entry(profile("chalkboard", "mariadelgado"))
    return folder


@contextmanager
def second_week(
    first_week: Path, web: WebServer, folder: Path, trouble: Trouble
) -> Iterator[World]:
    shutil.copytree(first_week, folder)
    web.visits.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections.sqlite3, "connect", connecting(trouble))
        config = configured(folder, ("chalkboard",), "bluesky")
        every, trouble.every = trouble.every, 0
        world = World(config, web, StoryClock(SATURDAY + timedelta(days=3)))
        world.refs = stage.build_id_source("again")
        world.restarts()
        trouble.every, trouble.met = every, 0
        passes(world, A_WEEK, trouble)
        trouble.every = 0
        passes(world, A_DAY, trouble)
        yield world
        world.close()


def passes(world: World, span: timedelta, trouble: Trouble) -> None:
    """Let time pass as the service does: what fails is left, and looked at again soon."""
    until = world.clock.at + span
    while world.clock.at < until:
        struck = len(trouble.struck)
        for work in (
            partial(run_requested_checks, world.app),
            partial(run_due_sweeps, world.app),
            partial(run_mail_and_cleanup, world.app),
            partial(run_upkeep, world.app),
        ):
            tolerated(work)
        failed = len(trouble.struck) > struck
        world.later(minutes=15 if failed else 360)


def tolerated(work: Callable[[], None]) -> None:
    try:
        work()
    except MonitorError as error:
        assert str(error).endswith("try again.")  # noqa: PT017 - it need not come


def left_behind(world: World) -> Week:
    state = world.state
    database = state.jobs.connection
    assert list(map(tuple, database.fetch_rows("PRAGMA integrity_check"))) == [("ok",)]
    assert list(database.fetch_rows("PRAGMA foreign_key_check")) == []
    assert state.audit.verify_chain() is None
    assert state.sweeps.list_open_sweeps() == ()
    assert list(database.fetch_rows("SELECT seq FROM staged_answers")) == []
    assert [job for job in state.jobs.list_jobs() if job.lease_until] == []
    people = state.people.list_person_ids()
    findings = {
        finding.id: finding
        for ref in people
        for finding in state.findings.list_findings_of_person(ref)
    }
    emails = {sent.envelope.message_id: sent.envelope for sent in world.post.accepted}
    count = database.fetch_row("SELECT count(*) FROM sweeps WHERE kind = 'sweep'") or (0,)
    return Week(
        events=Counter(
            (ref, event.event.kind, event.url)
            for ref in people
            for event in state.events.list_events_of_person(ref, SATURDAY)
        ),
        cases=Counter(
            (ref, case.kind, case.state, findings[case.finding_id].portrait.url)
            for ref in people
            for case in state.cases.list_cases_of_person(ref)
        ),
        emails=Counter((e.recipient, e.kind, weekly(e)) for e in emails.values()),
        findings=Counter((finding.portrait.url, finding.presence) for finding in findings.values()),
        versions=sum(len(state.versions.list_versions(ref)) for ref in findings),
        sweeps=count[0],
        repeats=len(world.post.accepted) - len(emails),
    )


def weekly(envelope: Envelope) -> str:
    """Return the week of an email that has one; the others bear the ref of what they tell."""
    return envelope.dedupe_key if envelope.kind in {"digest", "review"} else ""


@pytest.fixture(scope="module")
def usual(
    first_week: Path, web: WebServer, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Week, Trouble]:
    trouble = Trouble()
    with second_week(first_week, web, tmp_path_factory.mktemp("usual") / "d", trouble) as world:
        return left_behind(world), trouble


def test_the_week_in_which_writes_fail_is_worth_it(usual: tuple[Week, Trouble]) -> None:
    week, trouble = usual

    assert {kind for _, kind, _ in week.events} >= {"appeared", "vanished"}
    assert week.cases
    assert len(week.emails) >= 4
    assert week.repeats == 0
    assert trouble.met > 5 * APART


def test_whichever_write_fails_the_week_ends_the_same(first_week, web, usual, tmp_path, share):
    for fault, first in share(RUNS, of=60):
        trouble = Trouble(fault=fault, first=first, every=APART)
        folder = tmp_path / f"{fault.code}-{first}"
        with second_week(first_week, web, folder, trouble) as world:
            ended = left_behind(world)

        assert trouble.struck
        assert replace(ended, repeats=0) == usual[0], (fault.words, first, trouble.struck)
        assert ended.repeats <= len(trouble.struck)
        shutil.rmtree(folder)
