"""What may be flagged, how severe it is, its state, and what people decided.

How a flag changes state: by decisions, by what happens to its finding, and by time. Which of two
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
    ContactKind,
    Decision,
    EventKind,
    FlagKind,
    FlagState,
    Severity,
)
from scrapers.models import Trace


class FlaggedFindings(StrEnum):
    """Whether findings with a flag are part of what is shown: at a shell they never are."""

    SHOWN = "shown"
    LEFT_OUT = "left-out"


PURSUED_STATES = frozenset(
    {
        *(FlagState.IMPERSONATION, FlagState.MOCK),
        *(FlagState.REPORTED, FlagState.REMOVED, FlagState.REFUSED),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """One decision, appended and never overwritten. `by` is an opaque id or a role."""

    flag_id: str
    decision: Decision
    by: str
    at: datetime
    note: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """Reasons are ids with facts, weakest last. `relation` tells flags of one kind and finding apart.

    It is which contacts of an account look like students, or which contact details are exposed: no
    two flags of a finding list the same kind of those.

    `notified_at` is when the mail server accepted the notice to the person, None before.
    `ruled_at` is when the state was last decided, None if never; `harmless_until` is when a
    decision of harmless ends, None if it does not. A flag that reopens starts over: `opened_at` is
    when it did, and earlier emails and shares do not count.
    """

    id: str
    person_id: str
    finding_id: str
    kind: FlagKind
    severity: Severity
    state: FlagState
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
        return self.state in {FlagState.NEW, FlagState.OPEN}

    @property
    def is_pursued(self) -> bool:
        return self.state in PURSUED_STATES

    @property
    def contact_kinds(self) -> tuple[ContactKind, ...]:
        """Return the kinds of contact details that it is about, the worst first."""
        if self.kind is not FlagKind.EXPOSED_CONTACT:
            return ()
        return tuple(map(ContactKind, self.relation.split()))

    @property
    def awaits_clearing(self) -> bool:
        """Tell whether proof that the details are gone would end it."""
        exposed = self.kind is FlagKind.EXPOSED_CONTACT
        return exposed and (self.is_undecided or self.state is FlagState.REMOVAL_ASKED)


EXPOSURE_SEVERITY: Mapping[ContactKind, Severity] = {
    ContactKind.HOME: Severity.HIGH,
    ContactKind.PHONE: Severity.MEDIUM,
    ContactKind.MAIL: Severity.LOW,
}


def join_contact_kinds(kinds: Iterable[ContactKind]) -> str:
    """Write the kinds as `Flag.relation` has them, each once."""
    listed = set(kinds)
    return " ".join(kind for kind in EXPOSURE_SEVERITY if kind in listed)


def name_contacts(kinds: Iterable[ContactKind]) -> Listed:
    """Return what a reason says of the kinds: "a phone number and a street address"."""
    return Listed(tuple(Reason(f"contact.{kind}") for kind in kinds))


def rate_exposure(kinds: Iterable[ContactKind]) -> Severity:
    return min((EXPOSURE_SEVERITY[kind] for kind in kinds), key=list(Severity).index)


def exclude_contact_kinds(flag: Flag, kinds: Iterable[str]) -> Flag | None:
    """Return an exposure without these kinds; None if none is left."""
    left = [kind for kind in flag.contact_kinds if kind not in set(kinds)]
    if not left:
        return None
    return replace(flag, relation=join_contact_kinds(left), severity=rate_exposure(left))


def list_watched_exposures(flags: Iterable[Flag]) -> frozenset[str]:
    """Return the kinds of exposed contact details whose end would close or change a flag."""
    return frozenset(kind for each in flags if each.awaits_clearing for kind in each.contact_kinds)


def build_urgency_key(flag: Flag) -> tuple[int, datetime, str]:
    """Return a sort key: the worst first, among equals the oldest."""
    return list(Severity).index(flag.severity), flag.opened_at, flag.id


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


# The flags that ask whose an account is, by the answer that confirms them.
FLAG_OF_DECISION: Mapping[Decision, FlagKind] = {
    Decision.IMPERSONATION: FlagKind.IMPERSONATION,
    Decision.MOCK: FlagKind.MOCK_ACCOUNT,
}
OWNERSHIP_FLAGS = frozenset(FLAG_OF_DECISION.values())
# Each state and the one before it: a decision leads one step down, undoing it one step up.
PREVIOUS_STATE: Mapping[FlagState, FlagState] = {
    FlagState.MINE: FlagState.OPEN,
    FlagState.NAMESAKE: FlagState.OPEN,
    FlagState.HARMLESS: FlagState.OPEN,
    FlagState.IMPERSONATION: FlagState.OPEN,
    FlagState.MOCK: FlagState.OPEN,
    FlagState.REPORTED: FlagState.IMPERSONATION,
    FlagState.REMOVED: FlagState.REPORTED,
    FlagState.REFUSED: FlagState.REPORTED,
    FlagState.STUDENT_LINK: FlagState.OPEN,
    FlagState.UNLINKED: FlagState.STUDENT_LINK,
    FlagState.EXPLAINED: FlagState.STUDENT_LINK,
    FlagState.FAMILY: FlagState.STUDENT_LINK,
    FlagState.REMOVAL_ASKED: FlagState.MINE,
    FlagState.REMOVAL_DONE: FlagState.REMOVAL_ASKED,
}

RESULTING_STATE: Mapping[Decision, FlagState] = {
    Decision.UNRELATED: FlagState.HARMLESS,
    **{Decision(state): state for state in PREVIOUS_STATE},
}


def get_previous_state(kind: FlagKind, state: FlagState) -> FlagState:
    """Return the state before one: what was reported was an impersonation, or a mock account."""
    if kind is FlagKind.MOCK_ACCOUNT and state is FlagState.REPORTED:
        return FlagState.MOCK
    return PREVIOUS_STATE[state]


_REPORT_DECISIONS = {Decision.REPORTED, Decision.REMOVED, Decision.REFUSED}
_PURSUIT_DECISIONS = {Decision.IMPERSONATION, *_REPORT_DECISIONS}
_LINK_DECISIONS = {Decision.STUDENT_LINK, Decision.UNLINKED, Decision.EXPLAINED, Decision.FAMILY}
_REMOVAL_DECISIONS = {Decision.REMOVAL_ASKED, Decision.REMOVAL_DONE}
_DISMISSALS = {Decision.MINE, Decision.NAMESAKE, Decision.UNRELATED, Decision.HARMLESS}

# An own account that was taken over is an impersonation, and is reported like one.
ALLOWED_DECISIONS: Mapping[FlagKind, frozenset[Decision]] = {
    FlagKind.IMPERSONATION: frozenset(_DISMISSALS | _PURSUIT_DECISIONS),
    FlagKind.OWN_ACCOUNT_CHANGED: frozenset(
        {Decision.MINE, Decision.HARMLESS} | _PURSUIT_DECISIONS
    ),
    FlagKind.EXPOSED_CONTACT: frozenset(_DISMISSALS | _REMOVAL_DECISIONS),
    FlagKind.STUDENT_LINK: frozenset({Decision.HARMLESS} | _LINK_DECISIONS),
    FlagKind.MOCK_ACCOUNT: frozenset(_DISMISSALS | {Decision.MOCK} | _REPORT_DECISIONS),
}


def apply_decision(flag: Flag, record: DecisionRecord) -> Flag:
    """Return the flag after a decision.

    Raises InputError for a decision that does not fit, NotPermittedError if this person may not
    make it.
    """
    if record.flag_id != flag.id:
        reason = "This decision is about another flag."
        raise InputError(reason)
    if record.decision is Decision.SHARED:
        return _apply_sharing(flag, record)
    if record.decision is Decision.REOPENED:
        return _undo_last_decision(flag, record)
    return _apply_state_change(flag, record)


def list_decision_steps(flag: Flag, decision: Decision) -> tuple[Decision, ...]:
    """Return the decisions that lead to one: who says "family" says that it is a student link."""
    state = RESULTING_STATE.get(decision)
    before = get_previous_state(flag.kind, state) if state else FlagState.OPEN
    if flag.is_undecided and before is not FlagState.OPEN:
        return (*list_decision_steps(flag, Decision(before)), decision)
    return (decision,)


def list_possible_decisions(flag: Flag) -> frozenset[Decision]:
    """Return the decisions allowed now; before the first one, all that fit the kind."""
    fitting = ALLOWED_DECISIONS[flag.kind]
    if flag.is_undecided:
        return fitting
    return frozenset(
        each
        for each in fitting
        if get_previous_state(flag.kind, RESULTING_STATE[each]) is flag.state
    )


def mark_notified(flag: Flag, at: datetime) -> Flag:
    """Note that the mail server accepted the first email that tells the person of this flag."""
    state = FlagState.OPEN if flag.state is FlagState.NEW else flag.state
    return replace(flag, state=state, notified_at=flag.notified_at or at)


def mark_notice_bounced(flag: Flag) -> Flag:
    """Note that the email did not arrive after all, so no one was notified."""
    return replace(flag, notified_at=None)


def reopen_on_event(flag: Flag, event: Event) -> Flag:
    """Begin again what an event of its own finding unsettles; else return the flag as it is."""
    if (event.person_id, event.finding_id) != (flag.person_id, flag.finding_id):
        return flag
    if flag.kind is FlagKind.OWN_ACCOUNT_CHANGED:
        settled = flag.state in {FlagState.MINE, FlagState.HARMLESS, FlagState.REMOVED}
        again = event.kind in {EventKind.CHANGED, EventKind.VANISHED}
        return _restart_flag(flag, FlagState.OPEN, event.at) if settled and again else flag
    if flag.state is FlagState.REMOVED and event.kind is EventKind.REAPPEARED:
        confirmed = get_previous_state(flag.kind, FlagState.REPORTED)
        return _restart_flag(flag, confirmed, event.at)
    if flag.state is FlagState.REMOVAL_DONE and event.kind is EventKind.REAPPEARED:
        return _restart_flag(flag, FlagState.OPEN, event.at)
    # What an own account says of itself has no bearing on whom it is linked with.
    quiet = flag.state in {FlagState.HARMLESS, FlagState.NAMESAKE}
    if flag.kind is not FlagKind.STUDENT_LINK and quiet and event.kind is EventKind.CHANGED:
        return _restart_flag(flag, FlagState.OPEN, event.at)
    return flag


def close_on_event(flag: Flag, event: Event) -> Flag:
    """Close what an event of the flag's own finding proves to be shown no longer; else return it.

    If only some of the contact details are gone, the flag goes on about the others.
    """
    own = (event.person_id, event.finding_id) == (flag.person_id, flag.finding_id)
    if not (own and flag.awaits_clearing):
        return flag
    left: Flag | None = flag
    if event.kind is EventKind.VANISHED:
        left = None
    elif event.kind is EventKind.CLEARED and not set(event.fields).isdisjoint(flag.contact_kinds):
        left = exclude_contact_kinds(flag, event.fields)
    return left or replace(flag, state=FlagState.GONE, ruled_at=event.at)


def reopen_if_gone(flag: Flag, at: datetime) -> Flag:
    """Begin again where what was gone is back; else return the flag as it is."""
    return restart_flag(flag, at) if flag.state is FlagState.GONE else flag


def restart_flag(flag: Flag, at: datetime) -> Flag:
    """Begin again as an open flag: earlier emails and shares no longer count."""
    return _restart_flag(flag, FlagState.OPEN, at)


def reopen_if_lapsed(flag: Flag, now: datetime) -> Flag:
    """Begin again where a decision of harmless has run out; else return the flag as it is."""
    until = flag.harmless_until
    return flag if until is None or now < until else _restart_flag(flag, FlagState.OPEN, now)


def _apply_sharing(flag: Flag, record: DecisionRecord) -> Flag:
    if record.by != flag.person_id:
        reason = "Only the person a flag is about can share it."
        raise NotPermittedError(reason)
    state = FlagState.OPEN if flag.state is FlagState.NEW else flag.state
    return replace(flag, state=state, shared_at=flag.shared_at or record.at)


def _undo_last_decision(flag: Flag, record: DecisionRecord) -> Flag:
    """Undo the last word: the sharing, or one step of the decisions, whichever is later."""
    shared = flag.shared_at
    if shared and (flag.is_undecided or flag.ruled_at is None or shared >= flag.ruled_at):
        return replace(flag, shared_at=None)
    if flag.state not in PREVIOUS_STATE:
        reason = "There is no decision on this flag to undo."
        raise InputError(reason)
    back = get_previous_state(flag.kind, flag.state)
    ruled_at = None if back is FlagState.OPEN else record.at
    return replace(flag, state=back, ruled_at=ruled_at, harmless_until=None)


def _apply_state_change(flag: Flag, record: DecisionRecord) -> Flag:
    decision = record.decision
    if decision not in ALLOWED_DECISIONS[flag.kind]:
        reason = f"A flag of kind {flag.kind} cannot be marked {decision}."
        raise InputError(reason)
    state = RESULTING_STATE[decision]
    here = FlagState.OPEN if flag.state is FlagState.NEW else flag.state
    if get_previous_state(flag.kind, state) is not here:
        reason = (
            f"A flag that is {here} cannot be marked {decision}; reopen it, or decide step by step."
        )
        raise InputError(reason)
    until = record.until if state is FlagState.HARMLESS else None
    if record.until and (until is None or until <= record.at):
        reason = "Only a decision of harmless can have an end date, and it must be in the future."
        raise InputError(reason)
    return replace(flag, state=state, ruled_at=record.at, harmless_until=until)


def _restart_flag(flag: Flag, state: FlagState, at: datetime) -> Flag:
    # No one was notified of this yet, and what was shared was something else.
    return replace(
        flag,
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


def rank_decision(word: Decision | FlagState | None) -> int:
    return len(_STRONGEST_FIRST) if word is None else _STRONGEST_FIRST.index(word)
