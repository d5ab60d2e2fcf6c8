"""What a reader may know of a finding or a case now: the one place that decides it.

A person knows what is about them; IT knows a case while the rule of `monitor/domain/disclosure.py`
opens it, by name once a look was written down, and never one about themselves. Every page, email,
program and evidence pack shows what comes from here, so that none shows what another hides.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, NoReturn

from monitor.app import App
from monitor.config.sections import Config
from monitor.db.database import Database
from monitor.db.finding_history import EventRecord
from monitor.db.review_notes import ReviewNoteKind
from monitor.domain.case import (
    MADE_BY_OTHERS,
    OWNERSHIP_CASES,
    Case,
    foresee_decision,
    list_possible_decisions,
    mark_notified,
)
from monitor.domain.case_end import find_end
from monitor.domain.case_log import SENT_LEVERS, UNSPOKEN, DecisionRecord, is_lever
from monitor.domain.case_progress import (
    find_case_standing,
    find_nudge_times,
    find_review_turn,
    find_time_of_more,
    list_look_times,
    plan_report_back,
)
from monitor.domain.detection import evidence_rules
from monitor.domain.detection.assessment import Assessment
from monitor.domain.detection.evidence import EvidenceAxis
from monitor.domain.disclosure import (
    DisclosureInput,
    DisclosurePolicy,
    ReviewOpening,
    compute_review_opening,
    find_end_of_early_access,
    forecast_time_opening,
    list_holds_in_force,
    needs_immediate_notice,
)
from monitor.domain.english_dates import is_past_day
from monitor.domain.errors import NotPermittedError
from monitor.domain.finding import Finding, Presence
from monitor.domain.person import Person, Reviewer, build_reviewer_id
from monitor.domain.reason import Label, Reason
from monitor.domain.vocabulary import (
    CaseBin,
    CaseKind,
    CaseState,
    CaseStep,
    ContactKind,
    Decision,
    EndReason,
    OpeningReason,
    OwnershipLabel,
    Side,
    UndoEffect,
    WithheldKind,
)
from monitor.services.consent_terms import build_disclosure_policy
from monitor.services.coverage import format_finding_title
from monitor.services.finding_history import build_account_pair, compare_with_each
from monitor.services.foresight import find_who_sees, foresee_answer
from monitor.services.next_steps import build_advice_lines, find_assignee_id, find_case_office
from monitor.services.own_accounts import (
    find_typed_username,
    is_trusted_account,
    load_own_findings,
)
from monitor.services.query_planning import list_recheck_keys
from monitor.services.thumbnails import may_review_picture
from reports.answer_choices import CASE_ANSWERS, RECOVERY_ANSWERS
from reports.case_view import CaseSummary, CaseView, ReviewerQuestion, ReviewPlan, UndoOutlook
from reports.emails.views import ChangeLine
from reports.finding_view import AccountPair, AnswerOutlook, FindingView
from scrapers.models import TraceKind

Reader = Person | Reviewer
# A person keeps one reviewer out at most, and may be another one.
_MOST_KEPT_OUT = 2
_OWN_ACCOUNT_KINDS = frozenset({CaseKind.STUDENT_LINK, CaseKind.OWN_ACCOUNT_CHANGED})
DOWNLOADED: Final = "downloaded-evidence"
REPORT_TAKEN_BACK: Final = "report-taken-back"
MISREPORTED_TOLD_FOR: Final = timedelta(days=30)
_SILENT_ENDS = frozenset({EndReason.SILENT, EndReason.LAPSED})
SUGGESTED_ANSWERS = {
    OwnershipLabel.MINE: Decision.MINE,
    OwnershipLabel.ABOUT_ME: Decision.MINE,
    OwnershipLabel.MOCK: Decision.MOCK,
    OwnershipLabel.NAMESAKE: Decision.NAMESAKE,
    OwnershipLabel.UNRELATED: Decision.UNRELATED,
    OwnershipLabel.IMPERSONATION: Decision.IMPERSONATION,
}


def disclose(app: App, case: Case, reader: Reader) -> CaseView | None:
    """Return what they may know of a case; None where that is nothing.

    To its reviewers it has a name only while their look at it is on record.
    """
    if isinstance(reader, Person):
        if reader.id != case.person_id:
            return None
        found = _find_own_case(app, case, load_own_findings(app.db, reader))
        return found.build() if found else None
    summary = summarize(app, case, reader)
    if summary is None or not app.db.access_log.has_access(reader.id, case.id, app.clock.now()):
        return None
    return _build_outside_view(app, case, summary)


def summarize(app: App, case: Case, reviewer: Reviewer) -> CaseSummary | None:
    """Return what a list shows of a case to a reviewer; None while it is not open to them."""
    if reviewer.person_id and reviewer.person_id == case.person_id:
        return None
    if is_barred(app, case, reviewer.id):
        return None
    inputs = _load_input(app, case)
    summary = _summarize(app, inputs, Side.IT, reviewer.id) if inputs else None
    if summary is None:
        return None
    taken_by = app.config.district.find_reviewer_address(find_assignee_id(app, case.id))
    shown = replace(summary, taken_by=taken_by, asked_at=find_last_question_time(app.db, case.id))
    if summary.opened_by is not OpeningReason.REPORT_BACK:
        return shown
    # Nothing that its person said or shared, and nothing by which they could be known.
    return replace(
        shown,
        state=CaseState.REPORTED,
        school="",
        decision=None,
        review_decision=None,
        shared_at=None,
        ended_at=None,
    )


def disclose_to_others(app: App, case: Case) -> CaseView:
    """Return it as IT reads it once it is open, and whoever gets its evidence from its person."""
    inputs = _load_input(app, case)
    summary = _summarize(app, inputs, Side.PERSON) if inputs else None
    if summary is None:
        _refuse_without_consent()
    return _build_outside_view(app, case, summary)


def disclose_own(app: App, case: Case) -> CaseView:
    """Return a case to its person, who may always see it."""
    own = load_own_findings(app.db, app.db.people.load_person(case.person_id))
    found = _find_own_case(app, case, own)
    if found is None:
        _refuse_without_consent()
    return found.build()


def disclose_finding(app: App, finding: Finding) -> FindingView:
    """Return what its person knows of it; others know a finding only by a case that is open."""
    portrait, assessment = finding.portrait, app.db.findings.find_assessment(finding.id)
    suggested = assessment and (assessment.suggestion or assessment.label)
    label = app.db.findings.find_finding_label(finding.id) or OwnershipLabel.UNKNOWN
    own = label is OwnershipLabel.MINE and portrait.kind is TraceKind.ACCOUNT
    person = app.db.people.load_person(finding.person_id) if own else None
    return FindingView(
        **_locate(finding),
        id=finding.id,
        is_nameless=person is not None and not is_trusted_account(app.db, person, finding),
        declared=find_typed_username(app, finding.person_id, portrait) if own else "",
        is_missing=finding.presence is Presence.MISSING,
        is_gone=finding.presence is Presence.GONE,
        title=format_finding_title(portrait),
        handle=portrait.handle.removeprefix("@") if portrait.name else "",
        snippet=portrait.bio or portrait.snippet,
        withheld=WithheldKind(portrait.withheld) if portrait.withheld else None,
        label=label,
        answer=app.db.findings.find_finding_feedback(finding.id),
        suggested=SUGGESTED_ANSWERS.get(suggested) if suggested else None,
        speaks_for=assessment.list_reasons(in_favor=True) if assessment else (),
        speaks_against=assessment.list_reasons(in_favor=False) if assessment else (),
        aside=_list_why_aside(assessment) if assessment else (),
    )


def disclose_change(app: App, recorded: EventRecord) -> ChangeLine:
    """Return what happened to a finding, at the address that it had then."""
    event = recorded.event
    finding = disclose_finding(app, app.db.findings.load_finding(event.finding_id))
    return ChangeLine(
        finding=replace(finding, url=recorded.url),
        event=event.kind,
        at=event.at,
        fields=event.fields,
    )


def is_barred(app: App, case: Case, reviewer_id: str) -> bool:
    """Tell whether its person keeps this reviewer from their cases."""
    barred = app.db.barred_reviewers.find_barred_reviewer(case.person_id)
    return barred is not None and barred.reviewer_id == reviewer_id


def has_reviewer(config: Config, db: Database, person_id: str) -> bool:
    """Tell whether anybody in IT may review what is about a person."""
    named = {build_reviewer_id(mail): mail.casefold() for mail in config.district.reviewers}
    if len(named) > _MOST_KEPT_OUT:
        return True
    own = db.people.load_person(person_id).mail.casefold()
    others = {reviewer_id for reviewer_id, mail in named.items() if mail != own}
    if len(others) > 1:
        return True
    barred = db.barred_reviewers.find_barred_reviewer(person_id)
    return not others <= {barred.reviewer_id if barred else ""}


def find_review_opening(app: App, case: Case, reviewer_id: str = "") -> ReviewOpening | None:
    """Return why IT may see it, or one reviewer who has decided on it; None while it may not."""
    inputs = _load_input(app, case)
    if inputs is None or is_barred(app, case, reviewer_id):
        return None
    policy = build_disclosure_policy(app)
    return compute_review_opening(inputs, app.clock.now(), policy, reviewer_id)


def find_report_to_take_back(app: App, case: Case) -> DecisionRecord | None:
    """Return IT's report of what pretends nothing, if a reviewer is left who may open the case.

    Else its person has IT take it back.
    """
    return case.report_to_take_back if list_who_take_back(app, case) else None


def list_who_take_back(app: App, case: Case) -> tuple[str, ...]:
    """Return the addresses of who is told to take IT's report back: who made it, or who can."""
    report = case.report_to_take_back
    if report is None:
        return ()
    able = {}
    for address in app.config.district.reviewers:
        reviewer_id = build_reviewer_id(address)
        is_own = app.db.people.find_person_id_by_mail(address) == case.person_id
        if not is_own and find_review_opening(app, case, reviewer_id):
            able[reviewer_id] = address
    return (able[report.by],) if report.by in able else tuple(able.values())


