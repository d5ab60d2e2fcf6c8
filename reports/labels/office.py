"""The words that only reviewers and operators read."""

from collections.abc import Mapping
from typing import Final

from monitor.domain.vocabulary import (
    AuditEndStatus,
    CaseBin,
    CaseKind,
    CaseState,
    CaseStep,
    Decision,
    DistrictFindingState,
    DrillOutcome,
    EndReason,
    HealthLevel,
    HoldAction,
    NoticeKind,
    OpeningReason,
    RecordAccess,
    RecordKind,
    Role,
    StaffLineState,
    StepActor,
)
from reports.labels.cases import (
    CASE_STATES,
    CHANGED_ACCOUNT_CHOICES,
    DECISION_PHRASES,
    DECISION_TAKEN_BACK,
    NOTHING_MORE,
    OWNERSHIP_KINDS,
)

# Behind or above a number of lines of a staff file.
# What a file says itself; of the others, no count is shown.
STAFF_LINE_STATES: Final[Mapping[StaffLineState, str]] = {
    StaffLineState.INACTIVE: "not active in the file",
    StaffLineState.STUDENT: "a student in the file",
    StaffLineState.FAMILY: "a parent or guardian in the file",
    StaffLineState.NO_STAFF_ROLE: "without a staff role in roles.csv",
}
HEALTH_LEVELS: Final[Mapping[HealthLevel, str]] = {
    HealthLevel.OK: "OK",
    HealthLevel.WARN: "Needs attention",
    HealthLevel.BAD: "Urgent",
}
# What a reviewer may decide.
REVIEWER_CHOICES: Final[Mapping[Decision, str]] = {
    Decision.NAMESAKE: "Someone else with that name",
    Decision.UNRELATED: "Not about this person",
    Decision.HARMLESS: "Harmless",
    Decision.IMPERSONATION: "Impersonation",
    Decision.MOCK: "Made by others about them",
    Decision.REPORTED: "Reported to the platform",
    Decision.REMOVED: "The platform removed it",
    Decision.REFUSED: "The platform left it up",
}
# What sets a choice apart from those beside it.
REVIEWER_HINTS: Final[Mapping[Decision, str]] = {
    Decision.UNRELATED: "Found by mistake.",
    Decision.HARMLESS: "Nothing needs to be done.",
    Decision.IMPERSONATION: "Someone pretends to be them.",
    Decision.MOCK: "Openly: a joke, a fan page, a dislike.",
}
# Registers that anyone may read, by the names under which their checks are stored.
DOMAIN_REGISTERS: Final[Mapping[str, str]] = {
    "certificates": "The log of certificates",
    "dns": "Domain names",
}
DISTRICT_FINDING_STATES: Final[Mapping[DistrictFindingState, str]] = {
    DistrictFindingState.OPEN: "To decide",
    DistrictFindingState.OURS: "Ours",
    DistrictFindingState.HARMLESS: "Harmless",
    DistrictFindingState.IMPERSONATION: "Impersonation",
}
# What anyone decided, as a reviewer reads it.
REVIEWER_ANSWERS: Final[Mapping[Decision, str]] = {
    **REVIEWER_CHOICES,
    Decision.MINE: "Their own",
    Decision.STUDENT_LINK: "A link to a student",
    Decision.UNLINKED: "The link was removed",
    Decision.EXPLAINED: "The link is explained",
    Decision.FAMILY: "Family",
    Decision.REMOVAL_ASKED: "Removal requested",
    Decision.REMOVAL_DONE: "The details are gone",
    Decision.RECOVERED: "They have it back",
    Decision.LOCKED_OUT: "They cannot get in",
    Decision.GIVEN_UP: "They gave it up",
}


# What a reviewer did, in the audit log of all reviewers, which knows no kind of case.
AUDIT_DECISIONS: Final[Mapping[Decision, str]] = {
    **DECISION_PHRASES,
    Decision.IMPERSONATION: "said that it is an impersonation or a takeover",
    Decision.REPORTED: "reported it to the platform, or helped to get it back",
    Decision.REOPENED: DECISION_TAKEN_BACK,
}


# Where a verdict is another one for a kind of case.
VERDICTS_OF_KIND: Final[Mapping[CaseKind, Mapping[Decision, str]]] = {
    CaseKind.OWN_ACCOUNT_CHANGED: CHANGED_ACCOUNT_CHOICES,
    CaseKind.EXPOSED_CONTACT: {
        Decision.MINE: "The details are theirs",
        Decision.HARMLESS: "It may stay up",
    },
    CaseKind.STUDENT_LINK: {Decision.HARMLESS: NOTHING_MORE},
    CaseKind.HARMFUL_PAGE: {Decision.MOCK: "It is about this person"},
}
# Of what is their own, IT does not read what they said.
UNTOLD_END: Final = "the staff member said that it is no fake"
LEFT_END: Final = "the staff member leaves it as it is"
LEFT_ANSWER: Final = "Made by others, and left as it is"


