"""docs/question-costs.md says what the plan costs, and that the free credit is enough for some."""

import pytest

from docs.question_costs import FILE as PAGE
from docs.question_costs import STAFF, build_page, measure
from monitor.services.question_costs import (
    CANARIES,
    FREE_A_WEEK,
    count_watch_questions,
    estimate_week,
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
