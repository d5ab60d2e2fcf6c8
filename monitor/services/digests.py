"""The weekly email to each person, and the email after a check they asked for.

What a weekly email says of the sources: how they did this week, and not the week before.

Each thing is reported once: what was noticed since the last email of this kind. What was told at
once and still waits for its person has emails between two digests, with all of it in one.
"""

import logging
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypedDict

from monitor.app import App
from monitor.db.finding_history import EventRecord
from monitor.db.sweeps import SourceRun, SourceRunState, Sweep
from monitor.domain.case import OWNERSHIP_CASES, FlaggedFindings, build_urgency_key
from monitor.domain.case_progress import find_nudge_times
from monitor.domain.english_dates import is_past_day
from monitor.domain.errors import DatabaseError, describe_error_location
from monitor.domain.finding import Finding
from monitor.domain.person import Person
from monitor.domain.schedule import (
    MONTHLY_AFTER,
    SWEEP_DEADLINE,
    compute_digest_week,
    compute_next_wanted_digest,
)
from monitor.domain.vocabulary import (
    FIRST_SEEN,
    CaseBin,
    CaseKind,
    EmailCadence,
    EndReason,
    EventKind,
    OwnershipLabel,
    Scope,
    SweepKind,
)
from monitor.services.alert_feeds import lacks_search_engine
from monitor.services.answers import count_questions, has_likely_fake, is_district_page
from monitor.services.breaches import EPOCH, list_new_breaches
from monitor.services.coverage import build_coverage, build_personal_coverage, clear_news
from monitor.services.disclosure import (
    disclose_cases,
    disclose_change,
    disclose_finding,
    foretell_cases,
)
from monitor.services.notifications import EmailPlan, build_greeting, queue_email
from monitor.services.own_accounts import build_digest_reminder
from monitor.services.review_access import VIEWED
from reports.case_view import CaseView
from reports.coverage import Coverage
from reports.emails.account import NudgeView
from reports.emails.digest import DigestView, SelfCheckView
from reports.emails.registry import EmailKind
from reports.emails.views import BreachLine, ChangeLine
from reports.finding_view import FindingView
from reports.labels.account import DigestKind
from scrapers.models import Outcome

LOG = logging.getLogger(__name__)
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
    to_sort: int
    has_likely_fake: bool
    coverage: Coverage
    cases: tuple[CaseView, ...]
    changes: tuple[ChangeLine, ...]
    questions: tuple[FindingView, ...]
    own: tuple[FindingView, ...]
    about: tuple[FindingView, ...]
    set_aside: tuple[FindingView, ...]
    waiting: tuple[CaseView, ...]
    decided: tuple[CaseView, ...]
    misreported: tuple[CaseView, ...]
    breaches: tuple[BreachLine, ...]


