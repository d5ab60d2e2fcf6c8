"""Answers of the real services, where a folder of them is given."""

import json

import pytest

from reports.reason_rendering import render_note
from scrapers.models import Identity, Outcome, Page, Query, QueryKind
from scrapers.profiles.bluesky import Bluesky
from scrapers.search.searxng import SearxNG
from scrapers.urls.canonical import canonicalize_url
from tests.scrapers.recorded import needs_recordings, recorded

pytestmark = needs_recordings

BLUESKY = Bluesky()
SEARXNG = SearxNG(base_url="http://searx.example")
DID = "did:plc:abc"


def contacts(kind: QueryKind) -> Query:
    return next(
        query
        for query in BLUESKY.build_contact_queries(f"bluesky:{DID}", "p")
        if query.kind is kind
    )


@pytest.mark.parametrize(
    ("name", "kind"), [("getFollows", QueryKind.FOLLOWS), ("getFollowers", QueryKind.FOLLOWERS)]
)
def test_a_recorded_contact_list_is_read(name: str, kind: QueryKind) -> None:
    page = recorded(f"bluesky/{name}.json")

    reading = BLUESKY.parse_response(contacts(kind), page)

    assert reading.outcome is Outcome.FOUND
    assert 40 < len(reading.contacts) <= 50
    assert len(reading.follow) == 1


def test_a_recorded_profile_is_read() -> None:
    shown = json.loads(recorded("bluesky/getProfiles.json").body)["profiles"][0]
    person = Identity(person_id="p", names=(), accounts=(f"bluesky:{shown['did']}",))
    (query,) = BLUESKY.build_queries(person)
    page = recorded("bluesky/getProfiles.json")
    body = json.dumps(shown).encode()

    (trace,) = BLUESKY.parse_response(
        query, Page(url=page.url, status=200, body=body, fetched_at=page.fetched_at)
    ).traces

    assert trace.account == f"bluesky:{shown['did']}"
    assert dict(trace.counts) == {"followers": 554, "follows": 296, "posts": 65}
    assert trace.picture_hash.startswith("baf")
    assert trace.created_at is not None


def test_recorded_search_hits_are_read() -> None:
    shown = json.loads(recorded("bluesky/searchActorsTypeahead.json").body)["actors"]
    query = next(BLUESKY.build_queries(Identity(person_id="p", names=(shown[0]["displayName"],))))

    reading = BLUESKY.parse_response(query, recorded("bluesky/searchActorsTypeahead.json"))

    assert reading.outcome is Outcome.FOUND
    assert shown[0]["handle"] in {trace.handle for trace in reading.traces}


def test_a_recorded_list_that_is_older_and_whole_is_read() -> None:
    reading = BLUESKY.parse_response(
        contacts(QueryKind.FOLLOWS), recorded("bluesky/marshalx_get_follows.json")
    )

    assert reading.outcome is Outcome.FOUND
    assert len(reading.contacts) == 6
    assert reading.follow == ()


def test_recorded_actors_who_ask_for_it_are_left_out_of_a_search() -> None:
    page = recorded("bluesky/getSuggestions.json")
    shown = json.loads(page.body)["actors"]
    private = [actor for actor in shown if "!no-unauthenticated" in str(actor["labels"])]
    query = next(BLUESKY.build_queries(Identity(person_id="p", names=(private[0]["displayName"],))))

    reading = BLUESKY.parse_response(query, page)

    assert len(private) == 2
    assert "not to be found by strangers" in render_note(reading.note)
    assert not {actor["handle"] for actor in private} & {trace.handle for trace in reading.traces}


@pytest.mark.parametrize(
    "name",
    [
        "getProfiles",
        "getRelationships",
        "getSuggestedFollowsByActor",
        "marshalx_did_doc",
        "marshalx_resolve_handle",
        "resolveHandle",
    ],
)
def test_recorded_answers_to_other_queries_are_no_answer(name: str) -> None:
    person = Identity(person_id="p", names=("Some Body",), accounts=(f"bluesky:{DID}",))
    for query in (*BLUESKY.build_queries(person), contacts(QueryKind.FOLLOWERS)):
        reading = BLUESKY.parse_response(query, recorded(f"bluesky/{name}.json"))

        assert reading.outcome is Outcome.UNREADABLE


@pytest.mark.parametrize(
    ("name", "status", "outcome"),
    [
        ("error_400_InvalidRequest", 400, Outcome.UNREADABLE),
        ("error_401_createSession", 401, Outcome.BLOCKED),
    ],
)
def test_recorded_refusals_of_bluesky_prove_nothing(
    name: str, status: int, outcome: Outcome
) -> None:
    reading = BLUESKY.parse_response(
        contacts(QueryKind.FOLLOWS), recorded(f"bluesky/{name}.json", status)
    )

    assert reading.outcome is outcome


@pytest.mark.parametrize(
    ("name", "status", "outcome", "found"),
    [
        ("search_all_engines.json", 200, Outcome.PARTIAL, 3),
        ("search_all_engines_suspended.json", 200, Outcome.PARTIAL, 3),
        ("search_page2.json", 200, Outcome.FOUND, 3),
        ("search_ddg_engine.json", 200, Outcome.ABSENT, 0),
        ("search_no_results.json", 200, Outcome.ABSENT, 0),
        ("search_captcha_only.json", 200, Outcome.BLOCKED, 0),
        ("error_403_json_not_enabled.html", 403, Outcome.UNREADABLE, 0),
        ("error_no_query.json", 400, Outcome.UNREADABLE, 0),
        ("error_bad_page.json", 400, Outcome.UNREADABLE, 0),
    ],
)
def test_recorded_answers_of_searxng_are_told_apart(
    name: str, status: int, outcome: Outcome, found: int
) -> None:
    person = Identity(person_id="p", names=("Jane A. Doe",), organization="teacher Wareham")
    (query,) = SEARXNG.build_queries(person)

    reading = SEARXNG.parse_response(query, recorded(f"searxng/{name}", status))

    assert reading.outcome is outcome
    assert len(reading.traces) == found
    assert all(trace.key == canonicalize_url(trace.key) for trace in reading.traces)


def test_a_recorded_configuration_of_searxng_is_read() -> None:
    *_, inspection = SEARXNG.build_canaries("nonce")

    reading = SEARXNG.parse_response(inspection.query, recorded("searxng/config.json"))

    assert reading.outcome is Outcome.FOUND
    assert "the result pages of duckduckgo" in render_note(reading.note)
