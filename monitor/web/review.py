"""The queue of IT review: it names nobody, and a flag is opened by a form, never by a link."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from monitor.errors import InputError, NotPermittedError
from monitor.flows.reviewing.queue import PAGE, Reviewer, ReviewQueue, Shown
from monitor.web.desk import WebDesk
from monitor.web.reviewed import flag_view, opened_flag, queue_view, rulings, wanted
from monitor.web.shutting import shut
from reports.page import Fault
from reports.pages import review as document
from reports.pages import review_flag as pages
from reports.pages.review_flag import SeveralView, UnopenedView

FILTERS = ("kind", "severity", "state", "school", "taken", "age")


def review(desk: WebDesk) -> Blueprint:
    routes, shown = Blueprint("review", __name__), _Pages(desk)
    routes.add_url_rule("/review", "start", shown.start)
    routes.add_url_rule("/review/open", "open", shown.open, methods=["POST"])
    routes.add_url_rule("/review/flags/<ref>", "flag", shown.flag)
    routes.add_url_rule("/review/several", "several", shown.several)
    return routes


def reviewer_of(desk: WebDesk) -> Reviewer:
    principal = desk.principal()
    return Reviewer(address=principal.mail, person=principal.person)


def queue_of(desk: WebDesk) -> document.QueueView:
    """Return the page of the queue that the address asks for."""
    chosen = {name: request.args.get(name, "") for name in FILTERS}
    reviewer, now, queue = reviewer_of(desk), desk.now(), desk.service.casework.queue
    number = request.args.get("page", default=1, type=int)
    page = queue.page(reviewer, wanted(chosen, reviewer, now), number)
    return queue_view(page, chosen, queue.schools(), now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What was typed into a form of a flag, and the field in which something is wrong."""

    field: str
    note: str = ""
    question: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class _Pages:
    desk: WebDesk

    @property
    def _queue(self) -> ReviewQueue:
        return self.desk.service.casework.queue

    def start(self) -> Response:
        return self.desk.page("Review", document.render, queue_of(self.desk))

    def open(self) -> Response:
        """Write the look down, then lead to where it can be read."""
        one = request.form.get("one", "")
        refs = [one] if one else request.form.getlist("ref")[:PAGE]
        if not refs:
            return self.desk.done("/review", "Choose at least one flag first.")
        with shut():
            self._queue.open(reviewer_of(self.desk), refs)
        return self.desk.done(_place(refs))

    def flag(self, ref: str) -> Response:
        return flag_page(self.desk, ref)

    def several(self) -> Response:
        refs = tuple(dict.fromkeys(request.args.getlist("ref")))[:PAGE]
        found = tuple(self._still_open(refs))
        told = tuple(each for each in found if each)
        if len(told) < len(found):
            return _unopened(self.desk, refs)
        if not told:
            return self.desk.done("/review", "None of these is open any more.")
        view = SeveralView(flags=tuple(map(opened_flag, told)), rulings=rulings(told))
        return self.desk.page("Several flags", pages.render_several, view)

    def _still_open(self, refs: tuple[str, ...]) -> Iterator[Shown | None]:
        """Leave out what has closed meanwhile: the rest can still be ruled."""
        for ref in refs:
            with suppress(InputError, NotPermittedError):
                yield self._queue.shown(reviewer_of(self.desk), ref)


def flag_page(desk: WebDesk, ref: str, draft: Draft | None = None, fault: str = "") -> Response:
    """Show a flag that its reader has opened; `draft` is what was typed into a form of it."""
    reviewer, queue = reviewer_of(desk), desk.service.casework.queue
    with shut():
        shown = queue.shown(reviewer, ref)
    if shown is None:
        return _unopened(desk, (ref,))
    view = flag_view(queue, reviewer, shown, desk.now())
    if draft is None:
        return desk.page(view.flag.kind.words, pages.render_flag, view)
    again = replace(
        view,
        note=draft.note,
        question=draft.question,
        remark=draft.remark,
        faults=(Fault(field=draft.field, words=fault),),
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return desk.page(view.flag.kind.words, pages.render_flag, again, status)


def _unopened(desk: WebDesk, refs: tuple[str, ...]) -> Response:
    return desk.page("Open flags", pages.render_unopened, UnopenedView(refs=refs))


def _place(refs: list[str]) -> str:
    if len(refs) == 1:
        return f"/review/flags/{refs[0]}"
    return f"/review/several?{urlencode([('ref', ref) for ref in refs])}"
