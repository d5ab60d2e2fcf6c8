"""Who looks on is told how far each source is: once, in order, and no sooner than it is true."""

from dataclasses import dataclass, field

import pytest

from monitor.services.sweeps import Stage, Tidings
from scrapers.models import Outcome, Query, QueryKind, Reading, Request, Visit
from scrapers.source import Canary
from tests.scrapers.http.fakes import MONDAY


def question(term: str) -> Query:
    terms, request = (term,), Request(url="x")
    return Query(source="alpha", kind=QueryKind.PRESENCE, terms=terms, request=request)


KNOWN = Canary(query=question("known"), expects=Outcome.FOUND)
IMPOSSIBLE = Canary(query=question("impossible"), expects=Outcome.ABSENT)


@dataclass
class Onlooker:
    told: list[str] = field(default_factory=list)

    def __call__(self, _source: str, state: str) -> None:
        self.told.append(state)


@pytest.fixture
def onlooker() -> Onlooker:
    return Onlooker()


@pytest.fixture
def tidings(onlooker: Onlooker) -> Tidings:
    tidings = Tidings(watch=onlooker)
    tidings.await_tests([KNOWN, IMPOSSIBLE])
    tidings.tell("alpha", "waiting")
    tidings.drained()
    tidings.tell("alpha", "asking")
    return tidings


def answered(query: Query, outcome: Outcome) -> Visit:
    return Visit(query=query, reading=Reading(outcome=outcome), at=MONDAY)


def test_a_source_is_tested_until_each_test_came_out_right(tidings, onlooker):
    tidings.hear(answered(KNOWN.query, Outcome.FOUND))
    tidings.tell("alpha", "asking")
    tidings.hear(answered(IMPOSSIBLE.query, Outcome.ABSENT))
    tidings.tell("alpha", "asking")
    tidings.tell("alpha", "done")

    assert onlooker.told == [Stage.WAITING, Stage.TESTING, Stage.ASKING, Stage.DONE]


@pytest.mark.parametrize("outcome", [Outcome.ABSENT, Outcome.BLOCKED, Outcome.PARTIAL])
def test_a_source_that_fails_a_test_is_doubted_though_it_answers_all_the_rest(
    tidings, onlooker, outcome
):
    tidings.hear(answered(KNOWN.query, outcome))
    tidings.hear(answered(IMPOSSIBLE.query, Outcome.ABSENT))
    tidings.tell("alpha", "asking")
    tidings.hear(answered(question("rosa"), Outcome.FOUND))
    tidings.tell("alpha", "done")

    assert onlooker.told == [Stage.WAITING, Stage.TESTING, Stage.DOUBTED]


def test_a_source_without_tests_is_asked_at_once(onlooker):
    tidings = Tidings(watch=onlooker)
    tidings.tell("alpha", "waiting")
    tidings.tell("alpha", "asking")

    assert onlooker.told == [Stage.WAITING, Stage.ASKING]


def test_what_never_answered_is_told_apart_from_what_stopped(onlooker):
    for outcome in (Outcome.FAILED, Outcome.ABSENT):
        tidings = Tidings(watch=onlooker)
        tidings.drained()
        tidings.tell("alpha", "asking")
        tidings.hear(answered(question("rosa"), outcome))
        tidings.tell("alpha", "blocked")

    assert onlooker.told == [Stage.ASKING, Stage.BLOCKED, Stage.ASKING, Stage.STOPPED]


def test_nothing_is_over_before_all_first_questions_are_up(onlooker):
    tidings = Tidings(watch=onlooker)
    for state in ("waiting", "asking", "done"):
        tidings.tell("alpha", state)

    assert onlooker.told == [Stage.WAITING, Stage.ASKING]

    tidings.drained()

    assert onlooker.told[-1] == Stage.DONE


def test_a_source_that_waits_is_not_called_asked_when_all_questions_are_up(onlooker):
    tidings = Tidings(watch=onlooker)
    tidings.tell("alpha", "waiting")
    tidings.drained()

    assert onlooker.told == [Stage.WAITING]


def test_a_source_that_another_leads_back_to_is_asked_again(tidings, onlooker):
    for canary in (KNOWN, IMPOSSIBLE):
        tidings.hear(answered(canary.query, canary.expects))
    for state in ("done", "waiting", "asking", "done"):
        tidings.tell("alpha", state)

    assert onlooker.told[2:] == [Stage.DONE, Stage.ASKING, Stage.DONE]


def test_the_same_is_not_told_twice(tidings, onlooker):
    for _ in range(3):
        tidings.tell("alpha", "asking")

    assert onlooker.told == [Stage.WAITING, Stage.TESTING]
