"""What one reviewer proposes and another confirms: early access to a case, and legal holds."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from flask import Blueprint, Response, url_for

from monitor.app import App
from monitor.domain.english_dates import format_local_time
from monitor.domain.errors import InputError, NotPermittedError, OpenCaseError
from monitor.domain.person import Reviewer
from monitor.domain.two_reviewers import CONFIRM_WITHIN, EarlyAccessProposal, HoldProposal
from monitor.domain.vocabulary import HoldAction
from monitor.services.legal_holds import (
    confirm_legal_hold,
    list_hold_proposals,
    propose_legal_hold,
    withdraw_hold_proposal,
)
from monitor.services.review import (
    confirm_early_access,
    list_early_access_proposals,
    propose_early_access,
    withdraw_early_access_proposal,
)
from monitor.web.context import PortalContext
from monitor.web.forms import WebForm, read_form
from monitor.web.review import MAX_TEXT_LENGTH, build_reviewer
from reports.labels.cases import REFERENCE
from reports.labels.office import HOLD_NOTICES, HOLD_PROPOSALS
from reports.pages import review as pages
from reports.pages.data import LegalHoldLine
from reports.pages.layout import FieldProblem
from reports.pages.review import EarlyAccessRequestsView, LegalHoldsView, ProposalLine
from reports.templating import shorten_id


class EarlyAccessForm(WebForm, frozen=True, kw_only=True):
    case_id: str = ""
    reason: str = ""


class LegalHoldForm(WebForm, frozen=True, kw_only=True):
    person_id: str = ""
    step: HoldAction = HoldAction.PLACE
    reason: str = ""


PROPOSAL_SENT = "Sent. Another reviewer has one day to confirm it."
PROPOSAL_WITHDRAWN = "Withdrawn. Nothing was opened, placed or exported."
# A person who guesses does not learn whether a case exists, or whose it is.
CANNOT_OPEN_EARLY = (
    "No case that you can open early has this reference. It is that of a case, not of a person "
    "or a result; check each character."
)
NO_CASE_REFERENCE = (
    "This is no reference: it has 8 to 32 characters, 0 to 9 and a to f. Nobody is found by name."
)
CASE_REFERENCE = re.compile(rf"[0-9a-f]{{{REFERENCE},32}}")
CANNOT_PROPOSE_HOLD = (
    "You cannot propose this. Either no one has joined under this address, or it is your own; or a "
    "hold is in place, or there is none to lift, or a proposal waits. Compare with the lists above."
)


class ProposalForm(WebForm, frozen=True, kw_only=True):
    """What is done about a proposal: a second reviewer confirms it, its own one withdraws it.

    `person` is whom the second one takes it to be about.
    """

    action: Literal["confirm", "withdraw"] = "confirm"
    person: str = ""


def withdraw_if_asked(
    context: PortalContext, withdraw: Callable[[App, Reviewer, str], None], proposal_id: str
) -> str:
    """Withdraw one's own proposal, and return what to say; empty if the form confirms one."""
    if read_form(ProposalForm).action != "withdraw":
        return ""
    try:
        withdraw(context.app, build_reviewer(context), proposal_id)
    except (InputError, NotPermittedError) as error:
        return str(error)
    return PROPOSAL_WITHDRAWN


def build_early_access_routes(context: PortalContext) -> Blueprint:
    return _build_proposal_routes("early", _EarlyAccessPages(context))


def _build_proposal_routes(name: str, views: "_EarlyAccessPages | _LegalHoldPages") -> Blueprint:
    """Make the routes of what one reviewer proposes and another confirms."""
    routes, path = Blueprint(name, __name__), f"/review/{name}"
    confirm = f"{path}/<proposal_id>"
    routes.add_url_rule(path, "show_proposals", views.show_proposals)
    routes.add_url_rule(path, "submit_proposal", views.submit_proposal, methods=["POST"])
    routes.add_url_rule(confirm, "submit_confirmation", views.submit_confirmation, methods=["POST"])
    return routes


