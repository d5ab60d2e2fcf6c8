"""A source closes as soon as its answers are in, and never before all of them are."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.services.ports import unwatched
from monitor.services.sweeps import Tidings, Underway
from scrapers.models import Query, QueryKind, Request
from scrapers.source import Family
from tests.scrapers.http.fakes import MONDAY, site

ALPHA, BETA = site("alpha"), site("beta")
ENGINE = replace(site("engine"), family=Family.SEARCH)


def question(source: str) -> Query:
    return Query(source=source, kind=QueryKind.PRESENCE, terms=("x",), request=Request(url="x"))


def underway(*closed: str, for_hours: float = 1) -> Underway:
    return Underway(
        sources={each.name: each for each in (ALPHA, BETA, ENGINE)},
        tidings=Tidings(watch=unwatched),
        now=lambda: MONDAY + timedelta(hours=for_hours),
        began=MONDAY,
        closed=set(closed),
    )


def through(run: Underway) -> list[str]:
    return [source.name for source in run.through()]


@pytest.fixture
def run() -> Underway:
    """All questions are up, and each source is being asked."""
    run = underway()
    list(run.pulled([question(name) for name in run.sources]))
    for name in run.sources:
        run.tell(name, "waiting")
    return run


def test_a_source_closes_while_a_slower_one_is_still_being_asked(run: Underway):
    run.tell("engine", "done")
    run.tell("alpha", "done")

    assert through(run) == ["alpha", "engine"]

    run.tell("beta", "blocked")

    assert through(run) == ["beta"]


def test_a_run_that_is_soon_over_closes_all_at_its_end_in_one_order():
    run = underway(for_hours=0.9)
    list(run.pulled([]))
    for name in ("engine", "beta", "alpha"):
        run.tell(name, "waiting")
    run.tell("engine", "done")
    run.tell("beta", "done")

    assert through(run) == []

    run.tell("alpha", "done")

    assert through(run) == ["alpha", "beta", "engine"]


def test_nothing_closes_while_more_questions_may_come():
    run = underway()
    questions = run.pulled([question("alpha"), question("alpha")])
    next(questions)
    run.tell("alpha", "waiting")
    run.tell("alpha", "done")

    assert through(run) == []

    list(questions)

    assert through(run) == ["alpha", "beta", "engine"]


def test_nothing_closes_before_the_engines_which_may_lead_anywhere(run: Underway):
    run.tell("alpha", "done")

    assert through(run) == []


def test_a_source_with_more_to_answer_closes_once_more(run: Underway):
    run.tell("engine", "done")
    run.tell("alpha", "done")
    through(run)
    run.tell("alpha", "waiting")

    assert through(run) == []

    run.tell("alpha", "done")

    assert through(run) == ["alpha"]


def test_what_was_closed_before_the_run_was_cut_short_stays_closed():
    run = underway("alpha")
    list(run.pulled([]))

    assert through(run) == ["beta", "engine"]
