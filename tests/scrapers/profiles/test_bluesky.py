import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from scrapers.models import Identity, NetworkLabel, Outcome, Page, Query, QueryKind
from scrapers.profiles.bluesky import LAST_PAGE, MODERATORS, Bluesky
from scrapers.source import AccessMode, ContactSource, Source, SourceFamily

Answered = Callable[..., Page]

TAKEN_BACK = {"val": "!no-unauthenticated", "neg": True}
DID = "did:plc:abcdefghabcdefghabcdefga"
NORA = Identity(
    person_id="person-1",
    names=("Nora Quill",),
    handles=("noraquill",),
    accounts=("bluesky:@noraquill.example", "instagram:@noraquill"),
)


@pytest.fixture
def bluesky() -> Bluesky:
    return Bluesky(base_url="http://appview.example")


@pytest.fixture
def search(bluesky: Bluesky) -> Query:
    return next(query for query in bluesky.build_queries(NORA) if query.kind is QueryKind.SEARCH)


@pytest.fixture
def profile(bluesky: Bluesky) -> Query:
    return next(query for query in bluesky.build_queries(NORA) if query.kind is QueryKind.PROFILE)


@pytest.fixture
def follows(bluesky: Bluesky) -> Query:
    return next(iter(bluesky.build_contact_queries(f"bluesky:{DID}", "person-1")))


def test_names_are_searched_and_declared_accounts_are_looked_at(bluesky: Bluesky) -> None:
    source: Source = bluesky

    assert [
        (query.kind, query.terms, query.request.url) for query in source.build_queries(NORA)
    ] == [
        (
            QueryKind.SEARCH,
            ("Nora Quill",),
            "http://appview.example/xrpc/app.bsky.actor.searchActors",
        ),
        (
            QueryKind.PROFILE,
            ("noraquill.example",),
            "http://appview.example/xrpc/app.bsky.actor.getProfile",
        ),
    ]
    assert source.crawl_policy.access is AccessMode.API
    assert source.family is SourceFamily.PROFILES


def label(value: str, source: str = MODERATORS, **more: object) -> dict[str, object]:
    return {"src": source, "uri": DID, "val": value, **more}


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ({}, ()),
        ({"verification": {"verifiedStatus": "valid"}}, (NetworkLabel.VERIFIED,)),
        ({"verification": {"verifiedStatus": "invalid", "trustedVerifierStatus": "none"}}, ()),
        ({"labels": [label("impersonation")]}, (NetworkLabel.IMPERSONATION,)),
        ({"labels": [label("impersonation"), label("impersonation", neg=True)]}, ()),
        ({"labels": [label("impersonation", DID), label("spam")]}, ()),
    ],
)
def test_what_the_network_says_of_an_account_is_read_and_what_others_say_is_not(
    bluesky: Bluesky,
    profile: Query,
    saved: Answered,
    *,
    shown: dict[str, object],
    said: tuple[NetworkLabel, ...],
) -> None:
    page = saved("bluesky/found.json")
    page = replace(page, body=json.dumps(json.loads(page.body) | shown).encode())

    (nora,) = bluesky.parse_response(profile, page).traces

    assert nora.network_labels == said


def test_a_verification_in_another_shape_is_not_read_past(
    bluesky: Bluesky, profile: Query, answered: Answered, saved: Answered
) -> None:
    account = json.loads(saved("bluesky/found.json").body) | {"verification": "valid"}

    reading = bluesky.parse_response(profile, answered(json.dumps(account)))

    assert reading.outcome is Outcome.UNREADABLE


def test_an_account_is_known_by_its_did(bluesky: Bluesky, profile: Query, saved: Answered) -> None:
    reading = bluesky.parse_response(profile, saved("bluesky/found.json"))

    (nora,) = reading.traces
    assert reading.outcome is Outcome.FOUND
    assert nora.account == f"bluesky:{DID}"
    assert nora.account_aliases == ("bluesky:@noraquill.example",)
    assert nora.key == f"https://bsky.app/profile/{DID}"
    assert nora.url == "https://bsky.app/profile/noraquill.example"
    assert nora.links == ("https://quill.example", "https://noraquill.example/")
    assert nora.created_at == datetime(2024, 2, 3, 4, 5, 6, 789000, UTC)
    assert nora.counts == (("followers", 31), ("follows", 12), ("posts", 7))
    assert nora.picture_hash == "bafkrei" + "a" * 20
    assert nora.picture.startswith("https://")
    assert nora.picture_print == ""


@pytest.mark.parametrize(
    "case",
    [
        ("absent.json", 400, Outcome.ABSENT),
        ("taken_down.json", 400, Outcome.ABSENT),
        ("deactivated.json", 400, Outcome.ABSENT),
        ("declined.json", 200, Outcome.DECLINED),
        ("limited.json", 429, Outcome.LIMITED),
        ("limited.json", 400, Outcome.UNREADABLE),
        ("blocked.html", 403, Outcome.BLOCKED),
        ("blocked.html", 200, Outcome.BLOCKED),
        ("blocked.html", 502, Outcome.FAILED),
        ("unreadable.json", 200, Outcome.UNREADABLE),
        ("absent.json", 404, Outcome.UNREADABLE),
    ],
)
def test_every_outcome_is_told_apart(
    bluesky: Bluesky, profile: Query, saved: Answered, case: tuple[str, int, Outcome]
) -> None:
    name, status, outcome = case
    assert bluesky.parse_response(profile, saved(f"bluesky/{name}", status)).outcome is outcome


