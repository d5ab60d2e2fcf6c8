from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from scrapers.models import Identity, Outcome, Page, Query, QueryKind
from scrapers.profile_api import ProfileApi
from scrapers.profiles.stack_exchange import STACK_OVERFLOW, build_stack_exchange_source

Answered = Callable[..., Page]

PAGES = "stackoverflow-api"
NORA = Identity(
    person_id="p",
    names=("Nora Quill",),
    handles=("noraquill",),
    accounts=("stackoverflow:70007", "stackoverflow:@noraquill"),
)


@pytest.fixture
def overflow() -> ProfileApi:
    return STACK_OVERFLOW


@pytest.fixture
def search(overflow: ProfileApi) -> Query:
    return next(iter(overflow.build_queries(NORA)))


def test_names_and_numbers_are_asked_for_but_no_handles(overflow: ProfileApi) -> None:
    assert [(query.kind, query.request.url) for query in overflow.build_queries(NORA)] == [
        (QueryKind.SEARCH, "https://api.stackexchange.com/2.3/users"),
        (QueryKind.PROFILE, "https://api.stackexchange.com/2.3/users/70007"),
    ]
    assert all(
        dict(query.request.params)["site"] == "stackoverflow"
        for query in overflow.build_queries(NORA)
    )


def test_members_who_may_be_meant_are_kept(
    overflow: ProfileApi, search: Query, saved: Answered
) -> None:
    nora, other = overflow.parse_response(search, saved(f"{PAGES}/found.json")).traces

    assert (nora.account, nora.account_aliases) == ("stackoverflow:70007", ())
    assert nora.url == "https://stackoverflow.com/users/70007/nora-quill"
    assert nora.links == ("https://noraquill.example/",)
    assert nora.location == "Wexford Bay"
    assert nora.created_at == datetime(2017, 7, 14, 2, 40, tzinfo=UTC)
    assert nora.counts == (("reputation", 41),)
    assert other.name == "Nora O'Quill-Quill"


def test_another_site_is_another_source() -> None:
    maths = build_stack_exchange_source("matheducators.stackexchange")
    (search,) = maths.build_queries(NORA)

    assert (maths.name, maths.platform) == (
        "matheducators.stackexchange-api",
        "matheducators.stackexchange",
    )
    assert dict(search.request.params)["site"] == "matheducators.stackexchange"


def test_an_answer_that_asks_for_a_pause_gets_it_and_is_read(
    overflow: ProfileApi, search: Query, saved: Answered
) -> None:
    reading = overflow.parse_response(search, saved(f"{PAGES}/backoff.json"))
    (second,) = reading.follow

    assert reading.outcome is Outcome.FOUND
    assert reading.retry_at == datetime(2026, 11, 2, 12, 0, 10, tzinfo=UTC)
    assert (second.key, second.page) == (search.key, 2)
    assert dict(second.request.params)["page"] == "2"


@pytest.mark.parametrize(
    "case",
    [
        ("absent.json", 200, Outcome.ABSENT),
        ("limited.json", 400, Outcome.LIMITED),
        ("limited.json", 502, Outcome.LIMITED),
        ("limited.json", 429, Outcome.LIMITED),
        ("bad_key.json", 400, Outcome.BLOCKED),
        ("blocked.html", 200, Outcome.BLOCKED),
        ("absent.json", 400, Outcome.UNREADABLE),
        ("unreadable.json", 200, Outcome.UNREADABLE),
    ],
)
def test_every_outcome_is_told_apart(
    overflow: ProfileApi, search: Query, saved: Answered, case: tuple[str, int, Outcome]
) -> None:
    name, status, outcome = case

    assert overflow.parse_response(search, saved(f"{PAGES}/{name}", status)).outcome is outcome


def test_a_throttle_says_when_to_ask_again(
    overflow: ProfileApi, search: Query, saved: Answered
) -> None:
    reading = overflow.parse_response(search, saved(f"{PAGES}/limited.json", 400))

    assert reading.retry_at == datetime(2026, 11, 2, 13, tzinfo=UTC)


def test_its_known_account_is_the_networks_own(overflow: ProfileApi) -> None:
    nobody, known, _ = overflow.build_canaries("nonce")

    assert nobody.query.kind is QueryKind.SEARCH
    assert known.query.request.url.endswith("/2.3/users/-1")
