"""What is well, what is to be seen to, and what is not done now."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain import health as condition
from monitor.domain.health import (
    MEGABYTE,
    DueJob,
    FailedBackup,
    SourceCondition,
    compute_exit_code,
    report_failure,
    report_ok,
    report_warning,
)
from monitor.domain.vocabulary import HealthLevel
from reports.reason_rendering import render_told
from scrapers.models import Outcome

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("closed", "open_since", "joined", "level"),
    [
        (None, None, None, HealthLevel.OK),
        (None, None, 4 * DAY, HealthLevel.OK),
        (None, None, 9 * DAY, HealthLevel.BAD),
        (DAY, None, DAY, HealthLevel.OK),
        (9 * DAY, None, DAY, HealthLevel.BAD),
        (8 * DAY, DAY, DAY, HealthLevel.OK),
        (8 * DAY, 3 * DAY, DAY, HealthLevel.BAD),
        (-DAY, None, DAY, HealthLevel.BAD),
    ],
)
def test_a_sweep_is_missed_after_a_week_and_a_day(closed, open_since, joined, level):
    ended, began, first = (
        None if span is None else NOW - span for span in (closed, open_since, joined)
    )

    assert condition.assess_sweep(ended, began, NOW, first).level is level


@pytest.mark.parametrize(
    ("unusable", "problem", "leavers", "says"),
    [
        (0, "", 0, ""),
        (3, "", 1, "could not be used: 3"),
        (0, "", 2, "no longer lists: 2"),
        (0, "users.csv is empty.", 0, "users.csv is empty."),
    ],
)
def test_a_staff_file_needs_attention_where_something_is_left_to_do(
    unusable, problem, leavers, says
):
    found = condition.assess_staff_file(NOW, unusable, problem, leavers)

    assert found.level is (HealthLevel.WARN if says else HealthLevel.OK)
    assert says in render_told(found.message)
    assert bool(found.remedy) is bool(says)


@pytest.mark.parametrize(
    ("age", "level"),
    [
        *((None, HealthLevel.WARN), (2 * DAY, HealthLevel.OK)),
        *((4 * DAY, HealthLevel.BAD), (-DAY, HealthLevel.BAD)),
    ],
)
def test_a_copy_is_missed_after_three_nights(age, level):
    assert condition.assess_backup(None if age is None else NOW - age, None, NOW).level is level


@pytest.mark.parametrize(
    ("age", "code", "level", "exit_code"),
    [
        (DAY, 73, HealthLevel.WARN, 0),
        (4 * DAY, 73, HealthLevel.BAD, 69),
        (None, 73, HealthLevel.BAD, 69),
        (DAY, 78, HealthLevel.BAD, 78),
    ],
)
def test_a_copy_that_fails_may_do_so_for_a_night_unless_something_is_damaged(
    age, code, level, exit_code
):
    failed = FailedBackup(at=NOW, exit_code=code)

    told = condition.assess_backup(None if age is None else NOW - age, failed, NOW)

    assert (told.level, told.exit_code) == (level, exit_code)
    assert f"({code})" in render_told(told.message)


@pytest.mark.parametrize(
    ("age", "level"),
    [(None, HealthLevel.OK), (5 * HOUR, HealthLevel.OK), (7 * HOUR, HealthLevel.BAD)],
)
def test_letters_that_wait_for_long_are_told(age, level):
    assert condition.assess_queue(1, None if age is None else NOW - age, NOW).level is level


def test_a_mail_server_that_takes_nothing_is_told_before_anything_has_waited_for_long():
    told = condition.assess_queue(3, NOW - HOUR, NOW, "the server cannot be reached")

    assert told.level is HealthLevel.WARN
    assert "failed: the server cannot be reached" in render_told(told.message)


def test_what_was_given_up_or_is_held_back_is_to_be_seen_to():
    assert list(condition.assess_undelivered(0, 0)) == []
    dead, paused = condition.assess_undelivered(1, 2)
    assert (dead.level, paused.level) == (HealthLevel.WARN, HealthLevel.WARN)
    assert "`namesake mail list`" in render_told(dead.remedy)
    assert "`namesake mail list --paused`" in render_told(paused.remedy)


@pytest.mark.parametrize(
    ("waits_for_sweeps", "late", "level"),
    [
        (False, HOUR / 2, HealthLevel.OK),
        (False, 2 * HOUR, HealthLevel.BAD),
        (True, 20 * HOUR, HealthLevel.OK),
        (True, 3 * DAY, HealthLevel.BAD),
    ],
)
def test_what_waits_for_a_long_sweep_is_not_overdue(waits_for_sweeps, late, level):
    due = DueJob(name="a job", due_at=NOW - late, waits_for_sweeps=waits_for_sweeps)
    assert condition.assess_overdue_jobs([due], NOW).level is level


def test_a_clock_that_went_back_is_noticed_by_what_is_on_record():
    assert condition.assess_clock(NOW, None).level is HealthLevel.OK
    assert condition.assess_clock(NOW, NOW + HOUR / 60).level is HealthLevel.OK
    assert condition.assess_clock(NOW, NOW + HOUR).level is HealthLevel.BAD


@pytest.mark.parametrize(
    ("count", "level"), [(0, HealthLevel.WARN), (1, HealthLevel.WARN), (2, HealthLevel.OK)]
)
def test_steps_of_two_people_take_two_reviewers(count: int, level: HealthLevel):
    assert condition.assess_reviewers(count).level is level


def test_with_two_reviewers_a_third_is_advised_and_no_more_with_three():
    said = [render_told(condition.assess_reviewers(count).message) for count in (2, 3)]
    assert ["third" in message for message in said] == [True, False]


@pytest.mark.parametrize(
    ("free", "database", "level"),
    [(50, 1, HealthLevel.BAD), (200, 100, HealthLevel.WARN), (500, 100, HealthLevel.OK)],
)
def test_room_is_wanted_for_a_backup_and_its_trial(free, database, level):
    assert condition.assess_disk_space(free * MEGABYTE, database * MEGABYTE).level is level


def test_each_source_in_trouble_is_named_and_the_others_are_counted():
    known = {
        name: SourceCondition(name=name, outcome=outcome, since=NOW - DAY, proven=proven)
        for name, outcome, proven in (
            ("ko-fi", Outcome.BLOCKED, True),
            ("speaker-deck", Outcome.FOUND, False),
            ("gamma", Outcome.ABSENT, True),
        )
    }

    told = list(condition.assess_sources(["ko-fi", "speaker-deck", "gamma", "delta"], known))

    assert [source.level for source in told] == [HealthLevel.OK, HealthLevel.WARN, HealthLevel.WARN]
    assert render_told(told[0].message) == "2 of 4 sources could be checked; 1 not run yet."
    assert render_told(told[1].message) == "Ko-fi: blocked since Nov 22, 2026."
    assert "Speaker Deck" in render_told(told[2].message)
    assert "`namesake sources show ko-fi`" in render_told(told[1].remedy)


def test_the_worst_exit_code_wins_and_a_warning_has_none():
    assert compute_exit_code([report_ok("a", "b"), report_warning("a", "b", "c")]) == 0
    assert (
        compute_exit_code(
            [
                report_failure("a", "b", "c", 69),
                report_failure("a", "b", "c", 78),
                report_failure("a", "b", "c", 64),
            ]
        )
        == 78
    )


def test_a_network_that_is_down_is_one_line_of_the_checkup():
    names = [f"s{number}" for number in range(61)]
    known = {
        name: SourceCondition(
            name=name,
            outcome=Outcome.FAILED if number < 57 else Outcome.ABSENT,
            since=NOW,
            proven=True,
            note="no-such-name" if number < 57 else "",
        )
        for number, name in enumerate(names)
    }

    well, trouble = condition.assess_sources(names, known)

    assert render_told(well.message) == "4 of 61 sources could be checked."
    assert render_told(trouble.message) == (
        "57 of 61 sources fail the same way: failed since Nov 23, 2026 (DNS error)."
    )
    assert render_told(trouble.remedy).startswith("Is DNS up?")


def test_a_job_that_failed_is_named_with_what_went_wrong_until_it_is_done():
    (warned,) = condition.assess_failed_jobs({"nudges": "DatabaseError"})

    assert warned.level is HealthLevel.WARN
    assert "nudges (DatabaseError)" in render_told(warned.message)
    assert list(condition.assess_failed_jobs({})) == []
