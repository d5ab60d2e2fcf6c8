"""What people say and do about a case, put into its log, and the cards that ask them."""

from dataclasses import replace
from datetime import datetime

from monitor.app import App
from monitor.domain.case import Case, apply_decision
from monitor.domain.case_log import SENT_LEVERS, DecisionRecord
from monitor.domain.vocabulary import Decision, LeverKind
from monitor.services.findings import list_pending_cards
from reports.pages.findings import QuestionCard


def build_cards(app: App, owner_id: str) -> tuple[QuestionCard, ...]:
    """Build all cards of a person, the worst first."""
    return tuple(card.build() for card in list_pending_cards(app, owner_id))


def forget(case: Case) -> Case:
    """Return the case as if nobody had said anything of it."""
    return replace(case, log=(), past=0, back=0)


def say(
    case: Case,
    *decisions: Decision,
    at: datetime | None = None,
    by: str = "",
    note: str = "",
    lever: LeverKind | None = None,
) -> Case:
    """Let its person, or who else is named, say these things one after the other."""
    for decision in decisions:
        record = DecisionRecord(
            case_id=case.id,
            decision=decision,
            by=by or case.person_id,
            at=at or case.opened_at,
            note=note,
            lever=lever if decision in SENT_LEVERS else None,
        )
        case = apply_decision(case, record)
    return case
