"""What a program may do for a member of staff: read what is theirs, answer, ask for a check."""

from datetime import datetime
from http import HTTPStatus
from typing import Final, Literal

import msgspec

from monitor.db.sweeps import Sweep
from monitor.domain.case import Case
from monitor.domain.errors import InputError, NotPermittedError, TooSoonError
from monitor.domain.schedule import compute_next_sweep
from monitor.domain.vocabulary import (
    CaseBin,
    CaseKind,
    CaseState,
    ConsentPhase,
    Decision,
    FindingGroup,
    OwnershipLabel,
    Scope,
    Severity,
    StepActor,
    SweepKind,
    TokenScope,
)
from monitor.services.answers import record_feedback, undo_feedback
from monitor.services.consent_renewal import load_consent_status
from monitor.services.disclosure import disclose_cases, disclose_finding, disclose_own
from monitor.services.findings import filter_findings, list_findings
from monitor.services.self_check import build_check_view, list_own_checks, request_self_check
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
    refuse_until,
)
from monitor.web.errors import mask_as_not_found
from monitor.web.findings import CaseAnswerForm, record_case_answer
from reports.answer_choices import ANSWERS, CASE_ANSWERS, PAGE_ANSWERS
from reports.case_view import CaseView
from reports.finding_view import FindingView
from reports.labels.findings import OWNERS
from reports.pages.self_check import SelfCheckState
from reports.reason_rendering import render_reason
from reports.sanitize import clean_web_text, defang_url
from reports.templating import mark_web_link
from scrapers.models import TraceKind

# What a person may say of a finding, and of a case: the answers of the pages.
FindingAnswer = Literal["mine", "namesake", "unrelated", "impersonation", "mock"]
CaseAnswer = Literal[
    "mine",
    "namesake",
    "unrelated",
    "impersonation",
    "mock",
    "harmless",
    "unlinked",
    "explained",
    "family",
]


class ProfileBody(ApiBody, frozen=True, kw_only=True):
    """What its person gave. `consent_ends_at` is when it ends unless they renew it."""

    id: str
    email: str
    given_name: str
    middle_name: str
    family_name: str
    nicknames: tuple[str, ...]
    former_names: tuple[str, ...]
    organization: str
    school: str
    job: str
    places: tuple[str, ...]
    handles: tuple[str, ...]
    accounts: tuple[str, ...]
    pages: tuple[str, ...]
    time_zone: str
    consent: ConsentPhase
    consent_scopes: tuple[Scope, ...]
    consent_ends_at: datetime


class FindingBody(ApiBody, frozen=True, kw_only=True):
    """One page or account. `whose` is our own view of it, `url` empty where it cannot be opened."""

    id: str
    title: str
    url: str
    platform: str
    group: FindingGroup
    whose: str
    first_seen: datetime
    last_seen: datetime


class FindingPage(ApiBody, frozen=True, kw_only=True):
    items: tuple[FindingBody, ...]
    next_cursor: str


class FindingDetailBody(ApiBody, frozen=True, kw_only=True):
    """`answer` is what the person said of it, null before; `case_ids` are its cases."""

    id: str
    title: str
    text: str
    url: str
    platform: str
    label: OwnershipLabel
    answer: Decision | None
    reasons_for: tuple[ReasonBody, ...]
    reasons_against: tuple[ReasonBody, ...]
    case_ids: tuple[str, ...]
    first_seen: datetime
    last_seen: datetime


class NextStepBody(ApiBody, frozen=True, kw_only=True):
    """What to do, and where; `url` is empty where it needs no page."""

    words: str
    url: str


class CaseBody(ApiBody, frozen=True, kw_only=True):
    """`answers` are those that this kind of case takes. `it_sees_since` is null while IT does not.

    `answer` is what you said and `review_answer` what IT did, null for silence. `next_by` acts
    next, and is null where the case has ended. `next_steps` are what you can do about it.
    """

    id: str
    finding_id: str
    kind: CaseKind
    severity: Severity
    state: CaseState
    what: str
    url: str
    platform: str
    reasons: tuple[ReasonBody, ...]
    reasons_against: tuple[ReasonBody, ...]
    opened_at: datetime
    first_seen: datetime
    last_seen: datetime
    it_sees_since: datetime | None
    answer: Decision | None
    review_answer: Decision | None
    bin: CaseBin
    next_by: StepActor | None
    due_at: datetime | None
    ended_at: datetime | None
    answers: tuple[Decision, ...]
    next_steps: tuple[NextStepBody, ...]