def list_reports_to_withdraw(app: App, case: Case) -> tuple[DecisionRecord, ...]:
    """Return the reports of what pretends nothing that its person takes back, or has IT do so.

    Where both reported it, neither hides the other's: each takes back its own. Where IT only told
    others, its last message stands for a report.
    """
    sent = case.list_mistaken_reports(Side.IT)
    reports = tuple(one for one in sent if one.decision in SENT_LEVERS)
    by_it = (reports or sent)[-1:] if find_report_to_take_back(app, case) is None else ()
    own = case.find_mistaken_report(Side.PERSON)
    return (*((own,) if own else ()), *by_it)


def list_due_withdrawals(app: App, case: Case) -> tuple[DecisionRecord, ...]:
    """Return those of which its person has not said since that they took it back, or asked IT."""
    reports = list_reports_to_withdraw(app, case)
    acts = app.db.audit.list_entries_of_subjects((case.id,)) if reports else ()
    sent = [(one.details["of"], one.at) for one in acts if one.action == REPORT_TAKEN_BACK]
    return tuple(
        report
        for report in reports
        if not any(of == case.get_side(report) and at >= report.at for of, at in sent)
    )


def renew_time_limits(app: App, since: datetime) -> None:
    """Give the whole time again for what people may have answered since, where that is lost.

    Else time would open to IT what its person has dismissed. What was open by then stays so.
    """
    policy = build_disclosure_policy(app)
    for person_id in app.db.cases.list_people_with_cases():
        for case in app.db.cases.list_cases_of_person(person_id):
            inputs = _load_input(app, case)
            opens_at = inputs and forecast_time_opening(inputs, policy)
            if opens_at and opens_at > since:
                app.db.cases.update_case(replace(case, notified_at=app.clock.now()))


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCase:
    """A case as its person may know it, not built yet: of hundreds, only some are shown."""

    case: Case
    summary: CaseSummary
    finding: Finding
    build: Callable[[], CaseView]

    @property
    def kind(self) -> CaseKind:
        return self.case.kind

    @property
    def is_account(self) -> bool:
        return self.finding.portrait.kind is TraceKind.ACCOUNT

    @property
    def contact_kinds(self) -> Collection[ContactKind]:
        return self.case.contact_kinds