@dataclass(frozen=True, slots=True)
class _EarlyAccessPages:
    context: PortalContext

    def show_proposals(self) -> Response:
        return self._render_proposals(EarlyAccessForm(), ())

    def submit_proposal(self) -> Response:
        form, by = read_form(EarlyAccessForm), build_reviewer(self.context)
        faults = tuple(_find_reason_faults(form.reason))
        if not CASE_REFERENCE.fullmatch(form.case_id.strip()):
            faults = (FieldProblem(field="case_id", words=NO_CASE_REFERENCE), *faults)
        if not faults:
            try:
                propose_early_access(self.context.app, by, form.case_id, form.reason)
            except OpenCaseError as error:
                faults = (FieldProblem(field="case_id", words=str(error)),)
            except (InputError, NotPermittedError):
                faults = (FieldProblem(field="case_id", words=CANNOT_OPEN_EARLY),)
        if faults:
            return self._render_proposals(form, faults)
        return self.context.redirect_to(url_for("early.show_proposals"), PROPOSAL_SENT)

    def submit_confirmation(self, proposal_id: str) -> Response:
        if said := withdraw_if_asked(self.context, withdraw_early_access_proposal, proposal_id):
            return self.context.redirect_to(url_for("early.show_proposals"), said)
        try:
            proposal = confirm_early_access(
                self.context.app, build_reviewer(self.context), proposal_id
            )
        except (InputError, NotPermittedError) as error:
            return self.context.redirect_to(url_for("early.show_proposals"), str(error))
        zone, end = self.context.app.config.district.zone, proposal.early_access
        until = f", until {format_local_time(end.until, zone)}" if end and end.until else ""
        notice = f"It is open for one day{until}. We are emailing the staff member."
        return self.context.redirect_to(
            url_for("review.show_case", case_id=proposal.case_id), notice
        )

    def _render_proposals(
        self, form: EarlyAccessForm, faults: tuple[FieldProblem, ...]
    ) -> Response:
        view = EarlyAccessRequestsView(
            proposals=tuple(
                _build_proposal_line(
                    self.context,
                    proposal,
                    "Early access to a case",
                    f"Reference {shorten_id(proposal.case_id)}",
                )
                for proposal in list_early_access_proposals(
                    self.context.app, build_reviewer(self.context)
                )
            ),
            case_id=form.case_id,
            reason=form.reason,
            faults=faults,
        )
        return self.context.render_page("Early access", pages.render_early_access_requests, view)


def build_legal_hold_routes(context: PortalContext) -> Blueprint:
    return _build_proposal_routes("holds", _LegalHoldPages(context))


@dataclass(frozen=True, slots=True)
class _LegalHoldPages:
    context: PortalContext

    def show_proposals(self) -> Response:
        return self._render_holds(LegalHoldForm(), ())

    def submit_proposal(self) -> Response:
        form, by = read_form(LegalHoldForm), build_reviewer(self.context)
        faults = tuple(_find_reason_faults(form.reason))
        if not faults:
            try:
                propose_legal_hold(self.context.app, by, form.person_id, form.step, form.reason)
            except (InputError, NotPermittedError):
                faults = (FieldProblem(field="person_id", words=CANNOT_PROPOSE_HOLD),)
        if faults:
            return self._render_holds(form, faults)
        return self.context.redirect_to(url_for("holds.show_proposals"), PROPOSAL_SENT)

    def submit_confirmation(self, proposal_id: str) -> Response:
        if said := withdraw_if_asked(self.context, withdraw_hold_proposal, proposal_id):
            return self.context.redirect_to(url_for("holds.show_proposals"), said)
        try:
            proposal = confirm_legal_hold(
                self.context.app,
                build_reviewer(self.context),
                proposal_id,
                read_form(ProposalForm).person,
            )
        except (InputError, NotPermittedError) as error:
            return self.context.redirect_to(url_for("holds.show_proposals"), str(error))
        self.context.wake_service()
        notice = HOLD_NOTICES[proposal.step]
        return self.context.redirect_to(url_for("holds.show_proposals"), notice)

    def _render_holds(self, form: LegalHoldForm, faults: tuple[FieldProblem, ...]) -> Response:
        view = LegalHoldsView(
            proposals=tuple(
                _build_proposal_line(
                    self.context,
                    proposal,
                    HOLD_PROPOSALS[proposal.step],
                    f"Person {proposal.person_id}",
                )
                for proposal in list_hold_proposals(self.context.app)
            ),
            active=tuple(
                LegalHoldLine(
                    person_id=hold.person_id, by=hold.by, reason=hold.reason, since=hold.placed_at
                )
                for hold in self.context.app.db.legal_holds.list_active_legal_holds()
            ),
            person=form.person_id,
            step=form.step,
            reason=form.reason,
            faults=faults,
        )
        return self.context.render_page("Legal holds", pages.render_legal_holds, view)


def _build_proposal_line(
    context: PortalContext,
    proposal: EarlyAccessProposal | HoldProposal,
    title: str,
    subject: str,
) -> ProposalLine:
    return ProposalLine(
        id=proposal.id,
        title=title,
        subject=subject,
        by=proposal.first,
        reason=proposal.reason,
        at=proposal.at,
        until=proposal.at + CONFIRM_WITHIN,
        mine=proposal.first.casefold() == build_reviewer(context).address.casefold(),
    )


def _find_reason_faults(reason: str) -> Iterator[FieldProblem]:
    if not reason:
        yield FieldProblem(field="reason", words="Give a reason. The person will read it.")
    if len(reason) > MAX_TEXT_LENGTH:
        yield FieldProblem(
            field="reason", words=f"Use at most {MAX_TEXT_LENGTH} characters for the reason."
        )