class CasePage(ApiBody, frozen=True, kw_only=True):
    items: tuple[CaseBody, ...]
    next_cursor: str


class CheckBody(ApiBody, frozen=True, kw_only=True):
    """`ended_at` is null while it runs."""

    id: str
    kind: Literal["weekly", "requested"]
    started_at: datetime
    ended_at: datetime | None


class RequestedCheckBody(ApiBody, frozen=True, kw_only=True):
    """The last check that was asked for. `next_at` is when one may be again, null for now."""

    state: SelfCheckState
    asked_at: datetime | None
    ended_at: datetime | None
    next_at: datetime | None


class CheckPage(ApiBody, frozen=True, kw_only=True):
    """`next_weekly_at` is null during a pause."""

    items: tuple[CheckBody, ...]
    next_cursor: str
    next_weekly_at: datetime | None
    requested: RequestedCheckBody


class FindingsQuery(ListQuery, frozen=True, kw_only=True):
    """`group` and `words` narrow the list, as on the page."""

    group: FindingGroup | msgspec.UnsetType = msgspec.UNSET
    words: str = ""


class CasesQuery(ListQuery, frozen=True, kw_only=True):
    state: Literal["open", "all"] = "open"


class FindingAnswerInput(ApiInput, frozen=True, kw_only=True):
    answer: FindingAnswer


class CaseAnswerInput(ApiInput, frozen=True, kw_only=True):
    """`days` is how long a harmless case rests; without it, until something changes."""

    answer: CaseAnswer
    days: Literal[30, 180] | msgspec.UnsetType = msgspec.UNSET


def read_own_profile(call: ApiCall) -> ProfileBody:
    """Read what you gave Namesake, and what you agreed to."""
    person = call.app.db.people.load_person(call.principal.person_id)
    status = load_consent_status(call.app, person.id)
    return ProfileBody(
        id=person.id,
        email=person.mail,
        given_name=person.name.given,
        middle_name=person.name.middle,
        family_name=person.name.family,
        nicknames=person.name.nicknames,
        former_names=person.name.former_families,
        organization=person.organization,
        school=person.school,
        job=person.role,
        places=person.places,
        handles=person.handles,
        accounts=person.accounts,
        pages=person.pages,
        time_zone=person.zone,
        consent=status.phase,
        consent_scopes=tuple(sorted(status.consent.scopes)),
        consent_ends_at=status.consent.expires_at,
    )


def list_own_findings(call: ApiCall, query: FindingsQuery) -> FindingPage:
    """List what was found about you, the newest first."""
    group = None if query.group is msgspec.UNSET else query.group
    views = filter_findings(list_findings(call.app, call.principal.person_id), group, query.words)
    shown, cursor = cut_page(views, lambda view: format_position(view.first_seen, view.id), query)
    return FindingPage(items=tuple(map(_build_finding, shown)), next_cursor=cursor)


def read_own_finding(call: ApiCall) -> FindingDetailBody:
    """Read one finding, with the reasons for and against you."""
    db = call.app.db
    with mask_as_not_found():
        finding = db.findings.load_finding_of_person(call.principal.person_id, call.path_id)
    view = disclose_finding(call.app, finding)
    return FindingDetailBody(
        id=view.id,
        title=clean_web_text(view.title),
        text=clean_web_text(view.snippet),
        url=show_address(view.url),
        platform=view.platform,
        label=view.label,
        answer=view.answer,
        reasons_for=tuple(map(build_reason_body, view.speaks_for)),
        reasons_against=tuple(map(build_reason_body, view.speaks_against)),
        case_ids=tuple(case.id for case in db.cases.list_cases_of_finding(finding.id)),
        first_seen=view.first_seen,
        last_seen=view.last_seen,
    )


