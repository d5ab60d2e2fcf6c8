"""Reports that IT copies and sends to a platform, a registrar or a host; nothing here sends them.

A report holds what IT sees of the case and no more.
"""

from monitor.app import App
from monitor.config.sections import build_inventory
from monitor.domain.case import Case
from monitor.domain.person import Reviewer
from monitor.domain.takedown_plan import may_be_sexual
from monitor.domain.vocabulary import CaseKind, Side
from monitor.services.next_steps import list_report_levers
from monitor.services.takedown import can_be_reported
from reports.finding_view import CaseView
from reports.pages.district import LookalikeLine, LookalikeReport
from reports.pages.review import OfficeReport


def write_office_report(app: App, reviewer: Reviewer, case: Case, view: CaseView) -> str:
    """Return what IT can send to the platform; empty where that is its person's alone to do."""
    portrait = app.db.findings.load_finding(case.finding_id).portrait
    # Its owner's account pretends nothing: they get it back.
    theirs = case.is_pursued and case.kind is not CaseKind.OWN_ACCOUNT_CHANGED
    wanted = theirs and can_be_reported(case) and not may_be_sexual(case, portrait)
    if not wanted or not list_report_levers(app, case, Side.IT):
        return ""
    person = app.db.people.load_person(case.person_id)
    return OfficeReport(
        case=view, organization=person.organization, contact=reviewer.address
    ).write_text()


def write_lookalike_report(app: App, reviewer: Reviewer, line: LookalikeLine) -> str:
    """Return what is sent to a platform, a registrar or a host about a look-alike."""
    inventory = build_inventory(app.config)
    accounts = (account.address for account in inventory.accounts) if inventory else ()
    own = (*accounts, *(inventory.domains if inventory else ()))
    return LookalikeReport(
        line=line, organization=app.config.district.name, own=own, contact=reviewer.address
    ).write_text()