# By a call or by a report.
HELPED: Final = "IT helped"


def describe_state(kind: CaseKind, state: CaseState) -> str:
    """Return how far a case is, as a reviewer reads it."""
    helped = kind is CaseKind.OWN_ACCOUNT_CHANGED and state is CaseState.REPORTED
    return HELPED if helped else CASE_STATES[state]


def describe_verdict(kind: CaseKind, verdict: Decision) -> str:
    """Return what either side said of a case, as a reviewer reads it."""
    return VERDICTS_OF_KIND.get(kind, {}).get(verdict, REVIEWER_ANSWERS[verdict])


LEFT_REPORT: Final = "Leave the report"
TOOK_REPORT_BACK: Final = "I took it back"
TOLD_OTHERS: Final = "I told families or staff"


def describe_entry(kind: CaseKind, decision: Decision) -> str:
    """Return what a reviewer said or did, in the words of the button that they pressed."""
    own = {Decision.TAKEN_BACK: TOOK_REPORT_BACK, Decision.TOLD: TOLD_OTHERS}
    return own.get(decision) or describe_verdict(kind, decision)


def describe_answer(kind: CaseKind, decision: Decision, *, is_left: bool) -> str:
    """Return what its person says of a case, which `is_left` as it is, as a reviewer reads it."""
    if is_left and kind in OWNERSHIP_KINDS:
        return LEFT_ANSWER
    return describe_verdict(kind, decision)


REVIEWER_ACCESS_REASONS: Final[Mapping[OpeningReason, str]] = {
    OpeningReason.SHARED: "The staff member shared it with IT.",
    OpeningReason.CONFIRMED: "The staff member confirmed that it is an impersonation.",
    OpeningReason.UNANSWERED: "It is urgent, and was not answered for a week.",
    OpeningReason.COUNSEL: (
        "The waiting period for such links has ended. The staff member knew about it."
    ),
    OpeningReason.EARLY_ACCESS: (
        "Two reviewers opened it early, for one day. The staff member was notified."
    ),
    OpeningReason.DECIDED: (
        "You decided on it, so you keep it until a week after its end or your last entry."
    ),
    OpeningReason.REPORT_BACK: "You reported it or told of it. You see no more of it than this.",
}
# Why it was open when a reviewer looked, in the audit log that all reviewers read.
AUDIT_OPENINGS: Final[Mapping[OpeningReason, str]] = {
    OpeningReason.SHARED: "the staff member shared it",
    OpeningReason.CONFIRMED: "the staff member confirmed that it is an impersonation",
    OpeningReason.UNANSWERED: "it is urgent and had no answer for a week",
    OpeningReason.COUNSEL: "the waiting period for such links had ended",
    OpeningReason.EARLY_ACCESS: "two reviewers had early access",
    OpeningReason.DECIDED: "this reviewer had decided on it",
    OpeningReason.REPORT_BACK: "this reviewer has something of it to take back",
}
OVERRULED_DECISION: Final = "IT decides what it is; the person's answer overrules it"
REVIEWER_NEXT_STEPS: Final[Mapping[tuple[StepActor, CaseStep], str]] = {
    (StepActor.SERVICE, CaseStep.NOTIFY): "Namesake emails the staff member",
    (StepActor.OPERATOR, CaseStep.MEND_ADDRESS): "An operator corrects the email address",
    (StepActor.PERSON, CaseStep.ANSWER): "The staff member says what it is",
    (StepActor.PERSON, CaseStep.CONFIRM): "The staff member confirms the answer",
    (StepActor.PERSON, CaseStep.REPORT): "The staff member reports it",
    (StepActor.PERSON, CaseStep.ESCALATE): "The staff member tries again, or leaves it as it is",
    (StepActor.IT, CaseStep.DECIDE): OVERRULED_DECISION,
    (StepActor.IT, CaseStep.REPORT): "IT reports it to the platform",
    (StepActor.IT, CaseStep.ESCALATE): "IT tries again, or asks the staff member",
    (StepActor.IT, CaseStep.TAKE_BACK): "IT takes back what it sent",
    (StepActor.PLATFORM, CaseStep.WAIT_FOR_ANSWER): "The platform or site is expected to answer",
    (StepActor.SERVICE, CaseStep.LOOK): "Namesake looks whether it is gone",
    (StepActor.SERVICE, CaseStep.CLOSE_AS_CLAIMED): "Namesake closes it, if it is not seen again",
}
# Where it is another one for a kind of case, as its person has it.
REVIEWER_STEPS_OF_KIND: Final[Mapping[CaseKind, Mapping[tuple[StepActor, CaseStep], str]]] = {
    # Nobody has to report a joke.
    CaseKind.MOCK_ACCOUNT: {
        (StepActor.PERSON, CaseStep.REPORT): "The staff member reports it, or leaves it as it is"
    },
    CaseKind.EXPOSED_CONTACT: {
        (StepActor.PERSON, CaseStep.REPORT): "The staff member asks for removal"
    },
    CaseKind.STUDENT_LINK: {
        (StepActor.PERSON, CaseStep.REPORT): "The staff member removes the link",
        (StepActor.IT, CaseStep.DECIDE): (
            "IT looks at it with the staff member, who alone can say what it is"
        ),
    },
    CaseKind.OWN_ACCOUNT_CHANGED: {
        (StepActor.PERSON, CaseStep.REPORT): "The staff member gets it back",
        (StepActor.PERSON, CaseStep.ESCALATE): "The staff member tries what else helps",
        (StepActor.IT, CaseStep.REPORT): "IT helps them get it back",
        (StepActor.PLATFORM, CaseStep.WAIT_FOR_ANSWER): (
            "The staff member says whether they are in again"
        ),
    },
}


