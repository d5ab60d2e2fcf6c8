"""A query that costs something comes round in its turn, and its turn is no event."""

from decimal import Decimal
from urllib.parse import quote_plus

import pytest
from msgspec import structs

from monitor.config.sections import PlanningConfig
from monitor.db.sources import WeeklyApiCost
from monitor.demo.district import BETH, DANIEL, JOHN, MARIA
from monitor.demo.response import FakeRequest
from monitor.domain.planning.rotation import MAX_INTERVAL
from monitor.domain.vocabulary import SweepKind
from monitor.services.job_kinds import preview_sweep, run_self_check
from monitor.services.query_planning import OVER_BUDGET, list_paid_candidates
from reports.reason_rendering import render_note
from scrapers.models import Outcome
from tests.monitor.services.test_sweeps_canaries import PRETENDER
from tests.monitor.services.world import World

A_YEAR_OF_FLOORS = 6 * MAX_INTERVAL


@pytest.fixture
def priced(world_of) -> World:
    """A world whose search engine takes five dollars for a thousand requests."""
    world = world_of(families=("searxng",))
    world.prices["searxng"] = Decimal(5)
    return world


def is_personal(asked: FakeRequest) -> bool:
    """Tell a query about a person from those about the district, and from canaries."""
    people = (BETH.person, JOHN.person, MARIA.person)
    families = {
        family for person in people for family in (person.name.family, *person.name.former_families)
    }
    handles = {handle for person in people for handle in person.handles}
    return any(quote_plus(word) in asked.query for word in families | handles)


def planned(world: World) -> int:
    return sum(1 for query in preview_sweep(world.app) if query.subject)


def searched(world: World) -> list[str]:
    """Return what was asked about people, and forget it."""
    found = [query.query for query in world.asked if query.path == "/search" and is_personal(query)]
    world.forgets_visits()
    return found


def paid(world: World) -> tuple[WeeklyApiCost, ...]:
    """Return what was paid in the week of the latest sweep."""
    sweep = world.state.sweeps.find_latest_sweep(SweepKind.SWEEP)
    assert sweep
    return world.state.api_costs.list_api_costs_of_week(sweep.week)


def allowed(world: World, **limits: object) -> None:
    planning = structs.replace(PlanningConfig(), **limits)
    world.restarts(structs.replace(world.config, planning=planning))


def sweeps(world: World, weeks: int) -> list[int]:
    """Sweep week after week, and return how much was asked in each."""
    counts = []
    for _ in range(weeks):
        world.sweep()
        counts.append(len(searched(world)))
        world.a_week_later()
    return counts


def test_the_first_sweep_asks_everything_and_later_ones_what_is_due(priced: World):
    priced.joins(BETH)
    everything = planned(priced)

    counts = sweeps(priced, 1 + MAX_INTERVAL)

    assert counts[0] == everything
    assert all(count < everything for count in counts[1:])
    assert sum(counts[1:]) > 0


def test_what_costs_nothing_is_asked_every_week(world_of):
    free = world_of(families=("searxng",))
    free.joins(BETH)

    assert len(set(sweeps(free, 4))) == 1


def test_what_brings_nothing_new_is_asked_ever_more_seldom(priced: World):
    priced.joins(MARIA)
    counts = sweeps(priced, A_YEAR_OF_FLOORS)

    assert sum(counts[-MAX_INTERVAL:]) == counts[0]
    assert sum(counts[1 : 1 + MAX_INTERVAL]) > counts[0]


def test_a_query_that_rests_tells_nothing_and_leaves_no_gap(priced: World):
    john = priced.joins(JOHN)
    priced.sweep()
    seen = set(john.findings)

    for _ in range(MAX_INTERVAL):
        priced.a_week_later()
        assert priced.sweep() == []
        assert priced.gaps() == {}

    assert set(john.findings) == seen
    assert all(finding.presence == "present" for finding in john.findings.values())


def test_a_check_of_oneself_asks_everything(priced: World):
    maria = priced.joins(MARIA)
    everything = planned(priced)
    priced.sweep()
    searched(priced)

    run_self_check(priced.app, maria.id)

    assert len(searched(priced)) == everything


