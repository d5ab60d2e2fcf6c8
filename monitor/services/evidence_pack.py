"""The evidence pack about one account: for its person, and for IT if the person shared it.

It speaks of the person by name, since others read it.

Who may have it is for the callers to check.
"""

from collections.abc import Iterable, Iterator

from monitor.app import App
from monitor.db.evidence_pages import StoredPage
from monitor.domain.case import Case
from monitor.domain.case_log import (
    UNSPOKEN,
    drop_undone,
    is_confirmation,
    is_lever,
    list_undoable,
)
from monitor.domain.errors import InputError
from monitor.domain.finding import Finding
from monitor.domain.vocabulary import CaseKind, Side
from monitor.domain.withheld_accounts import keeps_address_alone
from monitor.services.disclosure import disclose_to_others
from monitor.services.finding_history import build_comparison_line, compare_with_own_findings
from monitor.services.own_accounts import load_own_findings
from monitor.services.pictures import load_compared_picture
from reports.evidence_pack import ActionLogLine, EvidenceView, FacePair, PageCopy
from reports.labels.cases import describe_decision
from reports.labels.takedown import LEVERS


def build_evidence_view(app: App, case: Case, reader: Side) -> EvidenceView:
    """Collect it for one reader; what its person noted for themselves is for them alone.

    Of what may be sexual every reader gets the address and the times alone.
    """
    person, finding = (
        app.db.people.load_person(case.person_id),
        app.db.findings.load_finding(case.finding_id),
    )
    portrait, own = finding.portrait, load_own_findings(app.db, person)
    is_withheld, said = keeps_address_alone(case, portrait), case.get_verdict(Side.PERSON)
    # A page plays no one: what it shares with an account of theirs is no copy.
    is_page = case.nature is CaseKind.HARMFUL_PAGE
    beside = (
        ()
        if is_page or is_withheld
        else compare_with_own_findings(app, case.person_id, case.finding_id)
    )
    return EvidenceView(
        case=disclose_to_others(app, case),
        organization=person.organization,
        zone=person.zone,
        account=portrait.account,
        handle=portrait.handle,
        name="" if is_withheld else portrait.name,
        own=tuple(one.portrait.url for one in own.values() if one.id != case.finding_id),
        # The own account that it shows most of, as the person reads it.
        compared_with=beside[0].own.portrait.url if beside else "",
        copied=tuple(map(build_comparison_line, beside[0].field_comparisons)) if beside else (),
        log=tuple(_build_log_lines(case, person.name.full_name, reader)),
        pages=() if is_withheld else tuple(_list_own_pages(app, finding, own.values())),
        faces=_load_faces(app, case, beside[0].own)
        if beside and reader is Side.PERSON
        else FacePair(),
        is_withheld=is_withheld,
        is_denied=said is not None
        and not case.is_left_as_it_is
        and not is_confirmation(case.kind, said),
    )


def _load_faces(app: App, case: Case, own: Finding) -> FacePair:
    """Return the two pictures as their person sees them beside each other, if they are kept."""
    shown = []
    for finding_id in (case.finding_id, own.id):
        try:
            shown.append(load_compared_picture(app, case.person_id, finding_id))
        except InputError:
            shown.append(b"")
    return FacePair(theirs=shown[0], ours=shown[1])


def _build_log_lines(case: Case, name: str, reader: Side) -> Iterator[ActionLogLine]:
    """Yield what was done and not taken back, and what each side says by now: no back and forth."""
    kept = list_undoable(drop_undone(case.log, case.back))
    standing = [entry for entry in kept if entry.decision not in UNSPOKEN]
    words = {case.get_side(entry): entry for entry in standing if not is_lever(entry.decision)}
    for entry in standing:
        side = case.get_side(entry)
        if not (is_lever(entry.decision) or entry is words[side]):
            continue
        yield ActionLogLine(
            at=entry.at,
            who=name if side is Side.PERSON else "IT",
            what=describe_decision(case.kind, entry.decision),
            lever=LEVERS[entry.lever] if entry.lever else "",
            note="" if (side, reader) == (Side.PERSON, Side.IT) else entry.note,
        )


def _list_own_pages(app: App, finding: Finding, own: Iterable[Finding]) -> Iterator[PageCopy]:
    """Yield the copies that show this account, or beside it the person's own, and nobody else."""
    shown = [one.portrait for one in (finding, *own)]
    names = {name for trace in shown for name in (trace.key, trace.account) if name}
    for stored in app.db.pages.list_evidence_of_finding(finding.id):
        read = stored.reading
        alone = all(not names.isdisjoint({trace.key, trace.account}) for trace in read.traces)
        if alone and not read.withheld:
            yield _build_page_copy(stored)


def _build_page_copy(stored: StoredPage) -> PageCopy:
    page = stored.page
    return PageCopy(
        url=page.url,
        status=page.status,
        body=page.body,
        fetched_at=page.fetched_at,
        headers=dict(page.headers),
    )
