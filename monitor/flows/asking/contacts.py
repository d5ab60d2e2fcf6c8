"""Contacts of an own account go to the matcher's pipe and nowhere else."""

from dataclasses import dataclass, replace

from monitor.domain.students.verdict import ContactVerdict
from monitor.errors import UnavailableError
from monitor.flows.parts import Matcher, Now
from monitor.store.state import State
from scrapers.outcome import Outcome
from scrapers.reading import Reading, Visit
from scrapers.request import QueryKind

LISTS = frozenset({QueryKind.FOLLOWS, QueryKind.FOLLOWERS})
COMPARED = "compared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    state: State
    matcher: Matcher
    now: Now

    def compared(self, visit: Visit) -> tuple[Visit, ContactVerdict | None]:
        """Return a visit without its contacts, and what the matcher says of them."""
        if visit.query.kind not in LISTS:
            return visit, None
        contacts, reading = visit.reading.contacts, replace(visit.reading, contacts=())
        if not contacts:
            return replace(visit, reading=reading), None
        try:
            return replace(visit, reading=reading), self.matcher.judge(contacts)
        except UnavailableError:
            failed = Reading(outcome=Outcome.FAILED, note="the student matcher cannot be reached")
            return replace(visit, reading=failed), None

    def audit(self) -> None:
        """Record how much the matcher was asked on its last day of work, unless that is known."""
        spent = self.matcher.spent
        if spent is None or not (spent.lists or spent.refused):
            return
        counted = {
            "day": spent.day.isoformat(),
            "lists": str(spent.lists),
            "contacts": str(spent.contacts),
            "refused": str(spent.refused),
        }
        last = self.state.audit.last(COMPARED)
        if last is None or last.details != counted:
            self.state.audit.append(self.now(), "namesake", COMPARED, "", counted)
