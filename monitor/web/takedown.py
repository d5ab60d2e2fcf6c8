"""One person's takedown pages: the kit for a report, and having contact details removed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus

from flask import Blueprint, Response, abort, url_for
from werkzeug.exceptions import NotFound

from monitor.domain.errors import InputError
from monitor.domain.reason import Count, Reason, Told
from monitor.domain.vocabulary import Decision, LeverKind, Side
from monitor.services.answers import DecisionInput
from monitor.services.removal_list import build_removal_list
from monitor.services.takedown import (
    NEXT_DECISIONS,
    add_screenshot,
    build_removal_view,
    build_takedown_evidence,
    build_takedown_view,
    build_withdrawal_view,
    load_screenshot,
    record_removal_step,
    record_report_taken_back,
    record_takedown_step,
    remove_screenshot,
)
from monitor.web.context import PortalContext
from monitor.web.findings import build_done_line
from monitor.web.forms import WebForm, read_form, read_query
from monitor.web.security import REPORT_POLICY
from reports.evidence_pack import (
    EvidenceView,
    build_evidence_pack,
    format_pack_name,
    render_evidence_page,
)
from reports.labels.takedown import (
    REMOVAL_NOTICES,
    REPORT_NOTICES,
    SCREENSHOT_PROBLEMS,
    UNSEEN_REPORT_NOTICES,
)
from reports.pages import takedown as document
from reports.pages.layout import FieldProblem
from reports.pages.takedown import RemovalView, TakedownView, render_removal, render_removal_list

MAX_NOTE_LENGTH = 1_000


class TakedownOutcomeForm(WebForm, frozen=True, kw_only=True):
    done: Decision | None = None
    lever: LeverKind | None = None
    note: str = ""


class WithdrawalQuery(WebForm, frozen=True, kw_only=True):
    by: Side = Side.PERSON


class ScreenshotForm(WebForm, frozen=True, kw_only=True):
    picture: bytes = b""


def build_takedown_routes(context: PortalContext) -> Blueprint:
    routes = Blueprint("takedown", __name__)
    app = context.app

    def load_kit(case_id: str) -> TakedownView:
        with _mask_as_not_found():
            return build_takedown_view(app, context.person_id, case_id)

    @routes.get("/me/takedown/<case_id>")
    def show_kit(case_id: str) -> Response:
        done = build_done_line(app, context.person_id)
        view = replace(load_kit(case_id), done=done)
        return context.render_page("Report this account", document.render_takedown, view)

    @routes.post("/me/takedown/<case_id>")
    def submit_outcome(case_id: str) -> Response:
        view, form = load_kit(case_id), read_form(TakedownOutcomeForm)
        faults = tuple(_find_faults(view, form))
        if faults or form.done is None:
            view = replace(view, faults=faults, note=form.note)
            return context.render_page("Report this account", document.render_takedown, view)
        person_id = context.person_id
        lever = form.lever if form.lever in view.levers else None
        step = DecisionInput(decision=form.done, by=person_id, note=form.note, lever=lever)
        after = record_takedown_step(app, case_id, step)
        notices: dict[Decision, Told] = {
            **REPORT_NOTICES,
            **({} if view.can_look else UNSEEN_REPORT_NOTICES),
            Decision.REOPENED: view.case.undone_words,
        }
        # What is left as it is has no plan anymore.
        here = url_for("takedown.show_kit", case_id=case_id)
        path = here if after.state in NEXT_DECISIONS else "/me"
        return context.redirect_to(path, notices[form.done])

    @routes.get("/me/takedown/<case_id>/withdraw")
    def show_withdrawal(case_id: str) -> Response:
        with _mask_as_not_found():
            side = read_query(WithdrawalQuery).by
            view = build_withdrawal_view(app, context.person_id, case_id, side)
        return context.render_page("Take the report back", document.render_withdrawal, view)

    @routes.post("/me/takedown/<case_id>/withdraw")
    def submit_withdrawal(case_id: str) -> Response:
        side = read_form(WithdrawalQuery).by
        with _mask_as_not_found():
            view = build_withdrawal_view(app, context.person_id, case_id, side)
            record_report_taken_back(app, context.person_id, case_id, side)
        page = url_for("findings.show_finding", finding_id=view.case.finding.id)
        notice = "Saved: you asked IT." if view.office else "Saved: you took it back."
        return context.redirect_to(page, notice)

    _add_evidence_routes(context, routes)
    _add_screenshot_routes(context, routes)
    return routes


def _add_evidence_routes(context: PortalContext, routes: Blueprint) -> None:
    app = context.app

    @routes.get("/me/takedown/<case_id>/report")
    def show_evidence(case_id: str) -> Response:
        with _mask_as_not_found():
            view = build_takedown_evidence(app, context.person_id, case_id)
        plan = url_for("takedown.show_kit", case_id=case_id)
        response = Response(render_evidence_page(view, plan), mimetype="text/html")
        response.headers["Content-Security-Policy"] = REPORT_POLICY
        return response

    @routes.get("/me/takedown/<case_id>/pack")
    def download_evidence(case_id: str) -> Response:
        with _mask_as_not_found():
            return build_pack_response(build_takedown_evidence(app, context.person_id, case_id))


def _add_screenshot_routes(context: PortalContext, routes: Blueprint) -> None:
    app, place = context.app, "/me/takedown/<case_id>/screenshots"

    def redirect_to_screenshots(case_id: str, notice: str) -> Response:
        path = url_for("takedown.show_kit", case_id=case_id, _anchor="screenshots")
        return context.redirect_to(path, notice)

    @routes.post(place)
    def add_own_screenshot(case_id: str) -> Response:
        owner_id, form = context.person_id, read_form(ScreenshotForm)
        with _mask_as_not_found():
            problem = add_screenshot(app, owner_id, case_id, form.picture)
            if problem is None:
                return redirect_to_screenshots(case_id, "Screenshot added.")
            view = build_takedown_view(app, owner_id, case_id)
        fault = FieldProblem(field="picture", words=SCREENSHOT_PROBLEMS[problem])
        view = replace(view, faults=(fault,))
        return context.render_page("Report this account", document.render_takedown, view)

    @routes.get(f"{place}/<screenshot_id>")
    def show_screenshot(case_id: str, screenshot_id: str) -> Response:
        owner_id = context.person_id
        with _mask_as_not_found():
            picture = load_screenshot(app, owner_id, case_id, screenshot_id)
        return Response(picture, mimetype="image/jpeg")

    @routes.post(f"{place}/<screenshot_id>/remove")
    def remove_own_screenshot(case_id: str, screenshot_id: str) -> Response:
        with _mask_as_not_found():
            remove_screenshot(app, context.person_id, case_id, screenshot_id)
        return redirect_to_screenshots(case_id, "Screenshot removed.")


def build_pack_response(view: EvidenceView) -> Response:
    """Send a pack as a file that no browser opens automatically."""
    response = Response(build_evidence_pack(view), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{format_pack_name(view)}"'
    return response


def _find_faults(view: TakedownView, form: TakedownOutcomeForm) -> Iterator[FieldProblem]:
    if form.done not in view.choices:
        yield FieldProblem(field="done", words="Choose what happened.")
    if len(form.note) > MAX_NOTE_LENGTH:
        yield FieldProblem(
            field="note", words=Reason("problem.takedown-note", {"count": Count(MAX_NOTE_LENGTH)})
        )


@contextmanager
def _mask_as_not_found() -> Iterator[None]:
    """Answer the same for what does not exist, belongs to someone else, or cannot be done."""
    try:
        yield
    except InputError as error:
        raise NotFound from error


REMOVAL_TITLE = "Have your details removed"


class RemovalForm(WebForm, frozen=True, kw_only=True):
    done: Decision | None = None


def build_removal_routes(context: PortalContext) -> Blueprint:
    routes = Blueprint("removal", __name__)
    app = context.app

    def load_view(case_id: str) -> RemovalView:
        with _mask_as_not_found():
            return build_removal_view(app, context.person_id, case_id)

    @routes.get("/me/findings/removals")
    def show_removals() -> Response:
        view = build_removal_list(app, context.person_id)
        return context.render_page("Removals", render_removal_list, view)

    @routes.get("/me/removal/<case_id>")
    def show_removal(case_id: str) -> Response:
        return context.render_page(REMOVAL_TITLE, render_removal, load_view(case_id))

    @routes.post("/me/removal/<case_id>")
    def submit_step(case_id: str) -> Response:
        view, form = load_view(case_id), read_form(RemovalForm)
        if form.done not in view.choices:
            abort(HTTPStatus.BAD_REQUEST)
        record_removal_step(app, context.person_id, case_id, form.done)
        if form.done is Decision.HARMLESS:
            # What may stay has no such page anymore.
            page = url_for("findings.show_finding", finding_id=view.case.finding.id)
            return context.redirect_to(page, REPORT_NOTICES[form.done])
        undone = form.done is Decision.REOPENED
        said = view.case.undone_words if undone else REMOVAL_NOTICES[form.done]
        return context.redirect_to(url_for(".show_removal", case_id=case_id), said)

    return routes
