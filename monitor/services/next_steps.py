"""What a person can do about a case, what is under way, and pages that are listed as one line."""

from collections.abc import Iterator
from datetime import datetime

from monitor.app import App
from monitor.domain.case import Case, rate_exposure
from monitor.domain.finding import Finding, Presence
from monitor.domain.takedown import (
    AdviceBook,
    AdviceStep,
    AdviceTarget,
    load_advice,
    load_removal_guides,
)
from monitor.domain.vocabulary import CaseKind, CaseState, ContactKind
from monitor.services.presenters import format_finding_title
from monitor.services.sweeps import find_report_time, list_recheck_keys, list_recheck_times
from reports import labels as words
from reports.emails.digest import MIN_PAGES_FOLDED
from reports.pages.findings import AdviceLine, ExposureGroupLine, ProgressLine
from scrapers.models import Trace, TraceKind

OWN_PAGES = {AdviceTarget.KIT: "/me/takedown/", AdviceTarget.REMOVAL: "/me/removal/"}


def build_advice_lines(app: App, case: Case) -> tuple[AdviceLine, ...]:
    """Return the next steps about a case; none once an answer has ended it."""
    if not (case.is_undecided or case.is_pursued or case.state is CaseState.MINE):
        return ()
    if case.state is CaseState.MINE and case.kind is not CaseKind.EXPOSED_CONTACT:
        return ()
    portrait, book = app.db.findings.load_finding(case.finding_id).portrait, load_advice()
    site = _find_site_name(case, portrait)
    return tuple(
        _build_advice_line(app, case, portrait, book, step)
        for step in book.list_steps(case.kind, site)
    )


def _build_advice_line(
    app: App, case: Case, portrait: Trace, book: AdviceBook, step: AdviceStep
) -> AdviceLine:
    if step.at in OWN_PAGES:
        path = f"{OWN_PAGES[step.at]}{case.id}"
        return AdviceLine(words=step.words, path=path, link=words.ADVICE_LINKS[step.at])
    if step.at is AdviceTarget.RECOVERY:
        page = book.recovery.get(portrait.platform)
        stale = page is not None and page.is_stale(app.clock.now())
        return AdviceLine(words=step.words, url=page.address if page else "", unconfirmed=stale)
    return AdviceLine(words=step.words, url=step.address or "")


def _find_site_name(case: Case, portrait: Trace) -> str:
    guide = load_removal_guides().find_guide(portrait.url)
    if guide and case.kind is CaseKind.EXPOSED_CONTACT:
        return guide.name
    return words.format_site_name(portrait.platform) if portrait.platform else "the site"


def list_progress(app: App, person_id: str) -> tuple[ProgressLine, ...]:
    """Return what the person reported, or says is theirs, until its address proves gone."""
    return tuple(
        _build_progress_line(app, case, finding, status)
        for case, finding, status in _list_under_way(app, person_id)
        if finding.presence is not Presence.GONE
    )


def list_progress_finding_ids(app: App, person_id: str) -> frozenset[str]:
    """Return the findings of which something is under way, and their addresses not proven gone."""
    return frozenset(finding.id for _, finding, _ in _list_under_way(app, person_id))


def _list_under_way(app: App, person_id: str) -> Iterator[tuple[Case, Finding, str]]:
    """Yield each case of which something is under way, its finding, and what is under way."""
    for case in app.db.cases.list_cases_of_person(person_id):
        finding = app.db.findings.load_finding(case.finding_id)
        status = _describe_progress(case, finding)
        if status:
            yield case, finding, status


def _build_progress_line(app: App, case: Case, finding: Finding, status: str) -> ProgressLine:
    times = list_recheck_times(app.db, case) if list_recheck_keys(app, finding) else ()
    return ProgressLine(
        words=status,
        title=format_finding_title(finding.portrait),
        url=finding.portrait.url,
        path=_find_progress_page(case),
        last_seen=finding.last_seen,
        at=_find_step_time(app, case),
        looks_at=next((at for at in times if at > app.clock.now()), None),
        seems_gone=finding.presence is Presence.MISSING,
        needs_you=case.state is CaseState.IMPERSONATION,
    )


def _describe_progress(case: Case, finding: Finding) -> str:
    """Say what is under way; empty for nothing."""
    if case.kind is CaseKind.EXPOSED_CONTACT:
        kinds = _list_shown_kinds(case, finding)
        what = words.join_words(words.OWN_CONTACTS[kind] for kind in kinds) if kinds else ""
        status = words.REMOVAL_PROGRESS.get(case.state, "")
        return status.format(what=f"{what[0].upper()}{what[1:]}") if what else ""
    if case.kind is CaseKind.OWN_ACCOUNT_CHANGED:
        return words.TAKEN_OVER if case.state is CaseState.IMPERSONATION else ""
    return words.TAKEDOWN_PROGRESS.get(case.state, "")


def _list_shown_kinds(case: Case, finding: Finding) -> tuple[ContactKind, ...]:
    """Return what is still to be removed; of what no one asked to remove, what is shown today."""
    if case.state is CaseState.REMOVAL_ASKED:
        return case.contact_kinds
    shown = {text.partition(":")[0] for text in finding.portrait.exposed}
    return tuple(kind for kind in case.contact_kinds if kind in shown)


def _find_progress_page(case: Case) -> str:
    if case.kind is CaseKind.EXPOSED_CONTACT:
        return f"{OWN_PAGES[AdviceTarget.REMOVAL]}{case.id}"
    if case.kind is CaseKind.OWN_ACCOUNT_CHANGED:
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
