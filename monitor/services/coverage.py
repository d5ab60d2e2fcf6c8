"""What a check covered and what it could not, and what the policy of the district says."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from monitor.app import App
from monitor.config.sections import load_policy_texts
from monitor.db.sweeps import SourceRun, SourceRunState
from monitor.domain.conduct_policy import PolicyClause
from monitor.domain.failures import FailureGroup, SourceFailure, fold_failures
from monitor.domain.reason import Count, Reason, read_note
from monitor.domain.source_trust import WITHHELD
from monitor.domain.vocabulary import CoverageState, GapKind
from reports.emails.digest import Coverage, CoverageGap, CoveredSource
from reports.pages.layout import PolicyReminder
from scrapers.models import Outcome, Trace

UNFINISHED_COURSES = frozenset({SourceRunState.ASKED, SourceRunState.LATE})


def build_policy_reminder(app: App, clauses: Iterable[PolicyClause]) -> PolicyReminder:
    """Put clauses in the words of the district, or else in ours."""
    texts = load_policy_texts(app.config.policy)
    return PolicyReminder(
        texts=tuple(texts[clause] for clause in clauses), url=app.config.policy.url
    )


def build_coverage(runs: Iterable[SourceRun]) -> Coverage:
    source_runs = tuple(runs)
    failures = tuple(_list_failures(source_runs))
    gaps = tuple(build_gap(failure) for failure in fold_failures(failures, len(source_runs)))
    withheld = tuple(run.source for run in source_runs if run.note == WITHHELD)
    checked = len(source_runs) - len(failures)
    return Coverage(checked=checked, total=len(source_runs), gaps=gaps, withheld=withheld)


def describe_shared_failure(runs: Iterable[SourceRun]) -> Reason | None:
    """Say in one sentence how many sources fail in the same way; None where most answered."""
    source_runs = tuple(runs)
    groups = fold_failures(_list_failures(source_runs), len(source_runs))
    worst = next((group for group in groups if group.is_folded), None)
    if worst is None or worst.outcome != Outcome.FAILED:
        return None
    facts = {"count": Count(worst.count), "total": Count(worst.total)}
    if worst.suspicion:
        return Reason("shared-failure.suspected", {**facts, "cause": worst.suspicion})
    if note := read_note(worst.note):
        return Reason("shared-failure.noted", {**facts, "note": note})
    return Reason("shared-failure", facts)


def _list_failures(runs: Iterable[SourceRun]) -> Iterator[SourceFailure]:
    for run in runs:
        if _is_gap(run):
            yield SourceFailure(
                source=run.source,
                outcome=run.course if run.course in UNFINISHED_COURSES else run.outcome,
                since=run.since or run.at,
                note=run.note,
            )


def build_personal_coverage(
    app: App, person_id: str, runs: Iterable[SourceRun], since: datetime | None
) -> Coverage:
    """Add what each source came to for one person, in the check that began at `since`.

    None where there was no such check: then no source was checked.
    """
    source_runs = tuple(runs)
    began = since or app.clock.now()
    asked = app.db.queries.list_sources_settled_since(person_id, began)
    with_news = app.db.sightings.list_sources_with_news(person_id, began)
    sources = tuple(
        CoveredSource(source=run.source, state=_find_coverage_state(run, asked, with_news))
        for run in source_runs
    )
    return replace(build_coverage(source_runs), sources=sources)


def _find_coverage_state(
    run: SourceRun, asked: frozenset[str], with_news: frozenset[str]
) -> CoverageState:
    if _is_gap(run):
        return CoverageState.NOT_CHECKED
    if run.source in with_news:
        return CoverageState.NEWS
    return CoverageState.NO_NEWS if run.source in asked else CoverageState.NOT_ASKED


def _is_gap(run: SourceRun) -> bool:
    return run.course in UNFINISHED_COURSES or not run.outcome.is_conclusive


def clear_news(coverage: Coverage) -> Coverage:
    """Count the sources with news among those without, where an email reports none."""
    return replace(
        coverage,
        sources=tuple(
            replace(source, state=CoverageState.NO_NEWS)
            if source.state is CoverageState.NEWS
            else source
            for source in coverage.sources
        ),
    )


def build_gap(group: FailureGroup) -> CoverageGap:
    return CoverageGap(
        source=group.source,
        outcome=GapKind(group.outcome),
        since=group.since,
        note=group.explanation,
        count=group.count,
        total=group.total,
    )


def format_finding_title(portrait: Trace) -> str:
    return portrait.name or portrait.title or portrait.handle
