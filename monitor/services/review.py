"""IT review: the cases that disclosure opens, decisions on them, and the reviewers' digest.

A case opens early only if a second reviewer confirms; its person is notified at once.

Each act is audited under the reviewer's id, and the person can read what it says. Early access
needs two people, each in a session of their own.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.app import App
from monitor.db.review_index import ReviewFilter
from monitor.db.review_notes import ReviewAssignment, ReviewNote, ReviewNoteKind
from monitor.domain.case import Case, foresee_decision
from monitor.domain.case_log import DecisionRecord, is_confirmation, is_lever, read_verdict
from monitor.domain.case_progress import find_review_turn
from monitor.domain.errors import InputError, NotPermittedError, OpenCaseError
from monitor.domain.person import Reviewer, build_reviewer_id
from monitor.domain.person_limits import can_ask_again
from monitor.domain.reason import Moment, Plain, Reason
from monitor.domain.schedule import DIGEST, compute_digest_week
from monitor.domain.two_reviewers import (
    EARLY_ACCESS_LASTS,
    EarlyAccessProposal,
    check_withdrawal,
)
from monitor.domain.vocabulary import CaseBin, Decision, OpeningReason, Side
from monitor.services.answers import DecisionInput, decide_cases, undo_decisions
from monitor.services.break_glass import BreakGlassActor, record_break_glass
from monitor.services.coverage import build_coverage
from monitor.services.digests import list_weekly_runs
from monitor.services.disclosure import (
    DOWNLOADED,
    disclose_own,
    find_last_question_time,
    find_review_opening,
    is_barred,
    list_who_take_back,
    summarize,
)
from monitor.services.evidence_pack import build_evidence_view
from monitor.services.lookalike_checks import summarize_district
from monitor.services.next_steps import list_report_levers
from monitor.services.notifications import (
    EmailPlan,
    build_custom_greeting,
    build_greeting,
    queue_email,
)
from monitor.services.review_access import check_may_review, check_review_access
from monitor.services.visible_cases import (
    count_review_cases,
    list_allowed_decisions,
    list_review_openings,
    load_queue_page,
    may_rule,
)
from reports.emails.account import ReviewerQuestionView
from reports.emails.office import MostUrgentCase, ReviewView, ServiceHealth
from reports.evidence_pack import EvidenceView
from reports.labels.cases import describe_case_kind

RECENT_PERIOD = timedelta(days=7)


def count_opened_cases(app: App, since: datetime) -> int:
    """Count the cases that wait for IT and opened to it after `since`."""
    waiting = list_review_openings(app, ReviewFilter(bins=(CaseBin.NEEDS_YOU,)))
    return sum(opening.at > since for _, opening in waiting)


def queue_review_digests(app: App) -> None:
    """Email each reviewer, even without news: no email could also mean a failure."""
    district = app.config.district
    with app.db.begin_transaction():
        for address in district.reviewers:
            view = build_review_digest(app, address)
            plan = EmailPlan(recipient_id=build_reviewer_id(address), dedupe_key=view.week)
            queue_email(app, plan, view)


def build_review_digest(app: App, address: str) -> ReviewView:
    """Give counts alone, without what is about the reader: a mailbox is no place for a case."""
    district, now = app.config.district, app.clock.now()
    reviewer = _find_reviewer(app, address)
    counts, mistakes = count_review_cases(app, reviewer), tuple(_list_mistakes(app, reviewer))
    return ReviewView(
        **build_custom_greeting(
            app,
            "reviewers",
            why=Reason("why.reviewer", {"district": Plain(district.name)}),
            leave=Reason("leave.reviewer"),
        ),
        week=compute_digest_week(now, district.id, district.zone),
        coverage=build_coverage(list_weekly_runs(app)),
        reviewer_id=reviewer.id,
        waiting=counts[CaseBin.NEEDS_YOU],
        going=counts[CaseBin.IN_PROGRESS],
        done=counts[CaseBin.DONE],
        mistaken=len(mistakes),
        first=_describe_mistake(app, reviewer, mistakes[0][0])
        if mistakes
        else _find_first_case(app, reviewer),
        lookalikes=summarize_district(app) if app.config.official else None,
        upkeep=_summarize_upkeep(app, now),
    )


def queue_mistakes(app: App) -> None:
    """Email who is to take a report of what pretends nothing back, once for each report."""
    with app.db.begin_transaction():
        for address in app.config.district.reviewers:
            reviewer = _find_reviewer(app, address)
            mistakes = tuple(_list_mistakes(app, reviewer))
            if not mistakes:
                continue
            view = build_review_digest(app, address)
            for case, report in mistakes:
                plan = EmailPlan(
                    recipient_id=reviewer.id, dedupe_key=f"back {case.id} {report.at.isoformat()}"
                )
                queue_email(app, plan, replace(view, first=_describe_mistake(app, reviewer, case)))


def queue_new_cases(app: App) -> None:
    """Email each reviewer where a case came to need IT since the last weekly email, once for it.

    Such a case may be due within days. On the day before a weekly email, that one tells.
    """
    district, now = app.config.district, app.clock.now()
    if DIGEST.compute_next_time(now, district.id, district.zone) - now < timedelta(days=1):
        return
    told_at = DIGEST.compute_latest_time(now, district.id, district.zone)
    with app.db.begin_transaction():
        for address in district.reviewers:
            newest = max(_list_turns(app, _find_reviewer(app, address)), default=None)
            if newest and newest[0] > told_at:
                at, case_id = newest
                plan = EmailPlan(
                    recipient_id=build_reviewer_id(address),
                    dedupe_key=f"turn {case_id} {at.isoformat()}",
                )
                queue_email(app, plan, build_review_digest(app, address))


def _list_turns(app: App, reviewer: Reviewer) -> Iterator[tuple[datetime, str]]:
    """Yield since when each case needs IT, but for reports to take back, which are told alone."""
    waiting = ReviewFilter(bins=(CaseBin.NEEDS_YOU,))
    for case, opening in list_review_openings(app, waiting, reviewer):
        turn = find_review_turn(case)
        if case.report_to_take_back is None:
            yield max(opening.at, turn.since if turn else opening.at), case.id


def _find_reviewer(app: App, address: str) -> Reviewer:
    own = app.db.people.find_person_id_by_mail(address)
    return Reviewer(address=address, person_id=own or "")


def _list_mistakes(app: App, reviewer: Reviewer) -> Iterator[tuple[Case, DecisionRecord]]:
    """Yield the cases of which this reviewer is to take a report back, each with that report."""
    for case, _ in list_review_openings(app, ReviewFilter(bins=(CaseBin.NEEDS_YOU,)), reviewer):
        report = case.report_to_take_back
        if report and reviewer.address in list_who_take_back(app, case):
            yield case, report


def _describe_mistake(app: App, reviewer: Reviewer, case: Case) -> MostUrgentCase:
    shown = summarize(app, case, reviewer)
    due, is_late = (shown.due, shown.is_late) if shown else (None, False)
    return MostUrgentCase(id=case.id, severity=case.severity, due=due, is_late=is_late)


def _find_first_case(app: App, reviewer: Reviewer) -> MostUrgentCase | None:
    waiting = load_queue_page(app, reviewer, ReviewFilter(bins=(CaseBin.NEEDS_YOU,)), 1).rows
    return next(
        (
            MostUrgentCase(
                id=row.id,
                severity=row.severity,
                due=row.due,
                is_late=row.is_late,
                taken_by=row.taken_by,
            )
            for row in waiting
        ),
        None,
    )


def _summarize_upkeep(app: App, now: datetime) -> ServiceHealth:
    health, emails = app.db.source_health.list_source_health(), app.db.email_counts
    return ServiceHealth(
        sources=len(health),
        unproven=tuple(part.source for part in health if part.proven_at is None),
        in_vain=emails.count_retrying_emails(),
        given_up=emails.count_abandoned_emails(now - RECENT_PERIOD),
        refusing=len(app.db.suppression_list.list_suppressions()),
        has_one_reviewer=len(set(app.config.district.reviewers)) == 1,
    )


CHANGED_MEANWHILE = "This changed after you opened it. Look at it again before you decide."


def load_reviewable_case(app: App, reviewer: Reviewer, case_id: str) -> Case:
    """Return a case that this reviewer may see. Raises NotPermittedError where they may not."""
    case = app.db.cases.load_case(case_id)
    check_may_review(app, reviewer, case)
    check_review_access(app, case, reviewer.id)
    return case


def take_report_back(app: App, reviewer: Reviewer, case_id: str) -> None:
    """Note that a reviewer took IT's report of what pretends nothing back, whoever made it."""
    with app.db.begin_transaction():
        case = load_reported_case(app, reviewer, case_id)
        report = _require_mistake(case)
        whose = "" if report.by == reviewer.id else report.by
        entry = DecisionInput(decision=Decision.TAKEN_BACK, by=reviewer.id, whose=whose)
        decide_cases(app, (case_id,), entry)


