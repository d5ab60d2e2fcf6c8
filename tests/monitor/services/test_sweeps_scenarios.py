"""What the web does, through the whole job: what is told, and what is said could not be checked.

`docs/developers/scenarios.md` lists these beside the tests that hold the rest.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from monitor.demo.data import DemoPage
from monitor.demo.district import MARIA
from monitor.demo.internet import Internet
from monitor.demo.response import (
    FakeRequest,
    FakeResponse,
    build_html_response,
    build_json_response,
    build_redirect,
)
from monitor.domain.finding import Presence
from scrapers.models import Outcome
from tests.monitor.services.world import World, account

HOST, SITE = "chalkboard.example", "http://chalkboard.example/t/mariadelgado"
RLO, ZERO_WIDTH = "\u202e", "\u200b"
HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "Hello\r\nBcc: everyone@cedarvalley.example",
    '=HYPERLINK("http://evil.example")',
    f"Maria {RLO}odagleD{ZERO_WIDTH}",
    "M" * 1_000_000,
)


@dataclass(frozen=True)
class Instead:
    """An internet of which one host answers otherwise, but for what is asked by robots."""

    internet: Internet
    answers: Callable[[FakeRequest, FakeResponse | None], FakeResponse | None]
    host: str = HOST

    @property
    def hosts(self):
        return self.internet.hosts

    def answer_request(self, asked: FakeRequest) -> FakeResponse | None:
        usual = self.internet.answer_request(asked)
        if asked.host != self.host or asked.path == "/robots.txt":
            return usual
        return self.answers(asked, usual)


def everybody(answer: FakeResponse) -> Callable[[FakeRequest, FakeResponse | None], FakeResponse]:
    return lambda asked, usual: answer


def title(text: str, status: int = 200) -> FakeResponse:
    return build_html_response(f"<!doctype html><title>{text}</title><h1>{text}</h1>", status)


def headed(answer: FakeResponse, *headers: tuple[str, str]) -> FakeResponse:
    return replace(answer, headers=headers)


def cut(asked: FakeRequest, usual: FakeResponse | None) -> FakeResponse | None:
    """Send half of a page, and nothing more."""
    return usual and replace(usual, body=usual.body[: len(usual.body) // 3])


SHELL = "<!doctype html><title>Chalkboard</title><div id=root></div><script src=/app.js></script>"
CONSENT = "<!doctype html><title>Before you continue</title><p>We use cookies. Accept all?</p>"
REFRESH = (
    '<!doctype html><meta http-equiv="refresh" content="0; url=/login"><title>One moment</title>'
)
LATIN = (("content-type", "text/html; charset=shift-jis"),)
# What the only site of the world answers to everything, and what its coverage then says.
ANSWERS = {
    "an empty page": (everybody(build_html_response("")), Outcome.UNREADABLE),
    "204": (everybody(build_html_response("", 204)), Outcome.UNREADABLE),
    "a shell for scripts": (everybody(build_html_response(SHELL)), Outcome.UNREADABLE),
    "a consent wall": (everybody(build_html_response(CONSENT)), Outcome.BLOCKED),
    "a meta refresh": (everybody(build_html_response(REFRESH)), Outcome.UNREADABLE),
    "page not available": (everybody(title("This page isn't available")), Outcome.UNREADABLE),
    "not found, for everybody": (everybody(title("Page not found", 404)), Outcome.UNREADABLE),
    "a redirect home": (everybody(build_redirect(f"http://{HOST}/", "Moved")), Outcome.UNREADABLE),
    "a redirect to sign in": (
        everybody(build_redirect(f"http://{HOST}/login", "Sign in")),
        Outcome.UNREADABLE,
    ),
    "a redirect for ever": (everybody(build_redirect(SITE, "Moved")), Outcome.UNREADABLE),
    "a redirect inside": (everybody(build_redirect("http://10.0.0.1/", "Moved")), Outcome.SKIPPED),
    "half a page": (cut, Outcome.UNREADABLE),
    "JSON instead": (everybody(build_json_response({"error": "try later"})), Outcome.UNREADABLE),
    "a picture instead": (
        everybody(headed(build_html_response("GIF89a"), ("content-type", "image/gif"))),
        Outcome.UNREADABLE,
    ),
    "another encoding": (everybody(headed(title("\u5148\u751f"), *LATIN)), Outcome.UNREADABLE),
    "401": (everybody(title("Unauthorized", 401)), Outcome.BLOCKED),
    "403": (everybody(title("Forbidden", 403)), Outcome.BLOCKED),
    "410": (everybody(title("Gone", 410)), Outcome.UNREADABLE),
    "429": (everybody(title("Too many requests", 429)), Outcome.LIMITED),
    "429 with garbage": (
        everybody(headed(title("Slow", 429), ("retry-after", "soon"))),
        Outcome.LIMITED,
    ),
    "451": (everybody(title("Unavailable for legal reasons", 451)), Outcome.BLOCKED),
    "500": (everybody(title("Oops", 500)), Outcome.FAILED),
    "502": (everybody(title("Bad gateway", 502)), Outcome.FAILED),
    "503": (everybody(title("Maintenance", 503)), Outcome.FAILED),
    "nothing at all": (lambda asked, usual: None, Outcome.FAILED),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_an_answer_that_proves_nothing_is_told_as_a_gap_and_never_as_a_change(world_of, case):
    answers, outcome = ANSWERS[case]
    world = world_of("chalkboard")
    maria = world.joins(MARIA)
    world.sweep()
    before, well = maria.findings, world.internet
    world.web.web = Instead(well, answers)
    world.a_week_later()

    assert world.sweep() == []
    assert world.gaps() == {"chalkboard": outcome}
    world.internet = well
    world.later(weeks=2)
    assert world.sweep() == []
    assert maria.findings.keys() == before.keys()
    assert {finding.presence for finding in maria.findings.values()} == {Presence.PRESENT}
    assert maria.emails_of("alert") == []


PAGE = DemoPage(
    url="http://gazette.example/2026/10/fair",
    title="Maria Delgado at the fair",
    text="Maria Delgado showed beetles at the fair.",
)
ADDRESSES = (
    "https://gazette.example/2026/10/fair",
    "http://www.gazette.example/2026/10/fair",
    "http://m.gazette.example/2026/10/fair",
    "http://GAZETTE.example/2026/10/fair/",
    "http://gazette.example/2026/10/fair?utm_source=x&fbclid=1",
    "http://gazette.example/2026/10/f%61ir",
    "http://gazette.example:80/2026/10/fair#top",
)


def listed(
    *addresses: str, **fields: str
) -> Callable[[FakeRequest, FakeResponse | None], FakeResponse | None]:
    """Let the engine list one page under other addresses, or in other words."""

    def answers(asked: FakeRequest, usual: FakeResponse | None) -> FakeResponse | None:
        if usual is None or asked.path != "/search" or b'"results":[{' not in usual.body:
            return usual
        told = json.loads(usual.body)
        told["results"] = [
            {**hit, **changed, "url": address}
            for hit in told["results"]
            for address, changed in (
                [(address, fields) for address in addresses]
                if hit["url"] == PAGE.url
                else [(hit["url"], {})]
            )
        ]
        return build_json_response(told)

    return answers


@pytest.fixture
def searched(world_of) -> World:
    """A world in which the search engine has found a page about Maria."""
    world = world_of(families=("searxng",))
    world.internet = world.internet.add_entry(PAGE)
    world.joins(MARIA)
    world.sweep()
    world.a_week_later()
    return world


def engine_says(
    world: World, answers: Callable[[FakeRequest, FakeResponse | None], FakeResponse | None]
) -> None:
    world.web.web = Instead(world.internet, answers, host="searx.example")


@pytest.mark.parametrize("address", ADDRESSES)
def test_another_address_of_one_page_is_no_event(searched: World, address: str):
    engine_says(searched, listed(address))

    assert searched.sweep() == []


def test_a_page_that_is_listed_twice_is_one(searched: World):
    engine_says(searched, listed(*ADDRESSES, PAGE.url))

    assert searched.sweep() == []


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "Another headline: beetles!"},
        {"content": "Hace 3 horas - Maria Delgado mostr\u00f3 escarabajos."},
        {"content": ""},
        {"publishedDate": "2026-10-01T00:00:00"},
    ],
)
def test_other_words_for_a_hit_are_no_event(searched: World, fields: dict[str, str]):
    engine_says(searched, listed(PAGE.url, **fields))

    assert searched.sweep() == []


def test_no_results_of_a_healthy_engine_end_nothing(searched: World):
    """Rankings churn: what an engine no longer lists may stand where it stood."""
    engine_says(searched, listed())

    assert searched.sweep() == []
    assert searched.gaps() == {}


@pytest.mark.parametrize("text", HOSTILE, ids=["script", "img", "crlf", "formula", "bidi", "long"])
def test_hostile_text_is_told_and_does_nothing(world_of, text: str):
    world = world_of(families=("bluesky",))
    maria = world.joins(MARIA)
    world.sweep()
    own = account("maria")
    world.internet = world.internet.remove_entry(own).add_entry(replace(own, bio=f"{text} teacher"))
    world.a_week_later()
    told = [event for _, event, _ in world.sweep()]
    world.on_monday()

    emails = maria.emails_of("digest")
    assert told == ["changed"]
    assert emails
    for email in emails:
        assert "<script" not in email.email.html
        assert "onerror=alert" not in email.email.html
        assert not {RLO, ZERO_WIDTH} & set(email.text)
        assert "\nBcc:" not in email.text
        assert len(email.email.html) < 90_000


def test_what_changes_and_changes_back_is_told_both_times(world_of):
    world = world_of(families=("bluesky",))
    world.joins(MARIA)
    world.sweep()
    own = account("maria")
    other = replace(own, bio="Now somewhere else entirely.")
    told = []
    for before, after in ((own, other), (other, own)):
        world.internet = world.internet.remove_entry(before).add_entry(after)
        world.a_week_later()
        told += [event for _, event, _ in world.sweep()]

    assert told == ["changed", "changed"]


def test_a_slow_drift_is_told_at_every_step(world_of):
    world = world_of(families=("bluesky",))
    world.joins(MARIA)
    world.sweep()
    before, told = account("maria"), []
    for step in ("beetles", "beetles and moths", "beetles, moths and ants"):
        after = replace(before, bio=f"Science teacher. Mostly {step}.")
        world.internet = world.internet.remove_entry(before).add_entry(after)
        world.a_week_later()
        told += world.sweep()
        before = after

    assert [event for _, event, _ in told] == ["changed"] * 3
