"""A host that fails, limits or blocks us is left alone, also after a restart."""

from datetime import timedelta

import pytest

from scrapers.http.throttle import HostState, InMemoryHosts
from scrapers.models import Outcome, Reading
from tests.scrapers.http.fakes import MONDAY, FakeClient, FakeClock, lanes_over, questions, site

ALPHA, BETA = site("alpha"), site("beta")


def test_two_failures_in_a_row_close_a_host_for_the_run(clock: FakeClock) -> None:
    client = FakeClient(clock, respond=lambda _: Reading(outcome=Outcome.FAILED, note="no"))
    lanes = lanes_over(client, ALPHA)

    visits = list(lanes.visit(questions(10, ALPHA)))

    assert len(client.asked) == 2
    assert [visit.reading.outcome for visit in visits] == [Outcome.FAILED] * 10

    list(lanes.visit(questions(10, ALPHA)))
    assert len(client.asked) == 4


def test_a_failure_between_answers_closes_nothing(clock: FakeClock) -> None:
    def alternating(url: str) -> Reading | str:
        even = int(url[-1]) % 2 == 0
        return Reading(outcome=Outcome.FAILED, note="no") if even else "absent"

    client = FakeClient(clock, respond=alternating)
    list(lanes_over(client, ALPHA).visit(questions(10, ALPHA)))

    assert len(client.asked) == 10


@pytest.mark.parametrize(
    ("outcome", "retry_at"),
    [(Outcome.LIMITED, MONDAY + timedelta(minutes=30)), (Outcome.BLOCKED, None)],
)
def test_a_host_that_wants_to_be_left_alone_is_left_alone_at_once(
    clock: FakeClock, outcome: Outcome, retry_at: object
) -> None:
    said = Reading(outcome=outcome, retry_at=retry_at)  # type: ignore[arg-type] # a column of the table
    client = FakeClient(clock, respond=lambda _: said)
    hosts = InMemoryHosts()

    visits = list(lanes_over(client, ALPHA, hosts=hosts).visit(questions(10, ALPHA)))

    assert len(client.asked) == 1
    assert [visit.reading.outcome for visit in visits] == [outcome] * 10
    assert all(visit.reading.retry_at for visit in visits[1:])
    assert hosts.states["alpha.example"].parked_until is not None
    assert hosts.states["alpha.example"].failures == (outcome is Outcome.BLOCKED)


def test_a_restart_forgets_neither_a_parked_host_nor_a_pause(clock: FakeClock) -> None:
    parked = HostState(
        host="alpha.example",
        parked_until=MONDAY + timedelta(hours=1),
        reason=Outcome.BLOCKED.value,
        failures=1,
    )
    paused = HostState(host="beta.example", next_at=MONDAY + timedelta(seconds=40))
    hosts = InMemoryHosts({"alpha.example": parked, "beta.example": paused})
    client = FakeClient(clock)

    visits = list(lanes_over(client, ALPHA, BETA, hosts=hosts).visit(questions(1, ALPHA, BETA)))

    outcomes = {visit.query.source: visit.reading.outcome for visit in visits}
    assert outcomes == {"alpha": Outcome.BLOCKED, "beta": Outcome.ABSENT}
    assert client.asked == [("http://beta.example/name0", 40.0, 40.0)]


def test_a_run_leaves_behind_when_each_host_may_be_asked_next(clock: FakeClock) -> None:
    hosts = InMemoryHosts()

    list(lanes_over(FakeClient(clock), ALPHA, hosts=hosts).visit(questions(1, ALPHA)))

    assert hosts.states["alpha.example"].next_at == MONDAY + timedelta(seconds=1)


def test_a_parked_host_is_asked_again_when_its_time_has_come(clock: FakeClock) -> None:
    answers = iter(("blocked", "absent", "absent"))
    client = FakeClient(clock, respond=lambda _: next(answers))
    hosts = InMemoryHosts()
    lanes = lanes_over(client, ALPHA, hosts=hosts)

    list(lanes.visit(questions(2, ALPHA)))
    clock.sleep(timedelta(hours=1).total_seconds())
    visits = list(lanes.visit(questions(2, ALPHA)))

    assert {visit.reading.outcome for visit in visits} == {Outcome.ABSENT}
    assert hosts.states["alpha.example"].failures == 0
