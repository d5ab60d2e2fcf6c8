"""What a robots.txt said outlives a restart, for a day at most and within bounds."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from scrapers.crawl.robots import KEPT_FOR, LONGEST_KEPT, RobotsCache, RobotsRecord
from scrapers.http.errors import FailureReason
from scrapers.http.ssrf_guard import RequestTarget
from scrapers.models import Outcome, Page, ParseResult
from scrapers.source import AccessMode
from tests.scrapers.http.fakes import MONDAY, FakeClient, FakeClock, lanes_over, site
from tests.scrapers.http.memories import InMemoryRobotsStore

ALPHA = site("alpha", access=AccessMode.PAGE)
BETA = site("beta")
ORIGIN = "http://alpha.example"
FILE = "User-agent: *\nDisallow: /secret\nCrawl-delay: 7\n"


@dataclass
class Run:
    """What was asked from a start to the next, and what it came to."""

    client: FakeClient
    came: dict[str, ParseResult]

    @property
    def files_asked(self) -> int:
        return sum(url.endswith("/robots.txt") for url in self.client.urls)


def restarted(
    clock: FakeClock, memory: InMemoryRobotsStore, said: str | ParseResult = FILE, status: int = 200
) -> Run:
    """Ask two pages of alpha and one of beta with nothing in mind but what was kept."""

    def respond(url: str) -> Page | ParseResult | str:
        if not url.endswith("/robots.txt"):
            return "absent"
        if isinstance(said, ParseResult):
            return said
        return Page(url=url, status=status, body=said.encode(), fetched_at=clock.now())

    client = FakeClient(clock, respond=respond)
    lanes = lanes_over(client, ALPHA, BETA, robots=RobotsCache(memory))
    asked = [ALPHA.query("rosa"), ALPHA.query("secret"), BETA.query("rosa")]
    came = {visit.query.request.url: visit.result for visit in lanes.crawl(asked)}
    return Run(client, came)


def test_a_restart_asks_for_no_file_that_is_still_good(clock: FakeClock) -> None:
    memory = InMemoryRobotsStore()
    first, second = restarted(clock, memory), restarted(clock, memory)

    assert (first.files_asked, second.files_asked) == (1, 0)
    for run in (first, second):
        secret = run.came["http://alpha.example/secret"]
        assert (secret.outcome, secret.note) == (Outcome.DECLINED, FailureReason.ROBOTS)
    assert set(memory.records) == {ORIGIN}


def test_the_delay_that_it_wished_for_is_kept_too(clock: FakeClock) -> None:
    memory = InMemoryRobotsStore()
    restarted(clock, memory)
    again = FakeClient(clock)
    lanes = lanes_over(again, ALPHA, robots=RobotsCache(memory))

    list(lanes.crawl([ALPHA.query("rosa"), ALPHA.query("theo")]))

    (_, _, ended), (_, began, _) = again.asked
    assert began - ended >= 7


@pytest.mark.parametrize("status", [404, 503], ids=["none there", "in trouble"])
def test_that_there_is_no_file_or_none_to_be_had_is_kept_as_well(
    clock: FakeClock, status: int
) -> None:
    memory = InMemoryRobotsStore()
    first, second = (restarted(clock, memory, "", status) for _ in range(2))

    assert (first.files_asked, second.files_asked) == (1, 0)
    assert first.came == second.came


def test_a_file_that_could_not_be_fetched_is_not_kept(clock: FakeClock) -> None:
    memory = InMemoryRobotsStore()

    restarted(clock, memory, ParseResult(outcome=Outcome.FAILED, note="no connection"))

    assert memory.records == {}


def test_of_a_long_file_what_binds_us_is_kept(clock: FakeClock) -> None:
    memory = InMemoryRobotsStore()
    long = FILE + "# a comment\n" * (LONGEST_KEPT // 12)
    first, second = restarted(clock, memory, long), restarted(clock, memory, long)

    assert memory.records[ORIGIN].file == FILE.rstrip("\n")
    assert second.files_asked == 0
    assert first.came["http://alpha.example/secret"].outcome is Outcome.DECLINED


@pytest.mark.parametrize(
    ("until", "asked"),
    [
        (timedelta(minutes=1), 0),
        (KEPT_FOR, 0),
        (timedelta(), 1),
        (-timedelta(days=3), 1),
        (KEPT_FOR + timedelta(seconds=1), 1),
        (timedelta(days=3650), 1),
    ],
    ids=["nearly over", "fresh", "just over", "long over", "a clock set back", "far back"],
)
def test_a_file_is_good_for_a_day_whatever_the_clock_did(
    clock: FakeClock, until: timedelta, asked: int
) -> None:
    memory = InMemoryRobotsStore(
        {ORIGIN: RobotsRecord(origin=ORIGIN, until=MONDAY + until, file=FILE)}
    )

    assert restarted(clock, memory).files_asked == asked


def test_a_clock_that_is_set_back_in_the_middle_keeps_no_file_for_longer(clock: FakeClock) -> None:
    robots, target = RobotsCache(), RequestTarget.from_url(f"{ORIGIN}/rosa")
    file = Page(url="", status=200, body=FILE.encode(), fetched_at=clock.now())
    robots.record_answer(target, file, clock.now())

    assert robots.build_robots_request(target, clock.now()) is None
    assert robots.build_robots_request(target, clock.now() - timedelta(days=30)) is not None


def test_an_api_is_asked_for_none_and_none_is_recalled(clock: FakeClock) -> None:
    said = RobotsRecord(
        origin="http://beta.example",
        until=MONDAY + KEPT_FOR,
        file="User-agent: *\nDisallow: /\n",
    )

    run = restarted(clock, InMemoryRobotsStore({said.origin: said}))

    assert run.came["http://beta.example/rosa"].outcome is Outcome.ABSENT


def test_of_other_robots_only_that_there_are_some_is_kept(clock: FakeClock) -> None:
    memory = InMemoryRobotsStore()

    restarted(clock, memory, "User-agent: someone@example\nDisallow: /\n\n" + FILE)

    assert "someone@example" not in memory.records[ORIGIN].file
