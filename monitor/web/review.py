"""IT review: the queue hides names, and a form opens a flag, never a link.

Each action is a form and is recorded. Opening early takes two reviewers, each in their own session.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus

from flask import Blueprint, Response, request, url_for

from monitor.app import App
from monitor.db.review import ReviewFilter, ReviewNoteKind
from monitor.domain.disclosure import CONFIRM_WITHIN, BreakGlassProposal, HoldProposal
from monitor.domain.flag import DecisionRecord, Flag
from monitor.domain.schedule import ASK_AGAIN_AFTER, can_ask_again
from monitor.domain.vocabulary import (
    Decision,
    FlagKind,
    FlagState,
    HoldAction,
    Severity,
)
from monitor.errors import InputError, NotPermittedError
from monitor.services.legal_holds import (
    confirm_legal_hold,
    list_hold_proposals,
    propose_legal_hold,
)
from monitor.services.notifications import Reviewer
from monitor.services.review import (
    add_review_note,
    assign_flag,
    confirm_break_glass,
    decide_viewed_flags,
    download_review_evidence,
    list_break_glass_proposals,
    load_reviewable_flag,
    propose_break_glass,
    queue_review_question,
    release_flag,
    undo_own_decisions,
)
from monitor.services.review_queue import (
    PAGE_SIZE,
    QueuePage,
    ReviewQueueRow,
    ViewedFlag,
    find_reviewer_address,
    list_open_schools,
    load_opened_flag,
    load_queue_page,
    record_flag_views,
)
from monitor.web.context import PortalContext
from monitor.web.errors import mask_as_not_found
from monitor.web.takedown import build_pack_response
from reports import labels
from reports.evidence_pack import ActionLogLine
from reports.pages import review as pages
from reports.pages.layout import FieldProblem
from reports.pages.review import (
    ActiveLegalHoldLine,
    BreakGlassRequestLine,
    BreakGlassRequestsView,
    BulkDecisionView,
    DecisionDoneView,
    LegalHoldProposalLine,
    LegalHoldsView,
    Option,
    QueueFilter,
    ReviewFlag,
    ReviewFlagView,
    ReviewNoteLine,
    ReviewQueueLine,
    ReviewQueueView,
    UnopenedFlagsView,
)

AGE_LABELS = {"7": "More than a week", "30": "More than a month", "90": "More than three months"}
STATUS_FILTERS = {
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
STATUS_LABELS = {
    "undecided": "Undecided",
    "confirmed": "Confirmed",
    "reported": "Reported",
    "settled": "Settled",
}
ASSIGNMENT_LABELS = {"me": "To me", "nobody": "Not assigned"}


def parse_queue_filter(chosen: dict[str, str], reviewer: Reviewer, now: datetime) -> ReviewFilter:
    """Read a choice out of an address; what means nothing narrows nothing."""
    age = chosen.get("age", "")
    assigned = {"me": reviewer.id, "nobody": ""}
    return ReviewFilter(
        kind=FlagKind(chosen["kind"]) if chosen.get("kind") in set(FlagKind) else None,
        severity=Severity(chosen["severity"]) if chosen.get("severity") in set(Severity) else None,
        states=STATUS_FILTERS.get(chosen.get("state", ""), ()),
        school=chosen.get("school") or None,
        reviewer_id=assigned.get(chosen.get("taken", "")),
        opened_before=now - timedelta(days=int(age)) if age in AGE_LABELS else None,
    )


def build_queue_view(
    page: QueuePage, chosen: dict[str, str], schools: Iterable[str], now: datetime
) -> ReviewQueueView:
    return ReviewQueueView(
        filters=tuple(_build_filters(chosen, tuple(schools))),
        lines=tuple(_build_queue_line(row, now) for row in page.rows),
        number=page.number,
        last=page.last,
        total=page.total,
    )


def build_flag_view(
    app: App, reviewer: Reviewer, shown: ViewedFlag, now: datetime
) -> ReviewFlagView:
    last = shown.history[-1] if shown.history else None
    return ReviewFlagView(
        flag=build_opened_flag(shown),
        history=tuple(_build_history(app, shown)),
        remarks=tuple(
            ReviewNoteLine(
                at=each.at,
                by=each.by,
                text=each.text,
                question=each.kind is ReviewNoteKind.QUESTION,
            )
            for each in shown.remarks
        ),
        rulings=list_decision_options((shown,)),
        taken_by=shown.assignee_address,
        taken=shown.assignee_id,
        mine=shown.assignee_id == reviewer.id,
        evidence=shown.has_evidence,
        undoes=_can_undo(last, reviewer),
        ask_from=_compute_next_question_time(shown, now),
    )


def build_opened_flag(shown: ViewedFlag) -> ReviewFlag:
    fields = shown.fields
    return ReviewFlag(
        ref=shown.flag.ref,
        person=fields.name,
        school=fields.school,
        kind=fields.kind,
        severity=fields.severity,
        platform=fields.platform,
        url=fields.url,
        state=labels.FLAG_STATES[fields.state],
        state_key=fields.state,
        opened_at=fields.opened_at,
        first_seen=fields.first_seen,
        last_seen=fields.last_seen,
        reasons=fields.reasons,
        ruling=_describe_decision(fields.ruling),
        why=labels.REVIEWER_ACCESS_REASONS[shown.opening.reason],
    )


def list_decision_options(several: tuple[ViewedFlag, ...]) -> tuple[Option, ...]:
    """Return what can be said of all of them."""
    fitting = (
        set.intersection(*(set(each.allowed_decisions) for each in several)) if several else set()
    )
    return tuple(
        (each.value, text) for each, text in labels.REVIEWER_CHOICES.items() if each in fitting
    )


def _build_filters(chosen: dict[str, str], schools: tuple[str, ...]) -> Iterator[QueueFilter]:
    kinds = [(each.value, labels.FLAG_KINDS[each]) for each in FlagKind]
    severities = [(each.value, labels.SEVERITIES[each]) for each in Severity]
    filters: dict[str, tuple[str, list[Option]]] = {
        "kind": ("Kind", kinds),
        "severity": ("Severity", severities),
        "state": ("Status", list(STATUS_LABELS.items())),
        "school": ("School", [(each, each) for each in schools]),
        "taken": ("Assigned", list(ASSIGNMENT_LABELS.items())),
        "age": ("Age", list(AGE_LABELS.items())),
    }
    for name, (label, options) in filters.items():
        values = {value for value, _ in options}
        selected = chosen.get(name, "") if chosen.get(name) in values else ""
        yield QueueFilter(name=name, label=label, options=(("", "All"), *options), chosen=selected)


def _build_queue_line(row: ReviewQueueRow, now: datetime) -> ReviewQueueLine:
    return ReviewQueueLine(
        ref=row.flag_id,
        kind=row.kind,
        severity=row.severity,
        state=labels.FLAG_STATES[row.state],
        platform=row.platform,
        school=row.school,
        opened_at=row.opened_at,
        days=(now - row.opened_at).days,
        ruling=_describe_decision(row.ruling),
        taken_by=row.assignee_address,
        asked_at=row.asked_at,
        early=row.is_opened_early,
        own=row.is_own,
    )


def _build_history(app: App, shown: ViewedFlag) -> Iterator[ActionLogLine]:
    """Tell who ruled what; a note is shown if it is a reviewer's, for it is theirs to show."""
    for each in shown.history:
        of_person = each.by == shown.flag.person
        who = "The staff member" if of_person else find_reviewer_address(app, each.by)
        note = "" if of_person else each.note
        yield ActionLogLine(
            at=each.at, who=who, what=labels.DECISION_PHRASES[each.ruling], note=note
        )


