"""The pages of IT review: the queue names nobody, and a flag is opened by a form, never a link.

Each act is a form, and is recorded. Opening early takes two reviewers, each in their own session.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from monitor.db.review import RemarkKind, Wanted
from monitor.domain.disclosure import CONFIRM_WITHIN, HoldProposal, HoldStep, Key, Proposal
from monitor.domain.flag import Flag, FlagKind, FlagState, Judgement, Ruling, Severity
from monitor.domain.schedule import ASKED_AGAIN_AFTER, may_ask
from monitor.errors import InputError, NotPermittedError
from monitor.services.legal_holds import Holding
from monitor.services.notifications import Reviewer
from monitor.services.review import EarlyLooks, Handling
from monitor.services.review_queue import PAGE, QueuePage, ReviewQueue, Row, Shown
from monitor.web.context import WebDesk
from monitor.web.errors import shut
from monitor.web.takedown import packed
from reports import labels as words
from reports.evidence_pack import LogLine
from reports.labels import DEEDS, STATES
from reports.pages import review as document
from reports.pages import review as document_early
from reports.pages import review as pages
from reports.pages.layout import Fault
from reports.pages.review import (
    EarlyView,
    Filter,
    FlagView,
    HoldProposalLine,
    HoldsView,
    OpenedFlag,
    Option,
    ProposalLine,
    QueueLine,
    QueueView,
    RemarkLine,
    RuledView,
    SeveralView,
    StandingHoldLine,
    UnopenedView,
)

WHY = {
    Key.SHARED: "The staff member shared it with IT.",
    Key.CONFIRMED: "The staff member confirmed that it is an impersonation.",
    Key.UNANSWERED: "It is urgent, and the staff member has not answered for a week.",
    Key.COUNSEL: "The waiting period for such links has ended. The staff member knew about it.",
    Key.BREAK_GLASS: "Two reviewers opened it early, for one day. The staff member was notified.",
}
RULING_WORDS = {
    Ruling.NAMESAKE: "Someone else with that name",
    Ruling.UNRELATED: "Not about this person",
    Ruling.HARMLESS: "Harmless",
    Ruling.IMPERSONATION: "Impersonation",
    Ruling.REPORTED: "Impersonation, reported",
    Ruling.REMOVED: "Reported, and the platform removed it",
    Ruling.REFUSED: "Reported, and the platform refused",
    Ruling.STUDENT_LINK: "A link to a student",
    Ruling.UNLINKED: "The link was removed",
    Ruling.EXPLAINED: "The link is explained",
}
_OWN_WORDS = {**RULING_WORDS, Ruling.MINE: "Their own", Ruling.FAMILY: "Family"}
AGES = {"7": "More than a week", "30": "More than a month", "90": "More than three months"}
STANDINGS = {
    "undecided": (FlagState.NEW, FlagState.OPEN),
    "confirmed": (FlagState.IMPERSONATION, FlagState.STUDENT_LINK),
    "reported": (FlagState.REPORTED,),
    "settled": tuple(
        each
        for each in FlagState
        if each
        not in {
            *(FlagState.NEW, FlagState.OPEN, FlagState.IMPERSONATION),
            *(FlagState.STUDENT_LINK, FlagState.REPORTED),
        }
    ),
}
STANDING_WORDS = {
    "undecided": "Undecided",
    "confirmed": "Confirmed",
    "reported": "Reported",
    "settled": "Settled",
}
WHO = {"me": "To me", "nobody": "Not assigned"}


def wanted(chosen: dict[str, str], reviewer: Reviewer, now: datetime) -> Wanted:
    """Read a choice out of an address; what means nothing narrows nothing."""
    age = chosen.get("age", "")
    assigned = {"me": reviewer.ref, "nobody": ""}
    return Wanted(
        kind=FlagKind(chosen["kind"]) if chosen.get("kind") in set(FlagKind) else None,
        severity=Severity(chosen["severity"]) if chosen.get("severity") in set(Severity) else None,
        states=STANDINGS.get(chosen.get("state", ""), ()),
        school=chosen.get("school") or None,
        assigned=assigned.get(chosen.get("taken", "")),
        opened_before=now - timedelta(days=int(age)) if age in AGES else None,
    )


def queue_view(
    page: QueuePage, chosen: dict[str, str], schools: Iterable[str], now: datetime
) -> QueueView:
    return QueueView(
        filters=tuple(_filters(chosen, tuple(schools))),
        lines=tuple(_line(row, now) for row in page.rows),
        number=page.number,
        last=page.last,
        total=page.total,
    )


def flag_view(queue: ReviewQueue, reviewer: Reviewer, shown: Shown, now: datetime) -> FlagView:
    last = shown.history[-1] if shown.history else None
    return FlagView(
        flag=opened_flag(shown),
        history=tuple(_history(queue, shown)),
        remarks=tuple(
            RemarkLine(
                at=each.at,
                by=each.by,
                text=each.text,
                question=each.kind is RemarkKind.QUESTION,
            )
            for each in shown.remarks
        ),
        rulings=rulings((shown,)),
        taken_by=shown.taken_by,
        taken=shown.taken,
        mine=shown.taken == reviewer.ref,
        evidence=shown.evidence,
        undoes=_undoes(last, reviewer),
        ask_from=_ask_from(shown, now),
    )


def opened_flag(shown: Shown) -> OpenedFlag:
    fields = shown.fields
    return OpenedFlag(
        ref=shown.flag.ref,
        person=fields.name,
        school=fields.school,
        kind=words.FlagKind(fields.kind),
        severity=words.Severity(fields.severity),
        platform=fields.platform,
        url=fields.url,
        state=STATES[fields.state],
        state_key=fields.state,
        opened_at=fields.opened_at,
        first_seen=fields.first_seen,
        last_seen=fields.last_seen,
        reasons=fields.reasons,
        ruling=_said(fields.ruling),
        why=WHY[shown.opening.key],
    )


def rulings(several: tuple[Shown, ...]) -> tuple[Option, ...]:
    """Return what can be said of all of them."""
    fitting = set.intersection(*(set(each.rulings) for each in several)) if several else set()
    return tuple((each.value, text) for each, text in RULING_WORDS.items() if each in fitting)


def _filters(chosen: dict[str, str], schools: tuple[str, ...]) -> Iterator[Filter]:
    kinds = [(each.value, each.words) for each in words.FlagKind]
    severities = [(each.value, each.words) for each in words.Severity]
    told: dict[str, tuple[str, list[Option]]] = {
        "kind": ("Kind", kinds),
        "severity": ("Severity", severities),
        "state": ("Status", list(STANDING_WORDS.items())),
        "school": ("School", [(each, each) for each in schools]),
        "taken": ("Assigned", list(WHO.items())),
        "age": ("Age", list(AGES.items())),
    }
    for name, (label, options) in told.items():
        known = {value for value, _ in options}
        picked = chosen.get(name, "") if chosen.get(name) in known else ""
        yield Filter(name=name, label=label, options=(("", "All"), *options), chosen=picked)


def _line(row: Row, now: datetime) -> QueueLine:
    return QueueLine(
        ref=row.ref,
        kind=words.FlagKind(row.kind),
        severity=words.Severity(row.severity),
        state=STATES[row.state],
        platform=row.platform,
        school=row.school,
        opened_at=row.opened_at,
        days=(now - row.opened_at).days,
        ruling=_said(row.ruling),
        taken_by=row.taken_by,
        asked_at=row.asked_at,
        early=row.early,
        own=row.own,
    )


def _history(queue: ReviewQueue, shown: Shown) -> Iterator[LogLine]:
    """Tell who ruled what; a note is shown if it is a reviewer's, for it is theirs to show."""
    for each in shown.history:
        of_person = each.by == shown.flag.person
        who = "The staff member" if of_person else queue.name(each.by)
        note = "" if of_person else each.note
        yield LogLine(at=each.at, who=who, what=DEEDS[each.ruling], note=note)


