"""robots.txt binds pages, is read once a day, and forbids where it cannot be read."""

import time
from datetime import timedelta

import pytest

from scrapers.crawl.robots import RobotsCache
from scrapers.http.client import Redirect
from scrapers.http.errors import FailureReason
from scrapers.http.ssrf_guard import RequestTarget
from scrapers.models import Outcome, Page, ParseResult, Request
from scrapers.source import AccessMode, CrawlPolicy
from tests.scrapers.http.conftest import Internet
from tests.scrapers.http.fakes import FakeClock
from tests.scrapers.http.follower import Follower
from tests.scrapers.http.loopback import answer, answering, moved, without_robots

SITE = RequestTarget.from_url("http://site.example/people/rosa")
MANNERS = CrawlPolicy(origins=("http://site.example",), access=AccessMode.PAGE)


def met(clock: FakeClock, file: str | Page | ParseResult, status: int = 200) -> RobotsCache:
    """Return what we know of a host that answered like this."""
    said = file
    if isinstance(file, str):
        said = Page(
            url="http://site.example/robots.txt",
            status=status,
            body=file.encode(),
            fetched_at=clock.now(),
        )
    robots = RobotsCache()
    assert robots.build_robots_request(SITE, clock.now()) == Request(
        url="http://site.example/robots.txt"
    )
    robots.record_answer(SITE, said, clock.now())
    return robots


