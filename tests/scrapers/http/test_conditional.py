"""Whether a page is still the one that we read before, and what may be kept of one."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.crawl.crawl_worker import parse_page
from scrapers.http.client import Redirect
from scrapers.http.conditional import CONDITIONS, add_conditions, build_cache_entry, check_unchanged
from scrapers.http.errors import FailureReason
from scrapers.models import Outcome, Page, PageFingerprint, ParseResult, Query, QueryKind, Request
from tests.rows import over_rows
from tests.scrapers.http.conftest import Internet
from tests.scrapers.http.fakes import MONDAY, site
from tests.scrapers.http.loopback import answering, moved
from tests.scrapers.sandbox.fakes import InProcessParser

DATE = "Sat, 31 Oct 2026 09:30:00 GMT"
TAG = '"a-1"'
PLAIN = Request(url="http://alpha.example/rosa", headers=(("accept", "text/html"),))
QUERY = Query(
    source="alpha", kind=QueryKind.PRESENCE, terms=("rosa",), request=PLAIN, subject="someone"
)
FOUND = ParseResult(outcome=Outcome.FOUND)

PARSER = InProcessParser()


def page(body: bytes = b"found", status: int = 200, **headers: str) -> Page:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return Page(url=PLAIN.url, status=status, body=body, fetched_at=MONDAY, headers=told)


TAGGED = page(etag=TAG, last_modified=DATE)
SAME = page(b"", 304)


def kept(
    of: Page = TAGGED, reading: ParseResult = FOUND, query: Query = QUERY
) -> PageFingerprint | None:
    return build_cache_entry(query, 1, of, reading)


def asked_again(of: Page = TAGGED, **changes: object) -> Query:
    """Return the query as it is asked the next time, changed or not."""
    return replace(QUERY, kept=kept(of), **changes)  # type: ignore[arg-type] # fields by name


def conditions(query: Query, version: int = 1) -> dict[str, str]:
    return {
        name: value
        for name, value in add_conditions(query, version).headers
        if name.startswith("if-")
    }


def test_a_page_that_was_kept_is_asked_for_only_if_it_has_changed() -> None:
    assert conditions(asked_again()) == {"if-none-match": TAG, "if-modified-since": DATE}
    assert add_conditions(asked_again(), 1).headers[:1] == PLAIN.headers
    assert conditions(QUERY) == {}
    assert conditions(asked_again(page())) == {}


def test_a_page_is_unchanged_if_the_server_says_so_or_sends_the_same_again() -> None:
    for again in (SAME, page(), page(etag='"other"')):
        assert check_unchanged(asked_again(), 1, again) == ParseResult(outcome=Outcome.UNCHANGED)


@pytest.mark.parametrize(
    "other",
    [
        page(b"absent"),
        page(status=404),
        page(content_type="application/json"),
        replace(page(), cut=True),
        replace(page(), url="http://alpha.example/"),
    ],
    ids=["body", "status", "type", "half", "led elsewhere"],
)
def test_another_answer_is_read(other: Page) -> None:
    assert check_unchanged(asked_again(), 1, other) is None


@pytest.mark.parametrize(
    ("query", "version"),
    [
        (asked_again(), 2),
        (asked_again(request=replace(PLAIN, url="http://alpha.example/u/rosa")), 1),
        (asked_again(request=replace(PLAIN, params=(("engines", "beta"),))), 1),
        (asked_again(request=replace(PLAIN, hops=0)), 1),
        (QUERY, 1),
    ],
    ids=["another reader", "another address", "other parameters", "other ways", "nothing kept"],
)
def test_what_was_kept_counts_only_for_the_same_request_and_the_same_reader(
    query: Query, version: int
) -> None:
    assert conditions(query, version) == {}
    assert check_unchanged(query, version, page()) is None
    came = check_unchanged(query, version, SAME)
    assert came is not None
    assert came.outcome is Outcome.UNREADABLE


@pytest.mark.parametrize(
    ("query", "came"),
    [
        (QUERY, SAME),
        (asked_again(page()), SAME),
        (asked_again(), replace(SAME, url="http://alpha.example/")),
    ],
    ids=["nothing kept", "no word for it", "led elsewhere"],
)
def test_a_server_that_says_unchanged_unasked_is_not_understood(query: Query, came: Page) -> None:
    reading = check_unchanged(query, 1, came)

    assert reading is not None
    assert (reading.outcome, reading.note) == (Outcome.UNREADABLE, FailureReason.NOT_ASKED)


def test_no_reader_gets_to_see_an_unchanged_page() -> None:
    alpha = site("alpha")

    first = parse_page(alpha, QUERY, TAGGED, PARSER)
    again = parse_page(alpha, replace(QUERY, kept=first.kept), SAME, PARSER)

    assert first.outcome is Outcome.FOUND
    assert again == ParseResult(outcome=Outcome.UNCHANGED)
    assert parse_page(alpha, QUERY, SAME, PARSER).outcome is Outcome.UNREADABLE


@over_rows("outcome", Outcome)
def test_only_a_proof_is_kept(outcome: Outcome) -> None:
    proof = outcome in {Outcome.FOUND, Outcome.ABSENT}

    assert (kept(reading=ParseResult(outcome=outcome)) is not None) is proof


@pytest.mark.parametrize(
    "query",
    [
        replace(QUERY, subject=""),
        replace(QUERY, page=2),
        replace(QUERY, kind=QueryKind.FOLLOWS),
        replace(QUERY, kind=QueryKind.FOLLOWERS),
    ],
    ids=["a canary", "a later page", "follows", "followers"],
)
def test_what_must_be_read_each_time_is_not_kept(query: Query) -> None:
    assert kept(query=query) is None


@pytest.mark.parametrize(
    "other",
    [
        replace(TAGGED, cut=True),
        replace(TAGGED, status=404),
        replace(TAGGED, url="http://alpha.example/"),
    ],
    ids=["half", "status", "led elsewhere"],
)
def test_only_a_whole_page_from_the_address_itself_is_kept(other: Page) -> None:
    assert kept(other) is None


def test_the_first_of_several_pages_is_not_kept() -> None:
    onward = replace(QUERY, page=2)

    assert kept(reading=replace(FOUND, follow=(onward,))) is None
    assert replace(FOUND, kept=kept()).merge_next_page(replace(FOUND, kept=kept())).kept is None


@pytest.mark.parametrize("tag", ['"a"', 'W/"a"', '"' + "x" * 256 + '"', '"a,b"'])
def test_the_servers_word_for_a_page_is_sent_back_as_it_came(tag: str) -> None:
    assert conditions(asked_again(page(etag=tag))) == {"if-none-match": tag}


@over_rows(
    "tag",
    [
        *("", "*", "a", '""', 'W/"a', 'w/"a"', '"a" "b"', '"a", "b"', '"a b"', '"é"'),
        *('"a"\r\nx: y', '"a\n"', '"a\0"', '"' + "x" * 257 + '"'),
    ],
)
def test_a_word_that_no_header_may_hold_is_not_kept(tag: str) -> None:
    told = kept(page(etag=tag))

    assert told is not None
    assert told.etag == ""


@pytest.mark.parametrize("date", ["", "yesterday", "2026-10-31", f"{DATE}\r\nx: y", f"{DATE} "])
def test_a_date_that_is_none_is_not_kept(date: str) -> None:
    told = kept(page(last_modified=date))

    assert told is not None
    assert told.last_modified == ""


@given(tag=st.text(), date=st.text())
def test_whatever_a_server_says_what_we_send_is_short_and_one_line(tag: str, date: str) -> None:
    told = conditions(asked_again(page(etag=tag, last_modified=date)))

    assert all(value.isascii() and value.isprintable() for value in told.values())
    assert all(len(value) <= 260 for value in told.values())


def test_what_we_keep_makes_no_other_query() -> None:
    assert asked_again() == QUERY
    assert asked_again().key == QUERY.key


def test_what_is_kept_is_not_told_to_where_a_redirect_leads(internet: Internet) -> None:
    server = internet.serve(answering(moved("/elsewhere")))
    request = replace(add_conditions(asked_again(), 1), url="http://site.example/rosa")

    came = internet.client().fetch(request, site("site").crawl_policy)

    assert b"if-none-match" in server.requests[0].lower()
    assert isinstance(came, Redirect)
    assert {name for name, _ in came.request.headers}.isdisjoint(CONDITIONS)