def list_own_cases(
    app: App, person: Person, *, told_at: datetime | None = None
) -> Iterator[OwnCase]:
    """Yield a person's cases, the oldest first: as once an email of `told_at` has told them."""
    own = load_own_findings(app.db, person)
    for case in app.db.cases.list_cases_of_person(person.id):
        found = _find_own_case(app, mark_notified(case, told_at) if told_at else case, own)
        if found:
            yield found


def disclose_cases(app: App, person: Person) -> tuple[CaseView, ...]:
    """Return what a person knows of their cases, the oldest first."""
    return tuple(found.build() for found in list_own_cases(app, person))


def foretell_cases(app: App, person: Person) -> tuple[CaseView, ...]:
    """Return the same as it stands once an email that goes out now has told it."""
    told = list_own_cases(app, person, told_at=app.clock.now())
    return tuple(found.build() for found in told)


def find_last_question_time(db: Database, case_id: str) -> datetime | None:
    """Return when its person was last asked; None where no one did."""
    asked = _find_last_question(db, case_id)
    return asked.at if asked else None


def _summarize(
    app: App, inputs: DisclosureInput, side: Side, reviewer_id: str = ""
) -> CaseSummary | None:
    case, now, policy = inputs.case, app.clock.now(), build_disclosure_policy(app)
    opening = compute_review_opening(inputs, now, policy, reviewer_id)
    standing = find_case_standing(inputs, now, policy, side, reviewer_id)
    if standing is None:
        return None
    step, end = standing.next_step, standing.end
    ahead = find_end(case, inputs.consent) if step and step.what is CaseStep.ANSWER else None
    person = app.db.people.load_person(case.person_id)
    finding = app.db.findings.load_finding(case.finding_id)
    mistaken = find_report_to_take_back(app, case)
    back = plan_report_back(case) if mistaken else None
    sent = case.sent_by_mistake
    zone = person.zone if side is Side.PERSON else app.config.district.zone
    is_misreported = side is Side.PERSON and _is_misreported(app, case, now, asked=bool(mistaken))
    summary = CaseSummary(
        id=case.id,
        kind=case.kind,
        nature=case.nature,
        severity=case.severity,
        state=case.state,
        opened_at=case.opened_at,
        # An own account is no news; what it shows may be.
        first_seen=_find_first_seen(case, finding),
        platform=finding.portrait.platform,
        school=person.school,
        decision=case.get_verdict(Side.PERSON),
        review_decision=_find_word_of_it(case),
        is_left=case.is_left_as_it_is,
        # Where nobody is left to be asked, its person has IT take the report back.
        bin=CaseBin.NEEDS_YOU if is_misreported and not mistaken else standing.bin,
        is_misreported=is_misreported,
        next_by=step.who if step else None,
        next_step=step.what if step else None,
        due=step.due if step else None,
        waits_since=standing.waits_since,
        # Its reader sees a day, and nothing is late on the day on which it is due.
        is_late=step is not None and is_past_day(step.due, now, zone),
        end=end.reason if end else None,
        ended_at=end.at if end else None,
        closes_at=ahead.at if ahead and ahead.reason in _SILENT_ENDS else None,
        it_sees_since=opening.at if opening else None,
        opened_by=opening.reason if opening else None,
        open_until=find_end_of_early_access(inputs, now, policy, reviewer_id),
        shared_at=case.shared_at,
        wrong_reports=tuple(one.at for one in sent if one.decision in SENT_LEVERS),
        wrong_messages=tuple(one.at for one in sent if one.decision is Decision.TOLD),
        take_back_by=back.due if back else None,
    )
    return replace(summary, review_plan=_plan_review(case, summary, now))


