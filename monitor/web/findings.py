"""One finding: its page, its comparison and versions, its cases, and sharing them with IT.

Sorting: cards, an answer for one or for several, and taking it back.
"""

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Final, TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec
from flask import Blueprint, Response, abort, url_for

from monitor.app import App
from monitor.domain.case import (
    CASE_OF_DECISION,
    MADE_BY_OTHERS,
    OWNERSHIP_CASES,
    Case,
    foresee_decision,
)
from monitor.domain.case_log import SHARING
from monitor.domain.errors import InputError
from monitor.domain.feedback import FINDING_DECISIONS, resolve_feedback
from monitor.domain.reason import Count, Day, Label, Reason, Told
from monitor.domain.vocabulary import CaseKind, Decision, FindingGroup, Side
from monitor.services.answers import (
    DecisionInput,
    answer_case,
    build_lessons_line,
    find_ownership_case,
    foresee_undo_of_answer,
    record_feedback,
    share_case,
    undo_decisions,
    undo_feedback,
    unshare_case,
)
from monitor.services.disclosure import disclose_finding, disclose_own, disclose_to_others
from monitor.services.findings import (
    build_comparison_view,
    build_finding_page,
    build_latest_coverage,
    build_versions_view,
    count_findings,
    filter_findings,
    list_answered_findings,
    list_findings,
    list_pending_cards,
)
from monitor.services.pictures import load_compared_picture
from monitor.web.context import PortalContext
from monitor.web.forms import WebForm, read_form, read_query
from reports.answer_choices import ANSWERS
from reports.pages import findings as pages
from reports.pages.findings import AnswerHistoryView, FindingListView, ShareView, SortView, UndoLine
from reports.reviewer_fields import list_reviewer_fields
from scrapers.models import TraceKind

CARDS_PER_PAGE: Final = 10
ANSWERS_PER_PAGE: Final = 25
# Each takes some fifteen of the 250 words that a page may have.
FINDINGS_PER_PAGE: Final = 15
MAX_SEARCH_CHARACTERS: Final = 200
Line = TypeVar("Line")


class AnswerPage(StrEnum):
    """Where a form stood, and so where its reader goes back to."""

    FINDING = "finding"
    SORT = "sort"


class FindingsForm(WebForm, frozen=True, kw_only=True):
    finding: Annotated[tuple[str, ...], msgspec.Meta(max_length=CARDS_PER_PAGE)] = ()
    back: AnswerPage | None = None


class AnswerForm(FindingsForm, frozen=True, kw_only=True):
    decision: Decision


class PageQuery(WebForm, frozen=True, kw_only=True):
    page: int = 1


class AnsweredQuery(WebForm, frozen=True, kw_only=True):
    """`done` names the findings just answered, joined by hyphens."""

    done: str = ""


def build_sort_routes(context: PortalContext) -> Blueprint:
    routes = Blueprint("sort", __name__)

    @routes.get("/me/sort")
    def show_cards() -> Response:
        app, owner = context.app, context.person_id
        pending = list_pending_cards(app, owner)
        number, last, shown = paginate_lines(pending, CARDS_PER_PAGE)
        view = SortView(
            cards=tuple(card.build() for card in shown),
            left=sum(card.is_asked for card in pending),
            number=number,
            last=last,
            done=build_done_line(app, owner),
            learned=build_lessons_line(app, owner),
            answered=app.db.findings.count_findings_with_feedback(owner),
            coverage=None if pending else build_latest_coverage(app, owner),
        )
        return context.render_page("Review what we found", pages.render_sort, view)

    @routes.get("/me/sort/done")
    def show_answered() -> Response:
        owner = context.person_id
        answered = list_answered_findings(context.app, owner)
        number, last, shown = paginate_lines(answered, ANSWERS_PER_PAGE)
        lines = tuple(disclose_finding(context.app, finding) for finding in shown)
        undoes = {line.id: foresee_undo_of_answer(context.app, line.id) for line in lines}
        view = AnswerHistoryView(lines=lines, undoes=undoes, number=number, last=last)
        return context.render_page("Your answers", pages.render_answer_history, view)

    @routes.post("/me/sort")
    def submit_answers() -> Response:
        form, owner = read_form(AnswerForm), context.person_id
        if form.decision not in ANSWERS:
            abort(HTTPStatus.BAD_REQUEST)
        if not form.finding:
            return context.redirect_to(url_for(".show_cards"), "Select at least one card first.")
        if form.decision is Decision.IMPERSONATION and len(form.finding) > 1:
            words = "Say it one by one: IT sees each at once, and a false report harms its owner."
            return context.redirect_to(url_for(".show_cards"), words)
        check_owns_findings(context.app, owner, form.finding)
        answers = dict.fromkeys(form.finding, form.decision)
        context.tell_filed(record_feedback(context.app, owner, answers))
        return _redirect_after_answers(context, form)

    @routes.post("/me/sort/undo")
    def submit_undo() -> Response:
        form, owner = read_form(FindingsForm), context.person_id
        check_owns_findings(context.app, owner, form.finding)
        said = _describe_answers(context.app, owner, form.finding, "undone")
        try:
            undo_feedback(context.app, owner, form.finding)
        except InputError:
            said = None
        if said is None:
            return context.redirect_to(url_for(".show_cards"), "There was nothing to undo.")
        return _redirect_back(context, form, said.words)

    return routes