def foresee_own_undo(app: App, case: Case, reviewer: Reviewer) -> Case:
    """Return the case once a reviewer undid what they said or did of it last."""
    return foresee_decision(case, Decision.REOPENED, reviewer.id, app.clock.now())


def leave_report(app: App, reviewer: Reviewer, case_id: str, reason: str) -> None:
    """Leave IT's report of what its person says pretends nothing; they are emailed why.

    What they said stays, and IT has no more to do.
    """
    with app.db.begin_transaction():
        case = load_reported_case(app, reviewer, case_id)
        report = _require_mistake(case)
        if any(one.decision is Decision.TOLD for one in case.sent_by_mistake):
            raise InputError("What families or staff were told is corrected, not left.")
        if not reason.strip():
            raise InputError("Write why: the staff member will read it.")
        said = case.get_verdict(Side.IT)
        stands = said is not None and is_confirmation(case.kind, said)
        verdict = said if said and stands else read_verdict(case.kind, report)
        entry = DecisionInput(decision=verdict, by=reviewer.id, note=reason)
        (case,) = decide_cases(app, (case_id,), entry)
        queue_words_of_it(app, case, reviewer, reason)


def _require_mistake(case: Case) -> DecisionRecord:
    report = case.report_to_take_back
    if report is None:
        raise InputError(CHANGED_MEANWHILE)
    return report


