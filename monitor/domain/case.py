"""What may be flagged, how severe it is, its state, and what people decided.

How a case changes state: by decisions, by what happens to its finding, and by time. Which of two
decisions stays when two findings turn out to be one.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from monitor.domain.errors import InputError, NotPermittedError
from monitor.domain.events import Event
from monitor.domain.finding import list_material_changes
from monitor.domain.reason import Listed, Reason
from monitor.domain.vocabulary import (
    CaseKind,
    CaseState,
    ContactKind,
    Decision,
    EventKind,
    Severity,
)
from scrapers.models import Trace


class FlaggedFindings(StrEnum):
    """Whether findings with a case are part of what is shown: at a shell they never are."""

    SHOWN = "shown"
    LEFT_OUT = "left-out"


PURSUED_STATES = frozenset(
    {
        *(CaseState.IMPERSONATION, CaseState.MOCK),
        *(CaseState.REPORTED, CaseState.REMOVED, CaseState.REFUSED),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """One decision, appended and never overwritten. `by` is an opaque id or a role."""

    case_id: str
    decision: Decision
    by: str
    at: datetime
    note: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Reasons are ids with facts, weakest last.

    `relation` tells cases of one kind and finding apart. It is which contacts of an account
    look like students, or which contact details are exposed: no two cases of a finding list the
    same kind of those.

    `notified_at` is when the mail server accepted the notice to the person, None before.
    `ruled_at` is when the state was last decided, None if never; `harmless_until` is when a
    decision of harmless ends, None if it does not. A case that reopens starts over: `opened_at` is
    when it did, and earlier emails and shares do not count.
    """

    id: str
    person_id: str
    finding_id: str
    kind: CaseKind
    severity: Severity
    state: CaseState
    opened_at: datetime
    reasons: tuple[Reason, ...]
    lowered_by: tuple[Reason, ...] = ()
    relation: str = ""
    shared_at: datetime | None = None
    notified_at: datetime | None = None
    ruled_at: datetime | None = None
    harmless_until: datetime | None = None

    @property
    def is_undecided(self) -> bool:
        return self.state in {CaseState.NEW, CaseState.OPEN}

    @property
    def is_pursued(self) -> bool:
        return self.state in PURSUED_STATES

    @property
    def contact_kinds(self) -> tuple[ContactKind, ...]:
        """Return the kinds of contact details that it is about, the worst first."""
        if self.kind is not CaseKind.EXPOSED_CONTACT:
            return ()
        return tuple(map(ContactKind, self.relation.split()))

    @property
    def awaits_clearing(self) -> bool:
        """Tell whether proof that the details are gone would end it."""
        exposed = self.kind is CaseKind.EXPOSED_CONTACT
        return exposed and (self.is_undecided or self.state is CaseState.REMOVAL_ASKED)


EXPOSURE_SEVERITY: Mapping[ContactKind, Severity] = {
    ContactKind.HOME: Severity.HIGH,
    ContactKind.PHONE: Severity.MEDIUM,
    ContactKind.MAIL: Severity.LOW,
}


def join_contact_kinds(kinds: Iterable[ContactKind]) -> str:
    """Write the kinds as `Case.relation` has them, each once."""
    listed = set(kinds)
    return " ".join(kind for kind in EXPOSURE_SEVERITY if kind in listed)


def name_contacts(kinds: Iterable[ContactKind]) -> Listed:
    """Return what a reason says of the kinds: "a phone number and a street address"."""
    return Listed(tuple(Reason(f"contact.{kind}") for kind in kinds))


def rate_exposure(kinds: Iterable[ContactKind]) -> Severity:
    return min((EXPOSURE_SEVERITY[kind] for kind in kinds), key=list(Severity).index)


def exclude_contact_kinds(case: Case, kinds: Iterable[str]) -> Case | None:
    """Return an exposure without these kinds; None if none is left."""
    left = [kind for kind in case.contact_kinds if kind not in set(kinds)]
    if not left:
        return None
    return replace(case, relation=join_contact_kinds(left), severity=rate_exposure(left))


