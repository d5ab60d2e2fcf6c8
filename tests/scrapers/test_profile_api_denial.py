from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from scrapers.models import Outcome, Page
from scrapers.profile_api import DenialRule, check_denials

Answered = Callable[..., Page]

NOBODY = DenialRule(status=404, path="error.message", phrase="no such", outcome=Outcome.ABSENT)
SPENT = DenialRule(
    status=403, path="error.message", outcome=Outcome.LIMITED, quota_zone="America/Los_Angeles"
)
SAID = '{"error": {"message": "No such member"}}'


def test_status_and_words_together_are_what_an_api_says(answered: Answered) -> None:
    reading = check_denials([SPENT, NOBODY], answered(SAID, 404))

    assert reading is not None
    assert reading.outcome is Outcome.ABSENT


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (SAID, 400),
        ('{"error": {"message": "Not logged in"}}', 404),
        ('{"error": {"message": 404}}', 404),
        ('{"error": ["No such member"]}', 404),
        ('["No such member"]', 404),
        ("No such member", 404),
        ("[" * 100_000, 404),
        ("", 404),
    ],
)
def test_one_of_them_alone_says_nothing(answered: Answered, body: str, status: int) -> None:
    assert check_denials([NOBODY], answered(body, status)) is None


def test_a_daily_quota_begins_anew_at_midnight_where_the_service_is(answered: Answered) -> None:
    told = answered(SAID, 403, headers={"retry-after": "60"})
    untold = check_denials([SPENT], answered(SAID, 403))
    sooner = check_denials([SPENT], told)

    assert untold is not None
    assert untold.retry_at == datetime(2026, 11, 3, 8, tzinfo=UTC)
    assert sooner is not None
    assert sooner.retry_at == datetime(2026, 11, 2, 12, 1, tzinfo=UTC)
