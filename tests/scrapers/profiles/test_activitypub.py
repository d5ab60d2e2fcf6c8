import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from scrapers.models import Identity, Outcome, Page, Query, QueryKind
from scrapers.profiles.activitypub import (
    ACCOUNT_DELETED,
    ACCOUNT_ELSEWHERE,
    ACCOUNT_SUSPENDED,
    CONTACTS_HIDDEN,
    ActivityPub,
)
from scrapers.source import ContactSource
from tests.scrapers.damage import Damaged

Answered = Callable[..., Page]

PAGES = "activitypub-server"
OWN = "mastodon:@noraquill@its-own.example"
NORA = Identity(
    person_id="person-1", names=("Nora Quill",), handles=("noraquill",), accounts=(OWN,)
)
ACTOR = "https://its-own.example/users/noraquill"
LIST = f"{ACTOR}/following"


@pytest.fixture
def server() -> ActivityPub:
    return ActivityPub(base_url="https://its-own.example")


@pytest.fixture
def profile(server: ActivityPub) -> Query:
    (query,) = server.build_queries(NORA)
    return query


@pytest.fixture
def document(server: ActivityPub, profile: Query, saved: Answered) -> Query:
    """Ask for the document that WebFinger leads to."""
    (query,) = server.parse_response(
        profile, saved(f"{PAGES}/found.json", url=profile.request.url)
    ).follow
    return query


@pytest.fixture
def collection(server: ActivityPub, saved: Answered) -> Query:
    """Ask for the list that the document leads to."""
    (follows, _) = server.build_contact_queries(OWN, "person-1")
    (actor,) = server.parse_response(follows, saved(f"{PAGES}/found.json")).follow
    (query,) = server.parse_response(actor, saved(f"{PAGES}/actor.json", url=ACTOR)).follow
    return query


def altered(page: Page, **changes: object) -> Page:
    return replace(page, body=json.dumps(json.loads(page.body) | changes).encode())


def test_a_handle_is_asked_for_by_webfinger(server: ActivityPub, profile: Query) -> None:
    assert profile.kind is QueryKind.PROFILE
    assert profile.request.url == "https://its-own.example/.well-known/webfinger"
    assert dict(profile.request.params) == {"resource": "acct:noraquill@its-own.example"}
    assert server.domain == "its-own.example"


def test_webfinger_leads_to_the_document_of_the_account(profile: Query, document: Query) -> None:
    assert document.request.url == ACTOR
    assert document.key == profile.key
    assert "application/activity+json" in dict(document.request.headers)["accept"]


def test_a_document_tells_the_account(
    server: ActivityPub, document: Query, saved: Answered
) -> None:
    (nora,) = server.parse_response(document, saved(f"{PAGES}/actor.json", url=ACTOR)).traces

    assert nora.account == OWN
    assert nora.url == "https://its-own.example/@noraquill"
    assert (nora.name, nora.bio) == ("Nora Quill", "Art teacher, Wexford Bay.")
    assert nora.links == ("https://harbourlane.example/staff",)
    assert nora.picture_hash == "q7q7q7.png"
    assert nora.created_at == datetime(2022, 11, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    "change",
    [
        {"type": ["Person", "toot:Robot"]},
        {"url": [{"type": "Link", "href": "https://its-own.example/@noraquill"}]},
        {"url": None},
        {"icon": [{"type": "Image", "url": "https://files.pictures.example/q7q7q7.png"}]},
        {"icon": None, "attachment": None, "published": "long ago", "name": None},
        {"attachment": {"type": "PropertyValue", "name": "a", "value": "b"}},
        {"attachment": [{"type": "Link", "href": "https://noraquill.example/"}]},
    ],
)
def test_json_ld_may_be_written_in_more_than_one_way(
    server: ActivityPub, document: Query, saved: Answered, change: dict[str, object]
) -> None:
    reading = server.parse_response(document, altered(saved(f"{PAGES}/actor.json"), **change))

    assert reading.outcome is Outcome.FOUND


@pytest.mark.parametrize(
    "change",
    [
        {"type": "Note"},
        {"preferredUsername": None},
        {"preferredUsername": "pat"},
        {"name": 7},
        {"suspended": "no"},
        {"url": 7, "id": None},
        {"attachment": ["https://noraquill.example/"]},
    ],
)
def test_a_part_of_another_kind_is_no_answer(
    server: ActivityPub, document: Query, saved: Answered, change: dict[str, object]
) -> None:
    reading = server.parse_response(document, altered(saved(f"{PAGES}/actor.json"), **change))

    assert reading.outcome is Outcome.UNREADABLE


def test_what_is_gone_is_absent_and_says_why(
    server: ActivityPub, profile: Query, document: Query, saved: Answered
) -> None:
    page = saved(f"{PAGES}/actor.json")

    assert (
        server.parse_response(profile, saved(f"{PAGES}/absent.txt", 404)).outcome is Outcome.ABSENT
    )
    assert server.parse_response(profile, saved(f"{PAGES}/absent.txt", 410)).note == ACCOUNT_DELETED
    assert server.parse_response(document, saved(f"{PAGES}/tombstone.json")).note == ACCOUNT_DELETED
    suspended = server.parse_response(document, altered(page, suspended=True))
    assert (suspended.outcome, suspended.note) == (Outcome.ABSENT, ACCOUNT_SUSPENDED)


