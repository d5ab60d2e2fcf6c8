"""The district in figures, and the audit: both for reviewers, and neither names anybody."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, Response, request

from monitor.db.audit import Entry
from monitor.web.context import WebDesk
from reports.pages import district as document
from reports.pages import review as audit_document
from reports.pages.review import AuditLine, AuditView

ROWS = 50
# The largest number that SQLite knows; a larger one cannot even be asked for.
LAST_ROW = 2**63 - 1
SHORT = 8
# What reviewers do with what is others'; what else is audited is no reviewer's business.
ACTIONS = {
    "viewed": "Viewed",
    "took": "Assigned to self",
    "gave-back": "Unassigned",
    "noted": "Added a note",
    "asked": "Asked the person",
    "ruled": "Decided",
    "took-pack": "Downloaded evidence",
    "proposed-glass": "Requested early access",
    "broke-glass": "Opened early",
    "proposed-held": "Proposed a legal hold",
    "held": "Placed a legal hold",
    "proposed-released": "Proposed lifting a legal hold",
    "released": "Lifted a legal hold",
    "proposed-in-vain": "Tried to propose a legal hold",
}


def district(desk: WebDesk) -> Blueprint:
    routes, pages = Blueprint("district", __name__), _Pages(desk)
    routes.add_url_rule("/review/district", "figures", pages.figures)
    routes.add_url_rule("/review/audit", "audit", pages.audit)
    return routes


@dataclass(frozen=True, slots=True)
class _Pages:
    desk: WebDesk

    def figures(self) -> Response:
        view = self.desk.service.casework.surveying.view()
        return self.desk.page("District", document.render, view)

    def audit(self) -> Response:
        log = self.desk.service.state.audit
        chosen = request.args.get("action", "")
        chosen = chosen if chosen in ACTIONS else ""
        before = min(max(0, request.args.get("before", default=0, type=int)), LAST_ROW)
        entries = log.of_offices((chosen,) if chosen else tuple(ACTIONS), before, ROWS + 1)
        view = AuditView(
            lines=tuple(self._lines(entries[:ROWS])),
            actions=(("", "All"), *ACTIONS.items()),
            action=chosen,
            older=entries[ROWS - 1].seq if len(entries) > ROWS else 0,
            newest=not before,
        )
        return self.desk.page("Audit log", audit_document.render_audit, view)

    def _lines(self, entries: tuple[Entry, ...]) -> Iterator[AuditLine]:
        names = self.desk.service.casework.queue
        for entry in entries:
            yield AuditLine(
                seq=entry.seq,
                at=entry.at,
                who=_short(names.name(entry.actor)),
                what=ACTIONS[entry.action],
                subject=entry.subject[:SHORT],
                details=", ".join(_detail(*each) for each in sorted(entry.details.items())),
            )


def _words(action: str) -> str:
    return action.replace("-", " ").capitalize()


def _short(who: str) -> str:
    """Leave a role and a reviewer's address whole, and cut an opaque ref."""
    return who if "@" in who or len(who) <= len("reviewer") else who[:SHORT]


def _detail(name: str, value: str) -> str:
    return f"{_words(name)}: {value[:16]}"
