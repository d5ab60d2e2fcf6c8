"""A source closes as soon as its answers are in, and never before all of them are."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.services.sweeps import SourceTracker, SweepProgress, ignore_progress
from scrapers.models import Query, QueryKind, Request
from scrapers.source import SourceFamily
from tests.scrapers.http.fakes import MONDAY, site

ALPHA, BETA = site("alpha"), site("beta")
ENGINE = replace(site("engine"), family=SourceFamily.SEARCH)


def query(source: str) -> Query:
    return Query(source=source, kind=QueryKind.PRESENCE, terms=("x",), request=Request(url="x"))


def underway(*closed: str, for_hours: float = 1) -> SourceTracker:
    return SourceTracker(
        sources={entry.name: entry for entry in (ALPHA, BETA, ENGINE)},
        progress=SweepProgress(on_progress=ignore_progress),
        now=lambda: MONDAY + timedelta(hours=for_hours),
        began_at=MONDAY,
        closed_sources=set(closed),
    )


def through(run: SourceTracker) -> list[str]:
    return [source.name for source in run.take_finished_sources()]


@pytest.fixture
def run() -> SourceTracker:
    """All queries are up, and each source is being asked."""
    run = underway()
    list(run.track_queries([query(name) for name in run.sources]))
    for name in run.sources:
        run.track_source(name, "waiting")
    return run


def test_a_source_closes_while_a_slower_one_is_still_being_asked(run: SourceTracker):
    run.track_source("engine", "done")
    run.track_source("alpha", "done")

    assert through(run) == ["alpha", "engine"]

    run.track_source("beta", "blocked")

    assert through(run) == ["beta"]


def test_a_run_that_is_soon_over_closes_all_at_its_end_in_one_order():
    run = underway(for_hours=0.9)
    list(run.track_queries([]))
    for name in ("engine", "beta", "alpha"):
        run.track_source(name, "waiting")
    run.track_source("engine", "done")
    run.track_source("beta", "done")

    assert through(run) == []

    run.track_source("alpha", "done")

    assert through(run) == ["alpha", "beta", "engine"]


def test_nothing_closes_while_more_queries_may_come():
    run = underway()
    queries = run.track_queries([query("alpha"), query("alpha")])
    next(queries)
    run.track_source("alpha", "waiting")
    run.track_source("alpha", "done")

    assert through(run) == []

    list(queries)

    assert through(run) == ["alpha", "beta", "engine"]


def test_nothing_closes_before_the_engines_which_may_lead_anywhere(run: SourceTracker):
    run.track_source("alpha", "done")

    assert through(run) == []


def test_a_source_with_more_to_answer_closes_once_more(run: SourceTracker):
    run.track_source("engine", "done")
    run.track_source("alpha", "done")
    through(run)
    run.track_source("alpha", "waiting")

    assert through(run) == []

    run.track_source("alpha", "done")

    assert through(run) == ["alpha"]


def test_what_was_closed_before_the_run_was_cut_short_stays_closed():
    run = underway("alpha")
    list(run.track_queries([]))

    assert through(run) == ["beta", "engine"]
