"""Who sees a case, and when: one table, and nothing else opens anything to anyone.

What takes two reviewers, each in their own session: one proposes and another confirms. They open a
case early for a while, or place or lift a legal hold. The person is notified at once. Figures about
staff are shown only if they cover enough people to hide each one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.domain.case import Case
from monitor.domain.case_end import (
    ANSWER_WITHIN,
    Countdown,
    find_end,
    find_lapse,
    find_stops,
    list_fixed_ends,
)
from monitor.domain.case_log import SHARING, UNSPOKEN, DecisionRecord, is_lever
from monitor.domain.consent import Consent
from monitor.domain.errors import ConfigError
from monitor.domain.two_reviewers import EarlyAccess
from monitor.domain.vocabulary import CaseKind, Decision, OpeningReason, Severity, Side
from scrapers.models import QueryKind

KEPT_AFTER_END = timedelta(days=7)
MIN_STUDENT_LINK_DAYS = 14


class NoticeTiming(StrEnum):
    """AT_ONCE does not wait for a digest: the person finds it, or gets an email, the same day."""

    AT_ONCE = "at-once"
    IN_DIGEST = "in-digest"


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureRule:
    """`at_once` are the severities that the person is told about before the digest."""

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
    # Nor is what is written about someone ever opened by time.
    CaseKind.HARMFUL_PAGE: DisclosureRule(
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
    """A case with all that bears on who may see it.

    `has_reviewer` says whether IT has anybody who may look at what is about its person, who keeps
    one of them out, at most: empty for none.
    """

    case: Case
    consent: Consent
    glass: tuple[EarlyAccess, ...] = ()
    has_reviewer: bool = True
    barred_reviewer_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerHold:
    """What keeps a case open to one reviewer: what they said and did, first and last.

    By `is_of_report`, they see where it is, to take back what they sent, and nothing else.
    """

    reviewer_id: str
    is_of_report: bool
    since: datetime
    last_at: datetime

    def is_in_force(self, now: datetime, ended_at: datetime | None) -> bool:
        over_at = ended_at and max(ended_at, self.last_at) + KEPT_AFTER_END
        return self.since <= now and (over_at is None or now < over_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningForecast:
    """What can be said of a case ahead of time, so that a long queue need not read each.

    All are None where there is no such thing. `since` is from when its person has it open to IT;
    `unanswered` and `counsel` are what opens it by time; `ended_at` and `lapse` are its end.
    """

    since: datetime | None
    unanswered: Countdown | None
    counsel: Countdown | None
    ended_at: datetime | None
    lapse: Countdown | None
    is_ruled_by_it: bool
    holds: tuple[ReviewerHold, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewOpening:
    at: datetime
    reason: OpeningReason


def get_notice_timing(case: Case) -> NoticeTiming:
    at_once = case.severity in DISCLOSURE_RULES[case.kind].at_once
    return NoticeTiming.AT_ONCE if at_once else NoticeTiming.IN_DIGEST


def needs_immediate_notice(case: Case) -> bool:
    """Tell whether the person gets an email at once, not only a place to look."""
    return case.severity is Severity.HIGH and get_notice_timing(case) is NoticeTiming.AT_ONCE


def compute_review_opening(
    inputs: DisclosureInput, now: datetime, policy: DisclosurePolicy, reviewer_id: str = ""
) -> ReviewOpening | None:
    """Return since when and why IT may see a case; None while it may not.

    Nothing opens, or stays open, without a consent in force or without anybody who may review it,
    and time opens nothing during a pause. What has ended can be read for a week more. Who has said
    something of it keeps it until then.
    """
    case, consent = inputs.case, inputs.consent
    if consent.person_id != case.person_id or not consent.is_active(now):
        return None
    if not inputs.has_reviewer:
        return None
    end = find_end(case, consent)
    kept = now - KEPT_AFTER_END
    openings = [
        opening
        for opening in _list_openings(inputs, policy)
        if opening.at <= now and (end is None or max(end.at, opening.at) > kept)
    ]
    openings += [
        ReviewOpening(at=glass.at, reason=OpeningReason.EARLY_ACCESS)
        for glass in _list_early_access(inputs, now)
    ]
    openings += [
        ReviewOpening(at=hold.since, reason=_KEPT_BY[hold.is_of_report])
        for hold in list_holds_in_force(inputs, now, policy)
        if hold.reviewer_id == reviewer_id
    ]
    first = min(
        openings,
        key=lambda opening: (
            opening.reason in _KEPT_BY.values(),
            opening.at,
            opening.reason,
        ),
        default=None,
    )
    return first and _find_earlier_opening(inputs, policy, first)


_KEPT_BY = {False: OpeningReason.DECIDED, True: OpeningReason.REPORT_BACK}


def _list_early_access(inputs: DisclosureInput, now: datetime) -> Iterator[EarlyAccess]:
    """Yield what is in force; what was broken for an earlier life does not open the next."""
    for glass in inputs.glass:
        of_case = glass.case_id == inputs.case.id and glass.at >= inputs.case.opened_at
        if of_case and glass.is_in_force(now):
            yield glass


def _find_earlier_opening(
    inputs: DisclosureInput, policy: DisclosurePolicy, opening: ReviewOpening
) -> ReviewOpening:
    """Return what time had opened before its person's first act kept it so; else what is given.

    Else day and reason would change under a reader as they answer.
    """
    case = inputs.case
    spoke = (entry for entry in case.entries if case.get_side(entry) is Side.PERSON)
    first = next(spoke, None)
    if first is None or opening.at != first.at or opening.reason is OpeningReason.REPORT_BACK:
        return opening
    silent = replace(case, log=case.log[: case.log.index(first, case.past)])
    timed = _list_timed_openings(replace(inputs, case=silent), policy)
    return min((opening, *timed), key=lambda one: one.at)


def forecast_time_opening(inputs: DisclosureInput, policy: DisclosurePolicy) -> datetime | None:
    """Return when it opens to IT by time alone, if its person says nothing; None for never."""
    if not inputs.has_reviewer:
        return None
    return min((opening.at for opening in _list_timed_openings(inputs, policy)), default=None)


def find_end_of_early_access(
    inputs: DisclosureInput, now: datetime, policy: DisclosurePolicy, reviewer_id: str = ""
) -> datetime | None:
    """Return when IT, or one reviewer, stops seeing it; None where more than early access opens it.

    What time opens before then goes on without a gap.
    """
    ends = (glass.until for glass in _list_early_access(inputs, now))
    until = max(filter(None, ends), default=None)
    if until is None:
        return None
    others, opens_at = replace(inputs, glass=()), forecast_time_opening(inputs, policy)
    goes_on = opens_at is not None and opens_at <= until
    if goes_on or compute_review_opening(others, now, policy, reviewer_id):
        return None
    return until


def _list_holds(case: Case) -> tuple[ReviewerHold, ...]:
    """Return who in IT said or did something of it.

    Of what its person says is theirs, who reported it keeps that report, and nobody anything else;
    so does who said nothing of it, and told others.
    """
    said: dict[str, list[DecisionRecord]] = {}
    for entry in case.entries:
        if case.get_side(entry) is Side.IT:
            said.setdefault(entry.by, []).append(entry)
    senders = case.find_senders_of_mistakes()
    holds = (
        ReviewerHold(
            reviewer_id=by,
            is_of_report=case.is_own or all(one.decision in UNSPOKEN for one in entries),
            since=min(one.at for one in entries),
            last_at=max(one.at for one in entries),
        )
        for by, entries in said.items()
    )
    return tuple(hold for hold in holds if hold.reviewer_id in senders or not hold.is_of_report)


def list_holds_in_force(
    inputs: DisclosureInput, now: datetime, policy: DisclosurePolicy
) -> tuple[ReviewerHold, ...]:
    """Return which reviewers keep it now, under a consent that tells of that."""
    if inputs.consent.text_hash not in policy.told_in:
        return ()
    end = find_end(inputs.case, inputs.consent)
    holds = _list_holds(inputs.case)
    return tuple(hold for hold in holds if hold.is_in_force(now, end.at if end else None))


def find_kept_opening(
    inputs: DisclosureInput, now: datetime, policy: DisclosurePolicy
) -> ReviewOpening | None:
    """Return since when a reviewer keeps what silence would open; None where nobody does."""
    case = inputs.case
    keys = DISCLOSURE_RULES[case.nature].opened_by
    if case.severity is not Severity.HIGH or OpeningReason.UNANSWERED not in keys:
        return None
    kept = (
        compute_review_opening(inputs, now, policy, hold.reviewer_id)
        for hold in _list_holds(case)
        if hold.reviewer_id != inputs.barred_reviewer_id
    )
    return next(filter(None, kept), None)


def forecast_opening(case: Case) -> OpeningForecast:
    """Return what a long queue needs to know of a case, without the time and the consent."""
    keys = DISCLOSURE_RULES[case.nature].opened_by
    fixed = [at for key, at in _list_own_openings(case) if key in keys]
    ended_at = min((at for at, _ in list_fixed_ends(case)), default=None)
    # What its person opens after the end is open for as long from then.
    anew = max((at for at in fixed if ended_at and at > ended_at), default=None)
    return OpeningForecast(
        since=anew or min(fixed, default=None),
        unanswered=_find_unanswered(case) if OpeningReason.UNANSWERED in keys else None,
        counsel=_find_counsel(case, timedelta(0)) if OpeningReason.COUNSEL in keys else None,
        ended_at=ended_at,
        lapse=find_lapse(case),
        is_ruled_by_it=case.get_word(Side.IT) is not None,
        holds=_list_holds(case),
    )


def _list_openings(inputs: DisclosureInput, policy: DisclosurePolicy) -> Iterator[ReviewOpening]:
    """Yield what opens it, or will; no act of IT's is in here, so that none closes it."""
    keys = DISCLOSURE_RULES[inputs.case.nature].opened_by
    for key, at in _list_own_openings(inputs.case):
        if key in keys:
            yield ReviewOpening(at=at, reason=key)
    yield from _list_timed_openings(inputs, policy)


