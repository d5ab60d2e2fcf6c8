"""Build the lines of emails from stored data: the one place that discloses findings."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from monitor.app import App
from monitor.config import load_policy_texts
from monitor.db.findings import EventRecord
from monitor.db.sweeps import SourceRun, SourceRunState
from monitor.domain.case import Case
from monitor.domain.case_end import CaseEnd
from monitor.domain.case_log import SHARING
from monitor.domain.case_progress import NextStep
from monitor.domain.detection import rules
from monitor.domain.detection.assessment import Assessment
from monitor.domain.disclosure import ReviewOpening
from monitor.domain.evidence import Evidence, EvidenceAxis
from monitor.domain.failures import FailureGroup, SourceFailure, fold_failures
from monitor.domain.finding import Finding
from monitor.domain.policy import CASE_CLAUSES, PolicyClause
from monitor.domain.reason import Count, Label, Reason, read_note
from monitor.domain.source_trust import WITHHELD
from monitor.domain.vocabulary import (
    CaseKind,
    CoverageState,
    Decision,
    GapKind,
    OwnershipLabel,
    Side,
)
from reports import labels as words
from reports.emails.digest import (
    CaseLine,
    CaseOutcomeLine,
    ChangeLine,
    Coverage,
    CoverageGap,
    CoveredSource,
    NamesakeLine,
    OpenCaseLine,
    OwnFindingLine,
    QuestionLine,
)
from reports.pages.layout import PolicyReminder
from scrapers.models import Outcome, Trace, TraceKind

OWN_ACCOUNT_KINDS = frozenset({CaseKind.STUDENT_LINK, CaseKind.OWN_ACCOUNT_CHANGED})
# These speak of who sees a case, or take another decision back.
SILENT_DECISIONS = frozenset({*SHARING, Decision.REOPENED})
UNFINISHED_COURSES = frozenset({SourceRunState.ASKED, SourceRunState.LATE})


def build_case_line(app: App, case: Case) -> CaseLine:
    finding = app.db.findings.load_finding(case.finding_id)
    # An own account is no news; what it shows may be.
    first_seen = case.opened_at if case.kind in OWN_ACCOUNT_KINDS else finding.first_seen
    return CaseLine(
        kind=case.kind,
        severity=case.severity,
        what=words.describe_case_kind(case.kind, case.severity),
        url=finding.portrait.url,
        first_seen=first_seen,
        last_seen=max(first_seen, finding.last_seen),
        id=case.id,
        platform=finding.portrait.platform,
        title="" if case.kind is CaseKind.STUDENT_LINK else _format_title(finding.portrait),
        reasons=case.reasons,
        earlier=_describe_earlier_answer(case),
        finding_id=case.finding_id,
        advice=Reason(f"advice.{case.kind}"),
        contact_kinds=case.contact_kinds if finding.portrait.kind is TraceKind.PAGE else (),
    )


def build_policy_reminder(app: App, clauses: Iterable[PolicyClause]) -> PolicyReminder:
    """Put clauses in the words of the district, or else in ours."""
    texts = load_policy_texts(app.config.policy)
    return PolicyReminder(
        texts=tuple(texts[clause] for clause in clauses), url=app.config.policy.url
    )


def build_case_reminder(app: App, kind: CaseKind) -> PolicyReminder:
    return build_policy_reminder(app, CASE_CLAUSES.get(kind, ()))


def _describe_earlier_answer(case: Case) -> Reason | None:
    """Say what its person answered before a change reopened the case, if anything."""
    before = case.log[: max(case.past, case.back)]
    own = [entry for entry in before if case.get_side(entry) is Side.PERSON]
    spoken = [entry.decision for entry in own if entry.decision not in SILENT_DECISIONS]
    if not spoken:
        return None
    return Reason("earlier-answer", {"answer": Label("decisions", spoken[-1])})


def build_change_line(app: App, recorded: EventRecord) -> ChangeLine:
    event = recorded.event
    finding = app.db.findings.load_finding(event.finding_id)
    label = app.db.findings.find_finding_label(event.finding_id) or OwnershipLabel.UNKNOWN
    return ChangeLine(
        event=event.kind,
        whose=label,
        url=recorded.url,
        at=event.at,
        id=event.finding_id,
        platform=finding.portrait.platform,
        title=_format_title(finding.portrait),
        fields=event.fields,
    )


def build_question_line(app: App, finding: Finding) -> QuestionLine:
    assessment = app.db.findings.find_assessment(finding.id)
    return QuestionLine(
        url=finding.portrait.url,
        id=finding.id,
        title=_format_title(finding.portrait),
        platform=finding.portrait.platform,
        snippet=finding.portrait.bio or finding.portrait.snippet,
        reasons=_list_reasons(assessment) if assessment else (),
    )


def build_own_line(finding: Finding) -> OwnFindingLine:
    return OwnFindingLine(
        url=finding.portrait.url,
        platform=finding.portrait.platform,
        title=_format_title(finding.portrait),
    )


def build_open_case_line(
    app: App, case: Case, step: NextStep, opening: ReviewOpening | None
) -> OpenCaseLine:
    """Show a case that goes on; `opening` is why IT sees it, None while it does not."""
    portrait = app.db.findings.load_finding(case.finding_id).portrait
    return OpenCaseLine(
        kind=case.kind,
        url=portrait.url,
        since=case.notified_at or case.opened_at,
        id=case.id,
        platform=portrait.platform,
        next_step=words.OWN_NEXT_STEPS[step.who, step.what],
        due=step.due,
        is_unanswered=case.is_undecided,
        said=describe_verdict(case, Side.PERSON),
        review_said=describe_verdict(case, Side.IT),
        it_sees_since=opening.at if opening else None,
    )


def describe_verdict(case: Case, side: Side) -> str:
    """Say what one side says that it is, and never the other's word; empty for silence."""
    verdict = case.get_verdict(side)
    if verdict is None:
        return ""
    if side is Side.PERSON:
        return words.describe_given_answer(case.kind, verdict)
    return words.DECISION_SENTENCES[verdict]


