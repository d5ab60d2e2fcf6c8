"""Only counts of rules leave a person, and no one person makes them."""

import pytest

from monitor.domain.detection.learning import (
    MOST_OF_ONE_PERSON,
    Answer,
    Cell,
    Judged,
    Tally,
    answers,
)
from monitor.domain.evidence import Axis
from monitor.domain.flag import Ruling

PLACE = {Axis.CLAIM: frozenset({"place"})}
MINE = Judged(rules=PLACE, answers={Axis.CLAIM: Answer.YES})
THEIRS = Judged(rules={}, answers={Axis.CLAIM: Answer.NO})


def test_verdicts_and_people_are_counted_by_rule_and_answer():
    tally = Tally().plus([MINE, MINE, THEIRS]).plus([MINE])

    assert tally.held["place", Answer.YES] == Cell(times=3, people=2)
    assert tally.asked["claim", Answer.YES] == Cell(times=3, people=2)
    assert tally.asked["claim", Answer.NO] == Cell(times=1, people=1)
    assert ("place", Answer.NO) not in tally.held


def test_one_person_counts_only_so_often():
    tally = Tally().plus([MINE] * 500)

    assert tally.held["place", Answer.YES] == Cell(times=MOST_OF_ONE_PERSON, people=1)


def test_a_rule_of_an_axis_that_was_not_answered_is_not_counted():
    seen = Judged(
        rules={**PLACE, Axis.IMITATION: frozenset({"younger"})}, answers={Axis.CLAIM: Answer.NO}
    )

    assert set(Tally().plus([seen]).held) == {("place", Answer.NO)}


@pytest.mark.parametrize(
    ("ruling", "told"),
    [
        (Ruling.MINE, {Axis.CLAIM: "yes", Axis.CONTROL: "yes", Axis.IMITATION: "no"}),
        (Ruling.NAMESAKE, {Axis.CLAIM: "no", Axis.IMITATION: "no"}),
        (Ruling.UNRELATED, {Axis.CLAIM: "no", Axis.IMITATION: "no"}),
        (Ruling.IMPERSONATION, {}),
        (Ruling.HARMLESS, {}),
        (Ruling.FAMILY, {}),
    ],
)
def test_a_verdict_answers_on_the_axes_it_speaks_of(ruling, told):
    assert answers(ruling, agreed=False, account=True) == told


def test_an_impersonation_counts_only_where_somebody_else_agreed():
    assert answers(Ruling.IMPERSONATION, agreed=True, account=True) == {
        Axis.CLAIM: Answer.YES,
        Axis.CONTROL: Answer.NO,
        Axis.IMITATION: Answer.YES,
    }


def test_a_page_has_no_owner_and_imitates_nobody():
    assert answers(Ruling.MINE, agreed=False, account=False) == {Axis.CLAIM: Answer.YES}
    assert answers(Ruling.HARMLESS, agreed=False, account=False) == {}