def _is_misreported(app: App, case: Case, now: datetime, *, asked: bool) -> bool:
    """Tell whether a report is to be taken back; after a month, its person was told enough.

    `asked` says that IT is, and so answers it.
    """
    if not case.ruled_at or now >= case.ruled_at + MISREPORTED_TOLD_FOR:
        return False
    return asked or bool(list_due_withdrawals(app, case))


def _find_word_of_it(case: Case) -> Decision | None:
    """Return what IT says that it is: who reports an account to help its owner says nothing yet."""
    word = case.get_word(Side.IT)
    if word and is_lever(word.decision) and case.kind is CaseKind.OWN_ACCOUNT_CHANGED:
        return None
    return case.get_verdict(Side.IT)


def _refuse_without_consent() -> NoReturn:
    raise NotPermittedError("Nobody reads a case of someone who never agreed to anything.")


def _build_outside_view(app: App, case: Case, summary: CaseSummary) -> CaseView:
    """Say nothing in words of the web: no title, no text, no quote in a reason."""
    person, finding = (
        app.db.people.load_person(case.person_id),
        app.db.findings.load_finding(case.finding_id),
    )
    if summary.opened_by is OpeningReason.REPORT_BACK:
        return CaseView(
            **_copy_summary(summary),
            finding=FindingView(**_locate(finding)),
            last_seen=max(summary.first_seen, finding.last_seen),
        )
    return CaseView(
        **_copy_summary(summary),
        finding=FindingView(**_locate(finding)),
        **_date_case(case, finding),
        reasons=tuple(reason.without_quotes for reason in case.reasons),
        speaks_against=tuple(reason.without_quotes for reason in _list_doubts(app, case)),
        given=person.name.given,
        person=person.name.full_name,
        revision=case.revision,
        shows_picture=may_review_picture(app, case),
    )