def _said(ruling: Ruling | None) -> str:
    return _OWN_WORDS[ruling] if ruling else ""


def _ask_from(shown: Shown, now: datetime) -> datetime | None:
    asked = [each.at for each in shown.remarks if each.kind is RemarkKind.QUESTION]
    last = max(asked, default=None)
    return last + ASKED_AGAIN_AFTER if last and not may_ask(last, now) else None


def _undoes(last: Judgement | None, reviewer: Reviewer) -> bool:
    return last is not None and last.by == reviewer.ref and last.ruling is not Ruling.REOPENED


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
            return self.desk.done("/review", "Select at least one flag first.")
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
            return self.desk.done("/review", "None of these flags is open anymore.")
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


LONGEST = 1_000
KEPT = "Saved."


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
        return self._done(ref, lambda: self._do.take(by, ref, seen), "Assigned to you.")

    def give_back(self, ref: str) -> Response:
        by = reviewer_of(self.desk)
        return self._done(ref, lambda: self._do.give_back(by, ref), "You are no longer assigned.")

    def note(self, ref: str) -> Response:
        by, text = reviewer_of(self.desk), _text("remark")
        deed = partial(self._do.note, by, ref, text)
        return self._typed(ref, deed, "Note saved.", Draft(field="remark", remark=text))

    def ask(self, ref: str) -> Response:
        by, text = reviewer_of(self.desk), _text("question")
        deed, draft = partial(self._do.ask, by, ref, text), Draft(field="question", question=text)
        return self._typed(ref, deed, "We emailed them your question.", draft)

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
        return self.desk.page("Saved", pages.render_ruled, view)

    def undo(self) -> Response:
        by, refs = reviewer_of(self.desk), request.form.getlist("ref")
        words = self._tried(refs, lambda: self._do.undo(by, refs), "Undone.")
        return self.desk.done(_back(refs), words)

    def _unchosen(self, refs: tuple[str, ...], note: str) -> Response:
        if len(refs) != 1:
            return self.desk.done(
                "/review", "Nothing was saved. Select flags and choose what they are."
            )
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


