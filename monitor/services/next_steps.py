"""What a person can do about a case, what is under way, and pages that are listed as one line."""

from datetime import datetime

from monitor.app import App
from monitor.domain.case import Case, rate_exposure
from monitor.domain.case_progress import CaseStanding
from monitor.domain.finding import Finding, Presence
from monitor.domain.reason import Fact, Label, Listed, Name, Reason, Site, Told
from monitor.domain.takedown import (
    AdviceStep,
    AdviceTarget,
    load_advice,
    load_removal_guides,
)
from monitor.domain.vocabulary import CaseBin, CaseKind, CaseState, ContactKind
from monitor.services.disclosure import list_own_standings
from monitor.services.presenters import format_finding_title
from monitor.services.sweeps import find_report_time, list_recheck_keys, list_recheck_times
from reports import labels as words
from reports.emails.digest import MIN_PAGES_FOLDED
from reports.pages.findings import AdviceLine, ExposureGroupLine, ProgressLine
from scrapers.models import Trace, TraceKind

# What is still to be removed, and what its person asked to remove.
_REMOVAL_STATES = frozenset({CaseState.MINE, CaseState.REMOVAL_ASKED})
OWN_PAGES = {AdviceTarget.KIT: "/me/takedown/", AdviceTarget.REMOVAL: "/me/removal/"}


def build_advice_lines(app: App, case: Case) -> tuple[AdviceLine, ...]:
    """Return the next steps about a case; none once an answer or proof has ended it."""
    if case.is_dismissed or case.gone_at or (case.last_lever and not case.is_pursued):
        return ()
    portrait = app.db.findings.load_finding(case.finding_id).portrait
    facts = {"site": _find_site(case, portrait)}
    return tuple(
        _build_advice_line(app, case, portrait, step, Reason(f"advice.{step.words}", facts))
        for step in load_advice().get_advice(case.kind).steps
    )


def _build_advice_line(
    app: App, case: Case, portrait: Trace, step: AdviceStep, said: Reason
) -> AdviceLine:
    if step.at in OWN_PAGES:
        path = f"{OWN_PAGES[step.at]}{case.id}"
        return AdviceLine(words=said, path=path, link=words.ADVICE_LINKS[step.at])
    if step.at is AdviceTarget.RECOVERY:
        page = load_advice().recovery.get(portrait.platform)
        stale = page is not None and page.is_stale(app.clock.now())
        return AdviceLine(words=said, url=page.address if page else "", unconfirmed=stale)
    return AdviceLine(words=said, url=step.address or "")


def _find_site(case: Case, portrait: Trace) -> Fact:
    guide = load_removal_guides().find_guide(portrait.url)
    if guide and case.kind is CaseKind.EXPOSED_CONTACT:
        return Name(guide.name)
    return Site(portrait.platform) if portrait.platform else Reason("the-site")


def list_progress(app: App, person_id: str) -> tuple[ProgressLine, ...]:
    """Return what its person has answered and has not ended: who acts next, and by when."""
    return tuple(
        _build_progress_line(app, case, standing)
        for case, standing in list_own_standings(app, person_id)
        if standing.next_step and not case.is_undecided
    )


def _build_progress_line(app: App, case: Case, standing: CaseStanding) -> ProgressLine:
    finding, step = app.db.findings.load_finding(case.finding_id), standing.next_step
    times = list_recheck_times(app.db, case) if list_recheck_keys(app, finding) else ()
    return ProgressLine(
        words=_describe_progress(case, finding),
        title=format_finding_title(finding.portrait),
        url=finding.portrait.url,
        path=_find_progress_page(case),
        last_seen=finding.last_seen,
        at=_find_step_time(app, case),
        looks_at=next((at for at in times if at > app.clock.now()), None),
        seems_gone=finding.presence is Presence.MISSING,
        needs_you=standing.bin is CaseBin.NEEDS_YOU,
        next_step=words.OWN_NEXT_STEPS[step.who, step.what] if step else "",
        due=step.due if step else None,
    )


def _describe_progress(case: Case, finding: Finding) -> Told:
    """Say what is under way."""
    if case.kind is CaseKind.EXPOSED_CONTACT and case.state in _REMOVAL_STATES:
        kinds = _list_shown_kinds(case, finding) or case.contact_kinds
        what = Listed(tuple(Label("own-contacts", kind) for kind in kinds))
        return Reason(f"removal-progress.{case.state}", {"what": what})
    if case.kind is CaseKind.OWN_ACCOUNT_CHANGED and case.state is CaseState.IMPERSONATION:
        return words.TAKEN_OVER
    return words.TAKEDOWN_PROGRESS.get(case.state, words.DECISION_SENTENCES.get(case.state, ""))


def _list_shown_kinds(case: Case, finding: Finding) -> tuple[ContactKind, ...]:
    """Return what is still to be removed; of what no one asked to remove, what is shown today."""
    if case.state is CaseState.REMOVAL_ASKED:
        return case.contact_kinds
    shown = {text.partition(":")[0] for text in finding.portrait.exposed}
    return tuple(kind for kind in case.contact_kinds if kind in shown)


def _find_progress_page(case: Case) -> str:
    if case.kind is CaseKind.EXPOSED_CONTACT:
        return f"{OWN_PAGES[AdviceTarget.REMOVAL]}{case.id}"
    if case.kind in {CaseKind.OWN_ACCOUNT_CHANGED, CaseKind.STUDENT_LINK}:
        return f"/me/findings/{case.finding_id}"
    return f"{OWN_PAGES[AdviceTarget.KIT]}{case.id}"


def _find_step_time(app: App, case: Case) -> datetime | None:
    done = case.state in {CaseState.REPORTED, CaseState.REFUSED, CaseState.REMOVAL_ASKED}
    return find_report_time(app.db, case) if done else None


def fold_exposures(
    app: App, cases: tuple[Case, ...]
) -> tuple[tuple[Case, ...], ExposureGroupLine | None]:
    """Return the cases to list one by one, and one line for several pages of other people's."""
    findings = {case.id: app.db.findings.load_finding(case.finding_id) for case in cases}
    folded = [
        case
        for case in cases
        if case.kind is CaseKind.EXPOSED_CONTACT
        and findings[case.id].portrait.kind is TraceKind.PAGE
    ]
    if len(folded) < MIN_PAGES_FOLDED:
        return cases, None
    shown = {kind for case in folded for kind in case.contact_kinds}
    return tuple(case for case in cases if case not in folded), ExposureGroupLine(
        pages=len(folded),
        what=words.describe_exposures(len(folded), shown),
        severity=rate_exposure(shown),
        urls=tuple(findings[case.id].portrait.url for case in folded),
    )
