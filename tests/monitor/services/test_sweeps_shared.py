"""Where districts share hosts, each week's sweep begins with other people."""

from dataclasses import replace

from monitor.demo.district import BETH, JOHN, MARIA
from monitor.domain.vocabulary import SweepKind
from monitor.services.sweeps import SweepJob, list_planned_queries
from tests.monitor.services.world import World


def people_in_order(world: World, week: str, nonce: str) -> list[str]:
    app = world.app.copy_with(ids=replace(world.app.ids, shared_nonce=nonce))
    queries = list_planned_queries(app, SweepJob(kind=SweepKind.SWEEP, week=week))
    return list(dict.fromkeys(query.subject for query in queries if query.subject))


def test_the_order_of_people_changes_each_week_where_a_host_is_shared(world: World) -> None:
    for member in (MARIA, JOHN, BETH):
        world.joins(member)
    weeks = [f"2026-W{number}" for number in range(38, 48)]

    shared = [people_in_order(world, week, "nonce") for week in weeks]
    alone = [people_in_order(world, week, "") for week in weeks]

    assert {frozenset(entry) for entry in shared} == {frozenset(alone[0])}
    assert {entry[0] for entry in shared} == set(alone[0])
    assert alone == [alone[0]] * len(weeks)
