"""A person's weeks: what was checked, what was new, and that a week without a check is unknown."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.demo.district import JOHN, MARIA
from monitor.domain.vocabulary import ConsentChannel, SweepKind
from monitor.services.consent_renewal import pause_checks
from monitor.services.coverage import WEEKS_SHOWN, build_personal_weeks
from scrapers.models import Outcome
from tests.monitor.services.world import Staff, World, profile

OWN = profile("chalkboard", "mariadelgado")


@pytest.fixture
def maria(world: World) -> Staff:
    maria = world.joins(MARIA)
    world.sweep()
    return maria


def test_the_weeks_begin_with_the_one_of_joining(world: World, maria: Staff):
    (week,) = build_personal_weeks(world.app, maria.id)

    assert (week.checked, week.total) == (3, 3)
    assert week.marks == ("quiet",)


def test_the_week_of_joining_is_left_out_where_its_check_came_before(world: World, maria: Staff):
    world.later(days=4)
    john = world.joins(JOHN)
    world.later(days=3)
    world.sweep()

    (week,) = build_personal_weeks(world.app, john.id)

    assert week.total


def test_a_case_counts_in_the_week_in_which_it_began(world: World, maria: Staff):
    world.a_week_later()
    world.internet = world.internet.remove_entry(OWN).add_entry(replace(OWN, bio="Rocks, mostly."))
    world.sweep()

    _, week = build_personal_weeks(world.app, maria.id)

    assert week.cases == len(maria.cases)


def test_a_week_without_a_check_is_not_quiet_and_counts_once_it_is_over(world: World, maria: Staff):
    world.a_week_later()
    (checked,) = build_personal_weeks(world.app, maria.id)
    world.a_week_later()

    _, week = build_personal_weeks(world.app, maria.id)

    assert checked.total
    assert week.marks == ("unknown",)


def test_a_week_in_which_nothing_could_be_checked_is_not_quiet(world: World, maria: Staff):
    world.a_week_later()
    world.sweep()
    sweep = world.state.sweeps.find_latest_sweep(SweepKind.SWEEP)
    for run in world.coverage().values():
        failed = replace(run, outcome=Outcome.FAILED, since=run.at)
        world.state.sweeps.save_source_run(sweep.id, failed)

    _, week = build_personal_weeks(world.app, maria.id)

    assert week.marks == ("part",)


def test_a_pause_is_a_time_without_checks(world: World, maria: Staff):
    world.later(days=6)
    pause_checks(world.app, maria.id, world.clock.at + timedelta(days=20), ConsentChannel.PORTAL)
    world.later(days=1)
    world.sweep()
    world.a_week_later()

    *_, week = build_personal_weeks(world.app, maria.id)

    assert week.total == 0


def test_at_most_twelve_weeks_are_shown(world: World, maria: Staff):
    world.later(weeks=20)

    weeks = build_personal_weeks(world.app, maria.id)

    assert len(weeks) == WEEKS_SHOWN
    assert not any(week.cases for week in weeks)


def test_what_others_have_is_not_counted(world: World, maria: Staff):
    world.a_week_later()
    john = world.joins(JOHN)

    assert build_personal_weeks(world.app, john.id) == ()
