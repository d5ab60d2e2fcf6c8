"""Who sees a case, and when: one table, and nothing else opens anything to anyone.

What takes two reviewers, each in their own session: one proposes and another confirms. They open a
case early for a while, or place or lift a legal hold. The person is notified at once. Figures about
staff are shown only if they cover enough people to hide each one.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.domain.case import Case, DecisionRecord
from monitor.domain.consent import Consent
from monitor.domain.errors import ConfigError, InputError, NotPermittedError
from monitor.domain.finding import Finding
from monitor.domain.person import Person
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import (
    CaseKind,
    CaseState,
    Decision,
    HoldAction,
    OpeningReason,
    Severity,
)
from scrapers.models import QueryKind

MIN_REVIEWERS = 2
CONFIRM_WITHIN = timedelta(days=1)
BREAK_GLASS_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakGlass:
    """Two reviewers' decision to look at one case before it opens.

    `until` is when the opening is over, None for a single look.
    """

    case_id: str
    reviewers: frozenset[str]
    reason: str
    at: datetime
    until: datetime | None = None

    def __post_init__(self) -> None:
        reviewers = {reviewer.strip() for reviewer in self.reviewers} - {""}
        if len(reviewers) < MIN_REVIEWERS or not self.reason.strip():
            reason = "Early access takes two reviewers and a reason."
            raise InputError(reason)

    def is_in_force(self, now: datetime) -> bool:
        return self.at <= now and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakGlassProposal:
    """One reviewer's wish to open a case early.

    `second` and `broken_at` are unset until another one confirms it. Reviewers are named as the
    person will read them.
    """

    id: str
    case_id: str
    person_id: str
    first: str
    reason: str
    at: datetime
    second: str = ""
    broken_at: datetime | None = None

    def __post_init__(self) -> None:
        if not self.reason.strip():
            reason = "Early access takes a reason. The person will read it."
            raise InputError(reason)

    def is_pending(self, now: datetime) -> bool:
        return self.broken_at is None and now < self.at + CONFIRM_WITHIN

    @property
    def break_glass(self) -> BreakGlass | None:
        """Return what it opened; None while no one has confirmed it."""
        if self.broken_at is None:
            return None
        return BreakGlass(
            case_id=self.case_id,
            reviewers=frozenset({self.first, self.second}),
            reason=self.reason,
            at=self.broken_at,
            until=self.broken_at + BREAK_GLASS_FOR,
        )

    def confirm_proposal(self, reviewer: str, now: datetime) -> "BreakGlassProposal":
        """Open it. Raises NotPermittedError for the first reviewer, and when it is too late."""
        check_two_reviewers(self.first, reviewer, waits=self.is_pending(now))
        return replace(self, second=reviewer, broken_at=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldProposal:
    """One reviewer's wish to place or lift a legal hold; nothing is done until another confirms.

    `first` is their address, as the person will read it.
    """

    id: str
    person_id: str
    step: HoldAction
    first: str
    reason: str
    at: datetime

    def __post_init__(self) -> None:
        if not self.reason.strip():
            sentence = "A legal hold takes a reason. The person will read it."
            raise InputError(sentence)

    def is_pending(self, now: datetime) -> bool:
        return now < self.at + CONFIRM_WITHIN

    def check_second_reviewer(self, reviewer: str, now: datetime) -> None:
        """Raise NotPermittedError where this reviewer cannot confirm it, or it is too late."""
        check_two_reviewers(self.first, reviewer, waits=self.is_pending(now))


def check_two_reviewers(first: str, second: str, *, waits: bool) -> None:
    """Raise NotPermittedError for the reviewer who proposed it, and when it is too late."""
    if second.strip().casefold() == first.strip().casefold():
        reason = "Another reviewer must confirm it. This takes two people."
        raise NotPermittedError(reason)
    if not waits:
        reason = (
            "This request has expired because it was not confirmed within one day. Send a new one."
        )
        raise NotPermittedError(reason)


ANSWER_WITHIN = timedelta(days=7)
MIN_STUDENT_LINK_DAYS = 14


class NoticeTiming(StrEnum):
    """AT_ONCE needs no digest: the person finds it, or is written to, the same day."""

    AT_ONCE = "at-once"
    IN_DIGEST = "in-digest"


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureRule:
    """`at_once` are the severities that the person hears of before the digest."""

    at_once: frozenset[Severity] = frozenset()
    opened_by: frozenset[OpeningReason]


DISCLOSURE_RULES: Mapping[CaseKind, DisclosureRule] = {
    CaseKind.IMPERSONATION: DisclosureRule(
        at_once=frozenset(Severity),
        opened_by=frozenset(
            {OpeningReason.SHARED, OpeningReason.CONFIRMED, OpeningReason.UNANSWERED}
        ),
    ),
    CaseKind.OWN_ACCOUNT_CHANGED: DisclosureRule(
        at_once=frozenset({Severity.HIGH}), opened_by=frozenset({OpeningReason.SHARED})
    ),
    CaseKind.EXPOSED_CONTACT: DisclosureRule(opened_by=frozenset({OpeningReason.SHARED})),
    # Who is mocked decides alone whether anyone else hears of it.
    CaseKind.MOCK_ACCOUNT: DisclosureRule(
        at_once=frozenset(Severity), opened_by=frozenset({OpeningReason.SHARED})
    ),
    CaseKind.STUDENT_LINK: DisclosureRule(
        opened_by=frozenset({OpeningReason.SHARED, OpeningReason.COUNSEL})
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosurePolicy:
    """What a district decided. `student_link_days` is None where student links never open.

    `told_in` holds the hashes of the consent texts that tell of these days: for anyone who
    agreed to another text they do not count.
    """

    student_link_days: int | None = None
    counsel: str = ""
    counsel_approved_on: str = ""
    told_in: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.student_link_days is None:
            return
        if self.student_link_days < MIN_STUDENT_LINK_DAYS:
            reason = f"Student links open after {MIN_STUDENT_LINK_DAYS} days at the earliest."
            raise ConfigError(reason)
        if not (self.counsel.strip() and self.counsel_approved_on.strip()):
            reason = "Student links open only with the name of counsel and the date of approval."
            raise ConfigError(reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureInput:
    """A case with all that bears on who may see it."""

    case: Case
    consent: Consent
    decisions: tuple[DecisionRecord, ...] = ()
    glass: tuple[BreakGlass, ...] = ()

    @property
    def history(self) -> "CaseHistory":
        return CaseHistory(case=self.case, decisions=self.decisions)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseHistory:
    """A case and what was said of it."""

    case: Case
    decisions: tuple[DecisionRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningForecast:
    """When a case opens to IT by its history alone, while its person's consent is in force.

    `since` is None if its history does not open it, `counted_from` if a district's days for student
    links do not count.
    """

    since: datetime | None
    counted_from: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewOpening:
    at: datetime
    reason: OpeningReason


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFields:
    """All that IT ever sees of a case: a closed list, without a word from the web.

    `given` is what the reasons call the person.
    """

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
    given: str
    reasons: tuple[Reason, ...]
    decision: Decision | None


def get_notice_timing(case: Case) -> NoticeTiming:
    at_once = case.severity in DISCLOSURE_RULES[case.kind].at_once
    return NoticeTiming.AT_ONCE if at_once else NoticeTiming.IN_DIGEST


def needs_immediate_notice(case: Case) -> bool:
    """Tell whether the person gets an email at once, not only a place to look."""
    return case.severity is Severity.HIGH and get_notice_timing(case) is NoticeTiming.AT_ONCE


def compute_review_opening(
    inputs: DisclosureInput, now: datetime, policy: DisclosurePolicy
) -> ReviewOpening | None:
    """Return since when and why IT may see a case; None while it may not.

    Nothing opens, or stays open, without a consent in force, and time opens nothing during a pause.
    """
    if inputs.consent.person_id != inputs.case.person_id or not inputs.consent.is_active(now):
        return None
    openings = [opening for opening in _list_openings(inputs, policy, now) if opening.at <= now]
    return min(openings, key=lambda opening: (opening.at, opening.reason), default=None)


def build_review_fields(
    person: Person, finding: Finding, inputs: DisclosureInput, opening: ReviewOpening
) -> ReviewFields:
    """Return what IT sees of a case, which takes the opening that allows it."""
    case = inputs.case
    if (person.id, finding.id, finding.person_id) != (
        case.person_id,
        case.finding_id,
        case.person_id,
    ):
        reason = "This case is about another person or another finding."
        raise InputError(reason)
    if opening.reason not in {*DISCLOSURE_RULES[case.kind].opened_by, OpeningReason.BREAK_GLASS}:
        reason = f"A case of kind {case.kind} is not opened by {opening.reason}."
        raise InputError(reason)
    return ReviewFields(
        name=person.name.full_name,
        school=person.school,
        kind=case.kind,
        severity=case.severity,
        platform=finding.portrait.platform,
        url=finding.portrait.url,
        state=case.state,
        opened_at=case.opened_at,
        first_seen=finding.first_seen,
        last_seen=finding.last_seen,
        given=person.name.given,
        reasons=tuple(reason.without_quotes for reason in case.reasons),
        decision=get_own_decision(inputs),
    )


def get_own_decision(inputs: DisclosureInput) -> Decision | None:
    """Return the person's own answer about a case, None if there is none."""
    current = _list_current_decisions(inputs.history)
    said = [decision.decision for decision in current if decision.decision is not Decision.SHARED]
    return said[-1] if said else None


