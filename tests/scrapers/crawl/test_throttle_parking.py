"""A host that fails, limits or blocks us is left alone, also after a restart."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from scrapers.crawl.throttle import HostState
from scrapers.http.client import Redirect
from scrapers.models import Outcome, Page, ParseResult, Request
from scrapers.source import ANY_ORIGIN, AccessMode
from tests.scrapers.http.fakes import MONDAY, FakeClient, FakeClock, lanes_over, queries, site
from tests.scrapers.http.memories import InMemoryHostStore

ALPHA, BETA = site("alpha"), site("beta")
# People's pages, wherever they lie, and an API of another platform.
PAGES = site("pages", access=AccessMode.PAGE, origins=ANY_ORIGIN)
HOMES = site("homes", access=AccessMode.PAGE)
API = BETA
API_URL = "http://beta.example/v1/session"
REFUSALS = [
    ParseResult(outcome=Outcome.BLOCKED),
    ParseResult(outcome=Outcome.LIMITED, retry_at=MONDAY + timedelta(days=7)),
    ParseResult(outcome=Outcome.LIMITED, retry_at=MONDAY + timedelta(minutes=4)),
    ParseResult(outcome=Outcome.FAILED),
]


def answering(
    clock: FakeClock, answers: dict[str, ParseResult | Redirect]
) -> Callable[[str], Page | ParseResult | Redirect | str]:
    """Answer as told; no host has a robots.txt, and nothing else is there."""

    def respond(url: str) -> Page | ParseResult | Redirect | str:
        if url.endswith("/robots.txt"):
            return Page(url=url, status=404, body=b"", fetched_at=clock.now())
        return answers.get(url, "absent")

    return respond


def test_two_failures_in_a_row_close_a_host_for_the_run(clock: FakeClock) -> None:
    client = FakeClient(clock, respond=lambda _: ParseResult(outcome=Outcome.FAILED, note="no"))
    lanes = lanes_over(client, ALPHA)

    visits = list(lanes.crawl(queries(10, ALPHA)))

    assert len(client.asked) == 2
    assert [visit.result.outcome for visit in visits] == [Outcome.FAILED] * 10

    list(lanes.crawl(queries(10, ALPHA)))
    assert len(client.asked) == 4


def test_a_failure_between_answers_closes_nothing(clock: FakeClock) -> None:
    def alternating(url: str) -> ParseResult | str:
        even = int(url[-1]) % 2 == 0
        return ParseResult(outcome=Outcome.FAILED, note="no") if even else "absent"

    client = FakeClient(clock, respond=alternating)
    list(lanes_over(client, ALPHA).crawl(queries(10, ALPHA)))

    assert len(client.asked) == 10


@pytest.mark.parametrize(
    ("outcome", "retry_at"),
    [(Outcome.LIMITED, MONDAY + timedelta(minutes=30)), (Outcome.BLOCKED, None)],
)
def test_a_host_that_wants_to_be_left_alone_is_left_alone_at_once(
    clock: FakeClock, outcome: Outcome, retry_at: object
) -> None:
    said = ParseResult(outcome=outcome, retry_at=retry_at)  # type: ignore[arg-type] # a column of the table
    client = FakeClient(clock, respond=lambda _: said)
    hosts = InMemoryHostStore()

    visits = list(lanes_over(client, ALPHA, hosts=hosts).crawl(queries(10, ALPHA)))

    assert len(client.asked) == 1
    assert [visit.result.outcome for visit in visits] == [outcome] * 10
    assert all(visit.result.retry_at for visit in visits[1:])
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
    hosts = InMemoryHostStore({"alpha.example": parked, "beta.example": paused})
    client = FakeClient(clock)

    visits = list(lanes_over(client, ALPHA, BETA, hosts=hosts).crawl(queries(1, ALPHA, BETA)))

    outcomes = {visit.query.source: visit.result.outcome for visit in visits}
    assert outcomes == {"alpha": Outcome.BLOCKED, "beta": Outcome.ABSENT}
    assert client.asked == [("http://beta.example/name0", 40.0, 40.0)]


def test_a_run_leaves_behind_when_each_host_may_be_asked_next(clock: FakeClock) -> None:
    hosts = InMemoryHostStore()

    list(lanes_over(FakeClient(clock), ALPHA, hosts=hosts).crawl(queries(1, ALPHA)))

    assert hosts.states["alpha.example"].next_at == MONDAY + timedelta(seconds=1)


def test_a_parked_host_is_asked_again_when_its_time_has_come(clock: FakeClock) -> None:
    answers = iter(("blocked", "absent", "absent"))
    client = FakeClient(clock, respond=lambda _: next(answers))
    hosts = InMemoryHostStore()
    lanes = lanes_over(client, ALPHA, hosts=hosts)

    list(lanes.crawl(queries(2, ALPHA)))
    clock.sleep(timedelta(hours=1).total_seconds())
    visits = list(lanes.crawl(queries(2, ALPHA)))

    assert {visit.result.outcome for visit in visits} == {Outcome.ABSENT}
    assert hosts.states["alpha.example"].failures == 0


@pytest.mark.parametrize("refusal", REFUSALS)
@pytest.mark.parametrize("pages", [1, 5])
def test_a_page_that_redirects_to_an_apis_refusal_keeps_nobody_from_the_api(
    clock: FakeClock, refusal: ParseResult, pages: int
) -> None:
    led = Redirect(Request(url=API_URL, led=True))
    answers = {f"http://homes.example/{n}": led for n in range(pages)} | {API_URL: refusal}
    client = FakeClient(clock, respond=answering(clock, answers))
    hosts = InMemoryHostStore()
    lanes = lanes_over(client, PAGES, API, hosts=hosts)
    hostile = [PAGES.query(f"p{n}", f"http://homes.example/{n}") for n in range(pages)]

    first = list(lanes.crawl(hostile))
    visits = list(lanes.crawl([*hostile, *queries(5, API)]))

    assert first[0].result.outcome is refusal.outcome
    asked = [visit.result.outcome for visit in visits if visit.query.source == API.name]
    assert asked == [Outcome.ABSENT] * 5
    assert hosts.states["beta.example"].parked_until is None
    assert hosts.states["beta.example"].failures == 0


@pytest.mark.parametrize("refusal", REFUSALS)
def test_an_apis_address_that_is_named_as_a_page_keeps_nobody_from_the_api(
    clock: FakeClock, refusal: ParseResult
) -> None:
    named = {f"{API_URL}/{n}": refusal for n in range(5)}
    client = FakeClient(clock, respond=answering(clock, named))
    lanes = lanes_over(client, PAGES, API)

    list(lanes.crawl(PAGES.query(url, url) for url in named))
    visits = list(lanes.crawl([*(PAGES.query(url, url) for url in named), *queries(5, API)]))

    asked = [visit.result.outcome for visit in visits if visit.query.source == API.name]
    assert asked == [Outcome.ABSENT] * 5


def test_what_a_redirect_led_to_is_charged_to_the_host_of_the_page_it_came_from(
    clock: FakeClock,
) -> None:
    wall = "http://wall.example/login"
    answers: dict[str, ParseResult | Redirect] = {
        f"http://homes.example/name{n}": Redirect(Request(url=wall, led=True)) for n in range(5)
    }
    answers[wall] = ParseResult(outcome=Outcome.BLOCKED)
    client = FakeClient(clock, respond=answering(clock, answers))
    hosts = InMemoryHostStore()

    visits = list(lanes_over(client, HOMES, hosts=hosts).crawl(queries(5, HOMES)))

    assert {visit.result.outcome for visit in visits} == {Outcome.BLOCKED}
    assert hosts.states["homes.example"].reason == Outcome.BLOCKED
    assert hosts.states["homes.example"].failures == 1
    assert hosts.states["wall.example"].parked_until is None


def test_a_wall_before_one_page_is_no_wall_before_the_next(clock: FakeClock) -> None:
    walled: dict[str, ParseResult | Redirect] = {
        "http://homes.example/name1": ParseResult(outcome=Outcome.BLOCKED)
    }
    client = FakeClient(clock, respond=answering(clock, walled))
    hosts = InMemoryHostStore()
    lanes = lanes_over(client, HOMES, hosts=hosts)

    for _ in range(3):
        outcomes = [visit.result.outcome for visit in lanes.crawl(queries(4, HOMES))]
        assert outcomes == [Outcome.ABSENT, Outcome.BLOCKED, Outcome.ABSENT, Outcome.ABSENT]

    assert hosts.states["homes.example"].parked_until is None


def test_one_query_that_is_refused_again_and_again_parks_nobody(clock: FakeClock) -> None:
    client = FakeClient(
        clock,
        respond=answering(
            clock, {"http://homes.example/name0": ParseResult(outcome=Outcome.BLOCKED)}
        ),
    )
    hosts = InMemoryHostStore()
    lanes = lanes_over(client, HOMES, hosts=hosts)

    for _ in range(3):
        list(lanes.crawl(queries(1, HOMES)))

    assert hosts.states["homes.example"].parked_until is None
    assert client.urls.count("http://homes.example/name0") == 3


def test_a_wall_before_two_pages_in_a_row_is_the_hosts(clock: FakeClock) -> None:
    said = ParseResult(outcome=Outcome.BLOCKED)
    walled: dict[str, ParseResult | Redirect] = {
        f"http://homes.example/name{n}": said for n in range(10)
    }
    client = FakeClient(clock, respond=answering(clock, walled))
    hosts = InMemoryHostStore()
    lanes = lanes_over(client, HOMES, hosts=hosts)

    visits = list(lanes.crawl(queries(10, HOMES)))

    assert len([url for url in client.urls if "name" in url]) == 2
    assert {visit.result.outcome for visit in visits} == {Outcome.BLOCKED}
    assert hosts.states["homes.example"].parked_until is not None

    # Once it has refused so, its next refusal is believed at once.
    clock.sleep(timedelta(hours=1).total_seconds())
    list(lanes.crawl(queries(10, HOMES)))
    assert len([url for url in client.urls if "name" in url]) == 3
    assert hosts.states["homes.example"].failures == 2
