"""The page behind a link in an email that answers one finding, without signing in.

Looking at it changes nothing, however often a mail scanner does; only its form answers.
"""

from http import HTTPStatus

from flask import Blueprint, Response, abort, url_for

from monitor.domain.case import CASE_OF_DECISION
from monitor.domain.errors import InputError
from monitor.domain.vocabulary import CaseKind, Decision
from monitor.services.answer_links import (
    AnswerLink,
    answer_by_link,
    build_answer_card,
    load_linked_picture,
    open_answer_link,
)
from monitor.services.answers import find_ownership_case
from monitor.services.disclosure import has_reviewer
from monitor.web.context import PortalContext
from monitor.web.forms import WebForm, read_form
from reports import labels
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
        view = build_answer_card(app, link, token) if link else None
        if view is None:
            return _render_over(context)
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
        try:
            card = answer_by_link(app, link, decision) if link else None
        except InputError:
            abort(HTTPStatus.BAD_REQUEST)
        if link is None or card is None:
            return _render_over(context)
        answer = next(choice.words for choice in card.choices if choice.value == decision)
        view = _build_done_view(context, link, decision, answer)
        return context.render_page("Saved", pages.render_answer_done, view)

    return routes


def _build_done_view(
    context: PortalContext, link: AnswerLink, decision: Decision, answer: str
) -> AnswerDoneView:
    """Say what comes next; all further pages take signing in."""
    if link.is_case and decision is Decision.MINE and _asks_about_contacts(context, link):
        return AnswerDoneView(
            answer=answer,
            next_step=labels.DETAILS_ANSWERED,
            next_path=url_for("removal.show_removal", case_id=link.card_id),
            action=labels.ADVICE_LINKS["removal"],
        )
    if link.is_case:
        return AnswerDoneView(
            answer=answer,
            next_step=labels.CASE_ANSWERED,
            next_path=url_for("findings.show_finding", finding_id=link.finding_id),
            action="Open this result",
        )
    case = find_ownership_case(context.app, link.finding_id)
    if case is not None and decision in CASE_OF_DECISION:
        path, action = url_for("takedown.show_kit", case_id=case.id), "Open the steps"
    else:
        path, action = url_for("sort.show_cards"), "Open your results"
    said = decision
    if said is Decision.IMPERSONATION and not has_reviewer(
        context.app.config, context.app.db, link.person_id
    ):
        # Without anybody in IT who may look, only its person sees that, too.
        said = Decision.MOCK
    return AnswerDoneView(
        answer=answer, next_step=labels.ANSWER_NEXT_STEPS[said], next_path=path, action=action
    )


def _asks_about_contacts(context: PortalContext, link: AnswerLink) -> bool:
    return context.app.db.cases.load_case(link.card_id).kind is CaseKind.EXPOSED_CONTACT


def _render_over(context: PortalContext) -> Response:
    """Say the same for a link that was answered, has expired or was never ours."""
    view = AnswerDoneView(
        next_step=labels.ANSWER_LINK_OVER,
        next_path=url_for("me.show_home"),
        action="Open your results",
    )
    return context.render_page(
        "This link no longer works", pages.render_answer_done, view, HTTPStatus.GONE
    )