def list_watched_exposures(cases: Iterable[Case]) -> frozenset[str]:
    """Return the kinds of exposed contact details whose end would close or change a case."""
    return frozenset(kind for case in cases if case.awaits_clearing for kind in case.contact_kinds)


def build_urgency_key(case: Case) -> tuple[int, datetime, str]:
    """Return a sort key: the worst first, among equals the oldest."""
    return list(Severity).index(case.severity), case.opened_at, case.id


def assess_change_severity(
    before: Trace, after: Trace | None, shows_name: Callable[[str], bool]
) -> Severity:
    """Weigh a material change of an own account; `after` is None where it is gone.

    `shows_name` tells whether a display name is one of the person's own.
    """
    if after is None or (_is_bare(after) and not _is_bare(before)):
        return Severity.HIGH
    fields = list_material_changes(before, after)
    if "handle" in fields or (shows_name(before.name) and not shows_name(after.name)):
        return Severity.HIGH
    return Severity.MEDIUM if {"name", "bio"} & set(fields) else Severity.LOW


def _is_bare(trace: Trace) -> bool:
    return not (trace.name or trace.bio or trace.picture_hash or trace.links)


# The cases that ask whose an account is, by the answer that confirms them.
CASE_OF_DECISION: Mapping[Decision, CaseKind] = {
    Decision.IMPERSONATION: CaseKind.IMPERSONATION,
    Decision.MOCK: CaseKind.MOCK_ACCOUNT,
}
OWNERSHIP_CASES = frozenset(CASE_OF_DECISION.values())
# Each state and the one before it: a decision leads one step down, undoing it one step up.
PREVIOUS_STATE: Mapping[CaseState, CaseState] = {
    CaseState.MINE: CaseState.OPEN,
    CaseState.NAMESAKE: CaseState.OPEN,
    CaseState.HARMLESS: CaseState.OPEN,
    CaseState.IMPERSONATION: CaseState.OPEN,
    CaseState.MOCK: CaseState.OPEN,
    CaseState.REPORTED: CaseState.IMPERSONATION,
    CaseState.REMOVED: CaseState.REPORTED,
    CaseState.REFUSED: CaseState.REPORTED,
    CaseState.STUDENT_LINK: CaseState.OPEN,
    CaseState.UNLINKED: CaseState.STUDENT_LINK,
    CaseState.EXPLAINED: CaseState.STUDENT_LINK,
    CaseState.FAMILY: CaseState.STUDENT_LINK,
    CaseState.REMOVAL_ASKED: CaseState.MINE,
    CaseState.REMOVAL_DONE: CaseState.REMOVAL_ASKED,
}

RESULTING_STATE: Mapping[Decision, CaseState] = {
    Decision.UNRELATED: CaseState.HARMLESS,
    **{Decision(state): state for state in PREVIOUS_STATE},
}


def get_previous_state(kind: CaseKind, state: CaseState) -> CaseState:
    """Return the state before one: what was reported was an impersonation, or a mock account."""
    if kind is CaseKind.MOCK_ACCOUNT and state is CaseState.REPORTED:
        return CaseState.MOCK
    return PREVIOUS_STATE[state]


_REPORT_DECISIONS = {Decision.REPORTED, Decision.REMOVED, Decision.REFUSED}
_PURSUIT_DECISIONS = {Decision.IMPERSONATION, *_REPORT_DECISIONS}
_LINK_DECISIONS = {Decision.STUDENT_LINK, Decision.UNLINKED, Decision.EXPLAINED, Decision.FAMILY}
_REMOVAL_DECISIONS = {Decision.REMOVAL_ASKED, Decision.REMOVAL_DONE}
_DISMISSALS = {Decision.MINE, Decision.NAMESAKE, Decision.UNRELATED, Decision.HARMLESS}

