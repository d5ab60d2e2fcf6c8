"""Changing what one told us of oneself: names, work, accounts."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, Response, request

from monitor.domain.joining import Draft, Step
from monitor.errors import NotPermittedError
from monitor.web import join_views as views
from monitor.web.desk import WebDesk
from monitor.web.join import NO_ADDRESS, TITLES
from monitor.web.join_forms import Filled, Listed, checked, faulty, filled
from monitor.web.join_views import alone
from reports.page import Frame
from reports.pages import joining as pages
from reports.pages.joining import StepView

EDITED: Final = (Step.NAMES, Step.WORK, Step.ACCOUNTS)
ENDED: Final = "Your consent has ended, so nothing is looked up by any words."


def editing(desk: WebDesk) -> Blueprint:
    routes = Blueprint("editing", __name__)
    editor = Editor(desk)
    for step in EDITED:
        _step(routes, editor, step)
    return routes


def _step(routes: Blueprint, editor: "Editor", step: Step) -> None:
    def show() -> Response:
        return editor.page(step, Filled(draft=editor.draft))

    def answer() -> Response:
        return editor.answer(step)

    routes.add_url_rule(f"/me/data/{step}", f"show-{step}", show)
    routes.add_url_rule(f"/me/data/{step}", f"answer-{step}", answer, methods=["POST"])


@dataclass(frozen=True, slots=True)
class Editor:
    desk: WebDesk

    @property
    def draft(self) -> Draft:
        service, ref = self.desk.service, self.desk.principal().person
        consent = service.state.consents.latest(ref)
        scopes = consent.scopes if consent else frozenset()
        return Draft.of(service.state.people.get(ref), scopes)

    def answer(self, step: Step) -> Response:
        read = filled(step, request.form, self.draft)
        if step is Step.ACCOUNTS:
            return self._accounts(read)
        return self._kept(step, read, "/me/data")

    def page(self, step: Step, read: Filled) -> Response:
        status = HTTPStatus.UNPROCESSABLE_ENTITY if read.faults else HTTPStatus.OK
        render, view = _view(step, read)
        return self.desk.page(TITLES[step], render, view, status)

    def _accounts(self, read: Filled) -> Response:
        """Add or remove one account at once, or keep the rest of the page."""
        form = request.form
        listed = Listed(read.draft, self.desk.service.portal.beginning.recognised)
        again = "/me/data/accounts#declared"
        if "remove" in form:
            read = Filled(draft=listed.without(form["remove"]), faults=read.faults)
            return self._kept(Step.ACCOUNTS, read, again)
        adding = form.get("deed") == "add"
        if not adding and not form.get("address", "").strip():
            return self._kept(Step.ACCOUNTS, read, "/me/data")
        draft = listed.with_address(form.get("address", ""))
        if draft is None:
            return self.page(Step.ACCOUNTS, faulty(read, NO_ADDRESS))
        return self._kept(Step.ACCOUNTS, checked(draft, read), again if adding else "/me/data")

    def _kept(self, step: Step, read: Filled, to: str) -> Response:
        if read.faults:
            return self.page(step, read)
        service, ref = self.desk.service, self.desk.principal().person
        try:
            service.editing.edit(read.draft.changed(service.state.people.get(ref)))
        except NotPermittedError:
            return self.desk.done("/me/data", ENDED)
        return self.desk.done(to, "Saved.")


def _view(step: Step, read: Filled) -> tuple[Callable[[Any, Frame], str], StepView]:
    draft, faults = read.draft, read.faults
    if step is Step.NAMES:
        return pages.render_names, views.names_view(draft, faults, alone(step))
    if step is Step.WORK:
        return pages.render_work, views.work_view(draft, faults, alone(step))
    address = request.form.get("address", "")
    return pages.render_accounts, views.accounts_view(draft, faults, alone(step), address)
