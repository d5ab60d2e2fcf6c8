"""Every query comes back exactly once, whatever its source and its host do."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from scrapers.crawl.frontier import Exchange
from scrapers.http.client import Redirect
from scrapers.http.errors import FailureReason
from scrapers.models import Outcome, Page, ParseResult, Query, Request, Trace, TraceKind
from tests.scrapers.http.fakes import FakeClient, FakeClock, FakeSource, lanes_over, site

ALPHA, BETA = site("alpha"), site("beta")


def found(url: str) -> Trace:
    return Trace(key=url, kind=TraceKind.PAGE, url=url)


@dataclass
class Paged(FakeSource):
    """Each page holds one trace, and leads on as its body says: `page N`, `ask NAME`, or not."""

    def parse_response(self, query: Query, page: Page) -> ParseResult:
        verb, _, what = page.body.decode().partition(" ")
        follow: tuple[Query, ...] = ()
        if verb == "page":
            url = what if "://" in what else f"{self.crawl_policy.origins[0]}/{what}"
            follow = (replace(query, request=Request(url=url)),)
        elif verb == "ask":
            follow = tuple(self.query(name) for name in what.split())
        elif verb != "end":
            return ParseResult(outcome=Outcome(verb))
        return ParseResult(outcome=Outcome.FOUND, traces=(found(page.url),), follow=follow)


PAGED = Paged("alpha", ALPHA.crawl_policy)


def client_of(pages: dict[str, str], clock: FakeClock) -> FakeClient:
    return FakeClient(clock, respond=lambda url: pages.get(url.rpartition("/")[2], "absent"))


def test_each_query_comes_back_once_with_its_reading(clock: FakeClock) -> None:
    client = client_of({"rosa": "found"}, clock)
    asked = [source.query(name) for name in ("rosa", "ben") for source in (ALPHA, BETA)]

    visits = list(lanes_over(client, ALPHA, BETA).crawl(asked))

    assert sorted(visit.query.key for visit in visits) == sorted(query.key for query in asked)
    for visit in visits:
        rosa = visit.query.terms == ("rosa",)
        assert visit.result.outcome is (Outcome.FOUND if rosa else Outcome.ABSENT)


def test_a_host_is_asked_in_the_order_that_was_planned(clock: FakeClock) -> None:
    client = FakeClient(clock)
    names = [f"n{number}" for number in range(100)]

    list(lanes_over(client, ALPHA, BETA).crawl(ALPHA.query(name) for name in names))

    assert client.urls == [f"http://alpha.example/{name}" for name in names]


def test_the_next_page_continues_the_query_before_others_begin(clock: FakeClock) -> None:
    client = client_of({"rosa": "page 2", "2": "page 3", "3": "end"}, clock)

    visits = list(lanes_over(client, PAGED).crawl([PAGED.query("rosa"), PAGED.query("ben")]))

    assert [url.rpartition("/")[2] for url in client.urls] == ["rosa", "2", "3", "ben"]
    rosa = next(visit for visit in visits if visit.query.terms == ("rosa",))
    assert len(visits) == 2
    assert len(rosa.result.traces) == 3
    assert rosa.result.outcome is Outcome.FOUND
    assert rosa.query.request.url.endswith("/rosa")
    assert rosa.result.follow == ()


def test_a_next_page_may_lie_at_another_host_of_the_source(clock: FakeClock) -> None:
    wide = replace(
        PAGED, crawl_policy=site("x", origins=("http://a.example", "http://b.example")).crawl_policy
    )
    client = client_of({"rosa": "page http://b.example/2", "2": "end"}, clock)

    visits = list(lanes_over(client, wide).crawl([wide.query("rosa")]))

    assert client.urls == ["http://a.example/rosa", "http://b.example/2"]
    assert [len(visit.result.traces) for visit in visits] == [2]


@pytest.mark.parametrize(
    ("page", "note"),
    [
        ("page http://evil.example/2", FailureReason.NOT_ITS_OWN),
        ("page file:///x", FailureReason.NOT_HTTP),
    ],
)
def test_a_next_page_that_may_not_be_asked_leaves_a_gap(
    clock: FakeClock, page: str, note: FailureReason
) -> None:
    client = client_of({"rosa": page}, clock)

    (visit,) = lanes_over(client, PAGED).crawl([PAGED.query("rosa")])

    assert visit.result.outcome is Outcome.PARTIAL
    assert visit.result.note == note
    assert len(visit.result.traces) == 1


def test_a_query_whose_later_page_fails_is_not_conclusive(clock: FakeClock) -> None:
    client = client_of({"rosa": "page 2", "2": "failed"}, clock)

    (visit,) = lanes_over(client, PAGED).crawl([PAGED.query("rosa")])

    assert visit.result.outcome is Outcome.PARTIAL


def test_a_query_with_pages_for_ever_ends_with_a_gap(clock: FakeClock) -> None:
    client = FakeClient(clock, respond=lambda _: "page again")

    (visit,) = lanes_over(client, PAGED).crawl([PAGED.query("rosa")])

    assert len(client.asked) == 51
    assert visit.result.outcome is Outcome.PARTIAL
    assert visit.result.note == FailureReason.MANY_PAGES


def test_a_new_query_comes_back_as_a_visit_of_its_own(clock: FakeClock) -> None:
    client = client_of({"rosa": "ask rosa2 rosa3", "rosa2": "end"}, clock)

    visits = list(lanes_over(client, PAGED).crawl([PAGED.query("rosa")]))

    assert {visit.query.terms[0] for visit in visits} == {"rosa", "rosa2", "rosa3"}


def test_the_same_query_is_asked_once_however_often_it_comes_up(clock: FakeClock) -> None:
    client = client_of({"rosa": "ask ben ben", "ben": "ask rosa", "kim": "ask ben"}, clock)
    asked = [PAGED.query(name) for name in ("rosa", "kim", "kim")]

    visits = list(lanes_over(client, PAGED).crawl(asked))

    assert sorted(visit.query.terms[0] for visit in visits) == ["ben", "kim", "rosa"]
    assert len(client.asked) == 3


def test_queries_that_lead_to_queries_for_ever_come_to_an_end(clock: FakeClock) -> None:
    numbers = iter(range(10_000))
    client = FakeClient(clock, respond=lambda _: f"ask {next(numbers)} {next(numbers)}")

    visits = list(lanes_over(client, PAGED).crawl([PAGED.query("rosa")]))

    assert len(visits) == 1 + 2 + 4 + 8


@pytest.mark.parametrize(
    "query",
    [
        ALPHA.query("rosa", "http://evil.example/rosa"),
        ALPHA.query("rosa", "http://alpha.example:22/rosa"),
        ALPHA.query("rosa", "http://127.0.0.1/"),
        replace(ALPHA.query("rosa"), source="nobody"),
    ],
)
def test_a_query_that_may_not_be_asked_is_skipped_and_said_so(
    clock: FakeClock, query: Query
) -> None:
    client = FakeClient(clock)

    (visit,) = lanes_over(client, ALPHA).crawl([query])

    assert visit.result.outcome is Outcome.SKIPPED
    assert visit.result.note
    assert client.asked == []


@pytest.mark.parametrize(
    "fault", [ValueError, KeyError, TypeError, RecursionError, AttributeError, MemoryError]
)
def test_a_reader_that_stumbles_makes_its_page_unreadable_and_nothing_else(
    clock: FakeClock, fault: type[Exception]
) -> None:
    class Stumbling(FakeSource):
        def parse_response(self, query: Query, page: Page) -> ParseResult:  # noqa: ARG002 - the protocol names it
            raise fault(page.body)

    bad = Stumbling("bad", site("bad").crawl_policy)
    client = FakeClient(clock)

    visits = list(lanes_over(client, bad, ALPHA).crawl([bad.query("rosa"), ALPHA.query("rosa")]))

    readings = {visit.query.source: visit.result for visit in visits}
    assert readings["bad"].outcome is Outcome.UNREADABLE
    assert readings["bad"].note == f"answer-unparsed:{fault.__name__}"
    assert readings["alpha"].outcome is Outcome.ABSENT


def test_a_page_that_was_cut_proves_no_absence(clock: FakeClock) -> None:
    def cut(url: str) -> Page:
        said = b"found" if url.endswith("ben") else b"absent"
        return Page(url=url, status=200, body=said, fetched_at=clock.now(), cut=True)

    lanes = lanes_over(FakeClient(clock, respond=cut), ALPHA)
    visits = lanes.crawl([ALPHA.query("rosa"), ALPHA.query("ben")])

    outcomes = {visit.query.terms[0]: visit.result.outcome for visit in visits}
    assert outcomes == {"rosa": Outcome.UNREADABLE, "ben": Outcome.FOUND}


def test_a_fault_of_our_own_is_raised_where_the_visits_are_consumed(clock: FakeClock) -> None:
    def broken(_: str) -> str:
        reason = "ours"
        raise RuntimeError(reason)

    lanes = lanes_over(FakeClient(clock, respond=broken), ALPHA)

    with pytest.raises(RuntimeError, match="ours"):
        list(lanes.crawl([ALPHA.query("rosa")]))


def test_a_fault_while_planning_ends_the_run(clock: FakeClock) -> None:
    def planning() -> Iterator[Query]:
        yield ALPHA.query("rosa")
        reason = "no consent table"
        raise OSError(reason)

    with pytest.raises(OSError, match="consent"):
        list(lanes_over(FakeClient(clock), ALPHA).crawl(planning()))


def test_a_permission_taken_back_while_a_query_waits_keeps_it_unasked(clock: FakeClock) -> None:
    client = FakeClient(clock)
    lanes = replace(lanes_over(client, ALPHA), may_ask=lambda query: query.terms != ("rosa",))

    visits = list(lanes.crawl([ALPHA.query("rosa"), ALPHA.query("ben")]))

    assert client.urls == ["http://alpha.example/ben"]
    assert visits[0].result.outcome is Outcome.SKIPPED
    assert visits[0].result.note == FailureReason.NOT_ALLOWED


def test_a_run_may_look_at_each_exchange_and_say_what_it_comes_to(clock: FakeClock) -> None:
    pages = {"rosa": "page 2", "2": "ask ben"}
    client = FakeClient(
        clock,
        respond=lambda url: (
            Redirect(Request(url="http://alpha.example/rosa", led=True))
            if url.endswith("/moved")
            else pages.get(url.rpartition("/")[2], "absent")
        ),
        takes=lambda _url: 2.0,
    )
    seen: list[Exchange] = []

    def inspect(exchange: Exchange) -> ParseResult | None:
        seen.append(exchange)
        return None if exchange.result is None else replace(exchange.result, follow=())

    (visit,) = lanes_over(client, PAGED).crawl([PAGED.query("moved")], inspect=inspect)

    moved, rosa = seen
    assert (type(moved.answer), moved.result) == (Redirect, None)
    assert (type(rosa.answer), rosa.query) == (Page, PAGED.query("moved"))
    assert rosa.seconds >= 2.0
    assert visit.result == replace(rosa.result or visit.result, follow=())
    assert client.urls == ["http://alpha.example/moved", "http://alpha.example/rosa"]