def build_outcome_line(app: App, case: Case, end: CaseEnd) -> CaseOutcomeLine:
    portrait = app.db.findings.load_finding(case.finding_id).portrait
    return CaseOutcomeLine(
        kind=case.kind,
        url=portrait.url,
        reason=end.reason,
        at=end.at,
        id=case.id,
        platform=portrait.platform,
    )


def build_aside_line(app: App, finding: Finding) -> NamesakeLine:
    assessment = app.db.findings.find_assessment(finding.id)
    return NamesakeLine(
        url=finding.portrait.url,
        reasons=_list_why_aside(assessment) if assessment else (),
        title=_format_title(finding.portrait),
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


def list_reasons_for(assessment: Assessment) -> tuple[Reason, ...]:
    """Return the reasons that point to the person, strongest first."""
    return tuple(piece.reason for piece in _select_identity_evidence(assessment) if piece.bits >= 0)


def list_reasons_against(assessment: Assessment) -> tuple[Reason, ...]:
    """Return the reasons that point to someone else, strongest first."""
    return tuple(piece.reason for piece in _select_identity_evidence(assessment) if piece.bits < 0)


def _list_reasons(assessment: Assessment) -> tuple[Reason, ...]:
    """Return the reasons for the person first; each half already has the strongest first."""
    return (*list_reasons_for(assessment), *list_reasons_against(assessment))


def _select_identity_evidence(assessment: Assessment) -> tuple[Evidence, ...]:
    return tuple(
        piece for piece in assessment.shown_evidence if not _is_against_impersonation(piece)
    )


def _list_why_aside(assessment: Assessment) -> tuple[Reason, ...]:
    """Add why an account on a network where they have none is not taken for an impersonation."""
    news = (piece.reason for piece in assessment.evidence if piece.rule == rules.NEW_NETWORK.name)
    # The strongest sign of someone else comes before that others have the name, too.
    doubts = [
        piece
        for piece in assessment.evidence
        if piece.bits < 0 and not _is_against_impersonation(piece)
    ]
    reasons = [doubt.reason for doubt in doubts if doubt.rule != rules.NAMESAKES.name]
    return (*(*reasons, *(doubt.reason for doubt in doubts))[:1], *news)


def _is_against_impersonation(evidence: Evidence) -> bool:
    """Tell whether it only speaks against imitation, which does not show whose it is."""
    return evidence.axis is EvidenceAxis.IMITATION and evidence.bits < 0


def format_finding_title(portrait: Trace) -> str:
    return portrait.name or portrait.title or portrait.handle


def _format_title(portrait: Trace) -> str:
    """Add the handle only where the address does not show it."""
    handle = portrait.handle.removeprefix("@")
    if portrait.name and handle and handle.casefold() not in portrait.url.casefold():
        return f"{portrait.name} (@{handle})"
    return format_finding_title(portrait)
