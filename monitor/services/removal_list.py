"""All pages that show a person's contact details, and how far the removal from each has come."""

from collections.abc import Iterator

from monitor.app import App
from monitor.domain.case import build_urgency_key, name_contacts
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import CaseBin, EndReason, LeverKind
from monitor.services.disclosure import disclose_cases
from reports.pages.takedown import RemovalLine, RemovalListView
from scrapers.urls.canonical import get_bare_host

# The order of a list: what needs its reader, what goes on, what is gone.
_BINS = (CaseBin.NEEDS_YOU, CaseBin.IN_PROGRESS, CaseBin.DONE)


def build_removal_list(app: App, person_id: str) -> RemovalListView:
    brokers = next(
        (lever for lever in app.facts.levers if lever.kind is LeverKind.BROKERS and lever.state),
        None,
    )
    return RemovalListView(
        lines=tuple(_list_lines(app, person_id)),
        state=brokers.state or "" if brokers else "",
        brokers_url=brokers.address or "" if brokers else "",
        unconfirmed=brokers is not None and brokers.is_unconfirmed(app.clock.now()),
    )


def _list_lines(app: App, person_id: str) -> Iterator[RemovalLine]:
    """Leave out what the person lets stand, or says is not theirs."""
    cases = [
        case
        for case in disclose_cases(app, app.db.people.load_person(person_id))
        if case.contact_kinds and case.end is not EndReason.DISMISSED
    ]
    for case in sorted(cases, key=lambda case: (_BINS.index(case.bin), build_urgency_key(case))):
        guide = app.facts.removal_guides.find_guide(case.finding.url)
        yield RemovalLine(
            case=case,
            site=guide.name if guide else get_bare_host(case.finding.url),
            shows=Reason("removal-line", {"what": name_contacts(case.contact_kinds)}),
        )
