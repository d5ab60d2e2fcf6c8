"""Who looks on is told how far each source is: once, in order, and no sooner than it is true."""

from dataclasses import dataclass, field

import pytest

from monitor.domain.vocabulary import SourceStage
from monitor.services.sweeps import SweepProgress
from scrapers.models import CrawlResult, Outcome, ParseResult, Query, QueryKind, Request
from scrapers.source import Canary
from tests.scrapers.http.fakes import MONDAY


def query(term: str) -> Query:
    terms, request = (term,), Request(url="x")
    return Query(source="alpha", kind=QueryKind.PRESENCE, terms=terms, request=request)


KNOWN = Canary(query=query("known"), expects=Outcome.FOUND)
IMPOSSIBLE = Canary(query=query("impossible"), expects=Outcome.ABSENT)


BLIND = Canary(query=query("name"), expects=Outcome.FOUND, blind_note="members only")


@dataclass
class Onlooker:
    told: list[str] = field(default_factory=list)

    def __call__(self, _source: str, state: str) -> None:
        self.told.append(state)


@pytest.fixture
def onlooker() -> Onlooker:
    return Onlooker()


@pytest.fixture
def progress(onlooker: Onlooker) -> SweepProgress:
    progress = SweepProgress(on_progress=onlooker)
    progress.expect_canaries([KNOWN, IMPOSSIBLE])
    progress.update_source_state("alpha", "waiting")
    progress.mark_queries_drained()
    progress.update_source_state("alpha", "asking")
    return progress


def answered(query: Query, outcome: Outcome) -> CrawlResult:
    return CrawlResult(query=query, result=ParseResult(outcome=outcome), at=MONDAY)


def test_a_source_is_tested_until_each_test_came_out_right(progress, onlooker):
    progress.record_visit(answered(KNOWN.query, Outcome.FOUND))
    progress.update_source_state("alpha", "asking")
    progress.record_visit(answered(IMPOSSIBLE.query, Outcome.ABSENT))
    progress.update_source_state("alpha", "asking")
    progress.update_source_state("alpha", "done")

    assert onlooker.told == [
        SourceStage.WAITING,
        SourceStage.TESTING,
        SourceStage.ASKING,
        SourceStage.DONE,
    ]


@pytest.mark.parametrize("outcome", [Outcome.ABSENT, Outcome.BLOCKED, Outcome.PARTIAL])
def test_a_source_that_fails_a_test_is_doubted_though_it_answers_all_the_rest(
    progress, onlooker, outcome
):
    progress.record_visit(answered(KNOWN.query, outcome))
    progress.record_visit(answered(IMPOSSIBLE.query, Outcome.ABSENT))
    progress.update_source_state("alpha", "asking")
    progress.record_visit(answered(query("rosa"), Outcome.FOUND))
    progress.update_source_state("alpha", "done")

    assert onlooker.told == [SourceStage.WAITING, SourceStage.TESTING, SourceStage.DOUBTED]


def test_a_source_without_tests_is_asked_at_once(onlooker):
    progress = SweepProgress(on_progress=onlooker)
    progress.update_source_state("alpha", "waiting")
    progress.update_source_state("alpha", "asking")

    assert onlooker.told == [SourceStage.WAITING, SourceStage.ASKING]


def test_what_never_answered_is_told_apart_from_what_stopped(onlooker):
    for outcome in (Outcome.FAILED, Outcome.ABSENT):
        progress = SweepProgress(on_progress=onlooker)
        progress.mark_queries_drained()
        progress.update_source_state("alpha", "asking")
        progress.record_visit(answered(query("rosa"), outcome))
        progress.update_source_state("alpha", "blocked")

    assert onlooker.told == [
        SourceStage.ASKING,
        SourceStage.BLOCKED,
        SourceStage.ASKING,
        SourceStage.STOPPED,
    ]


def test_nothing_is_over_before_all_first_queries_are_up(onlooker):
    progress = SweepProgress(on_progress=onlooker)
    for state in ("waiting", "asking", "done"):
        progress.update_source_state("alpha", state)

    assert onlooker.told == [SourceStage.WAITING, SourceStage.ASKING]

    progress.mark_queries_drained()

    assert onlooker.told[-1] == SourceStage.DONE


def test_a_source_that_waits_is_not_called_asked_when_all_queries_are_up(onlooker):
    progress = SweepProgress(on_progress=onlooker)
    progress.update_source_state("alpha", "waiting")
    progress.mark_queries_drained()

    assert onlooker.told == [SourceStage.WAITING]


def test_a_source_that_another_leads_back_to_is_asked_again(progress, onlooker):
    for canary in (KNOWN, IMPOSSIBLE):
        progress.record_visit(answered(canary.query, canary.expects))
    for state in ("done", "waiting", "asking", "done"):
        progress.update_source_state("alpha", state)

    assert onlooker.told[2:] == [SourceStage.DONE, SourceStage.ASKING, SourceStage.DONE]


def test_the_same_is_not_told_twice(progress, onlooker):
    for _ in range(3):
        progress.update_source_state("alpha", "asking")

    assert onlooker.told == [SourceStage.WAITING, SourceStage.TESTING]


@pytest.mark.parametrize("outcome", [Outcome.FOUND, Outcome.ABSENT, Outcome.FAILED])
def test_what_a_service_keeps_from_strangers_casts_no_doubt_on_the_rest(
    progress, onlooker, outcome
):
    progress.expect_canaries([BLIND])
    for canary in (KNOWN, IMPOSSIBLE):
        progress.record_visit(answered(canary.query, canary.expects))
    progress.record_visit(answered(BLIND.query, outcome))

    progress.update_source_state("alpha", "done")

    silent = outcome is Outcome.FAILED
    assert onlooker.told[-1] == (SourceStage.DOUBTED if silent else SourceStage.DONE)
