"""The words for a case: what it is, what was said of it, who acts next, and how it ended."""

from collections.abc import Mapping
from typing import Final

from monitor.domain.reason import Reason
from monitor.domain.vocabulary import (
    CaseKind,
    CaseState,
    CaseStep,
    Decision,
    EndReason,
    OpeningReason,
    Severity,
    StepActor,
    UndoEffect,
    WhoSees,
)

# Where its person is asked whose an account is.
OWNERSHIP_KINDS: Final = frozenset({CaseKind.IMPERSONATION, CaseKind.MOCK_ACCOUNT})
SEVERITIES: Final[Mapping[Severity, str]] = {
    Severity.HIGH: "Urgent",
    Severity.MEDIUM: "Medium",
    Severity.LOW: "Low",
}
CASE_KINDS: Final[Mapping[CaseKind, str]] = {
    CaseKind.IMPERSONATION: "Possible impersonation",
    CaseKind.STUDENT_LINK: "Link to a student",
    CaseKind.EXPOSED_CONTACT: "Private contact details in public",
    CaseKind.OWN_ACCOUNT_CHANGED: "Own account changed",
    CaseKind.MOCK_ACCOUNT: "Account made by others",
    CaseKind.HARMFUL_PAGE: "Harmful page",
}
UNDO_EFFECTS: Final[Mapping[UndoEffect, str]] = {
    UndoEffect.OPENS: "If you undo it, IT sees it again.",
    UndoEffect.NARROWS: "If you undo it, only a reviewer who has decided on it still sees it.",
    UndoEffect.CLOSES: "If you undo it, IT no longer sees it.",
}
# What an answer leaves of who in IT sees what it saw before; the day until when may stand behind.
ANSWER_SIGHTS: Final[Mapping[WhoSees, str]] = {
    WhoSees.NOBODY: "IT can no longer see it.",
    WhoSees.WHO_REPORTED: "IT sees only its address from now on.",
    WhoSees.WHO_DECIDED: "Only a reviewer who decided on it still sees it.",
    WhoSees.REVIEWERS: "IT still sees it.",
}
SEEN_AND_REPORTED: Final = "IT sees it, and has reported it."
# The end of a sentence about someone: "The person ... ."
DECISION_PHRASES: Final[Mapping[Decision, str]] = {
    Decision.MINE: "said that it is their own",
    Decision.NAMESAKE: "said that it is someone else with that name",
    Decision.UNRELATED: "said that it is not about them",
    Decision.HARMLESS: "said that nothing more is needed",
    Decision.IMPERSONATION: "confirmed that it is an impersonation",
    Decision.MOCK: "said that others made it",
    Decision.REPORTED: "reported it to the platform",
    Decision.REMOVED: "noted that the platform removed it",
    Decision.REFUSED: "noted that the platform left it up",
    Decision.STUDENT_LINK: "said that it is a link to a student",
    Decision.UNLINKED: "said that the link was removed",
    Decision.EXPLAINED: "explained the link",
    Decision.FAMILY: "said that it is family",
    Decision.REMOVAL_ASKED: "asked the site to remove the details",
    Decision.REMOVAL_DONE: "no longer saw the details",
    Decision.RECOVERED: "got the account back",
    Decision.LOCKED_OUT: "could not get in",
    Decision.GIVEN_UP: "gave the account up",
    Decision.SHARED: "shared it with IT",
    Decision.UNSHARED: "took back what they shared with IT",
    Decision.REOPENED: "undid the last entry",
    Decision.TOLD: "told families or staff of it",
    Decision.TAKEN_BACK: "took it back",
}
# The same, to the person themselves.
OWN_DECISION_PHRASES: Final[Mapping[Decision, str]] = {
    **DECISION_PHRASES,
    Decision.MINE: "said that it is yours",
    Decision.NAMESAKE: "said that it is someone else with your name",
    Decision.UNRELATED: "said that it is not about you",
    Decision.UNSHARED: "took back what you shared with IT",
}
# The same where a log says what was left, or who took what back: they, or a reviewer.
LEFT_ITS_REPORT: Final = "left its report"
LEFT_IT: Final = "left it as it is"
OWN_ANSWER_TAKEN_BACK: Final = "took your last answer back"
DECISION_TAKEN_BACK: Final = "took their last decision back"
# The status of a case, as IT reads it.
CASE_STATES: Final[Mapping[CaseState, str]] = {
    CaseState.NEW: "New",
    CaseState.OPEN: "Open",
    CaseState.MINE: "Their own",
    CaseState.NAMESAKE: "Someone else with that name",
    CaseState.HARMLESS: "Harmless",
    CaseState.IMPERSONATION: "Confirmed",
    CaseState.MOCK: "Confirmed",
    CaseState.REPORTED: "Reported",
    CaseState.REMOVED: "Removed",
    CaseState.REFUSED: "Left up by the platform",
    CaseState.STUDENT_LINK: "Confirmed",
    CaseState.UNLINKED: "Said to be removed",
    CaseState.EXPLAINED: "Explained",
    CaseState.FAMILY: "Family",
    CaseState.REMOVAL_ASKED: "Removal requested",
    CaseState.REMOVAL_DONE: "Said to be removed",
    CaseState.RECOVERED: "Theirs again, not proven",
    CaseState.LOCKED_OUT: "They cannot get in",
    CaseState.GIVEN_UP: "They gave it up",
    CaseState.GONE: "Gone",
    CaseState.RESTORED: "Theirs again",
}
# What was decided, as a sentence to the person without its period.
DECISION_SENTENCES: Final[Mapping[str, str]] = {
    Decision.MINE: "It is yours",
    Decision.NAMESAKE: "It is someone else with your name",
    Decision.UNRELATED: "It is not about you",
    Decision.HARMLESS: "It is harmless",
    Decision.IMPERSONATION: "It pretends to be you",
    Decision.MOCK: "Others made it about you",
    Decision.STUDENT_LINK: "It is linked to students",
    Decision.EXPLAINED: "There is a reason for it",
    Decision.FAMILY: "They are family",
    Decision.GIVEN_UP: "You gave it up",
}
# What IT says of a link to students, where it has done its part.
NOTHING_MORE: Final = "Nothing more is needed"
# What it is called where the account is the person's own.
TAKEN_OVER: Final = "Someone else has taken it over"
# What IT said, where it is another word for a kind of case.
REVIEW_SENTENCES: Final[Mapping[CaseKind, Mapping[Decision, str]]] = {
    CaseKind.OWN_ACCOUNT_CHANGED: {
        Decision.IMPERSONATION: TAKEN_OVER,
        Decision.HARMLESS: "You changed it, or it does no harm",
    },
    CaseKind.EXPOSED_CONTACT: {Decision.HARMLESS: "It may stay up"},
    CaseKind.STUDENT_LINK: {Decision.HARMLESS: NOTHING_MORE},
}
CHANGED_ACCOUNT_PHRASES: Final[Mapping[Decision, str]] = {
    Decision.MINE: "said that nobody else changed it",
    Decision.IMPERSONATION: "said that someone else has taken it over",
    # By a call or by a report: a reviewer claims no more than that they helped.
    Decision.REPORTED: "gave help with the account",
}
# From found to gone: the steps of each kind of case, and how many are done before each next one.
_REPORTED_TRACK = ("Found", "You", "Reported", "Gone")
TRACKS: Final[Mapping[CaseKind, tuple[str, str, str, str]]] = {
    CaseKind.IMPERSONATION: _REPORTED_TRACK,
    CaseKind.MOCK_ACCOUNT: _REPORTED_TRACK,
    CaseKind.STUDENT_LINK: ("Found", "You", "Removed", "Gone"),
    CaseKind.EXPOSED_CONTACT: ("Found", "You", "Asked", "Gone"),
    CaseKind.OWN_ACCOUNT_CHANGED: ("Found", "You", "Recovery", "Yours again"),
    CaseKind.HARMFUL_PAGE: _REPORTED_TRACK,
}
TRACK_PLACES: Final[Mapping[CaseStep, int]] = {
    CaseStep.NOTIFY: 1,
    CaseStep.MEND_ADDRESS: 1,
    CaseStep.ANSWER: 1,
    CaseStep.CONFIRM: 1,
    CaseStep.DECIDE: 1,
    CaseStep.REPORT: 2,
    CaseStep.ESCALATE: 2,
    CaseStep.WAIT_FOR_ANSWER: 3,
    CaseStep.LOOK: 3,
    CaseStep.CLOSE_AS_CLAIMED: 3,
    # It has ended for its person.
    CaseStep.TAKE_BACK: 4,
}
# What was answered or decided, as the person reads it later.
GIVEN_ANSWERS: Final[Mapping[str, str]] = {
    Decision.MINE: "This is me",
    Decision.NAMESAKE: "Someone else with my name",
    Decision.IMPERSONATION: "Someone pretending to be me",
    Decision.MOCK: "Others made it about me",
    Decision.UNRELATED: "Not about me",
    Decision.UNLINKED: "I removed the link",
    Decision.EXPLAINED: "There is a good reason for it",
    Decision.FAMILY: "They are family",
    Decision.HARMLESS: "Harmless",
    Decision.REPORTED: "I reported it",
    Decision.REMOVED: "It was removed",
    Decision.REFUSED: "The platform left it up",
    # Who removes a link says with it that there was one.
    Decision.STUDENT_LINK: "I removed the link",
    Decision.REMOVAL_ASKED: "Removal requested",
    Decision.REMOVAL_DONE: "I no longer see it",
    Decision.RECOVERED: "I have it back",
    Decision.LOCKED_OUT: "I cannot get in",
    Decision.GIVEN_UP: "I have given it up",
    CaseState.GONE: "No longer shown",
    CaseState.RESTORED: "Yours again",
}
# What a person did with a case that is no answer to it.
OWN_STEPS: Final[Mapping[Decision, str]] = {
    Decision.SHARED: "You shared it with IT.",
    Decision.UNSHARED: "You took back what you shared with IT.",
    Decision.REOPENED: "You undid your last answer.",
    Decision.TOLD: "IT told families or staff of it.",
    Decision.TAKEN_BACK: "IT took it back.",
}
# An own account pretends nothing: it changed, by its owner's hand or by another's.
CHANGED_ACCOUNT_CHOICES: Final[Mapping[Decision, str]] = {
    Decision.HARMLESS: "The owner changed it, or it does no harm",
    Decision.IMPERSONATION: TAKEN_OVER,
    Decision.REPORTED: "I have helped them",
}
# Where a case opened to IT without any word of its person.
OPENED_TO_IT: Final = "It opened to IT."
OPENED_BY_OTHERS: Final = frozenset(
    {OpeningReason.UNANSWERED, OpeningReason.COUNSEL, OpeningReason.EARLY_ACCESS}
)
# What a reviewer wrote, asked or sent, as the person reads it.
OWN_REMARKS: Final[Mapping[str, str]] = {
    "note": "IT noted:",
    "question": "IT asked you:",
    "parents-told": "IT told families of this account.",
    "staff-told": "IT told the staff of this account.",
}
# Why IT sees a case: to the person, after "IT sees this", and to a reviewer.
ACCESS_REASONS: Final[Mapping[OpeningReason, str]] = {
    OpeningReason.SHARED: "because you shared it",
    OpeningReason.CONFIRMED: "because you said that someone is pretending to be you",
    OpeningReason.UNANSWERED: "because it is serious and you had not answered for 7 days",
    OpeningReason.COUNSEL: "as your consent text says about such links",
    OpeningReason.EARLY_ACCESS: (
        "because two reviewers opened it early; our email says who and why"
    ),
    OpeningReason.DECIDED: "because they have decided on it",
    OpeningReason.REPORT_BACK: "to take back their report of it",
}
# What happens next, as the person reads it, and as IT does.
OWN_NEXT_STEPS: Final[Mapping[tuple[StepActor, CaseStep], str]] = {
    (StepActor.SERVICE, CaseStep.NOTIFY): "We email you about it.",
    (StepActor.OPERATOR, CaseStep.MEND_ADDRESS): "Your district corrects your email address.",
    (StepActor.PERSON, CaseStep.ANSWER): "It stays open until you answer, and nobody else acts.",
    (StepActor.PERSON, CaseStep.CONFIRM): "You confirm your answer: IT says otherwise.",
    (StepActor.PERSON, CaseStep.REPORT): "You report it.",
    (StepActor.PERSON, CaseStep.ESCALATE): "You report it again, or leave it as it is.",
    (StepActor.IT, CaseStep.DECIDE): "IT decides what it is. Your answer overrules that.",
    (StepActor.IT, CaseStep.REPORT): "IT reports it to the platform.",
    (StepActor.IT, CaseStep.ESCALATE): "IT tries again, or asks you.",
    (StepActor.PLATFORM, CaseStep.WAIT_FOR_ANSWER): "The platform or site should answer.",
    (StepActor.SERVICE, CaseStep.LOOK): "We look twice, and tell you whether it is gone.",
    (StepActor.SERVICE, CaseStep.CLOSE_AS_CLAIMED): "We close it, if it is not seen again.",
}
# Where it is another one for a kind of case, by its nature.
OWN_NEXT_STEPS_OF_KIND: Final[Mapping[CaseKind, Mapping[tuple[StepActor, CaseStep], str]]] = {
    CaseKind.MOCK_ACCOUNT: {(StepActor.PERSON, CaseStep.REPORT): "You report it, or leave it."},
    CaseKind.EXPOSED_CONTACT: {
        (StepActor.PERSON, CaseStep.REPORT): "You ask for removal.",
        (StepActor.PERSON, CaseStep.ESCALATE): "You ask again, or try what else helps.",
    },
    # Only its person knows who follows whom.
    CaseKind.STUDENT_LINK: {
        (StepActor.PERSON, CaseStep.REPORT): "You remove the link.",
        (StepActor.IT, CaseStep.DECIDE): "IT looks at it with you. Only you can say what it is.",
    },
    # One that was taken over is not reported, and goes on to be looked at.
    CaseKind.OWN_ACCOUNT_CHANGED: {
        (StepActor.PERSON, CaseStep.REPORT): "You try to get it back, and tell us if you have.",
        (StepActor.PERSON, CaseStep.ESCALATE): (
            "You try what else helps, and tell us when you have it back."
        ),
        (StepActor.IT, CaseStep.REPORT): "IT helps you get it back.",
        (StepActor.PLATFORM, CaseStep.WAIT_FOR_ANSWER): "You say whether you are in again.",
        (StepActor.SERVICE, CaseStep.CLOSE_AS_CLAIMED): "We close it, if it does not change again.",
    },
}
# What IT does once others have let their time pass.
REVIEWER_PLANS: Final[Mapping[CaseStep, str]] = {
    CaseStep.REPORT: "If the staff member has not, IT reports it",
    CaseStep.ESCALATE: "If what IT did has not helped, IT tries again",
}
OWN_END_REASONS: Final[Mapping[EndReason, str]] = {
    EndReason.PROOF: "Two checks, days apart, agree that it is no longer shown.",
    EndReason.SHOWN: "You showed that it is gone.",
    EndReason.RESTORED: "It shows your name, username and picture again.",
    EndReason.DISMISSED: "We stop asking. If it changes, we ask you again.",
    EndReason.CLAIMED: (
        "It was said to be gone, and nobody said otherwise for 30 days. We could not check."
    ),
    EndReason.SILENT: (
        "IT said that nothing more is needed, and you did not answer for four weeks."
    ),
    EndReason.LAPSED: "It was not answered, and it is not serious.",
}
# Who follows whom is not kept; a later look may see the link anew.
UNANSWERED_LINK_END: Final = (
    "You did not answer, and we delete what we noted. If the link is still there, we ask again."
)
RECOVERED_END: Final = "You said that you have it back, and it did not change again for 30 days."
GIVEN_UP_END: Final = (
    "We no longer expect it back, and stop asking. Warn your contacts, if you have not: what it "
    "sends is not from you. If it changes or comes back, we ask you again."
)
# As much of an ID as a reader has to write back.
REFERENCE: Final = 8
# The links of advice to our own pages, by where they lead.
ADVICE_LINKS: Final[Mapping[str, str]] = {
    "kit": "Open the report page",
    "removal": "See how to have them removed",
    "share": "Share it with IT",
}
EVIDENCE_LINK: Final = "Download the evidence (ZIP)"
OWN_CASE_STATES: Final[Mapping[str, str]] = {
    CaseState.NEW: "New",
    CaseState.OPEN: "Open",
    **GIVEN_ANSWERS,
}