@pytest.mark.parametrize(
    ("file", "allowed"),
    [
        ("", True),
        ("User-agent: *\nDisallow: /\n", False),
        ("User-agent: *\nDisallow: /people/\n", False),
        ("User-agent: *\nDisallow: /admin/\n", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: Namesake\nDisallow:\n", True),
        ("User-agent: Namesake\nDisallow: /\n\nUser-agent: *\nAllow: /\n", False),
        ("User-agent: Other\nUser-agent: namesake\nDisallow: /\n", False),
        ("User-agent: Other\nDisallow: /\n", True),
        ("User-agent: name\nDisallow: /\n", True),
        ("User-agent: *\nDisallow: /people/*\nAllow: /people/rosa$\n", True),
        ("\ufeffUser-agent: *\nDisallow: /\n", False),
        ("USER AGENT *\ndisallow /people\n", False),
        ("<!doctype html><p>Not found", True),
    ],
)
def test_a_page_is_asked_only_where_the_file_allows_it(
    clock: FakeClock,
    file: str,
    allowed: bool,  # noqa: FBT001 - a column of the table
) -> None:
    refusal = met(clock, file).check_allowed(SITE)

    assert (refusal is None) is allowed
    if refusal is not None:
        assert (refusal.outcome, refusal.note) == (Outcome.DECLINED, FailureReason.ROBOTS)


@pytest.mark.parametrize(
    ("status", "allowed"),
    [(404, True), (403, True), (410, True), (429, False), (500, False), (503, False)],
)
def test_a_host_that_cannot_say_what_it_wants_is_left_alone(
    clock: FakeClock,
    status: int,
    allowed: bool,  # noqa: FBT001 - a column of the table
) -> None:
    refusal = met(clock, "User-agent: *\nDisallow: /\n", status).check_allowed(SITE)

    assert (refusal is None) is allowed
    assert refusal is None or refusal.outcome is Outcome.DECLINED


def test_a_file_that_could_not_be_fetched_fails_the_visit_and_is_asked_for_again(
    clock: FakeClock,
) -> None:
    robots = met(clock, ParseResult(outcome=Outcome.FAILED, note="no connection"))

    refusal = robots.check_allowed(SITE)

    assert refusal is not None
    assert refusal.outcome is Outcome.FAILED
    assert robots.build_robots_request(SITE, clock.now())


def test_a_file_is_remembered_for_a_day(clock: FakeClock) -> None:
    robots = met(clock, "")

    clock.sleep(timedelta(hours=23, minutes=59).total_seconds())
    assert not robots.build_robots_request(SITE, clock.now())
    clock.sleep(60)
    assert robots.build_robots_request(SITE, clock.now())


def test_a_host_that_could_not_say_is_asked_again_within_the_hour(clock: FakeClock) -> None:
    robots = met(clock, "", 503)

    clock.sleep(3_600)

    assert robots.build_robots_request(SITE, clock.now())


@pytest.mark.parametrize(
    ("wish", "seconds"),
    [("7", 7.0), ("0.5", 0.5), ("99999", 300.0), ("-5", 0.0), ("nan", 0.0), ("soon", 0.0)],
)
def test_the_crawl_delay_is_a_wish_within_reason(
    clock: FakeClock, wish: str, seconds: float
) -> None:
    assert met(clock, f"User-agent: *\nCrawl-delay: {wish}\n").get_crawl_delay(SITE) == seconds


def test_a_file_made_to_exhaust_its_parser_is_read_in_no_time(clock: FakeClock) -> None:
    agents = "".join(f"User-agent: robot{number}\n" for number in range(12_000))
    rules = "".join(f"Disallow: /{number}\n" for number in range(12_000))
    began = time.process_time()

    robots = met(clock, agents + rules + "\nUser-agent: *\nDisallow: /people/\n")

    assert robots.check_allowed(SITE) is not None
    assert time.process_time() - began < 2.0


def test_what_is_known_of_hosts_stays_bounded(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scrapers.crawl.robots.MOST_HOSTS", 3)
    robots = RobotsCache()
    targets = [RequestTarget.from_url(f"http://site{number}.example/") for number in range(5)]
    none = Page(url="", status=404, body=b"", fetched_at=clock.now())
    for target in targets:
        robots.record_answer(target, none, clock.now())

    wanted = [robots.build_robots_request(target, clock.now()) is not None for target in targets]
    assert wanted == [True, True, False, False, False]


def test_what_is_kept_of_files_stays_bounded_in_bytes_too(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scrapers.crawl.robots.MOST_BYTES", 100_000)
    robots = RobotsCache()
    targets = [RequestTarget.from_url(f"http://site{number}.example/") for number in range(5)]
    rules = "User-agent: *\n" + "Disallow: /secret/\n" * 1_700
    file = Page(url="", status=200, body=rules.encode(), fetched_at=clock.now())
    for target in (*targets, targets[-1], targets[-1]):
        robots.record_answer(target, file, clock.now())

    wanted = [robots.build_robots_request(target, clock.now()) is not None for target in targets]
    assert wanted == [True, True, False, False, False]


def test_rules_for_others_take_no_room(clock: FakeClock) -> None:
    rules = "".join(f"Disallow: /{number}\n" for number in range(20_000))
    others = f"User-agent: one\nUser-agent: other\n# which\n{rules}"
    ours = "User-agent: *\nSitemap: /map\nUser-agent: third\nDisallow: /people/\n"

    robots = met(clock, others + ours + others)

    assert robots.check_allowed(SITE) is not None
    assert robots.check_allowed(RequestTarget.from_url("http://site.example/7")) is None
    assert robots.held_bytes < 500


def test_a_file_with_more_rules_for_us_than_are_kept_forbids_all(clock: FakeClock) -> None:
    rules = "".join(f"Disallow: /{number}\n" for number in range(20_000))

    refusal = met(clock, f"User-agent: *\n{rules}").check_allowed(SITE)

    assert refusal is not None
    assert (refusal.outcome, refusal.note) == (Outcome.DECLINED, FailureReason.ROBOTS_UNKNOWN.value)


FORBIDDING = answer(b"User-agent: *\nDisallow: /secret\n")


def test_the_file_is_asked_for_once_and_obeyed(internet: Internet) -> None:
    server = internet.serve(answering(FORBIDDING, answer()))
    follower = Follower(internet.client())

    first = follower.fetch(Request(url="http://site.example/secret"), MANNERS)
    second = follower.fetch(Request(url="http://site.example/open"), MANNERS)

    assert isinstance(first, ParseResult)
    assert first.outcome is Outcome.DECLINED
    assert isinstance(second, Page)
    assert [request.split()[1] for request in server.requests] == [b"/robots.txt", b"/open"]


def test_an_api_is_not_bound_by_it(internet: Internet) -> None:
    server = internet.serve(answering(answer()))

    internet.visit("/secret", access=AccessMode.API)

    assert [request.split()[1] for request in server.requests] == [b"/secret"]


def test_a_redirect_does_not_lead_past_it(internet: Internet) -> None:
    internet.serve(without_robots(answering(moved("http://other.example/secret"))))
    other = internet.serve(answering(FORBIDDING, answer()), "other.example")

    came = internet.visit()

    assert isinstance(came, ParseResult)
    assert came.outcome is Outcome.DECLINED
    assert [request.split()[1] for request in other.requests] == [b"/robots.txt"]


def test_a_file_that_redirects_is_followed_and_asks_for_no_further_file(
    internet: Internet,
) -> None:
    server = internet.serve(answering(moved("/files/robots"), FORBIDDING, answer()))

    came = internet.visit("/secret")

    assert isinstance(came, ParseResult)
    assert came.outcome is Outcome.DECLINED
    paths = [request.split()[1] for request in server.requests]
    assert paths == [b"/robots.txt", b"/files/robots"]


def test_a_file_may_lie_at_another_host(internet: Internet) -> None:
    server = internet.serve(answering(moved("http://www.site.example/robots.txt"), answer()))
    other = internet.serve(answering(FORBIDDING), "www.site.example")
    follower = Follower(internet.client())

    first = follower.fetch(Request(url="http://site.example/secret"), MANNERS)
    second = follower.fetch(Request(url="http://site.example/open"), MANNERS)

    assert isinstance(first, ParseResult)
    assert first.outcome is Outcome.DECLINED
    assert isinstance(second, Page)
    assert [request.split()[1] for request in server.requests] == [b"/robots.txt", b"/open"]
    assert [request.split()[1] for request in other.requests] == [b"/robots.txt"]


def test_a_host_that_sends_us_round_has_no_file(clock: FakeClock) -> None:
    robots = RobotsCache()
    round_again = Redirect(Request(url="http://site.example/robots.txt", led=True))
    for _ in range(6):
        assert robots.build_robots_request(SITE, clock.now()) is not None
        robots.record_answer(SITE, round_again, clock.now())

    assert robots.build_robots_request(SITE, clock.now()) is None
    assert robots.check_allowed(SITE) is None
