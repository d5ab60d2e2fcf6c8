"""What waits is told again after 3, 7 and 14 days, then monthly, and never twice in two days."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.case_progress import find_nudge_times
from monitor.domain.consent import Consent, apply_pause
from monitor.domain.vocabulary import Scope

DAY = timedelta(days=1)
SINCE = datetime(2026, 11, 23, tzinfo=UTC)
CONSENT = Consent(
    person_id="rosa",
    text_version="2",
    text_hash="",
    scopes=frozenset(Scope),
    given_at=SINCE - DAY,
    expires_at=SINCE + 365 * DAY,
)


@pytest.mark.parametrize(
    ("days", "last", "following"),
    [
        (0, None, 3),
        (3, 3, 7),
        (6, 3, 7),
        (8, 7, 14),
        (14, 14, 30),
        (59, 30, 60),
        (61, 60, 90),
        (400, 390, 420),
    ],
)
def test_the_rhythm_grows_slower(days: int, last: int | None, following: int):
    times = find_nudge_times(SINCE, CONSENT, SINCE + days * DAY)

    assert times.last_at == (None if last is None else SINCE + last * DAY)
    assert times.next_at == SINCE + following * DAY


def test_a_pause_stops_it():
    paused = apply_pause(CONSENT, SINCE + 12 * DAY, SINCE + 2 * DAY)

    times = find_nudge_times(SINCE, paused, SINCE + 2 * DAY)

    assert times.next_at == SINCE + 13 * DAY


def test_who_was_just_told_is_not_told_again():
    times = find_nudge_times(SINCE, CONSENT, SINCE + 3 * DAY)

    assert times.are_missed(None)
    assert times.are_missed(SINCE)
    assert not times.are_missed(SINCE + 1 * DAY)
    assert not times.are_missed(SINCE + 3 * DAY)


def test_nothing_is_missed_before_the_first_time():
    assert not find_nudge_times(SINCE, CONSENT, SINCE + 2 * DAY).are_missed(None)
