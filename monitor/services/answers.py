"""What people decide: decisions on cases, answers about findings, sharing, and undoing them.

A person sorts findings: their own, someone else's, an imitation, not about them.

`owner_id` is the person who asks; other people's data is not found. Callers check who may decide
what. Called inside a transaction, with the learning once at its end.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import takewhile

from monitor.app import App
from monitor.db.audit import AuditEntry
from monitor.domain.case import (
    CASE_OF_DECISION,
    OWNERSHIP_CASES,
    Case,
    apply_decision,
    build_urgency_key,
    foresee_decision,
)
from monitor.domain.case_drafts import CASE_OF_LABEL
from monitor.domain.case_end import find_end
from monitor.domain.case_log import (
    CLAIMS,
    SENT_LEVERS,
    SHARING,
    DecisionRecord,
    confirms_link,
    is_lever,
)
from monitor.domain.detection.assessment import Assessment
from monitor.domain.detection.lessons import TraitCentroid, TraitKind
from monitor.domain.errors import InputError, NotPermittedError
from monitor.domain.feedback import (
    FINDING_DECISIONS,
    Feedback,
    resolve_feedback,
    resolve_previous_decision,
)
from monitor.domain.finding import Finding, Presence
from monitor.domain.private_details import is_on_district_site
from monitor.domain.vocabulary import CaseKind, Decision, LeverKind, Means, OwnershipLabel, Side
from monitor.services.case_raising import (
    add_ownership_case,
    build_person_assessor,
    close_if_recovered,
    reassess_person,
)
from monitor.services.crawl_redaction import build_workplace
from monitor.services.disclosure import find_review_opening, foresee_undo
from monitor.services.own_accounts import list_declared_findings
from monitor.services.query_planning import list_recheck_keys
from monitor.services.thumbnails import (
    delete_screenshots_of_others,
    delete_unneeded_thumbnails,
)
from reports.case_view import UndoOutlook
from reports.pages.findings import FeedbackWordsLine
from scrapers.models import TraceKind

DECIDED, ANSWERED = "decided", "answered"
ANSWER_ACTIONS = frozenset({DECIDED, ANSWERED})
TOKEN_MEANS = "token:"  # noqa: S105 a prefix of IDs


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionInput:
    """A decision about a case.

    `by` is the person's ID or a role. `until` is when a decision of harmless ends, None if it does
    not. `lever` is by which way it was reported. `whose` is the reviewer whose report this takes
    back, empty for one's own.
    """

    decision: Decision
    by: str
    note: str = ""
    until: datetime | None = None
    means: Means = Means.PAGE
    lever: LeverKind | None = None
    whose: str = ""


def record_decision(app: App, case: Case, entry: DecisionInput) -> Case:
    """Append it to the log; the person's own word is stored with the finding, too."""
    record = DecisionRecord(
        case_id=case.id,
        decision=entry.decision,
        by=entry.by,
        at=app.clock.now(),
        note=entry.note.strip(),
        until=entry.until,
        means=entry.means,
        lever=entry.lever if entry.decision in SENT_LEVERS else None,
        whose=entry.whose,
    )
    after = apply_decision(case, record)
    if entry.decision in CLAIMS | SENT_LEVERS:
        finding = app.db.findings.load_finding(case.finding_id)
        after = replace(after, is_checkable=bool(list_recheck_keys(app, finding)))
    app.db.cases.update_case(after)
    if entry.by == case.person_id and entry.decision not in SHARING:
        # Store what a word or lever says of the finding; taking one back takes that back, too.
        was, now = case.get_verdict(Side.PERSON), after.get_verdict(Side.PERSON)
        if entry.decision is Decision.REOPENED:
            spoke = case.get_word(Side.PERSON) != after.get_word(Side.PERSON)
            if spoke and was in FINDING_DECISIONS and _has_feedback_from_case(app, case):
                _append_feedback(app, case.finding_id, entry.decision, case.id)
        elif now and _says_whose(app, case, now) and (was is None or not is_lever(entry.decision)):
            # What a page confirms, its mailed link has stored.
            own = [one for one in after.undoable if one.by == entry.by]
            if not confirms_link(own):
                _append_feedback(app, case.finding_id, now, case.id)
    delete_unneeded_thumbnails(app, case.person_id)
    delete_screenshots_of_others(app, after)
    _audit_decision(app, DECIDED, case.id, entry, case.person_id)
    return close_if_recovered(app, after) if entry.decision is Decision.RECOVERED else after