def find_open_sign(app: App, case: Case) -> Reason | None:
    """Return what it says of itself as made by others; None for nothing, or what none made."""
    assessment = app.db.findings.find_assessment(case.finding_id)
    return assessment.made_openly if assessment and case.kind in OWNERSHIP_CASES else None


def _list_doubts(app: App, case: Case) -> tuple[Reason, ...]:
    """Return what speaks against it, for all who may report it."""
    assessment = app.db.findings.find_assessment(case.finding_id)
    if assessment is None or case.kind not in MADE_BY_OTHERS:
        return ()
    # What says openly that others made it pretends nothing, however it looks.
    openly = find_open_sign(app, case) if case.nature is CaseKind.IMPERSONATION else None
    return (*((openly,) if openly else ()), *assessment.doubts)


def _find_own_case(app: App, case: Case, own: Mapping[str, Finding]) -> OwnCase | None:
    """Return it to its person, whose own accounts and pages are `own`."""
    inputs = _load_input(app, case)
    summary = _summarize(app, inputs, Side.PERSON) if inputs else None
    if inputs is None or summary is None:
        return None
    finding = app.db.findings.load_finding(case.finding_id)
    build = partial(_build_own_view, app, inputs, summary, finding, own)
    return OwnCase(case=case, summary=summary, finding=finding, build=build)


