"""What is told beforehand of the bill is what the rules will do."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings

from monitor.domain.planning.budget import ApiCost, CostCap, CostLimits
from monitor.domain.planning.rotation import MAX_INTERVAL, AnswerNovelty, QueryHistory
from monitor.domain.planning.selection import QueryRotation, forecast_costs, rank_candidates
from tests.monitor.domain.planning.drawn import PEOPLE, PRICES, WEEK, districts, limits, queries

NEW = tuple(candidate for who in PEOPLE for candidate in rank_candidates(queries(who), PRICES, {}))
FREE_OF_LIMITS = QueryRotation(offered=NEW, limits=CostLimits())


def nothing(_query, _week):
    return AnswerNovelty.NOTHING


@settings(max_examples=25)
@given(districts(), limits)
def test_no_week_overruns_a_budget(offered, allowed):
    canaries = ApiCost(requests=0)
    rotation = QueryRotation(offered=offered, limits=allowed, canaries=canaries)

    for choice, bill in rotation.simulate_weeks(range(WEEK + 1, WEEK + 20), nothing):
        assert allowed.district.allows_cost(bill) or not choice.selected


def test_each_query_is_asked_in_every_eight_weeks():
    last = dict.fromkeys((person.query.key for person in NEW), WEEK)
    for week, (choice, _) in enumerate(
        FREE_OF_LIMITS.simulate_weeks(range(WEEK, WEEK + 60), nothing), WEEK
    ):
        last.update(dict.fromkeys(choice.selected, week))
        assert week - min(last.values()) < MAX_INTERVAL


def test_the_first_quarter_is_dearer_than_what_follows():
    told = forecast_costs(FREE_OF_LIMITS, WEEK)

    assert told.first_quarter.usd > told.settled.usd > 0


def test_a_forecast_asks_nobody_and_depends_on_nothing_that_was_asked():
    asked = tuple(replace(person, history=QueryHistory(asked=WEEK, clean=30)) for person in NEW)

    assert forecast_costs(replace(FREE_OF_LIMITS, offered=asked), WEEK) == forecast_costs(
        FREE_OF_LIMITS, WEEK
    )


def test_a_budget_holds_in_the_forecast():
    poor = replace(FREE_OF_LIMITS, limits=CostLimits(district=CostCap(usd=Decimal("0.01"))))

    assert forecast_costs(poor, WEEK).first_quarter.usd <= Decimal("0.01")