def download_review_evidence(app: App, reviewer: Reviewer, case_id: str) -> EvidenceView:
    """Return the evidence of a shared case, and of no other."""
    case = load_viewed_case(app, reviewer, case_id)
    if case.shared_at is None:
        reason = "The staff member has not shared the evidence. You can ask them to."
        raise NotPermittedError(reason)
    _audit_case_action(app, reviewer, DOWNLOADED, case_id)
    return build_evidence_view(app, case, Side.IT)


def assign_case(app: App, reviewer: Reviewer, case_id: str, seen_assignee: str) -> None:
    """Assign it. `seen_assignee` is who had it when the page was loaded, empty for no one."""
    with app.db.begin_transaction():
        case = load_viewed_case(app, reviewer, case_id)
        taken = app.db.assignments.find_assignment(case.id)
        if (taken.reviewer_id if taken else "") != seen_assignee:
            raise InputError(CHANGED_MEANWHILE)
        app.db.assignments.save_assignment(
            ReviewAssignment(case_id=case_id, reviewer_id=reviewer.id, at=app.clock.now())
        )
        _audit_case_action(app, reviewer, "assigned", case_id)


def release_case(app: App, reviewer: Reviewer, case_id: str) -> None:
    with app.db.begin_transaction():
        case = load_viewed_case(app, reviewer, case_id)
        taken = app.db.assignments.find_assignment(case.id)
        if taken is None or taken.reviewer_id != reviewer.id:
            raise InputError(CHANGED_MEANWHILE)
        app.db.assignments.delete_assignment(case_id)
        _audit_case_action(app, reviewer, "unassigned", case_id)


def add_review_note(app: App, reviewer: Reviewer, case_id: str, text: str) -> None:
    with app.db.begin_transaction():
        case = load_viewed_case(app, reviewer, case_id)
        note_record = _build_remark(app, reviewer, case, ReviewNoteKind.NOTE, text)
        app.db.review_notes.insert_review_note(note_record)
        app.db.audit.append_entry(note_record.at, reviewer.id, "noted", case_id, {})


