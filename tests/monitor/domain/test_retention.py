"""Everything stored has an end, and the end comes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.retention import ERASED_WITHIN, TABLE, Kept, Stage, expired

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
DAY = timedelta(days=1)


def test_the_table_holds_everything_that_is_kept():
    assert set(TABLE) == set(Kept)


@pytest.mark.parametrize(
    ("what", "stage", "days"),
    [
        (Kept.PAGE_BODY, Stage.OPEN, 30),
        (Kept.PAGE_BODY, Stage.CLOSED, 0),
        (Kept.EVIDENCE, Stage.CLOSED, 0),
        (Kept.JOURNAL, Stage.CLOSED, 0),
        (Kept.LETTER, Stage.CLOSED, 0),
        (Kept.EVENT, Stage.OPEN, 365),
        (Kept.ITEM, Stage.CLOSED, 365),
        (Kept.STUDENT_EVIDENCE, Stage.OPEN, 90),
        (Kept.INVITATION, Stage.OPEN, 14),
        (Kept.HOST, Stage.CLOSED, 1),
        (Kept.HOST, Stage.OPEN, 14),
        (Kept.LETTER_RECORD, Stage.CLOSED, 425),
        (Kept.SWEEP, Stage.CLOSED, 365),
        (Kept.LAPSED, Stage.OPEN, 30),
        (Kept.ADDRESS_CHANGE, Stage.OPEN, 30),
        (Kept.ADDRESS_CHANGE, Stage.CLOSED, 1),
    ],
)
def test_a_thing_is_forgotten_when_its_time_is_over(what, stage, days):
    end = MONDAY + days * DAY

    assert expired(what, stage, MONDAY, end)
    assert not expired(what, stage, MONDAY, end - timedelta(seconds=1))


@pytest.mark.parametrize("what", [Kept.ITEM, Kept.FLAG, Kept.EVIDENCE, Kept.PERSON])
def test_what_is_open_is_kept(what):
    assert not expired(what, Stage.OPEN, MONDAY, MONDAY + 3650 * DAY)


def test_who_leaves_is_erased_within_a_day_even_by_a_daily_purge():
    assert expired(Kept.PERSON, Stage.CLOSED, MONDAY, MONDAY)
    assert ERASED_WITHIN == DAY


def test_the_audit_log_outlives_everything():
    assert not any(expired(Kept.AUDIT, stage, MONDAY, MONDAY + 3650 * DAY) for stage in Stage)


@pytest.mark.parametrize("what", Kept)
@given(days=st.integers(0, 4000))
def test_closing_never_keeps_longer(what, days):
    now = MONDAY + days * DAY

    if expired(what, Stage.OPEN, MONDAY, now) and TABLE[what].open is not None:
        assert expired(what, Stage.CLOSED, MONDAY, now)


@given(st.sampled_from(Kept), st.sampled_from(Stage), st.integers(0, 4000), st.integers(0, 400))
def test_what_is_expired_stays_expired(what, stage, days, later):
    now = MONDAY + days * DAY

    assert expired(what, stage, MONDAY, now) <= expired(what, stage, MONDAY, now + later * DAY)
