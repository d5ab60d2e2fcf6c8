"""Who acts next in a case and by when, and where it is listed: one answer for every page and email.

There is always a next step with a date, or the case has ended. When a person is told again of what
waits for them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count, takewhile

from monitor.domain.case import OWNERSHIP_CASES, Case
from monitor.domain.case_end import (
    ANSWER_WITHIN,
    CLAIM_STANDS_AFTER,
    CaseEnd,
    Countdown,
    can_be_looked_at,
    find_end,
    find_stops,
)
from monitor.domain.case_log import CLAIMS, DecisionRecord, is_confirmation
from monitor.domain.consent import Consent
from monitor.domain.disclosure import (
    DisclosureInput,
    DisclosurePolicy,
    compute_review_opening,
    find_end_of_early_access,
    find_kept_opening,
    forecast_time_opening,
    needs_immediate_notice,
)
from monitor.domain.vocabulary import (
    CaseBin,
    CaseState,
    CaseStep,
    Decision,
    LeverKind,
    Severity,
    Side,
    StepActor,
)

# A digest goes out once a week.
NOTICE_WITHIN = timedelta(days=8)
URGENT_NOTICE_WITHIN = timedelta(days=1)
MEND_WITHIN = timedelta(days=3)
DECIDE_WITHIN = timedelta(days=3)
ESCALATE_WITHIN = timedelta(days=14)
# A look of its own after three days, then the weekly checks: two of them must agree.
LOOKED_AT_WITHIN = timedelta(days=10)
# After what was said to be done, a look or two between the weekly checks: platforms take a few
# days, sites that list people up to a month.
LOOKED_AT_AFTER: Mapping[CaseState, tuple[timedelta, ...]] = {
    CaseState.REPORTED: (timedelta(days=3),),
    CaseState.REMOVED: (timedelta(days=3),),
    CaseState.REMOVAL_ASKED: (timedelta(days=7), timedelta(days=30)),
    CaseState.REMOVAL_DONE: (timedelta(days=3),),
}
ACT_WITHIN: Mapping[Severity, timedelta] = {
    Severity.HIGH: timedelta(days=3),
    Severity.MEDIUM: timedelta(days=14),
    Severity.LOW: timedelta(days=14),
}
# Platforms take days, sites that list people up to a month.
REPLY_WITHIN: Mapping[Decision, timedelta] = {
    Decision.REPORTED: timedelta(days=7),
    Decision.REMOVAL_ASKED: timedelta(days=30),
}
# The TAKE IT DOWN Act gives so long from a signed request.
LAW_REPLY_WITHIN = timedelta(hours=48)


def get_reply_time(sent: DecisionRecord) -> timedelta:
    """Return within which time an answer is expected; nothing is waited for if none was asked."""
    if sent.lever is LeverKind.LAW:
        return LAW_REPLY_WITHIN
    return REPLY_WITHIN.get(sent.decision, timedelta(0))


def list_look_times(case: Case) -> tuple[datetime, ...]:
    """Return when the later looks are; none where nothing was reported, asked for or claimed."""
    lever = case.last_lever
    return tuple(lever.at + after for after in LOOKED_AT_AFTER.get(case.state, ())) if lever else ()


# What waits for a person is told again after these, then once a month, until they say a word.
FIRST_NUDGES = (timedelta(days=3), timedelta(days=7), timedelta(days=14))
NUDGE_EVERY = timedelta(days=30)
# An email that said the same so shortly before makes another one needless.
TOLD_SHORTLY_BEFORE = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """`since` is from when on it is theirs to do, by `due`."""

    who: StepActor
    what: CaseStep
    since: datetime
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewTurn:
    """From when on IT acts next, as long as it may see the case, and how long it has."""

    since: datetime
    what: CaseStep
    within: timedelta
    stops: tuple[tuple[datetime, datetime], ...] = ()

    def compute_due(self, begun: datetime) -> datetime:
        return Countdown(start=begun, span=self.within, stops=self.stops).compute_end_with()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStanding:
    """How a case stands for one reader: `end` is None while it goes on, `next_step` afterwards.

    A report of IT's own to take back is its next step, even of what has ended.
    It waits for its person `waits_since` then; None where it does not, or who reads is IT.
    """

    bin: CaseBin
    next_step: NextStep | None
    end: CaseEnd | None
    waits_since: datetime | None = None


def find_case_end(inputs: DisclosureInput, now: datetime) -> CaseEnd | None:
    """Return when and why it ended; None while it goes on."""
    end = find_end(inputs.case, inputs.consent)
    return end if end and end.at <= now else None


def find_next_step(
    inputs: DisclosureInput, now: datetime, policy: DisclosurePolicy
) -> NextStep | None:
    """Return who acts next, and by when; None where it has ended."""
    case = inputs.case
    if find_case_end(inputs, now):
        return None
    own = case.get_word(Side.PERSON)
    if case.known_since is None:
        return _plan_notice(case)
    turn, opening = find_review_turn(case), compute_review_opening(inputs, now, policy)
    if turn and turn.what is CaseStep.DECIDE and opening is None:
        opening = find_kept_opening(inputs, now, policy)
    if turn and opening and turn.since <= now:
        begun = max(turn.since, opening.at)
        # Who sees it for a day has no more than that day.
        shut = find_end_of_early_access(inputs, now, policy)
        due = min(filter(None, (turn.compute_due(begun), shut)))
        return NextStep(who=StepActor.IT, what=turn.what, since=begun, due=due)
    if own and case.awaits_confirmation:
        due = _count_on(case, own.at, ANSWER_WITHIN, lambda then: then.get_word(Side.PERSON))
        return NextStep(who=StepActor.PERSON, what=CaseStep.CONFIRM, since=own.at, due=due)
    if _is_real(case):
        return _plan_lever(case, now)
    since = case.known_since
    due = _find_day_of_silence(inputs, since, now, policy)
    return NextStep(who=StepActor.PERSON, what=CaseStep.ANSWER, since=since, due=due)


def _find_day_of_silence(
    inputs: DisclosureInput, since: datetime, now: datetime, policy: DisclosurePolicy
) -> datetime:
    """Return when something follows from silence: IT sees it, it closes, or its person is told."""
    end, opens_at = find_end(inputs.case, inputs.consent), forecast_time_opening(inputs, policy)
    ahead = [at for at in (end and end.at, opens_at) if at and at > now]
    return min(ahead, default=None) or find_nudge_times(since, inputs.consent, now).next_at


def find_review_turn(case: Case) -> ReviewTurn | None:
    """Return from when on it is IT's turn, by the log alone; None where it never is."""
    own, lever = case.get_word(Side.PERSON), case.last_lever
    word = own or case.get_word(Side.IT)
    if case.known_since is None:
        return None
    if word is None:
        return _give_turn(case, case.opened_at, CaseStep.DECIDE, DECIDE_WITHIN)
    if not _is_real(case):
        return None
    # Only an account that others made, or into which its owner asks for help, is for IT to report,
    # and nothing of which it says otherwise.
    is_asked = case.is_locked_out and case.shared_at
    reports = case.kind in OWNERSHIP_CASES and not case.is_doubted
    if not reports and not is_asked:
        return None
    if lever:
        return _find_turn_after_lever(case, lever)
    urgent = ACT_WITHIN[case.severity]
    since, within = (_count_on(case, word.at, urgent), DECIDE_WITHIN) if own else (word.at, urgent)
    return _give_turn(case, since, CaseStep.REPORT, within)