def forecast_opening(history: CaseHistory) -> OpeningForecast:
    """Return what can be said of a case ahead of time, so that a long queue need not ask each."""
    keys = DISCLOSURE_RULES[history.case.kind].opened_by
    opened = [found(history) for key, found in _OPENED.items() if key in keys]
    counted = _get_count_start(history) if OpeningReason.COUNSEL in keys else None
    since = min((at for at in opened if at is not None), default=None)
    return OpeningForecast(since=since, counted_from=counted)


def _list_openings(
    inputs: DisclosureInput, policy: DisclosurePolicy, now: datetime
) -> Iterator[ReviewOpening]:
    keys = DISCLOSURE_RULES[inputs.case.kind].opened_by
    for key in OpeningReason:
        at = _compute_opening_time(key, inputs, policy) if key in keys else None
        if at is not None:
            yield ReviewOpening(at=at, reason=key)
    for glass in inputs.glass:
        # What was broken for an earlier life of a case does not open the next.
        of_this_life = glass.case_id == inputs.case.id and glass.at >= inputs.case.opened_at
        if of_this_life and glass.is_in_force(now):
            yield ReviewOpening(at=glass.at, reason=OpeningReason.BREAK_GLASS)


def _compute_opening_time(
    key: OpeningReason, inputs: DisclosureInput, policy: DisclosurePolicy
) -> datetime | None:
    if key is OpeningReason.UNANSWERED:
        return _delay_by_pause(inputs.consent, _get_unanswered_time(inputs.history), ANSWER_WITHIN)
    if key is not OpeningReason.COUNSEL:
        return _OPENED[key](inputs.history)
    days = policy.student_link_days
    if days is None or inputs.consent.text_hash not in policy.told_in:
        return None
    counted = _get_count_start(inputs.history)
    span = timedelta(days=days)
    return _delay_by_pause(inputs.consent, counted and counted + span, span)