def _describe_decision(ruling: Decision | None) -> str:
    return labels.REVIEWER_ANSWERS[ruling] if ruling else ""


def _compute_next_question_time(shown: ViewedFlag, now: datetime) -> datetime | None:
    asked = [each.at for each in shown.remarks if each.kind is ReviewNoteKind.QUESTION]
    last = max(asked, default=None)
    return last + ASK_AGAIN_AFTER if last and not can_ask_again(last, now) else None


def _can_undo(last: DecisionRecord | None, reviewer: Reviewer) -> bool:
    return last is not None and last.by == reviewer.id and last.ruling is not Decision.REOPENED


FILTER_NAMES = ("kind", "severity", "state", "school", "taken", "age")


def build_review_routes(context: PortalContext) -> Blueprint:
    routes, shown = Blueprint("review", __name__), _ReviewPages(context)
    routes.add_url_rule("/review", "show_queue", shown.show_queue)
    routes.add_url_rule("/review/open", "submit_open", shown.submit_open, methods=["POST"])
    routes.add_url_rule("/review/flags/<ref>", "show_flag", shown.show_flag)
    routes.add_url_rule("/review/several", "show_several", shown.show_several)
    return routes


def build_reviewer(context: PortalContext) -> Reviewer:
    principal = context.require_principal()
    return Reviewer(address=principal.mail, person_id=principal.person_id)