def _find_turn_after_lever(case: Case, lever: DecisionRecord) -> ReviewTurn | None:
    """Return from when on IT has to do more; who did it last goes on, or asks IT."""
    if case.is_locked_out and case.shared_at and case.get_side(lever) is Side.PERSON:
        asked_at = max(lever.at, case.shared_at)
        return _give_turn(case, asked_at, CaseStep.REPORT, DECIDE_WITHIN)
    since = find_time_of_more(case, lever)
    if since is None or case.get_side(lever) is Side.PERSON:
        return None
    return _give_turn(case, since, CaseStep.ESCALATE, ESCALATE_WITHIN)


def _find_what_stands(case: Case) -> tuple[object, ...]:
    # After a lever its time counts: who says the same again moves no day.
    find = case.get_verdict if case.last_lever else case.get_word
    own = find(Side.PERSON)
    return own, own or find(Side.IT), case.last_lever


def _give_turn(case: Case, since: datetime, what: CaseStep, within: timedelta) -> ReviewTurn:
    stops = find_stops(case, lambda then: (_find_what_stands(then), then.is_doubted))
    return ReviewTurn(since=since, what=what, within=within, stops=stops)


def _count_on(
    case: Case,
    since: datetime,
    span: timedelta,
    find: Callable[[Case], object] = _find_what_stands,
) -> datetime:
    """Return when a time to act is over, in which nothing counts that was undone since."""
    stops = find_stops(case, find)
    return Countdown(start=since, span=span, stops=stops).compute_end_with()


def find_time_of_more(case: Case, lever: DecisionRecord) -> datetime | None:
    """Return from when on more is needed after a lever; None where it ends by itself."""
    if lever.decision in CLAIMS and not can_be_looked_at(case):
        return None
    looks = lever.decision is not Decision.REFUSED and can_be_looked_at(case)
    return lever.at + get_reply_time(lever) + (LOOKED_AT_WITHIN if looks else timedelta(0))


