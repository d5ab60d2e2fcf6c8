"""What people say and do about a case, put into its log."""

from dataclasses import replace
from datetime import datetime

from monitor.domain.case import Case, apply_decision
from monitor.domain.case_log import DecisionRecord
from monitor.domain.vocabulary import Decision


def forget(case: Case) -> Case:
    """Return the case as if nobody had said anything of it."""
    return replace(case, log=(), past=0, back=0)


def say(
    case: Case, *decisions: Decision, at: datetime | None = None, by: str = "", note: str = ""
) -> Case:
    """Let its person, or who else is named, say these things one after the other."""
    for decision in decisions:
        record = DecisionRecord(
            case_id=case.id,
            decision=decision,
            by=by or case.person_id,
            at=at or case.opened_at,
            note=note,
        )
        case = apply_decision(case, record)
    return case
