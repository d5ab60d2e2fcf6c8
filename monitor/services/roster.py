"""After an import of the roster: record it, or erase all links to students."""

from datetime import datetime

from monitor.db.database import Database
from monitor.domain.students.hashed_roster import Roster
from monitor.domain.vocabulary import CaseKind


def record_roster_import(db: Database, roster: Roster, now: datetime) -> None:
    """Record that a roster was imported, under which key, and of what size about."""
    details = {"key": roster.key_id, "size": str(roster.size)}
    db.audit.append_entry(now, "operator", "roster-imported", "", details)


def erase_student_links(db: Database, now: datetime) -> int:
    """Delete every student link with its decisions, and return how many there were."""
    with db.begin_transaction():
        cases = db.cases.list_cases_of_kind(CaseKind.STUDENT_LINK)
        for case in cases:
            db.cases.delete_case(case.id)
        details = {"cases": str(len(cases))}
        db.audit.append_entry(now, "operator", "roster-erased", "", details)
    return len(cases)