def build_digest_view(
    app: App, person_id: str, flagged: FlaggedFindings = FlaggedFindings.SHOWN
) -> DigestView:
    """Show what the next digest would say, with or without the findings that have a case."""
    person = app.db.people.load_person(person_id)
    last = app.db.outbox.find_last_queued_time(person_id, EmailKind.DIGEST)
    sections = build_digest_sections(
        app, person_id, last, _build_weekly_coverage(app, person_id, flagged), flagged
    )
    # Beside what waits, a rule would read as if its person had broken it.
    waits = sections["cases"] or sections["waiting"] or sections["to_sort"]
    # Count how often a reviewer has opened a case of a person since then.
    return DigestView(
        **build_greeting(app, person),
        **sections,
        week=_format_digest_week(app, person),
        policy=None if waits else build_digest_reminder(app, person, last),
        kind=DigestKind.WEEKLY if last else DigestKind.FIRST,
        views=app.db.audit.count_entries_about_cases(person_id, VIEWED, last or EPOCH)
        if flagged is FlaggedFindings.SHOWN
        else 0,
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
            # What was told at once has reminders of its own.
            waiting = (case for case in view.waiting if not case.nudges_at)
            return view.has_news or _has_missed_nudge(app, person_id, waiting, last)


def queue_self_check_email(app: App, sweep: Sweep) -> None:
    """Answer a person's own check; only they get it."""
    since = app.db.outbox.find_last_queued_time(sweep.person_id, EmailKind.SELF_CHECK)
    with app.db.begin_transaction():
        view = _build_self_check_view(app, sweep, since)
        queue_email(app, EmailPlan(recipient_id=sweep.person_id, dedupe_key=sweep.id), view)


def queue_daily_check_email(app: App, sweep: Sweep, begun: datetime, until: datetime) -> None:
    """Tell a person who is checked daily what is new; nothing where nothing is."""
    last = app.db.outbox.find_last_queued_time(sweep.person_id, EmailKind.SELF_CHECK)
    with app.db.begin_transaction():
        # The last one told what was there at its very moment, too.
        since = max(begun, last + datetime.resolution) if last else begun
        view = _build_self_check_view(app, sweep, since)
        if view.brings_news:
            plan = EmailPlan(recipient_id=sweep.person_id, dedupe_key=sweep.id)
            queue_email(app, plan, replace(view, daily_until=until))


def _build_self_check_view(app: App, sweep: Sweep, since: datetime | None) -> SelfCheckView:
    person = app.db.people.load_person(sweep.person_id)
    runs = app.db.sweeps.list_source_runs(sweep.id)
    coverage = build_personal_coverage(app, person.id, runs, sweep.started_at)
    return SelfCheckView(
        **build_greeting(app, person),
        **build_digest_sections(app, person.id, since, coverage),
        at=app.clock.now(),
        since=since,
    )


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
    recorded = tuple(
        event
        for event in app.db.events.list_events_of_person(person_id, after)
        if event.event.finding_id not in hidden
    )
    late = {event.event.finding_id for event in recorded if event.event.kind is EventKind.FOUND_NOW}
    going = tuple(
        replace(case, finding=_mark_late(case.finding, late)) for case in cases if case.next_step
    )
    undecided = tuple(case for case in going if case.is_undecided)
    fresh = tuple(case for case in undecided if case.opened_at >= after)
    # A first email shows what there is, and each later one what is new.
    stored = () if since else app.db.findings.list_findings_of_person(person_id)
    found = _list_new_findings(app, recorded) if since else _filter_unanswered(app, stored)
    findings = tuple(finding for finding in found if finding.id not in hidden)
    views = tuple(_mark_late(disclose_finding(app, finding), late) for finding in findings)
    asked = frozenset(case.finding.id for case in undecided)
    listed = tuple(
        disclose_finding(app, finding) for finding in stored if finding.id not in asked | hidden
    )
    # Its reader's own answer is no news to them.
    decided = tuple(
        case
        for case in cases
        if case.ended_at and case.ended_at >= after and case.end is not EndReason.DISMISSED
    )
    proven = tuple(case for case in decided if case.end is EndReason.PROOF)
    changes = tuple(_list_changes(app, recorded, (*fresh, *proven)))
    questions = tuple(_select_questions(app, zip(findings, views, strict=True), undecided))
    person = app.db.people.load_person(person_id)
    coverage = replace(coverage, lacks_search_engine=lacks_search_engine(app, person))
    return DigestSections(
        needs_you=sum(case.bin is CaseBin.NEEDS_YOU for case in cases),
        to_sort=count_questions(app, person_id),
        has_likely_fake=has_likely_fake(app, person_id),
        coverage=coverage
        if fresh or changes or decided or questions or stored
        else clear_news(coverage),
        cases=fresh,
        changes=changes,
        questions=questions,
        own=_select_known(listed, OwnershipLabel.MINE),
        about=_select_known(listed, OwnershipLabel.ABOUT_ME),
        set_aside=tuple(view for view in views if view.label is OwnershipLabel.NAMESAKE),
        waiting=tuple(case for case in going if case not in fresh),
        decided=decided,
        misreported=tuple(case for case in cases if case.is_misreported),
        breaches=_list_new_breaches(app, person_id, after, flagged),
    )


def _mark_late(view: FindingView, late: Collection[str]) -> FindingView:
    """Say of what a new question showed first that it may have been there for long."""
    return replace(view, is_found_now=view.id in late)


def _select_questions(
    app: App, found: Iterable[tuple[Finding, FindingView]], undecided: tuple[CaseView, ...]
) -> Iterator[FindingView]:
    """Ask whose it is where only the person knows, and no case asks it; of a page, details do."""
    cased = {
        case.finding.id
        for case in undecided
        if case.kind in OWNERSHIP_CASES
        or (case.kind is CaseKind.EXPOSED_CONTACT and not case.finding.is_account)
    }
    for finding, view in found:
        known = view.label is not OwnershipLabel.UNKNOWN or is_district_page(app, finding)
        if not known and view.id not in cased:
            yield view


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
    """Return the cases to list, most urgent first, and the findings left out because of them."""
    if flagged is FlaggedFindings.SHOWN:
        cases = foretell_cases(app, app.db.people.load_person(person_id))
        return tuple(sorted(cases, key=build_urgency_key)), frozenset()
    left_out = app.db.cases.list_cases_of_person(person_id)
    return (), frozenset(case.finding_id for case in left_out)


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
    """Yield what a first email asks the person: everything without an answer."""
    for finding in findings:
        if app.db.findings.find_finding_feedback(finding.id) is None:
            yield finding


def _select_known(
    listed: tuple[FindingView, ...], label: OwnershipLabel
) -> tuple[FindingView, ...]:
    """Return what is known to be theirs, or seems to be about them, accounts first."""
    known = (finding for finding in listed if finding.label is label)
    return tuple(sorted(known, key=lambda finding: not finding.platform))


NUDGES = "nudges"


# A digest this close lists all that waits; one that fell due may still have to be written.
_DIGEST_NEAR = timedelta(days=1)


def queue_nudges(app: App) -> None:
    """Write to each person for whom something waits too long, at most once a day.

    Raises DatabaseError for whose records are damaged, once everybody else's are written.
    """
    consenting = frozenset(app.db.consents.list_consenting_person_ids(app.clock.now()))
    damages: list[DatabaseError] = []
    for person_id in app.db.cases.list_people_with_cases():
        app.beat()
        if person_id not in consenting:
            continue
        try:
            with app.db.begin_transaction():
                queue_nudge(app, app.db.people.load_person(person_id))
        except DatabaseError as error:
            fault = describe_error_location(error)
            LOG.error("reminder_failed", extra={"error": fault})  # noqa: TRY400 - raised below
            damages.append(error)
    if damages:
        raise damages[0]


def find_next_digest(app: App, person: Person, after: datetime) -> datetime | None:
    """Return when the next regular email is due; None for someone who stopped it."""
    wishes = app.db.preferences.load_preferences(person.id)
    if wishes.unsubscribed_at is not None:
        return None
    last = app.db.outbox.find_last_queued_time(person.id, EmailKind.DIGEST)
    return compute_next_wanted_digest(after, person.id, person.zone, wishes.cadence, last)


def queue_nudge(app: App, person: Person) -> None:
    """Write to a person of all that waits, unless a digest is about to say so.

    On a day on which they are to look themselves, no digest stands for it.
    """
    now = app.clock.now()
    cases = sorted(disclose_cases(app, person), key=build_urgency_key)
    looks = tuple(case for case in cases if _is_to_be_looked_at(app, person, case))
    digest_at = find_next_digest(app, person, now - _DIGEST_NEAR)
    if not looks and digest_at is not None and digest_at < now + _DIGEST_NEAR:
        return
    waiting = tuple(case for case in cases if case in looks or case.nudges_at)
    # When the last email was queued that lists all that waits.
    digest = app.db.outbox.find_last_queued_time(person.id, EmailKind.DIGEST)
    nudge = app.db.outbox.find_last_queued_time(person.id, EmailKind.NUDGE)
    told_at = max(filter(None, (digest, nudge)), default=None)
    if looks or _has_missed_nudge(app, person.id, waiting, told_at):
        day = now.date().isoformat()
        view = NudgeView(**build_greeting(app, person), cases=waiting)
        queue_email(app, EmailPlan(recipient_id=person.id, dedupe_key=day), view)


def _is_to_be_looked_at(app: App, person: Person, case: CaseView) -> bool:
    """Tell whether the day has come on which only they can look, and nobody said so since."""
    if app.db.preferences.load_preferences(person.id).unsubscribed_at:
        return False
    now, told_at = (
        app.clock.now(),
        app.db.outbox.find_last_queued_time(person.id, EmailKind.NUDGE),
    )
    come = [at for at in case.own_looks if not is_past_day(now, at, person.zone)]
    return bool(come) and (told_at is None or is_past_day(told_at, come[-1], person.zone))


def _has_missed_nudge(
    app: App, person_id: str, cases: Iterable[CaseView], told_at: datetime | None
) -> bool:
    """Tell whether it is time to say again that a case waits, which was last said at `told_at`."""
    consent, now = app.db.consents.find_latest_consent(person_id), app.clock.now()
    return consent is not None and any(
        find_nudge_times(case.waits_since, consent, now).are_missed(told_at)
        for case in cases
        if case.waits_since is not None
    )
