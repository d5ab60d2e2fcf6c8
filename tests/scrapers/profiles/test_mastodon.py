import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from scrapers.models import Identity, Outcome, Page, Query, QueryKind
from scrapers.profiles.mastodon import (
    ACCOUNT_DELETED,
    ACCOUNT_SUSPENDED,
    MEMBERS_ONLY,
    PROFILE_DECLINED,
    Mastodon,
)
from scrapers.source import Source, SourceFamily

Answered = Callable[..., Page]

PAGES = "mastodon-server"
OWN = "mastodon:@noraquill@mastodon.social"
NORA = Identity(
    person_id="person-1",
    names=("Nora Quill",),
    handles=("noraquill", "nora.quill", "nora quill"),
    accounts=(OWN, "mastodon:@nora@drawings.example", "bluesky:@noraquill.example"),
)


@pytest.fixture
def mastodon() -> Mastodon:
    return Mastodon()


@pytest.fixture
def profile(mastodon: Mastodon) -> Query:
    return asked(mastodon, QueryKind.PROFILE)


@pytest.fixture
def search(mastodon: Mastodon) -> Query:
    return asked(mastodon, QueryKind.SEARCH)


def asked(mastodon: Mastodon, kind: QueryKind) -> Query:
    return next(query for query in mastodon.build_queries(NORA) if query.kind is kind)


def altered(page: Page, **changes: object) -> Page:
    return replace(page, body=json.dumps(json.loads(page.body) | changes).encode())


def test_names_own_accounts_and_likely_handles_are_asked_for(mastodon: Mastodon) -> None:
    source: Source = mastodon

    assert source.family is SourceFamily.PROFILES
    assert [
        (query.kind, query.terms, dict(query.request.params))
        for query in source.build_queries(NORA)
    ] == [
        (
            QueryKind.SEARCH,
            ("Nora Quill",),
            {"q": "Nora Quill", "type": "accounts", "limit": "40"},
        ),
        (QueryKind.PROFILE, ("noraquill",), {"acct": "noraquill"}),
        (QueryKind.PRESENCE, ("nora.quill",), {"acct": "nora.quill"}),
    ]


def test_an_account_is_known_by_its_handle_and_the_domain_of_its_server(
    mastodon: Mastodon, profile: Query, saved: Answered
) -> None:
    (nora,) = mastodon.parse_response(profile, saved(f"{PAGES}/found.json")).traces

    assert nora.account == OWN
    assert nora.url == nora.key == "https://mastodon.social/@noraquill"
    assert nora.name == "Nora Quill"
    assert nora.bio == "Art teacher, Wexford Bay. I draw harbours: https://noraquill.example/"
    assert nora.links == ("https://harbourlane.example/staff", "https://noraquill.example/")
    assert nora.picture_hash == "q7q7q7.png"
    assert nora.created_at == datetime(2022, 11, 7, tzinfo=UTC)
    assert nora.counts == (("followers", 31), ("follows", 12), ("posts", 7))


@pytest.mark.parametrize(
    "case",
    [
        ("absent.json", 404, Outcome.ABSENT, ""),
        ("absent.json", 410, Outcome.ABSENT, ACCOUNT_DELETED),
        ("suspended.json", 200, Outcome.ABSENT, ACCOUNT_SUSPENDED),
        ("declined.json", 200, Outcome.DECLINED, PROFILE_DECLINED),
        ("blocked.json", 401, Outcome.BLOCKED, MEMBERS_ONLY),
        ("blocked.json", 403, Outcome.BLOCKED, MEMBERS_ONLY),
        ("blocked.json", 422, Outcome.BLOCKED, MEMBERS_ONLY),
        ("limited.json", 429, Outcome.LIMITED, "back-later"),
        ("blocked.json", 503, Outcome.FAILED, "server-error:503"),
        ("blocked.json", 404, Outcome.UNREADABLE, "query-refused:404"),
    ],
)
def test_every_outcome_is_told_apart(
    mastodon: Mastodon, profile: Query, saved: Answered, case: tuple[str, int, Outcome, str]
) -> None:
    name, status, outcome, note = case
    reading = mastodon.parse_response(profile, saved(f"{PAGES}/{name}", status))

    assert (reading.outcome, reading.note) == (outcome, note)


def test_a_wall_in_place_of_json_blocks_us(
    mastodon: Mastodon, profile: Query, saved: Answered
) -> None:
    for status in (200, 403, 404):
        reading = mastodon.parse_response(profile, saved("walls/cloudflare.html", status))

        assert reading.outcome is Outcome.BLOCKED


def test_a_route_that_a_server_does_not_have_proves_nothing(
    mastodon: Mastodon, profile: Query, answered: Answered
) -> None:
    for body in ('{"error": "Not Found"}', "Not found", ""):
        assert mastodon.parse_response(profile, answered(body, 404)).outcome is Outcome.UNREADABLE


