"""How a case ends: by proof, the person's answer, a claim that cannot be checked, or silence.

How long a person has to answer; their time limits stand still while they have paused, and while
what was undone since stood.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.domain.case import PROVABLE_CASES, Case
from monitor.domain.case_log import CLAIMS, is_confirmation, is_lever
from monitor.domain.consent import Consent
from monitor.domain.retention import RETENTION_PERIODS, RetainedKind
from monitor.domain.vocabulary import CaseKind, EndReason, Severity, Side

ANSWER_WITHIN = timedelta(days=7)
# What is not serious lapses without an answer.
LAPSES_AFTER: Mapping[Severity, timedelta] = {
    Severity.MEDIUM: timedelta(days=56),
    Severity.LOW: timedelta(days=180),
}
# A word of IT's that it is harmless gives a silent person four weeks.
SILENT_AFTER = timedelta(days=28)
CLAIM_STANDS_AFTER = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Countdown:
    """A person's time limit, which does not run between the two moments of each of its `stops`.

    Nor does it while they have paused. What was over before a stop or a pause stays over.
    """

    start: datetime
    span: timedelta
    stops: tuple[tuple[datetime, datetime], ...] = ()

    def compute_end(self, consent: Consent) -> datetime:
        return self.compute_end_with(consent.paused_from, consent.paused_until)

    def compute_end_with(
        self, paused_from: datetime | None = None, paused_until: datetime | None = None
    ) -> datetime:
        """Do so for a pause as it is stored."""
        pauses = ((paused_from, paused_until),) if paused_from and paused_until else ()
        end, run_until = self.start + self.span, self.start
        for stopped, resumed in sorted((*self.stops, *pauses)):
            if end <= stopped:
                break
            end += max(resumed - max(stopped, run_until), timedelta(0))
            run_until = max(resumed, run_until)
        return end


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEnd:
    """When and why a case ends; `at` may lie ahead."""

    at: datetime
    reason: EndReason


def find_end(case: Case, consent: Consent) -> CaseEnd | None:
    """Return when and why a case ends, or has ended; None while nothing ends it.

    Proof does, and its person's word. No word of IT's does, but it gives a silent person a limit.
    """
    ends = [CaseEnd(at=at, reason=reason) for at, reason in list_fixed_ends(case)]
    if lapse := find_lapse(case):
        silent = case.get_verdict(Side.IT) is not None
        reason = EndReason.SILENT if silent else EndReason.LAPSED
        ends.append(CaseEnd(at=lapse.compute_end(consent), reason=reason))
    return min(ends, key=lambda end: end.at, default=None)


def list_fixed_ends(case: Case) -> Iterator[tuple[datetime, EndReason]]:
    lever = case.last_lever
    if case.gone_at:
        own = case.kind is CaseKind.OWN_ACCOUNT_CHANGED
        # Where no source looks, only a picture of its person's says so.
        shown = EndReason.PROOF if case.is_checkable else EndReason.SHOWN
        yield case.gone_at, EndReason.RESTORED if own else shown
    if case.is_dismissed:
        # Another word that dismisses it, too, does not end it anew.
        yield min(entry.at for entry in case.dismissals), EndReason.DISMISSED
    if lever and lever.decision in CLAIMS and not can_be_looked_at(case):
        yield lever.at + CLAIM_STANDS_AFTER, EndReason.CLAIMED
    # What nobody answered is deleted then, whatever pauses.
    kept = RETENTION_PERIODS[RetainedKind.STUDENT_EVIDENCE].open
    if kept and case.kind is CaseKind.STUDENT_LINK and case.is_undecided and not case.shared_at:
        yield (case.ruled_at or case.opened_at) + kept, EndReason.LAPSED


def can_be_looked_at(case: Case) -> bool:
    """Tell whether a look could prove that it is gone: nothing reads a list of contacts twice."""
    return case.is_checkable and case.kind in PROVABLE_CASES


def find_stops(case: Case, find: Callable[[Case], object]) -> tuple[tuple[datetime, datetime], ...]:
    """Return between which moments of its log something else was found than is now.

    So what an undo brings back has as much time left as it had before.
    """
    now, stops = find(case), []
    for number in range(case.past, len(case.log) - 1):
        log = case.log[: number + 1]
        if find(replace(case, log=log, back=min(case.back, len(log)))) != now:
            stops.append((case.log[number].at, case.log[number + 1].at))
    return tuple(stops)


def find_lapse(case: Case) -> Countdown | None:
    """Return what ends a case of which its person says nothing; what is serious never lapses."""
    lapse = _find_whole_lapse(case)
    return lapse and replace(lapse, stops=find_stops(case, _find_whole_lapse))


def _find_whole_lapse(case: Case) -> Countdown | None:
    theirs = case.get_word(Side.IT)
    silent = case.get_verdict(Side.PERSON) is None or case.awaits_confirmation
    if not silent or case.known_since is None:
        return None
    # Whatever IT says leaves the whole time from then on.
    spoke = (entry.at for entry in case.entries if case.get_side(entry) is Side.IT)
    since = max((case.known_since, *spoke))
    if theirs:
        if is_lever(theirs.decision) or is_confirmation(case.kind, theirs.decision):
            return None
        return Countdown(start=since, span=SILENT_AFTER)
    if case.severity is Severity.HIGH or case.shared_at or case.kind is CaseKind.STUDENT_LINK:
        return None
    return Countdown(start=since, span=LAPSES_AFTER[case.severity])