def queue_review_question(app: App, reviewer: Reviewer, case_id: str, text: str) -> None:
    """Ask its person by email; once a week at most, no matter who asks."""
    with app.db.begin_transaction():
        case = load_reported_case(app, reviewer, case_id)
        if not can_ask_again(find_last_question_time(app.db, case_id), app.clock.now()):
            reason = "The staff member was asked within the last week. Wait for their answer."
            raise InputError(reason)
        note_record = _build_remark(app, reviewer, case, ReviewNoteKind.QUESTION, text)
        app.db.review_notes.insert_review_note(note_record)
        queue_words_of_it(app, case, reviewer, note_record.text)
        app.db.audit.append_entry(note_record.at, reviewer.id, "asked", case_id, {})


def queue_words_of_it(
    app: App, case: Case, reviewer: Reviewer, words: str, did: Decision | None = None
) -> None:
    """Email the person what a reviewer asks or did, or why they leave a report."""
    view = ReviewerQuestionView(
        **build_greeting(app, app.db.people.load_person(case.person_id)),
        case=disclose_own(app, case),
        by=reviewer.address,
        question=words.strip(),
        did=did,
    )
    key = f"{case.id} {did} {app.clock.now().isoformat()}"
    queue_email(app, EmailPlan(recipient_id=case.person_id, dedupe_key=key), view)


def decide_viewed_cases(
    app: App, reviewer: Reviewer, seen: Mapping[str, str], entry: DecisionInput
) -> tuple[Case, ...]:
    """Append one decision of the reviewer's to several cases, or to none.

    `seen` is the revision of each when it was read. Their people are emailed what it is.
    """
    with app.db.begin_transaction():
        for case_id, revision in seen.items():
            case = load_viewed_case(app, reviewer, case_id)
            if not may_rule(case, entry.decision):
                reason = "Only the staff member can say that."
                raise NotPermittedError(reason)
            if case.revision != revision:
                raise InputError(CHANGED_MEANWHILE)
            allowed = list_allowed_decisions(case, app.clock.now())
            if is_lever(entry.decision) and case.is_doubted and entry.decision not in allowed:
                reason = "IT says otherwise: change that decision first."
                raise InputError(reason)
            if case.report_to_take_back:
                reason = "Open it first: a report is to be taken back, or left with a reason."
                raise InputError(reason)
            if entry.lever and entry.lever not in list_report_levers(app, case, Side.IT):
                raise InputError("Choose one of the ways that this case has.")
        decided = decide_cases(app, seen, replace(entry, by=reviewer.id))
        for case in decided:
            queue_words_of_it(app, case, reviewer, entry.note, entry.decision)
        return decided


def undo_own_decisions(app: App, reviewer: Reviewer, case_ids: Iterable[str]) -> None:
    """Undo the reviewer's own last decision on each, or on none, and never another's."""
    with app.db.begin_transaction():
        cases = [load_reported_case(app, reviewer, one) for one in dict.fromkeys(case_ids)]
        for case in cases:
            own = any(entry.by == reviewer.id for entry in case.undoable)
            # What a platform got is taken back there, and not by undoing a note of it.
            if case.report_to_take_back or not own:
                raise InputError(CHANGED_MEANWHILE)
        undo_decisions(app, (case.id for case in cases), reviewer.id)


def load_viewed_case(app: App, reviewer: Reviewer, case_id: str) -> Case:
    """Return a case that is open, and that this reviewer has opened."""
    case = load_reported_case(app, reviewer, case_id)
    if check_review_access(app, case, reviewer.id).reason is OpeningReason.REPORT_BACK:
        reason = "Of this account, only IT's report is left to you: take it back, or say why not."
        raise NotPermittedError(reason)
    return case


def load_reported_case(app: App, reviewer: Reviewer, case_id: str) -> Case:
    """Return the same, or one of which this reviewer has but a report to take back."""
    case = load_reviewable_case(app, reviewer, case_id)
    if not app.db.access_log.has_access(reviewer.id, case_id, app.clock.now()):
        raise InputError(CHANGED_MEANWHILE)
    return case


