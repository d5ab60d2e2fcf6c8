"""Break-glass access by an operator or two reviewers is audited, and the person is notified."""

from dataclasses import dataclass

from monitor.app import App
from monitor.domain.errors import InputError
from monitor.domain.reason import Reason
from monitor.services.notifications import EmailPlan, build_greeting, queue_email
from reports.emails.account import BreakGlassView


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakGlassActor:
    """Who opens it. `audit_actor` is for the audit log; the person reads `names`, if there are any.

    Without them it is the operator. `case_id` is the one case that they open: both give its
    reference, and the person's without it.
    """

    audit_actor: str
    names: tuple[str, ...]
    case_id: str = ""


OPERATOR_ACTOR = BreakGlassActor(audit_actor="operator", names=())


def record_break_glass(
    app: App, person_id: str, seen: Reason, reason: str, by: BreakGlassActor = OPERATOR_ACTOR
) -> None:
    """Audit it and email the person; call this before anything is shown."""
    if not reason.strip():
        raise InputError("Break-glass access needs a reason. The person will read it.")
    now, whose = app.clock.now(), app.db.people.load_person(person_id)
    subject = by.case_id or person_id
    greeting = build_greeting(app, whose)
    # Where its reader sees what was opened, or all that anyone did.
    page = "data/seen"
    if by.case_id:
        page = f"findings/{app.db.cases.load_case(by.case_id).finding_id}"
    greeting["review_url"] = f"{app.config.portal.address}/me/{page}"
    with app.db.begin_transaction():
        commitment = app.db.audit.compute_commitment(person_id, reason)
        app.db.audit.append_entry(
            now, by.audit_actor, "opened-early", subject, {"reason": commitment}
        )
        queue_email(
            app,
            EmailPlan(recipient_id=person_id, dedupe_key=now.isoformat()),
            BreakGlassView(**greeting, at=now, seen=seen, by=by.names, reason=reason, id=subject),
        )