# Of what two reviewers opened early, nothing is asked of IT.
MAY_DECIDE: Final = "IT may decide what it is; the person's answer overrules it"


def describe_review_step(
    nature: CaseKind, who: StepActor, what: CaseStep, *, is_early: bool = False
) -> str:
    """Return what happens next in a case of this nature, as a reviewer reads it."""
    if is_early and what is CaseStep.DECIDE and nature is not CaseKind.STUDENT_LINK:
        return MAY_DECIDE
    own = REVIEWER_STEPS_OF_KIND.get(nature, {})
    return own.get((who, what)) or REVIEWER_NEXT_STEPS[who, what]


REVIEWER_END_REASONS: Final[Mapping[EndReason, str]] = {
    EndReason.PROOF: "two checks, days apart, no longer found it",
    EndReason.SHOWN: "the staff member showed that it is gone",
    EndReason.RESTORED: "it shows the staff member again",
    # What they said follows.
    EndReason.DISMISSED: "the staff member",
    EndReason.CLAIMED: "it was said to be gone, not checked, and nobody said otherwise for 30 days",
    EndReason.SILENT: "IT said that nothing more is needed, and the staff member did not answer",
    EndReason.LAPSED: "it was not answered in time",
}


def describe_review_end(end: EndReason, decision: Decision | None, *, is_left: bool = False) -> str:
    """Return why a case ended, as a reviewer reads it.

    `decision` is what its person says, and it `is_left` where they leave what is real as it is.
    """
    words = REVIEWER_END_REASONS[end]
    if end is EndReason.DISMISSED and is_left:
        return LEFT_END
    if end is EndReason.DISMISSED and decision:
        return f"{words} {DECISION_PHRASES[decision]}"
    return UNTOLD_END if end is EndReason.DISMISSED else words