def _says_whose(app: App, case: Case, verdict: Decision) -> bool:
    """Tell whether it says whose the finding is: an impostor may show details that are real."""
    portrait = app.db.findings.load_finding(case.finding_id).portrait
    of_details = case.kind is CaseKind.EXPOSED_CONTACT and verdict is Decision.MINE
    return verdict in FINDING_DECISIONS and not (of_details and portrait.kind is TraceKind.ACCOUNT)


def save_feedback(app: App, finding_id: str, entry: DecisionInput) -> None:
    """Store a person's answer about a finding, or undo their last one."""
    _append_feedback(app, finding_id, entry.decision)
    _audit_decision(
        app, ANSWERED, finding_id, entry, app.db.findings.load_finding(finding_id).person_id
    )


def learn_from_feedback(app: App, person_id: str) -> tuple[str, ...]:
    """Assess all findings of a person again with their new answers.

    Return which of those that waited for an answer are filed by that, and no longer asked about.
    """
    waited = _list_asked_ids(app, person_id)
    reassess_person(app, app.db.people.load_person(person_id))
    _delete_retracted_cases(app, person_id)
    asked = frozenset(_list_asked_ids(app, person_id))
    return tuple(finding_id for finding_id in waited if finding_id not in asked)


def _delete_retracted_cases(app: App, person_id: str) -> None:
    """Delete the cases that only an answer had opened, once it is taken back.

    Nobody else ever raised them: left behind, each would be an alert that waits. What IT has looked
    at stays, since the log of who looked goes with a case, and so does all during a legal hold.
    """
    if app.db.legal_holds.has_active_legal_hold(person_id):
        return
    for case in app.db.cases.list_cases_of_person(person_id):
        is_own = bool(case.log) and all(entry.by == person_id for entry in case.log)
        label = app.db.findings.find_finding_label(case.finding_id)
        is_raised = label in CASE_OF_LABEL or case.notified_at or case.bounced_at or case.shared_at
        if case.kind in OWNERSHIP_CASES and is_own and not (case.standing or is_raised):
            acts = app.db.audit.list_entries_of_subjects((case.id,))
            if all(act.actor in {"namesake", "person", person_id} for act in acts):
                app.db.cases.delete_case(case.id)


def _list_asked_ids(app: App, person_id: str) -> tuple[str, ...]:
    pending = list_pending_feedback(app, person_id)
    return tuple(answer.finding.id for answer in pending if answer.is_asked)


def _has_feedback_from_case(app: App, case: Case) -> bool:
    """Tell whether the last answer about the finding came from this case's last word."""
    last = resolve_feedback(app.db.feedback.list_feedback_of_finding(case.finding_id))
    verdict = case.get_verdict(Side.PERSON)
    return last is not None and (last.case_id, last.decision) == (case.id, verdict)


def _append_feedback(app: App, finding_id: str, decision: Decision, case_id: str = "") -> None:
    app.db.feedback.insert_feedback(
        Feedback(finding_id=finding_id, decision=decision, at=app.clock.now(), case_id=case_id)
    )


def _audit_decision(
    app: App, action: str, subject_id: str, entry: DecisionInput, person_id: str
) -> None:
    actor = "person" if entry.by == person_id else entry.by
    app.db.audit.append_entry(
        app.clock.now(), actor, action, subject_id, {"decision": entry.decision}
    )


