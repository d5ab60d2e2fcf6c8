"""A source that cannot be checked proves nothing, and is named until it can be."""

import pytest

from monitor.demo.district import BETH, MARIA
from monitor.demo.internet import HostMood, Internet
from monitor.domain.finding import Presence
from scrapers.models import Outcome
from tests.monitor.services.world import World, profile

SITE, NETWORK, ENGINE = "chalkboard.example", "appview.example", "searx.example"
SOURCES = {SITE: "chalkboard", NETWORK: "bluesky", ENGINE: "searxng"}


def is_blocked(internet: Internet, host: str) -> Internet:
    return internet.trouble_host(host, HostMood.BLOCKING)


def is_limited(internet: Internet, host: str) -> Internet:
    return internet.trouble_host(host, HostMood.LIMITING, retry_after=86_400)


def is_redesigned(internet: Internet, host: str) -> Internet:
    return internet.trouble_host(host, HostMood.REBUILT)


def says_the_same_for_everybody(internet: Internet, host: str) -> Internet:
    return internet.trouble_host(host, HostMood.VAGUE)


def is_broken(internet: Internet, host: str) -> Internet:
    return internet.trouble_host(host, HostMood.BROKEN)


def is_down(internet: Internet, host: str) -> Internet:
    return internet.trouble_host(host, HostMood.DOWN)


def forbids_json(internet: Internet, _host: str) -> Internet:
    return internet.forbid_json()


TROUBLES = {
    is_blocked: Outcome.BLOCKED,
    is_limited: Outcome.LIMITED,
    is_redesigned: Outcome.UNREADABLE,
    is_broken: Outcome.FAILED,
    is_down: Outcome.FAILED,
}
CASES = [
    *((host, trouble, outcome) for host in SOURCES for trouble, outcome in TROUBLES.items()),
    (SITE, says_the_same_for_everybody, Outcome.UNREADABLE),
    (ENGINE, forbids_json, Outcome.UNREADABLE),
]


def only(world_of, host: str) -> World:
    """Make a world with the one source that lies at a host."""
    source = SOURCES[host]
    return world_of(source) if host == SITE else world_of(families=(source,))


@pytest.mark.parametrize(
    ("host", "trouble", "outcome"), CASES, ids=[f"{case[0]}-{case[1].__name__}" for case in CASES]
)
def test_a_source_in_trouble_settles_nothing_and_is_named_until_it_recovers(
    world_of, host, trouble, outcome
):
    world = only(world_of, host)
    maria = world.joins(MARIA)
    world.sweep()
    before = maria.findings
    well = world.internet
    world.internet = trouble(well, host)

    world.a_week_later()
    since = world.clock.at
    for _ in range(2):
        assert world.sweep() == []
        assert world.gaps() == {SOURCES[host]: outcome}
        assert world.coverage()[SOURCES[host]].since == since
        world.a_week_later()
    world.internet = well

    assert world.sweep() == []
    assert world.gaps() == {}
    assert before
    assert maria.findings.keys() == before.keys()
    assert {finding.presence for finding in maria.findings.values()} == {Presence.PRESENT}
    assert not [due for due in world.state.jobs.list_jobs() if due.name == "second-proof"]


def test_what_vanishes_behind_a_block_is_not_told_before_it_is_proved(world_of):
    world = world_of("chalkboard")
    world.joins(MARIA)
    world.sweep()
    gone = world.internet.remove_entry(profile("chalkboard", "mariadelgado"))
    world.internet = gone.trouble_host(SITE, HostMood.BLOCKING)

    world.a_week_later()
    assert world.sweep() == []
    world.a_week_later()
    assert world.sweep() == []


def test_a_half_read_list_takes_nothing_away(world_of):
    world = world_of(families=("searxng",))
    maria = world.joins(MARIA)
    world.sweep()
    before = maria.findings.keys()
    well = world.internet
    listed = [page for page in well.traces.pages if "Delgado" in page.title + page.text]
    for page in listed[1:]:
        world.internet = world.internet.remove_entry(page)
    world.internet = world.internet.disable_engines({"meadow": "timeout"})

    world.a_week_later()
    assert world.sweep() == []
    assert set(world.gaps()) == {"searxng"}
    world.internet = well
    world.a_week_later()

    assert world.sweep() == []
    assert maria.findings.keys() == before


def test_a_change_of_trouble_starts_its_own_date(world_of):
    world = world_of("chalkboard")
    world.joins(MARIA)
    world.sweep()
    world.internet = world.internet.trouble_host(SITE, HostMood.BLOCKING)
    world.a_week_later()
    world.sweep()
    world.internet = world.internet.trouble_host(SITE, HostMood.BROKEN)
    world.a_week_later()
    world.sweep()

    assert world.coverage()["chalkboard"].since == world.clock.at


def test_the_digest_names_each_source_that_could_not_be_checked_and_since_when(world_of):
    world = world_of("chalkboard")
    beth = world.joins(BETH)
    world.sweep()
    world.internet = world.internet.trouble_host(SITE, HostMood.BLOCKING)
    world.a_week_later()
    world.sweep()
    world.a_week_later()
    world.sweep()
    world.on_monday()

    digest = beth.emails_of("digest")[-1]
    assert "0 of 1 place checked" in digest.text
    assert "Chalkboard has been blocking us" in digest.text
    assert "ince Sep 19" in digest.text
    assert "nothing new under your name" not in digest.text