def find_case_standing(
    inputs: DisclosureInput,
    now: datetime,
    policy: DisclosurePolicy,
    reader: Side,
    reviewer_id: str = "",
) -> CaseStanding | None:
    """Return how it stands for its person, or for one reviewer; None where they may not see it."""
    if reader is Side.IT and compute_review_opening(inputs, now, policy, reviewer_id) is None:
        return None
    step, end = find_next_step(inputs, now, policy), find_case_end(inputs, now)
    if back := plan_report_back(inputs.case) if reader is Side.IT else None:
        return CaseStanding(bin=CaseBin.NEEDS_YOU, next_step=back, end=end)
    if step is None:
        return CaseStanding(bin=CaseBin.DONE, next_step=None, end=end)
    own = StepActor.PERSON if reader is Side.PERSON else StepActor.IT
    # An answer of its person's is wanted even while IT acts: it can do with less.
    wanted = step.who is own or (reader is Side.PERSON and inputs.case.is_undecided)
    if not wanted:
        return CaseStanding(bin=CaseBin.IN_PROGRESS, next_step=step, end=None)
    since = inputs.case.known_since if step.who is not own else step.since
    waits_since = since if reader is Side.PERSON else None
    return CaseStanding(bin=CaseBin.NEEDS_YOU, next_step=step, end=None, waits_since=waits_since)


def plan_report_back(case: Case) -> NextStep | None:
    """Return by when IT takes back, or leaves, a report of what pretends nothing; None without."""
    denial = case.denial
    if denial is None or case.report_to_take_back is None:
        return None
    due = _count_on(case, denial.at, DECIDE_WITHIN, lambda then: then.report_to_take_back)
    return NextStep(who=StepActor.IT, what=CaseStep.TAKE_BACK, since=denial.at, due=due)


def _is_real(case: Case) -> bool:
    """Tell whether its person says that it is as found, or IT while they are silent."""
    verdict = case.get_verdict(Side.PERSON) or case.get_verdict(Side.IT)
    return is_confirmation(case.kind, verdict)


def _plan_notice(case: Case) -> NextStep:
    if case.bounced_at:
        since, due = case.bounced_at, case.bounced_at + MEND_WITHIN
        return NextStep(who=StepActor.OPERATOR, what=CaseStep.MEND_ADDRESS, since=since, due=due)
    within = URGENT_NOTICE_WITHIN if needs_immediate_notice(case) else NOTICE_WITHIN
    since, due = case.opened_at, case.opened_at + within
    return NextStep(who=StepActor.SERVICE, what=CaseStep.NOTIFY, since=since, due=due)


def _plan_lever(case: Case, now: datetime) -> NextStep:
    """Say what becomes of something real: reported, waited for, looked at, or more is needed."""
    word, lever = case.get_word(Side.PERSON) or case.get_word(Side.IT), case.last_lever
    if lever is None:
        since = word.at if word else case.opened_at
        due = _count_on(case, since, ACT_WITHIN[case.severity])
        silent = case.get_word(Side.PERSON) is None
        what = CaseStep.ANSWER if silent else CaseStep.REPORT
        return NextStep(who=StepActor.PERSON, what=what, since=since, due=due)
    replied, more = lever.at + get_reply_time(lever), find_time_of_more(case, lever)
    if now < replied:
        what = CaseStep.WAIT_FOR_ANSWER
        return NextStep(who=StepActor.PLATFORM, what=what, since=lever.at, due=replied)
    if more is None:
        what, due = CaseStep.CLOSE_AS_CLAIMED, lever.at + CLAIM_STANDS_AFTER
        return NextStep(who=StepActor.SERVICE, what=what, since=lever.at, due=due)
    if now < more:
        return NextStep(who=StepActor.SERVICE, what=CaseStep.LOOK, since=lever.at, due=more)
    due = _count_on(case, more, ESCALATE_WITHIN)
    return NextStep(who=StepActor.PERSON, what=CaseStep.ESCALATE, since=more, due=due)


@dataclass(frozen=True, slots=True, kw_only=True)
class NudgeTimes:
    """The last time that has come, None for none yet, and the next one."""

    last_at: datetime | None
    next_at: datetime

    def are_missed(self, told_at: datetime | None) -> bool:
        """Tell whether to write now, where all that waits was told at `told_at`, or never."""
        if self.last_at is None:
            return False
        return told_at is None or told_at < self.last_at - TOLD_SHORTLY_BEFORE


def find_nudge_times(waits_since: datetime, consent: Consent, now: datetime) -> NudgeTimes:
    come = tuple(takewhile(lambda at: at <= now, _list_times(waits_since, consent)))
    later = (at for at in _list_times(waits_since, consent) if at > now)
    return NudgeTimes(last_at=come[-1] if come else None, next_at=next(later))


def _list_times(since: datetime, consent: Consent) -> Iterator[datetime]:
    for span in FIRST_NUDGES:
        yield Countdown(start=since, span=span).compute_end(consent)
    for months in count(1):
        yield Countdown(start=since, span=months * NUDGE_EVERY).compute_end(consent)
