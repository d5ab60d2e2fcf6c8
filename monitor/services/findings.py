"""What a person sees: what is open, cards to answer, one finding in full, and a list of all.

`owner_id` is the person who asks; other people's data is not found.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TypedDict

from monitor.app import App
from monitor.db.sweeps import Sweep
from monitor.domain.case import OWNERSHIP_CASES, Case, build_urgency_key
from monitor.domain.consent import is_renewal_due
from monitor.domain.detection.affiliation import count_named_employers
from monitor.domain.detection.appearance import build_appearance
from monitor.domain.detection.assessment import Assessment
from monitor.domain.detection.comparison import FieldComparison
from monitor.domain.detection.comparison import TextRun as ReadPiece
from monitor.domain.disclosure import ReviewFields
from monitor.domain.errors import InputError, NotPermittedError
from monitor.domain.finding import Finding, Presence
from monitor.domain.person import Person
from monitor.domain.policy import list_account_clauses
from monitor.domain.reason import Reason
from monitor.domain.schedule import SWEEP_DEADLINE, compute_next_sweep, compute_next_wanted_digest
from monitor.domain.timeline import TimelineEntryKind
from monitor.domain.vocabulary import (
    CaseBin,
    CaseKind,
    CaseState,
    Decision,
    DiffMarkKind,
    EmailCadence,
    FindingGroup,
    Language,
    OwnershipLabel,
    Severity,
    Side,
    SweepKind,
)
from monitor.services.alert_feeds import can_use_alert_feeds, lacks_search_engine
from monitor.services.breaches import count_breaches
from monitor.services.disclosure import (
    count_own_cases,
    find_review_opening,
    find_standing,
    forecast_own_opening,
    list_holder_ids,
    list_own_standings,
)
from monitor.services.district import build_personal_weeks
from monitor.services.feedback import (
    PendingFeedback,
    list_given_feedback,
    list_pending_feedback,
    opens_to_it,
    preview_shared_fields,
)
from monitor.services.history import (
    OwnFindingComparison,
    build_field_line,
    build_finding_timeline,
    build_timeline_lines,
    compare_finding_versions,
    compare_with_own_findings,
)
from monitor.services.next_steps import (
    build_advice_lines,
    fold_exposures,
    list_progress,
)
from monitor.services.pictures import find_picture_pair
from monitor.services.presenters import (
    build_case_line,
    build_case_reminder,
    build_personal_coverage,
    build_policy_reminder,
    describe_verdict,
    format_finding_title,
    list_reasons_against,
    list_reasons_for,
)
from monitor.services.review_queue import find_reviewer_address
from reports import labels as words
from reports.emails.digest import Coverage
from reports.emails.registry import EmailKind
from reports.labels import OWNERS
from reports.pages.findings import (
    AnswerChoice,
    AnswerHistoryLine,
    CasePanel,
    ComparisonLine,
    ComparisonView,
    FindingLine,
    FindingView,
    HighlightPiece,
    HomeView,
    OwnAccountLine,
    QuestionCard,
    ReviewerFieldLine,
    VersionsView,
)
from reports.pages.layout import PolicyReminder
from reports.translation import format_day, format_local_time, use_language
from reports.wording import Others, render_phrase, render_reason
from scrapers.models import TraceKind

ACCOUNT_QUESTION = "Is this you?"
PAGE_QUESTION = "Is this about you?"


def list_pending_cards(app: App, owner_id: str) -> tuple[QuestionCard, ...]:
    """Return everything that waits for an answer, the worst first."""
    pending = list_pending_feedback(app, owner_id)
    asked = [build_pending_card(app, answer) for answer in pending if not answer.has_exposure_case]
    waiting = list_open_cases(app, owner_id)
    case_cards = [
        build_case_card(app, case) for case in waiting if case.kind not in OWNERSHIP_CASES
    ]
    cards = (*case_cards, *asked)
    return tuple(
        sorted(cards, key=lambda card: card.severity.rank if card.severity else len(Severity))
    )


def build_pending_card(app: App, pending: PendingFeedback) -> QuestionCard:
    finding, cases = pending.finding, pending.cases
    worst = cases[0] if cases else None
    line = build_case_line(app, worst) if worst else None
    portrait = finding.portrait
    question = ACCOUNT_QUESTION if portrait.kind is TraceKind.ACCOUNT else PAGE_QUESTION
    return QuestionCard(
        id=finding.id,
        finding_id=finding.id,
        question=line.what if line else question,
        kind=words.CASE_KINDS[worst.kind] if worst else "",
        severity=worst.severity if worst else None,
        choices=build_finding_choices(portrait.kind, pending.suggested_answer),
        lowered_by=worst.lowered_by if worst else (),
        earlier=line.earlier if line else None,
        advice=build_advice_lines(app, worst) if worst else (),
        pictures=find_picture_pair(app, finding.person_id, finding.id),
        **_build_card_fields(finding, pending.assessment),
    )


def build_case_card(app: App, case: Case) -> QuestionCard:
    """Show a case that asks more than whose account it is."""
    line = build_case_line(app, case)
    return QuestionCard(
        id=case.id,
        finding_id=case.finding_id,
        is_case=True,
        question=line.what,
        kind=words.CASE_KINDS[line.kind],
        severity=line.severity,
        choices=build_case_choices(case.kind),
        url=line.url,
        platform=line.platform,
        title=line.title,
        speaks_for=case.reasons,
        lowered_by=case.lowered_by,
        first_seen=line.first_seen,
        last_seen=line.last_seen,
        earlier=line.earlier,
        advice=build_advice_lines(app, case),
    )


def build_finding_card(app: App, finding: Finding) -> QuestionCard:
    """Show a finding, whether or not anything is asked about it."""
    assessment = app.db.findings.find_assessment(finding.id)
    return QuestionCard(
        id=finding.id,
        finding_id=finding.id,
        question=ACCOUNT_QUESTION if finding.portrait.kind is TraceKind.ACCOUNT else PAGE_QUESTION,
        choices=build_finding_choices(finding.portrait.kind),
        pictures=find_picture_pair(app, finding.person_id, finding.id),
        **_build_card_fields(finding, assessment),
    )


def list_answered_findings(app: App, owner_id: str) -> tuple[AnswerHistoryLine, ...]:
    """Return what was answered, the latest found first."""
    return tuple(
        AnswerHistoryLine(
            finding_id=answer.finding.id,
            title=format_finding_title(answer.finding.portrait),
            url=answer.finding.portrait.url,
            platform=answer.finding.portrait.platform,
            words=words.ANSWERS[answer.answer],
        )
        for answer in reversed(list_given_feedback(app, owner_id))
    )


def build_finding_choices(
    kind: TraceKind, suggested: Decision | None = None
) -> tuple[AnswerChoice, ...]:
    """Return the four answers to the question whose it is."""
    answers = words.ANSWERS if kind is TraceKind.ACCOUNT else words.PAGE_ANSWERS
    return tuple(
        AnswerChoice(
            value=value,
            words=label,
            suggested=value == suggested,
            opens=opens_to_it(CaseKind.IMPERSONATION, value),
        )
        for value, label in answers.items()
    )


def build_case_choices(kind: CaseKind) -> tuple[AnswerChoice, ...]:
    """Return the answers that fit a kind of case; sharing is separate."""
    labels = words.CASE_ANSWERS[kind]
    return tuple(
        AnswerChoice(value=value, words=label, opens=opens_to_it(kind, value))
        for value, label in labels.items()
    )


class FindingCardFields(TypedDict):
    """The part of a card that shows the finding."""

    url: str
    platform: str
    title: str
    snippet: str
    first_seen: datetime
    last_seen: datetime
    speaks_for: tuple[Reason, ...]
    speaks_against: tuple[Reason, ...]


def _build_card_fields(finding: Finding, assessment: Assessment | None) -> FindingCardFields:
    portrait = finding.portrait
    return FindingCardFields(
        url=portrait.url,
        platform=portrait.platform,
        title=format_finding_title(portrait),
        snippet=portrait.bio or portrait.snippet,
        first_seen=finding.first_seen,
        last_seen=finding.last_seen,
        speaks_for=list_reasons_for(assessment) if assessment else (),
        speaks_against=list_reasons_against(assessment) if assessment else (),
    )


MAX_CASES = 5
REMOVABLE_STATES = frozenset({CaseState.REMOVAL_ASKED, CaseState.REMOVAL_DONE})


def build_home_view(app: App, person_id: str) -> HomeView:
    person, now, district = (
        app.db.people.load_person(person_id),
        app.clock.now(),
        app.config.district,
    )
    consents = app.db.consents.list_consents(person_id)
    if not consents:
        reason = "You have not joined."
        raise NotPermittedError(reason)
    cases, exposures = fold_exposures(app, list_open_cases(app, person_id))
    latest = _find_latest_sweep(app, person_id, consents[0].given_at)
    request = app.db.jobs.find_latest_request_of_person(person_id)
    return HomeView(
        name=person.name.given,
        zone=person.zone,
        cases=tuple(build_case_line(app, case) for case in cases[:MAX_CASES]),
        more_cases=max(len(cases) - MAX_CASES, 0),
        needs_you=count_own_cases(app, person_id)[CaseBin.NEEDS_YOU],
        to_sort=sum(1 for answer in list_pending_feedback(app, person_id) if not answer.cases),
        exposures=exposures,
        progress=list_progress(app, person_id),
        joined_at=consents[0].given_at,
        next_sweep=compute_next_sweep(now, district.id, district.zone),
        next_digest=_find_next_digest(app, person),
        only_on_news=app.db.preferences.load_preferences(person_id).cadence is EmailCadence.ON_NEWS,
        ends_at=consents[-1].expires_at,
        coverage=_build_sweep_coverage(app, person_id, latest),
        checked_at=(latest.closed_at or latest.started_at) if latest else None,
        checking=request is not None and request.done_at is None,
        renewal_due=is_renewal_due(consents[-1], now),
        paused=consents[-1].is_paused(now),
        lacks_search_engine=lacks_search_engine(app, person),
        can_add_feeds=can_use_alert_feeds(app, person_id),
        breaches=count_breaches(app, person_id),
        weeks=build_personal_weeks(app, person_id),
    )


def _find_next_digest(app: App, person: Person) -> datetime | None:
    """Return when the next regular email is due; None for someone who stopped it."""
    if app.db.preferences.load_preferences(person.id).unsubscribed_at is not None:
        return None
    cadence = app.db.preferences.load_preferences(person.id).cadence
    last = app.db.outbox.find_last_queued_time(person.id, EmailKind.DIGEST)
    return compute_next_wanted_digest(app.clock.now(), person.id, person.zone, cadence, last)


def build_latest_coverage(app: App, person_id: str) -> Coverage | None:
    """Return what the latest check covered; None before the first."""
    return _build_sweep_coverage(
        app,
        person_id,
        _find_latest_sweep(app, person_id, app.db.consents.list_consents(person_id)[0].given_at),
    )


def list_open_cases(app: App, person_id: str) -> tuple[Case, ...]:
    """Return the cases that wait for an answer, the worst first."""
    standings = list_own_standings(app, person_id)
    waiting = (case for case, standing in standings if standing.next_step and case.is_undecided)
    return tuple(sorted(waiting, key=build_urgency_key))


def _find_latest_sweep(app: App, person_id: str, joined: datetime) -> Sweep | None:
    """Return the last check that can be shown: the weekly one, or one they asked for."""
    swept = app.db.sweeps.find_latest_reportable_sweep(app.clock.now() - SWEEP_DEADLINE)
    checked = app.db.sweeps.find_latest_sweep(SweepKind.SELFCHECK, person_id)
    sweeps = [side for side in (swept, checked) if side and side.started_at >= joined]
    ended = [sweep for sweep in sweeps if sweep.closed_at or sweep.kind is SweepKind.SWEEP]
    return max(ended, key=lambda sweep: sweep.started_at, default=None)


def _build_sweep_coverage(app: App, person_id: str, latest: Sweep | None) -> Coverage | None:
    if latest is None:
        return None
    if latest.kind is SweepKind.SWEEP:
        runs = app.db.sweeps.list_source_runs_so_far(latest, app.clock.now() - SWEEP_DEADLINE)
    else:
        runs = app.db.sweeps.list_source_runs(latest.id)
    return build_personal_coverage(app, person_id, runs, latest.started_at)


def build_finding_view(app: App, owner_id: str, finding_id: str) -> FindingView:
    finding = app.db.findings.load_finding_of_person(owner_id, finding_id)
    decision = app.db.findings.find_finding_feedback(finding_id)
    label = app.db.findings.find_finding_label(finding_id) or OwnershipLabel.UNKNOWN
    moments = build_finding_timeline(app, owner_id, finding_id)
    zone = app.db.people.load_person(owner_id).zone
    return FindingView(
        card=build_finding_card(app, finding),
        zone=zone,
        whose=words.OWNERS[label],
        policy=_build_account_reminder(app, finding, label),
        cases=tuple(
            _build_case_panel(app, owner_id, case, zone)
            for case in app.db.cases.list_cases_of_finding(finding_id)
        ),
        own=tuple(_build_own_lines(compare_with_own_findings(app, owner_id, finding_id))),
        moments=tuple(build_timeline_lines(moments)),
        decision=words.ANSWERS[decision] if decision else "",
        gone=finding.presence is Presence.GONE,
        versions=_list_versions(app, owner_id, finding_id),
    )


def _build_account_reminder(app: App, finding: Finding, label: OwnershipLabel) -> PolicyReminder:
    """Return what the policy says of an account of the person's own; nothing of anything else."""
    portrait, person = finding.portrait, app.db.people.load_person(finding.person_id)
    if label is not OwnershipLabel.MINE or portrait.kind is not TraceKind.ACCOUNT:
        return PolicyReminder()
    text = build_appearance(portrait, person.name).text
    clauses = list_account_clauses(
        names_school=count_named_employers(text, person) > 0, is_public=not portrait.private
    )
    return build_policy_reminder(app, clauses)


