"""An alert feed is read like an answer of a search engine, and its address stays a secret."""

from dataclasses import replace

import pytest

from scrapers.facts.asked_words import TITLES
from scrapers.models import District, Identity, Outcome, Page, ParseResult, Query, TraceKind
from scrapers.search.alerts import (
    ALERT_ORIGINS,
    FEED_IS_GONE,
    HAS_DOCTYPE,
    NO_FEED,
    AlertFeedSource,
    build_alert_searches,
    build_feed_id,
    clean_feed_address,
)
from tests.rows import over_rows
from tests.scrapers.search.conftest import Answered

FEED = "https://www.google.com/alerts/feeds/1234567890/9876543210"
NORA = Identity(
    person_id="person-1",
    names=("Nora Quill", "Nora Lark"),
    school="Harbour Lane School",
    organization="Harbour Schools",
    places=("Wexford Bay",),
    own_handles=("quillandink",),
    alert_feeds=(FEED,),
)
ALERTS = AlertFeedSource()
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><title>Google Alert - x</title>{}</feed>'


def first_query(identity: Identity = NORA) -> Query:
    return next(iter(ALERTS.build_queries(identity)))


def read(page: Page, query: Query | None = None) -> ParseResult:
    asked = query or first_query()
    result = ALERTS.parse_response(asked, page)
    return ALERTS.parse_body(asked, page) if result.unparsed else result


def entry(title: str, link: str = "https://a.example/1", content: str = "") -> str:
    return (
        f'<entry><title type="html">{title}</title><link href="{link}"/>'
        f'<content type="html">{content}</content></entry>'
    )


def test_entries_are_unwrapped_and_told_apart(saved: Answered) -> None:
    result = read(saved("alerts/found.xml"))

    assert result.outcome is Outcome.FOUND
    mural, instagram = result.traces
    assert mural.url == "https://courier.example/2026/mural?page=2"
    assert mural.title == "Mural by Nora Quill opens"
    assert mural.snippet.startswith("Nora Quill of Harbour Lane School painted")
    assert (instagram.kind, instagram.account) == (TraceKind.ACCOUNT, "instagram:@nquill.art")


def test_the_feed_of_another_service_is_read_too(saved: Answered) -> None:
    (choir,) = read(saved("alerts/talkwalker.xml")).traces

    assert choir.url == "https://courier.example/2026/choir"
    assert choir.snippet == "The choir of Harbour Lane School, led by Nora Quill."


def test_a_feed_about_somebody_else_shows_nothing(saved: Answered) -> None:
    result = read(saved("alerts/strangers.xml"))

    assert (result.outcome, result.traces) == (Outcome.ABSENT, ())
    assert result.note == "nobody-named"


def test_a_hit_by_a_listed_handle_counts(answered: Answered) -> None:
    body = ATOM.format(entry("Prints by quillandink", "https://shop.example/u"))

    assert [trace.url for trace in read(answered(body)).traces] == ["https://shop.example/u"]


def test_the_address_is_in_no_term_and_no_words_of_a_query() -> None:
    query = first_query()

    assert query.request.url == FEED
    assert query.request.hops == 0
    assert query.terms == (
        f"alert feed {build_feed_id(FEED)}",
        "Nora Quill",
        "Nora Lark",
        "@quillandink",
    )
    assert "9876543210" not in repr(NORA)
    assert ALERTS.crawl_policy.origins[0] == "https://www.google.com"


def test_the_districts_own_feed_is_asked_for_without_a_name(saved: Answered) -> None:
    district = replace(ALERTS, district_feeds=(FEED,))
    (query,) = district.build_district_queries(District(name="Harbour Schools"))
    result = read(saved("alerts/found.xml"), query)
    ((_, hers), (_, nobodys)) = district.split_result_by_person(
        result, [NORA, Identity(person_id="ivo", names=("Ivo Marsh",))]
    )

    assert not any("Quill" in term for term in query.terms)
    assert len(hers.traces) == 2
    assert nobodys.traces == ()


@pytest.mark.parametrize("status", [404, 410])
def test_a_deleted_alert_is_never_nothing_found(answered: Answered, status: int) -> None:
    result = read(answered("gone", status=status))

    assert (result.outcome, result.note) == (Outcome.UNREADABLE, FEED_IS_GONE)
    assert ALERTS.find_address_fault(result) == FEED_IS_GONE


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("<!doctype html><title>Alerts</title><h1>Your alerts</h1>", 200),
        ("", 200),
        ("", 302),
        ('{"items": []}', 200),
    ],
)
def test_what_is_no_feed_is_told_as_such(answered: Answered, body: str, status: int) -> None:
    result = read(answered(body, status=status))

    assert (result.outcome, result.note) == (Outcome.UNREADABLE, NO_FEED)