def _delay_by_pause(consent: Consent, at: datetime | None, span: timedelta) -> datetime | None:
    """Delay what opens by time: no time limit runs while its person has paused."""
    return at and at + consent.compute_paused_time(at - span, at)


def _get_confirmed_time(history: CaseHistory) -> datetime | None:
    if not history.case.is_pursued:
        return None
    said = [
        decision.at
        for decision in _list_current_decisions(history)
        if decision.decision is Decision.IMPERSONATION
    ]
    return min(said, default=None)


def _get_unanswered_time(history: CaseHistory) -> datetime | None:
    """Any word of the person's is an answer, even one that was taken back."""
    case = history.case
    answered = any(decision.at >= case.opened_at for decision in _list_own_decisions(history))
    if case.severity is not Severity.HIGH or not case.is_undecided or answered:
        return None
    return case.notified_at and case.notified_at + ANSWER_WITHIN


def _get_count_start(history: CaseHistory) -> datetime | None:
    """Count from the email, or from when the person last took a word back, to think again.

    Whom an account follows is its own doing, and a district may have rules for that. Who follows
    it is not, and is for no one else to know.
    """
    case = history.case
    if case.relation != QueryKind.FOLLOWS:
        return None
    if not case.is_undecided and case.state is not CaseState.STUDENT_LINK:
        return None
    taken_back = (
        decision.at
        for decision in _list_own_decisions(history)
        if decision.decision is Decision.REOPENED
    )
    return case.notified_at and max((case.notified_at, *taken_back))


_OPENED: Mapping[OpeningReason, Callable[[CaseHistory], datetime | None]] = {
    OpeningReason.SHARED: lambda history: history.case.shared_at,
    OpeningReason.CONFIRMED: _get_confirmed_time,
    OpeningReason.UNANSWERED: _get_unanswered_time,
}


def _list_own_decisions(history: CaseHistory) -> Iterator[DecisionRecord]:
    case = history.case
    return (
        decision
        for decision in history.decisions
        if (decision.case_id, decision.by) == (case.id, case.person_id)
    )


def _list_current_decisions(history: CaseHistory) -> list[DecisionRecord]:
    """Return what the person said and did not take back; taking back is of the last word."""
    stand: list[DecisionRecord] = []
    for decision in _list_own_decisions(history):
        if decision.decision is not Decision.REOPENED:
            stand.append(decision)
        elif stand:
            stand.pop()
    return stand


# Fewer people than this in one figure, and it is not shown.
MIN_PEOPLE_SHOWN = 5
# In a smaller district any figure would say something of someone.
MIN_DISTRICT_SIZE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportableCount:
    """How often something was, and about how many people."""

    number: int = 0
    people: int = 0

    @property
    def visible_number(self) -> int | None:
        """Return the number; None if it covers so few people that it would show who."""
        return self.number if self.people == 0 or self.people >= MIN_PEOPLE_SHOWN else None


def is_large_enough(enrolled: int) -> bool:
    return enrolled >= MIN_DISTRICT_SIZE