def build_comparison_view(
    app: App, owner_id: str, finding_id: str, own_finding_id: str
) -> ComparisonView:
    """Compare a finding with one own account, by default the one it copies most from."""
    finding = app.db.findings.load_finding_of_person(owner_id, finding_id)
    comparisons = compare_with_own_findings(app, owner_id, finding_id)
    chosen = next(
        (comparison for comparison in comparisons if own_finding_id in {"", comparison.own.id}),
        None,
    )
    if chosen is None:
        reason = "There is no account of yours to compare it with."
        raise InputError(reason)
    return ComparisonView(
        finding_id=finding_id,
        title=format_finding_title(finding.portrait),
        url=finding.portrait.url,
        own_title=format_finding_title(chosen.own.portrait),
        own_url=chosen.own.portrait.url,
        lines=tuple(map(_build_comparison_line, chosen.field_comparisons)),
        others=tuple(
            _build_own_lines(comparison for comparison in comparisons if comparison is not chosen)
        ),
        copied=chosen.copied_count,
        zone=app.db.people.load_person(owner_id).zone,
        pictures=find_picture_pair(app, owner_id, finding_id, (chosen,)),
    )


def build_versions_view(
    app: App, owner_id: str, finding_id: str, older: int, newer: int
) -> VersionsView:
    """Compare two versions; without numbers, the first with the last."""
    finding = app.db.findings.load_finding_of_person(owner_id, finding_id)
    versions = _list_versions(app, owner_id, finding_id)
    numbers = [number for number, _ in versions]
    first, last = (older or numbers[0], newer or numbers[-1]) if numbers else (0, 0)
    marks = compare_finding_versions(app, owner_id, finding_id, first, last) if numbers else ()
    return VersionsView(
        finding_id=finding_id,
        title=format_finding_title(finding.portrait),
        zone=app.db.people.load_person(owner_id).zone,
        versions=versions,
        older=first,
        newer=last,
        lines=tuple(map(build_field_line, marks)),
    )


