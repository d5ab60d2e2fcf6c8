"""The weekly email to each person, and the email after a check they asked for.

What a weekly email says of the sources: how they did this week, and not the week before.

Each thing is reported once: what was noticed since the last email of this kind.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypedDict

from monitor.app import App
from monitor.db.findings import EventRecord
from monitor.db.sweeps import SourceRun, SourceRunState, Sweep
from monitor.domain.cadence import MONTHLY_AFTER, EmailCadence
from monitor.domain.case import FlaggedFindings
from monitor.domain.finding import Finding
from monitor.domain.person import Person
from monitor.domain.schedule import SWEEP_DEADLINE, compute_digest_week
from monitor.domain.vocabulary import (
    FIRST_SEEN,
    CaseBin,
    CaseKind,
    EndReason,
    EventKind,
    OwnershipLabel,
    Scope,
    SweepKind,
)
from monitor.services.alert_feeds import lacks_search_engine
from monitor.services.answers import is_district_page
from monitor.services.breaches import EPOCH, list_new_breaches
from monitor.services.coverage import build_coverage, build_personal_coverage, clear_news
from monitor.services.disclosure import disclose_cases, disclose_change, disclose_finding
from monitor.services.notifications import EmailPlan, build_greeting, queue_email
from reports.emails.digest import BreachLine, ChangeLine, Coverage, DigestView, SelfCheckView
from reports.emails.registry import EmailKind
from reports.finding_view import CaseView, FindingView
from reports.labels import DigestKind
from scrapers.models import Outcome

# Of two Saturdays before a Monday, the earlier one is nine days ago.
MAX_SWEEP_AGE = timedelta(days=8)


def list_weekly_runs(app: App) -> tuple[SourceRun, ...]:
    """Return each source's result in this week's sweep, or its progress.

    Empty if there was no sweep.
    """
    sweeps, late = app.db.sweeps, app.clock.now() - SWEEP_DEADLINE
    if sweep := _find_weekly_sweep(app):
        return sweeps.list_source_runs_so_far(sweep, late)
    reported = sweeps.find_latest_reportable_sweep(late)
    return tuple(
        map(_build_skipped_run, sweeps.list_source_runs_so_far(reported, late) if reported else ())
    )


def _find_weekly_sweep(app: App) -> Sweep | None:
    """Return this week's sweep: the one to report, else the one under way."""
    now, sweeps = app.clock.now(), app.db.sweeps
    both = (
        sweeps.find_latest_reportable_sweep(now - SWEEP_DEADLINE),
        sweeps.find_latest_sweep(SweepKind.SWEEP),
    )
    return next((side for side in both if side and side.started_at > now - MAX_SWEEP_AGE), None)


def _build_skipped_run(before: SourceRun) -> SourceRun:
    since = before.since or before.at
    return replace(
        before, outcome=Outcome.SKIPPED, note="", since=since, course=SourceRunState.DONE
    )


OTHER_PERSON_LABELS = frozenset({OwnershipLabel.NAMESAKE, OwnershipLabel.UNRELATED})


class DigestSections(TypedDict):
    """The part of a view that says what was found."""

    needs_you: int
    coverage: Coverage
    cases: tuple[CaseView, ...]
    changes: tuple[ChangeLine, ...]
    questions: tuple[FindingView, ...]
    own: tuple[FindingView, ...]
    about: tuple[FindingView, ...]
    set_aside: tuple[FindingView, ...]
    waiting: tuple[CaseView, ...]
    decided: tuple[CaseView, ...]
    breaches: tuple[BreachLine, ...]


