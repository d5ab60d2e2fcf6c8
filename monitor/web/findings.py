"""One finding: its page, its comparison and versions, its flags, and sharing them with IT.

Sorting: cards, an answer for one or for several, and taking it back.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final, TypeVar

from flask import Blueprint, Response, abort, request

from monitor.domain.flag import Flag, Ruling
from monitor.errors import InputError
from monitor.service import Service
from monitor.services.feedback import Word
from monitor.services.findings import it_lines
from monitor.web.context import WebDesk
from reports.pages import findings as pages
from reports.pages import findings as pages_sort
from reports.pages.findings import ANSWERS, DoneLine, ShareView, SortedView, SortView

ON_A_PAGE: Final = 10
SORTED_ON_A_PAGE: Final = 25
Line = TypeVar("Line")


def sort(desk: WebDesk) -> Blueprint:
    routes = Blueprint("sort", __name__)

    @routes.get("/me/sort")
    def show() -> Response:
        return desk.page("Review what we found", pages_sort.render_sort, _view(desk))

    @routes.get("/me/sort/done")
    def done() -> Response:
        owner = desk.principal().person
        lines = desk.service.portal.cards.sorted(owner)
        number, last, shown = cut(lines, SORTED_ON_A_PAGE)
        zone = desk.service.state.people.get(owner).zone
        view = SortedView(zone=zone, lines=shown, number=number, last=last)
        return desk.page("Your answers", pages_sort.render_sorted, view)

    @routes.post("/me/sort")
    def answer() -> Response:
        refs, owner = _items(), desk.principal().person
        if request.form.get("ruling", "") not in ANSWERS:
            abort(HTTPStatus.BAD_REQUEST)
        if not refs:
            return desk.done("/me/sort", "Select at least one card first.")
        ruling = Ruling(request.form["ruling"])
        mine(desk.service, owner, refs)
        desk.service.sorting.sort(owner, dict.fromkeys(refs, ruling))
        return _back(desk, refs, "Saved.")

    @routes.post("/me/sort/undo")
    def undo() -> Response:
        refs, owner = _items(), desk.principal().person
        mine(desk.service, owner, refs)
        try:
            desk.service.sorting.undo(owner, refs)
        except InputError:
            return desk.done("/me/sort", "There was nothing to undo.")
        return _back(desk, (), "Undone.", refs)

    return routes


def mine(service: Service, owner: str, refs: Iterable[str]) -> None:
    """Answer as if it were not there where one of the items is not the reader's own."""
    try:
        for ref in refs:
            service.state.items.of_owner(owner, ref)
    except InputError:
        abort(HTTPStatus.NOT_FOUND)


def cut(lines: tuple[Line, ...], size: int) -> tuple[int, int, tuple[Line, ...]]:
    """Return the number of the page asked for, that of the last, and what stands on it."""
    last = max(-(-len(lines) // size), 1)
    asked = request.args.get("page", "1")
    number = min(max(int(asked) if asked.isascii() and asked.isdigit() else 1, 1), last)
    return number, last, lines[(number - 1) * size : number * size]


def _view(desk: WebDesk) -> SortView:
    service, owner = desk.service, desk.principal().person
    cards = service.portal.cards.waiting(owner)
    number, last, shown = cut(cards, ON_A_PAGE)
    return SortView(
        zone=service.state.people.get(owner).zone,
        cards=shown,
        left=len(cards),
        number=number,
        last=last,
        done=_done(service, owner),
        learnt=service.portal.learnt.line(owner),
        answered=service.state.items.count_judged(owner),
        coverage=service.portal.overview.coverage(owner),
    )


def _done(service: Service, owner: str) -> DoneLine | None:
    """Say what was just answered, as it stands: the address names the items and nothing else."""
    refs = tuple(filter(None, request.args.get("done", "").split("-")))[:ON_A_PAGE]
    own = {item.ref: verdict for item, verdict in service.state.items.judged(owner)}
    known = tuple(ref for ref in refs if ref in own)
    if not known:
        return None
    told = ANSWERS[own[known[0]]]
    words = f"Saved: {told}." if len(known) == 1 else f"Saved {len(known)} answers: {told}."
    return DoneLine(refs=known, words=words)


def _items() -> tuple[str, ...]:
    return tuple(dict.fromkeys(request.form.getlist("item")))[:ON_A_PAGE]


def _back(desk: WebDesk, done: tuple[str, ...], words: str, refs: tuple[str, ...] = ()) -> Response:
    """Go back to where the answer was given: to the item's own page, or to the next card."""
    item = next(iter((*done, *refs)), "")
    if request.form.get("back") == "item" and item:
        return desk.done(f"/me/items/{item}", words)
    if done:
        return desk.done(f"/me/sort?done={'-'.join(done)}#card-1")
    return desk.done("/me/sort#card-1", words)


SPANS: Final = {"30": timedelta(days=30), "180": timedelta(days=180)}


def items(desk: WebDesk) -> Blueprint:
    routes = Blueprint("items", __name__)

    @routes.get("/me/items/<ref>")
    def show(ref: str) -> Response:
        view = desk.service.portal.dossier.item(_owner(desk, ref), ref)
        return desk.page("What we found", pages.render_item, view)

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
            return desk.done("/me/sort#card-1", "Saved.")
        return desk.done(f"/me/items/{flag.item}", "Saved.")

    @routes.post("/me/flags/<ref>/undo")
    def undo(ref: str) -> Response:
        flag = _flag(desk, ref)
        try:
            desk.service.reviewing.undo((ref,), flag.person)
        except InputError:
            return desk.done(f"/me/items/{flag.item}", "There was nothing to undo.")
        return desk.done(f"/me/items/{flag.item}", "Undone.")

    return routes


def sharing(desk: WebDesk) -> Blueprint:
    routes = Blueprint("sharing", __name__)
    disclosing = desk.service.portal.disclosing

    @routes.get("/me/flags/<ref>/share")
    def ask(ref: str) -> Response:
        flag = _flag(desk, ref)
        zone = desk.service.state.people.get(flag.person).zone
        fields = tuple(it_lines(disclosing.preview(flag.person, ref), zone))
        view = ShareView(ref=ref, item=flag.item, fields=fields)
        return desk.page("Share this with IT?", pages.render_share, view)

    @routes.post("/me/flags/<ref>/share")
    def share(ref: str) -> Response:
        flag = _flag(desk, ref)
        disclosing.share(flag.person, ref)
        return desk.done(f"/me/items/{flag.item}", "Shared with IT. You can stop sharing below.")

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