def _list_versions(app: App, owner_id: str, finding_id: str) -> tuple[tuple[int, str], ...]:
    zone = app.db.people.load_person(owner_id).zone
    return tuple(
        (
            entry.number,
            (
                f"{format_local_time(entry.at, zone)}, "
                f"{words.format_site_name(entry.source) or render_phrase(Reason('a-place'))}"
            ),
        )
        for entry in build_finding_timeline(app, owner_id, finding_id)
        if entry.kind is TimelineEntryKind.SHOWN
    )


def _build_case_panel(app: App, owner_id: str, case: Case, zone: str) -> CasePanel:
    line, lever = build_case_line(app, case), case.last_lever
    opening, standing = find_review_opening(app, case), find_standing(app, case)
    step, end = (standing.next_step, standing.end) if standing else (None, None)
    return CasePanel(
        id=case.id,
        kind=words.CASE_KINDS[line.kind],
        severity=line.severity,
        what=line.what,
        reasons=case.reasons,
        lowered_by=case.lowered_by,
        choices=build_case_choices(case.kind),
        policy=build_case_reminder(app, case.kind),
        fields=tuple(build_reviewer_lines(preview_shared_fields(app, owner_id, case.id), zone)),
        opened_at=opening.at if opening else None,
        why=words.ACCESS_REASONS[opening.reason] if opening else "",
        opens_at=None if opening else forecast_own_opening(app, case),
        ruled=describe_verdict(case, Side.PERSON),
        review_ruled=describe_verdict(case, Side.IT),
        help=words.DECISION_SENTENCES[lever.decision] if lever else "",
        is_undecided=case.is_undecided,
        undoes=any(case.get_side(entry) is Side.PERSON for entry in case.standing),
        next_step=words.OWN_NEXT_STEPS[step.who, step.what] if step else "",
        due=step.due if step else None,
        ended=words.OWN_END_REASONS[end.reason] if end else "",
        holders=tuple(find_reviewer_address(app, who) for who in list_holder_ids(app, case)),
        until=case.harmless_until,
        earlier=line.earlier,
        shared=case.shared_at is not None,
        pursued=case.is_pursued and case.kind is not CaseKind.OWN_ACCOUNT_CHANGED,
        removable=case.state in REMOVABLE_STATES,
        advice=build_advice_lines(app, case),
        asks_whose=case.kind in {*OWNERSHIP_CASES, CaseKind.EXPOSED_CONTACT},
    )


