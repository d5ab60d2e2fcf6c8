"""Contacts of an own account go to the matcher's pipe and nowhere else."""

from dataclasses import replace

from monitor.app import App
from monitor.domain.errors import UnavailableError
from monitor.domain.students.matching import ContactMatchResult
from scrapers.models import CrawlResult, Outcome, ParseResult, QueryKind

CONTACT_QUERY_KINDS = frozenset({QueryKind.FOLLOWS, QueryKind.FOLLOWERS})
CONTACTS_COMPARED = "compared"


def check_contacts(app: App, visit: CrawlResult) -> tuple[CrawlResult, ContactMatchResult | None]:
    """Return an answer without its contacts, and what the matcher says about them."""
    if visit.query.kind not in CONTACT_QUERY_KINDS:
        return visit, None
    contacts, result = visit.result.contacts, replace(visit.result, contacts=())
    if not contacts:
        return replace(visit, result=result), None
    try:
        return replace(visit, result=result), app.matcher.compare_contacts(contacts)
    except UnavailableError:
        failed = ParseResult(outcome=Outcome.FAILED, note="matcher-away")
        return replace(visit, result=failed), None


def audit_contact_checks(app: App) -> None:
    """Record how much the matcher was used on its last day, unless that is recorded already."""
    spent = app.matcher.spent
    if spent is None or not (spent.lists or spent.refused):
        return
    counted = {
        "day": spent.day.isoformat(),
        "lists": str(spent.lists),
        "contacts": str(spent.contacts),
        "refused": str(spent.refused),
    }
    last = app.db.audit.find_last_entry_of_action(CONTACTS_COMPARED)
    if last is None or last.details != counted:
        app.db.audit.append_entry(app.clock.now(), "namesake", CONTACTS_COMPARED, "", counted)