def load_queue_view(context: PortalContext) -> pages.ReviewQueueView:
    """Return the page of the queue that the address asks for."""
    chosen = {name: request.args.get(name, "") for name in FILTER_NAMES}
    reviewer, now, queue = build_reviewer(context), context.now(), context.app
    number = request.args.get("page", default=1, type=int)
    page = load_queue_page(queue, reviewer, parse_queue_filter(chosen, reviewer, now), number)
    return build_queue_view(page, chosen, list_open_schools(queue), now)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagFormDraft:
    """What was typed into a form of a flag, and the field in which something is wrong."""

    field: str
    note: str = ""
    question: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class _ReviewPages:
    context: PortalContext

    def show_queue(self) -> Response:
        return self.context.render_page(
            "Review", pages.render_review_queue, load_queue_view(self.context)
        )

    def submit_open(self) -> Response:
        """Write the look down, then lead to where it can be read."""
        one = request.form.get("one", "")
        refs = [one] if one else request.form.getlist("ref")[:PAGE_SIZE]
        if not refs:
            return self.context.redirect_to(
                url_for("review.show_queue"), "Select at least one flag first."
            )
        with mask_as_not_found():
            record_flag_views(self.context.app, build_reviewer(self.context), refs)
        return self.context.redirect_to(_build_flag_path(refs))

    def show_flag(self, ref: str) -> Response:
        return render_flag_page(self.context, ref)

    def show_several(self) -> Response:
        refs = tuple(dict.fromkeys(request.args.getlist("ref")))[:PAGE_SIZE]
        found = tuple(self._load_still_open(refs))
        opened = tuple(each for each in found if each)
        if len(opened) < len(found):
            return _render_unopened(self.context, refs)
        if not opened:
            return self.context.redirect_to(
                url_for("review.show_queue"), "None of these flags is open anymore."
            )
        view = BulkDecisionView(
            flags=tuple(map(build_opened_flag, opened)), rulings=list_decision_options(opened)
        )
        return self.context.render_page("Several flags", pages.render_bulk_decision, view)

    def _load_still_open(self, flag_ids: tuple[str, ...]) -> Iterator[ViewedFlag | None]:
        """Leave out flags that have closed meanwhile; the rest can still be decided."""
        for ref in flag_ids:
            with suppress(InputError, NotPermittedError):
                yield load_opened_flag(self.context.app, build_reviewer(self.context), ref)