def describe_decision(kind: CaseKind, decision: Decision) -> str:
    """Say what someone decided of a case of this kind: the end of a sentence about them."""
    own = CHANGED_ACCOUNT_PHRASES if kind is CaseKind.OWN_ACCOUNT_CHANGED else {}
    return own.get(decision, DECISION_PHRASES[decision])


def describe_logged_decision(kind: CaseKind | None, decision: Decision, *, is_own: bool) -> str:
    """Say what a person reads in their log that they did, or else a reviewer.

    `kind` is None where no alert asked.
    """
    if decision is Decision.REOPENED:
        return OWN_ANSWER_TAKEN_BACK if is_own else DECISION_TAKEN_BACK
    if decision is Decision.HARMLESS and kind is CaseKind.EXPOSED_CONTACT and is_own:
        return LEFT_IT
    own = CHANGED_ACCOUNT_PHRASES if kind is CaseKind.OWN_ACCOUNT_CHANGED else {}
    return own.get(decision, OWN_DECISION_PHRASES[decision])


def describe_case_kind(kind: CaseKind, severity: Severity) -> Reason:
    """Say to the person what a case is about."""
    if kind is CaseKind.OWN_ACCOUNT_CHANGED and severity is Severity.HIGH:
        return Reason("case.own-account-changed.taken-over")
    return Reason(f"case.{kind}")