def _build_own_view(
    app: App,
    inputs: DisclosureInput,
    summary: CaseSummary,
    finding: Finding,
    own: Mapping[str, Finding],
) -> CaseView:
    case, policy, now = inputs.case, build_disclosure_policy(app), app.clock.now()
    looks = () if summary.end else list_look_times(case)
    own_looks = () if looks and list_recheck_keys(app, finding) else looks
    lever, last, upheld = case.last_lever, case.get_last_entry(Side.PERSON), case.upheld
    is_open, reported = summary.it_sees_since is not None, case.find_report(Side.IT)
    can_answer = summary.take_back_by is not None or (is_open and not summary.end)
    asked = _find_last_question(app.db, case.id) if can_answer else None
    is_shut_by_then = not is_open or summary.open_until is not None
    foresee = partial(foresee_decision, by=case.person_id, at=now)
    shared = case if case.shared_at else foresee(case, Decision.SHARED)
    # What early access shows, it shows for its day whatever is shared.
    later = replace(inputs, case=foresee(shared, Decision.UNSHARED), glass=())
    return CaseView(
        **_copy_summary(summary),
        finding=disclose_finding(app, finding),
        **_date_case(case, finding),
        reasons=case.reasons,
        speaks_against=_list_doubts(app, case),
        openly=find_open_sign(app, case),
        since=case.notified_at or case.opened_at,
        is_undecided=case.is_undecided,
        is_pursued=case.is_pursued and case.kind is not CaseKind.OWN_ACCOUNT_CHANGED,
        undoes=last.decision if last else None,
        undo=_foresee(inputs, foresee(case, Decision.REOPENED), now, policy) if last else None,
        reported_by_it_at=reported.at if reported else None,
        foreseen=_foresee_answers(app, inputs, now, policy),
        unshare_closes=not compute_review_opening(later, now, policy),
        unshared_opens_at=forecast_time_opening(later, policy),
        lowered_by=case.lowered_by,
        earlier=_describe_earlier_answer(case),
        steps=build_advice_lines(app, case),
        lever=lever.decision if lever else None,
        withdraws=tuple(map(case.get_side, list_due_withdrawals(app, case))),
        it_took_back_at=case.report_taken_back_at,
        it_left_at=upheld.at if upheld else None,
        it_left_why=upheld.note if upheld else "",
        downloaded_at=_find_last_download(app, case) if case.shared_at else None,
        until=case.harmless_until,
        nudges_at=_find_next_nudge(app, inputs, summary, own_looks),
        looks_at=min((at for at in looks if at > now), default=None),
        own_turn_at=None if summary.end else _find_own_turn(case, summary, now),
        is_emailed=not app.db.preferences.load_preferences(case.person_id).unsubscribed_at,
        own_looks=own_looks,
        is_look_due=_is_look_due(app, case, own_looks),
        opens_at=forecast_time_opening(inputs, policy) if is_shut_by_then else None,
        **_describe_holders(app, inputs),
        helper="" if inputs.has_reviewer else app.config.district.contact,
        contact_kinds=case.contact_kinds,
        pair=None if summary.end else _find_account_pair(app, case, finding, own.values()),
        asked=asked,
        awaits_word=asked is not None and not case.has_spoken_since(asked.at),
        office=find_case_office(app, case.id) if is_open else "",
    )


def _foresee_answers(
    app: App, inputs: DisclosureInput, now: datetime, policy: DisclosurePolicy
) -> Mapping[Decision, AnswerOutlook]:
    """Return what follows for IT from each answer that its person may give on its pages."""
    case, foreseen = inputs.case, {}
    offered = {*CASE_ANSWERS[case.kind], *RECOVERY_ANSWERS} & list_possible_decisions(case)
    for said in offered:
        outlook = foresee_answer(inputs, said, now, policy)
        after = foresee_decision(case, said, case.person_id, now)
        back = plan_report_back(after) if find_report_to_take_back(app, after) else None
        foreseen[said] = replace(outlook, back_by=back.due) if back else outlook
    return foreseen


def foresee_undo(app: App, case: Case, undone: Case) -> UndoOutlook | None:
    """Return who in IT sees a case, and from when by silence, once it is undone; None if the same.

    `undone` is the case after that.
    """
    inputs = _load_input(app, case)
    if inputs is None:
        return None
    return _foresee(inputs, undone, app.clock.now(), build_disclosure_policy(app))