def render_flag_page(
    context: PortalContext, flag_id: str, draft: FlagFormDraft | None = None, fault: str = ""
) -> Response:
    """Show a flag that its reader has opened; `draft` is what was typed into a form of it."""
    reviewer, queue = build_reviewer(context), context.app
    with mask_as_not_found():
        shown = load_opened_flag(queue, reviewer, flag_id)
    if shown is None:
        return _render_unopened(context, (flag_id,))
    view = build_flag_view(queue, reviewer, shown, context.now())
    if draft is None:
        return context.render_page(
            labels.FLAG_KINDS[view.flag.kind], pages.render_review_flag, view
        )
    again = replace(
        view,
        note=draft.note,
        question=draft.question,
        remark=draft.remark,
        faults=(FieldProblem(field=draft.field, words=fault),),
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return context.render_page(
        labels.FLAG_KINDS[view.flag.kind], pages.render_review_flag, again, status
    )


def _render_unopened(context: PortalContext, flag_ids: tuple[str, ...]) -> Response:
    return context.render_page(
        "Open flags", pages.render_unopened_flags, UnopenedFlagsView(refs=flag_ids)
    )


def _build_flag_path(flag_ids: list[str]) -> str:
    if len(flag_ids) == 1:
        return url_for("review.show_flag", ref=flag_ids[0])
    return url_for("review.show_several", ref=flag_ids)


MAX_TEXT_LENGTH = 1_000
SAVED = "Saved."


def build_handling_routes(context: PortalContext) -> Blueprint:
    routes, actions = Blueprint("handling", __name__), _FlagActions(context)
    of_one = {
        "take": actions.submit_assignment,
        "give-back": actions.submit_unassignment,
        "note": actions.submit_note,
        "ask": actions.submit_question,
        "pack": actions.download_evidence,
    }
    for name, action in of_one.items():
        routes.add_url_rule(f"/review/flags/<ref>/{name}", name, action, methods=["POST"])
    routes.add_url_rule("/review/rule", "rule", actions.submit_decision, methods=["POST"])
    routes.add_url_rule("/review/undo", "undo", actions.submit_undo, methods=["POST"])
    return routes


@dataclass(frozen=True, slots=True)
class _FlagActions:
    context: PortalContext

    def submit_assignment(self, ref: str) -> Response:
        by, seen = build_reviewer(self.context), request.form.get("seen", "")
        return self._run_and_redirect(
            ref, lambda: assign_flag(self.context.app, by, ref, seen), "Assigned to you."
        )

    def submit_unassignment(self, ref: str) -> Response:
        by = build_reviewer(self.context)
        return self._run_and_redirect(
            ref, lambda: release_flag(self.context.app, by, ref), "You are no longer assigned."
        )

    def submit_note(self, ref: str) -> Response:
        by, text = build_reviewer(self.context), _read_text("remark")
        action = partial(partial(add_review_note, self.context.app), by, ref, text)
        return self._run_with_draft(
            ref, action, "Note saved.", FlagFormDraft(field="remark", remark=text)
        )

    def submit_question(self, ref: str) -> Response:
        by, text = build_reviewer(self.context), _read_text("question")
        action, draft = (
            partial(partial(queue_review_question, self.context.app), by, ref, text),
            FlagFormDraft(field="question", question=text),
        )
        return self._run_with_draft(ref, action, "We emailed them your question.", draft)

    def download_evidence(self, ref: str) -> Response:
        with mask_as_not_found():
            return build_pack_response(
                download_review_evidence(self.context.app, build_reviewer(self.context), ref)
            )

    def submit_decision(self) -> Response:
        seen = dict(each.split(" ", 1) for each in request.form.getlist("seen") if " " in each)
        value, note = request.form.get("ruling", ""), _read_text("note")
        back = _build_return_path(seen)
        if not seen or value not in {each.value for each in labels.REVIEWER_CHOICES}:
            return self._render_missing_choice(tuple(seen), note)
        by, ruling = build_reviewer(self.context), Decision(value)
        words = self._run_action(
            seen, lambda: decide_viewed_flags(self.context.app, by, seen, ruling, note), SAVED
        )
        if len(seen) == 1 or words != SAVED:
            return self.context.redirect_to(back, words)
        view = DecisionDoneView(refs=tuple(seen), ruling=labels.REVIEWER_CHOICES[ruling])
        return self.context.render_page("Saved", pages.render_decision_done, view)

    def submit_undo(self) -> Response:
        by, refs = build_reviewer(self.context), request.form.getlist("ref")
        words = self._run_action(
            refs, lambda: undo_own_decisions(self.context.app, by, refs), "Undone."
        )
        return self.context.redirect_to(_build_return_path(refs), words)

    def _render_missing_choice(self, flag_ids: tuple[str, ...], note: str) -> Response:
        if len(flag_ids) != 1:
            return self.context.redirect_to(
                url_for("review.show_queue"),
                "Nothing was saved. Select flags and choose what they are.",
            )
        draft = FlagFormDraft(field="ruling", note=note)
        with mask_as_not_found():
            load_reviewable_flag(self.context.app, build_reviewer(self.context), flag_ids[0])
        return render_flag_page(self.context, flag_ids[0], draft, "Choose what it is.")

    def _run_with_draft(
        self, flag_id: str, action: Callable[[], object], notice: str, draft: FlagFormDraft
    ) -> Response:
        """Do it and go back to the flag, or show the form again with what was typed."""
        outcome = self._run_action((flag_id,), action, notice)
        if outcome == notice:
            return self.context.redirect_to(url_for("review.show_flag", ref=flag_id), notice)
        return render_flag_page(self.context, flag_id, draft, outcome)

    def _run_and_redirect(
        self, flag_id: str, action: Callable[[], object], notice: str
    ) -> Response:
        return self.context.redirect_to(
            url_for("review.show_flag", ref=flag_id), self._run_action((flag_id,), action, notice)
        )

    def _run_action(
        self, flag_ids: Iterable[str], action: Callable[[], object], notice: str
    ) -> str:
        """Do it, or say why not: a closed flag is not found, and a changed one is named."""
        with mask_as_not_found():
            for ref in flag_ids:
                load_reviewable_flag(self.context.app, build_reviewer(self.context), ref)
        try:
            action()
        except InputError as error:
            return str(error)
        return notice


def _read_text(field: str) -> str:
    return request.form.get(field, "")[:MAX_TEXT_LENGTH]


def _build_return_path(flag_ids: Iterable[str]) -> str:
    """Lead to the one flag it was about, else to the queue."""
    first, *others = (*flag_ids, "")
    if others == [""]:
        return url_for("review.show_flag", ref=first)
    return url_for("review.show_queue")


PROPOSAL_SENT = "Sent. Another reviewer has one day to confirm it."
# A person who guesses does not learn whether a flag exists, or whose it is.
CANNOT_OPEN_EARLY = (
    "You cannot open a flag with this reference early. Check the reference and the queue."
)
CANNOT_PROPOSE_HOLD = (
    "You cannot propose this for this person. Check the address and the holds in place."
)


def build_early_access_routes(context: PortalContext) -> Blueprint:
    routes, early_pages = Blueprint("early", __name__), _EarlyAccessPages(context)
    routes.add_url_rule("/review/early", "show_proposals", early_pages.show_proposals)
    routes.add_url_rule(
        "/review/early", "submit_proposal", early_pages.submit_proposal, methods=["POST"]
    )
    routes.add_url_rule(
        "/review/early/<ref>",
        "submit_confirmation",
        early_pages.submit_confirmation,
        methods=["POST"],
    )
    return routes


@dataclass(frozen=True, slots=True)
class _EarlyAccessPages:
    context: PortalContext

    def show_proposals(self) -> Response:
        return self._render_proposals(())

    def submit_proposal(self) -> Response:
        flag, reason = request.form.get("flag", ""), request.form.get("reason", "").strip()
        faults = tuple(_find_reason_faults(reason))
        if not faults:
            try:
                propose_break_glass(self.context.app, build_reviewer(self.context), flag, reason)
            except (InputError, NotPermittedError):
                faults = (FieldProblem(field="flag", words=CANNOT_OPEN_EARLY),)
        if faults:
            return self._render_proposals(faults)
        return self.context.redirect_to(url_for("early.show_proposals"), PROPOSAL_SENT)

    def submit_confirmation(self, ref: str) -> Response:
        try:
            proposal = confirm_break_glass(self.context.app, build_reviewer(self.context), ref)
        except (InputError, NotPermittedError) as error:
            return self.context.redirect_to(url_for("early.show_proposals"), str(error))
        notice = "It is open for one day. We are emailing the staff member."
        return self.context.redirect_to(url_for("review.show_flag", ref=proposal.flag), notice)

    def _render_proposals(self, faults: tuple[FieldProblem, ...]) -> Response:
        view = BreakGlassRequestsView(
            proposals=tuple(
                _build_proposal_line(self.context, *each)
                for each in list_break_glass_proposals(self.context.app)
            ),
            flag=request.form.get("flag", ""),
            reason=request.form.get("reason", ""),
            faults=faults,
        )
        status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
        return self.context.render_page(
            "Early access", pages.render_break_glass_requests, view, status
        )


def build_legal_hold_routes(context: PortalContext) -> Blueprint:
    routes, hold_pages = Blueprint("holds", __name__), _LegalHoldPages(context)
    routes.add_url_rule("/review/holds", "show_holds", hold_pages.show_holds)
    routes.add_url_rule(
        "/review/holds", "submit_proposal", hold_pages.submit_proposal, methods=["POST"]
    )
    routes.add_url_rule(
        "/review/holds/<ref>",
        "submit_confirmation",
        hold_pages.submit_confirmation,
        methods=["POST"],
    )
    return routes


@dataclass(frozen=True, slots=True)
class _LegalHoldPages:
    context: PortalContext

    def show_holds(self) -> Response:
        return self._render_holds(())

    def submit_proposal(self) -> Response:
        person, reason = request.form.get("person", ""), request.form.get("reason", "").strip()
        step = HoldAction.LIFT if request.form.get("step") == HoldAction.LIFT else HoldAction.PLACE
        faults = tuple(_find_reason_faults(reason))
        if not faults:
            try:
                propose_legal_hold(
                    self.context.app, build_reviewer(self.context), person, step, reason
                )
            except (InputError, NotPermittedError):
                faults = (FieldProblem(field="person", words=CANNOT_PROPOSE_HOLD),)
        if faults:
            return self._render_holds(faults)
        return self.context.redirect_to(url_for("holds.show_holds"), PROPOSAL_SENT)

    def submit_confirmation(self, ref: str) -> Response:
        try:
            proposal = confirm_legal_hold(self.context.app, build_reviewer(self.context), ref)
        except (InputError, NotPermittedError) as error:
            return self.context.redirect_to(url_for("holds.show_holds"), str(error))
        self.context.wake_service()
        notice = labels.HOLD_NOTICES[proposal.step]
        return self.context.redirect_to(url_for("holds.show_holds"), notice)

    def _render_holds(self, faults: tuple[FieldProblem, ...]) -> Response:
        mine = build_reviewer(self.context).address.casefold()
        view = LegalHoldsView(
            proposals=tuple(
                _build_hold_line(each, mine) for each in list_hold_proposals(self.context.app)
            ),
            standing=tuple(
                ActiveLegalHoldLine(
                    person=each.person, by=each.by, reason=each.reason, since=each.placed_at
                )
                for each in self.context.app.db.legal_holds.list_active_legal_holds()
            ),
            person=request.form.get("person", ""),
            step=request.form.get("step", HoldAction.PLACE),
            reason=request.form.get("reason", ""),
            faults=faults,
        )
        status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
        return self.context.render_page("Legal holds", pages.render_legal_holds, view, status)


def _build_hold_line(proposal: HoldProposal, mine: str) -> LegalHoldProposalLine:
    return LegalHoldProposalLine(
        ref=proposal.ref,
        person=proposal.person,
        lifts=proposal.step is HoldAction.LIFT,
        by=proposal.first,
        reason=proposal.reason,
        at=proposal.at,
        until=proposal.at + CONFIRM_WITHIN,
        mine=proposal.first.casefold() == mine,
    )


def _build_proposal_line(
    context: PortalContext, proposal: BreakGlassProposal, flag: Flag
) -> BreakGlassRequestLine:
    mine = build_reviewer(context).address.casefold()
    return BreakGlassRequestLine(
        ref=proposal.ref,
        flag=flag.ref,
        kind=flag.kind,
        severity=flag.severity,
        by=proposal.first,
        reason=proposal.reason,
        at=proposal.at,
        until=proposal.at + CONFIRM_WITHIN,
        mine=proposal.first.casefold() == mine,
    )


def _find_reason_faults(reason: str) -> Iterator[FieldProblem]:
    if not reason:
        yield FieldProblem(field="reason", words="Give a reason. The person will read it.")
    if len(reason) > MAX_TEXT_LENGTH:
        yield FieldProblem(
            field="reason", words=f"Use at most {MAX_TEXT_LENGTH} characters for the reason."
        )
