"""One host's queries, asked by whoever holds the right to it; what leads away is handed back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import msgspec
import pytest

from monitor.fleet.db.mailbox import AnswerBody
from monitor.fleet.host_crawler import MOST_HANDOVERS, HostCrawler
from scrapers.crawl.crawler import CrawlEngine
from scrapers.crawl.routing import CrawlQuery, HostManners
from scrapers.crawl.throttle import WITHOUT_WAITS, HostState
from scrapers.http.client import Redirect
from scrapers.http.errors import FailureReason
from scrapers.models import CrawlPriority, Outcome, Page, ParseResult, Query, Request
from scrapers.source import AccessMode
from tests.scrapers.http.fakes import FakeClient, FakeClock, FakeSource, queries, site
from tests.scrapers.http.memories import InMemoryHostStore
from tests.scrapers.sandbox.fakes import InProcessParser

ALPHA = site("alpha", seconds_between=5.0)
PAGES = site("alpha", access=AccessMode.PAGE, seconds_between=5.0)
HERE = HostManners(host="alpha.example", pause=5.0, owners=("alpha",))
FRESH = HostState(host="alpha.example")


def build_crawler(client: FakeClient, *sources: FakeSource, **parts: object) -> HostCrawler:
    return HostCrawler(
        client=client,
        sources={source.name: source for source in sources},
        clock=client.clock,
        host_store=InMemoryHostStore(),
        parser=InProcessParser(),
        **{"engine": CrawlEngine(clock=client.clock), **parts},
    )


def ask(
    crawler: HostCrawler,
    states: list[CrawlQuery],
    host_state: HostState = FRESH,
    ways: Iterator[bool] | None = None,
) -> list[AnswerBody]:
    return [answer for _, answer, _ in ask_numbered(crawler, states, host_state, ways)]


def ask_numbered(
    crawler: HostCrawler,
    states: list[CrawlQuery],
    host_state: HostState = FRESH,
    ways: Iterator[bool] | None = None,
) -> list[tuple[int, AnswerBody, HostState]]:
    """Ask a batch; `ways` says before each look whether it is to give way."""
    return list(
        crawler.ask_host(
            HERE,
            host_state,
            list(enumerate(states)),
            CrawlPriority.USUAL,
            lambda: ways is not None and next(ways, True),
        )
    )


def states(count: int, source: FakeSource = ALPHA) -> list[CrawlQuery]:
    return [CrawlQuery(query=query) for query in queries(count, source)]


def test_queries_are_asked_one_by_one_after_the_pause(clock: FakeClock) -> None:
    client = FakeClient(clock, takes=lambda _: 0.5)

    answers = ask_numbered(build_crawler(client, ALPHA), states(4))

    assert [number for number, _, _ in answers] == [0, 1, 2, 3]
    assert all(
        answer.result and answer.result.result.outcome is Outcome.ABSENT for _, answer, _ in answers
    )
    gaps = [later[1] - earlier[2] for earlier, later in pairwise(client.asked)]
    assert gaps == pytest.approx([5.0] * 3)
    for (_, _, state), (_, _, ended) in zip(answers, client.asked, strict=True):
        assert state.next_at is not None
        left = state.next_at - clock.now()
        assert left == timedelta(seconds=ended + 5.0 - clock.seconds)


def test_a_pause_that_another_process_began_is_waited_out(clock: FakeClock) -> None:
    client = FakeClient(clock)
    crawler = build_crawler(client, ALPHA)
    ask(crawler, states(1))
    # Meanwhile another one has asked this host, and was told to stay away longer.
    later = HostState(host="alpha.example", next_at=clock.now() + timedelta(seconds=60))
    began = clock.seconds
    ask(crawler, states(2)[1:], later)

    assert client.asked[1][1] - began >= 60.0


def test_a_host_that_is_parked_answers_at_once_with_the_standing_reading(clock: FakeClock) -> None:
    client = FakeClient(clock)
    until = clock.now() + timedelta(hours=1)
    parked = HostState(host="alpha.example", parked_until=until, reason=Outcome.LIMITED)

    answers = ask(build_crawler(client, ALPHA), states(3), parked)

    assert [answer.result.result.outcome for answer in answers if answer.result] == [
        Outcome.LIMITED
    ] * 3
    assert client.asked == []


def test_a_batch_gives_way_between_two_queries(clock: FakeClock) -> None:
    client = FakeClient(clock)
    ways = iter((False, False, True))
    unhurried = CrawlEngine(clock=clock, throttle=WITHOUT_WAITS)

    answers = ask(build_crawler(client, ALPHA, engine=unhurried), states(5), ways=ways)

    assert len(answers) == len(client.asked) == 2


def test_who_may_not_be_asked_about_anymore_is_not(clock: FakeClock) -> None:
    client = FakeClient(clock)
    gone = states(3)[1].query.key
    crawler = build_crawler(client, ALPHA, may_ask=lambda query: query.key != gone)

    notes = [entry.result.result.note for entry in ask(crawler, states(3)) if entry.result]

    assert notes == ["", FailureReason.NOT_ALLOWED.value, ""]
    assert len(client.asked) == 2


def test_a_redirect_to_another_host_is_handed_back_and_goes_on_there(clock: FakeClock) -> None:
    beta = site("beta", seconds_between=5.0)
    both = replace(
        ALPHA,
        crawl_policy=replace(
            ALPHA.crawl_policy, origins=("http://alpha.example", "http://beta.example")
        ),
    )
    there = Redirect(Request(url="http://beta.example/moved", led=True))
    client = FakeClient(clock, respond=lambda url: there if "name0" in url else "found")
    first, second = ask(build_crawler(client, both, beta), states(2, both))

    assert client.urls == ["http://alpha.example/name0", "http://alpha.example/name1"]
    assert second.result is not None
    assert first.result is None
    assert first.handed_back is not None
    assert first.handed_back.hops == 1

    elsewhere = build_crawler(client, both, beta)
    manners = HostManners(host="beta.example", pause=5.0, owners=("beta",))
    state = HostState(host="beta.example")
    ((_, answer, _),) = elsewhere.ask_host(
        manners, state, [(0, first.handed_back)], CrawlPriority.USUAL, lambda: False
    )
    assert client.urls[-1] == "http://beta.example/moved"
    assert answer.result is not None
    assert answer.result.query == first.handed_back.query
    assert answer.result.result.outcome is Outcome.FOUND


def test_what_an_answer_leads_to_is_told_and_not_asked(clock: FakeClock) -> None:
    leading = _LeadingSource(name="alpha", crawl_policy=ALPHA.crawl_policy)
    client = FakeClient(clock)

    (answer,) = ask(build_crawler(client, leading), states(1, leading))

    assert len(client.asked) == 1
    assert answer.result is not None
    assert [query.terms for query in answer.result.result.follow] == [("next",)]


class _LeadingSource(FakeSource):
    def parse_response(self, query: Query, page: Page) -> ParseResult:  # noqa: ARG002 - the protocol names it
        return ParseResult(outcome=Outcome.FOUND, follow=(self.query("next"),))


def test_robots_txt_that_lies_elsewhere_is_asked_there(clock: FakeClock) -> None:
    file = Redirect(Request(url="http://www.alpha.example/robots.txt", led=True))
    client = FakeClient(
        clock,
        respond=lambda url: (
            file
            if url == "http://alpha.example/robots.txt"
            else _build_file(url, clock) or "absent"
        ),
    )
    (first,) = ask(build_crawler(client, PAGES), states(1, PAGES))
    assert first.handed_back is not None
    assert first.handed_back.robots is not None

    there = HostManners(host="www.alpha.example", pause=5.0)
    ((_, second, _),) = build_crawler(client, PAGES).ask_host(
        there,
        HostState(host="www.alpha.example"),
        [(0, first.handed_back)],
        CrawlPriority.USUAL,
        lambda: False,
    )
    assert client.urls[-1] == "http://www.alpha.example/robots.txt"
    assert second.handed_back is not None
    (third,) = ask(build_crawler(client, PAGES), [second.handed_back])
    assert third.result is not None
    assert third.result.result.outcome is Outcome.ABSENT
    assert client.urls[-1] == "http://alpha.example/name0"


def _build_file(url: str, clock: FakeClock) -> Page | None:
    if not url.endswith("/robots.txt"):
        return None
    return Page(url=url, status=200, body=b"User-agent: *\nAllow: /", fetched_at=clock.now())


def test_a_query_is_not_handed_to_and_fro_for_ever(clock: FakeClock) -> None:
    (state,) = states(1)
    lost = replace(state, redirect=Request(url="http://beta.example/", led=True), hops=1)
    client = FakeClient(clock)

    (again,) = ask(build_crawler(client, ALPHA), [lost])
    (ended,) = ask(build_crawler(client, ALPHA), [replace(lost, handovers=MOST_HANDOVERS)])

    assert again.handed_back is not None
    assert again.handed_back.handovers == 1
    assert ended.result is not None
    assert ended.result.result.outcome is Outcome.UNREADABLE
    assert client.asked == []


def test_a_host_with_long_pauses_is_remembered_before_it_is_asked(clock: FakeClock) -> None:
    slow = site("alpha", seconds_between=60.0)
    manners, store, seen = replace(HERE, pause=60.0), InMemoryHostStore(), list[HostState | None]()

    def respond(_: str) -> str:
        seen.append(store.load_host_state("alpha.example"))
        return "absent"

    crawler = replace(build_crawler(FakeClient(clock, respond), slow), host_store=store)
    list(crawler.ask_host(manners, FRESH, [(0, states(1, slow)[0])], CrawlPriority.USUAL, bool))

    assert seen[0] is not None
    assert seen[0].next_at is not None
    assert seen[0].next_at >= clock.now() + timedelta(seconds=60)


def test_a_query_is_the_same_after_a_journey() -> None:
    query = CrawlQuery(query=queries(1, ALPHA)[0], depth=2, hops=1, asked_count=3)
    query.redirect = Request(url="http://alpha.example/on", led=True)
    query.result = ParseResult(outcome=Outcome.PARTIAL, note="half")
    arrived = msgspec.json.decode(msgspec.json.encode(query), type=CrawlQuery)

    assert arrived == query


def test_crawlers_of_one_process_share_an_engine(clock: FakeClock) -> None:
    client, engine = FakeClient(clock), CrawlEngine(clock=clock)
    for _ in range(2):
        ask(build_crawler(client, ALPHA, engine=engine), states(1))

    assert len(client.asked) == 2
    engine.close()
