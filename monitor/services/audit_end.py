"""The end of the audit log: whether it was cut, and the operator's acceptance of a loss."""

from datetime import datetime

from monitor.db.audit import AuditTable
from monitor.db.database import Database
from monitor.domain.errors import InputError
from monitor.domain.vocabulary import AuditEndStatus
from reports.labels.office import AUDIT_END_PROBLEMS


def describe_audit_damage(log: AuditTable) -> str:
    """Say what was changed in the audit log, or removed from it; empty if it is intact."""
    broken = log.verify_chain()
    if broken is not None:
        return f"The audit log was changed from row {broken} on."
    return AUDIT_END_PROBLEMS[log.log_end.check_end()]


def accept_audit_end(db: Database, now: datetime) -> None:
    """Continue the audit log from its last row, and record that an operator accepted this.

    Raises InputError if nothing is missing.
    """
    with db.begin_transaction():
        ending = db.audit.log_end
        tail, sealed = ending.check_end(), ending.load_sealed_position()
        if tail is AuditEndStatus.WHOLE:
            reason = "No rows are missing at the end of the audit log. There is nothing to accept."
            raise InputError(reason)
        ending.accept_current_end()
        details = {"tail": tail.value, "was": sealed.text_form}
        db.audit.append_entry(now, "operator", "end-accepted", "", details)
