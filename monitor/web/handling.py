"""What reviewers do with flags that they have opened: each deed is a form, and written down."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, Response, request

from monitor.domain.flag import Ruling
from monitor.errors import InputError
from monitor.flows.reviewing.handling import Handling
from monitor.web.desk import WebDesk
from monitor.web.review import Draft, flag_page, reviewer_of
from monitor.web.reviewed import RULING_WORDS
from monitor.web.shutting import shut
from monitor.web.takedown import packed
from reports.pages import review_flag as pages
from reports.pages.review_flag import RuledView

LONGEST = 1_000
KEPT = "The ruling is kept."


def handling(desk: WebDesk) -> Blueprint:
    routes, deeds = Blueprint("handling", __name__), _Deeds(desk)
    of_one = (deeds.take, deeds.give_back, deeds.note, deeds.ask, deeds.pack)
    for deed in of_one:
        name = deed.__name__.replace("_", "-")
        routes.add_url_rule(f"/review/flags/<ref>/{name}", name, deed, methods=["POST"])
    routes.add_url_rule("/review/rule", "rule", deeds.rule, methods=["POST"])
    routes.add_url_rule("/review/undo", "undo", deeds.undo, methods=["POST"])
    return routes


@dataclass(frozen=True, slots=True)
class _Deeds:
    desk: WebDesk

    @property
    def _do(self) -> Handling:
        return self.desk.service.casework.handling

    def take(self, ref: str) -> Response:
        by, seen = reviewer_of(self.desk), request.form.get("seen", "")
        return self._done(ref, lambda: self._do.take(by, ref, seen), "You have taken it.")

    def give_back(self, ref: str) -> Response:
        by = reviewer_of(self.desk)
        return self._done(ref, lambda: self._do.give_back(by, ref), "You gave it back.")

    def note(self, ref: str) -> Response:
        by, text = reviewer_of(self.desk), _text("remark")
        deed = partial(self._do.note, by, ref, text)
        return self._typed(ref, deed, "The note is kept.", Draft(field="remark", remark=text))

    def ask(self, ref: str) -> Response:
        by, text = reviewer_of(self.desk), _text("question")
        deed, draft = partial(self._do.ask, by, ref, text), Draft(field="question", question=text)
        answer = self._typed(ref, deed, "They are asked by letter.", draft)
        self.desk.wake()
        return answer

    def pack(self, ref: str) -> Response:
        with shut():
            return packed(self._do.pack(reviewer_of(self.desk), ref))

    def rule(self) -> Response:
        seen = dict(each.split(" ", 1) for each in request.form.getlist("seen") if " " in each)
        said, note = request.form.get("ruling", ""), _text("note")
        back = _back(seen)
        if not seen or said not in {each.value for each in RULING_WORDS}:
            return self._unchosen(tuple(seen), note)
        by, ruling = reviewer_of(self.desk), Ruling(said)
        words = self._tried(seen, lambda: self._do.rule(by, seen, ruling, note), KEPT)
        if len(seen) == 1 or words != KEPT:
            return self.desk.done(back, words)
        view = RuledView(refs=tuple(seen), ruling=RULING_WORDS[ruling])
        return self.desk.page("Ruled", pages.render_ruled, view)

    def undo(self) -> Response:
        by, refs = reviewer_of(self.desk), request.form.getlist("ref")
        words = self._tried(refs, lambda: self._do.undo(by, refs), "Taken back.")
        return self.desk.done(_back(refs), words)

    def _unchosen(self, refs: tuple[str, ...], note: str) -> Response:
        if len(refs) != 1:
            return self.desk.done("/review", "Nothing was ruled: choose flags, and what they are.")
        draft = Draft(field="ruling", note=note)
        with shut():
            self._do.admitted(reviewer_of(self.desk), refs[0])
        return flag_page(self.desk, refs[0], draft, "Choose what it is.")

    def _typed(self, ref: str, deed: Callable[[], object], words: str, draft: Draft) -> Response:
        """Do it and go back to the flag, or show the form again with what was typed."""
        said = self._tried((ref,), deed, words)
        if said == words:
            return self.desk.done(f"/review/flags/{ref}", words)
        return flag_page(self.desk, ref, draft, said)

    def _done(self, ref: str, deed: Callable[[], object], words: str) -> Response:
        return self.desk.done(f"/review/flags/{ref}", self._tried((ref,), deed, words))

    def _tried(self, refs: Iterable[str], deed: Callable[[], object], words: str) -> str:
        """Do it, or say why not. A flag that has closed is not there; one that changed is told."""
        with shut():
            for ref in refs:
                self._do.admitted(reviewer_of(self.desk), ref)
        try:
            deed()
        except InputError as error:
            return str(error)
        return words


def _text(field: str) -> str:
    return request.form.get(field, "")[:LONGEST]


def _back(refs: Iterable[str]) -> str:
    """Lead to the one flag it was about, else to the queue."""
    first, *others = (*refs, "")
    return f"/review/flags/{first}" if others == [""] else "/review"
