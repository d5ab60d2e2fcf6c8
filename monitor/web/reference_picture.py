"""A picture that a person adds of themselves: only its print is stored, to be compared."""

from typing import Final

from flask import Blueprint, Response, url_for

from monitor.app.sources import PictureSupport, detect_picture_support
from monitor.domain.errors import NotPermittedError
from monitor.services.pictures import (
    MAX_UPLOAD_BYTES,
    add_reference_picture,
    can_add_reference_picture,
    remove_reference_picture,
)
from monitor.web.context import PortalContext
from monitor.web.forms import WebForm, read_form
from reports.labels import REFERENCE_PICTURE_PROBLEMS
from reports.pages import data as pages
from reports.pages.data import ReferencePictureView
from reports.pages.layout import FieldProblem

TITLE: Final = "Picture of you"
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
    return context.render_page(TITLE, pages.render_reference_picture, view)
