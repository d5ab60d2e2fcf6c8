"""A search that finds no one is told as broken, and takes nothing from what else a source shows."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from monitor.demo.district import DANIEL, MARIA
from monitor.demo.internet import HostMood
from monitor.domain.source_trust import SourceTrust
from monitor.domain.vocabulary import CaseKind
from monitor.services.job_kinds import run_self_check
from monitor.services.outbox import send_due
from monitor.services.sweeps import run_canaries
from scrapers.models import Outcome, ParseResult, Query, QueryKind
from scrapers.source import Canary, Method
from scrapers.source_discovery import SourceRegistry
from tests.monitor.conftest import MakeWorld
from tests.monitor.services.test_sweeps_canaries import PRETENDER
from tests.monitor.services.world import IMPOSTOR, World

NETWORK = "appview.example"


@pytest.fixture
def network(world_of: MakeWorld) -> World:
    """Make a world with one network, which can be searched by name."""
    return world_of(families=("bluesky",))


def text_of(world: World, mail: str) -> str:
    send_due(world.app)
    return " ".join(world.post.to(mail)[-1].text.split())


def test_a_search_that_finds_nobody_at_all_is_a_gap_and_what_it_looks_up_is_told(
    network: World,
) -> None:
    maria = network.joins(MARIA)
    network.internet = network.internet.trouble_host(NETWORK, HostMood.SEARCHLESS)

    network.sweep()
    run_self_check(network.app, maria.id)

    run = network.coverage()["bluesky"]
    assert (run.outcome, run.note) == (Outcome.PARTIAL, "search-misses-all")
    assert [url for url in maria.findings if "mariadelgado" in url]
    assert "its search finds no one, not even by the most common name" in text_of(
        network, maria.mail
    )


def test_who_was_found_before_is_not_gone_because_the_search_broke(network: World) -> None:
    network.internet = network.internet.add_entry(IMPOSTOR)
    maria = network.joins(MARIA, read=True)
    before = dict(maria.findings)
    network.internet = network.internet.trouble_host(NETWORK, HostMood.SEARCHLESS)

    for _ in range(3):
        network.a_week_later()
        assert network.sweep() == []

    assert {url: one.presence for url, one in maria.findings.items()} == {
        url: one.presence for url, one in before.items()
    }


def test_a_self_test_names_the_search_that_broke(network: World) -> None:
    network.internet = network.internet.trouble_host(NETWORK, HostMood.SEARCHLESS)

    (check,) = run_canaries(network.app)

    assert (check.trust.status, check.trust.note) == (SourceTrust.REFUTED, "search-misses-all")
    assert network.state.source_health.find_source_health("bluesky") is None


def test_a_search_that_recovers_is_believed_again(network: World) -> None:
    well = network.internet
    network.joins(MARIA)
    network.internet = well.trouble_host(NETWORK, HostMood.SEARCHLESS)
    network.sweep()
    network.internet = well
    network.a_week_later()

    network.sweep()

    assert network.gaps() == {}


def changed(world: World, source: str, **changes: object) -> None:
    """Let a source be asked in another way."""
    other = replace(world.app.sources[source], **changes)  # type: ignore[type-var] # a dataclass
    world.app = world.app.copy_with(sources=SourceRegistry({**world.app.sources, source: other}))


def test_an_impersonator_found_is_told_though_the_search_has_no_canary_to_prove_it(
    network: World,
) -> None:
    """The name that the canary asks for is one that nobody bears there."""
    changed(network, "bluesky", known_name="Ottoline")
    network.internet = network.internet.add_entry(IMPOSTOR)
    maria = network.joins(MARIA)

    network.sweep()

    assert network.gaps() == {"bluesky": Outcome.PARTIAL}
    assert maria.case(CaseKind.IMPERSONATION)


def judged(world: World, judge: Callable[[Query, ParseResult], ParseResult]) -> None:
    """Let answers come to something else than they do."""
    world.order = lambda visits: [
        replace(visit, result=judge(visit.query, visit.result)) for visit in visits
    ]


def unless_it_shows_some(_query: Query, result: ParseResult) -> ParseResult:
    """Read as an engine whose answer lacks the key that says that nothing was found."""
    if result.outcome is Outcome.ABSENT:
        return ParseResult(outcome=Outcome.UNREADABLE, note="answer-lacks:a key")
    return result


def test_one_missing_key_does_not_silence_the_engine(world_of: MakeWorld) -> None:
    world = world_of(families=("searxng",))
    maria = world.joins(MARIA)
    judged(world, unless_it_shows_some)

    world.sweep()

    run, found = world.coverage()["searxng"], set(maria.findings)
    assert (run.outcome, run.note) == (Outcome.PARTIAL, "answer-lacks:a key")
    world.order = None
    world.a_week_later()
    world.sweep()
    assert world.gaps() == {}
    assert found == set(maria.findings) != set()


@pytest.mark.parametrize(("name", "shown"), [("Daniel Reyes", True), ("An artist", False)])
def test_of_a_site_that_contradicts_itself_only_a_page_with_the_name_is_shown(
    world_of: MakeWorld, *, name: str, shown: bool
) -> None:
    world = world_of("paceclub")
    world.internet = world.internet.add_entry(replace(PRETENDER, name=name))
    daniel = world.joins(DANIEL)

    def invents(query: Query, result: ParseResult) -> ParseResult:
        return result if query.subject else ParseResult(outcome=Outcome.FOUND)

    judged(world, invents)
    world.sweep()

    assert ("http://paceclub.example/athletes/dreyesart" in daniel.findings) is shown
    assert daniel.cases == ()
    assert world.coverage()["paceclub"].note == "invents-accounts"


def test_whom_a_canary_shows_is_not_kept_and_whom_it_lists_is_compared_with_no_one(
    network: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    network.joins(MARIA)
    staged = []
    journal = type(network.state.staged_answers)
    stage_all = journal.stage_answers

    def noted(table: object, sweep: str, many: Iterable[object]) -> None:
        batch = tuple(many)
        staged.extend(batch)
        stage_all(table, sweep, batch)  # type: ignore[arg-type] # as it came

    monkeypatch.setattr(journal, "stage_answers", noted)
    network.sweep()

    canaries = [one.visit for one in staged if not one.visit.query.subject]
    searches = [visit for visit in canaries if visit.query.kind is QueryKind.SEARCH]
    assert [visit.result.outcome for visit in searches] == [Outcome.FOUND]
    assert not any(visit.result.traces or visit.result.contacts for visit in canaries)


@pytest.mark.parametrize("enabled", [True, False])
def test_contact_lists_are_tested_only_where_they_are_read(
    network: World, monkeypatch: pytest.MonkeyPatch, *, enabled: bool
) -> None:
    monkeypatch.setattr(type(network.app.matcher), "is_enabled", enabled)
    asked: list[Query] = []
    network.meanwhile = lambda visit: asked.append(visit.query)

    run_canaries(network.app)

    lists = [
        query
        for query in asked
        if Canary(query=query, expects=Outcome.FOUND).method is Method.CONTACTS
    ]
    assert len(lists) == (2 if enabled else 0)
