"""What a person sees: what is open, cards to answer, one finding in full, and a list of all.

`owner_id` is the person who asks; other people's data is not found.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from monitor.app import App
from monitor.db.sweeps import Sweep
from monitor.domain.case import OWNERSHIP_CASES, Case, build_urgency_key
from monitor.domain.conduct_policy import CASE_CLAUSES
from monitor.domain.consent import is_renewal_due
from monitor.domain.errors import InputError, NotPermittedError
from monitor.domain.finding import Finding
from monitor.domain.person import Person
from monitor.domain.reason import Reason
from monitor.domain.schedule import SWEEP_DEADLINE, compute_next_sweep
from monitor.domain.timeline import TimelineEntryKind
from monitor.domain.vocabulary import (
    CaseBin,
    EmailCadence,
    FindingGroup,
    OwnershipLabel,
    Severity,
    SweepKind,
)
from monitor.services.alert_feeds import can_use_alert_feeds, lacks_search_engine
from monitor.services.answers import (
    PendingFeedback,
    count_questions,
    foresee_undo_of_answer,
    has_likely_fake,
    list_pending_feedback,
)
from monitor.services.breaches import count_breaches
from monitor.services.coverage import build_personal_coverage, build_personal_weeks
from monitor.services.digests import find_next_digest
from monitor.services.disclosure import (
    OwnCase,
    disclose,
    disclose_cases,
    disclose_finding,
    disclose_to_others,
    has_reviewer,
    list_own_cases,
)
from monitor.services.finding_history import (
    OwnFindingComparison,
    build_account_pair,
    build_comparison_line,
    build_field_line,
    build_finding_timeline,
    build_timeline_lines,
    compare_finding_versions,
    compare_with_own_findings,
)
from monitor.services.own_accounts import (
    build_account_reminder,
    build_policy_reminder,
    list_declared_findings,
)
from monitor.services.preferences import is_asked_about_text
from reports.case_view import CaseView, describe_folded, fold_exposures
from reports.coverage import Coverage
from reports.dates import format_local_time
from reports.finding_view import FindingView
from reports.labels.cases import OPENED_BY_OTHERS, OPENED_TO_IT
from reports.pages.findings import (
    CasePanel,
    ComparisonView,
    FindingPageView,
    HomeView,
    OwnAccountLine,
    QuestionCard,
    TimelineLine,
    VersionsView,
)
from reports.pages.layout import PolicyReminder
from reports.reason_rendering import render_phrase, translate_site_name
from reports.reviewer_fields import list_reviewer_fields
from scrapers.models import TraceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingCard:
    """A card that is not built yet: of hundreds, only some are shown."""

    id: str
    is_asked: bool
    case: Case | None
    build: Callable[[], QuestionCard]


def list_pending_cards(app: App, owner_id: str) -> tuple[PendingCard, ...]:
    """Return everything that waits for an answer, the worst first."""
    person = app.db.people.load_person(owner_id)
    cards = [
        PendingCard(
            id=one.case.id, is_asked=True, case=one.case, build=partial(_build_case_card, one)
        )
        for one in _list_waiting_cases(list_own_cases(app, person))
        if one.kind not in OWNERSHIP_CASES
    ]
    cards += [
        PendingCard(
            id=answer.finding.id,
            is_asked=answer.is_asked,
            case=answer.asking,
            build=partial(_build_finding_card, app, person, answer),
        )
        for answer in list_pending_feedback(app, owner_id)
        if not answer.is_asked_by_case
    ]
    return tuple(sorted(cards, key=_rank_card))


def _rank_card(card: PendingCard) -> tuple[bool, bool, int]:
    return (
        not card.is_asked,
        *(build_urgency_key(card.case)[:2] if card.case else (True, len(Severity))),
    )


def _build_case_card(found: OwnCase) -> QuestionCard:
    view = found.build()
    return QuestionCard(finding=view.finding, case=view, is_case=True, has_reviewer=not view.helper)


def _build_finding_card(app: App, person: Person, pending: PendingFeedback) -> QuestionCard:
    return QuestionCard(
        finding=disclose_finding(app, pending.finding),
        case=disclose(app, pending.asking, person) if pending.asking else None,
        is_asked=pending.is_asked,
        has_reviewer=has_reviewer(app.config, app.db, person.id),
    )


def list_answered_findings(app: App, owner_id: str) -> tuple[Finding, ...]:
    """Return what was answered, the latest found first."""
    answered = app.db.findings.list_findings_with_feedback(owner_id)
    return tuple(finding for finding, _ in reversed(answered))


MAX_CASES = 5


def build_home_view(app: App, person_id: str) -> HomeView:
    person, now, district = (
        app.db.people.load_person(person_id),
        app.clock.now(),
        app.config.district,
    )
    consents = app.db.consents.list_consents(person_id)
    if not consents:
        raise NotPermittedError("You have not joined.")
    paused_until = consents[-1].find_pause_end(now)
    own = sorted(list_own_cases(app, person), key=lambda one: build_urgency_key(one.case))
    asked, exposures = fold_exposures(_list_waiting_cases(own))
    needing = [one for one in own if one.summary.bin is CaseBin.NEEDS_YOU]
    answered = (one for one in needing if one.summary.next_step and not one.case.is_undecided)
    # Among what is as urgent, what has no answer comes first.
    cases = sorted((*asked, *answered), key=lambda one: build_urgency_key(one.case)[:2])
    progress = (one for one in own if one.summary.bin is CaseBin.IN_PROGRESS)
    latest = _find_latest_sweep(app, person_id, consents[0].given_at)
    request = app.db.jobs.find_latest_request_of_person(person_id)
    return HomeView(
        cases=tuple(one.build() for one in cases[:MAX_CASES]),
        more_cases=max(len(cases) - MAX_CASES, 0),
        needs_you=len(needing),
        to_sort=count_questions(app, person_id),
        has_likely_fake=has_likely_fake(app, person_id),
        exposures=tuple(one.build() for one in exposures[:MAX_CASES]),
        exposure_count=len(exposures),
        folded_sentence=describe_folded(exposures) if exposures else None,
        # What IT asks about comes first.
        progress=tuple(
            sorted((one.build() for one in progress), key=lambda case: not case.awaits_word)
        ),
        joined_at=consents[0].given_at,
        next_sweep=compute_next_sweep(paused_until or now, district.id, district.zone),
        next_digest=find_next_digest(app, person, paused_until or now),
        only_on_news=app.db.preferences.load_preferences(person_id).cadence is EmailCadence.ON_NEWS,
        ends_at=consents[-1].expires_at,
        coverage=_build_sweep_coverage(app, person_id, latest),
        checked_at=(latest.closed_at or latest.started_at) if latest else None,
        checking=request is not None and request.done_at is None,
        renewal_due=is_renewal_due(consents[-1], now),
        is_asked_about_text=is_asked_about_text(app, person_id),
        paused_until=paused_until,
        lacks_search_engine=lacks_search_engine(app, person),
        can_add_feeds=can_use_alert_feeds(app, person_id),
        breaches=count_breaches(app, person_id),
        weeks=build_personal_weeks(app, person_id),
        misreported=tuple(one.build() for one in own if one.summary.is_misreported),
    )


def build_latest_coverage(app: App, person_id: str) -> Coverage | None:
    """Return what the latest check covered; None before the first."""
    return _build_sweep_coverage(
        app,
        person_id,
        _find_latest_sweep(app, person_id, app.db.consents.list_consents(person_id)[0].given_at),
    )


def _list_waiting_cases(cases: Iterable[OwnCase]) -> tuple[OwnCase, ...]:
    """Return the cases that wait for an answer, the worst first."""
    waiting = (one for one in cases if one.summary.next_step and one.case.is_undecided)
    return tuple(sorted(waiting, key=lambda one: build_urgency_key(one.case)))


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


def build_finding_page(app: App, owner_id: str, finding_id: str) -> FindingPageView:
    finding = app.db.findings.load_finding_of_person(owner_id, finding_id)
    person, view = app.db.people.load_person(owner_id), disclose_finding(app, finding)
    moments = build_finding_timeline(app, owner_id, finding_id)
    found = app.db.cases.list_cases_of_finding(finding_id)
    cases = tuple(filter(None, (disclose(app, case, person) for case in found)))
    lines = [*build_timeline_lines(moments), *_list_openings(cases)]
    return FindingPageView(
        finding=view,
        policy=_find_reminder(app, finding, view.label),
        cases=tuple(_build_case_panel(app, case, person.zone) for case in cases),
        own=tuple(
            _build_own_line(app, comparison)
            for comparison in compare_with_own_findings(app, owner_id, finding_id)
        ),
        moments=tuple(sorted(lines, key=lambda line: line.at, reverse=True)),
        versions=_list_versions(app, owner_id, finding_id),
        left=sum(
            card.is_asked
            for card in list_pending_cards(app, owner_id)
            if finding_id not in {card.id, card.case.finding_id if card.case else ""}
        ),
        is_declared=finding.id in {one.id for one in list_declared_findings(app.db, person)},
        has_reviewer=has_reviewer(app.config, app.db, owner_id),
        undo=foresee_undo_of_answer(app, finding_id),
    )


def _list_openings(cases: Iterable[CaseView]) -> Iterator[TimelineLine]:
    """Yield when cases opened to IT by no act of their person."""
    for case in cases:
        if case.it_sees_since and case.opened_by in OPENED_BY_OTHERS:
            yield TimelineLine(at=case.it_sees_since, words=OPENED_TO_IT)


def _find_reminder(app: App, finding: Finding, label: OwnershipLabel) -> PolicyReminder:
    """Return what the policy says of an account of the person's own; nothing of anything else."""
    if label is not OwnershipLabel.MINE or finding.portrait.kind is not TraceKind.ACCOUNT:
        return PolicyReminder()
    return build_account_reminder(app, finding)


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
        raise InputError("There is no account of yours to compare it with.")
    return ComparisonView(
        finding=disclose_finding(app, finding),
        own=_build_own_line(app, chosen),
        lines=tuple(map(build_comparison_line, chosen.field_comparisons)),
        others=tuple(_build_own_line(app, other) for other in comparisons if other is not chosen),
        pair=build_account_pair(app, finding, chosen),
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
        finding=disclose_finding(app, finding),
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
                f"{translate_site_name(entry.source) or render_phrase(Reason('a-place'))}, "
                f"{format_local_time(entry.at, zone)}"
            ),
        )
        for entry in build_finding_timeline(app, owner_id, finding_id)
        if entry.kind is TimelineEntryKind.SHOWN
    )