def answer_own_finding(call: ApiCall, given: FindingAnswerInput) -> FindingDetailBody:
    """Say whose a finding is; it counts like the same answer on the page, and can be undone."""
    owner = call.principal.person_id
    with mask_as_not_found():
        finding = call.app.db.findings.load_finding_of_person(owner, call.path_id)
    answer, fitting = Decision(given.answer), ANSWERS
    if finding.portrait.kind is not TraceKind.ACCOUNT:
        fitting = PAGE_ANSWERS
    if answer not in fitting:
        refuse(HTTPStatus.CONFLICT, f"Answer this finding with one of {', '.join(fitting)}.")
    record_feedback(call.app, owner, {finding.id: answer})
    return read_own_finding(call)


def undo_own_answer(call: ApiCall) -> FindingDetailBody:
    """Undo your last answer about a finding; the one before it counts again."""
    owner = call.principal.person_id
    with mask_as_not_found():
        finding = call.app.db.findings.load_finding_of_person(owner, call.path_id)
    try:
        undo_feedback(call.app, owner, (finding.id,))
    except InputError:
        refuse(HTTPStatus.CONFLICT, "You have given no answer about this finding.")
    return read_own_finding(call)


def list_own_cases(call: ApiCall, query: CasesQuery) -> CasePage:
    """List your cases and what you can do about each, the newest first."""
    cases = disclose_cases(call.app, call.app.db.people.load_person(call.principal.person_id))
    wanted = (case for case in cases if query.state == "all" or not case.end)
    shown, cursor = cut_page(wanted, lambda case: format_position(case.opened_at, case.id), query)
    return CasePage(items=tuple(_build_case(call, entry) for entry in shown), next_cursor=cursor)


def read_own_case(call: ApiCall) -> CaseBody:
    """Read one case and what you can do about it."""
    return _build_case(call, disclose_own(call.app, _load_own_case(call)))


def answer_own_case(call: ApiCall, given: CaseAnswerInput) -> CaseBody:
    """Answer a case; it counts like the same answer on the page."""
    case, answer = _load_own_case(call), Decision(given.answer)
    if answer not in CASE_ANSWERS[case.kind]:
        fitting = ", ".join(CASE_ANSWERS[case.kind])
        refuse(HTTPStatus.CONFLICT, f"Answer this case with one of {fitting}.")
    until = "" if given.days is msgspec.UNSET else str(given.days)
    try:
        record_case_answer(call.app, case, CaseAnswerForm(decision=answer, until=until))
    except (InputError, ValueError):
        refuse(HTTPStatus.CONFLICT, "This case was answered already: undo that on its page first.")
    return read_own_case(call)


def list_checks(call: ApiCall, query: ListQuery) -> CheckPage:
    """List your checks, the latest first, and say when the next one is."""
    app, person_id = call.app, call.principal.person_id
    shown, cursor = cut_page(
        list_own_checks(app, person_id),
        lambda check: format_position(check.started_at, check.id),
        query,
    )
    consent, district = load_consent_status(app, person_id).consent, app.config.district
    now = app.clock.now()
    paused = consent.is_paused(now)
    return CheckPage(
        items=tuple(map(_build_check, shown)),
        next_cursor=cursor,
        next_weekly_at=None if paused else compute_next_sweep(now, district.id, district.zone),
        requested=_build_requested_check(call),
    )


def ask_for_check(call: ApiCall) -> RequestedCheckBody:
    """Ask for a check of yourself: at most one an hour."""
    app, person_id = call.app, call.principal.person_id
    try:
        request_self_check(app, person_id)
    except TooSoonError as error:
        now = app.clock.now()
        refuse_until(build_check_view(app, person_id).next_at or now, now, str(error))
    except NotPermittedError as error:
        refuse(HTTPStatus.CONFLICT, str(error))
    return _build_requested_check(call)


def show_address(url: str) -> str:
    """Return an address that may be followed; any other one so that no program can."""
    return mark_web_link(url) or defang_url(url)


