from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from scrapers.models import Identity, Outcome, Page, Query, QueryKind
from scrapers.profile_api import ProfileApi
from scrapers.profiles.youtube import YOUTUBE

Answered = Callable[..., Page]

PAGES = "youtube-api"
CHANNEL = "UCabcdefghijklmnopqrstuv"
NORA = Identity(
    person_id="p",
    names=("Nora Quill", "Eleonora Quill"),
    handles=("noraquill",),
    accounts=(f"youtube:{CHANNEL}",),
)


@pytest.fixture
def youtube() -> ProfileApi:
    return YOUTUBE


@pytest.fixture
def presence(youtube: ProfileApi) -> Query:
    return asked(youtube, QueryKind.PRESENCE)


def asked(youtube: ProfileApi, kind: QueryKind) -> Query:
    return next(query for query in youtube.build_queries(NORA) if query.kind is kind)


def test_one_search_a_person_fits_into_what_is_free(youtube: ProfileApi) -> None:
    asked_for = [(query.kind, query.terms) for query in youtube.build_queries(NORA)]

    assert asked_for == [
        (QueryKind.SEARCH, ("Nora Quill",)),
        (QueryKind.PROFILE, (CHANNEL,)),
        (QueryKind.PRESENCE, ("noraquill",)),
    ]
    assert dict(asked(youtube, QueryKind.PROFILE).request.params)["id"] == CHANNEL
    assert dict(asked(youtube, QueryKind.PRESENCE).request.params)["forHandle"] == "@noraquill"


def test_what_it_says_may_be_kept_for_thirty_days(youtube: ProfileApi) -> None:
    assert youtube.info.retain_text_for == timedelta(days=30)
    assert youtube.info.api_key is not None
    assert youtube.info.api_key.required


def test_a_channel_is_known_by_its_id(
    youtube: ProfileApi, presence: Query, saved: Answered
) -> None:
    (nora,) = youtube.parse_response(presence, saved(f"{PAGES}/found.json")).traces

    assert (nora.account, nora.account_aliases) == (f"youtube:{CHANNEL}", ("youtube:@noraquill",))
    assert nora.url == f"https://www.youtube.com/channel/{CHANNEL}"
    assert (nora.name, nora.bio) == ("Nora Quill", "Drawing lessons from the harbour.")
    assert nora.created_at == datetime(2020, 3, 4, 5, 6, 7, 123456, UTC)
    assert nora.counts == (("subscribers", 31), ("videos", 7))


def test_a_channel_without_a_handle_is_asked_for_by_its_id(
    youtube: ProfileApi, saved: Answered, answered: Answered
) -> None:
    body = saved(f"{PAGES}/found.json").body.replace(b'"customUrl": "@noraquill",', b"")
    reading = youtube.parse_response(asked(youtube, QueryKind.PROFILE), answered(body))

    assert (reading.outcome, reading.traces[0].handle) == (Outcome.FOUND, "")


@pytest.mark.parametrize(
    "case",
    [
        ("absent.json", 200, Outcome.ABSENT),
        ("limited.json", 403, Outcome.LIMITED),
        ("blocked.json", 400, Outcome.BLOCKED),
        ("not_configured.json", 403, Outcome.BLOCKED),
        ("unreadable.json", 200, Outcome.UNREADABLE),
        ("absent.json", 404, Outcome.UNREADABLE),
    ],
)
def test_every_outcome_is_told_apart(
    youtube: ProfileApi, presence: Query, saved: Answered, case: tuple[str, int, Outcome]
) -> None:
    name, status, outcome = case

    assert youtube.parse_response(presence, saved(f"{PAGES}/{name}", status)).outcome is outcome


def test_a_spent_day_ends_at_midnight_on_the_pacific_coast(
    youtube: ProfileApi, presence: Query, saved: Answered, answered: Answered
) -> None:
    spent = youtube.parse_response(presence, saved(f"{PAGES}/limited.json", 403))
    quick = (
        '{"error": {"message": "Quota exceeded for \'Queries\' and limit \'Queries per minute\'"}}'
    )

    assert spent.retry_at == datetime(2026, 11, 3, 8, tzinfo=UTC)
    assert youtube.parse_response(presence, answered(quick, 403)).retry_at is None


def test_no_items_prove_nothing_unless_it_counts_none(
    youtube: ProfileApi, presence: Query, answered: Answered
) -> None:
    for body in ("{}", '{"pageInfo": {"totalResults": 1}}', '{"pageInfo": []}'):
        assert youtube.parse_response(presence, answered(body)).outcome is Outcome.UNREADABLE


def test_a_search_keeps_who_may_be_meant(youtube: ProfileApi, saved: Answered) -> None:
    search = asked(youtube, QueryKind.SEARCH)
    reading = youtube.parse_response(search, saved(f"{PAGES}/search.json"))

    assert [trace.name for trace in reading.traces] == ["Nora Quill", "Nora Quill & Friends"]
    assert youtube.parse_response(search, saved(f"{PAGES}/nobody.json")).outcome is Outcome.ABSENT
