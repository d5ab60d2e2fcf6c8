"""Pages behind a case: stored unchanged while it is open, and deleted with it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from monitor.app import App
from monitor.domain.retention import RETENTION_PERIODS, RetainedKind
from monitor.domain.vocabulary import CaseKind, CaseState
from monitor.domain.withheld_accounts import may_be_sexual
from scrapers.models import CrawlResult
from scrapers.profiles.youtube import YOUTUBE
from scrapers.search.brave import BRAVE, BRAVE_NEWS
from scrapers.source import Source

# Of exposed details only the kind is stored, of students nothing, and of harmful pages no picture,
# so none of their pages.
EVIDENCE_CASE_KINDS = frozenset(
    {CaseKind.IMPERSONATION, CaseKind.MOCK_ACCOUNT, CaseKind.OWN_ACCOUNT_CHANGED}
)
# By their terms, what they showed has an end also where they are not asked anymore.
LENT_SOURCES: tuple[Source, ...] = (BRAVE, BRAVE_NEWS, YOUTUBE)
UNSETTLED_STATES = frozenset(
    {
        CaseState.NEW,
        CaseState.OPEN,
        CaseState.IMPERSONATION,
        CaseState.MOCK,
        CaseState.REPORTED,
        CaseState.REFUSED,
    }
)


def list_evidence_kinds(app: App) -> frozenset[CaseKind]:
    """Return the cases whose pages are stored: none if the district turned that off."""
    return EVIDENCE_CASE_KINDS if app.config.evidence.pages else frozenset()


def list_text_retention(app: App) -> Mapping[str, timedelta]:
    """Return how long the terms of some sources let us store their text, by source."""
    sources = (*LENT_SOURCES, *app.sources.values())
    limits = {source.name: source.info.retain_text_for for source in sources}
    return {name: limit for name, limit in limits.items() if limit}


def keep_pages(app: App, sweep_id: str, source: Source | None, visit: CrawlResult) -> CrawlResult:
    """Keep the pages of a visit until its sweep closes; return the visit without them."""
    if not visit.pages:
        return visit
    if source is not None:
        app.db.pages.insert_pages(sweep_id, source.version, visit.pages)
    return replace(visit, pages=())


def list_findings_lacking_pages(app: App, person_id: str) -> frozenset[str]:
    """Return the findings that need a page copy: they are fetched in full, changed or not."""
    return app.db.pages.list_findings_lacking_evidence(
        person_id, list_evidence_kinds(app), UNSETTLED_STATES
    )


def keep_evidence_pages(app: App, sweep_id: str) -> None:
    """Decide only when everything is settled: the answer of another source may raise a case.

    Of what may be sexual nobody gets a page, so none is kept.
    """
    with app.db.begin_transaction():
        app.db.pages.keep_evidence_of_sweep(sweep_id, list_evidence_kinds(app), UNSETTLED_STATES)
        for finding_id in app.db.pages.list_findings_with_evidence():
            portrait = app.db.findings.load_finding(finding_id).portrait
            cases = app.db.cases.list_cases_of_finding(finding_id)
            if any(may_be_sexual(case, portrait) for case in cases):
                app.db.pages.delete_evidence_of_finding(finding_id)


def delete_old_pages(app: App) -> None:
    """Delete pages that no open case needs, and pages that are too old."""
    now, longest = app.clock.now(), RETENTION_PERIODS[RetainedKind.PAGE_BODY].open
    with app.db.begin_transaction():
        app.db.pages.delete_unneeded_evidence(list_evidence_kinds(app), UNSETTLED_STATES)
        if longest is not None:
            app.db.pages.delete_pages_before(now - longest)
        for source, span in list_text_retention(app).items():
            app.db.pages.delete_pages_before(now - span, source)
