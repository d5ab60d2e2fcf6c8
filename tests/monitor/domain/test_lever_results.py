"""What helped here, by way and platform: told of many, and never of a few."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.domain.case import Case
from monitor.domain.lever_results import LeverUse, list_lever_uses, summarize_lever_uses
from monitor.domain.small_counts import MIN_PEOPLE_SHOWN
from monitor.domain.vocabulary import CaseKind, Decision, LeverKind, Severity
from tests.cases import say

MONDAY = datetime(2026, 11, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def case() -> Case:
    return Case(
        id="case",
        person_id="rosa",
        finding_id="finding",
        kind=CaseKind.IMPERSONATION,
        severity=Severity.HIGH,
        opened_at=MONDAY,
        reasons=(),
    )


def outcomes(told: Case, now: datetime) -> list[tuple[LeverKind, int | None]]:
    return [(use.lever, use.days) for use in list_lever_uses(told, "x", now)]


def uses(people: int, days: int | None) -> list[LeverUse]:
    return [
        LeverUse(platform="x", lever=LeverKind.FORM, person_id=f"person {number}", days=days)
        for number in range(people)
    ]


def test_time_runs_from_confirmed_to_gone_and_counts_for_the_way_that_helped():
    confirmed = say(case(), Decision.IMPERSONATION, at=MONDAY)
    refused = say(
        confirmed, Decision.REPORTED, Decision.REFUSED, at=MONDAY + DAY, lever=LeverKind.FORM
    )
    sent = say(refused, Decision.REPORTED, at=MONDAY + 3 * DAY, lever=LeverKind.COPYRIGHT)
    gone = case_gone(sent, MONDAY + 4.5 * DAY)

    assert outcomes(gone, MONDAY + 5 * DAY) == [(LeverKind.FORM, None), (LeverKind.COPYRIGHT, 5)]


def case_gone(told: Case, at: datetime) -> Case:
    return replace(told, gone_at=at)


def test_what_went_after_a_refusal_counts_as_refused():
    refused = say(case(), Decision.REPORTED, Decision.REFUSED, at=MONDAY, lever=LeverKind.FORM)
    gone = case_gone(refused, MONDAY + 9 * DAY)

    assert outcomes(gone, MONDAY + 9 * DAY) == [(LeverKind.FORM, None)]


def test_what_still_waits_for_an_answer_counts_for_nothing():
    sent = say(case(), Decision.REPORTED, at=MONDAY, lever=LeverKind.FORM)

    assert outcomes(sent, MONDAY + 6 * DAY) == []
    assert outcomes(sent, MONDAY + 7 * DAY) == [(LeverKind.FORM, None)]


def test_a_way_that_nobody_named_is_not_guessed():
    unnamed = say(case(), Decision.REPORTED, Decision.REFUSED, at=MONDAY)

    assert outcomes(unnamed, MONDAY + 30 * DAY) == []


def test_a_request_by_law_is_silent_after_48_hours():
    sent = say(case(), Decision.REPORTED, at=MONDAY, lever=LeverKind.LAW)

    assert outcomes(sent, MONDAY + 1.9 * DAY) == []
    assert outcomes(sent, MONDAY + 2 * DAY) == [(LeverKind.LAW, None)]


def test_figures_about_few_are_not_told():
    few, enough = MIN_PEOPLE_SHOWN - 1, MIN_PEOPLE_SHOWN

    assert summarize_lever_uses(uses(few, 2)) == ()
    (told,) = summarize_lever_uses(uses(enough, 2))
    assert (told.uses, told.successes, told.days) == (enough, enough, 2)
    # One person who used it often is one person.
    assert summarize_lever_uses(uses(1, 2) * 9) == ()


def test_of_many_uses_with_few_successes_no_number_tells_whose_they_were():
    (told,) = summarize_lever_uses([*uses(9, None), *uses(1, 2)])
    (never,) = summarize_lever_uses(uses(9, None))

    assert (told.uses, told.successes, told.days) == (10, None, None)
    assert (never.successes, never.days) == (0, None)