def _build_remark(
    app: App, reviewer: Reviewer, case: Case, kind: ReviewNoteKind, text: str
) -> ReviewNote:
    if not text.strip():
        raise InputError("Write something first.")
    return ReviewNote(
        case_id=case.id, kind=kind, by=reviewer.address, at=app.clock.now(), text=text.strip()
    )


def _audit_case_action(app: App, reviewer: Reviewer, action: str, case_id: str) -> None:
    app.db.audit.append_entry(app.clock.now(), reviewer.id, action, case_id, {})


def propose_early_access(
    app: App, reviewer: Reviewer, id_prefix: str, reason: str
) -> EarlyAccessProposal:
    """Request early access to a case, named by the part of its ID that emails print."""
    with app.db.begin_transaction():
        case = app.db.cases.load_case(app.db.cases.resolve_case_prefix(id_prefix.strip()))
        check_may_review(app, reviewer, case)
        _check_not_open(app, case)
        proposal = EarlyAccessProposal(
            id=app.ids.new_id(),
            case_id=case.id,
            person_id=case.person_id,
            first=reviewer.address,
            reason=reason.strip(),
            at=app.clock.now(),
        )
        commitment = app.db.audit.compute_commitment(case.person_id, proposal.reason)
        app.db.early_access.save_early_access_proposal(proposal)
        app.db.audit.append_entry(
            proposal.at, reviewer.id, "requested-early-access", case.id, {"reason": commitment}
        )
    return proposal


def list_early_access_proposals(app: App, reviewer: Reviewer) -> Iterator[EarlyAccessProposal]:
    """Yield the requests that wait for a second reviewer, the oldest first.

    What is open by now waits for nobody.
    """
    for proposal in app.db.early_access.list_unconfirmed_proposals():
        case = app.db.cases.load_case(proposal.case_id)
        waits = proposal.is_pending(app.clock.now()) and find_review_opening(app, case) is None
        if waits and not is_barred(app, case, reviewer.id):
            yield proposal


def confirm_early_access(app: App, reviewer: Reviewer, proposal_id: str) -> EarlyAccessProposal:
    """Open it for a day. The email to its person is in the same transaction."""
    with app.db.begin_transaction():
        proposal = app.db.early_access.load_early_access_proposal(proposal_id)
        case = app.db.cases.load_case(proposal.case_id)
        check_may_review(app, reviewer, case)
        _check_reviewers(app, proposal.first, reviewer.address)
        broken = proposal.confirm_proposal(reviewer.address, app.clock.now())
        _check_not_open(app, case)
        app.db.early_access.save_early_access_proposal(broken)
        if find_review_opening(app, case) is None:
            raise NotPermittedError("This person's consent has ended, so review has ended too.")
        kind = describe_case_kind(case.kind, case.severity)
        zone = app.db.people.load_person(case.person_id).zone
        until = Moment(at=app.clock.now() + EARLY_ACCESS_LASTS, zone=zone)
        seen = Reason("seen.case", {"case": kind, "until": until})
        by = BreakGlassActor(
            audit_actor=reviewer.id, names=(broken.first, broken.second), case_id=case.id
        )
        record_break_glass(app, case.person_id, seen, broken.reason, by)
    return broken


def withdraw_early_access_proposal(app: App, reviewer: Reviewer, proposal_id: str) -> None:
    """Take back one's own request; its person finds both in their log."""
    with app.db.begin_transaction():
        proposal = app.db.early_access.load_early_access_proposal(proposal_id)
        waits = proposal.is_pending(app.clock.now())
        check_withdrawal(proposal.first, reviewer.address, waits=waits)
        app.db.early_access.delete_early_access_proposal(proposal.id)
        _audit_case_action(app, reviewer, "withdrew-early-access-request", proposal.case_id)


def _check_not_open(app: App, case: Case) -> None:
    if find_review_opening(app, case):
        raise OpenCaseError("This case is already open to IT. Find it in the queue.")


def _check_reviewers(app: App, *addresses: str) -> None:
    listed = {reviewer.casefold() for reviewer in app.config.district.reviewers}
    if not {address.casefold() for address in addresses} <= listed:
        reason = "The person who requested this is no longer a reviewer. Send a new request."
        raise NotPermittedError(reason)
