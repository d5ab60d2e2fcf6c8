"""A page that has not changed confirms what it showed, and tells nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.demo.district import JOHN, MARIA
from monitor.demo.internet import HostMood
from monitor.domain.finding import Presence
from monitor.services.due_jobs import run_due_sweeps
from monitor.services.job_kinds import run_self_check
from scrapers.models import CrawlResult, Outcome
from tests.monitor.services.tagged import Tagged, tagged
from tests.monitor.services.world import Staff, World, catalog, profile

SITE = "http://snapgarden.example/@mariadelgado"
PROFILE = profile("snapgarden", "mariadelgado")


@pytest.fixture
def world(world_of) -> World:
    return world_of("snapgarden")


@pytest.fixture
def web(world: World) -> Tagged:
    return tagged(world)


@pytest.fixture
def maria(world: World, web: Tagged) -> Staff:
    maria = world.joins(MARIA)
    world.sweep()
    world.a_week_later()
    return maria


def outcomes(world: World) -> dict[str, list[Outcome]]:
    """Watch what the queries about one handle come to from now on."""
    seen: dict[str, list[Outcome]] = {"maria": [], "canary": []}

    def note(visit: CrawlResult) -> None:
        if visit.query.request.url == SITE:
            seen["maria"].append(visit.result.outcome)
        if not visit.query.subject:
            seen["canary"].append(visit.result.outcome)

    world.meanwhile = note
    return seen


def goes(web: Tagged) -> None:
    web.web = web.web.remove_entry(PROFILE)


def test_an_unchanged_page_confirms_what_it_showed_and_renews_its_age(world, web, maria):
    seen = outcomes(world)

    assert world.sweep() == []

    assert seen["maria"] == [Outcome.UNCHANGED]
    assert web.spared
    assert maria.findings[SITE].last_seen == world.clock.at
    (sighting,) = world.state.sightings.list_sightings_of_finding(maria.findings[SITE].id)
    assert (sighting.last, sighting.misses) == (world.clock.at, 0)
    assert world.gaps() == {}


def test_a_server_without_a_word_for_its_pages_is_believed_by_the_page_itself(world, web, maria):
    world.web.web = _Still(web.web)
    seen = outcomes(world)

    assert world.sweep() == []

    assert seen["maria"] == [Outcome.UNCHANGED]
    assert maria.findings[SITE].last_seen == world.clock.at


class _Still(Tagged):
    """Pages that stay the same, from servers that know nothing of conditions."""

    def answer_request(self, asked):
        return self.web.answer_request(replace(asked, nth=0))


def test_canaries_are_asked_in_full_each_time(world, web, maria):
    seen = outcomes(world)

    world.sweep()

    assert sorted(seen["canary"]) == [Outcome.ABSENT, Outcome.FOUND]
    assert {header.path for header in web.conditional} >= {"/@mariadelgado"}
    assert all("maria" in header.path or "delgado" in header.path for header in web.conditional)


def test_what_changes_after_an_unchanged_visit_is_told(world, web, maria):
    world.sweep()
    web.web = web.web.remove_entry(PROFILE).add_entry(replace(PROFILE, bio="Rocks, mostly."))
    world.a_week_later()

    assert world.sweep() == [("Maria", "changed", SITE)]


def test_the_second_proof_of_an_absence_is_asked_for_in_full(world, web, maria):
    # Where nobody is, this site shows a page with status 200, and that one does not change.
    goes(web)
    world.sweep()
    assert maria.findings[SITE].presence is Presence.MISSING
    web.conditional.clear()
    world.clock.at += timedelta(days=2)

    run_due_sweeps(world.app)

    assert web.conditional == []
    assert maria.told == [("vanished", SITE)]


def test_an_absence_that_lasts_is_not_read_again_and_what_appears_is(world, web, maria):
    goes(web)
    for _ in range(3):
        world.sweep()
        world.a_week_later()
    seen = outcomes(world)
    world.sweep()
    assert seen["maria"] == [Outcome.UNCHANGED]
    assert maria.findings[SITE].presence is Presence.GONE

    web.web = web.web.add_entry(PROFILE)
    world.a_week_later()

    assert world.sweep() == [("Maria", "reappeared", SITE)]


def test_what_was_forgotten_meanwhile_is_read_anew(world, web, maria):
    world.state.findings.delete_finding(maria.findings[SITE].id)
    seen = outcomes(world)

    world.sweep()

    assert seen["maria"] == [Outcome.FOUND]
    assert SITE in maria.findings


def test_a_new_reader_reads_anew_and_silently(world, web, maria, tmp_path):
    catalog(tmp_path, ("snapgarden",), e_string="og:type")
    world.restarts()
    web.conditional.clear()

    assert world.sweep() == []
    assert web.conditional == []


def test_every_fourth_week_a_page_is_read_whole(world, web, maria):
    seen = outcomes(world)
    for _ in range(5):
        world.sweep()
        world.a_week_later()

    assert seen["maria"] == [
        *(Outcome.UNCHANGED, Outcome.UNCHANGED, Outcome.UNCHANGED),
        *(Outcome.FOUND, Outcome.UNCHANGED),
    ]


def test_a_check_that_somebody_asks_for_may_rest_on_it_too(world, web, maria):
    seen = outcomes(world)

    run_self_check(world.app, maria.id)

    assert seen["maria"] == [Outcome.UNCHANGED]
    assert maria.findings[SITE].last_seen == world.clock.at


def test_nothing_is_kept_of_an_answer_that_is_not_believed(world):
    maria = world.joins(MARIA)
    world.internet = world.internet.trouble_host("snapgarden.example", HostMood.VAGUE)
    tagged(world)

    world.sweep()

    assert world.gaps() == {"snapgarden": Outcome.UNREADABLE}
    assert world.state.queries.list_queries_of_person(maria.id) == ()


class _AlwaysTheSame(Tagged):
    def answer_request(self, asked):
        if asked.path == "/robots.txt":
            return self.web.answer_request(asked)
        return replace(self.web.answer_request(replace(asked, nth=0)), body=b"", status=304)


def test_a_site_that_calls_everything_unchanged_is_not_believed(world, web, maria):
    goes(web)
    world.web.web = _AlwaysTheSame(web.web)

    assert world.sweep() == []

    assert world.gaps() == {"snapgarden": Outcome.UNREADABLE}
    assert maria.findings[SITE].last_seen < world.clock.at


def test_what_is_kept_leaves_with_its_person(world, web, maria):
    assert any(query.remembered for query in world.state.queries.list_queries_of_person(maria.id))

    world.state.people.erase_person(maria.id)

    assert world.state.queries.list_queries_of_person(maria.id) == ()


def test_a_world_that_does_not_change_is_confirmed_whole_and_told_by_nothing(world_of):
    world = world_of("snapgarden", "readerly", "paceclub", families=("bluesky", "searxng"))
    web = tagged(world)
    staff = [world.joins(member) for member in (MARIA, JOHN)]
    world.sweep()
    assert all(person.findings for person in staff)
    for _ in range(5):
        world.a_week_later()
        assert world.sweep() == []
        for person in staff:
            assert {finding.last_seen for finding in person.findings.values()} == {world.clock.at}
            assert {finding.presence for finding in person.findings.values()} == {Presence.PRESENT}
    assert len(web.spared) > 20
