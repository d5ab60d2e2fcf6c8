"""What a check covered and what it could not, and what the policy of the district says.

An email has one clause of it at most, and each clause at most once a quarter.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.app import App
from monitor.config.sections import load_policy_texts
from monitor.db.sweeps import CheckCount, SourceRun, SourceRunState
from monitor.domain.conduct_policy import PolicyClause, list_account_clauses
from monitor.domain.detection.affiliation_words import count_named_employers
from monitor.domain.detection.appearance import build_appearance
from monitor.domain.finding import Finding
from monitor.domain.person import Person
from monitor.domain.reason import Count, Reason, Site, read_note
from monitor.domain.schedule import format_iso_week, list_quarter_weeks
from monitor.domain.source_failures import FailureGroup, SourceFailure, fold_failures
from monitor.domain.source_trust import WITHHELD
from monitor.domain.vocabulary import CaseKind, CoverageState, GapKind, Scope
from monitor.services.own_accounts import load_own_findings
from reports.coverage import Coverage, CoverageGap, CoveredSource
from reports.pages.findings import PersonalWeekLine
from reports.pages.layout import PolicyReminder
from scrapers.models import Outcome, Trace, TraceKind

WEEKS_SHOWN = 12
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


_ABOUT_STUDENTS = frozenset({PolicyClause.STUDENT_PROFILES, PolicyClause.OFF_HOURS})


def build_account_reminder(app: App, finding: Finding) -> PolicyReminder:
    """Return what fits an account of the person's own."""
    portrait, person = finding.portrait, app.db.people.load_person(finding.person_id)
    named = _names_school(finding, person)
    clauses = list_account_clauses(names_school=named, is_public=not portrait.private)
    return _describe(app, clauses, (finding,) if named else ())


def build_digest_reminder(app: App, person: Person, last: datetime | None) -> PolicyReminder | None:
    """Return the clause that is due since the `last` digest, if it fits; a first one has none.

    Each clause has a week of its own in a quarter, and no two have the same.
    """
    if last is None:
        return None
    weeks = list_quarter_weeks(person.id, last, app.clock.now())
    due = {clause for place, clause in enumerate(PolicyClause) if place in weeks}
    if not due:
        return None
    accounts = tuple(
        finding
        for finding in load_own_findings(app.db, person).values()
        if finding.portrait.kind is TraceKind.ACCOUNT
    )
    naming = tuple(account for account in accounts if _names_school(account, person))
    fitting = frozenset(_list_fitting(app, person, accounts, naming))
    clause = next((clause for clause in PolicyClause if clause in due & fitting), None)
    return _describe(app, (clause,), naming) if clause else None


def _list_fitting(
    app: App, person: Person, accounts: tuple[Finding, ...], naming: tuple[Finding, ...]
) -> Iterator[PolicyClause]:
    if accounts or person.accounts:
        yield from (PolicyClause.PRIVACY_SETTINGS, PolicyClause.JOINING)
    public = any(not account.portrait.private for account in accounts)
    yield from list_account_clauses(names_school=bool(naming), is_public=public)
    cases = app.db.cases.list_cases_of_person(person.id)
    linked = any(case.kind is CaseKind.STUDENT_LINK for case in cases)
    if linked or app.db.consents.has_agreed(person.id, Scope.STUDENT_LINKS):
        yield from _ABOUT_STUDENTS


def _names_school(finding: Finding, person: Person) -> bool:
    return count_named_employers(build_appearance(finding.portrait, person).text, person) > 0


def _describe(
    app: App, clauses: tuple[PolicyClause, ...], naming: tuple[Finding, ...]
) -> PolicyReminder:
    """Say which account names the school beside the clause that this is about."""
    leads = [
        Reason("policy-names-school", {"site": Site(account.portrait.platform)})
        for account in naming[:1]
        if PolicyClause.SEPARATE_ACCOUNTS in clauses
    ]
    return replace(
        build_policy_reminder(app, clauses),
        leads=tuple(leads),
        has_guides=PolicyClause.PRIVACY_SETTINGS in clauses,
    )


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
