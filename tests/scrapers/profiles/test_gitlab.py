from collections.abc import Callable

import pytest

from scrapers.models import Identity, Outcome, Page, Query
from scrapers.profile_api import ProfileApi
from scrapers.profiles.gitlab import GITLAB

Answered = Callable[..., Page]

PAGES = "gitlab-api"
NORA = Identity(person_id="p", names=("Nora Quill",), accounts=("gitlab:@NoraQuill",))


@pytest.fixture
def gitlab() -> ProfileApi:
    return GITLAB


@pytest.fixture
def profile(gitlab: ProfileApi) -> Query:
    (query,) = gitlab.build_queries(NORA)
    return query


def test_an_account_is_known_by_its_number(
    gitlab: ProfileApi, profile: Query, saved: Answered
) -> None:
    (nora,) = gitlab.parse_response(profile, saved(f"{PAGES}/found.json")).traces

    assert dict(profile.request.params) == {"username": "NoraQuill"}
    assert (nora.account, nora.account_aliases) == ("gitlab:51007", ("gitlab:@noraquill",))
    assert (nora.name, nora.url) == ("Nora Quill", "https://gitlab.com/noraquill")


@pytest.mark.parametrize(
    "case",
    [
        ("absent.json", 200, Outcome.ABSENT, ""),
        ("closed.json", 200, Outcome.ABSENT, "account-closed"),
        ("blocked.json", 403, Outcome.BLOCKED, "members-to-members"),
        ("limited.txt", 429, Outcome.LIMITED, "back-later"),
    ],
)
def test_every_outcome_is_told_apart(
    gitlab: ProfileApi, profile: Query, saved: Answered, case: tuple[str, int, Outcome, str]
) -> None:
    name, status, outcome, note = case
    reading = gitlab.parse_response(profile, saved(f"{PAGES}/{name}", status))

    assert (reading.outcome, reading.note) == (outcome, note)


def test_an_account_that_only_sleeps_is_still_there(
    gitlab: ProfileApi, profile: Query, saved: Answered, answered: Answered
) -> None:
    body = saved(f"{PAGES}/closed.json").body.replace(b"blocked", b"deactivated")

    assert gitlab.parse_response(profile, answered(body)).outcome is Outcome.FOUND


def test_an_empty_list_where_no_list_belongs_proves_nothing(
    gitlab: ProfileApi, profile: Query, answered: Answered
) -> None:
    for body in ("{}", "null", '{"message": []}', ""):
        assert gitlab.parse_response(profile, answered(body)).outcome is Outcome.UNREADABLE
