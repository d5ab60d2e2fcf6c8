"""A name server that is slow for one name holds up nobody but those who ask for it."""

import threading

from scrapers.crawl.throttle import WITHOUT_WAITS
from scrapers.http.client import HttpClient
from scrapers.http.clock import SystemClock
from scrapers.http.fetch_limits import FetchLimits
from scrapers.http.ssrf_guard import Dialer
from scrapers.models import Outcome
from tests.scrapers.http.conftest import Internet
from tests.scrapers.http.fakes import lanes_over, queries, site
from tests.scrapers.http.loopback import answer, answering, without_robots
from tests.scrapers.http.wire import AGENT

PATIENCE = 120.0
HURRIED = FetchLimits(total_seconds=0.2)


def test_a_name_that_is_not_resolved_holds_up_no_other_host(internet: Internet) -> None:
    served = internet.serve(without_robots(answering(answer())), "beta.example")
    others_are_done = threading.Event()

    def slow(host: str, port: int):
        others_are_done.wait(PATIENCE)
        return ()

    places = {"beta.example": ("127.0.0.1", served.port)}
    egress = Dialer(address_map=places, resolve=slow)
    internet.clients.append(
        HttpClient(egress, SystemClock(), AGENT, FetchLimits(total_seconds=20.0))
    )
    alpha, beta = site("alpha"), site("beta")
    lanes = lanes_over(internet.clients[-1], alpha, beta, throttle=WITHOUT_WAITS)

    came = []
    for visit in lanes.crawl(queries(3, alpha, beta)):
        came.append((visit.query.source, visit.result.outcome))
        if len(came) == 3:
            others_are_done.set()

    assert [source for source, _ in came[:3]] == ["beta"] * 3
    assert {outcome for source, outcome in came if source == "alpha"} == {Outcome.FAILED}


def test_a_name_that_is_never_resolved_is_given_up_in_time(internet: Internet) -> None:
    never = threading.Event()

    def silent(host: str, port: int):
        never.wait(PATIENCE)
        return ()

    internet.clients.append(HttpClient(Dialer(resolve=silent), SystemClock(), AGENT, HURRIED))
    alpha = site("alpha")
    lanes = lanes_over(internet.clients[-1], alpha, throttle=WITHOUT_WAITS)

    (visit,) = lanes.crawl(queries(1, alpha))

    never.set()
    assert visit.result.outcome is Outcome.FAILED
    assert "name" in visit.result.note
