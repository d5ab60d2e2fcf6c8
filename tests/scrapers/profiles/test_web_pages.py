from collections.abc import Callable

import pytest

from scrapers.models import Identity, Outcome, Page, ParseResult, Query, QueryKind, Trace, TraceKind
from scrapers.profiles.web_pages import WebPageSource
from scrapers.source import AccessMode

Answered = Callable[..., Page]

HTML = {"content-type": "text/html; charset=utf-8"}
PAGES = WebPageSource()
HOME = "https://jane.example/"
NAMED = "<title>Jane Doe</title>"


def asked(address: str = HOME) -> Query:
    return next(iter(PAGES.build_queries(Identity(person_id="p", names=(), pages=(address,)))))


@pytest.fixture
def reading(answered: Answered) -> Callable[..., ParseResult]:
    """Ask for a page and read what comes, as the service does."""

    def read(body: str, address: str = HOME, status: int = 200, **more: object) -> ParseResult:
        query = asked(address)
        given = {"headers": HTML, "url": address} | more
        page = answered(body, status, **given)
        told = PAGES.parse_response(query, page)
        return PAGES.parse_body(query, page) if told.unparsed else told

    return read


@pytest.fixture
def found(reading: Callable[..., ParseResult]) -> Callable[..., Trace]:
    def only(body: str, address: str = HOME, **more: object) -> Trace:
        (trace,) = reading(body, address, **more).traces
        return trace

    return only


def test_own_pages_are_asked_for_each_once() -> None:
    pages = (HOME, "http://www.jane.example", "https://band.example/~jane", "ftp://jane.example/")
    queries = PAGES.build_queries(Identity(person_id="p", names=("Jane Doe",), pages=pages))

    assert [query.request.url for query in queries] == [HOME, "https://band.example/~jane"]
    assert {query.kind for query in queries} == {QueryKind.PROFILE}
    assert PAGES.crawl_policy.access is AccessMode.PAGE


@pytest.mark.parametrize(
    "address",
    [
        "https://www.instagram.com/jane/",
        "https://m.facebook.com/jane.doe.7",
        "https://uk.linkedin.com/in/jane",
        "https://twitter.com/jane",
        "https://www.tiktok.com/@jane",
        "https://www.snapchat.com/add/jane",
        "https://www.google.com/url?q=https://www.threads.net/@jane",
    ],
)
def test_a_platform_that_forbids_it_is_never_read(address: str) -> None:
    assert list(PAGES.build_queries(Identity(person_id="p", names=(), pages=(address,)))) == []


def test_a_feed_is_left_to_who_reads_feeds() -> None:
    pages = ("https://jane.example/feed/", "https://jane.example/notes.atom")

    assert list(PAGES.build_queries(Identity(person_id="p", names=(), pages=pages))) == []


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_gone_is_absent(reading: Callable[..., ParseResult], status: int) -> None:
    assert reading("<h1>Gone</h1>", status=status).outcome is Outcome.ABSENT


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ("<title>Log in | Alpha</title>", Outcome.BLOCKED),
        ("<title>Before you continue to Alpha</title>", Outcome.BLOCKED),
        ("<title>Just a moment...</title>", Outcome.BLOCKED),
        ("<title>jane.example is for sale</title>", Outcome.UNREADABLE),
        ("<title>jane</title><script src='//c.parkingcrew.net/x'></script>", Outcome.UNREADABLE),
        ("<title>Welcome to nginx!</title>", Outcome.UNREADABLE),
        ("<title>Account Suspended</title>", Outcome.UNREADABLE),
        ("<title>Page not found | Alpha</title>", Outcome.UNREADABLE),
        ("<title>Alpha</title><h1>Sorry, this page isn\u2019t available.</h1>", Outcome.UNREADABLE),
        ("<title>Alpha</title><p>The profile you requested was not found.", Outcome.UNREADABLE),
        ("<p>Nobody is named here.", Outcome.UNREADABLE),
        (" ", Outcome.UNREADABLE),
    ],
)
def test_what_stands_in_place_of_a_page_is_neither_found_nor_absent(
    reading: Callable[..., ParseResult], body: str, outcome: Outcome
) -> None:
    told = reading(body)

    assert told.outcome is outcome
    assert told.note
    assert not told.traces


@pytest.mark.parametrize(
    ("ended", "outcome"),
    [
        ("https://www.jane.example/art/wall/", Outcome.FOUND),
        ("https://jane.example/art/walls", Outcome.FOUND),
        ("https://jane.example/", Outcome.UNREADABLE),
        ("https://jane.example/art", Outcome.UNREADABLE),
        ("https://jane.example/error/404", Outcome.UNREADABLE),
        ("https://casino.example/art/wall", Outcome.UNREADABLE),
        ("https://www.instagram.com/jane/", Outcome.DECLINED),
        ("https://jane.example/login?next=/art/wall", Outcome.BLOCKED),
    ],
)
def test_a_redirect_to_another_page_proves_nothing(
    reading: Callable[..., ParseResult], ended: str, outcome: Outcome
) -> None:
    assert reading(NAMED, "https://jane.example/art/wall", url=ended).outcome is outcome


