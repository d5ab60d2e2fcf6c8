"""Everything stored has an end, and the end comes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.retention import (
    ERASED_WITHIN,
    RETENTION_PERIODS,
    RetainedKind,
    RetentionStage,
    is_expired,
)
from tests.rows import over_rows

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
DAY = timedelta(days=1)


def test_the_table_holds_everything_that_is_kept():
    assert set(RETENTION_PERIODS) == set(RetainedKind)


@over_rows(
    ("what", "stage", "days"),
    [
        (RetainedKind.PAGE_BODY, RetentionStage.OPEN, 30),
        (RetainedKind.PAGE_BODY, RetentionStage.CLOSED, 0),
        (RetainedKind.EVIDENCE, RetentionStage.CLOSED, 0),
        (RetainedKind.THUMBNAIL, RetentionStage.OPEN, 30),
        (RetainedKind.THUMBNAIL, RetentionStage.CLOSED, 0),
        (RetainedKind.SCREENSHOT, RetentionStage.CLOSED, 30),
        (RetainedKind.STAGED_ANSWERS, RetentionStage.CLOSED, 0),
        (RetainedKind.EMAIL, RetentionStage.CLOSED, 0),
        (RetainedKind.EVENT, RetentionStage.OPEN, 365),
        (RetainedKind.FINDING, RetentionStage.CLOSED, 365),
        (RetainedKind.STUDENT_EVIDENCE, RetentionStage.OPEN, 90),
        (RetainedKind.INVITATION, RetentionStage.OPEN, 14),
        (RetainedKind.HOST, RetentionStage.CLOSED, 1),
        (RetainedKind.HOST, RetentionStage.OPEN, 14),
        (RetainedKind.EMAIL_RECORD, RetentionStage.CLOSED, 425),
        (RetainedKind.SWEEP, RetentionStage.CLOSED, 365),
        (RetainedKind.EXPIRED_CONSENT, RetentionStage.OPEN, 30),
        (RetainedKind.ADDRESS_CHANGE, RetentionStage.OPEN, 30),
        (RetainedKind.ADDRESS_CHANGE, RetentionStage.CLOSED, 1),
    ],
)
def test_a_thing_is_forgotten_when_its_time_is_over(what, stage, days):
    end = MONDAY + days * DAY

    assert is_expired(what, stage, MONDAY, end)
    assert not is_expired(what, stage, MONDAY, end - timedelta(seconds=1))


@pytest.mark.parametrize("what", [RetainedKind.FINDING, RetainedKind.EVIDENCE, RetainedKind.PERSON])
def test_what_is_open_is_kept(what):
    assert not is_expired(what, RetentionStage.OPEN, MONDAY, MONDAY + 3650 * DAY)


def test_who_leaves_is_erased_within_a_day_even_by_a_daily_purge():
    assert is_expired(RetainedKind.PERSON, RetentionStage.CLOSED, MONDAY, MONDAY)
    assert ERASED_WITHIN == DAY


def test_the_audit_log_outlives_everything():
    assert not any(
        is_expired(RetainedKind.AUDIT, stage, MONDAY, MONDAY + 3650 * DAY)
        for stage in RetentionStage
    )


@pytest.mark.parametrize("what", RetainedKind)
@given(days=st.integers(0, 4000))
def test_closing_never_keeps_longer(what, days):
    now = MONDAY + days * DAY

    if (
        is_expired(what, RetentionStage.OPEN, MONDAY, now)
        and RETENTION_PERIODS[what].open is not None
    ):
        assert is_expired(what, RetentionStage.CLOSED, MONDAY, now)


@given(
    st.sampled_from(RetainedKind),
    st.sampled_from(RetentionStage),
    st.integers(0, 4000),
    st.integers(0, 400),
)
def test_what_is_expired_stays_expired(what, stage, days, later):
    now = MONDAY + days * DAY

    assert is_expired(what, stage, MONDAY, now) <= is_expired(
        what, stage, MONDAY, now + later * DAY
    )
