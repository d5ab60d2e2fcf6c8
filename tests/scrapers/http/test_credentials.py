"""A key goes to its own origin, and nowhere else."""

from dataclasses import replace

from scrapers.http.credentials import Credential, Credentials
from scrapers.http.errors import FailureReason
from scrapers.models import Outcome, Page, ParseResult, Request
from scrapers.source import AccessMode, CrawlPolicy
from tests.scrapers.http.conftest import Internet
from tests.scrapers.http.follower import Follower
from tests.scrapers.http.loopback import answer, answering, moved, without_robots

SITE = "http://site.example"
API = CrawlPolicy(origins=(SITE,), access=AccessMode.API)
PAGES = replace(API, access=AccessMode.PAGE)


KEY = Credentials(
    by_origin={
        SITE: Credential(headers=(("Authorization", "Bearer t0p"),), params=(("key", "k1"),))
    }
)


def test_credentials_go_to_their_origin_and_never_into_a_page(
    internet: Internet, etiquette: CrawlPolicy
) -> None:
    server = internet.serve(without_robots(answering(answer())))
    client = internet.client(credentials=KEY)

    came = client.fetch(Request(url=f"{SITE}/a?b=1"), etiquette)

    assert server.requests[-1].startswith(b"GET /a?b=1&key=k1 ")
    assert b"Bearer t0p" in server.requests[-1]
    assert isinstance(came, Page)
    assert came.url == f"{SITE}/a?b=1"
    assert "t0p" not in repr(client)
    assert "k1" not in repr(KEY)


def test_credentials_do_not_follow_a_redirect_elsewhere(internet: Internet) -> None:
    internet.serve(without_robots(answering(moved("http://other.example/x"))))
    other = internet.serve(without_robots(answering(answer())), "other.example")

    Follower(internet.client(credentials=KEY)).fetch(Request(url=SITE), PAGES)

    assert b"t0p" not in b"".join(other.requests)
    assert b"k1" not in b"".join(other.requests)


def test_a_key_that_a_server_echoes_in_a_redirect_is_taken_off_again(internet: Internet) -> None:
    internet.serve(answering(moved("/b?key=k1&c=2"), answer()))

    came = Follower(internet.client(credentials=KEY)).fetch(Request(url=f"{SITE}/a"), API)

    assert isinstance(came, Page)
    assert came.url == f"{SITE}/b?c=2"


def test_nothing_is_asked_where_a_key_is_missing(
    internet: Internet, etiquette: CrawlPolicy
) -> None:
    server = internet.serve(without_robots(answering(answer())))
    client = internet.client(credentials=Credentials(missing=frozenset({SITE})))

    came = client.fetch(Request(url=f"{SITE}/a"), etiquette)

    assert isinstance(came, ParseResult)
    assert (came.outcome, came.note) == (Outcome.SKIPPED, FailureReason.NO_KEY)
    assert server.requests == []