@pytest.mark.parametrize(
    ("asked_for", "ended", "outcome"),
    [
        ("https://vimeo.com/user123", "https://vimeo.com/jane", Outcome.FOUND),
        ("https://vimeo.com/jane", "https://vimeo.com/joan", Outcome.UNREADABLE),
        ("https://vimeo.com/jane", "https://vimeo.com/watch", Outcome.UNREADABLE),
        ("https://jane.wordpress.com/", "https://wordpress.com/typo", Outcome.UNREADABLE),
    ],
)
def test_an_account_may_lead_from_its_id_to_its_handle_alone(
    reading: Callable[..., ParseResult], asked_for: str, ended: str, outcome: Outcome
) -> None:
    assert reading(NAMED, asked_for, url=ended).outcome is outcome


def test_a_page_with_no_title_but_its_sites_is_nobodys(reading: Callable[..., ParseResult]) -> None:
    site = "<title>Pace Club</title><h1>Off the track</h1>"

    assert reading(site, "https://paceclub.example/athletes/jane").outcome is Outcome.UNREADABLE
    assert reading(site, "https://paceclub.example/").outcome is Outcome.FOUND


def test_what_a_shortener_leads_to_is_the_page_that_was_meant(
    found: Callable[..., Trace],
) -> None:
    assert found(NAMED, "https://bit.ly/3JaNe", url=HOME).key == HOME


@pytest.mark.parametrize(
    "more",
    [
        {"body": f"{NAMED}<meta name='robots' content='NOINDEX, nofollow'>"},
        {"body": f"{NAMED}<meta name='namesake' content='none'>"},
        {"body": NAMED, "headers": HTML | {"x-robots-tag": "noindex"}},
        {"body": NAMED, "headers": HTML | {"x-robots-tag": "otherbot: nofollow, namesake: none"}},
    ],
)
def test_a_page_that_asks_not_to_be_listed_is_not_read(
    reading: Callable[..., ParseResult], more: dict[str, str]
) -> None:
    assert reading(**more).outcome is Outcome.DECLINED


@pytest.mark.parametrize(
    "more",
    [
        {"body": f"{NAMED}<meta name='otherbot' content='noindex'>"},
        {"body": NAMED, "headers": HTML | {"x-robots-tag": "otherbot: noindex, nofollow"}},
        {"body": NAMED, "headers": HTML | {"x-robots-tag": "max-snippet: 50, index"}},
    ],
)
def test_what_is_asked_of_others_is_not_asked_of_us(
    reading: Callable[..., ParseResult], more: dict[str, str]
) -> None:
    assert reading(**more).outcome is Outcome.FOUND


def test_what_asks_not_to_be_quoted_is_left_out(found: Callable[..., Trace]) -> None:
    said = "<meta name='description' content='Art teacher'>"
    card = "<div class='h-card'><p class='p-note' data-nosnippet>At home</p></div>"

    assert found(NAMED + said).bio == "Art teacher"
    assert found(f"{NAMED}{said}<meta name='robots' content='nosnippet'>").bio == ""
    assert found(NAMED + said, headers=HTML | {"x-robots-tag": "max-snippet:0"}).bio == ""
    assert found(NAMED + card).bio == ""


def test_a_platform_says_itself_which_account_a_page_is_of(found: Callable[..., Trace]) -> None:
    home = "<link rel='canonical' href='https://www.youtube.com/channel/UCabc'>"

    shown = found(NAMED + home, "https://www.youtube.com/@JaneDoe")

    assert shown.kind is TraceKind.ACCOUNT
    assert shown.account == "youtube:UCabc"
    assert shown.account_aliases == ("youtube:@janedoe",)
    assert shown.handle == "janedoe"


@pytest.mark.parametrize("address", [HOME, "https://mallory.wordpress.com/"])
def test_nobody_makes_their_page_that_of_another(found: Callable[..., Trace], address: str) -> None:
    home = "<link rel='canonical' href='https://www.youtube.com/@JaneDoe'>"
    other = "<meta property='og:url' content='https://jane.wordpress.com/'>"

    shown = found(NAMED + home + other, address)

    assert "youtube" not in f"{shown.account}{shown.account_aliases}"
    assert "jane" not in f"{shown.account}{shown.account_aliases}"


def test_somebodys_own_place_leads_on_to_its_feed(reading: Callable[..., ParseResult]) -> None:
    feed = "<link rel='alternate' type='application/rss+xml' href='/feed.xml'>"

    assert [query.request.url for query in reading(NAMED + feed).follow] == [f"{HOME}feed.xml"]
    assert reading(NAMED + feed, "https://paper.example/news/school-board").follow == ()


def test_a_feed_at_the_address_of_a_page_is_handed_on(reading: Callable[..., ParseResult]) -> None:
    told = reading("<?xml version='1.0'?><rss><channel></channel></rss>")

    assert told.outcome is Outcome.UNREADABLE
    assert [(query.source, query.request.url) for query in told.follow] == [("feeds", HOME)]


def test_a_document_that_is_no_page_is_not_taken_for_one(
    reading: Callable[..., ParseResult],
) -> None:
    assert reading("%PDF-1.7", headers={"content-type": "application/pdf"}).note


WORDS = "<p>" + "Between lessons I write about songs and the sea. " * 20


@pytest.mark.parametrize("heading", ["Jane Doe", "Alpha"])
def test_only_a_page_that_says_little_is_refused_for_being_called_like_its_site(
    reading: Callable[..., ParseResult], heading: str
) -> None:
    body, address = f"<title>Alpha</title><h1>{heading}</h1>", "https://alpha.example/people/7"

    assert reading(body, address).note == "page-of-site"
    assert reading(body + WORDS, address).traces[0].name == heading


def test_a_page_without_a_title_is_known_by_its_heading(found: Callable[..., Trace]) -> None:
    assert found("<h1>Jane Doe</h1>").name == "Jane Doe"
