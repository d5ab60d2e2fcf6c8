"""Every source is played with its own recorded answer, changed as services change theirs."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from monitor.app.first_contact_recorder import ContactRecorder
from monitor.domain.first_contact import ProbeReport, Verdict, assess_contact
from scrapers.crawl.crawl_worker import parse_page
from scrapers.crawl.frontier import Exchange
from scrapers.http.client import Redirect
from scrapers.models import CrawlResult, Outcome, Page, Query, Request
from scrapers.probes import Probe
from scrapers.source import AccessMode
from tests.rows import over_rows
from tests.scrapers.answers import PAGES, WHEN, Answer, answers
from tests.scrapers.sandbox.fakes import InProcessParser

# The feeds of alerts are secrets of those who made them, and no one is asked for a breach.
UNPROBED = {"alerts", "have-i-been-pwned"}
FOUND = [
    answer
    for answer in answers()
    if answer.outcome is Outcome.FOUND and answer.source.name not in UNPROBED
]
DATA = [answer for answer in FOUND if answer.file.suffix == ".json"]
APIS = [answer for answer in DATA if answer.source.crawl_policy.access is AccessMode.API]
SEARCHES = [
    answer for answer in DATA if answer.query.kind == "search" and answer.file.stem != "config"
]


class PlainParser(InProcessParser):
    """It reads in this process, whatever the bounds."""

    def call(self, run: Callable[[], Any], _answer: type, **_bounds: object) -> Any:
        return run()


def play(
    answer: Answer,
    page: Page | None = None,
    led_to: str = "",
    seconds: float = 0.2,
    expects: Outcome = Outcome.FOUND,
) -> ProbeReport:
    """Return what a first contact says of an answer to a query whose answer is known."""
    source, query, parser = answer.source, replace(answer.query, subject=""), PlainParser()
    recorder = ContactRecorder(
        sources={source.name: source},
        parser=parser,  # type: ignore[arg-type]  # as far as it is used
        probes={query.key: Probe(query=query, expects=expects)},
    )
    heard = replace(page or answer.page)
    if led_to:
        hop = Redirect(request=Request(url=led_to, led=True))
        recorder.inspect(Exchange(query=query, answer=hop, seconds=0.1))
    result = parse_page(source, query, heard, parser)
    told = recorder.inspect(Exchange(query=query, answer=heard, seconds=seconds, result=result))
    assert told is not None
    return next(iter(recorder.list_reports(CrawlResult(query=query, result=told, at=WHEN))))


def with_body(answer: Answer, body: bytes, status: int = 200, kind: str = "text/html") -> Page:
    return replace(answer.page, body=body, status=status, headers={"content-type": kind})


def edit_objects(told: object, edit: Callable[[dict[str, Any]], dict[str, Any]]) -> object:
    """Change each object of an answer, the innermost first."""
    if isinstance(told, list):
        return [edit_objects(inner, edit) for inner in told]
    if not isinstance(told, dict):
        return told
    return edit({key: edit_objects(inner, edit) for key, inner in told.items()})


def edited(answer: Answer, edit: Callable[[dict[str, Any]], dict[str, Any]]) -> Page:
    told = edit_objects(json.loads(answer.page.body), edit)
    return replace(answer.page, body=json.dumps(told).encode())


every = pytest.mark.parametrize("answer", FOUND, ids=str)
every_data = over_rows("answer", DATA, ids=str)
every_api = over_rows("answer", APIS, ids=str)


def test_nearly_all_written_sources_are_played():
    assert len({answer.source.name for answer in FOUND}) >= 20


# Feeds are described as markup of any kind is.
@pytest.mark.filterwarnings("ignore::bs4.XMLParsedAsHTMLWarning")
@every
def test_what_is_as_ever_is_understood_and_what_is_slow_is_named(answer: Answer):
    report = play(answer, seconds=12.0)

    assert (report.verdict, report.is_slow) == (Verdict.UNDERSTOOD, True)


@every_data
def test_a_new_key_is_named(answer: Answer):
    before = assess_contact(answer.source, WHEN, [play(answer)], None)
    renewed = play(answer, edited(answer, lambda told: {**told, "Ottoline": "they"}))

    after = assess_contact(answer.source, WHEN, [renewed], before)

    # As everything that is no public word, it is told by its form.
    assert (after.verdict, after.reports[0].new) == (Verdict.NEW_KEYS, ("Aaaaaaaa",))


@every_data
def test_keys_that_are_gone_are_a_change_and_never_nobody(answer: Answer):
    report = play(answer, edited(answer, lambda told: {f"{key}New": told[key] for key in told}))

    assert report.verdict is Verdict.CHANGED
    assert report.answer is not None
    assert report.answer.missing or report.note


@over_rows("answer", SEARCHES, ids=str)
def test_an_empty_search_for_what_surely_is_there_is_silent(answer: Answer):
    nothing = [
        play(answer, other.page)
        for other in answers()
        if other.outcome is Outcome.ABSENT
        and (other.source.name, other.query.key) == (answer.source.name, answer.query.key)
    ]

    assert {report.verdict for report in nothing} == {Verdict.SILENT}


@every
@pytest.mark.parametrize("wall", ["cloudflare.html", "datadome.html"])
def test_a_wall_is_a_wall(answer: Answer, wall: str):
    page = with_body(answer, (PAGES / "walls" / wall).read_bytes(), 403)

    assert play(answer, page).verdict is Verdict.WALL


@every
@pytest.mark.parametrize(
    ("place", "verdict"),
    [("https://elsewhere.example/", Verdict.MOVED), ("{site}/login?next=x", Verdict.LOGIN)],
)
def test_where_a_redirect_leads_is_named(answer: Answer, place: str, verdict: Verdict):
    site = "/".join(answer.query.request.url.split("/")[:3])

    report = play(answer, with_body(answer, b"<title>Welcome</title>"), place.format(site=site))

    assert report.verdict is verdict
    assert len(report.redirects.addresses) == 1


@every_api
def test_a_refusal_as_a_page_with_status_200_is_a_refusal(answer: Answer):
    page = with_body(answer, b"<!doctype html><h1>We do not serve you</h1>")

    report = play(answer, page)

    assert report.verdict is Verdict.REFUSED
    assert report.answer is not None
    assert report.answer.is_page


@every_data
@over_rows("body", [b"[]", b"{}", b""])
def test_an_answer_without_anything_in_it_is_silent(answer: Answer, body: bytes):
    assert play(answer, with_body(answer, body, kind="application/json")).verdict is Verdict.SILENT


@every_data
def test_an_answer_that_breaks_off_is_cut(answer: Answer):
    half = answer.page.body[: len(answer.page.body) // 2]

    assert play(answer, replace(answer.page, body=half, cut=True)).verdict is Verdict.CUT


@every
def test_whoever_is_asked_to_come_back_later_says_so(answer: Answer):
    page = with_body(answer, b"<title>Too many requests</title>", 429)

    assert play(answer, page).verdict is Verdict.LIMITED


REFUSED = [
    answer
    for answer in answers()
    if answer.outcome in {Outcome.UNREADABLE, Outcome.BLOCKED}
    and answer.file.stem in set(map(str, Outcome))
    and answer.source.crawl_policy.access is AccessMode.API
    and answer.source.name not in UNPROBED
    and answer.file.suffix != ".html"
]


@over_rows("answer", REFUSED, ids=str)
def test_the_refusal_of_a_broken_request_is_seen_as_one(answer: Answer):
    assert play(answer, expects=Outcome.UNREADABLE).verdict is Verdict.UNDERSTOOD


@every_api
def test_a_source_that_takes_a_broken_request_for_a_good_one_is_named(answer: Answer):
    assert play(answer, expects=Outcome.UNREADABLE).verdict is Verdict.LENIENT


def test_a_host_that_refuses_a_broken_request_has_not_refused_us():
    (answer, *_) = (known for known in REFUSED if known.outcome is Outcome.BLOCKED)
    query: Query = replace(answer.query, subject="")
    recorder = ContactRecorder(
        sources={answer.source.name: answer.source},
        parser=PlainParser(),  # type: ignore[arg-type]  # as far as it is used
        probes={query.key: Probe(query=query, expects=Outcome.UNREADABLE)},
    )
    result = parse_page(answer.source, query, answer.page, PlainParser())

    told = recorder.inspect(Exchange(query=query, answer=answer.page, seconds=0.1, result=result))

    assert (result.outcome, told.outcome) == (Outcome.BLOCKED, Outcome.UNREADABLE)
