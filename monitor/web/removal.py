"""The page about taking contact details off a site: where to ask, what it takes, how it went."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from flask import Blueprint, Response, abort, url_for
from werkzeug.exceptions import NotFound

from monitor.domain.errors import InputError
from monitor.domain.vocabulary import Decision
from monitor.services.removal import build_removal_view, record_removal_step
from monitor.web.context import PortalContext
from monitor.web.forms import WebForm, read_form
from reports.labels import REMOVAL_NOTICES
from reports.pages.removal import RemovalView, render_removal

TITLE = "Have your details removed"


class RemovalForm(WebForm, frozen=True, kw_only=True):
    done: Decision | None = None


def build_removal_routes(context: PortalContext) -> Blueprint:
    routes = Blueprint("removal", __name__)
    app = context.app

    def load_view(flag_id: str) -> RemovalView:
        with _mask_as_not_found():
            return build_removal_view(app, context.require_principal().person_id, flag_id)

    @routes.get("/me/removal/<flag_id>")
    def show_removal(flag_id: str) -> Response:
        return context.render_page(TITLE, render_removal, load_view(flag_id))

    @routes.post("/me/removal/<flag_id>")
    def submit_step(flag_id: str) -> Response:
        view, form = load_view(flag_id), read_form(RemovalForm)
        if form.done not in view.choices:
            abort(HTTPStatus.BAD_REQUEST)
        record_removal_step(app, context.require_principal().person_id, flag_id, form.done)
        return context.redirect_to(
            url_for(".show_removal", flag_id=flag_id), REMOVAL_NOTICES[form.done]
        )

    return routes


@contextmanager
def _mask_as_not_found() -> Iterator[None]:
    """Answer the same for what does not exist, belongs to someone else, or was answered else."""
    try:
        yield
    except InputError as error:
        raise NotFound from error
