"""Whether someone is absent is believed of a method that is tested itself, and of no other."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from scrapers.models import Contact, District, Outcome, ParseResult, Query, QueryKind
from scrapers.profile_api import ApiMethod
from scrapers.profiles.activitypub import ActivityPub
from scrapers.profiles.bluesky import Bluesky
from scrapers.profiles.mastodon import Mastodon
from scrapers.profiles.wordpress import WordPress
from scrapers.search.searxng import SearxNG
from scrapers.search_api import SearchApi
from scrapers.source import (
    METHODS,
    NEXT_PAGE_EMPTY,
    Canary,
    ContactSource,
    DistrictSource,
    Method,
    PersonalFeedSource,
    Source,
)
from tests.rows import over_rows
from tests.scrapers.answers import nora
from tests.scrapers.conftest import Answered
from tests.scrapers.known_sources import all_sources

DISTRICT = District(name="Harbour Lane School", domains=("harbourlane.example",))
# What an empty list says is only as good as the search; one account has an address of its own.
LISTS = frozenset({Method.SEARCH, Method.NEXT_PAGE, Method.CONTACTS})
SOCIAL = "https://social.quill.example"


def as_configured(source: Source) -> Source:
    """Name an account and a name where only the operator of a server can."""
    if isinstance(source, Mastodon | ActivityPub):
        return replace(source, known_account="@us")
    if isinstance(source, WordPress):
        return replace(source, known_name="Smith")
    return source


CHECKED = tuple(
    as_configured(source) for source in all_sources() if not isinstance(source, PersonalFeedSource)
)


def queries(source: Source) -> Iterator[Query]:
    person = replace(nora(source), own_handles=("noraquill",))
    yield from source.build_queries(person)
    if isinstance(source, ContactSource):
        for account in person.accounts:
            yield from source.build_contact_queries(account, person.person_id)
    if isinstance(source, DistrictSource):
        yield from source.build_district_queries(DISTRICT)


def believed_methods(source: Source) -> set[Method]:
    """Return the methods in use, and that of further pages where a search goes on to them."""
    used = {METHODS[query.kind] for query in queries(source)}
    # An API of profiles announces its further pages, so that an empty one is no answer.
    goes_on = isinstance(source, SearxNG) or (
        isinstance(source, SearchApi) and bool(source.wire.page) and source.last_page > 1
    )
    return used | ({Method.NEXT_PAGE} if goes_on else set())


@over_rows("source", CHECKED, ids=lambda source: source.name)
def test_no_method_whose_absence_is_believed_lacks_its_canary(source: Source) -> None:
    canaries = list(source.build_canaries("nonce"))
    shown = {canary.method for canary in canaries if canary.expects is Outcome.FOUND}

    assert believed_methods(source) <= {canary.method for canary in canaries}
    assert believed_methods(source) & LISTS <= shown


@over_rows("source", CHECKED, ids=lambda source: source.name)
def test_no_canary_takes_the_place_of_another_or_asks_about_someone(source: Source) -> None:
    canaries = [canary.query for canary in source.build_canaries("nonce")]

    assert len({query.key for query in canaries}) == len(canaries)
    assert {query.subject for query in canaries} <= {""}


def test_every_kind_of_query_is_asked_by_a_method() -> None:
    assert METHODS.keys() == set(QueryKind)


@pytest.mark.parametrize("further", ["page", "paging"])
def test_a_page_that_was_announced_and_lists_no_one_is_unreadable(
    answered: Answered, further: str
) -> None:
    site = WordPress(base_url="https://blog.quill.example")
    (search, *_) = site.build_queries(nora(site))
    page = 2 if further == "page" else 1

    reading = site.parse_response(replace(search, page=page), answered("[]"))

    expected = Outcome.UNREADABLE if page > 1 else Outcome.ABSENT
    assert reading.outcome is expected
    assert (reading.note == NEXT_PAGE_EMPTY) is (page > 1)


def lists(source: Source) -> list[Canary]:
    canaries = source.build_canaries("nonce")
    return [canary for canary in canaries if canary.method is Method.CONTACTS]


def test_a_canary_of_lists_reads_one_page_of_whom_and_two_of_by_whom(answered: Answered) -> None:
    follows, followers = lists(Bluesky())
    row = '{"did": "did:plc:abcdefg", "handle": "nora.example"}'
    one = answered(f'{{"follows": [{row}], "followers": [{row}], "cursor": "on"}}')

    first = Bluesky().parse_response(followers.query, one)
    (second,) = first.follow
    assert Bluesky().parse_response(follows.query, one).follow == ()
    assert Bluesky().parse_response(second, one).follow == ()

    empty = Bluesky().parse_response(second, answered('{"followers": []}'))
    assert first.merge_next_page(empty).outcome is Outcome.PARTIAL
    assert empty.note == NEXT_PAGE_EMPTY


def test_a_canary_of_a_list_ends_with_its_last_page_on_servers_too(answered: Answered) -> None:
    server = Mastodon(base_url=SOCIAL, known_account="@us")
    follows, followers = lists(server)

    assert (follows.query.pages, followers.query.pages) == (2, 3)
    last = replace(follows.query, page=2)
    assert server.parse_response(last, answered("[]")).outcome is Outcome.ABSENT
    assert server.parse_response(replace(followers.query, page=3), answered("[]")) == ParseResult(
        outcome=Outcome.UNREADABLE, note=NEXT_PAGE_EMPTY
    )
    account = f"""[{{"id": "1", "acct": "nora", "username": "nora", "url": "{SOCIAL}/@nora",
        "display_name": "Nora Quill"}}]"""
    reading = server.parse_response(last, answered(account))
    assert (reading.outcome, reading.follow) == (Outcome.FOUND, ())
    assert reading.contacts == (Contact(name="Nora Quill", handle="nora@social.quill.example"),)


def test_a_search_that_strangers_get_no_answer_from_is_blind_by_its_own_rules() -> None:
    (search,) = (canary for canary in Mastodon().build_canaries("n") if canary.method == "search")

    assert search.query.terms == ("Smith",)
    assert search.blind_note


def test_a_source_may_search_only_by_a_method_that_it_has() -> None:
    site = replace(WordPress(base_url="https://blog.quill.example"), known_name="Smith")
    assert isinstance(site.methods.by_name, ApiMethod)
    nameless = replace(site, methods=replace(site.methods, by_name=None))

    methods = {canary.method for canary in nameless.build_canaries("nonce")}

    assert methods == {Method.LOOKUP}