def _foresee(
    inputs: DisclosureInput, undone: Case, now: datetime, policy: DisclosurePolicy
) -> UndoOutlook | None:
    after, effect = replace(inputs, case=undone), None
    before, then = (find_who_sees(one, now, policy) for one in (inputs, after))
    if then > before:
        effect = UndoEffect.OPENS
    elif then < before:
        effect = UndoEffect.NARROWS if then else UndoEffect.CLOSES
    opens_at, end = forecast_time_opening(after, policy), find_end(undone, inputs.consent)
    if opens_at and (opens_at <= now or (end and end.at <= opens_at)):
        opens_at = None
    if then == before and opens_at == forecast_time_opening(inputs, policy):
        opens_at = None
    return UndoOutlook(effect=effect, opens_at=opens_at) if effect or opens_at else None


def _find_last_download(app: App, case: Case) -> datetime | None:
    """Return when a reviewer last took its evidence; that copy stays with them."""
    entries = app.db.audit.list_entries_of_subjects((case.id,))
    return max((one.at for one in entries if one.action == DOWNLOADED), default=None)


def _is_look_due(app: App, case: Case, own_looks: tuple[datetime, ...]) -> bool:
    """Tell whether the day has come on which only its person can look."""
    zone, now = app.db.people.load_person(case.person_id).zone, app.clock.now()
    return any(not is_past_day(now, at, zone) for at in own_looks)


def _plan_review(case: Case, summary: CaseSummary, now: datetime) -> ReviewPlan | None:
    """Return what IT does by its own list once others have let their time pass."""
    # What is open to nobody but who decided on it, is not IT's to go on with.
    alone = {None, OpeningReason.DECIDED, OpeningReason.REPORT_BACK}
    turn = None if summary.opened_by in alone or summary.end else find_review_turn(case)
    if turn is None or turn.since <= now:
        return None
    if summary.open_until and summary.open_until <= turn.since:
        return None
    return ReviewPlan(what=turn.what, since=turn.since, due=turn.compute_due(turn.since))


def _find_own_turn(case: Case, summary: CaseSummary, now: datetime) -> datetime | None:
    """Return when more is theirs to do if what was last done did not help.

    IT goes on with what it did as long as it sees it.
    """
    lever = case.last_lever
    if lever is None or (case.get_side(lever) is Side.IT and summary.it_sees_since):
        return None
    at = find_time_of_more(case, lever)
    return at if at is not None and at > now else None


def _find_last_question(db: Database, case_id: str) -> ReviewerQuestion | None:
    notes = db.review_notes.list_review_notes_of_case(case_id)
    asked = [note for note in notes if note.kind is ReviewNoteKind.QUESTION]
    if not asked:
        return None
    return ReviewerQuestion(by=asked[-1].by, at=asked[-1].at, text=asked[-1].text)


def _find_next_nudge(
    app: App, inputs: DisclosureInput, summary: CaseSummary, own_looks: tuple[datetime, ...]
) -> datetime | None:
    """Return when its person is emailed about it again; what a digest told, digests go on with.

    Of a day on which only they can look, they are reminded, however mild it is.
    """
    since, case, now = summary.waits_since, inputs.case, app.clock.now()
    if app.db.preferences.load_preferences(case.person_id).unsubscribed_at:
        return None
    zone = app.db.people.load_person(case.person_id).zone
    paused_until = inputs.consent.find_pause_end(now)
    for at in own_looks:
        if is_past_day(now, at, zone) and (paused_until is None or paused_until <= at):
            return at
    if since is None or not needs_immediate_notice(case):
        return None
    return find_nudge_times(since, inputs.consent, now).next_at


