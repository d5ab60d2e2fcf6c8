"""The page behind a link in an email that answers one finding, without signing in.

Looking at it changes nothing, however often a mail scanner does; only its form answers. What comes
next takes signing in: by a code to the mailbox that the link was in, which nobody types.
"""

from dataclasses import replace
from http import HTTPStatus

from flask import Blueprint, Response, abort, url_for

from monitor.config.sections import SignInMethod
from monitor.domain.case import CASE_OF_DECISION
from monitor.domain.errors import InputError
from monitor.domain.person import CURRENT_MEANS
from monitor.domain.vocabulary import CaseKind, CaseState, Decision, Side
from monitor.services.answer_links import (
    AnswerLink,
    answer_by_link,
    build_answer_card,
    build_link_means,
    disclose_answered,
    find_link_answer,
    load_linked_picture,
    open_answer_link,
    undo_by_link,
)
from monitor.services.answers import find_ownership_case, foresee_undo_of_answer
from monitor.services.disclosure import disclose_finding
from monitor.services.sign_in import request_answer_code, request_sign_in_link
from monitor.services.takedown import can_be_reported
from monitor.web.context import PortalContext
from monitor.web.forms import WebForm, read_form
from monitor.web.sign_in import build_emailed_code_view
from reports import answer_choices
from reports.case_view import CaseView
from reports.labels.cases import ADVICE_LINKS, SEEN_AND_REPORTED
from reports.pages import account as pages
from reports.pages.account import AnswerDoneView


class LinkAnswerForm(WebForm, frozen=True, kw_only=True):
    decision: Decision


def build_answer_link_routes(context: PortalContext) -> Blueprint:
    routes = Blueprint("answer", __name__)
    app = context.app

    @routes.get("/answer/<token>")
    def show_card(token: str) -> Response:
        link = open_answer_link(app, token)
        if link is None:
            return _render_over(context)
        view = build_answer_card(app, link, token)
        if view is None:
            return _render_no_longer_asked(context, link, token)
        return context.render_page("Answer one result", pages.render_answer_card, view)

    @routes.get("/answer/<token>/pictures/<finding_id>")
    def show_picture(token: str, finding_id: str) -> Response:
        link = open_answer_link(app, token) or abort(HTTPStatus.NOT_FOUND)
        try:
            picture = load_linked_picture(app, link, finding_id)
        except InputError:
            abort(HTTPStatus.NOT_FOUND)
        return Response(picture, mimetype="image/jpeg")

    @routes.post("/answer/<token>")
    def submit_answer(token: str) -> Response:
        decision = read_form(LinkAnswerForm).decision
        link = open_answer_link(app, token)
        if link is None:
            return _render_over(context)
        CURRENT_MEANS.set(build_link_means(app, link, context.browser_session.id))
        try:
            answered = answer_by_link(app, link, decision)
        except InputError:
            abort(HTTPStatus.BAD_REQUEST)
        if answered is None:
            return _render_no_longer_asked(context, link, token, decision)
        return _render_answered(context, link, token, decision, filed=len(answered[1]))

    _add_later_routes(context, routes)
    return routes


def _add_later_routes(context: PortalContext, routes: Blueprint) -> None:
    app = context.app

    @routes.post("/answer/<token>/undo")
    def submit_undo(token: str) -> Response:
        link = open_answer_link(app, token)
        if link is None or not undo_by_link(app, link, context.browser_session.id):
            return _render_over(context)
        path = url_for("answer.show_card", token=token)
        return context.redirect_to(path, "Your answer is undone.")

    @routes.post("/answer/<token>/sign-in")
    def submit_code_request(token: str) -> Response:
        link = open_answer_link(app, token)
        if link is None or not _find_code_token(context, link, token):
            return _render_over(context)
        mail = app.db.people.load_mail_address(link.person_id)
        request_sign_in_link(app, mail, context.browser_session.id)
        response = context.redirect_to(url_for("sign_in.show_link_sent"))
        context.keep_wanted_path(response, _find_next_path(context, link))
        return response


def _find_code_token(context: PortalContext, link: AnswerLink, token: str) -> str:
    """Return the link if its person signs in by a code from here; empty if they are signed in."""
    by_code = context.app.config.portal.sign_in is SignInMethod.LINK
    principal = context.browser_session.principal
    is_here = principal is not None and principal.person_id == link.person_id
    return token if by_code and not is_here else ""


def _find_next_path(context: PortalContext, link: AnswerLink) -> str:
    """Return the page of what its person does next, by what the case is by now."""
    if _leads_to_removal(context, link):
        return url_for("removal.show_removal", case_id=link.card_id)
    asked = None if link.is_case else find_ownership_case(context.app, link.finding_id)
    if asked is not None and asked.find_mistaken_report(Side.PERSON):
        return url_for("takedown.show_withdrawal", case_id=asked.id)
    if asked is not None and asked.is_pursued and can_be_reported(asked):
        return url_for("takedown.show_kit", case_id=asked.id)
    return url_for("findings.show_finding", finding_id=link.finding_id)


