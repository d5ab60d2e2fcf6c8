"""Joining, from an invitation that was opened in this browser to a yes."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request

from monitor.config import CONSENT_LASTS
from monitor.domain.consent_text import TEXT_VERSION
from monitor.domain.joining import Draft, Step
from monitor.domain.role import Way
from monitor.flows.membership.beginning import Beginning
from monitor.web import join_views as views
from monitor.web.desk import WebDesk
from monitor.web.join_forms import Filled, Listed, checked, faulty, filled
from monitor.web.join_views import ReadText, place
from reports.page import Frame
from reports.pages import joining as pages
from reports.pages.joining import StepView

TITLES = {
    Step.READ: "Join Namesake",
    Step.SCOPES: "What may Namesake ask?",
    Step.NAMES: "Which names are you known by?",
    Step.WORK: "Where would people expect you?",
    Step.ACCOUNTS: "Which accounts are yours?",
    Step.CHECK: "Check your answers, and join",
}
NO_ADDRESS = "Paste the address of a page, such as instagram.com/yourname."
READ_AGAIN = "The consent text has changed since you read it. Read it again, please."


@dataclass(frozen=True, slots=True)
class Joiner:
    """Whoever opened an invitation in this browser, and how far they are."""

    desk: WebDesk

    @property
    def beginning(self) -> Beginning:
        return self.desk.service.portal.beginning

    @property
    def invitation(self) -> str:
        principal = self.desk.visit.principal
        return principal.invitation if principal else ""

    def unopened(self) -> Response:
        """Ask for the code of an invitation; who has joined goes to their own page."""
        principal = self.desk.visit.principal
        if principal and principal.person:
            return self.desk.done("/me")
        view = pages.CodeView()
        return self.desk.page("Open your invitation", pages.render_code, view)

    def show(self, step: Step) -> Response:
        if not self.invitation:
            return self.unopened()
        draft = self.beginning.draft(self.invitation)
        if not draft.may_open(step):
            return self.desk.done(f"/join/{draft.reached}")
        return self._page(step, Filled(draft=draft))

    def answer(self, step: Step) -> Response:
        if not self.invitation:
            return self.unopened()
        draft = self.beginning.draft(self.invitation)
        if not draft.may_open(step):
            return self.desk.done(f"/join/{draft.reached}")
        if step is Step.CHECK:
            return self._agree(draft)
        read = filled(step, request.form, draft)
        if step is Step.ACCOUNTS:
            return self._accounts(read)
        return self._kept(step, read)

    def _kept(self, step: Step, read: Filled) -> Response:
        if read.faults:
            return self._page(step, read)
        self.beginning.answer(self.invitation, step, read.draft)
        return self.desk.done(f"/join/{step.after}")

    def _accounts(self, read: Filled) -> Response:
        """Add or remove one account, or go on; an address that was left in its box is added."""
        listed, form = Listed(read.draft, self.beginning.recognised), request.form
        if "remove" in form:
            self.beginning.revise(self.invitation, listed.without(form["remove"]))
            return self.desk.done("/join/accounts#declared")
        if not form.get("address", "").strip():
            if form.get("deed") == "add":
                return self._page(Step.ACCOUNTS, faulty(read, NO_ADDRESS))
            return self._kept(Step.ACCOUNTS, read)
        draft = listed.with_address(form["address"])
        if draft is None:
            return self._page(Step.ACCOUNTS, faulty(read, NO_ADDRESS))
        if form.get("deed") == "add":
            self.beginning.revise(self.invitation, draft)
            return self.desk.done("/join/accounts#declared", "Added to your accounts and pages.")
        return self._kept(Step.ACCOUNTS, checked(draft, read))

    def _agree(self, draft: Draft) -> Response:
        if request.form.get("seal", "") != self.desk.service.terms.hash:
            self.beginning.revise(self.invitation, replace(draft, done=frozenset()))
            return self.desk.done("/join/read", READ_AGAIN)
        person = self.beginning.agree(self.invitation, draft, request.form["seal"])
        self.desk.enter(person.ref, Way.LINK)
        return self.desk.done("/me/joined")

    def _page(self, step: Step, read: Filled) -> Response:
        status = HTTPStatus.UNPROCESSABLE_ENTITY if read.faults else HTTPStatus.OK
        render, view = self._view(step, read)
        return self.desk.page(TITLES[step], render, view, status)

    def _view(self, step: Step, read: Filled) -> tuple[Callable[[Any, Frame], str], StepView]:
        draft, faults, service = read.draft, read.faults, self.desk.service
        match step:
            case Step.READ:
                sections = service.terms.sections
                return pages.render_read, views.read_view(draft, sections, TEXT_VERSION)
            case Step.SCOPES:
                offered = self.beginning.offered
                return pages.render_scopes, views.scopes_view(draft, offered, faults)
            case Step.NAMES:
                return pages.render_names, views.names_view(draft, faults, place(step))
            case Step.WORK:
                return pages.render_work, views.work_view(draft, faults, place(step))
            case Step.ACCOUNTS:
                address = request.form.get("address", "")
                own = views.accounts_view(draft, faults, place(step), address)
                return pages.render_accounts, own
            case Step.CHECK:
                asked = self.beginning.preview(self.invitation, draft)
                return pages.render_agree, views.agree_view(draft, asked, self._text(), faults)

    def _text(self) -> ReadText:
        service = self.desk.service
        return ReadText(
            seal=service.terms.hash,
            version=TEXT_VERSION,
            until=service.now() + CONSENT_LASTS,
            zone=service.config.district.zone,
        )


def join(desk: WebDesk) -> Blueprint:
    routes = Blueprint("join", __name__)
    joiner = Joiner(desk)

    @routes.get("/join")
    def start() -> Response:
        if not joiner.invitation:
            return joiner.unopened()
        return desk.done(f"/join/{joiner.beginning.draft(joiner.invitation).reached}")

    @routes.post("/join/stop")
    def stop() -> Response:
        if joiner.invitation:
            joiner.beginning.give_up(joiner.invitation)
        desk.leave()
        return desk.done("/sign-in", "Your answers are forgotten. Your invitation stays good.")

    for step in Step:
        _step(routes, joiner, step)
    return routes


def _step(routes: Blueprint, joiner: Joiner, step: Step) -> None:
    def show() -> Response:
        return joiner.show(step)

    def answer() -> Response:
        return joiner.answer(step)

    routes.add_url_rule(f"/join/{step}", f"show-{step}", show)
    routes.add_url_rule(f"/join/{step}", f"answer-{step}", answer, methods=["POST"])
