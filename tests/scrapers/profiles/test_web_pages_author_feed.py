from collections.abc import Callable

import pytest

from scrapers.models import Identity, Outcome, Page, ParseResult, Query, Trace, TraceKind
from scrapers.profiles.web_pages import AuthorFeedSource

Answered = Callable[..., Page]

FEEDS = AuthorFeedSource()
FEED = "https://jane.example/feed.xml"
ITEM = "<item><title>x</title>{}</item>"


def asked(address: str = FEED) -> Query:
    (query,) = FEEDS.build_queries(Identity(person_id="p", names=(), pages=(address,)))
    return query


def rss(inside: str) -> str:
    names = "xmlns:dc='d' xmlns:itunes='i' xmlns:atom='a'"
    return (
        f"<?xml version='1.0'?><rss {names}><channel><title>Notes</title>{inside}</channel></rss>"
    )


@pytest.fixture
def reading(answered: Answered) -> Callable[..., ParseResult]:
    def read(body: str | bytes, address: str = FEED, **more: object) -> ParseResult:
        query, page = asked(address), answered(body, **{"url": address, **more})
        told = FEEDS.parse_response(query, page)
        return FEEDS.parse_body(query, page) if told.unparsed else told

    return read


@pytest.fixture
def found(reading: Callable[..., ParseResult]) -> Callable[..., Trace]:
    def only(body: str, address: str = FEED) -> Trace:
        (trace,) = reading(body, address).traces
        return trace

    return only


def test_feeds_of_declared_accounts_and_own_feeds_are_asked_for() -> None:
    accounts = ("medium:@jane", "wordpress:@jane", "instagram:@jane", "youtube:UCabc", "odd")
    person = Identity(
        person_id="p", names=(), accounts=accounts, pages=(FEED, "https://jane.example/")
    )

    assert [query.request.url for query in FEEDS.build_queries(person)] == [
        "https://medium.com/feed/@jane",
        "https://jane.wordpress.com/feed/",
        FEED,
    ]


def test_that_a_feed_is_gone_proves_nothing_of_its_page() -> None:
    assert not asked().kind.proves_absence


@pytest.mark.parametrize(
    ("inside", "author"),
    [
        ("<managingEditor>x</managingEditor>", ""),
        ("<author>jane@jane.example (Jane Doe)</author>", "Jane Doe"),
        ("<author>jane@jane.example</author>", ""),
        ("<itunes:author>Jane Doe</itunes:author>", "Jane Doe"),
        (ITEM.format("<dc:creator>Jane Doe</dc:creator>") * 2, "Jane Doe"),
        (
            ITEM.format("<dc:creator>Jane Doe</dc:creator>")
            + ITEM.format("<dc:creator>Li Wu</dc:creator>"),
            "",
        ),
    ],
)
def test_who_writes_alone_is_the_author(
    found: Callable[..., Trace], inside: str, author: str
) -> None:
    assert found(rss(inside)).name == author


def test_a_feed_speaks_of_the_page_whose_feed_it_is(found: Callable[..., Trace]) -> None:
    link = (
        "<atom:link rel='self' href='/feed.xml'/><link>https://medium.com/@jane?source=rss</link>"
    )

    shown = found(rss(link), "https://medium.com/feed/@jane")

    assert shown.kind is TraceKind.ACCOUNT
    assert (shown.account, shown.key) == ("medium:@jane", "https://medium.com/@jane")


@pytest.mark.parametrize("site", ["https://joan.example/", "https://[", "javascript:x", ""])
def test_a_feed_does_not_speak_for_another_host(found: Callable[..., Trace], site: str) -> None:
    assert found(rss(f"<link>{site}</link>")).key == FEED


def test_the_words_of_a_feed_come_without_their_markup(found: Callable[..., Trace]) -> None:
    told = "<description>&lt;p&gt;Art &amp;amp; &lt;b&gt;craft&lt;/b&gt;&lt;/p&gt;</description>"

    assert found(rss(told)).bio == "Art & craft"


@pytest.mark.parametrize(
    "inside",
    [
        "<itunes:block>yes</itunes:block>",
        "<meta xmlns='http://www.w3.org/1999/xhtml' name='robots' content='noindex'/>",
    ],
)
def test_a_feed_that_asks_not_to_be_listed_is_not_read(
    reading: Callable[..., ParseResult], inside: str
) -> None:
    assert reading(rss(inside)).outcome is Outcome.DECLINED


@pytest.mark.parametrize(
    "body",
    [
        "<html><title>Notes</title></html>",
        "<?xml version='1.0'?><opml><head><title>Notes</title></head></opml>",
        "<?xml version='1.0'?><rss><channel></channel></rss>",
        "<!DOCTYPE rss SYSTEM 'https://jane.example/rss.dtd'><rss></rss>",
        "<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY e SYSTEM 'file:///x'>]><rss>&e;</rss>",
        '{"version": "https://jsonfeed.org/version/1.1"}',
        '{"version": "2", "title": "Notes"}',
        '{"version": "https://jsonfeed.org/version/1", "title": "Notes", "authors": {}}',
        '{"title": ',
        "no feed at all",
    ],
)
def test_what_is_no_whole_feed_is_unreadable(
    reading: Callable[..., ParseResult], body: str
) -> None:
    told = reading(body)

    assert told.outcome is Outcome.UNREADABLE
    assert told.note


def test_a_json_feed_tells_its_author_in_either_version(found: Callable[..., Trace]) -> None:
    told = '{"version": "https://jsonfeed.org/version/1", "title": "Notes", %s}'

    assert found(told % '"author": {"name": "Jane Doe"}').name == "Jane Doe"
    assert found(told % '"items": [{"authors": [{"name": "Jane Doe"}]}]').name == "Jane Doe"
    assert found(told % '"authors": [null, {"url": 7}]').name == ""


def test_a_mark_before_the_first_letter_changes_nothing(
    reading: Callable[..., ParseResult],
) -> None:
    told = b'\xef\xbb\xbf{"version": "https://jsonfeed.org/version/1.1", "title": "Notes"}'

    assert reading(told).outcome is Outcome.FOUND