def test_what_the_budget_does_not_pay_for_is_left_out_and_told(priced: World):
    allowed(priced, weekly_requests_district=0)
    maria = priced.joins(MARIA)

    priced.sweep()
    priced.on_monday()

    assert searched(priced) == []
    assert priced.gaps() == {"searxng": Outcome.SKIPPED}
    text = " ".join(maria.emails_of("digest")[-1].text.split())
    assert render_note(OVER_BUDGET) in text


def test_what_was_left_out_comes_first_in_the_next_week(priced: World):
    priced.joins(MARIA)
    allowed(priced, weekly_requests_district=0)
    priced.sweep()
    allowed(priced)
    priced.a_week_later()
    everything = planned(priced)
    searched(priced)

    priced.sweep()

    assert len(searched(priced)) == everything


def test_checks_of_oneself_cannot_overrun_ones_budget(priced: World):
    maria = priced.joins(MARIA)
    priced.sweep()
    everything = len(searched(priced))

    counts = []
    for _ in range(40):
        run_self_check(priced.app, maria.id)
        counts.append(len(searched(priced)))

    assert counts[0] == everything
    assert counts[-1] == 0
    dollars = sum(cost.requests * 5 / 1000 for cost in paid(priced) if cost.person_id == maria.id)
    assert 0.2 < dollars <= 0.25


def test_what_was_spent_about_who_left_is_spent(priced: World):
    maria = priced.joins(MARIA)
    priced.sweep()
    before = paid(priced)

    maria.withdraws()
    priced.writes()
    priced.later(days=1)
    priced.writes()

    after = paid(priced)
    assert {cost.person_id for cost in after} == {""}
    assert sum(cost.requests for cost in after) == sum(cost.requests for cost in before)


def test_last_weeks_costs_are_forgotten(priced: World):
    priced.joins(MARIA)
    priced.sweep()
    first = priced.state.sweeps.find_latest_sweep(SweepKind.SWEEP)
    assert first
    assert priced.state.api_costs.list_api_costs_of_week(first.week) != ()

    priced.a_week_later()
    priced.sweep()

    assert priced.state.api_costs.list_api_costs_of_week(first.week) == ()


def test_a_sweep_that_was_cut_short_pays_for_nothing_twice(priced: World):
    priced.joins(BETH)
    priced.joins(MARIA)

    def stop(_visit: object) -> None:
        priced.meanwhile = lambda _visit: None
        raise RuntimeError

    priced.meanwhile = stop
    with pytest.raises(RuntimeError):
        priced.sweep()
    priced.restarts()
    priced.sweep()

    assert len(searched(priced)) >= planned(priced)
    assert priced.gaps() == {}


def test_the_week_of_an_engine_is_given_to_what_is_worth_most(priced: World):
    """What its quota leaves is shared out before anything is asked, and not by who comes first."""
    sources = priced.config.sources
    engine = structs.replace(sources.searxng, per_week=20)
    priced.restarts(
        structs.replace(priced.config, sources=structs.replace(sources, searxng=engine))
    )
    for member in (MARIA, BETH):
        priced.joins(member)

    priced.sweep()

    assert sum(entry.requests for entry in paid(priced)) <= 18 + 1
    assert priced.gaps() == {"searxng": Outcome.PARTIAL}
    assert priced.coverage()["searxng"].note == OVER_BUDGET
    about = {entry.person_id for entry in paid(priced)} - {""}
    assert len(about) == 2


def test_a_person_with_an_open_case_is_asked_about_more_often(world_of):
    world = world_of("paceclub", families=("searxng",))
    world.prices["searxng"] = Decimal(5)
    world.internet = world.internet.add_entry(PRETENDER)
    daniel, beth = world.joins(DANIEL), world.joins(BETH)

    world.sweep()

    urgent = {
        person.id: {candidate.is_urgent for candidate in list_paid_candidates(world.app, person.id)}
        for person in (daniel, beth)
    }
    assert bool(daniel.cases) is True
    assert urgent == {daniel.id: {True}, beth.id: {False}}