def build_reviewer_lines(fields: ReviewFields, zone: str) -> tuple[ReviewerFieldLine, ...]:
    """Show the closed list as IT reads it, field by field and in English."""
    with use_language(Language.ENGLISH):
        others = Others(fields.given)
        why = " ".join(render_reason(reason, others) for reason in fields.reasons)
        shown = (
            ("Name", fields.name),
            ("School", fields.school or "Not given"),
            ("Kind", words.CASE_KINDS[fields.kind]),
            ("Severity", words.SEVERITIES[fields.severity]),
            (
                "Platform",
                words.format_site_name(fields.platform) if fields.platform else "Web page",
            ),
            ("Address", fields.url),
            ("Status", words.CASE_STATES[fields.state]),
            ("Flagged", format_day(fields.opened_at, zone)),
            ("First seen", format_day(fields.first_seen, zone)),
            ("Last seen", format_day(fields.last_seen, zone)),
            ("Why it was flagged", why),
            (
                "Your answer",
                words.REVIEWER_ANSWERS[fields.decision] if fields.decision else "None yet",
            ),
            (
                "What IT says",
                words.REVIEWER_ANSWERS[fields.review_decision]
                if fields.review_decision
                else "Nothing",
            ),
        )
        return tuple((ReviewerFieldLine(what=what, value=value) for what, value in shown))