def _load_own_case(call: ApiCall) -> Case:
    with mask_as_not_found():
        return call.app.db.cases.load_case_of_person(call.principal.person_id, call.path_id)


def _build_finding(view: FindingView) -> FindingBody:
    return FindingBody(
        id=view.id,
        title=clean_web_text(view.title),
        url=show_address(view.url),
        platform=view.platform,
        group=view.group or FindingGroup.ABOUT_ME,
        whose=OWNERS[view.label],
        first_seen=view.first_seen,
        last_seen=view.last_seen,
    )


def _build_case(call: ApiCall, case: CaseView) -> CaseBody:
    portal = call.app.config.portal.address
    return CaseBody(
        id=case.id,
        finding_id=case.finding.id,
        kind=case.kind,
        severity=case.severity,
        state=case.state,
        what=render_reason(case.what),
        url=show_address(case.finding.url),
        platform=case.platform,
        reasons=tuple(map(build_reason_body, case.reasons)),
        reasons_against=tuple(map(build_reason_body, case.speaks_against)),
        opened_at=case.opened_at,
        first_seen=case.first_seen,
        last_seen=case.last_seen,
        it_sees_since=case.it_sees_since,
        answer=case.decision,
        review_answer=case.review_decision,
        bin=case.bin,
        next_by=case.next_by,
        due_at=case.due,
        ended_at=case.ended_at,
        answers=tuple(CASE_ANSWERS[case.kind]),
        next_steps=tuple(
            NextStepBody(
                words=render_reason(step.words),
                url=f"{portal}{step.path}"
                if step.path
                else step.url or (f"mailto:{step.mail}" if step.mail else ""),
            )
            for step in case.steps
        ),
    )


def _build_check(sweep: Sweep) -> CheckBody:
    return CheckBody(
        id=sweep.id,
        kind="requested" if sweep.kind is SweepKind.SELFCHECK else "weekly",
        started_at=sweep.started_at,
        ended_at=sweep.closed_at,
    )


def _build_requested_check(call: ApiCall) -> RequestedCheckBody:
    view = build_check_view(call.app, call.principal.person_id)
    return RequestedCheckBody(
        state=view.state, asked_at=view.asked_at, ended_at=view.ended_at, next_at=view.next_at
    )


_READ, _ANSWER, _CHECK = TokenScope.OWN_READ, TokenScope.OWN_ANSWER, TokenScope.OWN_CHECK
_MISSING, _CONFLICT = HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT
OWN_OPERATIONS: Final = (
    Operation(method="GET", path="/me", scope=_READ, handler=read_own_profile),
    Operation(method="GET", path="/me/findings", scope=_READ, handler=list_own_findings),
    Operation(
        method="GET",
        path="/me/findings/{id}",
        scope=_READ,
        handler=read_own_finding,
        refusals=(_MISSING,),
    ),
    Operation(
        method="POST",
        path="/me/findings/{id}/answer",
        scope=_ANSWER,
        handler=answer_own_finding,
        refusals=(_MISSING, _CONFLICT),
    ),
    Operation(
        method="DELETE",
        path="/me/findings/{id}/answer",
        scope=_ANSWER,
        handler=undo_own_answer,
        refusals=(_MISSING, _CONFLICT),
    ),
    Operation(method="GET", path="/me/cases", scope=_READ, handler=list_own_cases),
    Operation(
        method="GET",
        path="/me/cases/{id}",
        scope=_READ,
        handler=read_own_case,
        refusals=(_MISSING,),
    ),
    Operation(
        method="POST",
        path="/me/cases/{id}/answer",
        scope=_ANSWER,
        handler=answer_own_case,
        refusals=(_MISSING, _CONFLICT),
    ),
    Operation(method="GET", path="/me/checks", scope=_READ, handler=list_checks),
    Operation(
        method="POST",
        path="/me/checks",
        scope=_CHECK,
        handler=ask_for_check,
        status=HTTPStatus.ACCEPTED,
        refusals=(_CONFLICT,),
    ),
)