def test_a_limit_says_when_to_ask_again(
    mastodon: Mastodon, profile: Query, saved: Answered
) -> None:
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "2026-11-02T12:05:00.168372Z"}
    reading = mastodon.parse_response(profile, saved(f"{PAGES}/limited.json", 429, headers=headers))

    assert reading.retry_at == datetime(2026, 11, 2, 12, 5, 0, 168372, UTC)


def test_who_has_moved_is_found_with_the_new_address(
    mastodon: Mastodon, profile: Query, saved: Answered
) -> None:
    reading = mastodon.parse_response(profile, saved(f"{PAGES}/moved.json"))

    assert reading.traces[0].links[0] == "https://drawings.example/@nora"
    assert "moved" in reading.note


def test_handles_are_compared_without_case(
    mastodon: Mastodon, profile: Query, saved: Answered
) -> None:
    page = altered(saved(f"{PAGES}/found.json"), acct="NoraQuill", username="NoraQuill")

    assert mastodon.parse_response(profile, page).outcome is Outcome.FOUND
    other = altered(page, acct="quill", username="quill")
    assert mastodon.parse_response(profile, other).outcome is Outcome.UNREADABLE


@pytest.mark.parametrize(
    "change",
    [
        {"id": None},
        {"acct": "nora quill"},
        {"username": None},
        {"display_name": 7},
        {"noindex": "yes"},
        {"followers_count": "31"},
        {"fields": {}},
        {"moved": "https://drawings.example/@nora"},
        {"url": None, "uri": None},
    ],
)
def test_a_part_of_another_kind_is_no_answer(
    mastodon: Mastodon, profile: Query, saved: Answered, change: dict[str, object]
) -> None:
    page = altered(saved(f"{PAGES}/found.json"), **change)

    assert mastodon.parse_response(profile, page).outcome is Outcome.UNREADABLE


def test_what_kindred_servers_leave_out_may_be_missing(
    mastodon: Mastodon, profile: Query, answered: Answered
) -> None:
    shown = {
        "id": "7",
        "username": "noraquill",
        "acct": "noraquill",
        "url": "https://mastodon.social/noraquill",
        "created_at": "long ago",
        "avatar": "https://mastodon.social/missing.png",
    }
    (nora,) = mastodon.parse_response(profile, answered(json.dumps(shown))).traces

    assert (nora.name, nora.bio, nora.created_at, nora.picture_hash) == ("", "", None, "")


def test_a_search_keeps_who_may_be_meant_and_says_that_somebody_was_left_out(
    mastodon: Mastodon, search: Query, saved: Answered
) -> None:
    reading = mastodon.parse_response(search, saved(f"{PAGES}/search.json"))

    assert reading.outcome is Outcome.FOUND
    assert [trace.account for trace in reading.traces] == [OWN, "mastodon:@nora@drawings.example"]
    assert reading.note == "accounts-withheld:2"


def test_a_search_that_finds_only_who_asks_not_to_be_found_is_declined(
    mastodon: Mastodon, search: Query, saved: Answered
) -> None:
    reading = mastodon.parse_response(search, saved(f"{PAGES}/all_private.json"))

    assert reading.outcome is Outcome.DECLINED
    assert reading.note == "accounts-withheld:1"


def test_who_was_never_asked_is_found(mastodon: Mastodon, search: Query, saved: Answered) -> None:
    page = saved(f"{PAGES}/search.json")
    shown = json.loads(page.body)["accounts"][:1]
    body = json.dumps({"accounts": [{**shown[0], "discoverable": None, "noindex": None}]})

    reading = mastodon.parse_response(search, replace(page, body=body.encode()))

    assert (reading.outcome, reading.note) == (Outcome.FOUND, "")


def test_a_search_without_hits_is_absent(
    mastodon: Mastodon, search: Query, saved: Answered
) -> None:
    assert mastodon.parse_response(search, saved(f"{PAGES}/nobody.json")).outcome is Outcome.ABSENT


def test_a_server_may_live_elsewhere_than_its_handles_say() -> None:
    moved = Mastodon(
        base_url="https://social.quill.example", domain="quill.example", known_account="@us"
    )
    person = replace(NORA, names=(), handles=(), accounts=("mastodon:@nora@quill.example",))
    nobody, known, *_ = moved.build_canaries("nonce")

    (query,) = moved.build_queries(person)
    assert query.request.url.startswith("https://social.quill.example/")
    assert (moved.domain, query.terms) == ("quill.example", ("nora",))
    assert (nobody.expects, known.expects) == (Outcome.ABSENT, Outcome.FOUND)
    assert known.query.terms == ("us",)