def _leads_to_removal(context: PortalContext, link: AnswerLink) -> bool:
    """Tell whether the details are its person's, who can have them taken down."""
    case = context.app.db.cases.load_case(link.card_id) if link.is_case else None
    return (
        case is not None and case.kind is CaseKind.EXPOSED_CONTACT and case.state is CaseState.MINE
    )


def _render_no_longer_asked(
    context: PortalContext, link: AnswerLink, token: str, pressed: Decision | None = None
) -> Response:
    """Show what they said to who goes back or presses twice; to others, the link is over."""
    said = find_link_answer(context.app, link, context.browser_session.id)
    if said is None:
        return _render_over(context, _find_code_token(context, link, token))
    return _render_answered(context, link, token, said, filed=0 if said is pressed else None)


def _render_answered(
    context: PortalContext,
    link: AnswerLink,
    token: str,
    decision: Decision,
    *,
    filed: int | None = None,
) -> Response:
    """Say what was answered, what comes next by when, and take it back from here.

    `filed` counts what else the answer settled; it is None where no answer was saved just now.
    """
    app = context.app
    case, finding = disclose_answered(app, link), app.db.findings.load_finding(link.finding_id)
    own = answer_choices.CASE_ANSWERS[case.kind] if case else {}
    answer = own.get(decision) or disclose_finding(app, finding).said
    taken = case is not None and bool(case.recovery_choices)
    code_token = _find_code_token(context, link, token)
    # Whoever goes on to a plan need not ask for the code first.
    done = _build_done_view(context, link, decision, answer)
    own_page = url_for("findings.show_finding", finding_id=link.finding_id)
    mail = app.db.people.load_mail_address(link.person_id)
    sends_code = (
        bool(code_token)
        and filed is not None
        and done.next_path != own_page
        and request_answer_code(app, mail, context.browser_session.id)
    )
    view = replace(
        done,
        filed=filed or 0,
        token=code_token,
        code=build_emailed_code_view(context) if sends_code else None,
        undo=token,
        undo_outlook=case.undo
        if case and link.is_case
        else foresee_undo_of_answer(app, link.finding_id),
        case=case,
        next_step=_describe_next_step(link, case) or done.next_step,
        # What cannot wait for a code: the pages of others alone, none of our own.
        steps=tuple(replace(step, path="") for step in case.steps) if case and taken else (),
    )
    title = "You answered this" if filed is None else "Saved"
    response = context.render_page(title, pages.render_answer_done, view)
    if sends_code:
        context.keep_wanted_path(response, done.next_path)
    return response


def _describe_next_step(link: AnswerLink, case: CaseView | None) -> str:
    """Say how it ended, or what is said on a page of ours; empty where the answer says it."""
    if case and case.reported_by_it_at and case.decision is Decision.IMPERSONATION:
        return SEEN_AND_REPORTED
    if case and Side.PERSON in case.withdraws:
        return answer_choices.MISREPORTED_ANSWERED
    if case is None or not link.is_case:
        return ""
    if case.lever is Decision.UNLINKED:
        return answer_choices.ANSWER_HINTS[case.kind][Decision.UNLINKED]
    # What to do stands below it.
    return case.own_end or (answer_choices.TAKEN_OVER_ANSWERED if case.recovery_choices else "")


def _build_done_view(
    context: PortalContext, link: AnswerLink, decision: Decision, answer: str
) -> AnswerDoneView:
    """Say what comes next; all further pages take signing in."""
    path = _find_next_path(context, link)
    if link.is_case:
        has_removal = _leads_to_removal(context, link)
        return AnswerDoneView(
            answer=answer,
            next_step=answer_choices.DETAILS_ANSWERED
            if has_removal
            else answer_choices.CASE_ANSWERED,
            next_path=path,
            action=ADVICE_LINKS["removal"] if has_removal else "Open this result",
        )
    action = "Open the steps" if decision in CASE_OF_DECISION else "Open this result"
    return AnswerDoneView(
        answer=answer,
        next_step=answer_choices.ANSWER_NEXT_STEPS[decision],
        next_path=path,
        action=action,
    )


def _render_over(context: PortalContext, token: str = "") -> Response:
    """Say the same for a link that was answered, has expired or was never ours."""
    is_signed_in = context.browser_session.principal is not None
    view = AnswerDoneView(
        next_step=answer_choices.ANSWER_LINK_OVER_SIGNED_IN
        if is_signed_in
        else answer_choices.ANSWER_LINK_OVER,
        next_path=url_for("me.show_home"),
        action="Open your results",
        token=token,
    )
    return context.render_page(
        "This link no longer works", pages.render_answer_done, view, HTTPStatus.GONE
    )
