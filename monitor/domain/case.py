"""A case, and what follows from people's answers and actions.

How a case moves: by entries in its log, by what happens to its finding, and by time. Which of two
cases stays when two findings turn out to be one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from itertools import takewhile
from typing import TYPE_CHECKING, Protocol

from monitor.domain.case_log import (
    CONFIRMATIONS,
    DISMISSALS,
    SENT_LEVERS,
    SENT_OUT,
    SHARING,
    UNSPOKEN,
    DecisionRecord,
    drop_undone,
    is_confirmation,
    is_lever,
    list_next_levers,
    list_undoable,
    read_verdict,
)
from monitor.domain.errors import InputError, NotPermittedError
from monitor.domain.reason import Listed, Reason
from monitor.domain.severity import EXPOSURE_SEVERITY, rate_exposure
from monitor.domain.snapshot_diff import list_material_changes
from monitor.domain.vocabulary import (
    CaseKind,
    CaseState,
    ContactKind,
    Decision,
    EventKind,
    Means,
    Severity,
    Side,
    rank_case,
)
from scrapers.models import Trace

if TYPE_CHECKING:
    from monitor.domain.finding_events import Event


class FlaggedFindings(StrEnum):
    """Whether findings with a case are shown; on the command line they never are."""

    SHOWN = "shown"
    LEFT_OUT = "left-out"


@dataclass(frozen=True, kw_only=True)
class Case:
    """What was found, and one log; all else about it follows from these and the time.

    Reasons are ids with facts, weakest last. `relation` tells cases of one kind and finding apart.
    It is which contacts of an account look like students, or which contact details are exposed: no
    two cases of a finding list the same kind of those.

    `notified_at` is when the mail server accepted the notice to the person, None before; then
    `bounced_at` is when it came back. `gone_at` is when it proved to be shown no longer, or an own
    account to show its owner again; None before. A case that begins again at `opened_at` leaves
    the first `past` entries of its log behind; what was done against it before it came back is
    among the first `back`. `is_checkable` tells whether any source reads its own address,
    `is_intimate` whether that is on a site for adults or for dating.

    What stands of its log is worked out once: what each answer would change asks for it hundreds
    of times. So it has no slots.
    """

    id: str
    person_id: str
    finding_id: str
    kind: CaseKind
    severity: Severity
    opened_at: datetime
    reasons: tuple[Reason, ...]
    lowered_by: tuple[Reason, ...] = ()
    relation: str = ""
    notified_at: datetime | None = None
    bounced_at: datetime | None = None
    gone_at: datetime | None = None
    is_checkable: bool = True
    is_intimate: bool = False
    log: tuple[DecisionRecord, ...] = ()
    past: int = 0
    back: int = 0

    @cached_property
    def entries(self) -> tuple[DecisionRecord, ...]:
        """Return what was said, done and shared since it was opened, or began again.

        An undo is as if what it undid had never been.
        """
        return drop_undone(self.log[self.past :], self.back - self.past)

    @cached_property
    def undoable(self) -> tuple[DecisionRecord, ...]:
        """Return what may be undone: what stands, and that IT took a report back."""
        lost = [entry for entry in self.log[: self.back] if is_lever(entry.decision)]
        kept = list_undoable(self.entries)
        return tuple(entry for entry in kept if not any(entry is gone for gone in lost))

    @cached_property
    def standing(self) -> tuple[DecisionRecord, ...]:
        """Return the words and levers that count: not taken back, and not before it came back."""
        return tuple(entry for entry in self.undoable if entry.decision not in UNSPOKEN)

    def get_side(self, entry: DecisionRecord) -> Side:
        return Side.PERSON if entry.by == self.person_id else Side.IT

    def get_last_entry(self, side: Side) -> DecisionRecord | None:
        """Return what this side takes back next; None where nothing of its own stands."""
        own = (entry for entry in reversed(self.undoable) if self.get_side(entry) is side)
        return next(own, None)

    def get_word(self, side: Side) -> DecisionRecord | None:
        """Return the last word of a side, or what it did since; None if it is silent."""
        said = [entry for entry in self.standing if self.get_side(entry) is side]
        words = [entry for entry in said if not is_lever(entry.decision)]
        # Who acts against it says that it is real, unless they have said so themselves.
        if words and is_confirmation(self.kind, words[-1].decision):
            return words[-1]
        return next(reversed(said), None)

    def get_verdict(self, side: Side) -> Decision | None:
        """Return what it is, as this side has it."""
        word = self.get_word(side)
        return read_verdict(self.kind, word) if word else None

    @property
    def last_lever(self) -> DecisionRecord | None:
        """Return what was last done against it, by whomever; it says how far help is.

        What its person calls openly made was not reported as that by who called it an imitation.
        """
        done = [entry for entry in self.standing if is_lever(entry.decision)]
        wrong = () if self.is_dismissed else map(self.list_mistaken_reports, Side)
        mistaken = {entry for reports in wrong for entry in reports}
        return next((entry for entry in reversed(done) if entry not in mistaken), None)

    @property
    def is_locked_out(self) -> bool:
        """Tell whether its person said last that they cannot get in, whatever IT did since."""
        own = self.get_last_entry(Side.PERSON)
        return own is not None and own.decision is Decision.LOCKED_OUT

    @property
    def dismissals(self) -> tuple[DecisionRecord, ...]:
        """Return by which words in a row its person last said that it needs nothing more."""
        own = [entry for entry in self.standing if self.get_side(entry) is Side.PERSON]
        last = takewhile(
            lambda entry: not is_confirmation(self.kind, read_verdict(self.kind, entry)),
            reversed(own),
        )
        return tuple(reversed(list(last)))

    @property
    def awaits_confirmation(self) -> bool:
        """Tell whether words by mailed links would alone wave away what IT says is serious."""
        words = self.dismissals
        return (
            bool(words)
            and all(word.means is Means.LINK for word in words)
            and self.severity is Severity.HIGH
            and any(
                is_confirmation(self.kind, read_verdict(self.kind, entry))
                for entry in self.entries
                if self.get_side(entry) is Side.IT
            )
        )

    @property
    def is_dismissed(self) -> bool:
        """Tell whether its person says that it needs nothing more."""
        return bool(self.dismissals) and not self.awaits_confirmation

    @property
    def denial(self) -> DecisionRecord | None:
        """Return by which word its person last said that it pretends nothing; None without one.

        What others made openly pretends nothing. What is real and left as it is does.
        """
        word = self.get_word(Side.PERSON)
        if word is None or self.kind not in OWNERSHIP_CASES:
            return None
        is_nothing = self.is_dismissed and not self.is_left_as_it_is
        return word if is_nothing or self.nature is CaseKind.MOCK_ACCOUNT else None

    def find_report(self, side: Side) -> DecisionRecord | None:
        """Return the last report of a side that nobody took back; None where there is none."""
        reports = (entry for entry in reversed(self.standing) if entry.decision in SENT_LEVERS)
        return next((entry for entry in reports if self.get_side(entry) is side), None)

    def find_mistaken_report(self, side: Side) -> DecisionRecord | None:
        """Return the last report of a side of what their person says pretends nothing."""
        return next(reversed(self.list_mistaken_reports(side)), None)

    def list_mistaken_reports(self, side: Side) -> tuple[DecisionRecord, ...]:
        """Return a side's reports, and messages, of what their person says pretends nothing.

        Who reported what others made openly as just that claimed nothing else.
        """
        if self.denial is None:
            return ()
        # To undo that one reported it calls nothing back: the platform still has the report.
        since = self.log[max(self.past, self.back) :] if side is Side.PERSON else self.undoable
        reports = (entry for entry in since if entry.decision in SENT_OUT)
        return tuple(
            entry
            for entry in reports
            if self.get_side(entry) is side
            and (self.is_dismissed or self._get_nature_before(entry) is CaseKind.IMPERSONATION)
        )

    def _get_nature_before(self, entry: DecisionRecord) -> CaseKind:
        return replace(self, log=self.log[: self.log.index(entry)]).nature

    @property
    def report_taken_back_at(self) -> datetime | None:
        """Return when IT took its report of what pretends nothing back; None where it did not."""
        if self.denial is None or self.find_mistaken_report(Side.IT):
            return None
        times = (one.at for one in self.undoable if one.decision is Decision.TAKEN_BACK)
        return max(times, default=None)

    @property
    def upheld(self) -> DecisionRecord | None:
        """Return by which word IT leaves a report of what its person says pretends nothing.

        Their own word stays. None where nobody in IT said so since.
        """
        word, standing, denial = self.get_word(Side.IT), self.standing, self.denial
        if word is None or denial is None or not self.find_mistaken_report(Side.IT):
            return None
        is_after = not is_lever(word.decision) and standing.index(word) > standing.index(denial)
        return word if is_after and is_confirmation(self.kind, word.decision) else None

    @property
    def sent_by_mistake(self) -> tuple[DecisionRecord, ...]:
        """Return what one in IT sent that is a mistake by the word of its person, the last at last.

        A report IT may leave instead; a message not.
        """
        left = SENT_LEVERS if self.upheld else frozenset()
        sent = [one for one in self.list_mistaken_reports(Side.IT) if one.decision not in left]
        return tuple(one for one in sent if one.by == sent[-1].by)

    @property
    def report_to_take_back(self) -> DecisionRecord | None:
        """Return IT's last report or message that is a mistake, until IT answers that."""
        return next(reversed(self.sent_by_mistake), None)

    def find_senders_of_mistakes(self) -> frozenset[str]:
        """Return who in IT has to take back what they sent of it, or did."""
        if self.denial is None:
            return frozenset()
        first = self.dismissals[0] if self.is_dismissed else self.denial
        since = self.undoable[self.undoable.index(first) :]
        back = (one for one in since if one.decision is Decision.TAKEN_BACK)
        return frozenset(one.by for one in (*self.list_mistaken_reports(Side.IT), *back))

    @property
    def is_own(self) -> bool:
        """Tell whether its person says that it is theirs, so that IT reads no more of it."""
        return self.is_dismissed and self.get_verdict(Side.PERSON) is Decision.MINE

    @property
    def is_left_as_it_is(self) -> bool:
        """Tell whether its person said that it is real, and then that it may stay as it is."""
        own = [entry for entry in self.standing if self.get_side(entry) is Side.PERSON]
        real = any(is_confirmation(self.kind, read_verdict(self.kind, entry)) for entry in own)
        return real and self.get_verdict(Side.PERSON) is Decision.HARMLESS

    @property
    def known_since(self) -> datetime | None:
        """Return when its person was told of it, or else first spoke of it; None before both.

        What they said before it began again, or came back, is no earlier than that. Who undoes what
        they said still knows of it.
        """
        said = self.log[self.past :]
        own = (entry.at for entry in said if self.get_side(entry) is Side.PERSON)
        spoke = min(own, default=None)
        return self.notified_at or (spoke and max(spoke, self.opened_at))

    @property
    def is_undecided(self) -> bool:
        """Tell whether its person has yet to say what it is; no word of IT's answers for them."""
        silent = self.get_verdict(Side.PERSON) is None or self.awaits_confirmation
        return silent and self.gone_at is None

    @property
    def is_doubted(self) -> bool:
        """Tell whether IT says that it needs nothing, or pretends nothing.

        It reports nothing against its own word; what others made openly is its person's to report.
        """
        verdict = self.get_verdict(Side.IT)
        if verdict is Decision.MOCK and self.nature is CaseKind.IMPERSONATION:
            return True
        return verdict is not None and not is_confirmation(self.kind, verdict)

    @property
    def is_pursued(self) -> bool:
        """Tell whether its person, or IT while they are silent, says that others made it."""
        verdict = self.get_verdict(Side.PERSON) or self.get_verdict(Side.IT)
        return verdict in {Decision.IMPERSONATION, Decision.MOCK}

    @property
    def nature(self) -> CaseKind:
        """Return its kind, as its person sees it: an imitation, or made by others about them."""
        if self.kind not in OWNERSHIP_CASES:
            return self.kind
        return CASE_OF_DECISION.get(self.get_verdict(Side.PERSON) or Decision.HARMLESS, self.kind)

    @property
    def state(self) -> CaseState:
        """Return its status: what its person says of it, and how far help is."""
        verdict, lever = self.get_verdict(Side.PERSON), self.last_lever
        if self.gone_at:
            own = self.kind is CaseKind.OWN_ACCOUNT_CHANGED
            return CaseState.RESTORED if own else CaseState.GONE
        if verdict and self.is_dismissed:
            return CaseState.HARMLESS if verdict is Decision.UNRELATED else CaseState(verdict)
        if self.is_locked_out:
            return CaseState.LOCKED_OUT
        if lever:
            return CaseState(lever.decision)
        if verdict and not self.awaits_confirmation:
            return CaseState(verdict)
        was_touched = self.notified_at or self.bounced_at or self.log
        return CaseState.OPEN if was_touched else CaseState.NEW

    @property
    def revision(self) -> str:
        """Return what tells whether anything was said or done since somebody read it."""
        return f"{self.state}.{len(self.log)}"

    @property
    def shared_at(self) -> datetime | None:
        """Return since when its person shares it; None while they do not."""
        gates = [entry for entry in self.entries if entry.decision in SHARING]
        return gates[-1].at if gates and gates[-1].decision is Decision.SHARED else None

    def has_spoken_since(self, at: datetime) -> bool:
        """Tell whether its person said, did or shared anything since, and did not take it back."""
        times = (entry.at for entry in self.standing if self.get_side(entry) is Side.PERSON)
        return any(said and said >= at for said in (*times, self.shared_at))

    @property
    def ruled_at(self) -> datetime | None:
        """Return when its status last changed by a word, a lever or proof; None if never."""
        times = [
            entry.at
            for entry in self.standing
            if is_lever(entry.decision) or self.get_side(entry) is Side.PERSON
        ]
        return self.gone_at or max(times, default=None)

    @property
    def harmless_until(self) -> datetime | None:
        word = self.get_word(Side.PERSON)
        return word.until if word else None

    @property
    def contact_kinds(self) -> tuple[ContactKind, ...]:
        """Return the kinds of contact details that it is about, the worst first."""
        if self.kind not in CONTACT_CASES:
            return ()
        return tuple(map(ContactKind, self.relation.split()))

    @property
    def awaits_clearing(self) -> bool:
        """Tell whether proof that the details are gone would end or change it."""
        return bool(self.contact_kinds) and self.awaits_proof

    @property
    def awaits_proof(self) -> bool:
        """Tell whether proof that it is gone would end it; of one's own accounts it is no end."""
        provable = self.kind in PROVABLE_CASES
        return provable and self.gone_at is None and not self.is_dismissed


