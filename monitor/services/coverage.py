"""What a check covered, and what it could not."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.app import App
from monitor.db.sweeps import CheckCount, SourceRun, SourceRunState
from monitor.domain.reason import Count, Reason, read_note
from monitor.domain.schedule import format_iso_week
from monitor.domain.source_failures import FailureGroup, SourceFailure, fold_failures
from monitor.domain.source_trust import WITHHELD
from monitor.domain.vocabulary import CoverageState, GapKind
from reports.coverage import Coverage, CoverageGap, CoveredSource
from reports.pages.findings import PersonalWeekLine
from scrapers.models import Outcome, Trace

WEEKS_SHOWN = 12
UNFINISHED_COURSES = frozenset({SourceRunState.ASKED, SourceRunState.LATE})


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


def build_personal_weeks(app: App, person_id: str) -> tuple[PersonalWeekLine, ...]:
    """Count the last weeks of a person, from the one they joined in; no other person's count."""
    now, zone = app.clock.now(), app.db.people.load_person(person_id).zone
    consents = app.db.consents.list_consents(person_id)
    joined = consents[0].given_at
    since = max(joined, now - timedelta(weeks=WEEKS_SHOWN + 1))
    checks = _find_fullest_checks(
        (
            count
            for count in app.db.sweeps.list_check_counts(person_id, since)
            if not consents[-1].was_paused(count.at)
        ),
        zone,
    )
    cases = Counter(
        format_iso_week(case.opened_at, zone)
        for case in app.db.cases.list_cases_of_person(person_id)
    )
    # Whoever joined late in a week was not there for its check; that of this week may still come.
    begun = format_iso_week(joined, zone)
    missed = {begun, format_iso_week(now, zone)} - {*checks}
    weeks = (
        format_iso_week(now - timedelta(weeks=ago), zone)
        for ago in reversed(range(WEEKS_SHOWN + 1))
    )
    lines = tuple(
        PersonalWeekLine(
            week=week,
            checked=checks[week].checked if week in checks else 0,
            total=checks[week].total if week in checks else 0,
            cases=cases[week],
        )
        for week in weeks
        if week >= begun and week not in missed
    )
    return lines[-WEEKS_SHOWN:]


def _find_fullest_checks(counts: Iterable[CheckCount], zone: str) -> dict[str, CheckCount]:
    """Return the check of each week in which most sources could be checked."""
    fullest: dict[str, CheckCount] = {}
    for count in counts:
        week = format_iso_week(count.at, zone)
        if week not in fullest or count.checked > fullest[week].checked:
            fullest[week] = count
    return fullest
