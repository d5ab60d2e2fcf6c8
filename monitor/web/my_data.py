"""A person's own data: see it, change it, get a copy, pause, renew, leave.

Reading any of these pages, by anyone, changes nothing.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from http import HTTPStatus
from math import ceil
from typing import Final

from flask import Blueprint, Response, abort, url_for

from monitor.config.sections import CONSENT_DURATION
from monitor.domain.consent_text import TEXT_VERSION, describe_scopes
from monitor.domain.enrollment_draft import EnrollmentDraft
from monitor.domain.errors import InputError, TooSoonError
from monitor.domain.person import Person
from monitor.domain.vocabulary import ConsentChannel, Scope
from monitor.services.alert_feeds import find_alert_source
from monitor.services.breaches import build_breaches_view
from monitor.services.consent_end import withdraw_consent
from monitor.services.consent_renewal import (
    ConsentAnswer,
    drop_consent_scopes,
    load_consent_status,
    pause_checks,
    preview_dropped_scopes,
    renew_consent,
    resume_checks,
)
from monitor.services.consent_terms import (
    hash_district_terms,
    list_offered_scopes,
    list_terms_sections,
)
from monitor.services.data_export import (
    count_stored_data,
    export_person_data,
    find_hold_line,
    find_next_export_time,
    list_access_log,
)
from monitor.services.enrollment import preview_added_queries
from monitor.services.name_changes import format_searched_name
from monitor.services.own_details import find_pending_address_change, find_requested_name
from monitor.services.pictures import can_add_reference_picture
from monitor.services.preferences import has_stopped_digest, list_possible_bars
from monitor.services.sessions import end_all_sessions
from monitor.web.context import PortalContext
from monitor.web.enrollment import build_consent_parts, build_summary_rows, list_scope_options
from monitor.web.enrollment_forms import ScopesForm
from monitor.web.findings import paginate_lines
from monitor.web.forms import WebForm, read_form, read_query
from monitor.web.own_details import create_blueprint
from reports.labels.account import PREFERENCES
from reports.pages import data as pages
from reports.pages.data import (
    AccessLogView,
    ConsentEditView,
    DataView,
    LeaveView,
    PendingAddress,
    WithdrawalDoneView,
)
from reports.pages.enrollment import SummaryRow
from reports.pages.layout import FieldProblem
from reports.translation import translate_label, translate_plural


class PauseForm(WebForm, frozen=True, kw_only=True):
    days: str = ""


class NarrowingForm(ScopesForm, frozen=True, kw_only=True):
    """Whoever is `sure` has read what is deleted."""

    sure: str = ""


class RenewalQuery(WebForm, frozen=True, kw_only=True):
    """`scopes` names the chosen ones, joined by `-or-`."""

    scopes: str = ""


class RenewalForm(ScopesForm, frozen=True, kw_only=True):
    """`seal` is the hash of the text that its reader saw.

    `shown` names the added scopes of which they saw the queries, joined by `-or-`.
    """

    shown: str = ""
    seal: str = ""


TURN_OFF_FIRST: Final = (
    "Turn off a search here first: you see what is deleted. Then read and agree to the rest."
)
ADD_FIRST: Final = (
    "Add the new search first, and keep another one. Then turn that off here: you see what is "
    "deleted."
)
PAUSE_SPANS: Final = {days: timedelta(days=int(days)) for days in ("7", "14", "30", "90")}
VIEWS_PER_PAGE: Final = 50
NO_SCOPE_FAULT: Final = FieldProblem(
    field="scopes", words="Choose at least one. To stop everything, pause or leave instead."
)
READ_ADDED_FIRST: Final = "See below what your choice would add. Read it, and then agree."
NO_SPAN_FAULT: Final = FieldProblem(field="days", words="Choose how long.")


def build_breach_routes(context: PortalContext) -> Blueprint:
    routes = Blueprint("breaches", __name__)

    @routes.get("/me/data/breaches")
    def show_breaches() -> Response:
        view = build_breaches_view(context.app, context.person_id)
        return context.render_page("Data breaches", pages.render_breaches, view)

    return routes


def build_data_routes(context: PortalContext) -> Blueprint:
    routes = create_blueprint("data", context)

    @routes.get("/me/data")
    def show_data() -> Response:
        return render_data_page(context)

    @routes.get("/me/data/seen")
    def show_access_log() -> Response:
        lines = list_access_log(context.app, context.person_id)
        number, last, shown = paginate_lines(lines, VIEWS_PER_PAGE)
        view = AccessLogView(lines=shown, number=number, last=last)
        return context.render_page("Who viewed your data", pages.render_access_log, view)

    @routes.post("/me/data/pause")
    def submit_pause() -> Response:
        span = PAUSE_SPANS.get(read_form(PauseForm).days)
        if span is None:
            return render_data_page(context, (NO_SPAN_FAULT,))
        until, person_id = context.now() + span, context.person_id
        pause_checks(context.app, person_id, until, ConsentChannel.PORTAL)
        return context.redirect_to(
            url_for("data.show_data"), "Paused. We do not search for you until the pause ends."
        )

    @routes.post("/me/data/resume")
    def submit_resume() -> Response:
        try:
            resume_checks(context.app, context.person_id, ConsentChannel.PORTAL)
        except InputError:
            return context.redirect_to(url_for("data.show_data"), "Nothing was paused.")
        return context.redirect_to(url_for("data.show_data"), "Checks are on again.")

    @routes.post("/me/data/sign-out")
    def submit_sign_out() -> Response:
        end_all_sessions(context.app, context.require_principal())
        return context.sign_out_and_redirect("You are signed out everywhere.")

    return routes


def build_consent_routes(context: PortalContext) -> Blueprint:
    routes = create_blueprint("consent", context)

    @routes.get("/me/data/scopes")
    def show_scopes() -> Response:
        view = _build_answer_view(context, _load_agreed_scopes(context))
        return context.render_page("Change what we search", pages.render_consent_scopes, view)

    @routes.post("/me/data/scopes")
    def submit_scopes() -> Response:
        form = read_form(NarrowingForm)
        chosen, before = frozenset(form.scopes), _load_agreed_scopes(context)
        if not chosen:
            view = _build_answer_view(context, chosen, (NO_SCOPE_FAULT,))
            return context.render_page("Change what we search", pages.render_consent_scopes, view)
        if chosen < before:
            lost = preview_dropped_scopes(context.app, context.person_id, chosen)
            if lost.deletes_anything and not form.sure:
                return context.render_page("Turn off a search", pages.render_narrowing, lost)
            drop_consent_scopes(context.app, context.person_id, chosen, ConsentChannel.PORTAL)
            return context.redirect_to(
                url_for("data.show_data"), "Saved. We no longer search what you turned off."
            )
        if chosen == before:
            return context.redirect_to(url_for("data.show_data"), "Nothing was changed.")
        return context.redirect_to(_build_renewal_path(chosen))

    return routes


def build_renewal_routes(context: PortalContext) -> Blueprint:
    routes = create_blueprint("renewal", context)

    @routes.get("/me/data/renew")
    def show_renewal() -> Response:
        asked = _parse_scopes(read_query(RenewalQuery).scopes)
        return context.render_page(
            "Read and agree",
            pages.render_consent_answer,
            _build_answer_view(context, asked or _load_agreed_scopes(context)),
        )

    @routes.post("/me/data/renew")
    def submit_renewal() -> Response:
        form, title = read_form(RenewalForm), "Read and agree"
        chosen = frozenset(form.scopes)
        if not chosen:
            view = _build_answer_view(context, chosen, (NO_SCOPE_FAULT,))
            return context.render_page(title, pages.render_consent_answer, view)
        agreed = _load_agreed_scopes(context)
        if not chosen - agreed <= _parse_scopes(form.shown):
            return context.redirect_to(_build_renewal_path(chosen), READ_ADDED_FIRST)
        kept = chosen & agreed
        if kept < agreed and _loses_anything(context, kept):
            notice = TURN_OFF_FIRST if kept else ADD_FIRST
            return context.redirect_to(url_for("consent.show_scopes"), notice)
        answer = ConsentAnswer(
            scopes=chosen,
            seen_text_hash=form.seal,
            channel=ConsentChannel.PORTAL,
        )
        try:
            renew_consent(context.app, context.person_id, answer)
        except InputError:
            return context.redirect_to(
                "/me/data/renew", "The text has changed in the meantime. Please read it again."
            )
        return context.redirect_to(
            url_for("data.show_data"), "Thank you. You renewed your consent."
        )

    return routes


def build_leave_routes(context: PortalContext) -> Blueprint:
    routes = Blueprint("leaving", __name__)

    @routes.get("/me/data/leave")
    def show_leave() -> Response:
        hold = find_hold_line(context.app, context.person_id)
        view = LeaveView(hold=hold)
        return context.render_page("Leave Namesake?", pages.render_withdrawal, view)

    @routes.post("/me/data/leave")
    def submit_leave() -> Response:
        # A person who has already left, in another tab, gets the same page.
        with suppress(InputError):
            withdraw_consent(context.app, context.person_id, ConsentChannel.PORTAL)
        end_all_sessions(context.app, context.require_principal())
        context.sign_out()
        return context.redirect_to(url_for("leaving.show_left"))

    @routes.get("/join/left")
    def show_left() -> Response:
        view = WithdrawalDoneView(
            others_stop_within=context.app.others_stop_within,
        )
        return context.render_page("You left", pages.render_withdrawal_done, view)

    return routes


def render_data_page(
    context: PortalContext,
    faults: tuple[FieldProblem, ...] = (),
    status: HTTPStatus | None = None,
) -> Response:
    return context.render_page(
        "Settings", pages.render_data, _build_data_view(context, faults), status
    )


def _build_data_view(context: PortalContext, faults: tuple[FieldProblem, ...]) -> DataView:
    app, person_id = context.app, context.person_id
    status, person = load_consent_status(app, person_id), context.load_person()
    consent, asked = status.consent, find_pending_address_change(app, person_id)
    waiting = find_requested_name(app, person_id)
    chosen = app.db.preferences.load_preferences(person_id)
    barred = app.db.barred_reviewers.find_barred_reviewer(person_id)
    rows = build_summary_rows(EnrollmentDraft.from_person(person, consent.scopes), "/me/data")
    return DataView(
        status=status.phase,
        address=person.mail,
        rows=(
            *(row for row in rows if not row.change.endswith("/scopes")),
            *_build_feed_row(context, person),
            *_build_picture_row(context, person),
        ),
        moving=PendingAddress(to=asked.new, until=asked.expires_at) if asked else None,
        waiting_name=format_searched_name(waiting) if waiting else "",
        agreed=describe_scopes(consent.scopes),
        given_at=consent.given_at,
        ends_at=consent.expires_at,
        kept=count_stored_data(app, person_id),
        copies_from=find_next_export_time(app, person_id),
        paused_until=consent.find_pause_end(context.now()),
        erased_by=status.erased_by,
        hold=find_hold_line(app, person_id),
        renewal_due=status.renewal_due,
        weekly=not has_stopped_digest(app, person_id),
        preferences={name: getattr(chosen, name) for name in PREFERENCES},
        reviewers=list_possible_bars(app, person_id),
        barred=barred.reviewer_id if barred else "",
        faults=faults,
    )


def _build_feed_row(context: PortalContext, person: Person) -> Iterator[SummaryRow]:
    """Say how many alert feeds there are, and never an address."""
    if person.alert_feeds or find_alert_source(context.app):
        count = len(person.alert_feeds)
        words = translate_plural("%(num)s feed", "%(num)s feeds", count) % {"num": count}
        answer = words if count else ""
        yield SummaryRow(what="Feeds", answer=answer, change="/me/data/alerts")


def _build_picture_row(context: PortalContext, person: Person) -> Iterator[SummaryRow]:
    if person.reference_picture or can_add_reference_picture(context.app, person.id):
        answer = translate_label("Added") if person.reference_picture else ""
        yield SummaryRow(what="Picture of you", answer=answer, change="/me/data/picture")


def _build_answer_view(
    context: PortalContext, chosen: frozenset[Scope], faults: tuple[FieldProblem, ...] = ()
) -> ConsentEditView:
    app, agreed = context.app, _load_agreed_scopes(context)
    offered = list_offered_scopes(app)
    # What was agreed to and is asked nowhere today can still be taken back.
    options = list_scope_options(scope for scope in Scope if scope in {*offered, *agreed})
    return ConsentEditView(
        options=options,
        chosen=tuple(chosen),
        until=context.now() + CONSENT_DURATION,
        version=TEXT_VERSION,
        parts=build_consent_parts(list_terms_sections(app)),
        seal=hash_district_terms(app),
        adding=tuple(option for option in options if option[0] in chosen - agreed),
        asked=preview_added_queries(app, context.person_id, agreed, chosen),
        faults=faults,
    )


def _loses_anything(context: PortalContext, kept: frozenset[Scope]) -> bool:
    """Tell whether to ask before a renewal with fewer searches; one that expired asked for all."""
    if not context.app.db.consents.has_consent_in_force(context.person_id, context.now()):
        return False
    return preview_dropped_scopes(context.app, context.person_id, kept).deletes_anything


def _build_renewal_path(chosen: frozenset[Scope]) -> str:
    return f"/me/data/renew?scopes={'-or-'.join(sorted(chosen))}#new-searches"


def _parse_scopes(joined: str) -> frozenset[Scope]:
    words = joined.split("-or-")
    return frozenset(scope for scope in Scope if scope.value in words)


def _load_agreed_scopes(context: PortalContext) -> frozenset[Scope]:
    latest = context.app.db.consents.find_latest_consent(context.person_id)
    if latest is None:
        abort(HTTPStatus.FORBIDDEN)
    return latest.scopes


TOO_MANY_EXPORTS: Final = FieldProblem(
    field="copy", words="You made five copies within an hour. Wait before you make the next one"
)


def build_export_routes(context: PortalContext) -> Blueprint:
    routes = Blueprint("own_copy", __name__)
    app = context.app

    @routes.post("/me/data/export")
    def submit_export() -> Response:
        """Write down who asked, so a POST; the archive holds JSON, a page and a sheet."""
        person = context.person_id
        try:
            made = export_person_data(app, person, person).build_attachment()
        except TooSoonError:
            return _render_export_too_soon(context, person)
        response = Response(made.body, mimetype=made.media_type)
        response.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
        return response

    return routes


def _render_export_too_soon(context: PortalContext, person_id: str) -> Response:
    """Say when it may be, to a person in words and to a program in seconds."""
    response = render_data_page(context, (TOO_MANY_EXPORTS,), HTTPStatus.TOO_MANY_REQUESTS)
    next_at = find_next_export_time(context.app, person_id)
    seconds = ceil((next_at - context.now()).total_seconds()) if next_at else 0
    response.headers["Retry-After"] = str(seconds)
    return response
