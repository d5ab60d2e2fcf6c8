"""docs/sources.md says what the plan costs, and that the free credit is enough for some."""

import pytest

from docs.question_costs import STAFF, build_page, measure
from docs.sources import FILE as PAGE
from monitor.services.question_costs import (
    CANARIES,
    EVERYTHING,
    FREE_A_WEEK,
    FULL,
    count_watch_questions,
    estimate_week,
    list_candidates,
    list_district_candidates,
)
from scrapers.models import Outcome
from scrapers.search.brave import BRAVE


def test_the_page_of_costs_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == build_page(), "renew it: make sources"


def test_a_year_of_free_credit_pays_for_the_questions_of_its_weeks() -> None:
    assert BRAVE.info.usd_per_1000
    assert FREE_A_WEEK * 52 * BRAVE.info.usd_per_1000 / 1000 <= 5 * 12


def test_the_free_credit_is_enough_for_130_staff_with_everything() -> None:
    figures = measure(130)

    assert figures.wanted <= figures.asked < FREE_A_WEEK
    assert figures.first_round <= 4


def test_whoever_has_an_open_case_is_asked_about_more_often_and_at_a_price_that_is_said() -> None:
    settled = list_candidates(FULL, EVERYTHING)
    urgent = list_candidates(FULL, EVERYTHING, is_urgent=True)

    assert {candidate.interval for candidate in urgent} == {1, 2}
    cost = sum(1 / candidate.interval for candidate in urgent)
    assert cost > 2 * sum(1 / candidate.interval for candidate in settled)
    assert f"while a case of theirs is open | {len(urgent)} | {cost:.2f} |" in build_page()


@pytest.mark.parametrize("people", STAFF)
def test_what_init_says_of_a_week_is_what_two_played_years_come_to(people: int) -> None:
    assert estimate_week(people).due == pytest.approx(measure(people).wanted, rel=0.02)


@pytest.mark.parametrize("people", STAFF)
def test_no_week_asks_more_than_the_credit_pays_for(people: int) -> None:
    assert measure(people).asked <= FREE_A_WEEK


def test_for_400_staff_it_is_said_that_the_credit_is_not_enough() -> None:
    figures = measure(400)

    assert figures.wanted > FREE_A_WEEK > figures.asked
    assert figures.others_every > 2 * measure(130).others_every
    assert f"| 400 | {figures.wanted} | {figures.asked} |" in build_page()


def test_what_a_week_costs_without_anyone_counts_every_kind_of_question() -> None:
    canaries = list(BRAVE.build_canaries("nonce"))

    assert len(canaries) == CANARIES
    assert {canary.expects for canary in canaries} == {Outcome.FOUND, Outcome.ABSENT}
    assert len(list_district_candidates()) > 0 < count_watch_questions()
