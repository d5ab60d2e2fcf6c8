"""A run begins, can be watched, and ends: by itself, closed, or stopped."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from scrapers.crawl.frontier import SourceProgress
from scrapers.crawl.throttle import Throttle
from scrapers.http.event_loop import run_in_thread
from scrapers.models import CrawlPriority, Query, QueryKind, Request
from tests.scrapers.http.fakes import (
    FakeClient,
    FakeClock,
    asked_while_a_run_goes_on,
    lanes_over,
    queries,
    site,
)

ALPHA, BETA = site("alpha"), site("beta")


def test_queries_are_pulled_by_the_consumer_and_only_as_they_are_needed(clock: FakeClock) -> None:
    pulled: list[str] = []
    threads: set[int] = set()

    def planning() -> Iterator[Query]:
        for number in range(100_000):
            pulled.append(str(number))
            threads.add(threading.get_ident())
            yield ALPHA.query(str(number))

    visits = lanes_over(FakeClient(clock), ALPHA).crawl(planning())
    next(visits)
    first = len(pulled)
    visits.close()

    assert first < 50_000
    assert threads == {threading.get_ident()}


@dataclass(frozen=True)
class LaneThreads:
    """The threads that lanes of this test ask in; `earlier` are those that other tests left."""

    earlier: frozenset[threading.Thread]

    def list_running(self) -> list[threading.Thread]:
        running = set(threading.enumerate()) - self.earlier
        return [thread for thread in running if thread.name == "crawler"]

    def wait_for_end(self) -> None:
        for thread in self.list_running():
            thread.join(120)
        assert self.list_running() == []


@pytest.fixture
def lane_threads() -> LaneThreads:
    return LaneThreads(frozenset(threading.enumerate()))


def test_the_loop_ends_with_the_run(clock: FakeClock, lane_threads: LaneThreads) -> None:
    list(lanes_over(FakeClient(clock), ALPHA).crawl([ALPHA.query("rosa")]))

    lane_threads.wait_for_end()


def test_closing_the_visits_ends_the_run_and_the_lanes_can_be_used_again(
    clock: FakeClock, lane_threads: LaneThreads
) -> None:
    client = FakeClient(clock)
    lanes = lanes_over(client, ALPHA)
    visits = lanes.crawl(ALPHA.query(str(number)) for number in range(10_000))
    next(visits)
    visits.close()
    lane_threads.wait_for_end()

    assert len(client.asked) < 1_000
    assert len(list(lanes.crawl([ALPHA.query("rosa")]))) == 1


def test_stopping_ends_every_run_without_waiting_for_what_is_in_flight(
    clock: FakeClock, lane_threads: LaneThreads
) -> None:
    release, asked = threading.Event(), threading.Event()

    def hang(_: str) -> str:
        asked.set()
        release.wait(120)
        return "absent"

    lanes = lanes_over(FakeClient(clock, respond=hang), ALPHA)

    def stop() -> None:
        asked.wait(120)
        lanes.stop()

    stopper = threading.Thread(target=stop)
    stopper.start()
    visits = list(lanes.crawl([ALPHA.query("rosa")]))
    stopper.join()

    assert visits == []
    assert list(lanes.crawl([ALPHA.query("ben")])) == []
    release.set()
    lane_threads.wait_for_end()


def test_closing_the_lanes_cuts_off_what_is_in_flight_and_waits_for_their_thread(
    clock: FakeClock, lane_threads: LaneThreads
) -> None:
    asked, over = threading.Event(), threading.Event()

    def hang() -> None:
        asked.set()
        over.wait(120)

    lanes = lanes_over(FakeClient(clock, respond=lambda _: run_in_thread(hang) or "absent"), ALPHA)
    run = threading.Thread(target=lambda: list(lanes.crawl([ALPHA.query("rosa")])))
    run.start()
    asked.wait(120)
    lanes.close()
    left = lane_threads.list_running()
    over.set()
    run.join()

    assert left == []
    assert list(lanes.crawl([ALPHA.query("ben")])) == []


def test_lanes_that_nobody_can_reach_any_more_end_their_thread(
    clock: FakeClock, lane_threads: LaneThreads
) -> None:
    visits = lanes_over(FakeClient(clock), ALPHA, BETA).crawl(queries(3, ALPHA, BETA))
    next(visits)
    del visits

    assert lane_threads.list_running() == []


def test_the_watcher_sees_each_source_wait_ask_and_end(clock: FakeClock) -> None:
    seen: list[tuple[str, SourceProgress]] = []
    client = FakeClient(clock, respond=lambda url: "blocked" if "beta" in url else "absent")
    lanes = lanes_over(client, ALPHA, BETA)
    asked = [ALPHA.query("rosa"), BETA.query("rosa")]

    list(lanes.crawl(asked, watch=lambda source, state: seen.append((source, state))))

    assert [state for source, state in seen if source == "alpha"] == [
        SourceProgress.WAITING,
        SourceProgress.ASKING,
        SourceProgress.DONE,
    ]
    assert seen[-1][1] in {SourceProgress.DONE, SourceProgress.BLOCKED}
    assert ("beta", SourceProgress.BLOCKED) in seen


def test_sixty_hosts_at_once_lose_and_double_nothing(clock: FakeClock) -> None:
    sources = [site(f"s{number}") for number in range(60)]
    lanes = lanes_over(FakeClient(clock), *sources, workers=16)
    asked = (
        Query(
            source=source.name,
            kind=QueryKind.PRESENCE,
            terms=(f"n{number}",),
            request=Request(url=f"{source.crawl_policy.origins[0]}/n{number}"),
        )
        for number in range(50)
        for source in sources
    )

    assert sum(1 for _ in lanes.crawl(asked)) == 3_000


def test_a_consumer_that_stays_away_does_not_stop_the_time_of_others(clock: FakeClock) -> None:
    lanes = lanes_over(FakeClient(clock), ALPHA, BETA)
    away = lanes.crawl(ALPHA.query(str(number)) for number in range(10_000))
    next(away)

    assert len(list(lanes.crawl(queries(2, BETA)))) == 2
    away.close()


def test_a_host_is_asked_on_only_when_its_last_answer_was_taken(clock: FakeClock) -> None:
    client = FakeClient(clock)
    lanes = lanes_over(client, ALPHA, throttle=Throttle(wait_factor=0))
    away = lanes.crawl(queries(20, ALPHA))
    next(away)
    others = [ALPHA.query(f"other{number}") for number in range(20)]

    assert len(list(lanes.crawl(others))) == 20
    assert [url for url in client.urls if "name" in url] == ["http://alpha.example/name0"]
    assert len(list(away)) == 19


def test_two_runs_of_one_rank_take_turns_at_a_host(clock: FakeClock) -> None:
    asked = asked_while_a_run_goes_on(clock, CrawlPriority.USUAL)

    assert "http://alpha.example/rosa" in asked[1:3]


def test_one_thread_asks_however_many_hosts_there_are(clock: FakeClock) -> None:
    sources = [site(f"s{number}") for number in range(60)]
    threads: set[int] = set()

    def respond(_: str) -> str:
        threads.add(threading.get_ident())
        return "absent"

    list(lanes_over(FakeClient(clock, respond=respond), *sources).crawl(queries(2, *sources)))

    assert len(threads) == 1
    assert threads != {threading.get_ident()}


def test_no_more_hosts_are_asked_at_once_than_the_limit(clock: FakeClock) -> None:
    sources = [site(f"s{number}") for number in range(20)]
    under_way: list[str] = []
    most = 0

    def respond(url: str) -> str:
        nonlocal most
        under_way.append(url)
        most = max(most, len(under_way))
        run_in_thread(lambda: None)
        under_way.remove(url)
        return "absent"

    client = FakeClient(clock, respond=respond)
    list(lanes_over(client, *sources, workers=3).crawl(queries(2, *sources)))

    assert most == 3


def test_a_fault_of_the_thread_that_asks_is_raised_where_the_visits_are_consumed() -> None:
    class StopsOnce(FakeClock):
        stopped = False

        def sleep(self, seconds: float) -> None:
            if not self.stopped:
                self.stopped = True
                raise OverflowError(seconds)
            super().sleep(seconds)

    lanes = lanes_over(FakeClient(StopsOnce()), ALPHA)

    with pytest.raises(OverflowError):
        list(lanes.crawl(queries(2, ALPHA)))
    assert len(list(lanes.crawl(queries(2, ALPHA)))) == 2


def test_a_host_that_was_being_asked_at_such_a_fault_is_asked_again_after_a_pause(
    clock: FakeClock, lane_threads: LaneThreads, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OverflowError

    client = FakeClient(clock, takes=lambda _: 1.0)
    lanes = lanes_over(client, ALPHA)
    with monkeypatch.context() as patch:
        patch.setattr("scrapers.crawl.crawl_worker.Group.spawn", broken)
        with pytest.raises(OverflowError):
            list(lanes.crawl(queries(2, ALPHA)))
    lane_threads.wait_for_end()

    assert len(list(lanes.crawl(queries(2, ALPHA)))) == 2
    assert client.asked[0][1] >= 1.0
