"""The take-down kit of one person: what a report takes, the evidence, and how it stands."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from monitor.domain.flag import Ruling
from monitor.errors import InputError
from monitor.web.context import WebDesk
from reports.evidence_pack import EvidenceView, pack, pack_name
from reports.pages import takedown as document
from reports.pages.layout import Fault
from reports.pages.takedown import TakedownView

LONGEST_NOTE = 1_000
_SAID = {
    Ruling.REPORTED: "Saved: you reported it. We will look at the account again in three days.",
    Ruling.REMOVED: "Saved: it was removed. We keep checking whether it comes back.",
    Ruling.REFUSED: "Saved: the platform refused. You can report it again and show more.",
    Ruling.REOPENED: "The last entry was undone.",
}


def takedown(desk: WebDesk) -> Blueprint:
    routes = Blueprint("takedown", __name__)
    kits = desk.service.casework.taking_down

    def kit(ref: str) -> TakedownView:
        with _theirs_only():
            return kits.kit(desk.principal().person, ref)

    @routes.get("/me/takedown/<ref>")
    def show(ref: str) -> Response:
        return desk.page("Report this account", document.render, kit(ref))

    @routes.post("/me/takedown/<ref>")
    def say(ref: str) -> Response:
        view, note = kit(ref), request.form.get("note", "").strip()
        faults = tuple(_faults(view, note))
        if faults:
            view = replace(view, faults=faults, note=note)
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return desk.page("Report this account", document.render, view, status)
        ruling = Ruling(request.form["done"])
        kits.say(desk.principal().person, ref, ruling, note)
        return desk.done(f"/me/takedown/{ref}", _SAID[ruling])

    @routes.get("/me/takedown/<ref>/pack")
    def evidence(ref: str) -> Response:
        with _theirs_only():
            return packed(kits.pack(desk.principal().person, ref))

    return routes


def packed(view: EvidenceView) -> Response:
    """Hand a pack out as a file, which no browser opens by itself."""
    response = Response(pack(view), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{pack_name(view)}"'
    return response


def _faults(view: TakedownView, note: str) -> Iterator[Fault]:
    if request.form.get("done", "") not in view.choices:
        yield Fault(field="done", words="Choose what happened.")
    if len(note) > LONGEST_NOTE:
        yield Fault(field="note", words=f"Use at most {LONGEST_NOTE} characters for the note.")


@contextmanager
def _theirs_only() -> Iterator[None]:
    """Answer alike for what is not there, what is somebody else's, and what cannot be reported."""
    try:
        yield
    except InputError as error:
        raise NotFound from error
