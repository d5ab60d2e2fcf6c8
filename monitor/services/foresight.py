"""What an answer would change of who in IT sees a case: asked of the law, before it is given."""

from dataclasses import replace
from datetime import datetime

from monitor.domain.case import OWNERSHIP_CASES, foresee_decision
from monitor.domain.case_end import find_end
from monitor.domain.case_progress import find_review_turn
from monitor.domain.disclosure import (
    KEPT_AFTER_END,
    DisclosureInput,
    DisclosurePolicy,
    compute_review_opening,
    find_end_of_early_access,
    list_holds_in_force,
)
from monitor.domain.vocabulary import CaseStep, Decision, Means, Side, WhoSees
from reports.finding_view import AnswerOutlook


def find_who_sees(inputs: DisclosureInput, now: datetime, policy: DisclosurePolicy) -> WhoSees:
    if compute_review_opening(inputs, now, policy):
        return WhoSees.REVIEWERS
    holders = (
        WhoSees.WHO_REPORTED if hold.is_of_report else WhoSees.WHO_DECIDED
        for hold in list_holds_in_force(inputs, now, policy)
        if hold.reviewer_id != inputs.barred_reviewer_id
    )
    return max(holders, default=WhoSees.NOBODY)


def foresee_answer(
    inputs: DisclosureInput, answer: Decision, now: datetime, policy: DisclosurePolicy
) -> AnswerOutlook:
    """Return what follows for IT; raises InputError for an answer that the case does not take."""
    case = inputs.case
    after = foresee_decision(case, answer, case.person_id, now)
    by_link = foresee_decision(case, answer, case.person_id, now, Means.LINK)
    then = replace(inputs, case=after)
    end = find_end(after, inputs.consent)
    is_over = end is not None and end.at <= now
    who = find_who_sees(then, now, policy)
    accuses = answer is Decision.IMPERSONATION and case.kind in OWNERSHIP_CASES
    is_shown = accuses and who is WhoSees.REVIEWERS
    turn = find_review_turn(after) if is_shown else None
    will_report = turn is not None and turn.what is CaseStep.REPORT
    until = _find_day_of_closing(then, who, now, policy)
    return AnswerOutlook(
        before=find_who_sees(inputs, now, policy),
        after=who,
        until=until,
        later=find_who_sees(then, until, policy) if until else who,
        goes_on=not is_over,
        is_for_it_to_report=will_report,
        reports_from=turn.since if turn and will_report else None,
        is_reported=is_shown and after.find_report(Side.IT) is not None,
        is_doubted=is_shown and after.is_doubted,
        needs_sign_in=by_link.awaits_confirmation,
    )


def _find_day_of_closing(
    inputs: DisclosureInput, who: WhoSees, now: datetime, policy: DisclosurePolicy
) -> datetime | None:
    """Return when fewer see it than now; None where no day is known."""
    if who is WhoSees.NOBODY:
        return None
    early = find_end_of_early_access(inputs, now, policy)
    end = find_end(inputs.case, inputs.consent)
    if early or end is None or end.at > now:
        return early
    begun = sorted({end.at, *(entry.at for entry in inputs.case.entries)})
    days = (at + KEPT_AFTER_END for at in begun if at >= end.at)
    return next((day for day in days if find_who_sees(inputs, day, policy) < who), None)
