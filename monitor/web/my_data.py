"""A person's own data: see it, change it, get a copy, pause, renew, leave.

Reading any of these pages, by anyone, changes nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from math import ceil
from typing import Any, Final

from flask import Blueprint, Response, abort, url_for

from monitor.config import CONSENT_DURATION, SignInMethod
from monitor.domain.consent_text import SCOPE_SENTENCES, TEXT_VERSION
from monitor.domain.enrollment import EnrollmentDraft
from monitor.domain.errors import InputError, NotPermittedError, TooSoonError
from monitor.domain.person import Person
from monitor.domain.vocabulary import (
    AddressConfirmRefusal,
    AddressRequestRefusal,
    ConsentChannel,
    EnrollmentStep,
    Scope,
)
from monitor.services.alert_feeds import find_alert_source
from monitor.services.auth import LINK_LASTS, LINK_LIMIT_PERIOD, end_all_sessions
from monitor.services.breaches import build_breaches_view
from monitor.services.consent import (
    ConsentAnswer,
    drop_consent_scopes,
    hash_district_terms,
    list_offered_scopes,
    list_terms_sections,
    load_consent_status,
    pause_checks,
    renew_consent,
    resume_checks,
)
from monitor.services.data_export import (
    count_stored_data,
    export_person_data,
    find_hold_line,
    find_next_export_time,
    list_access_log,
)
from monitor.services.enrollment import (
    preview_added_queries,
    recognize_profile_url,
)
from monitor.services.erasure import withdraw_consent
from monitor.services.name_changes import format_searched_name, withdraw_name_change
from monitor.services.pictures import can_add_reference_picture
from monitor.services.profile import (
    confirm_work_email_change,
    delete_account_proof,
    edit_profile,
    find_last_address_change,
    find_next_edit_time,
    find_pending_address_change,
    find_requested_name,
    request_account_proof,
    request_work_email_change,
)
from monitor.services.suppression import has_stopped_digest
from monitor.web import enrollment as views
from monitor.web.context import PortalContext, read_pasted_code
from monitor.web.enrollment import (
    NO_ADDRESS,
    AccountList,
    AccountsAction,
    AccountsForm,
    ScopesForm,
    StepInput,
    add_address_fault,
    apply_accounts,
    build_consent_parts,
    build_standalone_position,
    build_summary_rows,
    read_step,
    recheck_contradictions,
)
from monitor.web.findings import paginate_lines
from monitor.web.forms import WebForm, read_form, read_query
from reports.labels import (
    ADDRESS_CONFIRM_REFUSALS,
    ADDRESS_REQUEST_REFUSALS,
    ENROLLMENT_STEPS,
    ROLE_TASKS,
    SCOPE_TITLES,
)
from reports.pages import account as pages_address
from reports.pages import data as pages
from reports.pages import enrollment as pages_editing
from reports.pages.account import (
    AddressCodeView,
    AddressConfirmView,
    AddressSavedView,
    PreviousAddress,
    WorkAddressView,
)
from reports.pages.data import (
    AccessLogView,
    ConsentEditView,
    DataView,
    PendingAddress,
    ScopeLine,
    WithdrawalDoneView,
    WithdrawalView,
)
from reports.pages.enrollment import AccountProofLine, EnrollmentStepView, SummaryRow
from reports.pages.layout import FieldProblem, PageFrame
from reports.templating import format_local_time
from reports.translation import translate_plural, translate_sentence

PROOFS_PATH: Final = "/me/data/accounts#proofs"
EDITABLE_STEPS: Final = (EnrollmentStep.NAMES, EnrollmentStep.WORK, EnrollmentStep.ACCOUNTS)
FIRST_FIELDS: Final = {
    EnrollmentStep.NAMES: "given",
    EnrollmentStep.WORK: "school",
    EnrollmentStep.ACCOUNTS: "address",
}
NAME_NEEDS_CONFIRMATION: Final = (
    "Saved. IT must confirm the new name. We do not search for it until they do."
)
CONSENT_ENDED: Final = "Your consent has ended, so we do not search for you."


def build_editing_routes(context: PortalContext) -> Blueprint:
    routes = _create_blueprint("editing", context)
    editor = ProfileEditor(context)
    for step in EDITABLE_STEPS:
        _add_step_routes(routes, editor, step)
    return routes


def _add_step_routes(routes: Blueprint, editor: "ProfileEditor", step: EnrollmentStep) -> None:
    def show_step() -> Response:
        return editor.render_step(step, StepInput(draft=editor.build_initial_draft(step)))

    def submit_step() -> Response:
        return editor.submit_step(step)

    routes.add_url_rule(f"/me/data/{step}", f"show-{step}", show_step)
    routes.add_url_rule(f"/me/data/{step}", f"answer-{step}", submit_step, methods=["POST"])


@dataclass(frozen=True, slots=True)
class ProfileEditor:
    context: PortalContext

    @property
    def draft(self) -> EnrollmentDraft:
        app, person_id = self.context.app, self.context.person_id
        consent = app.db.consents.find_latest_consent(person_id)
        scopes = consent.scopes if consent else frozenset()
        return EnrollmentDraft.from_person(app.db.people.load_person(person_id), scopes)

    def build_initial_draft(self, step: EnrollmentStep) -> EnrollmentDraft:
        """Return what the form begins with: a name that waits is the one last given."""
        draft = self.draft
        waiting = find_requested_name(self.context.app, self.context.person_id)
        return replace(draft, name=waiting) if waiting and step is EnrollmentStep.NAMES else draft

    def submit_step(self, step: EnrollmentStep) -> Response:
        if step is EnrollmentStep.ACCOUNTS:
            return self._update_accounts(read_form(AccountsForm))
        return self._save_step(step, read_step(step, self.draft), "/me/data")

    def render_step(self, step: EnrollmentStep, step_input: StepInput) -> Response:
        render, view = self._build_step_view(step, step_input)
        return self.context.render_page(ENROLLMENT_STEPS[step], render, view)

    def _build_step_view(
        self, step: EnrollmentStep, step_input: StepInput
    ) -> tuple[Callable[[Any, PageFrame], str], EnrollmentStepView]:
        draft, faults = step_input.draft, step_input.faults
        if step is EnrollmentStep.NAMES:
            return pages_editing.render_names_step, views.build_names_view(
                draft, faults, build_standalone_position(step)
            )
        if step is EnrollmentStep.WORK:
            return pages_editing.render_work_step, views.build_work_view(
                draft, faults, build_standalone_position(step)
            )
        view = views.build_accounts_view(
            draft, faults, build_standalone_position(step), step_input.address
        )
        return pages_editing.render_accounts_step, replace(view, proofs=self._build_proof_lines())

    def _build_proof_lines(self) -> tuple[AccountProofLine, ...]:
        proofs, person_id = self.context.app.db.account_proofs, self.context.person_id
        known = proofs.list_proofs_of_person(person_id)
        return tuple(views.build_proof_lines(known, partial(proofs.derive_proof_code, person_id)))

    def _request_proof(self, account: str, step_input: StepInput) -> Response:
        """Have the next check look for a proof once."""
        app, person_id = self.context.app, self.context.person_id
        try:
            request_account_proof(app, person_id, account)
        except TooSoonError:
            return self._render_too_soon(EnrollmentStep.ACCOUNTS, step_input)
        return self.context.redirect_to(
            PROOFS_PATH,
            "Requested. It runs with the next check. To run it right away, go to “Check now”.",
        )

    def _update_accounts(self, form: AccountsForm) -> Response:
        """Add or remove one account at once, or save the rest of the page."""
        step_input = apply_accounts(form, self.draft)
        listed = AccountList(step_input.draft, partial(recognize_profile_url, self.context.app))
        again = "/me/data/accounts#declared"
        if form.prove:
            return self._request_proof(form.prove, step_input)
        if form.forget:
            delete_account_proof(self.context.app, self.context.person_id, form.forget)
            return self.context.redirect_to(again)
        if form.remove:
            step_input = replace(step_input, draft=listed.remove_entry(form.remove))
            return self._save_step(EnrollmentStep.ACCOUNTS, step_input, again)
        adding = form.action is AccountsAction.ADD
        if not adding and not form.address:
            return self._save_step(EnrollmentStep.ACCOUNTS, step_input, "/me/data")
        draft = listed.add_address(form.address)
        if draft is None:
            return self.render_step(
                EnrollmentStep.ACCOUNTS, add_address_fault(step_input, NO_ADDRESS)
            )
        return self._save_step(
            EnrollmentStep.ACCOUNTS,
            recheck_contradictions(draft, step_input),
            again if adding else "/me/data",
        )

    def _save_step(self, step: EnrollmentStep, step_input: StepInput, path: str) -> Response:
        if step_input.faults:
            return self.render_step(step, step_input)
        app, person_id = self.context.app, self.context.person_id
        person = app.db.people.load_person(person_id)
        try:
            edit_profile(app, step_input.draft.apply_to_person(person))
        except TooSoonError:
            return self._render_too_soon(step, step_input)
        if step is EnrollmentStep.NAMES and step_input.draft.name == person.name:
            withdraw_name_change(app, person_id)
        waits = step is EnrollmentStep.NAMES and find_requested_name(app, person_id)
        return self.context.redirect_to(path, NAME_NEEDS_CONFIRMATION if waits else "Saved.")

    def _render_too_soon(self, step: EnrollmentStep, step_input: StepInput) -> Response:
        """Say when words may be added again, to a person in words and to a program in seconds."""
        app, person_id = self.context.app, self.context.person_id
        next_at = find_next_edit_time(app, person_id) or self.context.now()
        zone = app.db.people.load_person(person_id).zone
        after = format_local_time(next_at, zone)
        words = f"You added words five times in seven days. You can add more after {after}"
        render, view = self._build_step_view(
            step, replace(step_input, faults=(FieldProblem(field=FIRST_FIELDS[step], words=words),))
        )
        response = self.context.render_page(
            ENROLLMENT_STEPS[step], render, view, HTTPStatus.TOO_MANY_REQUESTS
        )
        response.headers["Retry-After"] = str(ceil((next_at - self.context.now()).total_seconds()))
        return response


class PauseForm(WebForm, frozen=True, kw_only=True):
    days: str = ""


class RenewalQuery(WebForm, frozen=True, kw_only=True):
    """`scopes` names the chosen ones, joined by `-or-`."""

    scopes: str = ""


class RenewalForm(ScopesForm, frozen=True, kw_only=True):
    """`seal` is the hash of the text that its reader saw.

    `shown` names the added scopes of which they saw the questions, joined by `-or-`.
    """

    shown: str = ""
    seal: str = ""


PAUSE_SPANS: Final = {days: timedelta(days=int(days)) for days in ("7", "30", "90")}
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
    routes = _create_blueprint("data", context)

    @routes.get("/me/data")
    def show_data() -> Response:
        return render_data_page(context)

    @routes.get("/me/data/seen")
    def show_access_log() -> Response:
        lines = list_access_log(context.app, context.person_id)
        number, last, shown = paginate_lines(lines, VIEWS_PER_PAGE)
        view = AccessLogView(zone=context.load_person().zone, lines=shown, number=number, last=last)
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
    routes = _create_blueprint("consent", context)

    @routes.get("/me/data/scopes")
    def show_scopes() -> Response:
        view = _build_answer_view(context, _load_agreed_scopes(context))
        return context.render_page("Change what we search", pages.render_consent_scopes, view)

    @routes.post("/me/data/scopes")
    def submit_scopes() -> Response:
        chosen = frozenset(read_form(ScopesForm).scopes)
        before = _load_agreed_scopes(context)
        if not chosen:
            view = _build_answer_view(context, chosen, (NO_SCOPE_FAULT,))
            return context.render_page("Change what we search", pages.render_consent_scopes, view)
        if chosen < before:
            drop_consent_scopes(context.app, context.person_id, chosen, ConsentChannel.PORTAL)
            return context.redirect_to(
                url_for("data.show_data"), "Saved. We no longer search what you turned off."
            )
        if chosen == before:
            return context.redirect_to(url_for("data.show_data"), "Nothing was changed.")
        return context.redirect_to(_build_renewal_path(chosen))

    return routes


def build_renewal_routes(context: PortalContext) -> Blueprint:
    routes = _create_blueprint("renewal", context)

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
        if not chosen - _load_agreed_scopes(context) <= _parse_scopes(form.shown):
            return context.redirect_to(_build_renewal_path(chosen), READ_ADDED_FIRST)
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
        contact = context.app.config.district.contact
        hold = find_hold_line(context.app, context.person_id)
        view = WithdrawalView(contact=contact, zone=context.load_person().zone, hold=hold)
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
        district = context.app.config.district
        view = WithdrawalDoneView(contact=district.contact, zone=district.zone)
        return context.render_page("You left", pages.render_withdrawal_done, view)

    return routes


def _create_blueprint(name: str, context: PortalContext) -> Blueprint:
    """Make routes that say, after consent has ended, that there is none to change."""
    routes = Blueprint(name, __name__)
    routes.register_error_handler(
        NotPermittedError,
        lambda _error: context.redirect_to(url_for("data.show_data"), CONSENT_ENDED),
    )
    return routes


def render_data_page(
    context: PortalContext,
    faults: tuple[FieldProblem, ...] = (),
    status: HTTPStatus | None = None,
) -> Response:
    return context.render_page(
        "My data", pages.render_data, _build_data_view(context, faults), status
    )


def _build_data_view(context: PortalContext, faults: tuple[FieldProblem, ...]) -> DataView:
    app, person_id = context.app, context.person_id
    status, person = load_consent_status(app, person_id), context.load_person()
    consent, asked = status.consent, find_pending_address_change(app, person_id)
    waiting = find_requested_name(app, person_id)
    rows = build_summary_rows(EnrollmentDraft.from_person(person, consent.scopes), "/me/data")
    return DataView(
        zone=person.zone,
        standing=status.phase,
        address=person.mail,
        rows=(
            *(each for each in rows if not each.change.endswith("/scopes")),
            *_build_feed_row(context, person),
            *_build_picture_row(context, person),
        ),
        moving=PendingAddress(to=asked.new, until=asked.expires_at) if asked else None,
        waiting_name=format_searched_name(waiting) if waiting else "",
        agreed=tuple(words for scope, words in SCOPE_SENTENCES.items() if scope in consent.scopes),
        version=consent.text_version,
        given_at=consent.given_at,
        ends_at=consent.expires_at,
        kept=count_stored_data(app, person_id),
        copies_from=find_next_export_time(app, person_id),
        paused_until=consent.paused_until if consent.is_paused(context.now()) else None,
        erased_by=status.erased_by,
        hold=find_hold_line(app, person_id),
        renewal_due=status.renewal_due,
        weekly=not has_stopped_digest(app, person_id),
        cadence=app.db.email_cadences.load_cadence(person_id),
        faults=faults,
    )


def _build_feed_row(context: PortalContext, person: Person) -> Iterator[SummaryRow]:
    """Say how many alert feeds there are, and never an address."""
    if person.alert_feeds or find_alert_source(context.app):
        count = len(person.alert_feeds)
        words = translate_plural("%(num)s feed", "%(num)s feeds", count) % {"num": count}
        answer = words if count else ""
        yield SummaryRow(what="Alert feeds", answer=answer, change="/me/data/alerts")


def _build_picture_row(context: PortalContext, person: Person) -> Iterator[SummaryRow]:
    if person.reference_picture or can_add_reference_picture(context.app, person.id):
        answer = translate_sentence("Added") if person.reference_picture else ""
        yield SummaryRow(what="Picture of you", answer=answer, change="/me/data/picture")


def _build_answer_view(
    context: PortalContext, chosen: frozenset[Scope], faults: tuple[FieldProblem, ...] = ()
) -> ConsentEditView:
    app, agreed = context.app, _load_agreed_scopes(context)
    offered = list_offered_scopes(app)
    # What was agreed to and is asked nowhere today can still be taken back.
    lines = tuple(
        ScopeLine(scope=scope, title=SCOPE_TITLES[scope], words=SCOPE_SENTENCES[scope])
        for scope in Scope
        if scope in {*offered, *agreed}
    )
    return ConsentEditView(
        lines=lines,
        chosen=tuple(chosen),
        zone=context.load_person().zone,
        until=context.now() + CONSENT_DURATION,
        version=TEXT_VERSION,
        parts=build_consent_parts(list_terms_sections(app)),
        seal=hash_district_terms(app),
        adding=tuple(each for each in lines if each.scope in chosen - agreed),
        asked=preview_added_queries(app, context.person_id, agreed, chosen),
        faults=faults,
    )


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


ADDRESS_TITLE: Final = "Change your work email"
PROXY_NAME: Final = "your district's own sign-in page"

LINK_EXPIRED: Final = "This link was already used or has expired. Enter the new address again"


class WorkAddressForm(WebForm, frozen=True, kw_only=True):
    address: str = ""


def build_address_routes(context: PortalContext) -> Blueprint:
    routes = _create_blueprint("address", context)
    app = context.app
    _add_code_routes(context, routes)

    @routes.get("/me/data/address")
    def show_address() -> Response:
        return _render_address_page(context)

    @routes.post("/me/data/address")
    def submit_address() -> Response:
        typed = read_form(WorkAddressForm).address
        unwritten = request_work_email_change(
            app, context.person_id, typed, context.browser_session.id
        )
        if unwritten:
            often = unwritten is AddressRequestRefusal.OFTEN
            status = HTTPStatus.TOO_MANY_REQUESTS if often else None
            words = ADDRESS_REQUEST_REFUSALS[unwritten].format(
                domain=context.app.config.district.domains[0]
            )
            response = _render_address_page(context, typed, words, status)
            if often:
                response.headers["Retry-After"] = str(int(LINK_LIMIT_PERIOD.total_seconds()))
            return response
        return context.redirect_to(url_for("address.show_code_form"))

    return routes


def _add_code_routes(context: PortalContext, routes: Blueprint) -> None:
    app = context.app

    @routes.get("/me/data/address/code")
    def show_code_form() -> Response:
        waiting = find_pending_address_change(app, context.person_id)
        return (
            _render_code_page(context)
            if waiting
            else context.redirect_to(url_for("address.show_address"))
        )

    @routes.get("/me/data/address/<code>")
    def show_link(code: str) -> Response:
        return context.render_page(
            ADDRESS_TITLE, pages_address.render_address_confirm, AddressConfirmView(code=code)
        )

    @routes.post("/me/data/address/code")
    def submit_code() -> Response:
        unchanged = confirm_work_email_change(
            app, context.person_id, read_pasted_code(), context.browser_session.id
        )
        if unchanged is AddressConfirmRefusal.OVER and not find_pending_address_change(
            app, context.person_id
        ):
            return _render_address_page(context, fault=LINK_EXPIRED, status=HTTPStatus.GONE)
        return (
            _render_code_page(context, unchanged) if unchanged else _render_address_changed(context)
        )


def _render_address_changed(context: PortalContext) -> Response:
    """Say that it is done, since a proxy that sends the old address ends the session."""
    if not context.sessions.proxy_header:
        return context.redirect_to(
            url_for("data.show_data"),
            "Your email address was changed. We send one last email to the old one.",
        )
    mail = context.load_person().mail
    contact = context.app.config.district.contact
    view = AddressSavedView(address=mail, accounts=PROXY_NAME, contact=contact)
    return context.render_page(
        "Your email address was changed", pages_address.render_address_saved, view
    )


def _render_address_page(
    context: PortalContext, typed: str = "", fault: str = "", status: HTTPStatus | None = None
) -> Response:
    person = context.load_person()
    made = find_last_address_change(context.app, person.id)
    view = WorkAddressView(
        zone=person.zone,
        address=person.mail,
        domains=context.app.config.district.domains,
        typed=typed,
        accounts=_describe_sign_in(context),
        offices=tuple(_describe_roles(context)),
        moved=PreviousAddress(at=made.changed_at, old=made.old)
        if made and made.changed_at
        else None,
        faults=(FieldProblem(field="address", words=fault),) if fault else (),
    )
    return context.render_page(ADDRESS_TITLE, pages_address.render_work_address, view, status)


def _render_code_page(
    context: PortalContext, unchanged: AddressConfirmRefusal | None = None
) -> Response:
    faults = (
        (FieldProblem(field="code", words=ADDRESS_CONFIRM_REFUSALS[unchanged]),)
        if unchanged
        else ()
    )
    view = AddressCodeView(minutes=int(LINK_LASTS.total_seconds() // 60), faults=faults)
    title = "Check your new inbox"
    return context.render_page(title, pages_address.render_address_code, view)


def _describe_sign_in(context: PortalContext) -> str:
    """Return what names one's address at signing in, empty where the mailbox itself does."""
    portal = context.app.config.portal
    named = {SignInMethod.OIDC: portal.provider, SignInMethod.HEADER: PROXY_NAME}
    return named.get(portal.sign_in, "")


def _describe_roles(context: PortalContext) -> Iterator[str]:
    roles = context.require_principal().roles
    return (words for role, words in ROLE_TASKS.items() if role in roles)
