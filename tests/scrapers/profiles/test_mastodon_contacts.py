"""Whom an account follows, and who follows it, where Mastodon shows that to anybody."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from scrapers.models import Outcome, Page, Query, QueryKind
from scrapers.profile_api import LAST_PAGE
from scrapers.profiles.mastodon import CONTACTS_HIDDEN, Mastodon
from scrapers.source import ContactSource

Answered = Callable[..., Page]

PAGES = "mastodon-server"
OWN = "mastodon:@noraquill@mastodon.social"


@pytest.fixture
def mastodon() -> Mastodon:
    return Mastodon()


@pytest.fixture
def follows(mastodon: Mastodon) -> Query:
    return next(iter(mastodon.build_contact_queries(OWN, "person-1")))


def altered(page: Page, **changes: object) -> Page:
    return replace(page, body=json.dumps(json.loads(page.body) | changes).encode())


def test_contacts_are_asked_of_this_server_alone(mastodon: Mastodon) -> None:
    assert isinstance(mastodon, ContactSource)
    assert [query.kind for query in mastodon.build_contact_queries(OWN, "p")] == [
        QueryKind.FOLLOWS,
        QueryKind.FOLLOWERS,
    ]
    assert list(mastodon.build_contact_queries("mastodon:@nora@drawings.example", "p")) == []


def test_a_contact_list_is_read_page_by_page(
    mastodon: Mastodon, follows: Query, saved: Answered
) -> None:
    began = mastodon.parse_response(follows, saved(f"{PAGES}/found.json"))
    (first,) = began.follow
    base = "https://mastodon.social/api/v1/accounts/109300000000000007/following"
    link = f'<{base}?limit=80&max_id=5>; rel="next", <{base}?since_id=9>; rel="prev"'
    page = saved(f"{PAGES}/following.json", headers={"link": link})

    listed = mastodon.parse_response(first, page)
    (second,) = listed.follow

    assert first.key == second.key == follows.key
    assert first.request.url == base
    assert dict(first.request.params) == {"limit": "80"}
    assert second.request.url == f"{base}?limit=80&max_id=5"
    assert [(contact.name, contact.handle) for contact in listed.contacts] == [
        ("Pat Lark", "pat@mastodon.social")
    ]
    last = mastodon.parse_response(second, saved(f"{PAGES}/empty_list.json"))
    assert began.merge_next_page(listed).merge_next_page(last).outcome is Outcome.FOUND


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"hide_collections": True}, Outcome.DECLINED),
        ({"hide_collections": True, "following_count": 0}, Outcome.DECLINED),
        ({"noindex": True}, Outcome.DECLINED),
        ({"following_count": 0}, Outcome.ABSENT),
        ({"hide_collections": None, "following_count": 0}, Outcome.FOUND),
    ],
)
def test_a_list_is_asked_for_only_where_it_is_shown(
    mastodon: Mastodon,
    follows: Query,
    saved: Answered,
    change: dict[str, object],
    outcome: Outcome,
) -> None:
    reading = mastodon.parse_response(follows, altered(saved(f"{PAGES}/found.json"), **change))

    assert reading.outcome is outcome
    assert bool(reading.follow) is (outcome is Outcome.FOUND)


def test_snac_shows_no_lists_whatever_it_says(
    mastodon: Mastodon, follows: Query, saved: Answered
) -> None:
    page = saved(f"{PAGES}/found.json", headers={"x-creator": "snac/2.75"})

    assert mastodon.parse_response(follows, page).outcome is Outcome.DECLINED


def test_an_empty_list_that_should_not_be_is_hidden(
    mastodon: Mastodon, follows: Query, saved: Answered
) -> None:
    (first,) = mastodon.parse_response(follows, saved(f"{PAGES}/found.json")).follow
    reading = mastodon.parse_response(first, saved(f"{PAGES}/empty_list.json"))

    assert (reading.outcome, reading.note) == (Outcome.DECLINED, CONTACTS_HIDDEN)


@pytest.mark.parametrize(
    ("page", "address"),
    [
        (2, "https://other.example/api/v1/accounts/1/following?max_id=5"),
        (2, "https://mastodon.social/api/v1/accounts/109300000000000007/following"),
        (LAST_PAGE, "https://mastodon.social/api/v1/accounts/1/following?max_id=5"),
    ],
)
def test_a_list_that_does_not_end_is_left_with_a_gap(
    mastodon: Mastodon, follows: Query, saved: Answered, page: int, address: str
) -> None:
    (first,) = mastodon.parse_response(follows, saved(f"{PAGES}/found.json")).follow
    answer = saved(f"{PAGES}/following.json", headers={"link": f'<{address}>; rel="next"'})
    reading = mastodon.parse_response(replace(first, page=page), answer)

    assert reading.outcome is Outcome.PARTIAL
    assert reading.follow == ()
    assert reading.note
