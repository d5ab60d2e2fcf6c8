"""One finding: its page, its comparison and versions, its flags, and sharing them with IT.

Sorting: cards, an answer for one or for several, and taking it back.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final, TypeVar

from flask import Blueprint, Response, abort, request, url_for

from monitor.app import App
from monitor.domain.flag import Flag
from monitor.domain.vocabulary import Decision
from monitor.errors import InputError
from monitor.services.feedback import DecisionInput, record_feedback, undo_feedback
from monitor.services.findings import (
    build_comparison_view,
    build_item_view,
    build_latest_coverage,
    build_reviewer_lines,
    build_versions_view,
    list_answered_items,
    list_pending_cards,
)
from monitor.services.flagging import build_lessons_line
from monitor.services.review import decide_flags, undo_decisions
from monitor.services.sharing import preview_shared_fields, share_flag, unshare_flag
from monitor.web.context import PortalContext
from reports.labels import ANSWERS
from reports.pages import findings as pages
from reports.pages.findings import AnswerHistoryView, ShareView, SortView, UndoLine

CARDS_PER_PAGE: Final = 10
ANSWERS_PER_PAGE: Final = 25
Line = TypeVar("Line")


def build_sort_routes(context: PortalContext) -> Blueprint:
    routes = Blueprint("sort", __name__)

    @routes.get("/me/sort")
    def show_cards() -> Response:
        view = _build_sort_view(context)
        return context.render_page("Review what we found", pages.render_sort, view)

    @routes.get("/me/sort/done")
    def show_answered() -> Response:
        owner = context.require_principal().person_id
        lines = list_answered_items(context.app, owner)
        number, last, shown = paginate_lines(lines, ANSWERS_PER_PAGE)
        zone = context.app.db.people.load_person(owner).zone
        view = AnswerHistoryView(zone=zone, lines=shown, number=number, last=last)
        return context.render_page("Your answers", pages.render_answer_history, view)

    @routes.post("/me/sort")
    def submit_answers() -> Response:
        refs, owner = _read_item_ids(), context.require_principal().person_id
        if request.form.get("ruling", "") not in ANSWERS:
            abort(HTTPStatus.BAD_REQUEST)
        if not refs:
            return context.redirect_to(url_for(".show_cards"), "Select at least one card first.")
        ruling = Decision(request.form["ruling"])
        check_owns_items(context.app, owner, refs)
        record_feedback(context.app, owner, dict.fromkeys(refs, ruling))
        return _redirect_back(context, refs, "Saved.")

    @routes.post("/me/sort/undo")
    def submit_undo() -> Response:
        refs, owner = _read_item_ids(), context.require_principal().person_id
        check_owns_items(context.app, owner, refs)
        try:
            undo_feedback(context.app, owner, refs)
        except InputError:
            return context.redirect_to(url_for(".show_cards"), "There was nothing to undo.")
        return _redirect_back(context, (), "Undone.", refs)

    return routes


def check_owns_items(app: App, person_id: str, item_ids: Iterable[str]) -> None:
    """Answer as if it were not there where one of the items is not the reader's own."""
    try:
        for ref in item_ids:
            app.db.items.load_item_of_person(person_id, ref)
    except InputError:
        abort(HTTPStatus.NOT_FOUND)