def _build_case_panel(app: App, view: CaseView, zone: str) -> CasePanel:
    notes = app.db.review_notes.list_review_notes_of_case(view.id)
    return CasePanel(
        case=view,
        policy=build_policy_reminder(app, CASE_CLAUSES.get(view.kind, ())),
        fields=list_reviewer_fields(disclose_to_others(app, app.db.cases.load_case(view.id)), zone),
        remarks=tuple((note.at, note.by, note.kind, note.text) for note in notes),
    )


def _build_own_line(app: App, comparison: OwnFindingComparison) -> OwnAccountLine:
    return OwnAccountLine(
        finding=disclose_finding(app, comparison.own), copied=comparison.copied_count
    )


_GROUP_BY_LABEL: Mapping[OwnershipLabel, FindingGroup] = {
    OwnershipLabel.MINE: FindingGroup.MINE,
    OwnershipLabel.ABOUT_ME: FindingGroup.ABOUT_ME,
    OwnershipLabel.NAMESAKE: FindingGroup.SOMEONE_ELSE,
    OwnershipLabel.UNRELATED: FindingGroup.SOMEONE_ELSE,
    OwnershipLabel.IMPERSONATION: FindingGroup.SOMEONE_ELSE,
    OwnershipLabel.MOCK: FindingGroup.ABOUT_ME,
    # Only a page of the district is never asked about.
    OwnershipLabel.UNKNOWN: FindingGroup.ABOUT_ME,
}


