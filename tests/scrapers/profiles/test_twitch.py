from collections.abc import Callable

import pytest

from scrapers.models import Identity, Outcome, Page, Query, QueryKind
from scrapers.profiles.twitch import TWITCH
from scrapers.source import SecretPlace

Answered = Callable[..., Page]

PAGES = "twitch-api"
NORA = Identity(
    person_id="p",
    names=("Nora Quill",),
    handles=("noraquill", "nora.quill", "_nora"),
    accounts=("twitch:741852",),
)


def asked(kind: QueryKind) -> Query:
    return next(query for query in TWITCH.build_queries(NORA) if query.kind is kind)


def test_handles_and_own_channels_are_asked_for_and_no_name() -> None:
    assert [(query.kind, query.request.params) for query in TWITCH.build_queries(NORA)] == [
        (QueryKind.PROFILE, (("id", "741852"),)),
        (QueryKind.PRESENCE, (("login", "noraquill"),)),
    ]
    assert asked(QueryKind.PRESENCE).request.url == "https://api.twitch.tv/helix/users"


def test_the_token_is_that_of_an_application_whose_id_goes_along() -> None:
    key = TWITCH.info.api_key

    assert key is not None
    assert key.app_token is not None
    assert key.app_token.secret_in is SecretPlace.BODY
    assert key.app_token.id_header == "client-id"


def test_a_channel_is_read(saved: Answered) -> None:
    (nora,) = TWITCH.parse_response(asked(QueryKind.PRESENCE), saved(f"{PAGES}/found.json")).traces

    assert (nora.account, nora.account_aliases) == ("twitch:741852", ("twitch:@noraquill",))
    assert (nora.name, nora.handle) == ("NoraQuill", "noraquill")
    assert nora.bio == "Art teacher at Harbour Lane. Drawing live."
    assert nora.url == "https://www.twitch.tv/noraquill"


@pytest.mark.parametrize(
    "case",
    [
        ("absent.json", 200, Outcome.ABSENT),
        ("another.json", 200, Outcome.UNREADABLE),
        ("unreadable.json", 200, Outcome.UNREADABLE),
        ("blocked.json", 401, Outcome.BLOCKED),
        ("limited.json", 429, Outcome.LIMITED),
    ],
)
def test_every_outcome_is_told_apart(saved: Answered, case: tuple[str, int, Outcome]) -> None:
    name, status, outcome = case

    page = saved(f"{PAGES}/{name}", status)

    assert TWITCH.parse_response(asked(QueryKind.PRESENCE), page).outcome is outcome