def _list_own_openings(case: Case) -> Iterator[tuple[OpeningReason, datetime]]:
    if case.shared_at:
        yield OpeningReason.SHARED, case.shared_at
    # Who notes what the platform did has not said that it is real.
    said = [
        entry.at
        for entry in case.standing
        if case.get_side(entry) is Side.PERSON
        and entry.decision in {Decision.IMPERSONATION, Decision.REPORTED}
    ]
    if case.get_verdict(Side.PERSON) is Decision.IMPERSONATION and said:
        yield OpeningReason.CONFIRMED, min(said)


def _list_timed_openings(
    inputs: DisclosureInput, policy: DisclosurePolicy
) -> Iterator[ReviewOpening]:
    case, consent = inputs.case, inputs.consent
    keys, told = DISCLOSURE_RULES[case.nature].opened_by, consent.text_hash in policy.told_in
    unanswered = _find_unanswered(case) if OpeningReason.UNANSWERED in keys else None
    # Who agreed to an older text was not told that a case stays open when IT has decided.
    if unanswered and (told or case.get_word(Side.IT) is None):
        at = unanswered.compute_end(consent)
        yield ReviewOpening(at=at, reason=OpeningReason.UNANSWERED)
    if OpeningReason.COUNSEL in keys and told and policy.student_link_days is not None:
        limit = _find_counsel(case, timedelta(days=policy.student_link_days))
        if limit:
            yield ReviewOpening(at=limit.compute_end(consent), reason=OpeningReason.COUNSEL)


