"""What a person says about themselves, and changes: words, accounts, address, feeds, a picture."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus
from math import ceil
from typing import Any, Final

from flask import Blueprint, Response, url_for

from monitor.app.sources import PictureSupport, detect_picture_support
from monitor.config.sections import SignInMethod
from monitor.domain.enrollment_draft import EnrollmentDraft
from monitor.domain.errors import InputError, NotPermittedError, TooSoonError
from monitor.domain.person import AlertFeed
from monitor.domain.reason import Moment, Plain, Reason, Told
from monitor.domain.vocabulary import AddressConfirmRefusal, AddressRequestRefusal, EnrollmentStep
from monitor.services.account_reach import describe_own_reach
from monitor.services.alert_feeds import (
    add_alert_feed,
    can_use_alert_feeds,
    list_alert_searches,
    remove_alert_feed,
)
from monitor.services.enrollment import recognize_profile_url
from monitor.services.name_changes import withdraw_name_change
from monitor.services.own_details import (
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
from monitor.services.pictures import (
    MAX_UPLOAD_BYTES,
    add_reference_picture,
    can_add_reference_picture,
    remove_reference_picture,
)
from monitor.services.sign_in import LINK_LASTS, LINK_LIMIT_PERIOD
from monitor.web import enrollment as views
from monitor.web.context import PortalContext, read_pasted_code
from monitor.web.enrollment import build_standalone_position
from monitor.web.enrollment_forms import (
    AccountList,
    AccountsAction,
    AccountsForm,
    StepInput,
    add_fault,
    apply_accounts,
    read_step,
    recheck_contradictions,
)
from monitor.web.forms import WebForm, read_form
from reports.labels.account import (
    ADDRESS_CONFIRM_REFUSALS,
    ADDRESS_REQUEST_REFUSALS,
    ENROLLMENT_STEPS,
    REFERENCE_PICTURE_PROBLEMS,
    ROLE_TASKS,
)
from reports.pages import account as pages_address
from reports.pages import data as pages
from reports.pages import enrollment as pages_editing
from reports.pages.account import (
    AddressSavedView,
    EmailedCodeView,
    PreviousAddress,
    WorkAddressView,
)
from reports.pages.data import AlertFeedLine, AlertFeedsView, ReferencePictureView
from reports.pages.enrollment import AccountProofLine, EnrollmentStepView
from reports.pages.layout import FieldProblem, PageFrame
from scrapers.search.alerts import build_feed_id

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
    routes = create_blueprint("editing", context)
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
        app, person_id = self.context.app, self.context.person_id
        view = views.build_accounts_view(step_input, build_standalone_position(step))
        declared = describe_own_reach(app, view.declared, person_id)
        view = replace(view, declared=declared, proofs=self._build_proof_lines())
        return pages_editing.render_accounts_step, view

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
        draft = listed.add_address(form.address, form.network)
        if isinstance(draft, FieldProblem):
            return self.render_step(EnrollmentStep.ACCOUNTS, add_fault(step_input, draft))
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
        words = Reason("problem.often", {"after": Moment(next_at, zone)})
        render, view = self._build_step_view(
            step, replace(step_input, faults=(FieldProblem(field=FIRST_FIELDS[step], words=words),))
        )
        response = self.context.render_page(
            ENROLLMENT_STEPS[step], render, view, HTTPStatus.TOO_MANY_REQUESTS
        )
        response.headers["Retry-After"] = str(ceil((next_at - self.context.now()).total_seconds()))
        return response


def create_blueprint(name: str, context: PortalContext) -> Blueprint:
    """Make routes that say, after consent has ended, that there is none to change."""
    routes = Blueprint(name, __name__)
    routes.register_error_handler(
        NotPermittedError,
        lambda _error: context.redirect_to(url_for("data.show_data"), CONSENT_ENDED),
    )
    return routes


ADDRESS_TITLE: Final = "Change your work email"
PROXY_NAME: Final = "your district's own sign-in page"

LINK_EXPIRED: Final = "This link was already used or has expired. Enter the new address again"


class WorkAddressForm(WebForm, frozen=True, kw_only=True):
    address: str = ""


def build_address_routes(context: PortalContext) -> Blueprint:
    routes = create_blueprint("address", context)
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
            words = _describe_refusal(context, unwritten)
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
        return context.render_page(ADDRESS_TITLE, pages_address.render_address_confirm, code)

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
    view = AddressSavedView(address=context.load_person().mail, accounts=PROXY_NAME)
    return context.render_page(
        "Your email address was changed", pages_address.render_address_saved, view
    )


def _describe_refusal(context: PortalContext, refusal: AddressRequestRefusal) -> Told:
    if refusal is AddressRequestRefusal.FOREIGN:
        domain = Plain(context.app.config.district.domains[0])
        return Reason("problem.foreign-address", {"domain": domain})
    return ADDRESS_REQUEST_REFUSALS[refusal]


def _render_address_page(
    context: PortalContext, typed: str = "", fault: Told = "", status: HTTPStatus | None = None
) -> Response:
    person, roles = context.load_person(), context.require_principal().roles
    made = find_last_address_change(context.app, person.id)
    # Empty where the mailbox itself names one's address at signing in.
    portal = context.app.config.portal
    named = {SignInMethod.OIDC: portal.provider, SignInMethod.HEADER: PROXY_NAME}
    view = WorkAddressView(
        address=person.mail,
        domains=context.app.config.district.domains,
        typed=typed,
        accounts=named.get(portal.sign_in, ""),
        offices=tuple(words for role, words in ROLE_TASKS.items() if role in roles),
        moved=PreviousAddress(at=made.changed_at, old=made.old)
        if made and made.changed_at
        else None,
        faults=(FieldProblem(field="address", words=fault),) if fault else (),
    )
    return context.render_page(ADDRESS_TITLE, pages_address.render_work_address, view, status)


def _render_code_page(
    context: PortalContext, unchanged: AddressConfirmRefusal | None = None
) -> Response:
    view = EmailedCodeView(minutes=int(LINK_LASTS.total_seconds() // 60))
    if unchanged:
        fault = FieldProblem(field="code", words=ADDRESS_CONFIRM_REFUSALS[unchanged])
        view = replace(view, faults=(fault,))
    return context.render_page("Check your new inbox", pages_address.render_address_code, view)


FEEDS_TITLE: Final = "Feeds"
NOT_READ: Final = "Feeds are not read for you: turn on “Search engines” first."


class AlertFeedForm(WebForm, frozen=True, kw_only=True):
    """`remove` names a feed by its id; `address` is one to add."""

    address: str = ""
    remove: str = ""


def build_alert_feed_routes(context: PortalContext) -> Blueprint:
    routes = Blueprint("alerts", __name__)

    @routes.get("/me/data/alerts")
    def show_alert_feeds() -> Response:
        return _render_feeds(context)

    @routes.post("/me/data/alerts")
    def submit_alert_feed() -> Response:
        form, person_id = read_form(AlertFeedForm), context.person_id
        here = url_for("alerts.show_alert_feeds")
        if form.remove:
            remove_alert_feed(context.app, person_id, form.remove)
            return context.redirect_to(here, "Removed.")
        try:
            add_alert_feed(context.app, person_id, form.address)
        except InputError as error:
            fault = FieldProblem(field="address", words=str(error))
            return _render_feeds(context, (fault,))
        except NotPermittedError:
            return context.redirect_to(url_for("data.show_data"), NOT_READ)
        return context.redirect_to(here, "Added. We read it with the next check.")

    return routes


def _render_feeds(
    context: PortalContext,
    faults: tuple[FieldProblem, ...] = (),
) -> Response:
    person_id = context.person_id
    person = context.app.db.people.load_person(person_id)
    view = AlertFeedsView(
        is_read=can_use_alert_feeds(context.app, person_id),
        searches=list_alert_searches(context.app, person_id),
        feeds=tuple(map(_build_feed_line, person.alert_feeds)),
        faults=faults,
    )
    return context.render_page(FEEDS_TITLE, pages.render_alert_feeds, view)


def _build_feed_line(feed: AlertFeed) -> AlertFeedLine:
    return AlertFeedLine(
        id=build_feed_id(feed.address),
        service="Google Alerts" if "google." in feed.address else feed.address.split("/")[2],
        ending=feed.address.rstrip("/")[-4:],
        added_at=feed.added_at,
        read_at=feed.read_at,
        fault=feed.fault,
    )


PICTURE_TITLE: Final = "Picture of you"
NOT_COMPARED: Final = "Pictures are not compared for you: turn on “Profile pictures” first."


class ReferencePictureForm(WebForm, frozen=True, kw_only=True):
    picture: bytes = b""


def build_reference_picture_routes(context: PortalContext) -> Blueprint:
    routes = Blueprint("picture", __name__)

    @routes.get("/me/data/picture")
    def show_reference_picture() -> Response:
        return _render_picture(context)

    @routes.post("/me/data/picture")
    def submit_reference_picture() -> Response:
        form, person_id = read_form(ReferencePictureForm), context.person_id
        try:
            problem = add_reference_picture(context.app, person_id, form.picture)
        except NotPermittedError:
            return context.redirect_to(url_for("data.show_data"), NOT_COMPARED)
        if problem:
            fault = FieldProblem(field="picture", words=REFERENCE_PICTURE_PROBLEMS[problem])
            return _render_picture(context, (fault,))
        notice = "Added. The picture itself is not stored."
        return context.redirect_to(url_for("picture.show_reference_picture"), notice)

    @routes.post("/me/data/picture/remove")
    def remove_own_reference_picture() -> Response:
        remove_reference_picture(context.app, context.person_id)
        return context.redirect_to(url_for("picture.show_reference_picture"), "Removed.")

    return routes


def _render_picture(
    context: PortalContext,
    faults: tuple[FieldProblem, ...] = (),
) -> Response:
    person_id = context.person_id
    view = ReferencePictureView(
        is_compared=can_add_reference_picture(context.app, person_id),
        is_supported=detect_picture_support() is not PictureSupport.UNOPENED,
        is_added=bool(context.app.db.people.load_person(person_id).reference_picture),
        megabytes=MAX_UPLOAD_BYTES >> 20,
        faults=faults,
    )
    return context.render_page(PICTURE_TITLE, pages.render_reference_picture, view)
