"""A host that wants us back soon is asked again in the same run; one that does not, is not."""

from dataclasses import replace
from datetime import timedelta

from scrapers.crawl.throttle import Throttle
from scrapers.models import Outcome, ParseResult
from tests.scrapers.http.fakes import MONDAY, FakeClient, FakeClock, lanes_over, queries, site
from tests.scrapers.http.memories import InMemoryHostStore

ALPHA, BETA = site("alpha"), site("beta")


def limited(clock: FakeClock, seconds: float) -> ParseResult:
    when = clock.now() + timedelta(seconds=seconds)
    return ParseResult(outcome=Outcome.LIMITED, retry_at=when)


def limiting(clock: FakeClock, *seconds: float) -> FakeClient:
    """Want to be asked later, so many times, and answer then."""
    pauses = iter(seconds)

    def respond(_: str) -> ParseResult | str:
        pause = next(pauses, None)
        return "absent" if pause is None else limited(clock, pause)

    return FakeClient(clock, respond=respond)


def test_a_query_that_was_put_off_is_answered_in_the_same_run(clock: FakeClock) -> None:
    client = limiting(clock, 20.0)

    visits = list(lanes_over(client, ALPHA).crawl(queries(2, ALPHA)))

    assert [visit.result.outcome for visit in visits] == [Outcome.ABSENT] * 2
    assert [began for _, began, _ in client.asked] == [0.0, 20.0, 21.0]
    assert client.urls[0] == client.urls[1]


def test_the_host_is_left_alone_until_then_by_every_query(clock: FakeClock) -> None:
    client = limiting(clock, 200.0)

    list(lanes_over(client, ALPHA).crawl(queries(5, ALPHA)))

    assert [began for _, began, _ in client.asked] == [0.0, 200.0, 201.0, 202.0, 203.0, 204.0]


def test_other_hosts_do_not_wait_for_it(clock: FakeClock) -> None:
    client = FakeClient(
        clock, respond=lambda url: limited(clock, 60) if "alpha" in url else "absent"
    )

    list(lanes_over(client, ALPHA, BETA).crawl(queries(3, ALPHA, BETA)))

    beta = [began for url, began, _ in client.asked if "beta" in url]
    assert beta == [0.0, 1.0, 2.0]


def test_a_query_is_put_off_twice_and_then_given_up(clock: FakeClock) -> None:
    client = FakeClient(clock, respond=lambda _: limited(clock, 10.0))

    visits = list(lanes_over(client, ALPHA).crawl(queries(3, ALPHA)))

    assert len(client.asked) == 3
    assert {visit.result.outcome for visit in visits} == {Outcome.LIMITED}


def test_a_server_in_trouble_that_says_until_when_is_asked_again(clock: FakeClock) -> None:
    def respond(_: str) -> ParseResult | str:
        trouble = ParseResult(outcome=Outcome.FAILED, retry_at=clock.now() + timedelta(seconds=5))
        return trouble if len(client.asked) == 0 else "absent"

    client = FakeClient(clock, respond=respond)

    (visit,) = lanes_over(client, ALPHA).crawl(queries(1, ALPHA))

    assert visit.result.outcome is Outcome.ABSENT
    assert [began for _, began, _ in client.asked] == [0.0, 5.0]


def test_a_server_that_stays_in_trouble_is_closed_for_the_run(clock: FakeClock) -> None:
    def trouble(_: str) -> ParseResult:
        return ParseResult(outcome=Outcome.FAILED, retry_at=clock.now() + timedelta(seconds=5))

    client = FakeClient(clock, respond=trouble)

    list(lanes_over(client, ALPHA).crawl(queries(9, ALPHA)))

    assert len(client.asked) == 6


def test_nobody_waits_longer_than_patience(clock: FakeClock) -> None:
    client = FakeClient(clock, respond=lambda _: limited(clock, 301.0))

    visits = list(
        lanes_over(client, ALPHA, throttle=Throttle(patience_seconds=300.0)).crawl(
            queries(3, ALPHA)
        )
    )

    assert len(client.asked) == 1
    assert {visit.result.outcome for visit in visits} == {Outcome.LIMITED}


def test_a_restart_remembers_until_when_a_host_put_us_off(clock: FakeClock) -> None:
    hosts = InMemoryHostStore()
    run = lanes_over(limiting(clock, 200.0), ALPHA, BETA, hosts=hosts).crawl(
        queries(1, ALPHA, BETA)
    )
    next(run)
    run.close()

    assert hosts.states["alpha.example"].next_at == MONDAY + timedelta(seconds=200)


def test_an_answer_that_asks_for_a_pause_gets_it(clock: FakeClock) -> None:
    pauses = iter((10.0,))

    def respond(_: str) -> ParseResult | str:
        pause = next(pauses, None)
        if pause is None:
            return "absent"
        return replace(limited(clock, pause), outcome=Outcome.ABSENT)

    client = FakeClient(clock, respond=respond)
    list(lanes_over(client, ALPHA).crawl(queries(3, ALPHA)))

    assert [began for _, began, _ in client.asked] == [0.0, 10.0, 11.0]


def test_an_answer_that_asks_for_a_long_pause_parks_its_host(clock: FakeClock) -> None:
    client = FakeClient(
        clock, respond=lambda _: replace(limited(clock, 3600.0), outcome=Outcome.ABSENT)
    )
    hosts = InMemoryHostStore()

    visits = list(lanes_over(client, ALPHA, hosts=hosts).crawl(queries(2, ALPHA)))

    assert [visit.result.outcome for visit in visits] == [Outcome.ABSENT, Outcome.LIMITED]
    assert len(client.asked) == 1