def test_a_service_that_is_down_is_no_fault_of_the_address(answered: Answered) -> None:
    result = read(answered("busy", status=503))

    assert result.outcome is Outcome.FAILED
    assert ALERTS.find_address_fault(result) == ""


HOSTILE = {
    "entities": '<!DOCTYPE feed [<!ENTITY a "Nora Quill">]>' + ATOM.format(entry("&a;")),
    "no title": '<feed xmlns="http://www.w3.org/2005/Atom">' + entry("Nora Quill") + "</feed>",
    "cut short": '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Nora Quill',
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_feed_is_unreadable_and_never_empty(answered: Answered, body: str) -> None:
    assert read(answered(body)).outcome is Outcome.UNREADABLE


def test_entities_are_never_expanded(answered: Answered) -> None:
    assert read(answered(HOSTILE["entities"])).note == HAS_DOCTYPE


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://www.google.com/url?url=javascript:alert(1)",
        "",
        "//no-scheme.example/",
    ],
)
def test_a_link_that_is_no_web_address_is_no_trace(answered: Answered, link: str) -> None:
    result = read(answered(ATOM.format(entry("Nora Quill", link))))

    assert all(trace.url.startswith("https://") for trace in result.traces)
    assert not any("javascript" in trace.url.partition("?")[0] for trace in result.traces)


def test_markup_in_an_entry_is_text(answered: Answered) -> None:
    body = ATOM.format(
        entry("Nora Quill &lt;script&gt;alert(1)&lt;/script&gt;", content="&lt;img src=x&gt; hi")
    )
    (trace,) = read(answered(body)).traces

    assert "<" not in trace.title + trace.snippet


def test_only_so_many_entries_are_read(answered: Answered) -> None:
    many = "".join(entry("Nora Quill", f"https://a.example/{n}") for n in range(500))

    assert len(read(answered(ATOM.format(many))).traces) == 100


@pytest.mark.parametrize(
    "address",
    [
        FEED,
        f"  {FEED}  ",
    ],
)
def test_the_address_of_an_alert_feed_is_taken(address: str) -> None:
    assert clean_feed_address(address) == address.strip()


def test_a_feed_of_a_service_that_the_district_listed_is_taken_and_no_other() -> None:
    address = "https://alerts.example/alerts/rss/YJOKITOAE6MRGBCKK7ZPOARQSR7XVFF"

    assert clean_feed_address(address, (*ALERT_ORIGINS, "https://alerts.example")) == address
    assert clean_feed_address(address) == ""


@over_rows(
    "address",
    [
        "",
        "https://www.google.com/alerts",
        "https://www.google.com/alerts/feeds/1/2?next=https://evil.example",
        "https://www.google.com/alerts/feeds/1/2#x",
        "https://www.google.com/alerts/feeds/../../url?q=https://evil.example",
        "https://www.google.com.evil.example/alerts/feeds/1/2",
        "https://user@www.google.com/alerts/feeds/1/2",
        "http://www.google.com/alerts/feeds/1/2",
        "https://evil.example/alerts/feeds/1/2",
        "https://www.google.com/alerts/feeds/" + "1" * 600 + "/2",
        "https://www.google.com/alerts/feeds/1/2\nhttps://evil.example",
    ],
)
def test_any_other_address_is_refused(address: str) -> None:
    assert clean_feed_address(address) == ""


def test_the_searches_to_paste_are_those_an_engine_would_get() -> None:
    best, closed, *_ = build_alert_searches(NORA)

    assert best == '"Nora Quill" "Harbour Lane School"'
    assert closed.startswith('("Nora Quill" OR "Nora Lark") (site:facebook.com OR ')


def test_a_search_to_paste_has_no_word_that_google_would_leave_out() -> None:
    called = replace(NORA, phrases=tuple(f"{title} Quill" for title in TITLES * 3))

    searches = build_alert_searches(called)

    assert max(len(search.split()) for search in searches) <= 32
    (networks,) = (search for search in searches if '"Ms Quill"' in search and "site:" in search)
    assert networks.startswith('("Ms Quill" OR "Mrs Quill" OR ')
    assert networks.endswith("site:reddit.com)")
