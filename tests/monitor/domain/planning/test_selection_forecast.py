"""What is told beforehand of the bill is what the rules will do."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings

from monitor.domain.planning.budget import FLOOR, Brought, Cap, History, Limits, Outlay
from monitor.domain.planning.selection import Rotation, candidates, forecast
from tests.monitor.domain.planning.drawn import PEOPLE, PRICES, WEEK, districts, limits, questions

NEW = tuple(each for who in PEOPLE for each in candidates(questions(who), PRICES, {}))
FREE_OF_LIMITS = Rotation(offered=NEW, limits=Limits())


def nothing(_query, _week):
    return Brought.NOTHING


@settings(max_examples=25)
@given(districts(), limits)
def test_no_week_overruns_a_budget(offered, allowed):
    canaries = Outlay(requests=0)
    rotation = Rotation(offered=offered, limits=allowed, canaries=canaries)

    for choice, bill in rotation.played(range(WEEK + 1, WEEK + 20), nothing):
        assert allowed.district.allows(bill) or not choice.asked


def test_each_question_is_asked_in_every_eight_weeks():
    last = dict.fromkeys((each.query.key for each in NEW), WEEK)
    for week, (choice, _) in enumerate(
        FREE_OF_LIMITS.played(range(WEEK, WEEK + 60), nothing), WEEK
    ):
        last.update(dict.fromkeys(choice.asked, week))
        assert week - min(last.values()) < FLOOR


def test_the_first_quarter_is_dearer_than_what_follows():
    told = forecast(FREE_OF_LIMITS, WEEK)

    assert told.first_quarter.usd > told.settled.usd > 0


def test_a_forecast_asks_nobody_and_depends_on_nothing_that_was_asked():
    asked = tuple(replace(each, history=History(asked=WEEK, clean=30)) for each in NEW)

    assert forecast(replace(FREE_OF_LIMITS, offered=asked), WEEK) == forecast(FREE_OF_LIMITS, WEEK)


def test_a_budget_holds_in_the_forecast():
    poor = replace(FREE_OF_LIMITS, limits=Limits(district=Cap(usd=Decimal("0.01"))))

    assert forecast(poor, WEEK).first_quarter.usd <= Decimal("0.01")
