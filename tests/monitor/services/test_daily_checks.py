"""Two weeks of checks once a day: by a person's own button, told only if something is new."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.demo.district import MARIA
from monitor.domain.consent import DAILY_CHECKS_TOLD_SINCE
from monitor.domain.errors import NotPermittedError
from monitor.domain.planning.selection import SearchDepth
from monitor.domain.vocabulary import ConsentChannel, SweepKind
from monitor.services.consent_renewal import pause_checks
from monitor.services.daily_checks import (
    DAILY_CHECK,
    begin_daily_checks,
    can_check_daily,
    end_daily_checks,
    find_daily_end,
)
from monitor.services.due_jobs import run_due_sweeps, run_mail_and_cleanup
from monitor.services.sweeps import SweepJob
from tests.monitor.services.world import IMPOSTOR, Staff, World

OLDER_TEXT = "2026-11-30.4"
assert OLDER_TEXT < DAILY_CHECKS_TOLD_SINCE


@pytest.fixture
def maria(world: World) -> Staff:
    maria = world.joins(MARIA)
    world.sweep()
    world.on_monday()
    return maria


def live_a_day(world: World) -> None:
    world.later(days=1, minutes=1)
    run_due_sweeps(world.app)
    run_mail_and_cleanup(world.app)


def has_job(world: World) -> bool:
    return DAILY_CHECK in {job.name for job in world.state.jobs.list_jobs()}


def count_checks(staff: Staff) -> int:
    sweeps = staff.world.state.sweeps.list_sweeps_of_person(staff.id)
    return sum(sweep.kind is SweepKind.SELFCHECK for sweep in sweeps)


def test_somebody_is_checked_once_a_day_for_14_days_and_then_no_more(world: World, maria: Staff):
    begin_daily_checks(world.app, maria.id)
    run_due_sweeps(world.app)
    for _ in range(16):
        live_a_day(world)

    assert count_checks(maria) == 14
    assert find_daily_end(world.app, maria.id) is None
    assert not has_job(world)


def test_only_a_day_with_news_has_an_email_that_says_so_once(world: World, maria: Staff):
    begin_daily_checks(world.app, maria.id)
    run_due_sweeps(world.app)
    live_a_day(world)
    assert maria.emails_of("self-check") == []

    world.internet = world.internet.add_entry(IMPOSTOR)
    for _ in range(3):
        live_a_day(world)

    (email,) = maria.emails_of("self-check")
    assert "We check once a day until" in " ".join(email.text.split())


def test_under_an_older_text_nobody_is_checked_daily(world: World, maria: Staff):
    consent = world.state.consents.find_latest_consent(maria.id)
    older = replace(consent, text_version=OLDER_TEXT, at=world.clock.now())
    world.state.consents.insert_consent(older)

    with pytest.raises(NotPermittedError, match="current consent text"):
        begin_daily_checks(world.app, maria.id)
    assert not has_job(world)


def test_a_pause_ends_daily_checks(world: World, maria: Staff):
    begin_daily_checks(world.app, maria.id)
    world.later(days=1)
    pause_checks(world.app, maria.id, world.clock.now() + timedelta(days=3), ConsentChannel.PORTAL)
    live_a_day(world)

    assert count_checks(maria) == 0
    assert not has_job(world)
    # Nor do they seem to go on once the pause is over.
    world.later(days=3)
    assert can_check_daily(world.app, maria.id)
    assert find_daily_end(world.app, maria.id) is None


def test_what_costs_money_is_asked_no_more_often(maria: Staff):
    job = SweepJob(kind=SweepKind.SELFCHECK, week="2026-W40", person_id=maria.id, is_daily=True)

    assert job.depth is SearchDepth.ROTATING
    assert not job.is_awaited


def test_they_end_by_a_button_too(world: World, maria: Staff):
    begin_daily_checks(world.app, maria.id)
    end_daily_checks(world.app, maria.id)
    live_a_day(world)

    assert count_checks(maria) == 0
