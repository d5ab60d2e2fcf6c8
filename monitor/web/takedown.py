"""The takedown kit of one person: what a report needs, the evidence, and its status."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus

from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import NotFound

from monitor.domain.vocabulary import Decision
from monitor.errors import InputError
from monitor.services.takedown import (
    build_takedown_evidence,
    build_takedown_view,
    record_takedown_step,
)
from monitor.web.context import PortalContext
from reports.evidence_pack import EvidenceView, build_evidence_pack, format_pack_name
from reports.labels import REPORT_NOTICES
from reports.pages import takedown as document
from reports.pages.layout import FieldProblem
from reports.pages.takedown import TakedownView

MAX_NOTE_LENGTH = 1_000


def build_takedown_routes(context: PortalContext) -> Blueprint:
    routes = Blueprint("takedown", __name__)
    app = context.app

    def load_kit(ref: str) -> TakedownView:
        with _mask_as_not_found():
            return build_takedown_view(app, context.require_principal().person_id, ref)

    @routes.get("/me/takedown/<ref>")
    def show_kit(ref: str) -> Response:
        return context.render_page("Report this account", document.render_takedown, load_kit(ref))

    @routes.post("/me/takedown/<ref>")
    def submit_outcome(ref: str) -> Response:
        view, note = load_kit(ref), request.form.get("note", "").strip()
        faults = tuple(_find_faults(view, note))
        if faults:
            view = replace(view, faults=faults, note=note)
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return context.render_page(
                "Report this account", document.render_takedown, view, status
            )
        ruling = Decision(request.form["done"])
        record_takedown_step(app, context.require_principal().person_id, ref, ruling, note)
        return context.redirect_to(url_for("takedown.show_kit", ref=ref), REPORT_NOTICES[ruling])

    @routes.get("/me/takedown/<ref>/pack")
    def download_evidence(ref: str) -> Response:
        with _mask_as_not_found():
            return build_pack_response(
                build_takedown_evidence(app, context.require_principal().person_id, ref)
            )

    return routes


def build_pack_response(view: EvidenceView) -> Response:
    """Send a pack as a file that no browser opens automatically."""
    response = Response(build_evidence_pack(view), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{format_pack_name(view)}"'
    return response


def _find_faults(view: TakedownView, note: str) -> Iterator[FieldProblem]:
    if request.form.get("done", "") not in view.choices:
        yield FieldProblem(field="done", words="Choose what happened.")
    if len(note) > MAX_NOTE_LENGTH:
        yield FieldProblem(
            field="note", words=f"Use at most {MAX_NOTE_LENGTH} characters for the note."
        )


@contextmanager
def _mask_as_not_found() -> Iterator[None]:
    """Answer the same for what does not exist, belongs to someone else, or cannot be reported."""
    try:
        yield
    except InputError as error:
        raise NotFound from error
