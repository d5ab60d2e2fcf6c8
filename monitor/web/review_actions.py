"""What a reviewer does about a case: each action is a form and is recorded.

What takes two reviewers, each in their own session, is in `proposals.py`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, Response, url_for

from monitor.app import App
from monitor.domain.case import Case
from monitor.domain.case_log import is_confirmation, is_lever
from monitor.domain.errors import InputError, NotPermittedError
from monitor.domain.person import Reviewer
from monitor.domain.vocabulary import (
    Decision,
    LetterKind,
    LeverKind,
    Side,
)
from monitor.services.answers import DecisionInput
from monitor.services.disclosure import summarize
from monitor.services.letters import record_letter
from monitor.services.review import (
    add_review_note,
    assign_case,
    decide_viewed_cases,
    download_review_evidence,
    leave_report,
    load_reviewable_case,
    queue_review_question,
    release_case,
    take_report_back,
    undo_own_decisions,
)
from monitor.web.context import PortalContext
from monitor.web.errors import mask_as_not_found
from monitor.web.forms import WebForm, read_form
from monitor.web.review import (
    CLOSED_AGAIN,
    SAVED,
    CaseFormDraft,
    ReviewText,
    _describe_last_word,
    _describe_what_stands,
    build_reviewer,
    render_case_page,
)
from monitor.web.takedown import build_pack_response
from reports.dates import format_near_day
from reports.evidence_pack import ActionLogLine
from reports.labels.office import (
    REVIEWER_CHOICES,
    describe_verdict,
)
from reports.pages import review as pages
from reports.pages.review import (
    ChosenCasesView,
    ContraryDecisionView,
)


class AssignmentForm(WebForm, frozen=True, kw_only=True):
    """`seen` is who was assigned when the page was made; empty where nobody was."""

    seen: str = ""


class ReviewNoteForm(WebForm, frozen=True, kw_only=True):
    remark: ReviewText = ""


class ReportLeftForm(WebForm, frozen=True, kw_only=True):
    reason: ReviewText = ""


class ReviewQuestionForm(WebForm, frozen=True, kw_only=True):
    question: ReviewText = ""


class LetterForm(WebForm, frozen=True, kw_only=True):
    letter: LetterKind


class ReviewDecisionForm(WebForm, frozen=True, kw_only=True):
    """`seen` holds each case with its revision when the page was made, with a blank between.

    `insists` is filled in by who has read what another reviewer says, and says something else.
    """

    seen: tuple[str, ...] = ()
    decision: Decision | None = None
    lever: LeverKind | None = None
    note: ReviewText = ""
    insists: str = ""


class UndoDecisionsForm(WebForm, frozen=True, kw_only=True):
    case: tuple[str, ...] = ()


def describe_saved_decision(app: App, reviewer: Reviewer, before: Case) -> str:
    """Say what follows from a decision that was saved; it names nobody."""
    after, said = app.db.cases.load_case(before.id), before.get_word(Side.IT)
    parts, verdict = [SAVED], before.get_verdict(Side.IT)
    if said and verdict and said.by != reviewer.id and verdict is not after.get_verdict(Side.IT):
        words = describe_verdict(before.kind, verdict)
        parts.append(f"It replaces what another reviewer said: {words}.")
    if after.is_undecided:
        parts.append("The staff member's own answer still decides.")
    shown, zone = summarize(app, after, reviewer), app.config.district.zone
    if shown and shown.closes_at:
        parts.append(f"Without an answer, it ends on {format_near_day(shown.closes_at, zone)}.")
    return " ".join(parts)


def _list_contrary_words(
    app: App, by: Reviewer, cases: Iterable[Case], decision: Decision
) -> Iterator[ActionLogLine]:
    """Yield what another reviewer says of each case that this decision would contradict."""
    for case in cases:
        said, verdict = case.get_word(Side.IT), case.get_verdict(Side.IT)
        if said is None or verdict is None or said.by == by.id:
            continue
        if not app.db.access_log.has_access(by.id, case.id, app.clock.now()):
            continue  # a note may name its person, and the decision is refused without a look
        agrees = is_confirmation(case.kind, verdict) if is_lever(decision) else verdict is decision
        if not agrees:
            yield ActionLogLine(
                at=said.at,
                who=app.config.district.find_reviewer_address(said.by),
                what=describe_verdict(case.kind, verdict),
                note=said.note,
            )


def build_handling_routes(context: PortalContext) -> Blueprint:
    routes, actions = Blueprint("handling", __name__), _CaseActions(context)
    of_one = {
        "take": actions.submit_assignment,
        "give-back": actions.submit_unassignment,
        "note": actions.submit_note,
        "ask": actions.submit_question,
        "pack": actions.download_evidence,
        "told": actions.submit_letter,
        "report-back": actions.submit_report_back,
        "report-left": actions.submit_report_left,
    }
    for name, action in of_one.items():
        routes.add_url_rule(f"/review/cases/<case_id>/{name}", name, action, methods=["POST"])
    routes.add_url_rule("/review/rule", "rule", actions.submit_decision, methods=["POST"])
    routes.add_url_rule("/review/undo", "undo", actions.submit_undo, methods=["POST"])
    return routes


@dataclass(frozen=True, slots=True)
class _CaseActions:
    context: PortalContext

    def submit_assignment(self, case_id: str) -> Response:
        by, seen = build_reviewer(self.context), read_form(AssignmentForm).seen
        return self._run_and_redirect(
            case_id, lambda: assign_case(self.context.app, by, case_id, seen), "Assigned to you."
        )

    def submit_unassignment(self, case_id: str) -> Response:
        by = build_reviewer(self.context)
        return self._run_and_redirect(
            case_id,
            lambda: release_case(self.context.app, by, case_id),
            "You are no longer assigned.",
        )

    def submit_note(self, case_id: str) -> Response:
        by, text = build_reviewer(self.context), read_form(ReviewNoteForm).remark
        action = partial(add_review_note, self.context.app, by, case_id, text)
        return self._run_with_draft(
            case_id, action, "Note saved.", CaseFormDraft(field="remark", remark=text)
        )

    def submit_question(self, case_id: str) -> Response:
        by, text = build_reviewer(self.context), read_form(ReviewQuestionForm).question
        action = partial(queue_review_question, self.context.app, by, case_id, text)
        draft = CaseFormDraft(field="question", question=text)
        return self._run_with_draft(case_id, action, "We emailed them your question.", draft)

    def submit_letter(self, case_id: str) -> Response:
        by, letter = build_reviewer(self.context), read_form(LetterForm).letter
        action = partial(record_letter, self.context.app, by, case_id, letter)
        return self._run_and_redirect(case_id, action, SAVED)

    def submit_report_back(self, case_id: str) -> Response:
        action = partial(take_report_back, self.context.app, build_reviewer(self.context), case_id)
        return self._run_and_redirect(case_id, action, SAVED)

    def submit_report_left(self, case_id: str) -> Response:
        by, text = build_reviewer(self.context), read_form(ReportLeftForm).reason
        action = partial(leave_report, self.context.app, by, case_id, text)
        draft = CaseFormDraft(field="reason", reason=text)
        return self._run_with_draft(case_id, action, "Saved. We emailed them why.", draft)

    def download_evidence(self, case_id: str) -> Response:
        with mask_as_not_found():
            return build_pack_response(
                download_review_evidence(self.context.app, build_reviewer(self.context), case_id)
            )

    def submit_decision(self) -> Response:
        form, by = read_form(ReviewDecisionForm), build_reviewer(self.context)
        seen = dict(entry.split(" ", 1) for entry in form.seen if " " in entry)
        decision, note = form.decision, form.note
        if not seen or decision is None or decision not in REVIEWER_CHOICES:
            case_ids = tuple(seen)
            if len(case_ids) != 1:
                return self.context.redirect_to(
                    url_for("review.show_queue"),
                    "Nothing was saved. Select cases and choose what they are.",
                )
            draft = CaseFormDraft(field="decision", note=note)
            with mask_as_not_found():
                load_reviewable_case(self.context.app, build_reviewer(self.context), case_ids[0])
            return render_case_page(self.context, case_ids[0], draft, "Choose what it is.")
        entry = DecisionInput(decision=decision, by=by.id, note=note, lever=form.lever)
        app = self.context.app
        with mask_as_not_found():
            before = [load_reviewable_case(app, by, case_id) for case_id in seen]
        contrary = () if form.insists else tuple(_list_contrary_words(app, by, before, decision))
        if contrary:
            view = ContraryDecisionView(
                lines=contrary,
                seen=form.seen,
                decision=decision,
                lever=form.lever or "",
                note=note,
            )
            title = "Another reviewer says something else"
            return self.context.render_page(title, pages.render_contrary_decision, view)
        words = self._run_action(seen, lambda: decide_viewed_cases(app, by, seen, entry), SAVED)
        if words != SAVED:
            return self._redirect_back(seen, words)
        if len(before) == 1:
            return self._redirect_back(seen, describe_saved_decision(app, by, before[0]))
        done = ChosenCasesView(case_ids=tuple(seen), decision=REVIEWER_CHOICES[decision])
        return self.context.render_page("Saved", pages.render_decision_done, done)

    def submit_undo(self) -> Response:
        by, case_ids = build_reviewer(self.context), read_form(UndoDecisionsForm).case
        app = self.context.app
        with mask_as_not_found():
            said = {
                _describe_last_word(load_reviewable_case(app, by, case_id), by)
                for case_id in case_ids
            }
        undone = f"Undone: {', '.join(sorted(said))}."
        words = self._run_action(case_ids, lambda: undo_own_decisions(app, by, case_ids), undone)
        if words == undone and len(case_ids) == 1:
            words = f"{undone}{_describe_what_stands(app, by, case_ids[0])}"
        return self._redirect_back(case_ids, words)

    def _run_with_draft(
        self, case_id: str, action: Callable[[], object], notice: str, draft: CaseFormDraft
    ) -> Response:
        """Do it and go back to the case, or show the form again with what was typed."""
        outcome = self._run_action((case_id,), action, notice)
        if outcome == notice:
            return self.context.redirect_to(url_for("review.show_case", case_id=case_id), notice)
        return render_case_page(self.context, case_id, draft, outcome)

    def _run_and_redirect(
        self, case_id: str, action: Callable[[], object], notice: str
    ) -> Response:
        return self.context.redirect_to(
            url_for("review.show_case", case_id=case_id),
            self._run_action((case_id,), action, notice),
        )

    def _redirect_back(self, case_ids: Iterable[str], words: str) -> Response:
        """Lead to the one case it was about, if it is still open to its reader, else to the queue.

        Who agreed to an older text was told of no case that stays open once IT has decided.
        """
        several = tuple(case_ids)
        if len(several) == 1:
            try:
                load_reviewable_case(self.context.app, build_reviewer(self.context), several[0])
            except (InputError, NotPermittedError):
                words = f"{words} {CLOSED_AGAIN}"
            else:
                path = url_for("review.show_case", case_id=several[0])
                return self.context.redirect_to(path, words)
        return self.context.redirect_to(url_for("review.show_queue"), words)

    def _run_action(
        self, case_ids: Iterable[str], action: Callable[[], object], notice: str
    ) -> str:
        """Do it, or say why not: a closed case is not found, and a changed one is named."""
        with mask_as_not_found():
            for case_id in case_ids:
                load_reviewable_case(self.context.app, build_reviewer(self.context), case_id)
        try:
            action()
        except InputError as error:
            return str(error)
        return notice
