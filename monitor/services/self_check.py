"""A check that a person requests on the portal.

The service does the work; here it is asked for and watched.
"""

from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import replace
from datetime import datetime

from monitor.app import App
from monitor.db.jobs import Job, build_request
from monitor.db.sweeps import Sweep
from monitor.domain.errors import NotPermittedError, TooSoonError
from monitor.domain.person_limits import PICKED_UP_WITHIN, compute_next_check
from monitor.domain.planning.consented_queries import SCOPE_BY_FAMILY
from monitor.domain.vocabulary import CaseBin, EventKind, Scope, SourceStage, SweepKind
from monitor.services.answers import count_questions
from monitor.services.coverage import build_personal_coverage, format_finding_title
from monitor.services.daily_checks import can_check_daily, find_daily_end
from monitor.services.digests import OTHER_PERSON_LABELS
from monitor.services.disclosure import disclose_cases, disclose_change
from reports.emails.views import ChangeLine
from reports.pages.self_check import ResultLine, SelfCheckPageView, SelfCheckState, SourceCheckLine
from scrapers.models import Trace

SELF_CHECK = "check"
MAX_FINDINGS_SHOWN = 20


def request_self_check(app: App, person_id: str) -> None:
    """Ask for a check now; one that is under way already is not asked for twice."""
    now = app.clock.now()
    if not app.db.consents.can_query_person(person_id, now):
        raise NotPermittedError("Your consent has ended or is paused, so we cannot search for you.")
    with app.db.begin_transaction():
        if _find_open_request(app, person_id) is None:
            last = app.db.sweeps.find_latest_sweep(SweepKind.SELFCHECK, person_id)
            if last and last.closed_at and compute_next_check(last.closed_at, now):
                raise TooSoonError(
                    "You had a check within the last hour. The page says when you can check again."
                )
            app.db.jobs.insert_request(build_request(SELF_CHECK, app.ids.new_id(), now, person_id))
            app.db.audit.append_entry(now, person_id, "check-requested", person_id, {})


def list_own_checks(app: App, person_id: str) -> tuple[Sweep, ...]:
    """Return the weekly checks since a person joined, and those they asked for, the latest first.

    Weekly checks during their last pause are left out: they were not about them.
    """
    consents = app.db.consents.list_consents(person_id)
    weekly = app.db.sweeps.list_district_sweeps(SweepKind.SWEEP) if consents else ()
    joined = [
        sweep
        for sweep in weekly
        if sweep.started_at >= consents[0].given_at
        and not consents[-1].was_paused(sweep.started_at)
    ]
    own = (
        sweep
        for sweep in app.db.sweeps.list_sweeps_of_person(person_id)
        if sweep.kind is SweepKind.SELFCHECK
    )
    return tuple(sorted((*joined, *own), key=lambda sweep: sweep.started_at, reverse=True))


def build_check_view(app: App, person_id: str, refused: str = "") -> SelfCheckPageView:
    """Show the check that is under way, else what the last one came to.

    `refused` is why another one was refused just now.
    """
    consent = app.db.consents.find_latest_consent(person_id)
    return replace(
        _build_current_view(app, person_id),
        refused=refused,
        is_paused=consent is not None and consent.is_paused(app.clock.now()),
        daily_until=find_daily_end(app, person_id),
        can_check_daily=can_check_daily(app, person_id),
    )


def _build_current_view(app: App, person_id: str) -> SelfCheckPageView:
    person = app.db.people.load_person(person_id)
    request = _find_open_request(app, person_id)
    if request is not None and request.asked_at is not None:
        return _build_running_view(app, request, request.asked_at)
    sweep = app.db.sweeps.find_latest_sweep(SweepKind.SELFCHECK, person_id)
    if sweep is None or sweep.closed_at is None:
        return SelfCheckPageView(state=SelfCheckState.NEVER)
    ended = sweep.closed_at
    findings = app.db.findings.list_findings_of_person(sweep.person_id)
    return SelfCheckPageView(
        state=SelfCheckState.ENDED,
        asked_at=sweep.started_at,
        ended_at=ended,
        next_at=compute_next_check(ended, app.clock.now()),
        coverage=build_personal_coverage(
            app, sweep.person_id, app.db.sweeps.list_source_runs(sweep.id), sweep.started_at
        ),
        changes=tuple(_build_change_lines(app, sweep)),
        first=all(finding.first_seen >= sweep.started_at for finding in findings),
        to_sort=count_questions(app, person_id),
        cases=sum(case.bin is CaseBin.NEEDS_YOU for case in disclose_cases(app, person)),
    )


def _find_open_request(app: App, person_id: str) -> Job | None:
    latest = app.db.jobs.find_latest_request_of_person(person_id)
    return latest if latest is not None and latest.done_at is None else None


def _build_running_view(app: App, request: Job, asked_at: datetime) -> SelfCheckPageView:
    progress = app.db.jobs.load_progress(request.subject)
    sweep, now = _find_running_sweep(app, request), app.clock.now()
    believed = {name for name, state in progress.items() if SourceStage(state).is_trusted}
    traces = tuple(_list_traces_so_far(app, sweep, believed)) if sweep else ()
    found = Counter(source for source, _ in traces)
    answers = (
        app.db.staged_answers.count_answers_by_source(sweep.id, sweep.person_id) if sweep else {}
    )
    return SelfCheckPageView(
        state=SelfCheckState.RUNNING if progress else SelfCheckState.WAITING,
        asked_at=asked_at,
        seconds=int((now - asked_at).total_seconds()),
        ahead=0 if progress else app.db.jobs.count_checks_before(request),
        sources=tuple(
            SourceCheckLine(
                source=source,
                state=SourceStage(state),
                scope=_find_scope(app, source),
                answers=answers.get(source, 0),
                found=found[source],
            )
            for source, state in progress.items()
        ),
        found=tuple(
            ResultLine(title=format_finding_title(trace), url=trace.url, source=source)
            for source, trace in traces[:MAX_FINDINGS_SHOWN]
        ),
        more=max(len(traces) - MAX_FINDINGS_SHOWN, 0),
        answers=app.db.staged_answers.count_answers(sweep.id) if sweep else 0,
        judged=len(app.db.sweeps.list_source_runs(sweep.id)) if sweep else 0,
        unheard=not progress and now - asked_at > PICKED_UP_WITHIN,
    )


def _find_scope(app: App, source: str) -> Scope:
    """Return what a source is asked under; one that was switched off since was of the commonest."""
    known = app.sources.get(source)
    return SCOPE_BY_FAMILY[known.family] if known else Scope.PROFILES


def _find_running_sweep(app: App, request: Job) -> Sweep | None:
    sweep = app.db.sweeps.find_latest_sweep(SweepKind.SELFCHECK, request.person_id)
    return None if sweep is None or sweep.closed_at is not None else sweep


def _list_traces_so_far(
    app: App, sweep: Sweep, believed: Container[str]
) -> Iterator[tuple[str, Trace]]:
    """Yield what was read so far, each trace once, by the source that showed it first."""
    met: set[str] = set()
    for staged in app.db.staged_answers.list_answers_with_traces(sweep.id, sweep.person_id):
        source = staged.visit.query.source
        for trace in staged.visit.result.traces:
            if source in believed and trace.key not in met:
                met.add(trace.key)
                yield source, trace


def _build_change_lines(app: App, sweep: Sweep) -> Iterator[ChangeLine]:
    for event in app.db.events.list_events_of_sweep(sweep.id):
        change = disclose_change(app, event)
        others = change.finding.label in OTHER_PERSON_LABELS
        if not others and change.event is not EventKind.FLAPPING:
            yield change
