"""The page for requests for public records: two reviewers export what counsel decided."""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, url_for

from monitor.domain.errors import InputError, NotPermittedError
from monitor.domain.public_records import RecordsRequest, RecordsRequestError
from monitor.domain.vocabulary import RecordKind
from monitor.services.public_records import (
    confirm_records_export,
    list_records_proposals,
    list_stored_kinds,
    propose_records_export,
    withdraw_records_proposal,
)
from monitor.web.context import PortalContext
from monitor.web.forms import WebForm, read_form
from monitor.web.proposals import PROPOSAL_SENT, withdraw_if_asked
from monitor.web.review import build_reviewer
from reports.pages.layout import FieldProblem
from reports.pages.public_records import PublicRecordsView, render_public_records


class RecordsForm(WebForm, frozen=True, kw_only=True):
    reference: str = ""
    kinds: tuple[RecordKind, ...] = ()
    first_day: str = ""
    last_day: str = ""


def build_public_records_routes(context: PortalContext) -> Blueprint:
    routes, path = Blueprint("public_records", __name__), "/review/public-records"
    pages = _PublicRecordsPages(context)
    routes.add_url_rule(path, "show_records", pages.show_records)
    routes.add_url_rule(path, "submit_proposal", pages.submit_proposal, methods=["POST"])
    routes.add_url_rule(
        f"{path}/<proposal_id>", "submit_confirmation", pages.submit_confirmation, methods=["POST"]
    )
    return routes


@dataclass(frozen=True, slots=True)
class _PublicRecordsPages:
    context: PortalContext

    def show_records(self) -> Response:
        return self._render_records(RecordsForm(), ())

    def submit_proposal(self) -> Response:
        form, app = read_form(RecordsForm), self.context.app
        first_day, last_day = _parse_day(form.first_day), _parse_day(form.last_day)
        if first_day is None or last_day is None:
            field = "first_day" if first_day is None else "last_day"
            return self._render_records(form, (FieldProblem(field=field, words="Choose a day."),))
        try:
            request = RecordsRequest(
                reference=form.reference, kinds=form.kinds, first_day=first_day, last_day=last_day
            )
        except RecordsRequestError as error:
            return self._render_records(form, (FieldProblem(field=error.field, words=str(error)),))
        propose_records_export(app, build_reviewer(self.context), request)
        return self.context.redirect_to(url_for("public_records.show_records"), PROPOSAL_SENT)

    def submit_confirmation(self, proposal_id: str) -> Response:
        """Answer with the file, which nothing keeps here; or withdraw one's own proposal."""
        if said := withdraw_if_asked(self.context, withdraw_records_proposal, proposal_id):
            return self.context.redirect_to(url_for("public_records.show_records"), said)
        try:
            export = confirm_records_export(
                self.context.app, build_reviewer(self.context), proposal_id
            )
        except (InputError, NotPermittedError) as error:
            return self.context.redirect_to(url_for("public_records.show_records"), str(error))
        response = Response(export.body, mimetype="text/csv")
        response.headers["Content-Disposition"] = f'attachment; filename="{export.name}"'
        return response

    def _render_records(self, form: RecordsForm, faults: tuple[FieldProblem, ...]) -> Response:
        app = self.context.app
        view = PublicRecordsView(
            proposals=tuple(list_records_proposals(app, build_reviewer(self.context))),
            stored=tuple(list_stored_kinds(app)),
            reference=form.reference,
            kinds=form.kinds,
            first_day=form.first_day,
            last_day=form.last_day,
            faults=faults,
        )
        return self.context.render_page("Public records", render_public_records, view)


def _parse_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
