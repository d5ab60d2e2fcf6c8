"""What a program may do for a reviewer, and for an operator: what their own pages show, no more."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final, Literal

import msgspec

from monitor.db.review_index import ReviewFilter
from monitor.domain.enrollment_draft import Invitee
from monitor.domain.errors import InputError
from monitor.domain.person import Reviewer, build_operator_id
from monitor.domain.vocabulary import (
    CaseBin,
    CaseKind,
    CaseState,
    CaseStep,
    Decision,
    HealthLevel,
    OpeningReason,
    Severity,
    StepActor,
    TokenScope,
)
from monitor.services.enrollment import find_next_invitation_slot, send_invitation
from monitor.services.review_access import load_opened_case, record_case_views
from monitor.services.visible_cases import list_queue_rows
from monitor.web.api import (
    ApiBody,
    ApiCall,
    ApiInput,
    ListQuery,
    Operation,
    ReasonBody,
    build_reason_body,
    cut_page,
    format_position,
    refuse,
)
from monitor.web.api_own import show_address
from monitor.web.errors import mask_as_not_found
from monitor.web.operator import build_operator_view
from reports.case_view import CaseSummary
from reports.reason_rendering import Others
from reports.sanitize import clean_web_text

MAX_NAME_LENGTH: Final = 100
# As long as an address may be (RFC 5321).
MAX_ADDRESS_LENGTH: Final = 254
InvitedName = Annotated[str, msgspec.Meta(max_length=MAX_NAME_LENGTH)]


class QueueRowBody(ApiBody, frozen=True, kw_only=True):
    """A case that IT may see, without its person. `answer` is theirs, null before they gave one.

    `review_answer` is what IT says. `next_by` acts next, and is null where the case has ended.
    """

    id: str
    kind: CaseKind
    severity: Severity
    state: CaseState
    platform: str
    school: str
    opened_at: datetime
    answer: Decision | None
    review_answer: Decision | None
    bin: CaseBin
    next_by: StepActor | None
    next_step: CaseStep | None
    due_at: datetime | None
    assigned_to: str
    asked_at: datetime | None
    is_opened_early: bool


class QueueRowPage(ApiBody, frozen=True, kw_only=True):
    items: tuple[QueueRowBody, ...]
    next_cursor: str


class ReviewedCaseBody(ApiBody, frozen=True, kw_only=True):
    """The closed list of what IT may see of a case."""

    id: str
    name: str
    school: str
    kind: CaseKind
    severity: Severity
    platform: str
    url: str
    state: CaseState
    opened_at: datetime
    first_seen: datetime
    last_seen: datetime
    reasons: tuple[ReasonBody, ...]
    reasons_against: tuple[ReasonBody, ...]
    answer: Decision | None
    review_answer: Decision | None


class HealthCheckBody(ApiBody, frozen=True, kw_only=True):
    """`remedy` is what to do, empty where nothing is."""

    what: str
    level: HealthLevel
    message: str
    remedy: str


class HealthBody(ApiBody, frozen=True, kw_only=True):
    """How the service is doing. Times are null for what was never; `emails` counts by state."""

    at: datetime
    checks: tuple[HealthCheckBody, ...]
    emails: dict[str, int]
    oldest_email_at: datetime | None
    last_sweep_at: datetime | None
    sweep_running_since: datetime | None
    last_backup_at: datetime | None
    names_waiting: int
    leavers_waiting: int


class DueJobsBody(ApiBody, frozen=True, kw_only=True):
    """`next_at` is when the first job of this kind is due."""

    name: str
    next_at: datetime


class JobsBody(ApiBody, frozen=True, kw_only=True):
    items: tuple[DueJobsBody, ...]


class SourceBody(ApiBody, frozen=True, kw_only=True):
    """`outcome` has been the last result since then; `proven_at` is null before a self-test."""

    id: str
    outcome: str
    since: datetime
    proven_at: datetime | None


class SourcePage(ApiBody, frozen=True, kw_only=True):
    items: tuple[SourceBody, ...]
    next_cursor: str


class InvitationBody(ApiBody, frozen=True, kw_only=True):
    """The same for everyone of the district, so that it tells no one who has joined."""

    email: str
    status: Literal["accepted"]


class QueueListQuery(ListQuery, frozen=True, kw_only=True):
    kind: CaseKind | msgspec.UnsetType = msgspec.UNSET
    severity: Severity | msgspec.UnsetType = msgspec.UNSET
    bin: CaseBin | msgspec.UnsetType = msgspec.UNSET


class InvitationInput(ApiInput, frozen=True, kw_only=True):
    """Without names, the person joins under those in the address."""

    email: Annotated[str, msgspec.Meta(min_length=3, max_length=MAX_ADDRESS_LENGTH)]
    given_name: InvitedName = ""
    family_name: InvitedName = ""


def list_review_cases(call: ApiCall, query: QueueListQuery) -> QueueRowPage:
    """List the cases that IT may see, without names."""
    wanted = ReviewFilter(
        kind=None if query.kind is msgspec.UNSET else query.kind,
        severity=None if query.severity is msgspec.UNSET else query.severity,
        bins=() if query.bin is msgspec.UNSET else (query.bin,),
    )
    # One more than is shown tells whether there is another page.
    rows = list_queue_rows(call.app, _build_reviewer(call), wanted, query.cursor, query.limit + 1)
    shown, cursor = cut_page(rows, lambda row: row.id, query)
    return QueueRowPage(items=tuple(map(_build_queue_row, shown)), next_cursor=cursor)


def open_review_case(call: ApiCall) -> ReviewedCaseBody:
    """Open a case and read all that IT may see of it; its person can see that you did."""
    reviewer = _build_reviewer(call)
    with mask_as_not_found():
        record_case_views(call.app, reviewer, (call.path_id,))
        shown = load_opened_case(call.app, reviewer, call.path_id)
    if shown is None:
        refuse(HTTPStatus.NOT_FOUND, "This case is not open to IT anymore.")
    others = Others(shown.given or "")
    return ReviewedCaseBody(
        id=shown.id,
        name=clean_web_text(shown.person),
        school=clean_web_text(shown.school),
        kind=shown.kind,
        severity=shown.severity,
        platform=shown.platform,
        url=show_address(shown.finding.url),
        state=shown.state,
        opened_at=shown.opened_at,
        first_seen=shown.first_seen,
        last_seen=shown.last_seen,
        reasons=tuple(build_reason_body(reason, others) for reason in shown.reasons),
        reasons_against=tuple(build_reason_body(reason, others) for reason in shown.speaks_against),
        answer=shown.decision,
        review_answer=shown.review_decision,
    )


def read_health(call: ApiCall) -> HealthBody:
    """Read how the service is doing, in counts and times."""
    view = build_operator_view(call.context)
    return HealthBody(
        at=view.at,
        checks=tuple(
            HealthCheckBody(
                what=check.what,
                level=check.level,
                message=check.message,
                remedy=check.remedy,
            )
            for check in view.checks
        ),
        emails=dict(view.emails),
        oldest_email_at=view.oldest_email,
        last_sweep_at=view.sweep_closed,
        sweep_running_since=view.sweep_open_since,
        last_backup_at=view.backed_up,
        names_waiting=view.names_waiting,
        leavers_waiting=view.leavers_waiting,
    )


def list_jobs(call: ApiCall) -> JobsBody:
    """List the kinds of scheduled jobs, and when the next of each is due."""
    rows = build_operator_view(call.context).jobs
    return JobsBody(items=tuple(DueJobsBody(name=name, next_at=first) for name, first in rows))


def list_sources(call: ApiCall, query: ListQuery) -> SourcePage:
    """List the sources by when their last result began, the latest first."""
    rows = build_operator_view(call.context).sources
    shown, cursor = cut_page(rows, lambda row: format_position(row.since, row.source), query)
    return SourcePage(
        items=tuple(
            SourceBody(
                id=entry.source, outcome=entry.outcome, since=entry.since, proven_at=entry.proven_at
            )
            for entry in shown
        ),
        next_cursor=cursor,
    )


def invite_staff(call: ApiCall, given: InvitationInput) -> InvitationBody:
    """Invite someone to join: they decide, and you do not learn whether they have."""
    app, (first, last) = call.app, map(clean_web_text, (given.given_name, given.family_name))
    invitee = Invitee(mail=given.email, given=str(first), family=str(last))
    actor = build_operator_id(call.principal.mail)
    try:
        send_invitation(app, invitee, find_next_invitation_slot(app), actor)
    except InputError as error:
        refuse(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
    return InvitationBody(email=given.email.strip(), status="accepted")


def _build_reviewer(call: ApiCall) -> Reviewer:
    return Reviewer(address=call.principal.mail, person_id=call.principal.person_id)


def _build_queue_row(row: CaseSummary) -> QueueRowBody:
    return QueueRowBody(
        id=row.id,
        kind=row.kind,
        severity=row.severity,
        state=row.state,
        platform=row.platform,
        school=clean_web_text(row.school),
        opened_at=row.opened_at,
        answer=row.decision,
        review_answer=row.review_decision,
        bin=row.bin,
        next_by=row.next_by,
        next_step=row.next_step,
        due_at=row.due,
        assigned_to=row.taken_by,
        asked_at=row.asked_at,
        is_opened_early=row.opened_by is OpeningReason.EARLY_ACCESS,
    )


OFFICE_OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/review/cases",
        scope=TokenScope.REVIEW_READ,
        handler=list_review_cases,
    ),
    Operation(
        method="POST",
        path="/review/cases/{id}/open",
        scope=TokenScope.REVIEW_OPEN,
        handler=open_review_case,
        refusals=(HTTPStatus.NOT_FOUND,),
    ),
    Operation(
        method="GET", path="/operate/health", scope=TokenScope.OPERATE_READ, handler=read_health
    ),
    Operation(method="GET", path="/operate/jobs", scope=TokenScope.OPERATE_READ, handler=list_jobs),
    Operation(
        method="GET", path="/operate/sources", scope=TokenScope.OPERATE_READ, handler=list_sources
    ),
    Operation(
        method="POST",
        path="/operate/invitations",
        scope=TokenScope.OPERATE_INVITE,
        handler=invite_staff,
        status=HTTPStatus.ACCEPTED,
    ),
)
