"""What one reader may know of a case: what it is, who says so, who sees it, what comes next.

Made as `finding_view.py` says.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from monitor.domain.reason import Label, Plain, Reason, Site, Told
from monitor.domain.vocabulary import (
    CaseBin,
    CaseKind,
    CaseState,
    CaseStep,
    ContactKind,
    Decision,
    EndReason,
    OpeningReason,
    Severity,
    Side,
    StepActor,
    UndoEffect,
)
from reports import answer_choices
from reports.finding_view import (
    _MADE_BY_OTHERS,
    AccountPair,
    AdviceLine,
    AnswerChoice,
    AnswerOutlook,
    FindingView,
    build_choices,
)
from reports.labels.cases import (
    DECISION_SENTENCES,
    GIVEN_UP_END,
    OWN_END_REASONS,
    OWN_NEXT_STEPS,
    OWN_NEXT_STEPS_OF_KIND,
    OWNERSHIP_KINDS,
    RECOVERED_END,
    REVIEW_SENTENCES,
    TRACK_PLACES,
    TRACKS,
    UNANSWERED_LINK_END,
    describe_case_kind,
)
from reports.labels.findings import ACCOUNT_LEAD, CHANGED_ACCOUNT_LEAD, PAGE_LEAD
from reports.labels.takedown import describe_exposures

MIN_PAGES_FOLDED = 2


_LINK_ENDS: Mapping[EndReason, str] = {
    EndReason.DISMISSED: answer_choices.STOPS_ASKING,
    EndReason.LAPSED: UNANSWERED_LINK_END,
}


# Where a person's own step stands among the four.
OWN_STEP = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackStep:
    """One of four steps from found to gone; `at` is None where its day is not known."""

    name: str
    at: datetime | None
    is_done: bool
    is_now: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerQuestion:
    """What a reviewer asked its person; `by` is their address."""

    by: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoOutlook:
    """What an undo changes of who sees a case; at `opens_at` silence opens it, None for never."""

    effect: UndoEffect | None
    opens_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPlan:
    """What IT does from `since` on and by `due`, unless others act first."""

    what: CaseStep
    since: datetime
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSummary:
    """What a list shows of a case to IT: nothing by which its person could be known.

    `nature` is its kind, as its person sees it. `decision` is what they say that it is,
    `review_decision` what IT does; None for silence. One that `is_left` is real by their word, and
    stays as it is. `next_by` does `next_step` by `due`; all are None where it has ended, at
    `ended_at`, unless IT has a report to take back. It waits for its person `waits_since` then,
    None where it does not, or IT reads. IT sees it since `it_sees_since` because of `opened_by`;
    None while it does not. By early access it is `open_until` then. Silence of its person ends it
    when it `closes_at`, None for never. They shared it with its evidence `shared_at` some time,
    None while they do not. It is told to its person as `is_misreported` while IT has a report of
    what they call no fake. When one in IT reported that, and told others of it, is in
    `wrong_reports` and `wrong_messages`; they take that back by `take_back_by`, or say why not,
    None where nobody there is asked. `taken_by` is a reviewer's address, and `asked_at` when its
    person was last asked; both are for IT alone.
    """

    id: str
    kind: CaseKind
    nature: CaseKind
    severity: Severity
    state: CaseState
    opened_at: datetime
    first_seen: datetime
    platform: str = ""
    school: str = ""
    decision: Decision | None = None
    review_decision: Decision | None = None
    is_left: bool = False
    bin: CaseBin = CaseBin.NEEDS_YOU
    next_by: StepActor | None = None
    next_step: CaseStep | None = None
    due: datetime | None = None
    waits_since: datetime | None = None
    is_late: bool = False
    end: EndReason | None = None
    ended_at: datetime | None = None
    closes_at: datetime | None = None
    it_sees_since: datetime | None = None
    opened_by: OpeningReason | None = None
    open_until: datetime | None = None
    shared_at: datetime | None = None
    wrong_reports: tuple[datetime, ...] = ()
    wrong_messages: tuple[datetime, ...] = ()
    is_misreported: bool = False
    take_back_by: datetime | None = None
    taken_by: str = ""
    asked_at: datetime | None = None
    # What IT will do, as both sides read it; None for nothing, or where IT does not see it.
    review_plan: ReviewPlan | None = None

    @property
    def is_mistold(self) -> bool:
        """Tell whether what IT takes back is a message alone, and no report."""
        return bool(self.wrong_messages) and not self.wrong_reports


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView(CaseSummary):
    """A case with its finding, as its person or IT reads it. Times are None for what never was."""

    finding: FindingView
    last_seen: datetime
    reasons: tuple[Reason, ...] = ()
    # Of what others may have made, what speaks against that.
    speaks_against: tuple[Reason, ...] = ()
    # What it says of itself as made by others: before any answer, its person reads that.
    openly: Reason | None = None
    # What the reasons call its person, and their full name; empty where they read it themselves.
    given: str | None = None
    person: str = ""
    # Says whether it changed since it was read.
    revision: str = ""
    # IT sees the picture of the account.
    shows_picture: bool = False

    # What was said and done. It is pursued where it has a take-down kit.
    answered_at: datetime | None = None
    acted_at: datetime | None = None
    acted_by: Side | None = None
    is_undecided: bool = False
    is_pursued: bool = False
    # IT says that it needs nothing, whatever its person says.
    is_doubted: bool = False
    # The sides that take back a report that hit what pretends nothing. IT did so, or left its own
    # and said why.
    withdraws: tuple[Side, ...] = ()
    it_took_back_at: datetime | None = None
    it_left_at: datetime | None = None
    it_left_why: str = ""
    # What IT last asked, whether its person said and gave nothing since, and who there works on it.
    asked: ReviewerQuestion | None = None
    awaits_word: bool = False
    office: str = ""

    # All below is for its person alone.
    since: datetime | None = None
    # What they said or did last, and what it changes to undo that; whether IT does not see it once
    # they stop what they share or might; what they said before it began again, and what would lower
    # it.
    lever: Decision | None = None
    # When IT reported it, when IT told others of it, and what follows for IT from each answer that
    # they may give.
    reported_by_it_at: datetime | None = None
    told_others_at: datetime | None = None
    foreseen: Mapping[Decision, AnswerOutlook] = field(default_factory=dict, hash=False)
    undoes: Decision | None = None
    undo: UndoOutlook | None = None
    unshare_closes: bool = False
    unshared_opens_at: datetime | None = None
    earlier: Reason | None = None
    lowered_by: tuple[Reason, ...] = ()
    steps: tuple[AdviceLine, ...] = ()
    # When IT last downloaded its evidence, which nobody can call back.
    downloaded_at: datetime | None = None
    # A harmless one rests until then. They are emailed about it again, and it is their turn again.
    until: datetime | None = None
    nudges_at: datetime | None = None
    own_turn_at: datetime | None = None
    # The next look is ours, or theirs where no source of ours opens it; due until they say more.
    looks_at: datetime | None = None
    own_looks: tuple[datetime, ...] = ()
    is_look_due: bool = False
    # Whether emails say so; they do not where these were stopped.
    is_emailed: bool = True
    # When it opens to IT if they stay silent, after early access, too; reviewers who keep it
    # whatever closes it to the others; whom else to ask.
    opens_at: datetime | None = None
    holders: tuple[str, ...] = ()
    # They see where it is, to take back what they sent, and nothing else.
    has_report_alone: bool = False
    helper: str = ""
    contact_kinds: tuple[ContactKind, ...] = ()
    # There where it asks whose an account is.
    pair: AccountPair | None = None
    link_url: str = ""

    @property
    def deed(self) -> Told:
        """Say who did last what about it; empty where nobody did anything."""
        if self.lever is None:
            return ""
        helped = (self.kind, self.lever) == (CaseKind.OWN_ACCOUNT_CHANGED, Decision.REPORTED)
        table = f"deeds.{self.kind}" if helped else "deeds"
        return Reason(f"history.{self.acted_by}-did", {"what": Label(table, self.lever)})

    @property
    def own_deed(self) -> Told:
        """Say that its person cannot get in, where IT did something about it since."""
        if self.state is not CaseState.LOCKED_OUT or self.lever is Decision.LOCKED_OUT:
            return ""
        return Reason("history.person-did", {"what": Label("deeds", Decision.LOCKED_OUT)})

    @property
    def is_shared(self) -> bool:
        return self.shared_at is not None

    @property
    def is_account(self) -> bool:
        return self.finding.is_account

    @property
    def question(self) -> str:
        """Return what its person is asked; their own account is never doubted to be theirs."""
        return answer_choices.CASE_QUESTIONS[self.kind]

    @property
    def without_reviewer(self) -> Reason:
        """Say whom to ask where IT has nobody who may look."""
        return Reason("sees.no-reviewer", {"contact": Plain(self.helper)})

    @property
    def waits_for_answer(self) -> bool:
        """Tell whether nothing comes next but its person's answer, or what follows from silence."""
        return (self.next_by, self.next_step) == (StepActor.PERSON, CaseStep.ANSWER)

    @property
    def is_unconfirmed(self) -> bool:
        """Tell whether their answer, given by a mailed link, counts once they confirm it."""
        return self.next_step is CaseStep.CONFIRM

    @property
    def own_next_step(self) -> str:
        """Return what happens next, as its person reads it; empty where it has ended."""
        if self.next_by is None or self.next_step is None:
            return ""
        step = (self.next_by, self.next_step)
        return OWN_NEXT_STEPS_OF_KIND.get(self.nature, {}).get(step) or OWN_NEXT_STEPS[step]

    @property
    def own_end(self) -> str:
        """Return why it ended, as its person reads it; empty while it goes on."""
        if self.end is None:
            return ""
        own = self.kind is CaseKind.OWN_ACCOUNT_CHANGED
        if own and self.end is EndReason.CLAIMED:
            return RECOVERED_END
        if self.decision is Decision.GIVEN_UP and self.end is EndReason.DISMISSED:
            return GIVEN_UP_END
        if self.kind in OWNERSHIP_KINDS and self.decision is Decision.MINE:
            return answer_choices.ANSWER_NEXT_STEPS[Decision.MINE]
        if self.kind is CaseKind.STUDENT_LINK:
            return _LINK_ENDS.get(self.end, OWN_END_REASONS[self.end])
        return OWN_END_REASONS[self.end]

    @property
    def recovery_choices(self) -> tuple[AnswerChoice, ...]:
        """Return what its person may say of an account of theirs that was taken over."""
        taken = self.kind is CaseKind.OWN_ACCOUNT_CHANGED and self.decision in _MADE_BY_OTHERS
        if not taken or self.end or self.lever is Decision.RECOVERED:
            return ()
        words, hints = answer_choices.RECOVERY_ANSWERS, answer_choices.RECOVERY_HINTS
        new = {value: text for value, text in words.items() if CaseState(value) is not self.state}
        return build_choices(new, hints, self.foreseen)

    @property
    def place(self) -> int:
        """Return which of the four steps from found to gone comes now, from 0 on; 4 at its end."""
        if self.is_undecided:
            return OWN_STEP
        if self.next_step is None:
            return len(TRACKS[self.nature])
        place = TRACK_PLACES[self.next_step]
        return min(place, OWN_STEP + 1) if self._is_lost else place

    @property
    def _is_lost(self) -> bool:
        """Tell whether an account of its person's is not said to be theirs again."""
        back = {CaseState.RECOVERED, CaseState.RESTORED}
        return self.kind is CaseKind.OWN_ACCOUNT_CHANGED and self.state not in back

    @property
    def track(self) -> tuple[TrackStep, ...]:
        """Return the four steps; its person's is done by their own answer and nothing else."""
        # Whoever reported it, an account is not back before its person says so.
        acted_at = None if self._is_lost else self.acted_at
        times = (self.first_seen, self.answered_at, acted_at, self.ended_at)
        return tuple(
            TrackStep(
                name=name,
                at=at,
                is_done=at is not None or (number != OWN_STEP and number < self.place),
                is_now=number == self.place,
            )
            for number, (name, at) in enumerate(zip(TRACKS[self.nature], times, strict=True))
        )

    @property
    def plan_path(self) -> str:
        """Return the page of what is done about it."""
        if self.kind is CaseKind.EXPOSED_CONTACT:
            return f"/me/removal/{self.id}"
        has_kit = self.kind in {*OWNERSHIP_KINDS, CaseKind.HARMFUL_PAGE}
        return f"/me/takedown/{self.id}" if has_kit else f"/me/findings/{self.finding.id}"

    @property
    def what(self) -> Reason:
        """Say what it may be, or what it is by the word of its person."""
        theirs = {*OWNERSHIP_KINDS, CaseKind.OWN_ACCOUNT_CHANGED}
        if self.kind in theirs and self.decision in _MADE_BY_OTHERS:
            return Reason(f"case.{self.nature}.said")
        return describe_case_kind(self.kind, self.severity)

    def list_told_reasons(self, *, brief: bool) -> tuple[Reason, ...]:
        """Return the reasons that an email tells, which is `brief` where another case is beside.

        How two usernames differ is reason enough, and so, in brief, is what an own account became.
        What speaks against it is told as that.
        """
        lead = (self.openly,) if self.openly and self.openly not in self.speaks_against else ()
        if self.pair and self.pair.change:
            return lead
        most = 2 if not brief else 0 if self.kind is CaseKind.OWN_ACCOUNT_CHANGED else 1
        known = {*lead, *self.speaks_against}
        told = (*lead, *(one for one in self.reasons if one not in known))[:most]
        return tuple(one for one in told if one.rule != "contact-recorded")

    @property
    def refutes_itself(self) -> bool:
        """Tell whether it says of itself that it is no fake, where its person may call it one."""
        return self.openly is not None and self.openly in self.speaks_against

    @property
    def advice(self) -> Reason:
        """What to do, in one or two sentences."""
        site = Site(self.platform) if self.platform else Reason("the-site")
        return Reason(f"advice.{self.kind}", {"site": site})

    @property
    def title(self) -> str:
        """Return what it calls itself; of a link to students, nothing."""
        return "" if self.kind is CaseKind.STUDENT_LINK else self.finding.full_title

    @property
    def quote_lead(self) -> str:
        """Return what stands before its title: only an account calls itself something."""
        if not self.finding.is_account:
            return PAGE_LEAD
        changed = self.kind is CaseKind.OWN_ACCOUNT_CHANGED
        return CHANGED_ACCOUNT_LEAD if changed else ACCOUNT_LEAD

    @property
    def choices(self) -> tuple[AnswerChoice, ...]:
        """Return the answers that fit its kind; sharing is separate."""
        hints = answer_choices.ANSWER_HINTS[self.kind]
        return build_choices(answer_choices.CASE_ANSWERS[self.kind], hints, self.foreseen)

    @property
    def closing_words(self) -> str:
        """Return by which answer a reviewer who has decided on it no longer sees it, if by any."""
        is_end = self.kind in {*OWNERSHIP_KINDS, CaseKind.OWN_ACCOUNT_CHANGED}
        return answer_choices.CASE_ANSWERS[self.kind][Decision.MINE] if is_end else ""

    @property
    def answers(self) -> tuple[AnswerChoice, ...]:
        return tuple(choice for choice in self.choices if choice.value != Decision.HARMLESS)

    @property
    def harmless_choice(self) -> AnswerChoice | None:
        """Return the answer that may have an end, if this kind of case has one."""
        return next((choice for choice in self.choices if choice.value == Decision.HARMLESS), None)

    @property
    def said(self) -> str:
        """What its person said, in their words; nothing of it is ever IT's word."""
        if self.is_left:
            return answer_choices.LEFT_AS_IT_IS
        return (
            answer_choices.describe_given_answer(self.kind, self.decision) if self.decision else ""
        )

    @property
    def undo_words(self) -> Told:
        """Say what an undo takes back, which may be a step since the answer; empty without one."""
        return self._describe_undo("undo-answer")

    @property
    def undone_words(self) -> Told:
        """Say the same of an undo that is done."""
        return self._describe_undo("undone-answer")

    def _describe_undo(self, rule: str) -> Told:
        """Name it in the words of the button that its person pressed."""
        if self.undoes is None:
            return ""
        table = "answers.left" if self.is_left else f"answers.{self.kind}"
        return Reason(rule, {"answer": Label(table, self.undoes)})

    @property
    def review_said(self) -> str:
        if self.review_decision is None:
            return ""
        own = REVIEW_SENTENCES.get(self.kind, {})
        return own.get(self.review_decision, DECISION_SENTENCES[self.review_decision])

    @property
    def is_removable(self) -> bool:
        """Tell whether there is a page about its removal."""
        return self.state in {CaseState.REMOVAL_ASKED, CaseState.REMOVAL_DONE}

    @property
    def asks_whose(self) -> bool:
        pages = {CaseKind.EXPOSED_CONTACT, CaseKind.HARMFUL_PAGE}
        return self.kind in {*OWNERSHIP_KINDS, *pages}


class FoldableCase(Protocol):
    @property
    def kind(self) -> CaseKind: ...
    @property
    def is_account(self) -> bool: ...
    @property
    def contact_kinds(self) -> Collection[ContactKind]: ...


FoldableT = TypeVar("FoldableT", bound=FoldableCase)


def fold_exposures(
    cases: Iterable[FoldableT],
) -> tuple[tuple[FoldableT, ...], tuple[FoldableT, ...]]:
    """Return the cases to show one by one, and several pages with contact details for one entry."""
    several = tuple(cases)
    pages = tuple(filter(_is_page_with_contact, several))
    if len(pages) < MIN_PAGES_FOLDED:
        return several, ()
    return tuple(case for case in several if not _is_page_with_contact(case)), pages


def _is_page_with_contact(case: FoldableCase) -> bool:
    return case.kind is CaseKind.EXPOSED_CONTACT and not case.is_account


def describe_folded(pages: Collection[FoldableCase]) -> Reason:
    shown = {kind for page in pages for kind in page.contact_kinds}
    return describe_exposures(len(pages), shown)