def paginate_lines(lines: tuple[Line, ...], size: int) -> tuple[int, int, tuple[Line, ...]]:
    """Return the number of the requested page, of the last page, and the rows."""
    last = max(-(-len(lines) // size), 1)
    asked = request.args.get("page", "1")
    number = min(max(int(asked) if asked.isascii() and asked.isdigit() else 1, 1), last)
    return number, last, lines[(number - 1) * size : number * size]


def _build_sort_view(context: PortalContext) -> SortView:
    app, owner = context.app, context.require_principal().person_id
    cards = list_pending_cards(app, owner)
    number, last, shown = paginate_lines(cards, CARDS_PER_PAGE)
    return SortView(
        zone=app.db.people.load_person(owner).zone,
        cards=shown,
        left=len(cards),
        number=number,
        last=last,
        done=_build_done_line(app, owner),
        learnt=build_lessons_line(app, owner),
        answered=app.db.items.count_items_with_feedback(owner),
        coverage=build_latest_coverage(app, owner),
    )


def _build_done_line(app: App, person_id: str) -> UndoLine | None:
    """Say what was just answered, as stored: the URL names only the items."""
    refs = tuple(filter(None, request.args.get("done", "").split("-")))[:CARDS_PER_PAGE]
    own = {item.ref: verdict for item, verdict in app.db.items.list_items_with_feedback(person_id)}
    answered = tuple(ref for ref in refs if ref in own)
    if not answered:
        return None
    label = ANSWERS[own[answered[0]]]
    words = f"Saved: {label}." if len(answered) == 1 else f"Saved {len(answered)} answers: {label}."
    return UndoLine(refs=answered, words=words)


def _read_item_ids() -> tuple[str, ...]:
    return tuple(dict.fromkeys(request.form.getlist("item")))[:CARDS_PER_PAGE]


def _redirect_back(
    context: PortalContext,
    answered_ids: tuple[str, ...],
    notice: str,
    undone_ids: tuple[str, ...] = (),
) -> Response:
    """Go back to where the answer was given: to the item's own page, or to the next card."""
    item = next(iter((*answered_ids, *undone_ids)), "")
    if request.form.get("back") == "item" and item:
        return context.redirect_to(url_for("items.show_item", ref=item), notice)
    if answered_ids:
        return context.redirect_to(
            url_for("sort.show_cards", done="-".join(answered_ids), _anchor="card-1")
        )
    return context.redirect_to(url_for("sort.show_cards", _anchor="card-1"), notice)


HARMLESS_SPANS: Final = {"30": timedelta(days=30), "180": timedelta(days=180)}


def build_item_routes(context: PortalContext) -> Blueprint:
    routes = Blueprint("items", __name__)

    @routes.get("/me/items/<ref>")
    def show_item(ref: str) -> Response:
        view = build_item_view(context.app, _require_item_owner(context, ref), ref)
        return context.render_page("What we found", pages.render_item, view)

    @routes.get("/me/items/<ref>/beside")
    @routes.get("/me/items/<ref>/beside/<own>")
    def show_side_by_side(ref: str, own: str = "") -> Response:
        owner = _require_item_owner(context, ref)
        try:
            view = build_comparison_view(context.app, owner, ref, own)
        except InputError:
            abort(HTTPStatus.NOT_FOUND)
        return context.render_page("Side by side", pages.render_comparison, view)

    @routes.get("/me/items/<ref>/versions")
    def show_versions(ref: str) -> Response:
        owner = _require_item_owner(context, ref)
        older, newer = (request.args.get(each, 0, int) for each in ("from", "to"))
        try:
            view = build_versions_view(context.app, owner, ref, older, newer)
        except InputError:
            abort(HTTPStatus.NOT_FOUND)
        return context.render_page("How it changed", pages.render_versions, view)

    return routes


def build_flag_routes(context: PortalContext) -> Blueprint:
    routes = Blueprint("flags", __name__)

    @routes.post("/me/flags/<ref>")
    def submit_decision(ref: str) -> Response:
        flag = _find_own_flag(context, ref)
        try:
            word = _parse_decision(flag.person, context.now())
            decide_flags(context.app, (ref,), word)
        except (InputError, ValueError):
            abort(HTTPStatus.BAD_REQUEST)
        if request.form.get("back") == "sort":
            return context.redirect_to(url_for("sort.show_cards", _anchor="card-1"), "Saved.")
        return context.redirect_to(url_for("items.show_item", ref=flag.item), "Saved.")

    @routes.post("/me/flags/<ref>/undo")
    def submit_undo(ref: str) -> Response:
        flag = _find_own_flag(context, ref)
        try:
            undo_decisions(context.app, (ref,), flag.person)
        except InputError:
            return context.redirect_to(
                url_for("items.show_item", ref=flag.item), "There was nothing to undo."
            )
        return context.redirect_to(url_for("items.show_item", ref=flag.item), "Undone.")

    return routes


def build_sharing_routes(context: PortalContext) -> Blueprint:
    routes = Blueprint("sharing", __name__)
    app = context.app

    @routes.get("/me/flags/<ref>/share")
    def show_share(ref: str) -> Response:
        flag = _find_own_flag(context, ref)
        zone = context.app.db.people.load_person(flag.person).zone
        fields = tuple(build_reviewer_lines(preview_shared_fields(app, flag.person, ref), zone))
        view = ShareView(ref=ref, item=flag.item, fields=fields)
        return context.render_page("Share this with IT?", pages.render_share, view)

    @routes.post("/me/flags/<ref>/share")
    def submit_share(ref: str) -> Response:
        flag = _find_own_flag(context, ref)
        share_flag(app, flag.person, ref)
        return context.redirect_to(
            url_for("items.show_item", ref=flag.item), "Shared with IT. You can stop sharing below."
        )

    @routes.post("/me/flags/<ref>/unshare")
    def submit_unshare(ref: str) -> Response:
        flag = _find_own_flag(context, ref)
        try:
            unshare_flag(app, flag.person, ref)
        except InputError:
            return context.redirect_to(
                url_for("items.show_item", ref=flag.item), "It was not shared."
            )
        return context.redirect_to(
            url_for("items.show_item", ref=flag.item), "No longer shared with IT."
        )

    return routes


def _require_item_owner(context: PortalContext, item_id: str) -> str:
    owner = context.require_principal().person_id
    check_owns_items(context.app, owner, (item_id,))
    return owner


def _find_own_flag(context: PortalContext, flag_id: str) -> Flag:
    try:
        return context.app.db.flags.load_flag_of_person(
            context.require_principal().person_id, flag_id
        )
    except InputError:
        abort(HTTPStatus.NOT_FOUND)


def _parse_decision(person_id: str, now: datetime) -> DecisionInput:
    """Read a ruling; only one of harmless has an end. Raises ValueError for any other word."""
    ruling = Decision(request.form.get("ruling", ""))
    if ruling in {Decision.SHARED, Decision.REOPENED}:
        raise ValueError(ruling)
    span = (
        HARMLESS_SPANS.get(request.form.get("until", "")) if ruling is Decision.HARMLESS else None
    )
    return DecisionInput(decision=ruling, by=person_id, until=now + span if span else None)
