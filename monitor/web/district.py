"""The district in figures, and the audit: both for reviewers, and neither names anybody."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, Response, request

from monitor.db.audit import AuditEntry
from monitor.services.review_queue import find_reviewer_address
from monitor.services.statistics import build_district_view
from monitor.web.context import PortalContext
from reports.pages import district as document
from reports.pages import review as audit_document
from reports.pages.review import AuditLogLine, AuditLogView

ROWS_PER_PAGE = 50
# The largest number that SQLite knows; a larger one cannot even be asked for.
MAX_ROW_ID = 2**63 - 1
SHORT_ID_LENGTH = 8
# What reviewers do with what is others'; what else is audited is no reviewer's business.
ACTION_LABELS = {
    "viewed": "Viewed",
    "assigned": "Assigned to self",
    "unassigned": "Unassigned",
    "noted": "Added a note",
    "asked": "Asked the person",
    "decided": "Decided",
    "downloaded-evidence": "Downloaded evidence",
    "requested-early-access": "Requested early access",
    "opened-early": "Opened early",
    "hold-proposed": "Proposed a legal hold",
    "hold-placed": "Placed a legal hold",
    "hold-lift-proposed": "Proposed lifting a legal hold",
    "hold-lifted": "Lifted a legal hold",
    "hold-proposal-refused": "Tried to propose a legal hold",
}


def build_district_routes(context: PortalContext) -> Blueprint:
    routes, pages = Blueprint("district", __name__), _DistrictPages(context)
    routes.add_url_rule("/review/district", "figures", pages.show_statistics)
    routes.add_url_rule("/review/audit", "audit", pages.show_audit_log)
    return routes


@dataclass(frozen=True, slots=True)
class _DistrictPages:
    context: PortalContext

    def show_statistics(self) -> Response:
        view = build_district_view(self.context.app)
        return self.context.render_page("District", document.render_district, view)

    def show_audit_log(self) -> Response:
        log = self.context.app.db.audit
        chosen = request.args.get("action", "")
        chosen = chosen if chosen in ACTION_LABELS else ""
        before = min(max(0, request.args.get("before", default=0, type=int)), MAX_ROW_ID)
        entries = log.list_privileged_entries(
            (chosen,) if chosen else tuple(ACTION_LABELS), before, ROWS_PER_PAGE + 1
        )
        view = AuditLogView(
            lines=tuple(self._build_audit_lines(entries[:ROWS_PER_PAGE])),
            actions=(("", "All"), *ACTION_LABELS.items()),
            action=chosen,
            older=entries[ROWS_PER_PAGE - 1].seq if len(entries) > ROWS_PER_PAGE else 0,
            newest=not before,
        )
        return self.context.render_page("Audit log", audit_document.render_audit_log, view)

    def _build_audit_lines(self, entries: tuple[AuditEntry, ...]) -> Iterator[AuditLogLine]:
        app = self.context.app
        for entry in entries:
            yield AuditLogLine(
                seq=entry.seq,
                at=entry.at,
                who=_shorten_id(find_reviewer_address(app, entry.actor)),
                what=ACTION_LABELS[entry.action],
                subject=entry.subject[:SHORT_ID_LENGTH],
                details=", ".join(_format_detail(*each) for each in sorted(entry.details.items())),
            )


def _format_action(action: str) -> str:
    return action.replace("-", " ").capitalize()


def _shorten_id(who: str) -> str:
    """Leave a role and a reviewer's address whole, and cut an opaque ref."""
    return who if "@" in who or len(who) <= len("reviewer") else who[:SHORT_ID_LENGTH]


def _format_detail(name: str, value: str) -> str:
    return f"{_format_action(name)}: {value[:16]}"