def _find_account_pair(
    app: App, case: Case, finding: Finding, own: Iterable[Finding]
) -> AccountPair | None:
    """Lay it beside the own account that it copies most of; None where it asks something else."""
    if case.kind not in OWNERSHIP_CASES or finding.portrait.kind is not TraceKind.ACCOUNT:
        return None
    compared = compare_with_each(finding, own)
    return build_account_pair(app, finding, compared[0]) if compared else None


def _find_first_seen(case: Case, finding: Finding) -> datetime:
    return case.opened_at if case.kind in _OWN_ACCOUNT_KINDS else finding.first_seen


def _date_case(case: Case, finding: Finding) -> dict[str, Any]:
    """Return when it was seen, answered and acted on: the same days for all who read it."""
    word, lever = case.get_word(Side.PERSON), case.last_lever
    told = (one.at for one in case.undoable if one.decision is Decision.TOLD)
    return {
        "last_seen": max(_find_first_seen(case, finding), finding.last_seen),
        "answered_at": word.at if word and not case.is_undecided else None,
        "is_doubted": case.is_doubted,
        "acted_at": lever.at if lever else None,
        "acted_by": case.get_side(lever) if lever else None,
        "told_others_at": max(told, default=None),
    }


def _copy_summary(summary: CaseSummary) -> dict[str, Any]:
    return {field.name: getattr(summary, field.name) for field in fields(summary)}


def _locate(finding: Finding) -> dict[str, Any]:
    """Return where it is and when it was seen: all of a finding that others may ever know."""
    portrait = finding.portrait
    return {
        "url": portrait.url,
        "platform": portrait.platform,
        "is_account": portrait.kind is TraceKind.ACCOUNT,
        "first_seen": finding.first_seen,
        "last_seen": finding.last_seen,
    }


def _describe_holders(app: App, inputs: DisclosureInput) -> dict[str, Any]:
    """Return which reviewers see it whatever closes it to others, and whether a report is all."""
    holds = [
        hold
        for hold in list_holds_in_force(inputs, app.clock.now(), build_disclosure_policy(app))
        if find_review_opening(app, inputs.case, hold.reviewer_id)
    ]
    find_address = app.config.district.find_reviewer_address
    return {
        "holders": tuple(find_address(hold.reviewer_id) for hold in holds),
        "has_report_alone": bool(holds) and all(hold.is_of_report for hold in holds),
    }


def _load_input(app: App, case: Case) -> DisclosureInput | None:
    consent = app.db.consents.find_latest_consent(case.person_id)
    if consent is None:
        return None
    glass = app.db.early_access.list_active_early_access(case.id, app.clock.now())
    barred = app.db.barred_reviewers.find_barred_reviewer(case.person_id)
    return DisclosureInput(
        case=case,
        consent=consent,
        glass=glass,
        has_reviewer=has_reviewer(app.config, app.db, case.person_id),
        barred_reviewer_id=barred.reviewer_id if barred else "",
    )


def _list_why_aside(assessment: Assessment) -> tuple[Reason, ...]:
    """Return the strongest sign of someone else; that others have the name comes last."""
    doubts = [
        piece
        for piece in assessment.evidence
        if piece.bits < 0 and piece.axis not in {EvidenceAxis.IMITATION, EvidenceAxis.MOCK}
    ]
    reasons = [doubt.reason for doubt in doubts if doubt.rule != evidence_rules.NAMESAKES.name]
    return (*reasons, *(doubt.reason for doubt in doubts))[:1]


def _describe_earlier_answer(case: Case) -> Reason | None:
    """Say what its person answered before the case began again, if anything, and why it did."""
    before = case.log[: max(case.past, case.back)]
    own = [entry for entry in before if case.get_side(entry) is Side.PERSON]
    spoken = [entry.decision for entry in own if entry.decision not in UNSPOKEN]
    if not spoken:
        return None
    refuted = spoken[-1] is Decision.UNLINKED and case.back > case.past
    rule = "earlier-answer-refuted" if refuted else "earlier-answer"
    return Reason(rule, {"answer": Label(f"answers.{case.kind}", spoken[-1])})