def check_owns_findings(app: App, person_id: str, finding_ids: Iterable[str]) -> None:
    """Answer as if it were not there where one of the findings is not the reader's own."""
    try:
        for finding_id in finding_ids:
            app.db.findings.load_finding_of_person(person_id, finding_id)
    except InputError:
        abort(HTTPStatus.NOT_FOUND)


def paginate_lines(lines: tuple[Line, ...], size: int) -> tuple[int, int, tuple[Line, ...]]:
    """Return the number of the requested page, of the last page, and the rows."""
    last = max(-(-len(lines) // size), 1)
    number = min(max(read_query(PageQuery).page, 1), last)
    return number, last, lines[(number - 1) * size : number * size]


def build_done_line(app: App, person_id: str) -> UndoLine | None:
    """Say what was just answered, as stored: the URL names only the findings."""
    finding_ids = tuple(filter(None, read_query(AnsweredQuery).done.split("-")))[:CARDS_PER_PAGE]
    return _describe_answers(app, person_id, finding_ids, "saved")


def _describe_answers(
    app: App, person_id: str, finding_ids: Iterable[str], done: str
) -> UndoLine | None:
    """Say which answer was saved, or undone; None where there is none."""
    own = {
        finding.id: decision
        for finding, decision in app.db.findings.list_findings_with_feedback(person_id)
    }
    answered = tuple(finding_id for finding_id in finding_ids if finding_id in own)
    if not answered:
        return None
    is_page = app.db.findings.load_finding(answered[0]).portrait.kind is TraceKind.PAGE
    table = "page-answers" if is_page else "answers"
    last = resolve_feedback(app.db.feedback.list_feedback_of_finding(answered[0]))
    for case in app.db.cases.list_cases_of_finding(answered[0]):
        if last and case.id == last.case_id:
            table = f"answers.{case.kind}"
    answer, count = Label(table, own[answered[0]]), len(answered)
    words = Reason(f"{done}-answer", {"answer": answer})
    if count > 1:
        words = Reason(f"{done}-answers", {"answer": answer, "count": Count(count)})
    foreseen = (foresee_undo_of_answer(app, finding_id) for finding_id in answered)
    return UndoLine(
        finding_ids=answered, words=words, undoes=tuple(dict.fromkeys(filter(None, foreseen)))
    )


def _redirect_after_answers(context: PortalContext, form: AnswerForm) -> Response:
    if form.decision in CASE_OF_DECISION and len(form.finding) == 1:
        return _redirect_to_kit(context, form.finding[0])
    return _redirect_back(context, form, "Saved.", done="-".join(form.finding))


def _redirect_to_kit(
    context: PortalContext, finding_id: str, answered: Case | None = None
) -> Response:
    """Lead someone who is impersonated, mocked or harmed to what they can do about it."""
    case = find_ownership_case(context.app, finding_id) or answered
    if case is None:
        return context.redirect_to(
            url_for("findings.show_finding", finding_id=finding_id), "Saved."
        )
    return context.redirect_to(url_for("takedown.show_kit", case_id=case.id, done=finding_id))


def _redirect_back(
    context: PortalContext, form: FindingsForm, notice: Told, done: str = ""
) -> Response:
    """Go back to where the answer was given: to the finding's own page, or to the next card.

    Where `done` names the findings just answered, the cards tell it themselves. What an answer
    filed beside is read before the next card.
    """
    if form.back is AnswerPage.FINDING and form.finding:
        return context.redirect_to(
            url_for("findings.show_finding", finding_id=form.finding[0]), notice
        )
    anchor = None if context.browser_session.next_filed else "card-1"
    path = url_for("sort.show_cards", done=done or None, _anchor=anchor)
    return context.redirect_to(path, "" if done else notice)


class VersionsQuery(WebForm, frozen=True, kw_only=True):
    older: int = msgspec.field(name="from", default=0)
    newer: int = msgspec.field(name="to", default=0)


class CaseAnswerForm(WebForm, frozen=True, kw_only=True):
    """`until` is how long a harmless case rests, in days; empty means until something changes."""

    decision: Decision
    until: str = ""
    back: AnswerPage | None = None


HARMLESS_SPANS: Final = {"30": timedelta(days=30), "180": timedelta(days=180)}


class FindingListQuery(PageQuery, frozen=True, kw_only=True):
    """`show` is a group of findings, empty for all; `words` is what is searched for."""

    show: str = ""
    words: Annotated[str, msgspec.Meta(max_length=MAX_SEARCH_CHARACTERS)] = ""


def build_finding_list_view(context: PortalContext) -> FindingListView:
    query, owner = read_query(FindingListQuery), context.person_id
    group = next(
        (finding_group for finding_group in FindingGroup if finding_group == query.show), None
    )
    lines = list_findings(context.app, owner)
    number, last, shown = paginate_lines(
        filter_findings(lines, group, query.words), FINDINGS_PER_PAGE
    )
    kept = {"show": group.value if group else "", "words": query.words}
    return FindingListView(
        counts=count_findings(lines),
        lines=shown,
        group=group,
        words=query.words,
        number=number,
        last=last,
        page_url=f"{url_for('findings.show_all')}?{urlencode({**kept, 'page': ''})}",
        coverage=None if lines else build_latest_coverage(context.app, owner),
    )


def build_finding_routes(context: PortalContext) -> Blueprint:
    routes = Blueprint("findings", __name__)

    @routes.get("/me/findings")
    def show_all() -> Response:
        view = build_finding_list_view(context)
        return context.render_page("Results", pages.render_finding_list, view)

    @routes.get("/me/findings/<finding_id>")
    def show_finding(finding_id: str) -> Response:
        view = build_finding_page(
            context.app, _require_finding_owner(context, finding_id), finding_id
        )
        return context.render_page("What we found", pages.render_finding, view)

    @routes.get("/me/findings/<finding_id>/beside")
    @routes.get("/me/findings/<finding_id>/beside/<own>")
    def show_side_by_side(finding_id: str, own: str = "") -> Response:
        owner = _require_finding_owner(context, finding_id)
        try:
            view = build_comparison_view(context.app, owner, finding_id, own)
        except InputError:
            abort(HTTPStatus.NOT_FOUND)
        return context.render_page("Side by side", pages.render_comparison, view)

    @routes.get("/me/findings/<finding_id>/versions")
    def show_versions(finding_id: str) -> Response:
        owner = _require_finding_owner(context, finding_id)
        query = read_query(VersionsQuery)
        try:
            view = build_versions_view(context.app, owner, finding_id, query.older, query.newer)
        except InputError:
            abort(HTTPStatus.NOT_FOUND)
        return context.render_page("How it changed", pages.render_versions, view)

    @routes.get("/me/findings/<finding_id>/picture")
    def show_picture(finding_id: str) -> Response:
        owner = _require_finding_owner(context, finding_id)
        try:
            picture = load_compared_picture(context.app, owner, finding_id)
        except InputError:
            abort(HTTPStatus.NOT_FOUND)
        return Response(picture, mimetype="image/jpeg")

    return routes


def build_case_routes(context: PortalContext) -> Blueprint:
    routes, app = Blueprint("cases", __name__), context.app

    @routes.post("/me/cases/<case_id>")
    def submit_decision(case_id: str) -> Response:
        case, form = _find_own_case(context, case_id), read_form(CaseAnswerForm)
        if form.decision in {*SHARING, Decision.REOPENED}:
            abort(HTTPStatus.BAD_REQUEST)
        try:
            context.tell_filed(record_case_answer(app, case, form))
        except (InputError, ValueError):
            abort(HTTPStatus.BAD_REQUEST)
        return _redirect_after_case_answer(context, case, form)

    @routes.post("/me/cases/<case_id>/undo")
    def submit_undo(case_id: str) -> Response:
        case = _find_own_case(context, case_id)
        said = disclose_own(app, case).undone_words
        try:
            undo_decisions(app, (case_id,), case.person_id)
        except InputError:
            return context.redirect_to(
                url_for("findings.show_finding", finding_id=case.finding_id),
                "There was nothing to undo.",
            )
        return context.redirect_to(
            url_for("findings.show_finding", finding_id=case.finding_id),
            said,
        )

    return routes


def _redirect_after_case_answer(
    context: PortalContext, case: Case, form: CaseAnswerForm
) -> Response:
    """Lead to what its person does next, by their answer."""
    finding_page = url_for("findings.show_finding", finding_id=case.finding_id)
    if _find_own_case(context, case.id).find_mistaken_report(Side.PERSON):
        text = url_for("takedown.show_withdrawal", case_id=case.id)
        return context.redirect_to(text, "Saved. Here is the text that takes your report back.")
    if case.kind in MADE_BY_OTHERS and form.decision in CASE_OF_DECISION:
        return _redirect_to_kit(context, case.finding_id, case)
    if form.decision is Decision.MINE and case.kind is CaseKind.EXPOSED_CONTACT:
        return context.redirect_to(url_for("removal.show_removal", case_id=case.id), "Saved.")
    if form.decision in {Decision.IMPERSONATION, Decision.LOCKED_OUT}:
        return context.redirect_to(
            f"{finding_page}#case-{case.id}", "Saved. Here is what to do now."
        )
    if form.back is AnswerPage.SORT:
        return context.redirect_to(url_for("sort.show_cards", _anchor="card-1"), "Saved.")
    return context.redirect_to(finding_page, "Saved.")


def build_sharing_routes(context: PortalContext) -> Blueprint:
    routes = Blueprint("sharing", __name__)
    app = context.app

    @routes.get("/me/cases/<case_id>/share")
    def show_share(case_id: str) -> Response:
        case = _find_own_case(context, case_id)
        zone = context.app.db.people.load_person(case.person_id).zone
        fields = list_reviewer_fields(disclose_to_others(app, case), zone)
        shared = case
        if case.shared_at is None:
            shared = foresee_decision(case, Decision.SHARED, case.person_id, context.now())
        shown, then = disclose_own(app, case), disclose_own(app, shared)
        view = ShareView(case=shown, then=then, fields=fields)
        return context.render_page("Share this with IT?", pages.render_share, view)

    @routes.post("/me/cases/<case_id>/share")
    def submit_share(case_id: str) -> Response:
        case = _find_own_case(context, case_id)
        share_case(app, case.person_id, case_id)
        return context.redirect_to(
            url_for("findings.show_finding", finding_id=case.finding_id),
            "Shared with IT. You can take that back on this page.",
        )

    @routes.post("/me/cases/<case_id>/unshare")
    def submit_unshare(case_id: str) -> Response:
        case = _find_own_case(context, case_id)
        before = disclose_own(app, case)
        try:
            unshare_case(app, case.person_id, case_id)
        except InputError:
            return context.redirect_to(
                url_for("findings.show_finding", finding_id=case.finding_id), "It was not shared."
            )
        if before.downloaded_at:
            zone = app.db.people.load_person(case.person_id).zone
            day = Day(before.downloaded_at.astimezone(ZoneInfo(zone)).date())
            return context.redirect_to(
                url_for("findings.show_finding", finding_id=case.finding_id),
                Reason("unshared-copy", {"day": day}),
            )
        # Time, or what they said, may keep the alert open to IT.
        after = disclose_own(app, _find_own_case(context, case_id))
        is_still_seen = after.it_sees_since or after.holders
        return context.redirect_to(
            url_for("findings.show_finding", finding_id=case.finding_id),
            "IT can no longer download the evidence, and has not. Who still sees this alert, and "
            "why, stands below."
            if is_still_seen
            else "No longer shared with IT.",
        )

    return routes


def record_case_answer(app: App, case: Case, form: CaseAnswerForm) -> tuple[str, ...]:
    """Answer a case, and return what else is filed by that.

    Where it asks whose an account is, the answer is about the account.
    """
    if case.kind in OWNERSHIP_CASES and form.decision in FINDING_DECISIONS:
        return record_feedback(app, case.person_id, {case.finding_id: form.decision})
    # Only a decision of harmless has an end.
    now = app.clock.now()
    span = HARMLESS_SPANS.get(form.until) if form.decision is Decision.HARMLESS else None
    entry = DecisionInput(
        decision=form.decision, by=case.person_id, until=now + span if span else None
    )
    return answer_case(app, case, entry)


def _require_finding_owner(context: PortalContext, finding_id: str) -> str:
    owner = context.person_id
    check_owns_findings(context.app, owner, (finding_id,))
    return owner


def _find_own_case(context: PortalContext, case_id: str) -> Case:
    try:
        return context.app.db.cases.load_case_of_person(context.person_id, case_id)
    except InputError:
        abort(HTTPStatus.NOT_FOUND)