PROPOSED = "Sent. Another reviewer has one day to confirm it."
# Whether there is such a flag, or whose it is, is not told to who guesses.
NONE_SUCH = "You cannot open a flag with this reference early. Check the reference and the queue."
NO_SUCH_PERSON = (
    "You cannot propose this for this person. Check the address and the holds in place."
)
DONE = {
    HoldStep.PLACE: "The hold is in place. We are emailing the person.",
    HoldStep.LIFT: "The hold is lifted. We are emailing the person.",
}


def early(desk: WebDesk) -> Blueprint:
    routes, pages = Blueprint("early", __name__), _EarlyPages(desk)
    routes.add_url_rule("/review/early", "start", pages.start)
    routes.add_url_rule("/review/early", "propose", pages.propose, methods=["POST"])
    routes.add_url_rule("/review/early/<ref>", "confirm", pages.confirm, methods=["POST"])
    return routes


@dataclass(frozen=True, slots=True)
class _EarlyPages:
    desk: WebDesk

    @property
    def _looks(self) -> EarlyLooks:
        return self.desk.service.casework.early

    def start(self) -> Response:
        return self._shown(())

    def propose(self) -> Response:
        flag, reason = request.form.get("flag", ""), request.form.get("reason", "").strip()
        faults = tuple(_faults(reason))
        if not faults:
            try:
                self._looks.propose(reviewer_of(self.desk), flag, reason)
            except (InputError, NotPermittedError):
                faults = (Fault(field="flag", words=NONE_SUCH),)
        if faults:
            return self._shown(faults)
        return self.desk.done("/review/early", PROPOSED)

    def confirm(self, ref: str) -> Response:
        try:
            proposal = self._looks.confirm(reviewer_of(self.desk), ref)
        except (InputError, NotPermittedError) as error:
            return self.desk.done("/review/early", str(error))
        told = "It is open for one day. We are emailing the staff member."
        return self.desk.done(f"/review/flags/{proposal.flag}", told)

    def _shown(self, faults: tuple[Fault, ...]) -> Response:
        view = EarlyView(
            proposals=tuple(_line_of_early(self.desk, *each) for each in self._looks.waiting()),
            flag=request.form.get("flag", ""),
            reason=request.form.get("reason", ""),
            faults=faults,
        )
        status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
        return self.desk.page("Early access", document_early.render_early, view, status)


