from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from scrapers.models import Identity, Outcome, Page, Query, QueryKind
from scrapers.profile_api import ProfileApi
from scrapers.profiles.github import GITHUB
from scrapers.source import Method

Answered = Callable[..., Page]

PAGES = "github-api"
NORA = Identity(
    person_id="person-1",
    names=("Nora Quill", "Eleonora Quill", "Nora Jane Quill"),
    handles=("NoraQuill", "nora.quill", "nquill"),
    accounts=("github:@noraquill", "github:4100007", "gitlab:@noraquill"),
)


@pytest.fixture
def github() -> ProfileApi:
    return GITHUB


@pytest.fixture
def profile(github: ProfileApi) -> Query:
    return asked(github, QueryKind.PROFILE)


@pytest.fixture
def search(github: ProfileApi) -> Query:
    return asked(github, QueryKind.SEARCH)


def asked(github: ProfileApi, kind: QueryKind) -> Query:
    return next(query for query in github.build_queries(NORA) if query.kind is kind)


def test_two_names_own_accounts_and_handles_that_it_admits_are_asked_for(
    github: ProfileApi,
) -> None:
    base = "https://api.github.com"

    assert [
        (query.kind, query.terms, query.request.url) for query in github.build_queries(NORA)
    ] == [
        (QueryKind.SEARCH, ("Nora Quill",), f"{base}/search/users"),
        (QueryKind.SEARCH, ("Eleonora Quill",), f"{base}/search/users"),
        (QueryKind.PROFILE, ("noraquill",), f"{base}/users/noraquill"),
        (QueryKind.PROFILE, ("4100007",), f"{base}/user/4100007"),
        (QueryKind.PRESENCE, ("nquill",), f"{base}/users/nquill"),
    ]
    assert dict(asked(github, QueryKind.SEARCH).request.params)["q"] == '"Nora Quill" in:name'


def test_an_account_is_known_by_its_number_since_handles_are_given_away_again(
    github: ProfileApi, profile: Query, saved: Answered
) -> None:
    (nora,) = github.parse_response(profile, saved(f"{PAGES}/found.json")).traces

    assert (nora.account, nora.account_aliases) == ("github:4100007", ("github:@noraquill",))
    assert nora.url == nora.key == "https://github.com/noraquill"
    assert (nora.name, nora.handle) == ("Nora Quill", "noraquill")
    assert nora.bio == "Art teacher. I draw harbours."
    assert nora.links == ("https://noraquill.example",)
    assert nora.location == "Wexford Bay"
    assert nora.created_at == datetime(2019, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert nora.counts == (("followers", 9), ("follows", 4), ("repositories", 6))


@pytest.mark.parametrize(
    "case",
    [
        ("absent.json", 404, Outcome.ABSENT),
        ("limited.json", 403, Outcome.LIMITED),
        ("limited.json", 429, Outcome.LIMITED),
        ("blocked.json", 401, Outcome.BLOCKED),
        ("no_agent.txt", 403, Outcome.BLOCKED),
        ("no_agent.txt", 404, Outcome.UNREADABLE),
        ("unavailable.html", 503, Outcome.FAILED),
        ("unavailable.html", 200, Outcome.UNREADABLE),
        ("absent.json", 422, Outcome.UNREADABLE),
        ("unreadable.json", 200, Outcome.UNREADABLE),
    ],
)
def test_every_outcome_is_told_apart(
    github: ProfileApi, profile: Query, saved: Answered, case: tuple[str, int, Outcome]
) -> None:
    name, status, outcome = case

    assert github.parse_response(profile, saved(f"{PAGES}/{name}", status)).outcome is outcome


def test_a_used_up_quota_says_when_to_ask_again(
    github: ProfileApi, profile: Query, answered: Answered
) -> None:
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1793621100"}
    body = '{"message": "API rate limit exceeded for 192.0.2.1."}'
    reading = github.parse_response(profile, answered(body, 403, headers=headers))

    assert reading.outcome is Outcome.LIMITED
    assert reading.retry_at == datetime(2026, 11, 2, 12, 5, tzinfo=UTC)


def test_a_burst_that_was_too_quick_waits_as_long_as_it_says(
    github: ProfileApi, profile: Query, saved: Answered
) -> None:
    page = saved(f"{PAGES}/limited.json", 403, headers={"retry-after": "90"})

    assert github.parse_response(profile, page).retry_at == datetime(
        2026, 11, 2, 12, 1, 30, tzinfo=UTC
    )


def test_another_account_than_the_one_asked_for_is_no_answer(
    github: ProfileApi, profile: Query, saved: Answered
) -> None:
    page = saved(f"{PAGES}/found.json")

    for term, outcome in (("NoraQuill", Outcome.FOUND), ("pat", Outcome.UNREADABLE)):
        assert github.parse_response(replace(profile, terms=(term,)), page).outcome is outcome


def test_the_first_hits_of_a_search_are_looked_at(
    github: ProfileApi, search: Query, saved: Answered
) -> None:
    reading = github.parse_response(search, saved(f"{PAGES}/search.json"))

    assert [trace.handle for trace in reading.traces] == ["noraquill", "quill-nora"]
    assert [query.terms for query in reading.follow] == [
        ("Nora Quill", "noraquill"),
        ("Nora Quill", "quill-nora"),
        ("Nora Quill", "nq77"),
    ]
    assert reading.follow[0].request.url == "https://api.github.com/users/noraquill"
    assert {query.kind for query in reading.follow} == {QueryKind.SEARCH}


def test_a_hit_that_does_not_name_the_person_is_dropped(
    github: ProfileApi, search: Query, saved: Answered
) -> None:
    hit = github.parse_response(search, saved(f"{PAGES}/search.json")).follow[0]
    page = saved(f"{PAGES}/found.json")
    body = page.body.replace(b"Nora Quill", b"Pat Lark").replace(b"noraquill", b"nq77")

    assert github.parse_response(hit, page).outcome is Outcome.FOUND
    stranger = replace(hit, terms=("Nora Quill", "nq77"))
    assert github.parse_response(stranger, replace(page, body=body)).outcome is Outcome.ABSENT


def test_a_search_that_was_cut_short_is_partial(
    github: ProfileApi, search: Query, saved: Answered
) -> None:
    reading = github.parse_response(search, saved(f"{PAGES}/partial.json"))

    assert reading.outcome is Outcome.PARTIAL
    assert len(reading.traces) == 2


def test_its_canaries_are_nobody_and_its_own_account(github: ProfileApi) -> None:
    nobody, known, _ = github.build_canaries("nonce")

    assert (nobody.expects, known.expects) == (Outcome.ABSENT, Outcome.FOUND)
    assert known.query.terms == ("github",)


def test_the_canary_of_its_search_is_a_name_that_many_have_and_leads_no_further(
    github: ProfileApi, saved: Answered
) -> None:
    *_, common = github.build_canaries("nonce")
    shown = github.parse_response(common.query, saved(f"{PAGES}/search.json"))

    assert (common.method, common.expects) == (Method.SEARCH, Outcome.FOUND)
    assert dict(common.query.request.params)["q"] == '"Smith" in:name'
    assert shown.follow == ()