def join_contact_kinds(kinds: Iterable[ContactKind]) -> str:
    """Write the kinds as `Case.relation` has them, each once."""
    listed = set(kinds)
    return " ".join(kind for kind in EXPOSURE_SEVERITY if kind in listed)


def name_contacts(kinds: Iterable[ContactKind]) -> Listed:
    """Return what a reason says of the kinds: "a phone number and a street address"."""
    return Listed(tuple(Reason(f"contact.{kind}") for kind in kinds))


def exclude_contact_kinds(case: Case, kinds: Iterable[str]) -> Case | None:
    """Return it without these kinds; None if none is left, unless the page is harmful as well."""
    left = [kind for kind in case.contact_kinds if kind not in set(kinds)]
    if case.kind is CaseKind.HARMFUL_PAGE:
        return replace(case, relation=join_contact_kinds(left))
    if not left:
        return None
    return replace(case, relation=join_contact_kinds(left), severity=rate_exposure(left))


def list_watched_exposures(cases: Iterable[Case]) -> frozenset[str]:
    """Return the kinds of exposed contact details whose end would close or change a case."""
    return frozenset(kind for case in cases if case.awaits_clearing for kind in case.contact_kinds)


class RankedCase(Protocol):
    """A case, or what a reader sees of one."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> CaseKind: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def opened_at(self) -> datetime: ...


def build_urgency_key(case: RankedCase) -> tuple[bool, int, datetime, str]:
    """Return a sort key: by kind and severity, among equals the oldest first."""
    return *rank_case(case.kind, case.severity), case.opened_at, case.id


def close_if_restored(case: Case, before: Iterable[Trace], event: "Event", after: Trace) -> Case:
    """End the case of an account that was taken over once it shows its owner as before.

    What `before` showed of name, username and picture is the owner's. While its person has not
    said that it was taken over, it is theirs to say what happened.
    """
    own = case.kind is CaseKind.OWN_ACCOUNT_CHANGED and case.is_pursued and case.gone_at is None
    shown = event.kind is not EventKind.VANISHED
    faces = (_FACE.isdisjoint(list_material_changes(trace, after)) for trace in before)
    return replace(case, gone_at=event.at) if own and shown and any(faces) else case


_FACE = frozenset({"name", "handle", "picture_hash"})


# The cases that ask whose an account is, by the answer that confirms them.
CASE_OF_DECISION: Mapping[Decision, CaseKind] = {
    Decision.IMPERSONATION: CaseKind.IMPERSONATION,
    Decision.MOCK: CaseKind.MOCK_ACCOUNT,
}
OWNERSHIP_CASES = frozenset(CASE_OF_DECISION.values())
# What others made, and a platform or host can take down.
MADE_BY_OTHERS = OWNERSHIP_CASES | {CaseKind.HARMFUL_PAGE}
PROVABLE_CASES = MADE_BY_OTHERS | {CaseKind.EXPOSED_CONTACT}
# A harmful page may show contact details as well: it is one page, and one case.
CONTACT_CASES = frozenset({CaseKind.EXPOSED_CONTACT, CaseKind.HARMFUL_PAGE})


def foresee_decision(
    case: Case, decision: Decision, by: str, at: datetime, means: Means = Means.PAGE
) -> Case:
    """Return the case as it would be once somebody says or does this; raises as the deed would."""
    record = DecisionRecord(case_id=case.id, decision=decision, by=by, at=at, means=means)
    return apply_decision(case, record)


def apply_decision(case: Case, record: DecisionRecord) -> Case:
    """Return the case with one more entry in its log.

    Raises InputError for an entry that does not fit, NotPermittedError if this side may not make
    it.
    """
    if record.case_id != case.id:
        reason = "This decision is about another case."
        raise InputError(reason)
    if record.decision in SHARING:
        _check_sharing(case, record)
    elif record.decision is Decision.REOPENED:
        own = [entry for entry in case.undoable if entry.by == record.by]
        if not own:
            reason = "There is no decision on this case to undo."
            raise InputError(reason)
        if own[-1].decision is Decision.RECOVERED and own[-1].at == case.gone_at:
            # That word ended it, so it goes on without.
            case = replace(case, gone_at=None)
    elif record.decision is Decision.TAKEN_BACK:
        _check_taken_back(case, record)
    elif record.decision is Decision.TOLD:
        _check_told(case, record)
    elif record.decision not in list_possible_decisions(case):
        reason = (
            f"A case of kind {case.kind} that is {case.state} cannot be marked {record.decision}."
        )
        raise InputError(reason)
    if record.until and (record.decision is not Decision.HARMLESS or record.until <= record.at):
        reason = "Only a decision of harmless can have an end date, and it must be in the future."
        raise InputError(reason)
    return replace(case, log=(*case.log, record))


def list_possible_decisions(case: Case) -> frozenset[Decision]:
    """Return what can be said or done now: any word that fits the kind, and the next levers."""
    words = frozenset({*CONFIRMATIONS[case.kind], *DISMISSALS[case.kind]})
    if case.is_dismissed or case.gone_at:
        return words
    last = case.get_last_entry(Side.PERSON) if case.is_locked_out else case.last_lever
    return words | list_next_levers(case.kind, last)


def mark_notified(case: Case, at: datetime) -> Case:
    """Note that the mail server accepted the first email that tells the person of this case."""
    return replace(case, notified_at=case.notified_at or at, bounced_at=None)


def mark_notice_bounced(case: Case, at: datetime) -> Case:
    """Note that the email did not arrive after all, so no one was notified."""
    return replace(case, notified_at=None, bounced_at=at)


def reopen_on_event(case: Case, event: "Event") -> Case:
    """Begin again what an event of its own finding unsettles; else return the case as it is."""
    if (event.person_id, event.finding_id) != (case.person_id, case.finding_id):
        return case
    if case.kind is CaseKind.OWN_ACCOUNT_CHANGED:
        lost = case.state is CaseState.GIVEN_UP
        settled = case.gone_at or lost or case.state in {CaseState.MINE, CaseState.HARMLESS}
        # What was given up may well be deleted; that it is back is news.
        again = {EventKind.CHANGED, EventKind.REAPPEARED if lost else EventKind.VANISHED}
        return restart_case(case, event.at) if settled and event.kind in again else case
    if event.kind is EventKind.REAPPEARED:
        if case.kind in MADE_BY_OTHERS and case.state in {CaseState.REMOVED, CaseState.GONE}:
            return resume_case(case, event.at)
        return restart_case(case, event.at) if case.state is CaseState.REMOVAL_DONE else case
    # What an own account says of itself has no bearing on whom it is linked with.
    quiet = case.state in {CaseState.HARMLESS, CaseState.NAMESAKE}
    if case.kind is not CaseKind.STUDENT_LINK and quiet and event.kind is EventKind.CHANGED:
        return restart_case(case, event.at)
    return case


def close_on_event(case: Case, event: "Event") -> Case:
    """Close what an event of the case's own finding proves to be shown no longer; else return it.

    If only some of the contact details are gone, the case goes on about the others.
    """
    own = (event.person_id, event.finding_id) == (case.person_id, case.finding_id)
    if not (own and case.awaits_proof):
        return case
    left: Case | None = case
    if event.kind is EventKind.VANISHED:
        left = None
    elif event.kind is EventKind.CLEARED and not set(event.fields).isdisjoint(case.contact_kinds):
        left = exclude_contact_kinds(case, event.fields)
    return left or replace(case, gone_at=event.at)


def reopen_if_gone(case: Case, at: datetime) -> Case:
    """Begin again where what was gone is back; else return the case as it is."""
    if case.gone_at is None:
        return case
    return resume_case(case, at) if case.kind in MADE_BY_OTHERS else restart_case(case, at)


def restart_case(case: Case, at: datetime) -> Case:
    """Begin again: no one was notified of this, and earlier words and shares no longer count."""
    return replace(resume_case(case, at), past=len(case.log))


def resume_case(case: Case, at: datetime) -> Case:
    """Go on with what is back, or never left: what was said stands, what was done did not help."""
    return replace(
        case,
        opened_at=at,
        notified_at=None,
        bounced_at=None,
        gone_at=None,
        back=len(case.log),
    )


def reopen_if_lapsed(case: Case, now: datetime) -> Case:
    """Begin again where a decision of harmless has run out; else return the case as it is."""
    until = case.harmless_until
    return case if until is None or now < until else restart_case(case, now)


def join_logs(whole: Case, part: Case) -> Case:
    """Return the case with the log of one that has become one with it; its own words are last."""
    past = sorted((*part.log[: part.past], *whole.log[: whole.past]), key=lambda entry: entry.at)
    log = (*past, *part.log[part.past :], *whole.log[whole.past :])
    back = len(log) - len(whole.log) + whole.back if whole.back > whole.past else 0
    return replace(
        whole,
        log=tuple(replace(entry, case_id=whole.id) for entry in log),
        past=len(past),
        back=back,
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
    "locked-out",
    "given-up",
    "recovered",
    "removal-done",
    "removal-asked",
    "mine",
    "namesake",
    "unrelated",
    "harmless",
    "shared",
    "unshared",
    "reopened",
    "told",
    "taken-back",
    "open",
    "new",
    "gone",
    "restored",
)


def _check_sharing(case: Case, record: DecisionRecord) -> None:
    if record.by != case.person_id:
        reason = "Only the person a case is about can share it."
        raise NotPermittedError(reason)
    if (case.shared_at is None) is (record.decision is Decision.UNSHARED):
        reason = "It is not shared." if record.decision is Decision.UNSHARED else "It is shared."
        raise InputError(reason)


def _check_taken_back(case: Case, record: DecisionRecord) -> None:
    if case.get_side(record) is Side.PERSON:
        reason = "Only IT can take its report back."
        raise NotPermittedError(reason)
    report = case.find_mistaken_report(Side.IT)
    if report is None or report.by != (record.whose or record.by):
        reason = "There is no such report to take back."
        raise InputError(reason)


def _check_told(case: Case, record: DecisionRecord) -> None:
    real = case.get_verdict(Side.PERSON) is Decision.IMPERSONATION
    if not real or case.kind not in OWNERSHIP_CASES or case.get_side(record) is Side.PERSON:
        reason = "IT tells others only of an account of which its person says that it is a fake."
        raise InputError(reason)


def rank_decision(word: Decision | CaseState | None) -> int:
    return len(_STRONGEST_FIRST) if word is None else _STRONGEST_FIRST.index(word)
