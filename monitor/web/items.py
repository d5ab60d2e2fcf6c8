"""One finding: its page, its comparison and versions, its flags, and sharing them with IT."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, abort, request

from monitor.domain.flag import Flag, Ruling
from monitor.errors import InputError
from monitor.flows.judging.deciding import Word
from monitor.flows.showing.dossier import it_lines
from monitor.web.desk import WebDesk
from monitor.web.sort import mine
from reports.pages import item as pages
from reports.pages.item import ShareView

SPANS: Final = {"30": timedelta(days=30), "180": timedelta(days=180)}


def items(desk: WebDesk) -> Blueprint:
    routes = Blueprint("items", __name__)

    @routes.get("/me/items/<ref>")
    def show(ref: str) -> Response:
        view = desk.service.portal.dossier.item(_owner(desk, ref), ref)
        return desk.page("What was found", pages.render, view)

    @routes.get("/me/items/<ref>/beside")
    @routes.get("/me/items/<ref>/beside/<own>")
    def beside(ref: str, own: str = "") -> Response:
        owner = _owner(desk, ref)
        try:
            view = desk.service.portal.dossier.beside(owner, ref, own)
        except InputError:
            abort(HTTPStatus.NOT_FOUND)
        return desk.page("Side by side", pages.render_beside, view)

    @routes.get("/me/items/<ref>/versions")
    def versions(ref: str) -> Response:
        owner = _owner(desk, ref)
        older, newer = (request.args.get(each, 0, int) for each in ("from", "to"))
        try:
            view = desk.service.portal.dossier.versions(owner, ref, older, newer)
        except InputError:
            abort(HTTPStatus.NOT_FOUND)
        return desk.page("How it changed", pages.render_versions, view)

    return routes


def flags(desk: WebDesk) -> Blueprint:
    routes = Blueprint("flags", __name__)

    @routes.post("/me/flags/<ref>")
    def rule(ref: str) -> Response:
        flag = _flag(desk, ref)
        try:
            word = _word(flag.person, desk.now())
            desk.service.reviewing.rule_all((ref,), word)
        except (InputError, ValueError):
            abort(HTTPStatus.BAD_REQUEST)
        if request.form.get("back") == "sort":
            return desk.done("/me/sort#card-1", "Kept.")
        return desk.done(f"/me/items/{flag.item}", "Kept.")

    @routes.post("/me/flags/<ref>/undo")
    def undo(ref: str) -> Response:
        flag = _flag(desk, ref)
        try:
            desk.service.reviewing.undo((ref,), flag.person)
        except InputError:
            return desk.done(f"/me/items/{flag.item}", "There was nothing to take back.")
        return desk.done(f"/me/items/{flag.item}", "Taken back.")

    return routes


def sharing(desk: WebDesk) -> Blueprint:
    routes = Blueprint("sharing", __name__)
    disclosing = desk.service.portal.disclosing

    @routes.get("/me/flags/<ref>/share")
    def ask(ref: str) -> Response:
        flag = _flag(desk, ref)
        fields = tuple(it_lines(disclosing.preview(flag.person, ref)))
        view = ShareView(ref=ref, item=flag.item, fields=fields)
        return desk.page("Share this with IT?", pages.render_share, view)

    @routes.post("/me/flags/<ref>/share")
    def share(ref: str) -> Response:
        flag = _flag(desk, ref)
        disclosing.share(flag.person, ref)
        return desk.done(f"/me/items/{flag.item}", "Shared with IT. You can take it back below.")

    @routes.post("/me/flags/<ref>/unshare")
    def unshare(ref: str) -> Response:
        flag = _flag(desk, ref)
        try:
            disclosing.take_back(flag.person, ref)
        except InputError:
            return desk.done(f"/me/items/{flag.item}", "It was not shared.")
        return desk.done(f"/me/items/{flag.item}", "No longer shared with IT.")

    return routes


def _owner(desk: WebDesk, ref: str) -> str:
    owner = desk.principal().person
    mine(desk.service, owner, (ref,))
    return owner


def _flag(desk: WebDesk, ref: str) -> Flag:
    try:
        return desk.service.state.flags.of_owner(desk.principal().person, ref)
    except InputError:
        abort(HTTPStatus.NOT_FOUND)


def _word(owner: str, now: datetime) -> Word:
    """Read a ruling; only one of harmless has an end. Raises ValueError for any other word."""
    ruling = Ruling(request.form.get("ruling", ""))
    if ruling in {Ruling.SHARED, Ruling.REOPENED}:
        raise ValueError(ruling)
    span = SPANS.get(request.form.get("until", "")) if ruling is Ruling.HARMLESS else None
    return Word(ruling=ruling, by=owner, until=now + span if span else None)
