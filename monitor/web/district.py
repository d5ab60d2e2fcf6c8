"""The district in figures, its look-alikes, and the audit: for reviewers, and no one is named."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from flask import Blueprint, Response, url_for
from werkzeug.exceptions import NotFound

from monitor.config.sections import DistrictConfig
from monitor.db.audit import AuditEntry
from monitor.domain.errors import InputError
from monitor.domain.vocabulary import Decision, DistrictFindingState, OpeningReason, RecordKind
from monitor.services.answers import DECIDED
from monitor.services.district import build_district_view
from monitor.services.lookalikes import build_lookalikes_view, decide_lookalike
from monitor.services.review_access import OPENED_BY
from monitor.services.tips import can_tell, tell_address
from monitor.web.context import PortalContext
from monitor.web.forms import WebForm, read_form, read_query
from monitor.web.review import build_reviewer
from monitor.web.tips import TellForm
from reports.labels.office import (
    AUDIT_ACTIONS,
    AUDIT_DECISIONS,
    AUDIT_OPENINGS,
    DISTRICT_FINDING_STATES,
    RECORD_KINDS,
)
from reports.pages import district
from reports.pages import review as audit_document
from reports.pages.layout import FieldProblem
from reports.pages.review import AuditLogLine, AuditLogView

ROWS_PER_PAGE = 50
# The largest number that SQLite knows; a larger one cannot even be asked for.
MAX_ROW_ID = 2**63 - 1
SHORT_ID_LENGTH = 8
# What reviewers do with the data of others. The rest of the audit log is not shown to reviewers.
PRIVILEGED_ACTIONS = (
    "viewed",
    "assigned",
    "unassigned",
    "noted",
    "asked",
    "decided",
    "told-parents",
    "told-staff",
    "downloaded-evidence",
    "requested-early-access",
    "withdrew-early-access-request",
    "opened-early",
    "hold-proposed",
    "hold-placed",
    "hold-lift-proposed",
    "hold-lifted",
    "hold-proposal-refused",
    "hold-person-misnamed",
    "hold-proposal-withdrawn",
    "look-alike-added",
    "look-alike-decided",
    "records-proposed",
    "records-withdrawn",
    "records-exported",
)


ADDED = "It is listed here, unless it is the district's own."


class AuditLogQuery(WebForm, frozen=True, kw_only=True):
    """Which action is shown, and from which row back; all, and from the newest, by default."""

    action: str = ""
    before: int = 0


class LookalikeForm(WebForm, frozen=True, kw_only=True):
    """`seen` is the state that the page showed."""

    decision: DistrictFindingState
    seen: DistrictFindingState


def build_district_routes(context: PortalContext) -> Blueprint:
    routes, pages = Blueprint("district", __name__), _DistrictPages(context)
    routes.add_url_rule("/review/district", "figures", pages.show_statistics)
    routes.add_url_rule("/review/look-alikes", "look_alikes", pages.show_lookalikes)
    routes.add_url_rule("/review/look-alikes", "tell", pages.submit_address, methods=["POST"])
    routes.add_url_rule(
        "/review/look-alikes/<finding_id>", "decide", pages.submit_decision, methods=["POST"]
    )
    routes.add_url_rule("/review/audit", "audit", pages.show_audit_log)
    return routes


@dataclass(frozen=True, slots=True)
class _DistrictPages:
    context: PortalContext

    def show_statistics(self) -> Response:
        view = build_district_view(self.context.app, build_reviewer(self.context))
        return self.context.render_page("District", district.render_district, view)

    def show_lookalikes(self) -> Response:
        view = build_lookalikes_view(self.context.app, build_reviewer(self.context))
        return self.context.render_page("Look-alikes", district.render_lookalikes, view)

    def submit_decision(self, finding_id: str) -> Response:
        form, notice = read_form(LookalikeForm), "Saved."
        try:
            decide_lookalike(
                self.context.app,
                build_reviewer(self.context),
                finding_id,
                form.decision,
                form.seen,
            )
        except InputError as error:
            notice = str(error)
        return self.context.redirect_to(url_for("district.look_alikes"), notice)

    def submit_address(self) -> Response:
        """List an address that a reviewer saw, as if a colleague had told it."""
        app, address = self.context.app, read_form(TellForm).address
        if not can_tell(app):
            raise NotFound
        try:
            tell_address(app, address, build_reviewer(self.context))
        except InputError as error:
            fault = FieldProblem(field="address", words=str(error))
            view = build_lookalikes_view(app, build_reviewer(self.context))
            view = replace(view, address=address, faults=(fault,))
            return self.context.render_page("Look-alikes", district.render_lookalikes, view)
        return self.context.redirect_to(url_for("district.look_alikes"), ADDED)

    def show_audit_log(self) -> Response:
        log = self.context.app.db.audit
        query = read_query(AuditLogQuery)
        chosen = query.action if query.action in PRIVILEGED_ACTIONS else ""
        before = min(max(0, query.before), MAX_ROW_ID)
        entries = log.list_privileged_entries(
            (chosen,) if chosen else PRIVILEGED_ACTIONS, before, ROWS_PER_PAGE + 1
        )
        view = AuditLogView(
            lines=tuple(self._build_audit_lines(entries[:ROWS_PER_PAGE])),
            actions=(
                ("", "All"),
                *((action, _describe_action(action)) for action in PRIVILEGED_ACTIONS),
            ),
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
                who=_shorten_id(app.config.district.find_reviewer_address(entry.actor)),
                what=_describe_entry(entry),
                subject=entry.subject[:SHORT_ID_LENGTH],
                details="; ".join(_list_details(entry, app.config.district)),
            )


def _list_details(entry: AuditEntry, district: DistrictConfig) -> Iterator[str]:
    for name, value in sorted(entry.details.items()):
        if entry.action == DECIDED:
            continue
        yield _format_detail(name, value, district)
    kind, _, which = entry.means.partition(":")
    if which:
        yield f"By {kind} {which[:SHORT_ID_LENGTH] if kind == 'token' else which}"


def _describe_action(action: str) -> str:
    return _begin_sentence(AUDIT_ACTIONS[action])


def _describe_entry(entry: AuditEntry) -> str:
    if entry.action == DECIDED:
        return _begin_sentence(AUDIT_DECISIONS[Decision(entry.details["decision"])])
    return _describe_action(entry.action)


def _begin_sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}"


def _shorten_id(who: str) -> str:
    """Leave a role and a reviewer's address whole, and cut an opaque id."""
    return who if "@" in who or len(who) <= len("reviewer") else who[:SHORT_ID_LENGTH]


def _format_detail(name: str, value: str, district: DistrictConfig) -> str:
    match name:
        case _ if name == OPENED_BY:
            return f"Open because {AUDIT_OPENINGS[OpeningReason(value)]}"
        case "decision":
            return DISTRICT_FINDING_STATES[DistrictFindingState(value)]
        case "kinds":
            return ", ".join(RECORD_KINDS[RecordKind(kind)] for kind in value.split("+"))
        case "reason":
            return f"Reason: sealed as {value[:SHORT_ID_LENGTH]}"
        case "first":
            return f"Proposed by {district.find_reviewer_address(value)}"
    return f"{name.replace('-', ' ').capitalize()}: {value[:16]}"