def _build_own_lines(comparisons: Iterable[OwnFindingComparison]) -> Iterator[OwnAccountLine]:
    for comparison in comparisons:
        portrait = comparison.own.portrait
        yield OwnAccountLine(
            finding_id=comparison.own.id,
            title=format_finding_title(portrait),
            platform=portrait.platform,
            copied=comparison.copied_count,
        )


def _build_comparison_line(comparison: FieldComparison) -> ComparisonLine:
    return ComparisonLine(
        field=words.describe_field(comparison.field),
        theirs=tuple(map(_build_piece, comparison.theirs)),
        ours=tuple(map(_build_piece, comparison.ours)),
        likeness=words.LIKENESSES[comparison.likeness],
        copied=comparison.is_copied,
        reason=comparison.reason,
    )


def _build_piece(piece: ReadPiece) -> HighlightPiece:
    return HighlightPiece(
        text=piece.text, mark=DiffMarkKind.COPIED if piece.copied else DiffMarkKind.KEPT
    )


_GROUP_BY_LABEL: Mapping[OwnershipLabel, FindingGroup] = {
    OwnershipLabel.MINE: FindingGroup.MINE,
    OwnershipLabel.ABOUT_ME: FindingGroup.ABOUT_ME,
    OwnershipLabel.NAMESAKE: FindingGroup.SOMEONE_ELSE,
    OwnershipLabel.UNRELATED: FindingGroup.SOMEONE_ELSE,
    OwnershipLabel.IMPERSONATION: FindingGroup.SOMEONE_ELSE,
    OwnershipLabel.MOCK: FindingGroup.SOMEONE_ELSE,
    # Only a page of the district is never asked about.
    OwnershipLabel.UNKNOWN: FindingGroup.ABOUT_ME,
}