def build_digest_view(
    app: App, person_id: str, flagged: FlaggedFindings = FlaggedFindings.SHOWN
) -> DigestView:
    """Show what the next digest would say, with or without the findings that have a case."""
    person = app.db.people.load_person(person_id)
    last = app.db.outbox.find_last_queued_time(person_id, EmailKind.DIGEST)
    return DigestView(
        **build_greeting(app, person),
        **build_digest_sections(
            app,
            person_id,
            last,
            _build_weekly_coverage(app, person_id, flagged),
            flagged,
        ),
        week=_format_digest_week(app, person),
        kind=DigestKind.WEEKLY if last else DigestKind.FIRST,
    )


def _build_weekly_coverage(app: App, person_id: str, flagged: FlaggedFindings) -> Coverage:
    """Leave out what each source came to where cases are left out: it would hint at them."""
    runs = list_weekly_runs(app)
    if flagged is not FlaggedFindings.SHOWN:
        return build_coverage(runs)
    sweep = _find_weekly_sweep(app)
    return build_personal_coverage(app, person_id, runs, sweep.started_at if sweep else None)


def queue_weekly_digest(app: App, person_id: str) -> None:
    """Queue this week's digest, if its reader wants one this week."""
    person = app.db.people.load_person(person_id)
    with app.db.begin_transaction():
        view = build_digest_view(app, person_id)
        if _is_wanted(app, person_id, view):
            plan = EmailPlan(recipient_id=person_id, dedupe_key=_format_digest_week(app, person))
            queue_email(app, plan, view)


def _is_wanted(app: App, person_id: str, view: DigestView) -> bool:
    """Tell whether the reader's cadence asks for it; everyone gets the first one.

    What is left out is not lost: the next one reports all since the last one that was sent.
    """
    last = app.db.outbox.find_last_queued_time(person_id, EmailKind.DIGEST)
    if last is None:
        return True
    match app.db.preferences.load_preferences(person_id).cadence:
        case EmailCadence.WEEKLY:
            return True
        case EmailCadence.MONTHLY:
            return app.clock.now() >= last + MONTHLY_AFTER
        case EmailCadence.ON_NEWS:
            return view.has_news


def queue_self_check_email(app: App, sweep: Sweep) -> None:
    """Answer a person's own check; only they get it."""
    person = app.db.people.load_person(sweep.person_id)
    since = app.db.outbox.find_last_queued_time(person.id, EmailKind.SELF_CHECK)
    with app.db.begin_transaction():
        view = SelfCheckView(
            **build_greeting(app, person),
            **build_digest_sections(
                app,
                person.id,
                since,
                build_personal_coverage(
                    app, person.id, app.db.sweeps.list_source_runs(sweep.id), sweep.started_at
                ),
            ),
            at=app.clock.now(),
            since=since,
        )
        plan = EmailPlan(recipient_id=person.id, dedupe_key=sweep.id)
        queue_email(app, plan, view)


def _format_digest_week(app: App, person: Person) -> str:
    return compute_digest_week(app.clock.now(), person.id, person.zone)