def list_findings(app: App, owner_id: str) -> tuple[FindingView, ...]:
    """Return all findings of a person: what needs them first, the most urgent, then the newest."""
    cases = disclose_cases(app, app.db.people.load_person(owner_id))
    order, least = list(FindingGroup), (True, len(Severity))
    urgency = {
        case.finding.id: build_urgency_key(case)[:2]
        for case in sorted(cases, key=build_urgency_key, reverse=True)
    }
    newest = sorted(
        _list_grouped_findings(app, owner_id, cases), key=lambda view: view.last_seen, reverse=True
    )

    def rank(view: FindingView) -> tuple[int, tuple[bool, int]]:
        waits = view.group is FindingGroup.NEEDS_YOU
        place = order.index(view.group or order[-1])
        return place, urgency.get(view.id, least) if waits else least

    return tuple(sorted(newest, key=rank))


def count_findings(views: tuple[FindingView, ...]) -> Mapping[FindingGroup, int]:
    """Count those of each group, in the order of the groups; none is left out."""
    counts = Counter(view.group for view in views)
    return {group: counts[group] for group in FindingGroup}


def filter_findings(
    views: tuple[FindingView, ...], group: FindingGroup | None, words: str
) -> tuple[FindingView, ...]:
    """Return those of a group, if one is given, that contain all of the words."""
    wanted = words.casefold().split()
    return tuple(
        view
        for view in views
        if group in {None, view.group} and all(word in view.searchable_text for word in wanted)
    )


def _list_grouped_findings(
    app: App, owner_id: str, cases: tuple[CaseView, ...]
) -> Iterator[FindingView]:
    pending = list_pending_feedback(app, owner_id)
    waiting = {answer.finding.id for answer in pending if answer.is_question or answer.cases}
    waiting |= {case.finding.id for case in cases if case.bin is CaseBin.NEEDS_YOU}
    pursued = {case.finding.id for case in cases if case.bin is CaseBin.IN_PROGRESS}
    for finding in app.db.findings.list_findings_of_person(owner_id):
        view = disclose_finding(app, finding)
        yield replace(view, group=_choose_group(view, waiting=waiting, pursued=pursued))


def _choose_group(view: FindingView, *, waiting: set[str], pursued: set[str]) -> FindingGroup:
    if view.id in waiting:
        return FindingGroup.NEEDS_YOU
    if view.is_gone:
        return FindingGroup.GONE
    return FindingGroup.IN_PROGRESS if view.id in pursued else _GROUP_BY_LABEL[view.label]
