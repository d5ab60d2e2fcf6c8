from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from scrapers.models import Identity, Outcome, Page, Query, QueryKind
from scrapers.profile_api import ACCOUNT_CLOSED
from scrapers.profiles.reddit import ASKS_ROBOTS_AWAY, Reddit
from scrapers.source import SecretPlace

Answered = Callable[..., Page]

PAGES = "reddit-api"
NORA = Identity(
    person_id="p",
    names=("Nora Quill", "Eleonora Quill", "N. Quill"),
    handles=("noraquill", "no", "nora.quill"),
    accounts=("reddit:@nquill_art",),
)


@pytest.fixture
def reddit() -> Reddit:
    return Reddit()


def asked(reddit: Reddit, kind: QueryKind) -> Query:
    return next(query for query in reddit.build_queries(NORA) if query.kind is kind)


def test_names_own_accounts_and_possible_handles_are_asked_for(reddit: Reddit) -> None:
    assert [(query.kind, query.terms) for query in reddit.build_queries(NORA)] == [
        (QueryKind.SEARCH, ("Nora Quill",)),
        (QueryKind.SEARCH, ("Eleonora Quill",)),
        (QueryKind.PROFILE, ("nquill_art",)),
        (QueryKind.PRESENCE, ("noraquill",)),
    ]
    presence = asked(reddit, QueryKind.PRESENCE).request
    assert presence.url == "https://oauth.reddit.com/user/noraquill/about"
    assert asked(reddit, QueryKind.SEARCH).request.url == "https://oauth.reddit.com/users/search"


def test_the_token_is_that_of_an_application_and_never_of_a_person(reddit: Reddit) -> None:
    key = reddit.info.api_key

    assert key is not None
    assert key.app_token is not None
    assert key.app_token.url == "https://www.reddit.com/api/v1/access_token"
    assert key.app_token.secret_in is SecretPlace.HEADER
    assert "approved" in reddit.info.notice


def test_a_profile_is_read(reddit: Reddit, saved: Answered) -> None:
    query = asked(reddit, QueryKind.PRESENCE)

    (nora,) = reddit.parse_response(query, saved(f"{PAGES}/found.json")).traces

    assert (nora.account, nora.account_aliases) == ("reddit:q1w72", ("reddit:@noraquill",))
    assert (nora.name, nora.handle) == ("Nora Quill", "noraquill")
    assert nora.bio == "Art teacher at Harbour Lane."
    assert nora.url == "https://www.reddit.com/user/noraquill"
    assert nora.created_at == datetime.fromtimestamp(1522555445, UTC)


def test_a_search_keeps_who_may_be_meant_and_counts_who_asks_to_be_left_out(
    reddit: Reddit, saved: Answered
) -> None:
    result = reddit.parse_response(asked(reddit, QueryKind.SEARCH), saved(f"{PAGES}/search.json"))

    assert [trace.handle for trace in result.traces] == ["noraquill"]
    assert result.withheld == 1
    assert "nquill_art" not in repr(result)


@pytest.mark.parametrize(
    "case",
    [
        ("absent.json", 404, Outcome.ABSENT, ""),
        ("suspended.json", 200, Outcome.ABSENT, ACCOUNT_CLOSED),
        ("declined.json", 200, Outcome.DECLINED, ASKS_ROBOTS_AWAY),
        ("blocked.json", 401, Outcome.BLOCKED, "own-token-refused"),
        ("unreadable.json", 200, Outcome.UNREADABLE, None),
        ("refused.html", 403, Outcome.BLOCKED, None),
        ("limited.json", 429, Outcome.LIMITED, None),
    ],
)
def test_every_outcome_is_told_apart(
    reddit: Reddit, saved: Answered, case: tuple[str, int, Outcome, str | None]
) -> None:
    name, status, outcome, note = case

    result = reddit.parse_response(
        asked(reddit, QueryKind.PRESENCE), saved(f"{PAGES}/{name}", status)
    )

    assert result.outcome is outcome
    assert note is None or result.note == note


def test_an_empty_list_of_hits_is_nothing_found(reddit: Reddit, saved: Answered) -> None:
    page = saved(f"{PAGES}/nobody.json")

    assert reddit.parse_response(asked(reddit, QueryKind.SEARCH), page).outcome is Outcome.ABSENT