def test_who_has_moved_is_found_with_the_new_address(
    server: ActivityPub, document: Query, saved: Answered
) -> None:
    page = altered(saved(f"{PAGES}/actor.json"), movedTo="https://drawings.example/users/nora")
    reading = server.parse_response(document, page)

    assert reading.traces[0].links[0] == "https://drawings.example/users/nora"
    assert "moved" in reading.note


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (401, Outcome.BLOCKED),
        (403, Outcome.BLOCKED),
        (404, Outcome.UNREADABLE),
        (406, Outcome.UNREADABLE),
        (429, Outcome.LIMITED),
        (502, Outcome.FAILED),
    ],
)
def test_a_document_that_is_refused_proves_nothing(
    server: ActivityPub, document: Query, answered: Answered, status: int, outcome: Outcome
) -> None:
    assert server.parse_response(document, answered('{"error": "no"}', status)).outcome is outcome


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "acct:pat@its-own.example"},
        {"subject": None},
        {"links": [{"rel": "self", "type": "text/html", "href": ACTOR}]},
        {"links": [{"rel": "self", "type": "application/activity+json"}]},
        {"links": ["self"]},
    ],
)
def test_webfinger_must_speak_of_the_account(
    server: ActivityPub, profile: Query, saved: Answered, change: dict[str, object]
) -> None:
    page = altered(saved(f"{PAGES}/found.json"), **change)

    assert server.parse_response(profile, page).outcome is Outcome.UNREADABLE


def test_nobody_is_followed_to_another_server(
    server: ActivityPub, profile: Query, saved: Answered
) -> None:
    reading = server.parse_response(profile, saved(f"{PAGES}/elsewhere.json"))

    assert (reading.outcome, reading.note, reading.follow) == (
        Outcome.UNREADABLE,
        ACCOUNT_ELSEWHERE,
        (),
    )


def test_an_open_list_is_read_page_by_page(
    server: ActivityPub, collection: Query, saved: Answered
) -> None:
    assert isinstance(server, ContactSource)
    began = server.parse_response(collection, saved(f"{PAGES}/collection.json", url=LIST))
    (first,) = began.follow
    listed = server.parse_response(first, saved(f"{PAGES}/collection_page.json"))
    (second,) = listed.follow
    last = server.parse_response(second, saved(f"{PAGES}/collection_end.json"))
    whole = began.merge_next_page(listed).merge_next_page(last)

    assert (first.request.url, second.request.url) == (f"{LIST}?cursor=0", f"{LIST}?cursor=2")
    assert [(contact.name, contact.handle) for contact in whole.contacts] == [
        ("", "pat@its-own.example"),
        ("Sam", "sam@drawings.example"),
        ("", "kim@its-own.example"),
    ]
    assert whole.outcome is Outcome.FOUND
    assert last.follow == ()


def test_a_list_may_come_in_one_piece(
    server: ActivityPub, collection: Query, saved: Answered
) -> None:
    page = saved(f"{PAGES}/collection.json")
    inner = json.loads(saved(f"{PAGES}/collection_end.json").body)

    embedded = server.parse_response(collection, altered(page, first=inner))
    flat = server.parse_response(collection, altered(page, first=None, items=[f"{ACTOR}2"]))
    empty = server.parse_response(collection, altered(page, first=None, totalItems=0, items=[]))

    nobody = server.parse_response(collection, altered(page, totalItems=0))

    assert (len(embedded.contacts), len(flat.contacts)) == (1, 1)
    assert (nobody.outcome, nobody.follow) == (Outcome.ABSENT, ())
    assert empty.outcome is Outcome.ABSENT


def test_a_hidden_list_is_its_owners_choice(
    server: ActivityPub, collection: Query, saved: Answered, answered: Answered
) -> None:
    count_only = server.parse_response(collection, saved(f"{PAGES}/collection_hidden.json"))
    forbidden = server.parse_response(collection, answered('{"error": "Forbidden"}', 403))
    unsigned = server.parse_response(collection, answered('{"error": "Request not signed"}', 401))
    zero = altered(saved(f"{PAGES}/collection_hidden.json"), totalItems=0)
    walled = server.parse_response(collection, saved(f"{PAGES}/blocked.html", 403))

    assert (count_only.outcome, count_only.note) == (Outcome.DECLINED, CONTACTS_HIDDEN)
    assert forbidden.outcome is server.parse_response(collection, zero).outcome is Outcome.DECLINED
    assert unsigned.outcome is walled.outcome is Outcome.BLOCKED


def test_an_account_that_names_no_list_hides_it(
    server: ActivityPub, saved: Answered, document: Query
) -> None:
    (follows, _) = server.build_contact_queries(OWN, "person-1")
    actor = replace(follows, page=2, request=document.request)
    page = altered(saved(f"{PAGES}/actor.json"), following=None)

    assert server.parse_response(actor, page).outcome is Outcome.DECLINED


@pytest.mark.parametrize("name", ["actor", "collection", "collection_page"])
def test_no_damage_to_a_later_page_is_taken_for_absence(
    server: ActivityPub, document: Query, collection: Query, saved: Answered, name: str
) -> None:
    page = saved(f"{PAGES}/{name}.json")
    query = document if name == "actor" else replace(collection, page=4)
    damaged = Damaged(page.body, name)
    for number in range(2000):
        what, body = damaged.by(number)
        reading = server.parse_response(query, replace(page, body=body))

        assert reading.outcome is not Outcome.ABSENT, (what, body)
        assert all(trace.account and trace.url for trace in reading.traces)


def test_its_canaries_are_nobody_and_an_account_of_its_own(server: ActivityPub) -> None:
    (nobody,) = server.build_canaries("nonce")
    known = list(replace(server, known_account="@news").build_canaries("nonce"))[1]

    assert nobody.expects is Outcome.ABSENT
    assert (known.expects, known.query.terms) == (Outcome.FOUND, ("news",))
