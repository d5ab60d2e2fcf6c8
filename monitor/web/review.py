"""What a reviewer reads: the queue hides names, and a form opens a case, never a link."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Final
from urllib.parse import parse_qsl

import msgspec
from flask import Blueprint, Response, url_for
from msgspec import structs

from monitor.app import App
from monitor.db.review_index import CaseGroup, ReviewFilter
from monitor.domain.case import Case
from monitor.domain.case_log import SHARING, is_lever
from monitor.domain.errors import InputError, NotPermittedError
from monitor.domain.person import Reviewer
from monitor.domain.person_limits import ASK_AGAIN_AFTER, can_ask_again
from monitor.domain.vocabulary import (
    CaseBin,
    CaseKind,
    Decision,
    OpeningReason,
    Severity,
    Side,
)
from monitor.services.disclosure import find_review_opening, summarize
from monitor.services.letters import list_office_letters
from monitor.services.next_steps import (
    build_advice_lines,
    build_school_line,
    find_assignee_id,
    list_report_levers,
)
from monitor.services.pictures import load_reviewed_picture
from monitor.services.review import (
    foresee_own_undo,
)
from monitor.services.review_access import load_opened_case, record_case_views
from monitor.services.takedown import (
    build_review_guide,
    can_be_reported,
    list_review_results,
    write_office_report,
)
from monitor.services.visible_cases import (
    PAGE_SIZE,
    list_allowed_decisions,
    list_open_waves,
    load_queue_page,
)
from monitor.web.context import PortalContext
from monitor.web.errors import CLOSED_CASE, mask_as_not_found
from monitor.web.forms import WebForm, read_form, read_query
from reports.case_view import CaseView
from reports.dates import format_near_day
from reports.evidence_pack import ActionLogLine
from reports.labels.cases import CASE_KINDS, LEFT_ITS_REPORT, SEVERITIES, describe_decision
from reports.labels.office import (
    CASE_BINS,
    LEFT_REPORT,
    REVIEWER_CHOICES,
    REVIEWER_HINTS,
    VERDICTS_OF_KIND,
    describe_entry,
    describe_review_step,
    describe_verdict,
)
from reports.labels.takedown import LEVERS
from reports.pages import review as pages
from reports.pages.layout import FieldProblem
from reports.pages.review import (
    BulkDecisionView,
    ChosenCasesView,
    HintedOption,
    Option,
    QueueChip,
    QueueFilter,
    ReviewCaseView,
    ReviewNoteLine,
    ReviewQueueView,
)

MAX_TEXT_LENGTH = 1_000


ReviewText = Annotated[str, msgspec.Meta(max_length=MAX_TEXT_LENGTH)]


PageOfCases = Annotated[tuple[str, ...], msgspec.Meta(max_length=PAGE_SIZE)]


class QueueQuery(WebForm, frozen=True, kw_only=True):
    """The filters of the queue; what means nothing narrows nothing."""

    kind: CaseKind | None = None
    severity: Severity | None = None
    state: CaseBin | None = None
    school: str = ""
    taken: str = ""
    age: str = ""
    page: int = 1


class SeveralCasesQuery(WebForm, frozen=True, kw_only=True):
    case: PageOfCases = ()


class OpenCasesForm(WebForm, frozen=True, kw_only=True):
    """`one` is the case whose own button was pressed, `case` those that were selected."""

    one: str = ""
    case: PageOfCases = ()


MOST_BESIDE: Final = 5


AGE_LABELS = {"7": "More than a week", "30": "More than a month", "90": "More than three months"}


ASSIGNMENT_LABELS = {"me": "To me", "nobody": "Not assigned"}


def build_queue_filter(query: QueueQuery, reviewer: Reviewer, now: datetime) -> ReviewFilter:
    assigned = {"me": reviewer.id, "nobody": ""}
    return ReviewFilter(
        kind=query.kind,
        severity=query.severity,
        bins=(query.state,) if query.state else (),
        school=query.school or None,
        reviewer_id=assigned.get(query.taken),
        opened_before=now - timedelta(days=int(query.age)) if query.age in AGE_LABELS else None,
    )


# The chips above the queue, by the part of its address that narrows it.
CHIPS: Final[Mapping[str, str]] = {
    "": "All",
    "state=needs-you": "Needs IT",
    "state=needs-you&taken=nobody": "Not assigned",
    "taken=me": "Mine",
    "state=in-progress": "Waiting for others",
    "state=done": "Done",
}


def build_queue_view(
    app: App, reviewer: Reviewer, query: QueueQuery, now: datetime, here: str = ""
) -> ReviewQueueView:
    page = load_queue_page(app, reviewer, build_queue_filter(query, reviewer, now), query.page)
    return ReviewQueueView(
        filters=tuple(_build_filters(query, page.schools)),
        chips=tuple(_build_chips(page.groups, reviewer, query, now)),
        lines=page.rows,
        now=now,
        number=page.number,
        last=page.last,
        total=page.total,
        waves=list_open_waves(app, reviewer),
        here=here,
    )


def _build_list_beside(
    app: App, reviewer: Reviewer, case_id: str, now: datetime
) -> ReviewQueueView:
    """Build the list beside a case: that one and its neighbors, so that it is no longer than it."""
    queue = build_queue_view(app, reviewer, QueueQuery(), now, case_id)
    place = next((n for n, line in enumerate(queue.lines) if line.id == case_id), 0)
    first = max(0, min(place - MOST_BESIDE // 2, len(queue.lines) - MOST_BESIDE))
    return replace(queue, lines=queue.lines[first : first + MOST_BESIDE])


def _build_chips(
    groups: Iterable[CaseGroup], reviewer: Reviewer, query: QueueQuery, now: datetime
) -> Iterator[QueueChip]:
    for narrowed, words in CHIPS.items():
        asked = msgspec.convert(dict(parse_qsl(narrowed)), QueueQuery, strict=False)
        wanted = build_queue_filter(asked, reviewer, now)
        yield QueueChip(
            words=words,
            path=f"/review?{narrowed}" if narrowed else "/review",
            count=sum(
                group.count
                for group in groups
                if group.bin in (wanted.bins or CaseBin)
                and wanted.reviewer_id in {None, group.reviewer_id}
            ),
            here=asked == structs.replace(query, page=1),
        )


def build_case_view(app: App, reviewer: Reviewer, view: CaseView, now: datetime) -> ReviewCaseView:
    """Show a case beside its neighbors in the list of all, wherever its reader came from."""
    case = app.db.cases.load_case(view.id)
    remarks = app.db.review_notes.list_review_notes_of_case(case.id)
    taken = find_assignee_id(app, case.id)
    said = case.get_word(Side.IT) if view.review_decision else None
    own, mistake = case.kind is CaseKind.OWN_ACCOUNT_CHANGED, case.report_to_take_back
    last = case.get_last_entry(Side.IT)
    undoes = _describe_last_word(case, reviewer) if last and last.by == reviewer.id else ""
    shown = ReviewCaseView(
        case=view,
        queue=_build_list_beside(app, reviewer, view.id, now),
        history=tuple(_build_history(app, case)),
        remarks=tuple(
            ReviewNoteLine(
                at=remark.at,
                by=remark.by,
                text=remark.text,
                kind=remark.kind,
            )
            for remark in remarks
        ),
        decisions=tuple(_list_options((case,), now, deeds=False)),
        deeds=tuple((value, text) for value, text, _ in _list_options((case,), now, deeds=True)),
        # Their own pages are not for IT to open.
        steps=tuple(
            replace(step, path="") for step in build_advice_lines(app, case, Side.IT) if own
        ),
        said_by=app.config.district.find_reviewer_address(said.by) if said else "",
        said_at=said.at if said else None,
        reported_by=_name_reviewer(app, mistake.by) if mistake else "",
        taken=taken,
        mine=taken == reviewer.id,
        guide=build_review_guide(app, case),
        school=build_school_line(app, case),
        levers=tuple(_list_lever_options(app, case)),
        results=list_review_results(app, case),
        report=write_office_report(app, reviewer, case, view),
        letters=list_office_letters(app, reviewer, case, view),
        is_reportable=can_be_reported(case),
        is_made_by_others=view.nature is CaseKind.MOCK_ACCOUNT,
        undoes=undoes,
        undo_closes=bool(undoes)
        and find_review_opening(app, foresee_own_undo(app, case, reviewer), reviewer.id) is None,
        ask_from=_compute_next_question_time(view.asked_at, now),
    )
    return shown.leave_report_alone() if view.opened_by is OpeningReason.REPORT_BACK else shown


def _name_reviewer(app: App, reviewer_id: str) -> str:
    """Return their address; who left the list has none there."""
    address = app.config.district.find_reviewer_address(reviewer_id)
    return "A former reviewer" if address == reviewer_id else address


def _list_options(
    several: Collection[Case], now: datetime, *, deeds: bool
) -> Iterator[HintedOption]:
    """Yield what can be said of all of them, or what can have been done about all of them."""
    fitting = set.intersection(*(set(list_allowed_decisions(case, now)) for case in several))
    kinds = {case.kind for case in several}
    own = VERDICTS_OF_KIND.get(kinds.pop(), {}) if len(kinds) == 1 else {}
    for decision, text in REVIEWER_CHOICES.items():
        if decision in fitting and is_lever(decision) is deeds:
            is_own = decision in own
            hint = "" if is_own else REVIEWER_HINTS.get(decision, "")
            yield decision.value, own[decision] if is_own else text, hint


def _describe_what_stands(app: App, reviewer: Reviewer, case_id: str) -> str:
    """Say what IT says after an undo, and what follows; nothing of a case that it closed."""
    shown = summarize(app, app.db.cases.load_case(case_id), reviewer)
    if shown is None:
        return ""
    said = shown.review_decision
    stands = f" IT says: {describe_verdict(shown.kind, said)}." if said else " IT says nothing now."
    if not (shown.next_by and shown.next_step and shown.due):
        return stands
    step = describe_review_step(shown.nature, shown.next_by, shown.next_step)
    due = format_near_day(shown.due, app.config.district.zone)
    return f"{stands} Next, by {due}: {step}."


def _describe_last_word(case: Case, by: Reviewer) -> str:
    """Say what this reviewer would take back: the last that they said or did themselves."""
    own = [entry for entry in case.undoable if entry.by == by.id]
    if not own:
        return "nothing"
    is_left = own[-1] == case.upheld
    return f"“{LEFT_REPORT if is_left else describe_entry(case.kind, own[-1].decision)}”"


def _list_lever_options(app: App, case: Case) -> Iterator[Option]:
    if can_be_reported(case):
        for lever in list_report_levers(app, case, Side.IT):
            yield lever, LEVERS[lever]


def _build_filters(query: QueueQuery, schools: tuple[str, ...]) -> Iterator[QueueFilter]:
    kinds = [(kind.value, CASE_KINDS[kind]) for kind in CaseKind]
    severities = [(severity.value, SEVERITIES[severity]) for severity in Severity]
    filters: dict[str, tuple[str, list[Option]]] = {
        "kind": ("Kind", kinds),
        "severity": ("Severity", severities),
        "state": ("Status", [(key.value, text) for key, text in CASE_BINS.items()]),
        "school": ("School", [(school, school) for school in schools]),
        "taken": ("Assigned", list(ASSIGNMENT_LABELS.items())),
        "age": ("Age", list(AGE_LABELS.items())),
    }
    for name, (label, options) in filters.items():
        asked = getattr(query, name)
        selected = str(asked) if asked in {value for value, _ in options} else ""
        yield QueueFilter(name=name, label=label, options=(("", "All"), *options), chosen=selected)


def _build_history(app: App, case: Case) -> Iterator[ActionLogLine]:
    """List who decided what, of its person what they still say; only reviewers' notes are shown.

    What they said and took back while nobody in IT could see it is for nobody to read.
    """
    standing = {id(entry) for entry in case.standing}
    for entry in case.log:
        of_person = entry.by == case.person_id
        if of_person and entry.decision not in SHARING and id(entry) not in standing:
            continue
        # A note of theirs says whom they told.
        if entry.decision is Decision.TOLD:
            continue
        who = (
            "The staff member" if of_person else app.config.district.find_reviewer_address(entry.by)
        )
        note = "" if of_person else entry.note
        yield ActionLogLine(
            at=entry.at,
            who=who,
            what=LEFT_ITS_REPORT
            if entry == case.upheld
            else describe_decision(case.kind, entry.decision),
            note=note,
            lever=LEVERS[entry.lever] if entry.lever else "",
        )


def _compute_next_question_time(last: datetime | None, now: datetime) -> datetime | None:
    return last + ASK_AGAIN_AFTER if last and not can_ask_again(last, now) else None


def build_review_routes(context: PortalContext) -> Blueprint:
    routes, shown = Blueprint("review", __name__), _ReviewPages(context)
    routes.add_url_rule("/review", "show_queue", shown.show_queue)
    routes.add_url_rule("/review/open", "submit_open", shown.submit_open, methods=["POST"])
    routes.add_url_rule("/review/cases/<case_id>", "show_case", shown.show_case)
    routes.add_url_rule("/review/cases/<case_id>/picture", "show_picture", shown.show_picture)
    routes.add_url_rule("/review/several", "show_several", shown.show_several)
    return routes


def build_reviewer(context: PortalContext) -> Reviewer:
    principal = context.require_principal()
    return Reviewer(address=principal.mail, person_id=principal.person_id)


def load_queue_view(context: PortalContext) -> pages.ReviewQueueView:
    """Return the page of the queue that the address asks for."""
    reviewer = build_reviewer(context)
    return build_queue_view(context.app, reviewer, read_query(QueueQuery), context.now())


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFormDraft:
    """What was typed into a form of a case, and the field in which something is wrong."""

    field: str
    note: str = ""
    question: str = ""
    remark: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _ReviewPages:
    context: PortalContext

    def show_queue(self) -> Response:
        return self.context.render_page(
            "Review", pages.render_review_queue, load_queue_view(self.context)
        )

    def submit_open(self) -> Response:
        """Write the look down, then lead to where it can be read."""
        form = read_form(OpenCasesForm)
        case_ids = (form.one,) if form.one else form.case
        if not case_ids:
            return self.context.redirect_to(
                url_for("review.show_queue"), "Select at least one case first."
            )
        with mask_as_not_found():
            record_case_views(self.context.app, build_reviewer(self.context), case_ids)
        return self.context.redirect_to(_build_case_path(case_ids))

    def show_case(self, case_id: str) -> Response:
        return render_case_page(self.context, case_id)

    def show_picture(self, case_id: str) -> Response:
        with mask_as_not_found():
            picture = load_reviewed_picture(self.context.app, build_reviewer(self.context), case_id)
        return Response(picture, mimetype="image/jpeg")

    def show_several(self) -> Response:
        case_ids = read_query(SeveralCasesQuery).case
        found = tuple(self._load_still_open(case_ids))
        opened = tuple(case for case in found if case)
        if len(opened) < len(found):
            return _render_unopened(self.context, case_ids)
        if not opened:
            return self.context.redirect_to(
                url_for("review.show_queue"), "None of these cases is open anymore."
            )
        cases = [self.context.app.db.cases.load_case(case.id) for case in opened]
        now = self.context.now()
        options = (*_list_options(cases, now, deeds=False), *_list_options(cases, now, deeds=True))
        view = BulkDecisionView(cases=opened, decisions=options)
        return self.context.render_page("Several cases", pages.render_bulk_decision, view)

    def _load_still_open(self, case_ids: tuple[str, ...]) -> Iterator[CaseView | None]:
        """Leave out cases that have closed meanwhile; the rest can still be decided."""
        for case_id in case_ids:
            with suppress(InputError, NotPermittedError):
                yield load_opened_case(self.context.app, build_reviewer(self.context), case_id)


def render_case_page(
    context: PortalContext, case_id: str, draft: CaseFormDraft | None = None, fault: str = ""
) -> Response:
    """Show a case that its reader has opened; `draft` is what was typed into a form of it."""
    reviewer, queue = build_reviewer(context), context.app
    with mask_as_not_found(CLOSED_CASE):
        shown = load_opened_case(queue, reviewer, case_id)
    if shown is None:
        return _render_unopened(context, (case_id,))
    view = build_case_view(queue, reviewer, shown, context.now())
    if draft is None:
        return context.render_page(CASE_KINDS[view.case.kind], pages.render_review_case, view)
    again = replace(
        view,
        note=draft.note,
        question=draft.question,
        remark=draft.remark,
        reason=draft.reason,
        faults=(FieldProblem(field=draft.field, words=fault),),
    )
    return context.render_page(CASE_KINDS[view.case.kind], pages.render_review_case, again)


def _render_unopened(context: PortalContext, case_ids: tuple[str, ...]) -> Response:
    return context.render_page(
        "Open cases", pages.render_unopened_cases, ChosenCasesView(case_ids=case_ids)
    )


def _build_case_path(case_ids: tuple[str, ...]) -> str:
    if len(case_ids) == 1:
        return url_for("review.show_case", case_id=case_ids[0])
    return url_for("review.show_several", case=case_ids)


SAVED = "Saved."


CLOSED_AGAIN = "You no longer see this case."