CASE_BINS: Final[Mapping[CaseBin, str]] = {
    CaseBin.NEEDS_YOU: "Needs IT",
    CaseBin.IN_PROGRESS: "Waiting for others",
    CaseBin.DONE: "Done",
}
HOLD_NOTICES: Final[Mapping[HoldAction, str]] = {
    HoldAction.PLACE: "The hold is in place. We are emailing the person.",
    HoldAction.LIFT: "The hold is lifted. We are emailing the person.",
}
HOLD_PROPOSALS: Final[Mapping[HoldAction, str]] = {
    HoldAction.PLACE: "Place a legal hold",
    HoldAction.LIFT: "Lift a legal hold",
}
HOLD_ERRORS: Final[Mapping[HoldAction, str]] = {
    HoldAction.PLACE: "This person is already under a legal hold.",
    HoldAction.LIFT: "This person is not under a legal hold.",
}
ANOTHER_PERSON: Final = (
    "This is not the work email of the person whom the other reviewer named. Compare with them: "
    "one of you mistyped. Nothing was done."
)
MISNAMED_TOO_OFTEN: Final = (
    "Three times you gave a work email that is not that of the person whom the other reviewer "
    "named. You can no longer confirm this; a third reviewer can, within the day. Or agree on the "
    "person, and propose it again."
)
RECORD_KINDS: Final[Mapping[RecordKind, str]] = {
    RecordKind.REVIEWER: "What reviewers did",
    RecordKind.OPERATOR: "What operators did",
}
RECORD_ACCESS: Final[Mapping[RecordAccess, str]] = {
    RecordAccess.EXPORTED: "What reviewers and operators did: by the form below.",
    RecordAccess.OFFICE: "Not by this page. Counsel asks IT.",
    RecordAccess.PERSON: "Never by this page. Counsel asks the person.",
}
# What a person may say of a report to a platform, and a hint beside it.
# What a reviewer wrote, asked or sent.
REMARKS: Final[Mapping[str, str]] = {
    "note": "noted",
    "question": "asked the person",
    "parents-told": "told families",
    "staff-told": "told the staff",
}
JOB_LABELS: Final[Mapping[str, str]] = {
    "check": "requested check",
    "daily-check": "requested daily check",
    "canaries": "self-tests of sources",
    "first-contact": "first contact with sources",
    "sweep": "weekly sweep",
    "digest": "weekly digest",
    "review": "weekly email to reviewers",
    "second-proof": "second check that a finding is gone",
    "recheck": "check whether an impersonation is gone",
    "erase": "delete a withdrawn person's data",
    "consent-reminder": "find consents that expire soon",
    "reminder": "invitation reminder",
    "nudges": "reminders to staff of open alerts",
    "district-check": "look-alikes of the district",
    "staff-folder": "look for a new staff file",
    "drill": "drill",
}
DRILL_OUTCOMES: Final[Mapping[DrillOutcome, str]] = {
    DrillOutcome.DONE: "found and reported",
    DrillOutcome.UNCHECKED: "could not be checked",
    DrillOutcome.UNFOUND: "not found",
    DrillOutcome.UNMAILED: "found, not reported",
}
NEW_WARNINGS: Final = "New warnings"
NOTICES: Final[Mapping[NoticeKind, str]] = {
    NoticeKind.DISK_FULL: "The disk is full",
    NoticeKind.SOURCES_PARKED: "News of sources that could not be checked",
    NoticeKind.ADDRESS_SUPPRESSED: "Addresses that reject email",
    NoticeKind.STAFF_FILE: "News of the staff file",
    NoticeKind.CASE_OPENED: "Cases that opened to reviewers",
    NoticeKind.LOOKALIKE_SEEN: "New look-alikes of the district",
}
OFFICES: Final[Mapping[Role, str]] = {
    Role.STAFF: "Staff",
    Role.OPERATOR: "Operators",
    Role.REVIEWER: "Reviewers",
}
# What a command waits for: "Waiting for the service to ... ."
# What an operator reads of a first contact: a source, or one of its answers, and then this.
CONTACT_VERDICTS: Final[Mapping[str, str]] = {
    "changed": "answers in a form that we do not read",
    "credulous": "finds what cannot exist",
    "silent": "finds nothing although something is there",
    "login": "asks to sign in",
    "wall": "blocks programs",
    "refused": "refuses us",
    "moved": "has moved to another address",
    "cut": "cuts off its answer",
    "late": "answers too late",
    "limited": "asks to come back later",
    "unreached": "cannot be reached",
    "robots": "refuses robots",
    "not-asked": "was not asked",
    "lenient": "understood, but accepts a broken request",
    "fields-gone": "understood, but earlier names are gone",
    "new-keys": "understood, with new names",
    "understood": "understood",
}
CONTACT_STATUSES: Final[Mapping[str, str]] = {
    "proven": "proven by first contact on {day}",
    "changed": "changed since {day}",
    "never-proven": "never proven",
}
REQUESTED_RUNS: Final[Mapping[str, str]] = {
    "check": "check this person",
    "canaries": "test the sources",
    "first-contact": "make first contact with the sources",
    "sweep": "run the sweep",
    "district-check": "look for look-alikes of the district",
}
AUDIT_END_PROBLEMS: Final[Mapping[AuditEndStatus, str]] = {
    AuditEndStatus.WHOLE: "",
    AuditEndStatus.CUT: "Rows were removed from the end of the audit log.",
    AuditEndStatus.OLDER: (
        "This database is older than the audit log end stored with the keys. "
        "If you restored it yourself, confirm that with `namesake audit --accept`."
    ),
    AuditEndStatus.REPLACED: (
        "This audit log does not match the end stored with the keys, as after a restored database "
        "was written to. If you restored it yourself, confirm that with `namesake audit --accept`."
    ),
}
# The actions of the audit log, after the name of who did it. Those about the district come first:
# any other is about a person, also where no row says about whom.
DISTRICT_ACTIONS: Final[Mapping[str, str]] = {
    "backed-up": "made a backup",
    "backup-failed": "failed to make a backup",
    "restored": "restored a backup",
    "clock-accepted": "accepted the time of the machine",
    "end-accepted": "accepted the end of the audit log",
    "roster-imported": "imported the student roster",
    "roster-erased": "erased all student links",
    "staff-imported": "imported a staff file",
    "look-alike-added": "added an address that imitates the district",
    "look-alike-decided": "decided on a look-alike of the district",
    "records-proposed": "proposed to export public records",
    "records-withdrawn": "withdrew a proposal to export public records",
    "records-exported": "exported public records",
}
# Staff and reviewers read the same words: "A reviewer viewed this case".
AUDIT_ACTIONS: Final[Mapping[str, str]] = {
    **DISTRICT_ACTIONS,
    "enrolled": "joined",
    "edited": "changed names, places, or accounts",
    "details-removed": "removed names, places, or accounts",
    "alert-feed-added": "added a feed",
    "alert-feed-removed": "removed a feed",
    "name-change-requested": "gave a name for IT to confirm",
    "name-withdrawn": "took back a name that was waiting for IT",
    "name-confirmed": "confirmed a name (email sent)",
    "name-refused": "did not confirm a name (email sent)",
    "account-removed": "stopped monitoring an account that shows another name",
    "proof-requested": "asked for a check of an account with a code",
    "account-proven": "found the code on an account",
    "proof-failed": "did not find the code on an account",
    "address-change-requested": "asked for email at another address",
    "address-changed": "changed the work email",
    "address-suppressed": "stopped sending to an address that returns email",
    "address-resumed": "started sending to an address again",
    "unsubscribed": "stopped the regular email",
    "daily-checks-begun": "began checks once a day",
    "daily-checks-ended": "ended checks once a day",
    "cadence-chosen": "chose how often the regular email comes",
    "language-chosen": "chose the language of pages and emails",
    "text-kept": "kept the consent text of before",
    "resubscribed": "started the regular email again",
    "reviewer-chosen": "chose who in IT must not see the alerts",
    "signed-in": "signed in",
    "signed-out": "signed out everywhere",
    "token-created": "created an access token",
    "token-revoked": "revoked an access token",
    "check-requested": "asked for a check",
    "answered": "answered whose this is",
    "decided": "decided on this alert",
    "lapsed": "reopened this alert",
    "closed": "closed this alert, because nothing is shown anymore",
    "viewed": "viewed this alert",
    "noted": "wrote a note on this alert",
    "assigned": "assigned this alert to themselves",
    "unassigned": "ended their assignment to this alert",
    "asked": "asked a question about this alert",
    "report-taken-back": "sent the text that takes a report back",
    "told-parents": "told families of this account",
    "told-staff": "told the staff of this account",
    "downloaded-evidence": "downloaded the evidence of this alert",
    "requested-early-access": "requested early access to this alert",
    "withdrew-early-access-request": "withdrew their request for early access to this alert",
    "flagged": "raised this alert",
    "opened-early": "opened this by early access (email sent)",
    "exported": "took a copy of all the data",
    "hold-proposed": "proposed to place a legal hold",
    "hold-proposal-refused": "tried to propose a legal hold",
    "hold-person-misnamed": "named another person to confirm a legal hold",
    "hold-proposal-withdrawn": "withdrew their proposal about a legal hold",
    "hold-placed": "placed a legal hold (email sent)",
    "hold-lift-proposed": "proposed to lift a legal hold",
    "hold-lifted": "lifted a legal hold (email sent)",
    "records-disclosed": "gave out records of what IT did about you, without your name",
    "consent-given": "agreed to the consent text",
    "consent-renewed": "renewed the consent",
    "consent-narrowed": "took back part of the consent",
    "consent-paused": "paused everything",
    "consent-resumed": "resumed after a pause",
    "consent-withdrawn": "left",
    "consent-reported-not-me": 'answered "not me" to an email',
    "consent-left": "ended the consent, because the person left the district",
    "consent-expired": "ended the consent, because it was not renewed",
    "withdrew": "left",
    "invitation-mail-viewed": "looked up if your invitation was sent",
    "invitation-resent": "asked to send your invitation again",
    "invited": "sent you an invitation",
    "proposed-as-left": "was told that a work email is no longer in the staff file or directory",
    "leaver-confirmed": "said that the person left the district",
    "leaver-dismissed": "said that the person is still here",
}
