"""What is handed out about one account: to its person, and to IT where the person shared it.

It speaks of the person by name, since others read it.

Who may have it is for the callers to check.
"""

from collections.abc import Iterator

from monitor.app import App
from monitor.db.evidence_pages import StoredPage
from monitor.domain.case import Case
from monitor.domain.levers import may_be_sexual
from monitor.domain.vocabulary import Side
from monitor.services.disclosure import disclose_to_others
from monitor.services.finding_history import build_comparison_line, compare_with_own_findings
from monitor.services.own_accounts import load_own_findings
from reports.evidence_pack import ActionLogLine, EvidenceView, PageCopy
from reports.labels import DECISION_PHRASES


def build_evidence_view(app: App, case: Case, reader: Side) -> EvidenceView:
    """Collect it for one reader; what its person noted for themselves is for them alone.

    Of what may be sexual no reader gets a copy of a page.
    """
    person, finding = (
        app.db.people.load_person(case.person_id),
        app.db.findings.load_finding(case.finding_id),
    )
    portrait = finding.portrait
    beside = compare_with_own_findings(app, case.person_id, case.finding_id)
    return EvidenceView(
        case=disclose_to_others(app, case),
        organization=person.organization,
        zone=person.zone,
        account=portrait.account,
        handle=portrait.handle,
        name=portrait.name,
        own=tuple(_list_own_urls(app, case)),
        # The own account that it shows most of, as the person reads it.
        compared_with=beside[0].own.portrait.url if beside else "",
        copied=tuple(map(build_comparison_line, beside[0].field_comparisons)) if beside else (),
        log=tuple(_build_log_lines(app, case, person.name.full_name, reader)),
        pages=() if may_be_sexual(case, portrait) else tuple(_build_page_copies(app, case)),
    )


def _list_own_urls(app: App, case: Case) -> Iterator[str]:
    for finding in load_own_findings(app.db, app.db.people.load_person(case.person_id)).values():
        if finding.id != case.finding_id:
            yield finding.portrait.url


def _build_log_lines(app: App, case: Case, name: str, reader: Side) -> Iterator[ActionLogLine]:
    for entry in app.db.cases.list_decisions(case.id):
        side = case.get_side(entry)
        yield ActionLogLine(
            at=entry.at,
            who=name if side is Side.PERSON else "IT",
            what=DECISION_PHRASES[entry.decision],
            note="" if (side, reader) == (Side.PERSON, Side.IT) else entry.note,
        )


def _build_page_copies(app: App, case: Case) -> Iterator[PageCopy]:
    return map(_build_page_copy, app.db.pages.list_evidence_of_finding(case.finding_id))


def _build_page_copy(stored: StoredPage) -> PageCopy:
    page = stored.page
    return PageCopy(
        url=page.url,
        status=page.status,
        body=page.body,
        fetched_at=page.fetched_at,
        headers=dict(page.headers),
    )