def test_an_account_that_is_gone_says_why(
    bluesky: Bluesky, profile: Query, saved: Answered
) -> None:
    assert (
        bluesky.parse_response(profile, saved("bluesky/taken_down.json", 400)).note
        == "account-taken-down"
    )
    assert (
        bluesky.parse_response(profile, saved("bluesky/deactivated.json", 400)).note
        == "account-deactivated"
    )


def test_a_limit_says_when_to_ask_again(bluesky: Bluesky, profile: Query, saved: Answered) -> None:
    headers = {"ratelimit-remaining": "0", "ratelimit-reset": "1793621100"}
    reading = bluesky.parse_response(profile, saved("bluesky/limited.json", 429, headers=headers))

    assert reading.retry_at == datetime(2026, 11, 2, 12, 5, tzinfo=UTC)


def test_another_account_than_the_one_asked_for_is_no_answer(
    bluesky: Bluesky, profile: Query, saved: Answered
) -> None:
    other = replace(profile, terms=("someone.example",))

    assert bluesky.parse_response(other, saved("bluesky/found.json")).outcome is Outcome.UNREADABLE


@pytest.mark.parametrize(
    "change",
    [
        {"did": None},
        {"did": "plc:7"},
        {"handle": ""},
        {"handle": "nora quill"},
        {"displayName": 7},
        {"followersCount": "31"},
        {"labels": {}},
        {"labels": ["!no-unauthenticated"]},
    ],
)
def test_a_part_of_another_kind_is_no_answer(
    bluesky: Bluesky, profile: Query, saved: Answered, change: dict[str, object]
) -> None:
    page = saved("bluesky/found.json")
    body = json.dumps(json.loads(page.body) | change).encode()

    assert bluesky.parse_response(profile, replace(page, body=body)).outcome is Outcome.UNREADABLE


def test_what_owners_write_themselves_may_be_odd(
    bluesky: Bluesky, profile: Query, saved: Answered
) -> None:
    page = saved("bluesky/found.json")
    odd = {"createdAt": "long ago", "labels": [{"val": "!no-unauthenticated"}, TAKEN_BACK]}
    body = json.dumps(json.loads(page.body) | odd).encode()

    (nora,) = bluesky.parse_response(profile, replace(page, body=body)).traces

    assert nora.created_at is None


def test_a_handle_that_broke_away_names_nothing(bluesky: Bluesky, saved: Answered) -> None:
    query = next(bluesky.build_queries(replace(NORA, names=(), accounts=(f"bluesky:{DID}",))))
    page = saved("bluesky/found.json")
    body = page.body.replace(b'"noraquill.example"', b'"handle.invalid"')
    (nora,) = bluesky.parse_response(query, replace(page, body=body)).traces

    assert (nora.handle, nora.account_aliases) == ("", ())
    assert nora.url == nora.key


def test_a_search_keeps_who_may_be_meant_and_leaves_out_who_wants_privacy(
    bluesky: Bluesky, search: Query, saved: Answered
) -> None:
    reading = bluesky.parse_response(search, saved("bluesky/search.json"))

    assert [trace.handle for trace in reading.traces] == [
        "noraquill.example",
        "nquill7.bsky.social",
    ]
    assert reading.follow == ()


def test_contacts_are_asked_of_our_platform_alone(bluesky: Bluesky) -> None:
    assert isinstance(bluesky, ContactSource)
    assert [
        query.kind for query in bluesky.build_contact_queries("bluesky:@noraquill.example", "p")
    ] == [
        QueryKind.FOLLOWS,
        QueryKind.FOLLOWERS,
    ]
    assert list(bluesky.build_contact_queries("instagram:@noraquill", "p")) == []


def test_a_contact_list_is_read_page_by_page(
    bluesky: Bluesky, follows: Query, saved: Answered
) -> None:
    first = bluesky.parse_response(follows, saved("bluesky/follows.json"))
    (second,) = first.follow

    assert [contact.name for contact in first.contacts] == ["Pat Lark"]
    assert first.traces == ()
    assert second.key == follows.key
    assert dict(second.request.params)["cursor"] == "page-two"
    assert dict(second.request.params)["limit"] == "100"


def test_the_last_page_of_a_list_may_be_empty(
    bluesky: Bluesky, follows: Query, saved: Answered, answered: Answered
) -> None:
    first = bluesky.parse_response(follows, saved("bluesky/follows.json"))
    last = bluesky.parse_response(first.follow[0], answered('{"follows": []}'))

    assert first.merge_next_page(last).outcome is Outcome.FOUND
    assert len(first.merge_next_page(last).contacts) == 1


def test_a_list_that_does_not_end_is_left_with_a_gap(
    bluesky: Bluesky, follows: Query, saved: Answered
) -> None:
    page = saved("bluesky/follows.json")
    (second,) = bluesky.parse_response(follows, page).follow

    assert bluesky.parse_response(second, page).outcome is Outcome.PARTIAL
    assert bluesky.parse_response(replace(follows, page=LAST_PAGE), page).outcome is Outcome.PARTIAL
    assert bluesky.parse_response(replace(follows, page=LAST_PAGE), page).follow == ()


def test_contacts_of_nobody_are_absent(
    bluesky: Bluesky, follows: Query, answered: Answered
) -> None:
    body = '{"error": "InvalidRequest", "message": "Actor not found: x.example"}'

    assert bluesky.parse_response(follows, answered(body, 400)).outcome is Outcome.ABSENT


def test_its_canaries_are_nobody_and_the_networks_own_account(bluesky: Bluesky) -> None:
    nobody, known, *_ = bluesky.build_canaries("nonce")

    assert nobody.expects is Outcome.ABSENT
    assert nobody.query.terms[0].endswith(".bsky.social")
    assert known.expects is Outcome.FOUND
    assert known.query.terms == ("bsky.app",)
