"""What a person can do about a flag, what is under way, and pages that are listed as one line."""

from collections.abc import Iterator
from datetime import datetime

from monitor.app import App
from monitor.domain.finding import Finding, Presence
from monitor.domain.flag import Flag, rate_exposure
from monitor.domain.takedown import (
    AdviceBook,
    AdviceStep,
    AdviceTarget,
    load_advice,
    load_removal_guides,
)
from monitor.domain.vocabulary import ContactKind, FlagKind, FlagState
from monitor.services.presenters import format_finding_title
from monitor.services.sweeps import find_report_time, list_recheck_keys, list_recheck_times
from reports import labels as words
from reports.emails.digest import MIN_PAGES_FOLDED
from reports.pages.findings import AdviceLine, ExposureGroupLine, ProgressLine
from scrapers.models import Trace, TraceKind

OWN_PAGES = {AdviceTarget.KIT: "/me/takedown/", AdviceTarget.REMOVAL: "/me/removal/"}


def build_advice_lines(app: App, flag: Flag) -> tuple[AdviceLine, ...]:
    """Return the next steps about a flag; none once an answer has ended it."""
    if not (flag.is_undecided or flag.is_pursued or flag.state is FlagState.MINE):
        return ()
    if flag.state is FlagState.MINE and flag.kind is not FlagKind.EXPOSED_CONTACT:
        return ()
    portrait, book = app.db.findings.load_finding(flag.finding_id).portrait, load_advice()
    site = _find_site_name(flag, portrait)
    return tuple(
        _build_advice_line(app, flag, portrait, book, step)
        for step in book.list_steps(flag.kind, site)
    )


def _build_advice_line(
    app: App, flag: Flag, portrait: Trace, book: AdviceBook, step: AdviceStep
) -> AdviceLine:
    if step.at in OWN_PAGES:
        path = f"{OWN_PAGES[step.at]}{flag.id}"
        return AdviceLine(words=step.words, path=path, link=words.ADVICE_LINKS[step.at])
    if step.at is AdviceTarget.RECOVERY:
        page = book.recovery.get(portrait.platform)
        stale = page is not None and page.is_stale(app.clock.now())
        return AdviceLine(words=step.words, url=page.address if page else "", unconfirmed=stale)
    return AdviceLine(words=step.words, url=step.address or "")


def _find_site_name(flag: Flag, portrait: Trace) -> str:
    guide = load_removal_guides().find_guide(portrait.url)
    if guide and flag.kind is FlagKind.EXPOSED_CONTACT:
        return guide.name
    return words.format_site_name(portrait.platform) if portrait.platform else "the site"


def list_progress(app: App, person_id: str) -> tuple[ProgressLine, ...]:
    """Return what the person reported, or says is theirs, until its address proves gone."""
    return tuple(
        _build_progress_line(app, flag, finding, status)
        for flag, finding, status in _list_under_way(app, person_id)
        if finding.presence is not Presence.GONE
    )


def list_progress_finding_ids(app: App, person_id: str) -> frozenset[str]:
    """Return the findings of which something is under way, and their addresses not proven gone."""
    return frozenset(finding.id for _, finding, _ in _list_under_way(app, person_id))


def _list_under_way(app: App, person_id: str) -> Iterator[tuple[Flag, Finding, str]]:
    """Yield each flag of which something is under way, its finding, and what is under way."""
    for flag in app.db.flags.list_flags_of_person(person_id):
        finding = app.db.findings.load_finding(flag.finding_id)
        status = _describe_progress(flag, finding)
        if status:
            yield flag, finding, status


def _build_progress_line(app: App, flag: Flag, finding: Finding, status: str) -> ProgressLine:
    times = list_recheck_times(app.db, flag) if list_recheck_keys(app, finding) else ()
    return ProgressLine(
        words=status,
        title=format_finding_title(finding.portrait),
        url=finding.portrait.url,
        path=_find_progress_page(flag),
        last_seen=finding.last_seen,
        at=_find_step_time(app, flag),
        looks_at=next((at for at in times if at > app.clock.now()), None),
        seems_gone=finding.presence is Presence.MISSING,
        needs_you=flag.state is FlagState.IMPERSONATION,
    )


def _describe_progress(flag: Flag, finding: Finding) -> str:
    """Say what is under way; empty for nothing."""
    if flag.kind is FlagKind.EXPOSED_CONTACT:
        kinds = _list_shown_kinds(flag, finding)
        what = words.join_words(words.OWN_CONTACTS[kind] for kind in kinds) if kinds else ""
        status = words.REMOVAL_PROGRESS.get(flag.state, "")
        return status.format(what=f"{what[0].upper()}{what[1:]}") if what else ""
    if flag.kind is FlagKind.OWN_ACCOUNT_CHANGED:
        return words.TAKEN_OVER if flag.state is FlagState.IMPERSONATION else ""
    return words.TAKEDOWN_PROGRESS.get(flag.state, "")


def _list_shown_kinds(flag: Flag, finding: Finding) -> tuple[ContactKind, ...]:
    """Return what is still to be removed; of what no one asked to remove, what is shown today."""
    if flag.state is FlagState.REMOVAL_ASKED:
        return flag.contact_kinds
    shown = {each.partition(":")[0] for each in finding.portrait.exposed}
    return tuple(kind for kind in flag.contact_kinds if kind in shown)


def _find_progress_page(flag: Flag) -> str:
    if flag.kind is FlagKind.EXPOSED_CONTACT:
        return f"{OWN_PAGES[AdviceTarget.REMOVAL]}{flag.id}"
    if flag.kind is FlagKind.OWN_ACCOUNT_CHANGED:
        return f"/me/findings/{flag.finding_id}"
    return f"{OWN_PAGES[AdviceTarget.KIT]}{flag.id}"


def _find_step_time(app: App, flag: Flag) -> datetime | None:
    done = flag.state in {FlagState.REPORTED, FlagState.REFUSED, FlagState.REMOVAL_ASKED}
    return find_report_time(app.db, flag) if done else None


def fold_exposures(
    app: App, flags: tuple[Flag, ...]
) -> tuple[tuple[Flag, ...], ExposureGroupLine | None]:
    """Return the flags to list one by one, and one line for several pages of other people's."""
    findings = {each.id: app.db.findings.load_finding(each.finding_id) for each in flags}
    folded = [
        each
        for each in flags
        if each.kind is FlagKind.EXPOSED_CONTACT
        and findings[each.id].portrait.kind is TraceKind.PAGE
    ]
    if len(folded) < MIN_PAGES_FOLDED:
        return flags, None
    shown = {kind for each in folded for kind in each.contact_kinds}
    return tuple(each for each in flags if each not in folded), ExposureGroupLine(
        pages=len(folded),
        what=words.describe_exposures(len(folded), shown),
        severity=rate_exposure(shown),
        urls=tuple(findings[each.id].portrait.url for each in folded),
    )