def _find_unanswered(case: Case) -> Countdown | None:
    # That something is on a site for adults or for dating is never opened by silence.
    if case.is_intimate or case.severity is not Severity.HIGH or _is_answered(case):
        return None
    stops = find_stops(case, _is_answered)
    start = case.notified_at
    return Countdown(start=start, span=ANSWER_WITHIN, stops=stops) if start else None


def _is_answered(case: Case) -> bool:
    # Who shares it has not said what it is.
    own = (entry for entry in case.entries if case.get_side(entry) is Side.PERSON)
    spoke = any(entry.decision not in SHARING for entry in own)
    return spoke and not case.awaits_confirmation


def _find_counsel(case: Case, span: timedelta) -> Countdown | None:
    start = _find_counsel_start(case)
    if start is None:
        return None
    return Countdown(start=start, span=span, stops=find_stops(case, _find_counsel_start))


def _find_counsel_start(case: Case) -> datetime | None:
    """Count from the email, or from when the person last said that there is a student.

    Whom an account follows is its own doing, and a district may have rules for that. Who follows
    it is not, and is for no one else to know.
    """
    if case.relation != QueryKind.FOLLOWS or case.notified_at is None:
        return None
    word = case.get_word(Side.PERSON)
    if case.is_dismissed or (word and is_lever(word.decision)):
        return None
    unsettled = (
        entry.at
        for entry in case.entries
        if entry.decision is Decision.STUDENT_LINK and case.get_side(entry) is Side.PERSON
    )
    return max((case.notified_at, *unsettled))