def list_findings(app: App, owner_id: str) -> tuple[FindingLine, ...]:
    """Return a line for each finding of a person: what needs them first, then the newest."""
    order = list(FindingGroup)
    newest = sorted(
        _build_finding_lines(app, owner_id), key=lambda line: line.last_seen, reverse=True
    )
    newest.sort(key=lambda line: order.index(line.group))
    return tuple(newest)


def count_findings(lines: tuple[FindingLine, ...]) -> Mapping[FindingGroup, int]:
    """Count the lines of each group, in the order of the groups; none is left out."""
    counts = Counter(line.group for line in lines)
    return {group: counts[group] for group in FindingGroup}


def filter_findings(
    lines: tuple[FindingLine, ...], group: FindingGroup | None, words: str
) -> tuple[FindingLine, ...]:
    """Return the lines of a group, if one is given, that contain all of the words."""
    wanted = words.casefold().split()
    return tuple(
        line
        for line in lines
        if group in {None, line.group} and all(word in line.searchable_text for word in wanted)
    )


def _build_finding_lines(app: App, owner_id: str) -> Iterator[FindingLine]:
    waiting = {answer.finding.id for answer in list_pending_feedback(app, owner_id)}
    standings = list_own_standings(app, owner_id)
    waiting |= {
        case.finding_id for case, standing in standings if standing.bin is CaseBin.NEEDS_YOU
    }
    pursued = frozenset(
        case.finding_id for case, standing in standings if standing.bin is CaseBin.IN_PROGRESS
    )
    for finding in app.db.findings.list_findings_of_person(owner_id):
        label = app.db.findings.find_finding_label(finding.id) or OwnershipLabel.UNKNOWN
        yield FindingLine(
            finding_id=finding.id,
            title=format_finding_title(finding.portrait),
            url=finding.portrait.url,
            platform=finding.portrait.platform,
            whose=OWNERS[label],
            group=_choose_group(finding, label, waiting=waiting, pursued=pursued),
            first_seen=finding.first_seen,
            last_seen=finding.last_seen,
        )


def _choose_group(
    finding: Finding, label: OwnershipLabel, *, waiting: set[str], pursued: frozenset[str]
) -> FindingGroup:
    if finding.id in waiting:
        return FindingGroup.NEEDS_YOU
    if finding.presence is Presence.GONE:
        return FindingGroup.GONE
    return FindingGroup.IN_PROGRESS if finding.id in pursued else _GROUP_BY_LABEL[label]