# An own account that was taken over is an impersonation, and is reported like one.
ALLOWED_DECISIONS: Mapping[CaseKind, frozenset[Decision]] = {
    CaseKind.IMPERSONATION: frozenset(_DISMISSALS | _PURSUIT_DECISIONS),
    CaseKind.OWN_ACCOUNT_CHANGED: frozenset(
        {Decision.MINE, Decision.HARMLESS} | _PURSUIT_DECISIONS
    ),
    CaseKind.EXPOSED_CONTACT: frozenset(_DISMISSALS | _REMOVAL_DECISIONS),
    CaseKind.STUDENT_LINK: frozenset({Decision.HARMLESS} | _LINK_DECISIONS),
    CaseKind.MOCK_ACCOUNT: frozenset(_DISMISSALS | {Decision.MOCK} | _REPORT_DECISIONS),
}


def apply_decision(case: Case, record: DecisionRecord) -> Case:
    """Return the case after a decision.

    Raises InputError for a decision that does not fit, NotPermittedError if this person may not
    make it.
    """
    if record.case_id != case.id:
        reason = "This decision is about another case."
        raise InputError(reason)
    if record.decision is Decision.SHARED:
        return _apply_sharing(case, record)
    if record.decision is Decision.REOPENED:
        return _undo_last_decision(case, record)
    return _apply_state_change(case, record)


def list_decision_steps(case: Case, decision: Decision) -> tuple[Decision, ...]:
    """Return the decisions that lead to one: who says "family" says that it is a student link."""
    state = RESULTING_STATE.get(decision)
    before = get_previous_state(case.kind, state) if state else CaseState.OPEN
    if case.is_undecided and before is not CaseState.OPEN:
        return (*list_decision_steps(case, Decision(before)), decision)
    return (decision,)


def list_possible_decisions(case: Case) -> frozenset[Decision]:
    """Return the decisions allowed now; before the first one, all that fit the kind."""
    fitting = ALLOWED_DECISIONS[case.kind]
    if case.is_undecided:
        return fitting
    return frozenset(
        decision
        for decision in fitting
        if get_previous_state(case.kind, RESULTING_STATE[decision]) is case.state
    )


def mark_notified(case: Case, at: datetime) -> Case:
    """Note that the mail server accepted the first email that tells the person of this case."""
    state = CaseState.OPEN if case.state is CaseState.NEW else case.state
    return replace(case, state=state, notified_at=case.notified_at or at)


def mark_notice_bounced(case: Case) -> Case:
    """Note that the email did not arrive after all, so no one was notified."""
    return replace(case, notified_at=None)


def reopen_on_event(case: Case, event: Event) -> Case:
    """Begin again what an event of its own finding unsettles; else return the case as it is."""
    if (event.person_id, event.finding_id) != (case.person_id, case.finding_id):
        return case
    if case.kind is CaseKind.OWN_ACCOUNT_CHANGED:
        settled = case.state in {CaseState.MINE, CaseState.HARMLESS, CaseState.REMOVED}
        again = event.kind in {EventKind.CHANGED, EventKind.VANISHED}
        return _restart_case(case, CaseState.OPEN, event.at) if settled and again else case
    if case.state is CaseState.REMOVED and event.kind is EventKind.REAPPEARED:
        confirmed = get_previous_state(case.kind, CaseState.REPORTED)
        return _restart_case(case, confirmed, event.at)
    if case.state is CaseState.REMOVAL_DONE and event.kind is EventKind.REAPPEARED:
        return _restart_case(case, CaseState.OPEN, event.at)
    # What an own account says of itself has no bearing on whom it is linked with.
    quiet = case.state in {CaseState.HARMLESS, CaseState.NAMESAKE}
    if case.kind is not CaseKind.STUDENT_LINK and quiet and event.kind is EventKind.CHANGED:
        return _restart_case(case, CaseState.OPEN, event.at)
    return case


