"""What each source came to for one person: news, nothing new, not checked, or not asked."""

from dataclasses import replace

import pytest

from monitor.demo.district import JOHN, MARIA
from monitor.demo.internet import HostMood
from monitor.domain.case import FlaggedFindings
from monitor.domain.vocabulary import CoverageState, SweepKind
from monitor.services.digests import build_digest_view
from monitor.services.findings import build_latest_coverage
from reports.coverage import Coverage
from tests.monitor.services.world import Staff, World, profile

OWN = profile("chalkboard", "mariadelgado")


@pytest.fixture
def maria(world: World) -> Staff:
    maria = world.joins(MARIA)
    world.sweep()
    world.on_monday()
    world.a_week_later()
    return maria


def states(coverage: Coverage | None) -> dict[str, CoverageState]:
    assert coverage
    return {source.source: source.state for source in coverage.sources}


def test_a_source_that_shows_a_change_answered_with_news(world: World, maria: Staff):
    world.internet = world.internet.remove_entry(OWN).add_entry(replace(OWN, bio="Rocks, mostly."))
    world.sweep()

    coverage = build_latest_coverage(world.app, maria.id)

    assert states(coverage)["chalkboard"] is CoverageState.NEWS
    assert set(states(coverage).values()) == {CoverageState.NEWS, CoverageState.NO_NEWS}


def test_a_source_that_shows_what_was_there_answered_without_news(world: World, maria: Staff):
    world.sweep()

    assert set(states(build_latest_coverage(world.app, maria.id)).values()) == {
        CoverageState.NO_NEWS
    }


def test_a_source_that_was_not_reached_is_not_one_without_news(world: World, maria: Staff):
    world.internet = world.internet.trouble_host("chalkboard.example", HostMood.DOWN)
    world.sweep()

    coverage = build_latest_coverage(world.app, maria.id)

    assert states(coverage)["chalkboard"] is CoverageState.NOT_CHECKED


def test_a_source_that_was_asked_about_others_only_was_not_asked(world: World, maria: Staff):
    world.sweep()
    sweep = world.state.sweeps.find_latest_sweep(SweepKind.SWEEP)
    run = world.state.sweeps.list_source_runs(sweep.id)[0]
    world.state.sweeps.save_source_run(sweep.id, replace(run, source="scholar"))

    coverage = build_latest_coverage(world.app, maria.id)

    assert states(coverage)["scholar"] is CoverageState.NOT_ASKED


def test_another_persons_change_is_no_news(world: World, maria: Staff):
    john = world.joins(JOHN, read=True)
    world.later(hours=1)
    world.internet = world.internet.remove_entry(OWN).add_entry(replace(OWN, bio="Rocks, mostly."))
    world.sweep()

    assert CoverageState.NEWS not in states(build_latest_coverage(world.app, john.id)).values()


def test_a_preview_without_flagged_findings_does_not_hint_at_their_source(
    world: World, maria: Staff
):
    world.sweep()

    assert build_digest_view(world.app, maria.id).coverage.sources
    hidden = build_digest_view(world.app, maria.id, FlaggedFindings.LEFT_OUT)
    assert hidden.coverage.sources == ()


def test_a_digest_without_news_counts_no_source_with_news(world: World, maria: Staff):
    world.internet = world.internet.remove_entry(OWN).add_entry(replace(OWN, bio="Rocks, mostly."))
    world.sweep()
    told = build_digest_view(world.app, maria.id).coverage
    world.on_monday()
    told_again = build_digest_view(world.app, maria.id).coverage

    assert CoverageState.NEWS in states(told).values()
    assert CoverageState.NEWS not in states(told_again).values()
