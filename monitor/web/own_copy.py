"""A copy of all that is kept of a person, made while they wait and kept nowhere."""

from flask import Blueprint, Response

from monitor.web.desk import WebDesk


def own_copy(desk: WebDesk) -> Blueprint:
    routes = Blueprint("own_copy", __name__)

    @routes.post("/me/data/export")
    def export() -> Response:
        """Write down who asked, so a POST; the archive holds JSON, a page and a sheet."""
        person = desk.principal().person
        made = desk.service.exporting.copy(person, person).attached()
        response = Response(made.body, mimetype=made.media_type)
        response.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
        return response

    return routes