def build_digest_sections(
    app: App,
    person_id: str,
    since: datetime | None,
    coverage: Coverage,
    flagged: FlaggedFindings = FlaggedFindings.SHOWN,
) -> DigestSections:
    """Collect what an email says was found; without `since`, everything there is."""
    after = since or EPOCH
    cases, hidden = _select_cases(app, person_id, flagged)
    going = tuple(case for case in cases if case.next_step)
    undecided = tuple(case for case in going if case.is_undecided)
    fresh = tuple(case for case in undecided if case.opened_at >= after)
    recorded = tuple(
        event
        for event in app.db.events.list_events_of_person(person_id, after)
        if event.event.finding_id not in hidden
    )
    # A first email shows what there is, and each later one what is new.
    stored = () if since else app.db.findings.list_findings_of_person(person_id)
    found = _list_new_findings(app, recorded) if since else _filter_unanswered(app, stored)
    findings = tuple(finding for finding in found if finding.id not in hidden)
    views = tuple(disclose_finding(app, finding) for finding in findings)
    asked = frozenset(case.finding.id for case in undecided)
    listed = tuple(
        disclose_finding(app, finding) for finding in stored if finding.id not in asked | hidden
    )
    changes = tuple(_list_changes(app, recorded, fresh))
    exposed = {case.finding.id for case in undecided if case.kind is CaseKind.EXPOSED_CONTACT}
    # Ask whose it is where only the person knows; a case about contact details asks it itself.
    questions = tuple(
        view
        for finding, view in zip(findings, views, strict=True)
        if view.label is OwnershipLabel.UNKNOWN
        and view.id not in exposed
        and not is_district_page(app, finding)
    )
    person = app.db.people.load_person(person_id)
    coverage = replace(coverage, lacks_search_engine=lacks_search_engine(app, person))
    return DigestSections(
        needs_you=sum(case.bin is CaseBin.NEEDS_YOU for case in cases),
        coverage=coverage if fresh or changes or questions or stored else clear_news(coverage),
        cases=fresh,
        changes=changes,
        questions=questions,
        own=_select_known(listed, OwnershipLabel.MINE),
        about=_select_known(listed, OwnershipLabel.ABOUT_ME),
        set_aside=tuple(view for view in views if view.label is OwnershipLabel.NAMESAKE),
        waiting=tuple(case for case in going if case not in fresh),
        decided=tuple(
            case
            for case in cases
            # Its reader's own answer is no news to them.
            if case.ended_at and case.ended_at >= after and case.end is not EndReason.DISMISSED
        ),
        breaches=_list_new_breaches(app, person_id, after, flagged),
    )


def _list_new_breaches(
    app: App, person_id: str, after: datetime, flagged: FlaggedFindings
) -> tuple[BreachLine, ...]:
    """Leave breaches out where someone else reads along: they are for the person alone."""
    agreed = app.db.consents.has_agreed(person_id, Scope.BREACHES)
    if flagged is not FlaggedFindings.SHOWN or not agreed:
        return ()
    return list_new_breaches(app, person_id, after)


def _select_cases(
    app: App, person_id: str, flagged: FlaggedFindings
) -> tuple[tuple[CaseView, ...], frozenset[str]]:
    """Return the cases to list, and the findings that are left out because of them."""
    if flagged is FlaggedFindings.SHOWN:
        return disclose_cases(app, app.db.people.load_person(person_id)), frozenset()
    cases = app.db.cases.list_cases_of_person(person_id)
    return (), frozenset(case.finding_id for case in cases)


def _list_changes(
    app: App, recorded: tuple[EventRecord, ...], cases: tuple[CaseView, ...]
) -> Iterator[ChangeLine]:
    """Leave out what a case already shows, what is asked, and what belongs to someone else."""
    flagged = {case.finding.id for case in cases}
    for record in recorded:
        if record.event.kind is EventKind.CLEARED or record.event.finding_id in flagged:
            continue  # its case is listed instead
        change = disclose_change(app, record)
        asked = change.finding.label is OwnershipLabel.UNKNOWN
        if change.finding.label not in OTHER_PERSON_LABELS and not (
            asked and change.event in FIRST_SEEN
        ):
            yield change


def _list_new_findings(app: App, recorded: tuple[EventRecord, ...]) -> Iterator[Finding]:
    for record in recorded:
        if record.event.kind in FIRST_SEEN:
            yield app.db.findings.load_finding(record.event.finding_id)


def _filter_unanswered(app: App, findings: tuple[Finding, ...]) -> Iterator[Finding]:
    """Yield what a first email asks the person to sort: everything without an answer."""
    for finding in findings:
        if app.db.findings.find_finding_feedback(finding.id) is None:
            yield finding


def _select_known(
    listed: tuple[FindingView, ...], label: OwnershipLabel
) -> tuple[FindingView, ...]:
    """Return what is known to be theirs, or seems to be about them, accounts first."""
    known = (finding for finding in listed if finding.label is label)
    return tuple(sorted(known, key=lambda finding: not finding.platform))