def close_on_event(case: Case, event: Event) -> Case:
    """Close what an event of the case's own finding proves to be shown no longer; else return it.

    If only some of the contact details are gone, the case goes on about the others.
    """
    own = (event.person_id, event.finding_id) == (case.person_id, case.finding_id)
    if not (own and case.awaits_clearing):
        return case
    left: Case | None = case
    if event.kind is EventKind.VANISHED:
        left = None
    elif event.kind is EventKind.CLEARED and not set(event.fields).isdisjoint(case.contact_kinds):
        left = exclude_contact_kinds(case, event.fields)
    return left or replace(case, state=CaseState.GONE, ruled_at=event.at)


def reopen_if_gone(case: Case, at: datetime) -> Case:
    """Begin again where what was gone is back; else return the case as it is."""
    return restart_case(case, at) if case.state is CaseState.GONE else case


def restart_case(case: Case, at: datetime) -> Case:
    """Begin again as an open case: earlier emails and shares no longer count."""
    return _restart_case(case, CaseState.OPEN, at)


def reopen_if_lapsed(case: Case, now: datetime) -> Case:
    """Begin again where a decision of harmless has run out; else return the case as it is."""
    until = case.harmless_until
    return case if until is None or now < until else _restart_case(case, CaseState.OPEN, now)


def _apply_sharing(case: Case, record: DecisionRecord) -> Case:
    if record.by != case.person_id:
        reason = "Only the person a case is about can share it."
        raise NotPermittedError(reason)
    state = CaseState.OPEN if case.state is CaseState.NEW else case.state
    return replace(case, state=state, shared_at=case.shared_at or record.at)


def _undo_last_decision(case: Case, record: DecisionRecord) -> Case:
    """Undo the last word: the sharing, or one step of the decisions, whichever is later."""
    shared = case.shared_at
    if shared and (case.is_undecided or case.ruled_at is None or shared >= case.ruled_at):
        return replace(case, shared_at=None)
    if case.state not in PREVIOUS_STATE:
        reason = "There is no decision on this case to undo."
        raise InputError(reason)
    back = get_previous_state(case.kind, case.state)
    ruled_at = None if back is CaseState.OPEN else record.at
    return replace(case, state=back, ruled_at=ruled_at, harmless_until=None)


def _apply_state_change(case: Case, record: DecisionRecord) -> Case:
    decision = record.decision
    if decision not in ALLOWED_DECISIONS[case.kind]:
        reason = f"A case of kind {case.kind} cannot be marked {decision}."
        raise InputError(reason)
    state = RESULTING_STATE[decision]
    here = CaseState.OPEN if case.state is CaseState.NEW else case.state
    if get_previous_state(case.kind, state) is not here:
        reason = (
            f"A case that is {here} cannot be marked {decision}; reopen it, or decide step by step."
        )
        raise InputError(reason)
    until = record.until if state is CaseState.HARMLESS else None
    if record.until and (until is None or until <= record.at):
        reason = "Only a decision of harmless can have an end date, and it must be in the future."
        raise InputError(reason)
    return replace(case, state=state, ruled_at=record.at, harmless_until=until)


def _restart_case(case: Case, state: CaseState, at: datetime) -> Case:
    # No one was notified of this yet, and what was shared was something else.
    return replace(
        case,
        state=state,
        opened_at=at,
        shared_at=None,
        notified_at=None,
        ruled_at=None,
        harmless_until=None,
    )


# A word of a person beats none, and no merge may quieten an impersonation.
_STRONGEST_FIRST = (
    "impersonation",
    "reported",
    "refused",
    "removed",
    "mock",
    "student-link",
    "unlinked",
    "explained",
    "family",
    "removal-done",
    "removal-asked",
    "mine",
    "namesake",
    "unrelated",
    "harmless",
    "shared",
    "reopened",
    "open",
    "new",
    "gone",
)


def rank_decision(word: Decision | CaseState | None) -> int:
    return len(_STRONGEST_FIRST) if word is None else _STRONGEST_FIRST.index(word)
