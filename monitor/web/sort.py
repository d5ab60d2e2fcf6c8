"""Sorting: cards, an answer for one or for several, and taking it back."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Final, TypeVar

from flask import Blueprint, Response, abort, request

from monitor.domain.flag import Ruling
from monitor.errors import InputError
from monitor.service import Service
from monitor.web.desk import WebDesk
from reports.pages import sort as pages
from reports.pages.sort import ANSWERS, DoneLine, SortedView, SortView

ON_A_PAGE: Final = 10
SORTED_ON_A_PAGE: Final = 25
Line = TypeVar("Line")


def sort(desk: WebDesk) -> Blueprint:
    routes = Blueprint("sort", __name__)

    @routes.get("/me/sort")
    def show() -> Response:
        return desk.page("Sort what was found", pages.render, _view(desk))

    @routes.get("/me/sort/done")
    def done() -> Response:
        owner = desk.principal().person
        lines = desk.service.portal.cards.sorted(owner)
        number, last, shown = cut(lines, SORTED_ON_A_PAGE)
        zone = desk.service.state.people.get(owner).zone
        view = SortedView(zone=zone, lines=shown, number=number, last=last)
        return desk.page("What you have sorted", pages.render_sorted, view)

    @routes.post("/me/sort")
    def answer() -> Response:
        refs, owner = _items(), desk.principal().person
        if request.form.get("ruling", "") not in ANSWERS:
            abort(HTTPStatus.BAD_REQUEST)
        if not refs:
            return desk.done("/me/sort", "Pick at least one card first.")
        ruling = Ruling(request.form["ruling"])
        mine(desk.service, owner, refs)
        desk.service.sorting.sort(owner, dict.fromkeys(refs, ruling))
        return _back(desk, refs, "Sorted.")

    @routes.post("/me/sort/undo")
    def undo() -> Response:
        refs, owner = _items(), desk.principal().person
        mine(desk.service, owner, refs)
        try:
            desk.service.sorting.undo(owner, refs)
        except InputError:
            return desk.done("/me/sort", "There was nothing to take back.")
        return _back(desk, (), "Taken back.", refs)

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
    words = f"Sorted: {told}." if len(known) == 1 else f"{len(known)} sorted: {told}."
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