_PAGE_CASES = frozenset({CaseKind.EXPOSED_CONTACT, CaseKind.HARMFUL_PAGE})
# What we cannot tell comes before what we think we can; an imitation before everything.
_WORST_FIRST = (
    *(OwnershipLabel.IMPERSONATION, OwnershipLabel.MOCK, OwnershipLabel.UNKNOWN),
    *(OwnershipLabel.MINE, OwnershipLabel.ABOUT_ME),
    *(OwnershipLabel.NAMESAKE, OwnershipLabel.UNRELATED),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingFeedback:
    """`cases` are the finding's open ones, the worst first. `assessment` has the reasons."""

    finding: Finding
    assessment: Assessment
    cases: tuple[Case, ...]

    @property
    def is_question(self) -> bool:
        """Tell whether only its person knows: no case asks, and we have not filed it ourselves."""
        asked = {case.kind for case in self.cases} - {CaseKind.EXPOSED_CONTACT}
        known = self.assessment.label is not OwnershipLabel.UNKNOWN
        return not (asked or known or self.is_asked_by_case)

    @property
    def asking(self) -> Case | None:
        """Return the worst case that asks whose it is."""
        return next((case for case in self.cases if case.kind in OWNERSHIP_CASES), None)

    @property
    def is_asked(self) -> bool:
        return self.is_question or self.asking is not None

    @property
    def is_asked_by_case(self) -> bool:
        """Tell whether a case about a page asks whose it is already.

        Of an account it only asks whose the details are: somebody may pretend to be their owner.
        """
        if self.finding.portrait.kind is TraceKind.ACCOUNT:
            return False
        kinds = {case.kind for case in self.cases}
        return not kinds.isdisjoint(_PAGE_CASES) and kinds.isdisjoint(OWNERSHIP_CASES)


def list_pending_feedback(app: App, owner_id: str) -> tuple[PendingFeedback, ...]:
    """Return the findings without an answer, the worst first."""
    return tuple(sorted(_find_pending_feedback(app, owner_id), key=_rank_pending_feedback))


def count_questions(app: App, owner_id: str) -> int:
    """Count the results that wait for an answer beside the cases, for every page and email."""
    return sum(answer.is_question for answer in _find_pending_feedback(app, owner_id))


def has_likely_fake(app: App, owner_id: str) -> bool:
    """Tell whether others have likely made one of them, though that is too unsure for an alert."""
    asked = (answer for answer in _find_pending_feedback(app, owner_id) if answer.is_question)
    return any(answer.assessment.suggestion in CASE_OF_LABEL for answer in asked)


def record_feedback(
    app: App, owner_id: str, answers: Mapping[str, Decision], means: Means = Means.PAGE
) -> tuple[str, ...]:
    """Store all answers or none, and learn from them at once; return what is filed by that.

    A later answer replaces an earlier one.
    """
    findings = {
        finding_id: app.db.findings.load_finding_of_person(owner_id, finding_id)
        for finding_id in answers
    }
    for decision in answers.values():
        if decision not in FINDING_DECISIONS:
            words = ", ".join(sorted(FINDING_DECISIONS))
            raise InputError(
                f"Answer a finding with one of {words}. The answer {decision} is only for cases."
            )
    with app.db.begin_transaction():
        for finding_id, finding in findings.items():
            _record_finding_feedback(
                app, finding, DecisionInput(decision=answers[finding_id], by=owner_id, means=means)
            )
        return learn_from_feedback(app, owner_id)


def answer_case(app: App, case: Case, entry: DecisionInput) -> tuple[str, ...]:
    """Store what its person says of a case, and learn from it; return what is filed by that."""
    with app.db.begin_transaction():
        record_decision(app, case, entry)
        return learn_from_feedback(app, case.person_id)


def undo_feedback(app: App, owner_id: str, finding_ids: Iterable[str]) -> None:
    """Undo the last answer about each; the answer before it counts again."""
    findings = [
        app.db.findings.load_finding_of_person(owner_id, finding_id) for finding_id in finding_ids
    ]
    with app.db.begin_transaction():
        for finding in findings:
            _undo_finding_feedback(app, finding, owner_id)
        learn_from_feedback(app, owner_id)


def foresee_undo_of_answer(app: App, finding_id: str) -> UndoOutlook | None:
    """Return what the undo of an answer about a finding changes of who sees its case."""
    decision, case = _find_answered_case(app, finding_id)
    if case is None or decision is None:
        return None
    foresee = partial(foresee_decision, by=case.person_id, at=app.clock.now())
    undone = case
    while undone.get_verdict(Side.PERSON) is decision:
        undone = foresee(undone, Decision.REOPENED)
    before = resolve_previous_decision(app.db.feedback.list_feedback_of_finding(finding_id))
    if before is not None and undone.get_verdict(Side.PERSON) is None:
        undone = foresee(undone, before)
    return foresee_undo(app, case, undone)


def take_back_answers(app: App, owner_id: str, means: str) -> None:
    """Undo what was last answered by such means; what was said since by others stays."""
    with app.db.begin_transaction():
        for subject in app.db.audit.list_subjects_of_means(means, ANSWER_ACTIONS):
            entries = reversed(app.db.audit.list_entries_of_subjects((subject,)))
            words = [entry for entry in entries if entry.action in ANSWER_ACTIONS]
            last = tuple(takewhile(lambda entry: entry.means == means, words))
            undone = sum(entry.details["decision"] == Decision.REOPENED for entry in last)
            for entry in last[: max(0, len(last) - 2 * undone)]:
                # A case may have ended meanwhile: then nothing of it stands.
                with suppress(InputError):
                    _take_back_answer(app, owner_id, entry)
        learn_from_feedback(app, owner_id)


def list_standing_token_answers(app: App, owner_id: str) -> frozenset[str]:
    """Return by which tokens someone's last answers were given, as means; they are not undone."""
    cases = (case.id for case in app.db.cases.list_cases_of_person(owner_id))
    subjects = (*app.db.findings.list_finding_ids_of_person(owner_id), *cases)
    last = {
        entry.subject: entry
        for entry in app.db.audit.list_entries_of_subjects(subjects)
        if entry.action in ANSWER_ACTIONS
    }
    standing = (one for one in last.values() if one.details["decision"] != Decision.REOPENED)
    return frozenset(one.means for one in standing if one.means.startswith(TOKEN_MEANS))


def _take_back_answer(app: App, owner_id: str, entry: AuditEntry) -> None:
    if entry.action == ANSWERED:
        finding = app.db.findings.load_finding_of_person(owner_id, entry.subject)
        _undo_finding_feedback(app, finding, owner_id)
        return
    case = app.db.cases.load_case_of_person(owner_id, entry.subject)
    own = [one for one in case.undoable if one.by == owner_id]
    case = record_decision(app, case, DecisionInput(decision=Decision.REOPENED, by=owner_id))
    if confirms_link(own):
        # The link is none of the token's words.
        linked = DecisionInput(decision=own[-1].decision, by=owner_id, means=Means.LINK)
        record_decision(app, case, linked)


def _find_pending_feedback(app: App, owner_id: str) -> Iterator[PendingFeedback]:
    declared = {
        declared_finding.id
        for declared_finding in list_declared_findings(app.db, app.db.people.load_person(owner_id))
    }
    raised = defaultdict(list)
    for case in app.db.cases.list_cases_of_person(owner_id):
        raised[case.finding_id].append(case)
    for finding, assessment in app.db.findings.list_findings_awaiting_feedback(owner_id):
        if finding.id in declared or finding.presence is Presence.GONE:
            continue
        cases = raised[finding.id]
        if not cases and is_district_page(app, finding):
            continue
        if not any(
            one_case.kind in OWNERSHIP_CASES and not one_case.is_undecided for one_case in cases
        ):
            asking = (one_case for one_case in cases if _still_asks(app, one_case))
            ordered = tuple(sorted(asking, key=build_urgency_key))
            yield PendingFeedback(finding=finding, assessment=assessment, cases=ordered)


def _still_asks(app: App, case: Case) -> bool:
    """Tell whether it waits for a word: what lapsed, or ended by a claim, asks for none anymore."""
    consent = app.db.consents.find_latest_consent(case.person_id)
    end = find_end(case, consent) if consent else None
    return case.is_undecided and not (end and end.at <= app.clock.now())


def is_district_page(app: App, finding: Finding) -> bool:
    """Tell whether it is a page of the district: it knows its own pages, so no one is asked."""
    page = finding.portrait
    return not page.account and is_on_district_site(page, build_workplace(app.config))


def list_ownership_cases(app: App, finding_id: str) -> tuple[Case, ...]:
    """Return the cases of a finding that ask whose it is; the last one decided is the last."""
    cases = app.db.cases.list_cases_of_finding(finding_id)
    asking = (case for case in cases if case.kind in OWNERSHIP_CASES)
    return tuple(sorted(asking, key=lambda case: case.ruled_at or case.opened_at))


def find_ownership_case(app: App, finding_id: str) -> Case | None:
    """Return the case that asks whose a finding is, the last one answered; None for none."""
    return next(reversed(list_ownership_cases(app, finding_id)), None)


def _record_finding_feedback(app: App, finding: Finding, entry: DecisionInput) -> None:
    """Answer the finding and the case that asks whose it is together: it is one question."""
    case = find_ownership_case(app, finding.id)
    if case is None and entry.decision in CASE_OF_DECISION:
        person = app.db.people.load_person(finding.person_id)
        case = add_ownership_case(app, person, finding, entry.decision)
    if case is None:
        save_feedback(app, finding.id, entry)
        return
    record_decision(app, case, entry)


def _undo_finding_feedback(app: App, finding: Finding, owner_id: str) -> None:
    decision, case = _find_answered_case(app, finding.id)
    if decision is None:
        raise InputError("There is no answer, so there is nothing to undo.")
    before = resolve_previous_decision(app.db.feedback.list_feedback_of_finding(finding.id))
    taken_back = DecisionInput(decision=Decision.REOPENED, by=owner_id)
    if case is None:
        save_feedback(app, finding.id, taken_back)
        return
    while case.get_verdict(Side.PERSON) is decision:
        # What was done after the word goes with it.
        case = record_decision(app, case, taken_back)
    if before is not None and case.get_verdict(Side.PERSON) is None:
        _record_finding_feedback(app, finding, DecisionInput(decision=before, by=owner_id))


def _find_answered_case(app: App, finding_id: str) -> tuple[Decision | None, Case | None]:
    """Return what its person says of a finding, and the case in which that stands, if any."""
    decision = app.db.findings.find_finding_feedback(finding_id)
    last = resolve_feedback(app.db.feedback.list_feedback_of_finding(finding_id))
    # An alert about a page asks whose it is as well, and what was said there is its answer.
    cases = app.db.cases.list_cases_of_finding(finding_id)
    said = next((case for case in cases if last and case.id == last.case_id), None)
    case = said or find_ownership_case(app, finding_id)
    stands = case is not None and case.get_verdict(Side.PERSON) is decision
    return decision, case if stands else None


def _rank_pending_feedback(feedback: PendingFeedback) -> tuple[object, ...]:
    case = build_urgency_key(feedback.cases[0]) if feedback.cases else ()
    label = _WORST_FIRST.index(feedback.assessment.label)
    return (not feedback.cases, case, label, -feedback.assessment.bits, feedback.finding.id)


MIN_ANSWERS = 8
MAX_TRAITS = 6


def build_lessons_line(app: App, owner_id: str) -> FeedbackWordsLine | None:
    """List the places, schools and words of work that count now; None before eight answers."""
    answers = app.db.findings.count_findings_with_feedback(owner_id)
    if answers < MIN_ANSWERS:
        return None
    lessons = build_person_assessor(app, app.db.people.load_person(owner_id)).inventory.lessons
    return FeedbackWordsLine(
        answers=answers,
        me=_list_strongest_traits(lessons.me, lessons.other),
        others=_list_strongest_traits(lessons.other, lessons.me),
    )


def _list_strongest_traits(side: TraitCentroid, other: TraitCentroid) -> tuple[str, ...]:
    """Return the strongest traits; sites and names count, but are never spelled out.

    What the other side has as much of, points to nobody.
    """
    telling = (trait for trait, bits in side.vector.items() if bits > other.vector.get(trait, 0))
    strongest = sorted(telling, key=lambda trait: (-side.vector[trait], trait))
    named = (entry for entry in strongest if entry.kind.is_spelled_out)
    return tuple(
        entry.word if entry.kind is TraitKind.WORD else entry.word.title() for entry in named
    )[:MAX_TRAITS]


def share_case(app: App, owner_id: str, case_id: str) -> None:
    case = app.db.cases.load_case_of_person(owner_id, case_id)
    if case.shared_at is not None:
        return
    with app.db.begin_transaction():
        record_decision(app, case, DecisionInput(decision=Decision.SHARED, by=owner_id))


def unshare_case(app: App, owner_id: str, case_id: str) -> None:
    """Close a case to IT again; the person's decision on it stays."""
    case = app.db.cases.load_case_of_person(owner_id, case_id)
    if case.shared_at is None:
        raise InputError("This was not shared, so there is nothing to undo.")
    with app.db.begin_transaction():
        record_decision(app, case, DecisionInput(decision=Decision.UNSHARED, by=owner_id))


def decide_cases(app: App, case_ids: Iterable[str], word: DecisionInput) -> tuple[Case, ...]:
    """Append one decision to several cases, or to none if one of them forbids it.

    A person's own decisions are stored with the findings, too.
    """
    cases = tuple(app.db.cases.load_case(case_id) for case_id in dict.fromkeys(case_ids))
    for case in cases:
        if word.by != case.person_id and find_review_opening(app, case, word.by) is None:
            reason = f"Case {case.id} is not open to IT. Only the staff member can decide on it."
            raise NotPermittedError(reason)
    with app.db.begin_transaction():
        after = tuple(record_decision(app, case, word) for case in cases)
        for person in {case.person_id for case in cases if word.by == case.person_id}:
            learn_from_feedback(app, person)
    return after


def undo_decisions(app: App, case_ids: Iterable[str], by: str) -> tuple[Case, ...]:
    """Undo the last decision on each case, or on none, and what was learned from it."""
    return decide_cases(app, case_ids, DecisionInput(decision=Decision.REOPENED, by=by))