def holds(desk: WebDesk) -> Blueprint:
    routes, pages = Blueprint("holds", __name__), _HoldPages(desk)
    routes.add_url_rule("/review/holds", "start", pages.start)
    routes.add_url_rule("/review/holds", "propose", pages.propose, methods=["POST"])
    routes.add_url_rule("/review/holds/<ref>", "confirm", pages.confirm, methods=["POST"])
    return routes


@dataclass(frozen=True, slots=True)
class _HoldPages:
    desk: WebDesk

    @property
    def _holding(self) -> Holding:
        return self.desk.service.holding

    def start(self) -> Response:
        return self._shown(())

    def propose(self) -> Response:
        person, reason = request.form.get("person", ""), request.form.get("reason", "").strip()
        step = HoldStep.LIFT if request.form.get("step") == HoldStep.LIFT else HoldStep.PLACE
        faults = tuple(_faults(reason))
        if not faults:
            try:
                self._holding.propose(reviewer_of(self.desk), person, step, reason)
            except (InputError, NotPermittedError):
                faults = (Fault(field="person", words=NO_SUCH_PERSON),)
        if faults:
            return self._shown(faults)
        return self.desk.done("/review/holds", PROPOSED)

    def confirm(self, ref: str) -> Response:
        try:
            proposal = self._holding.confirm(reviewer_of(self.desk), ref)
        except (InputError, NotPermittedError) as error:
            return self.desk.done("/review/holds", str(error))
        self.desk.wake()
        return self.desk.done("/review/holds", DONE[proposal.step])

    def _shown(self, faults: tuple[Fault, ...]) -> Response:
        mine = reviewer_of(self.desk).address.casefold()
        view = HoldsView(
            proposals=tuple(_hold_line(each, mine) for each in self._holding.waiting()),
            standing=tuple(
                StandingHoldLine(
                    person=each.person, by=each.by, reason=each.reason, since=each.placed_at
                )
                for each in self.desk.service.state.holds.all_standing()
            ),
            person=request.form.get("person", ""),
            step=request.form.get("step", HoldStep.PLACE),
            reason=request.form.get("reason", ""),
            faults=faults,
        )
        status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
        return self.desk.page("Legal holds", document_early.render_holds, view, status)


def _hold_line(proposal: HoldProposal, mine: str) -> HoldProposalLine:
    return HoldProposalLine(
        ref=proposal.ref,
        person=proposal.person,
        lifts=proposal.step is HoldStep.LIFT,
        by=proposal.first,
        reason=proposal.reason,
        at=proposal.at,
        until=proposal.at + CONFIRM_WITHIN,
        mine=proposal.first.casefold() == mine,
    )


def _line_of_early(desk: WebDesk, proposal: Proposal, flag: Flag) -> ProposalLine:
    mine = reviewer_of(desk).address.casefold()
    return ProposalLine(
        ref=proposal.ref,
        flag=flag.ref,
        kind=words.FlagKind(flag.kind),
        severity=words.Severity(flag.severity),
        by=proposal.first,
        reason=proposal.reason,
        at=proposal.at,
        until=proposal.at + CONFIRM_WITHIN,
        mine=proposal.first.casefold() == mine,
    )


def _faults(reason: str) -> Iterator[Fault]:
    if not reason:
        yield Fault(field="reason", words="Give a reason. The person will read it.")
    if len(reason) > LONGEST:
        yield Fault(field="reason", words=f"Use at most {LONGEST} characters for the reason.")
