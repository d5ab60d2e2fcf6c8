"""Every word that emails and pages show for an enum value, and the names of fields and sites."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from monitor.domain.language import Language
from monitor.domain.reason import Count, Label, Listed, Reason
from monitor.domain.vocabulary import (
    AccountReach,
    AddressConfirmRefusal,
    AddressRequestRefusal,
    AuditEndStatus,
    AuthMethod,
    BreachAdvice,
    CaseBin,
    CaseKind,
    CaseState,
    CaseStep,
    ConsentAction,
    ConsentChannel,
    ContactKind,
    CoverageState,
    Decision,
    DistrictFindingState,
    DrillOutcome,
    EmailCadence,
    EmailState,
    EndReason,
    EnrollmentStep,
    EventKind,
    FieldLikeness,
    FindingGroup,
    GapKind,
    HealthLevel,
    HoldAction,
    LetterKind,
    LeverKind,
    NoticeKind,
    OpeningReason,
    OwnershipLabel,
    PairSign,
    RecordAccess,
    RecordKind,
    Role,
    Scope,
    Severity,
    SourceStage,
    StaffLineState,
    StepActor,
    SweepKind,
    TokenScope,
    UploadProblem,
    spell_site_name,
)
from scrapers.facts.fact import FactReliability


class DigestKind(StrEnum):
    FIRST = "first"
    WEEKLY = "weekly"


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
# Behind or above a number of lines of a staff file.
# What a file says itself; of the others, no count is shown.
STAFF_LINE_STATES: Final[Mapping[StaffLineState, str]] = {
    StaffLineState.INACTIVE: "not active in the file",
    StaffLineState.STUDENT: "a student in the file",
    StaffLineState.FAMILY: "a parent or guardian in the file",
    StaffLineState.NO_STAFF_ROLE: "without a staff role in roles.csv",
}
ACCOUNT_REACHES: Final[Mapping[AccountReach, str]] = {
    AccountReach.WEEKLY: "Seen each week",
    AccountReach.MISSED: "Not seen lately",
    AccountReach.SEARCH: "Only through search",
    AccountReach.NEVER: "Never seen by us",
}
REACH_TONES: Final[Mapping[AccountReach, str]] = {
    AccountReach.WEEKLY: "good",
    AccountReach.MISSED: "medium",
    AccountReach.SEARCH: "medium",
    AccountReach.NEVER: "medium",
}
# What the owner of an account looks at where we cannot.
OWN_LOOKS: Final = (
    "Are its name, picture and text as you left them?",
    "Search there for your name. Does another account use it, or your picture?",
    "Who can see your posts and your friends, and find you by phone or email?",
)
# Each in its own words.
LANGUAGES: Final[Mapping[Language, str]] = {
    Language.ENGLISH: "English",
    Language.SPANISH: "Español",
}
OTHER_LANGUAGE_OFFER: Final = (
    "Is someone pretending to be you online? Namesake looks, if you say yes. "
    "Its pages come in English, too."
)
# Before what a page or an account says of itself, in quotes.
PAGE_LEAD: Final = "Its title is"
ACCOUNT_LEAD: Final = "It calls itself"
CHANGED_ACCOUNT_LEAD: Final = "It now calls itself"
EVENT_KINDS: Final[Mapping[EventKind, str]] = {
    EventKind.APPEARED: "New",
    EventKind.FOUND_NOW: "Found now, the first time we asked",
    EventKind.CHANGED: "Changed",
    EventKind.VANISHED: "Gone",
    EventKind.REAPPEARED: "Back again",
    EventKind.FLAPPING: "Comes and goes",
    EventKind.CLEARED: "Private contact details no longer shown",
}
OWNERS: Final[Mapping[OwnershipLabel, str]] = {
    OwnershipLabel.MINE: "yours",
    OwnershipLabel.ABOUT_ME: "seems to be about you",
    OwnershipLabel.MOCK: "made by others about you",
    OwnershipLabel.NAMESAKE: "someone else with your name",
    OwnershipLabel.IMPERSONATION: "possibly someone pretending to be you",
    OwnershipLabel.UNRELATED: "not about you",
    OwnershipLabel.UNKNOWN: "we do not know whose it is",
}
FINDING_GROUPS: Final[Mapping[FindingGroup, str]] = {
    FindingGroup.NEEDS_YOU: "Needs you",
    FindingGroup.IN_PROGRESS: "In progress",
    FindingGroup.MINE: "Mine",
    FindingGroup.ABOUT_ME: "About me",
    FindingGroup.SOMEONE_ELSE: "Someone else",
    FindingGroup.GONE: "Gone",
}
# After the name of a source.
GAPS: Final[Mapping[GapKind, str]] = {
    GapKind.PARTIAL: "has given only part of its answers",
    GapKind.BLOCKED: "has been blocking us",
    GapKind.LIMITED: "has been limiting our requests",
    GapKind.UNREADABLE: "has given answers we cannot trust",
    GapKind.FAILED: "could not be reached",
    GapKind.DECLINED: "has asked not to be read",
    GapKind.SKIPPED: "was not checked",
    GapKind.UNPROVEN: "has not passed its test yet",
    GapKind.ASKED: "has been in progress and is not finished",
    GapKind.LATE: "has been answering slowly and is not finished",
}
# After the number of sources.
COVERAGE_STATES: Final[Mapping[CoverageState, str]] = {
    CoverageState.NEWS: "answered with something new",
    CoverageState.NO_NEWS: "answered with nothing new",
    CoverageState.NOT_CHECKED: "could not be checked",
    CoverageState.NOT_ASKED: "not asked about you",
}
SOURCE_STAGES: Final[Mapping[SourceStage, str]] = {
    SourceStage.WAITING: "Waiting",
    SourceStage.TESTING: "Testing",
    SourceStage.ASKING: "Searching now",
    SourceStage.DONE: "Answered",
    SourceStage.STOPPED: "Stopped answering",
    SourceStage.BLOCKED: "Could not be searched",
    SourceStage.DOUBTED: "Failed its self-test, not used",
}
HEALTH_LEVELS: Final[Mapping[HealthLevel, str]] = {
    HealthLevel.OK: "OK",
    HealthLevel.WARN: "Needs attention",
    HealthLevel.BAD: "Urgent",
}
SCOPE_TITLES: Final[Mapping[Scope, str]] = {
    Scope.SEARCH: "Search engines",
    Scope.PEOPLE_SEARCH: "People-search sites",
    Scope.PROFILES: "Profile sites",
    Scope.MAIL_ADDRESS: "Your work email",
    Scope.MAIL_HASH: "Gravatar",
    Scope.BREACHES: "Data breaches",
    Scope.PHOTOS: "Profile pictures",
    Scope.STUDENT_LINKS: "Links to students",
}
# In the preview of all queries: whom a scope asks, in the order of the page, and what they learn.
PREVIEW_HEADINGS: Final[Mapping[Scope, str]] = {
    Scope.SEARCH: "Search engines",
    Scope.PEOPLE_SEARCH: "Search engines, about people-search sites",
    Scope.PROFILES: "Profile sites",
    Scope.MAIL_HASH: "Gravatar",
    Scope.BREACHES: "Data breaches",
    Scope.STUDENT_LINKS: "Contacts of your own accounts",
}
PREVIEW_DISCLOSURES: Final[Mapping[Scope, str]] = {
    Scope.SEARCH: "They learn these words, but not who is asking.",
    Scope.PEOPLE_SEARCH: "They learn these words. The people-search sites learn nothing.",
    Scope.PROFILES: "They learn that someone is looking for these names or usernames.",
    Scope.MAIL_HASH: "It learns a code made from your work email (a hash), not the address.",
    Scope.BREACHES: "It learns your work email address.",
    Scope.STUDENT_LINKS: "They learn that someone is reading these public contact lists.",
}
BREACH_ADVICE: Final[Mapping[BreachAdvice, str]] = {
    BreachAdvice.SECURE_ACCOUNT: (
        "Change this password, and turn on two-step sign-in. "
        "If you used the same password anywhere else, change it there too."
    ),
    BreachAdvice.CLEAN_DEVICE: (
        "A device that you used may have had malware. Have it checked first. "
        "Then change your passwords on a clean device, and turn on two-step sign-in."
    ),
    BreachAdvice.EXPECT_PHISHING: (
        "Passwords were not part of it. "
        "Be careful with emails and calls that seem to know you: they may use what leaked."
    ),
    BreachAdvice.EXPECT_SPAM: "There is no password to change. Expect more spam, and do not reply.",
}
BREACH_CREDIT: Final = (
    "Source: Have I Been Pwned (haveibeenpwned.com), licensed under CC BY 4.0. It does not tell us "
    "about sensitive sites: to see those too, look up your address there yourself."
)
# What Have I Been Pwned calls the kinds of data, where a plainer word says the same.
_DATA_CLASSES: Final[Mapping[str, str]] = {
    "account balances": "how much money an account had",
    "auth tokens": "sign-in tokens",
    "browser user agent details": "which browser was used",
    "device information": "which device was used",
    "geographic locations": "where people live",
    "government issued ids": "government ID numbers",
    "historical passwords": "earlier passwords",
    "ip addresses": "internet (IP) addresses",
    "mac addresses": "network addresses of devices",
    "partial credit card data": "parts of card numbers",
    "physical addresses": "postal addresses",
    "salutations": "forms of address",
    "security questions and answers": "security questions and their answers",
    "user website urls": "addresses of own websites",
}


def describe_data_class(words: str) -> str:
    """Say in plain words what kind of data leaked; what we do not know is said as it is."""
    known = _DATA_CLASSES.get(words.casefold())
    if known:
        return known
    initials = words[:2].isupper()
    return words if initials else f"{words[:1].lower()}{words[1:]}"


CONSENT_ENDINGS: Final[Mapping[ConsentAction, str]] = {
    ConsentAction.WITHDRAWN: "You withdrew it.",
    ConsentAction.REPORTED_NOT_ME: "You withdrew it.",
    ConsentAction.EXPIRED: "It was not renewed.",
    ConsentAction.LEFT: "The district says that you no longer work there.",
}
CONSENT_CHANGES: Final[Mapping[ConsentAction, str]] = {
    ConsentAction.RENEWED: "You renewed your consent",
    ConsentAction.NARROWED: "You changed what you agree to",
    ConsentAction.PAUSED: "You paused Namesake",
    ConsentAction.RESUMED: "You resumed Namesake",
}

# The end of a sentence about someone: "The person ... ."
DECISION_PHRASES: Final[Mapping[Decision, str]] = {
    Decision.MINE: "said that it is their own",
    Decision.NAMESAKE: "said that it is someone else with that name",
    Decision.UNRELATED: "said that it is not about them",
    Decision.HARMLESS: "said that it is harmless",
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
    Decision.REMOVAL_DONE: "said that the details are gone",
    Decision.SHARED: "shared it with IT",
    Decision.UNSHARED: "stopped sharing it with IT",
    Decision.REOPENED: "took the last answer back",
}
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
    CaseState.UNLINKED: "Link removed",
    CaseState.EXPLAINED: "Explained",
    CaseState.FAMILY: "Family",
    CaseState.REMOVAL_ASKED: "Removal requested",
    CaseState.REMOVAL_DONE: "Removed",
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
    Decision.REPORTED: "It was reported to its platform",
    Decision.REMOVED: "It was reported and taken down",
    Decision.REFUSED: "It was reported, but its platform left it up",
    Decision.STUDENT_LINK: "It is linked to students",
    Decision.UNLINKED: "It was linked to students, but no longer is",
    Decision.EXPLAINED: "There is a reason for it",
    Decision.FAMILY: "They are family",
    Decision.REMOVAL_ASKED: "You asked the site to remove the details",
    Decision.REMOVAL_DONE: "You said that the details are gone",
    CaseState.GONE: "It is no longer shown: two checks, days apart, agree",
    CaseState.RESTORED: "It shows your name, username and picture again",
}
# What it is called where the account is the person's own.
TAKEN_OVER: Final = "Somebody else has taken it over"
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
}
STEP_ACTORS: Final[Mapping[StepActor, str]] = {
    StepActor.PERSON: "your turn",
    StepActor.IT: "IT",
    StepActor.PLATFORM: "the site",
    StepActor.SERVICE: "we look",
    StepActor.OPERATOR: "your district",
}
# What a week came to; only one that was checked in full may pass for quiet.
WEEK_MARKS: Final[Mapping[str, str]] = {
    "quiet": "checked, quiet",
    "part": "some places not checked",
    "unknown": "not checked",
    "case": "a new case",
}
# What is alike in two accounts.
PAIR_SIGNS: Final[Mapping[PairSign, str]] = {
    PairSign.PICTURE: "Same picture",
    PairSign.BIO: "Same bio",
    PairSign.BIO_PART: "Part of your bio",
    PairSign.HANDLE: "Same username",
    PairSign.NAME: "Same name",
    PairSign.LINKS: "Same links",
    PairSign.LOCATION: "Same place",
    PairSign.NOT_COMPARED: "Pictures not compared",
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
    Decision.REPORTED: "Reported to the platform",
    Decision.REMOVED: "Taken down",
    Decision.REFUSED: "The platform left it up",
    # Who removes a link says with it that there was one.
    Decision.STUDENT_LINK: "I removed the link",
    Decision.REMOVAL_ASKED: "Removal requested",
    Decision.REMOVAL_DONE: "The details are gone",
    CaseState.GONE: "No longer shown",
    CaseState.RESTORED: "Yours again",
}
# What a person did with a case that is no answer to it.
OWN_STEPS: Final[Mapping[Decision, str]] = {
    Decision.SHARED: "You shared it with IT.",
    Decision.UNSHARED: "You stopped sharing it with IT.",
    Decision.REOPENED: "You undid your last answer.",
}
# What a reviewer may decide.
REVIEWER_CHOICES: Final[Mapping[Decision, str]] = {
    Decision.NAMESAKE: "Someone else with that name",
    Decision.UNRELATED: "Not about this person",
    Decision.HARMLESS: "Harmless",
    Decision.IMPERSONATION: "Impersonation",
    Decision.MOCK: "Made by others about this person",
    Decision.REPORTED: "Reported to the platform",
    Decision.REMOVED: "The platform removed it",
    Decision.REFUSED: "The platform left it up",
    Decision.STUDENT_LINK: "A link to a student",
    Decision.UNLINKED: "The link was removed",
    Decision.EXPLAINED: "The link is explained",
}
# What sets a choice apart from those beside it.
REVIEWER_HINTS: Final[Mapping[Decision, str]] = {
    Decision.NAMESAKE: "It is another person's, who has the same name.",
    Decision.UNRELATED: "It is about nobody of this name: found by mistake.",
    Decision.HARMLESS: "It is about this person, but nothing needs to be done.",
    Decision.IMPERSONATION: "Somebody pretends to be this person.",
    Decision.MOCK: "It talks about this person, without pretending to be them.",
}
# An own account pretends nothing: it changed, by its owner's hand or by another's.
CHANGED_ACCOUNT_CHOICES: Final[Mapping[Decision, str]] = {
    Decision.HARMLESS: "The owner changed it, or it does no harm",
    Decision.IMPERSONATION: TAKEN_OVER,
    Decision.REPORTED: "Reported to the platform as taken over",
}
# Registers that anyone may read, by the names under which their checks are stored.
PUBLIC_RECORDS: Final[Mapping[str, str]] = {
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
    Decision.FAMILY: "Family",
    Decision.REMOVAL_ASKED: "Removal requested",
    Decision.REMOVAL_DONE: "The details are gone",
}


def describe_verdict(kind: CaseKind, verdict: Decision) -> str:
    """Return what either side said of a case, as a reviewer reads it."""
    own = CHANGED_ACCOUNT_CHOICES if kind is CaseKind.OWN_ACCOUNT_CHANGED else {}
    return own.get(verdict, REVIEWER_ANSWERS[verdict])


# Why IT sees a case: to the person, after "IT sees this", and to a reviewer.
ACCESS_REASONS: Final[Mapping[OpeningReason, str]] = {
    OpeningReason.SHARED: "because you shared it",
    OpeningReason.CONFIRMED: "because you said that someone is pretending to be you",
    OpeningReason.UNANSWERED: "because it is serious and you did not answer within 7 days",
    OpeningReason.COUNSEL: "as your consent text says about such links",
    OpeningReason.EARLY_ACCESS: "because two reviewers opened it early; we notified you",
    OpeningReason.DECIDED: "because they have decided on it",
}
REVIEWER_ACCESS_REASONS: Final[Mapping[OpeningReason, str]] = {
    OpeningReason.SHARED: "The staff member shared it with IT.",
    OpeningReason.CONFIRMED: "The staff member confirmed that it is an impersonation.",
    OpeningReason.UNANSWERED: "It is urgent, and the staff member has not answered for a week.",
    OpeningReason.COUNSEL: (
        "The waiting period for such links has ended. The staff member knew about it."
    ),
    OpeningReason.EARLY_ACCESS: (
        "Two reviewers opened it early, for one day. The staff member was notified."
    ),
    OpeningReason.DECIDED: (
        "You have decided on it, so you keep it until a week after its end or your last entry."
    ),
}
# Why it was open when a reviewer looked, in the audit log that all reviewers read.
AUDIT_OPENINGS: Final[Mapping[OpeningReason, str]] = {
    OpeningReason.SHARED: "the staff member shared it",
    OpeningReason.CONFIRMED: "the staff member confirmed that it is an impersonation",
    OpeningReason.UNANSWERED: "it is urgent and had no answer for a week",
    OpeningReason.COUNSEL: "the waiting period for such links had ended",
    OpeningReason.EARLY_ACCESS: "two reviewers had early access",
    OpeningReason.DECIDED: "this reviewer had decided on it",
}
# What happens next, as the person reads it, and as IT does.
OWN_NEXT_STEPS: Final[Mapping[tuple[StepActor, CaseStep], str]] = {
    (StepActor.SERVICE, CaseStep.NOTIFY): "We email you about it.",
    (StepActor.OPERATOR, CaseStep.MEND_ADDRESS): "Your district corrects your email address.",
    (StepActor.PERSON, CaseStep.ANSWER): "You say what it is.",
    (StepActor.PERSON, CaseStep.CONFIRM): "You confirm your answer here: IT says that it is real.",
    (StepActor.PERSON, CaseStep.REPORT): "You report it, or ask for its removal.",
    (StepActor.PERSON, CaseStep.ESCALATE): "You report it again, or leave it as it is.",
    (StepActor.IT, CaseStep.DECIDE): "You say what it is. IT looks at it, too.",
    (StepActor.IT, CaseStep.REPORT): "IT reports it to the platform.",
    (StepActor.IT, CaseStep.ESCALATE): "IT tries again, or asks you.",
    (StepActor.PLATFORM, CaseStep.WAIT_FOR_ANSWER): "The platform or site answers.",
    (StepActor.SERVICE, CaseStep.LOOK): "We look whether it is gone.",
    (StepActor.SERVICE, CaseStep.CLOSE_AS_CLAIMED): "We close it, if it is not seen again.",
}
# An own account that was taken over is not reported.
RECOVERY_NEXT_STEP: Final = "You get it back on the platform's recovery page."
REVIEWER_NEXT_STEPS: Final[Mapping[tuple[StepActor, CaseStep], str]] = {
    (StepActor.SERVICE, CaseStep.NOTIFY): "Namesake emails the staff member",
    (StepActor.OPERATOR, CaseStep.MEND_ADDRESS): "An operator corrects the email address",
    (StepActor.PERSON, CaseStep.ANSWER): "The staff member says what it is",
    (StepActor.PERSON, CaseStep.CONFIRM): "The staff member confirms the answer",
    (StepActor.PERSON, CaseStep.REPORT): "The staff member reports it",
    (StepActor.PERSON, CaseStep.ESCALATE): "The staff member tries again, or leaves it as it is",
    (StepActor.IT, CaseStep.DECIDE): "IT decides what it is",
    (StepActor.IT, CaseStep.REPORT): "IT reports it to the platform",
    (StepActor.IT, CaseStep.ESCALATE): "IT tries again, or asks the staff member",
    (StepActor.PLATFORM, CaseStep.WAIT_FOR_ANSWER): "The platform or site answers",
    (StepActor.SERVICE, CaseStep.LOOK): "Namesake looks whether it is gone",
    (StepActor.SERVICE, CaseStep.CLOSE_AS_CLAIMED): "Namesake closes it, if it is not seen again",
}
OWN_END_REASONS: Final[Mapping[EndReason, str]] = {
    EndReason.PROOF: "Two checks, days apart, agree that it is no longer shown.",
    EndReason.SHOWN: "You showed that it is gone.",
    EndReason.RESTORED: "It shows your name, username and picture again.",
    EndReason.DISMISSED: "By your answer, nothing more is needed.",
    EndReason.CLAIMED: "It was said to be gone, and it was not seen for 30 days.",
    EndReason.SILENT: "IT found it harmless, and you did not answer for four weeks.",
    EndReason.LAPSED: "It was not answered, and it is not serious.",
}
REVIEWER_END_REASONS: Final[Mapping[EndReason, str]] = {
    EndReason.PROOF: "two checks, days apart, no longer found it",
    EndReason.SHOWN: "the staff member showed that it is gone",
    EndReason.RESTORED: "it shows the staff member again",
    EndReason.DISMISSED: "the staff member said that nothing more is needed",
    EndReason.CLAIMED: "it was said to be gone, and was not seen for 30 days",
    EndReason.SILENT: "IT found it harmless, and the staff member did not answer",
    EndReason.LAPSED: "it was not answered, and is not serious",
}
CASE_BINS: Final[Mapping[CaseBin, str]] = {
    CaseBin.NEEDS_YOU: "Needs IT",
    CaseBin.IN_PROGRESS: "In progress",
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
RECORD_KINDS: Final[Mapping[RecordKind, str]] = {
    RecordKind.REVIEWER: "What reviewers did",
    RecordKind.OPERATOR: "What operators did",
}
RECORD_ACCESS: Final[Mapping[RecordAccess, str]] = {
    RecordAccess.EXPORTED: "What reviewers and operators did: by the form below.",
    RecordAccess.OFFICE: "Not by this page. Counsel asks IT.",
    RecordAccess.PERSON: "Never by this page. Counsel asks the person.",
}

# How alike two fields are: on a page, and within a sentence of the evidence.
LIKENESSES: Final[Mapping[FieldLikeness, str]] = {
    FieldLikeness.SAME: "The same",
    FieldLikeness.LIKE: "Looks the same",
    FieldLikeness.PARTLY: "Partly the same",
    FieldLikeness.DIFFERENT: "Different",
    FieldLikeness.NOT_COMPARED: "Not compared",
}
EVIDENCE_LIKENESSES: Final[Mapping[FieldLikeness, str]] = {
    FieldLikeness.SAME: "the same",
    FieldLikeness.LIKE: "made to look the same",
    FieldLikeness.PARTLY: "the same in part",
    FieldLikeness.DIFFERENT: "different",
    FieldLikeness.NOT_COMPARED: "not compared",
}

# What a person may say of a report to a platform, and a hint beside it.
# What a reviewer wrote, asked or sent.
REMARKS: Final[Mapping[str, str]] = {
    "note": "noted",
    "question": "asked the person",
    "parents-told": "told families",
    "staff-told": "told the staff",
}
LETTERS: Final[Mapping[str, str]] = {
    LetterKind.PARENTS: "To families",
    LetterKind.STAFF: "To the staff",
}
LETTERS_SENT: Final[Mapping[str, str]] = {
    LetterKind.PARENTS: "I told families",
    LetterKind.STAFF: "I told the staff",
}
# By which way something was reported.
LEVERS: Final[Mapping[LeverKind, str]] = {
    LeverKind.SCHOOL: "the school's own channel",
    LeverKind.LAW: "a request by law",
    LeverKind.COMPLAINT: "a complaint to the Federal Trade Commission",
    LeverKind.FORM: "the platform's form or app",
    LeverKind.RECOVERY: "the page to get an account back",
    LeverKind.COPYRIGHT: "a copyright notice",
    LeverKind.HOST: "who hosts it",
    LeverKind.SEARCH: "a search engine",
    LeverKind.HASHES: "a service that keeps copies of a picture off",
    LeverKind.BROKERS: "one request to all brokers",
    LeverKind.OPT_OUT: "a request to remove details",
    LeverKind.COUNSEL: "a lawyer or the union",
}
REPORT_STEPS: Final[Mapping[Decision, tuple[str, str]]] = {
    Decision.REPORTED: ("I reported it", "We will look at the account again in three days."),
    Decision.REMOVED: ("It was removed", ""),
    Decision.REFUSED: (
        "The platform left it up",
        "You can report it again and show more copied elements.",
    ),
    Decision.HARMLESS: ("I leave it as it is", "We close it, and tell you if it changes."),
}
REPORTED_AGAIN: Final = ("I reported it again", "If it was another way, choose it below.")
# The same of an account that no source of ours opens.
_LOOK_YOURSELF = "We cannot open this account ourselves. Please look at it again in three days."
UNSEEN_REPORT_STEPS: Final[Mapping[Decision, tuple[str, str]]] = {
    Decision.REPORTED: ("I reported it", _LOOK_YOURSELF)
}
UNSEEN_REPORT_NOTICES: Final[Mapping[Decision, str]] = {
    Decision.REPORTED: (
        "Saved: you reported it. We cannot open this account ourselves. Please look at it again in "
        "three days."
    )
}
REPORT_NOTICES: Final[Mapping[Decision, str]] = {
    Decision.REPORTED: "Saved: you reported it. We will look at the account again in three days.",
    Decision.REMOVED: "Saved: it was removed. We keep checking whether it comes back.",
    Decision.REFUSED: ("Saved: the platform left it up. You can report it again and show more."),
    Decision.HARMLESS: "Saved: you leave it as it is. We tell you if it changes.",
}
SCREENSHOT_PROBLEMS: Final[Mapping[UploadProblem, str]] = {
    UploadProblem.UNSUPPORTED: (
        "Screenshots cannot be added here, because this server has no software to open pictures. "
        "Keep yours, and send them together with the evidence."
    ),
    UploadProblem.MISSING: "Choose a file first.",
    UploadProblem.TOO_LARGE: "This file has more than 5 MB. Choose a smaller one.",
    UploadProblem.TOO_MANY: "You have added 5 screenshots. Remove one to add another.",
    UploadProblem.UNREADABLE: (
        "We cannot open this file. Choose a screenshot as PNG, JPEG, or WebP, "
        "with at most 9 million pixels."
    ),
    UploadProblem.BUSY: "We could not check this file. Try again in a few minutes.",
    UploadProblem.SEXUAL: "You cannot add a picture of a page or account with sexual words.",
}
# As much of an ID as a reader has to write back.
REFERENCE: Final = 8
REFERENCE_PICTURE_PROBLEMS: Final[Mapping[UploadProblem, str]] = {
    UploadProblem.UNSUPPORTED: (
        "No picture can be added here, because this server has no software to open pictures."
    ),
    UploadProblem.MISSING: SCREENSHOT_PROBLEMS[UploadProblem.MISSING],
    UploadProblem.TOO_LARGE: SCREENSHOT_PROBLEMS[UploadProblem.TOO_LARGE],
    UploadProblem.UNREADABLE: (
        "We cannot open this file. Choose a picture as PNG, JPEG, or WebP, "
        "with at most 9 million pixels."
    ),
    UploadProblem.PLAIN: (
        "This picture is too small or too plain to tell from others. Choose another one."
    ),
    UploadProblem.BUSY: SCREENSHOT_PROBLEMS[UploadProblem.BUSY],
}
# What a person may say of a request to a site, and of an account of their own.
REMOVAL_STEPS: Final[Mapping[Decision, str]] = {
    Decision.REMOVAL_ASKED: "I asked for removal",
    Decision.REMOVAL_DONE: "It is gone",
}
OWN_REMOVAL_STEPS: Final[Mapping[Decision, str]] = {
    **REMOVAL_STEPS,
    Decision.REMOVAL_ASKED: "I removed it",
}
REMOVAL_NOTICES: Final[Mapping[Decision, str]] = {
    Decision.REMOVAL_ASKED: "Saved, with the date.",
    Decision.REMOVAL_DONE: "Saved: it is gone.",
}
# The links of advice to our own pages, by where they lead.
ADVICE_LINKS: Final[Mapping[str, str]] = {
    "kit": "Open the take-down kit",
    "removal": "See how to have them removed",
}
EVIDENCE_LINK: Final = "Download the evidence (ZIP)"
GUIDE_SOURCES: Final[Mapping[FactReliability, str]] = {
    FactReliability.OFFICIAL: "Source: its own page",
    FactReliability.SECONDARY: ("Unconfirmed: reported by others; check its own page"),
    FactReliability.RECALLED: "Unconfirmed: from memory, not looked up",
}

# Kinds of contact details, after "your".
OWN_CONTACTS: Final[Mapping[ContactKind, str]] = {
    ContactKind.PHONE: "phone number",
    ContactKind.MAIL: "private email address",
    ContactKind.HOME: "street address",
}
ENROLLMENT_STEPS: Final[Mapping[EnrollmentStep, str]] = {
    EnrollmentStep.READ: "Join Namesake",
    EnrollmentStep.SCOPES: "What may we search?",
    EnrollmentStep.NAMES: "What names do you go by?",
    EnrollmentStep.WORK: "Where do you work and live?",
    EnrollmentStep.ACCOUNTS: "Which accounts are yours?",
    EnrollmentStep.CHECK: "Check your answers and join",
}
ADDRESS_REQUEST_REFUSALS: Final[Mapping[AddressRequestRefusal, str]] = {
    AddressRequestRefusal.SAME: "This is already your address. Enter the new one",
    AddressRequestRefusal.OFTEN: "You asked five times within an hour. Wait a while, and try again",
}
ADDRESS_CONFIRM_REFUSALS: Final[Mapping[AddressConfirmRefusal, str]] = {
    AddressConfirmRefusal.OVER: (
        "This is not the code from your last email, or it has expired. Check your email again"
    ),
    AddressConfirmRefusal.ELSEWHERE: (
        "You asked for this link in another browser. Open it there, or ask for a new one here"
    ),
    AddressConfirmRefusal.TAKEN: (
        "Someone is already enrolled under this address. Ask IT whose it is"
    ),
}
# What someone who is not enrolled may do here.
ROLE_TASKS: Final[Mapping[Role, str]] = {
    Role.REVIEWER: "reviewing",
    Role.OPERATOR: "operating the service",
}

# In the copy of a person's data.
CONSENT_ACTIONS: Final[Mapping[ConsentAction, str]] = {
    ConsentAction.GIVEN: "You agreed",
    **CONSENT_CHANGES,
    ConsentAction.WITHDRAWN: "You withdrew your consent",
    ConsentAction.REPORTED_NOT_ME: "Someone with your email said that it was not them",
    ConsentAction.LEFT: "The district said that you no longer work there",
    ConsentAction.EXPIRED: "It was not renewed",
}
CONSENT_CHANNELS: Final[Mapping[ConsentChannel, str]] = {
    ConsentChannel.PORTAL: "Your pages",
    ConsentChannel.EMAIL: "A link in an email",
    ConsentChannel.OPERATOR: "IT",
    ConsentChannel.AUTOMATIC: "Automatically",
}
OWN_CASE_STATES: Final[Mapping[str, str]] = {
    CaseState.NEW: "New",
    CaseState.OPEN: "Open",
    **GIVEN_ANSWERS,
}
# The same on the page about removal, and the ends of its sentences to the person.
REMOVAL_STATES: Final[Mapping[str, str]] = {
    **OWN_CASE_STATES,
    CaseState.MINE: "The details are mine",
}
REMOVAL_PHRASES: Final[Mapping[Decision, str]] = {
    **DECISION_PHRASES,
    Decision.MINE: "said that the details are yours",
    Decision.NAMESAKE: "said that they belong to someone else with your name",
    Decision.UNRELATED: "said that it is not about you",
}
SWEEP_KINDS: Final[Mapping[SweepKind, str]] = {
    SweepKind.SWEEP: "Weekly check",
    SweepKind.SELFCHECK: "Check that you asked for",
    SweepKind.PROOF: "Check of an account that you claimed",
    SweepKind.CANARIES: "Test of the sources",
    SweepKind.DISTRICT: "Check for look-alikes of the district",
}
EMAIL_CADENCES: Final[Mapping[EmailCadence, str]] = {
    EmailCadence.WEEKLY: "Every week",
    EmailCadence.MONTHLY: "Every four weeks",
    EmailCadence.ON_NEWS: "Only when something is new",
}
# How often it comes, in the footer of an email.
CADENCE_SENTENCES: Final[Mapping[EmailCadence, str]] = {
    EmailCadence.WEEKLY: "Your regular email comes every week.",
    EmailCadence.MONTHLY: "Your regular email comes every four weeks.",
    EmailCadence.ON_NEWS: "Your regular email comes only when something is new.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferenceWords:
    """What asks a person to choose, and what is said of each choice."""

    question: str
    button: str
    choices: Mapping[Any, str]
    sentences: Mapping[Any, str]


# What people choose about their regular email, by the name of its field in the preferences.
PREFERENCES: Final[Mapping[str, PreferenceWords]] = {
    "cadence": PreferenceWords(
        question="How often?",
        button="Save how often",
        choices=EMAIL_CADENCES,
        sentences=CADENCE_SENTENCES,
    ),
}
EMAIL_KINDS: Final[Mapping[str, str]] = {
    "digest": "Regular email",
    "review": "Weekly email for reviewers",
    "self-check": "Results of a check",
    "alert": "Alert",
    "nudge": "Reminder of what waits",
    "withdrawn": "Goodbye",
    "break-glass": "Something was opened early",
    "enrolled": "Welcome",
    "invitation": "Invitation",
    "reminder": "Reminder to answer an invitation",
    "invited-again": "Invitation that you have answered",
    "email-history": "List of your emails",
    "consent-ending": "Reminder to renew",
    "consent-changed": "Your consent changed",
    "legal-hold": "Legal hold",
    "own-data": "Copy of your data",
    "sign-in-link": "Link to sign in",
    "tell-link": "Link to report a fake account",
    "sources-parked": "Sources that do not answer",
    "address-suppressed": "Email returned",
    "disk-full": "Disk is full",
    "staff-file": "Staff file",
    "trial": "Test email",
    "reviewer-question": "Question from a reviewer",
    "new-address": "Confirm your new address",
    "address-changed": "Your address changed",
    "name-decided": "Decision about a name",
    "account-removed": "We stopped monitoring an account",
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
EMAIL_STATES: Final[Mapping[EmailState, str]] = {
    EmailState.QUEUED: "Waiting",
    EmailState.SENT: "Sent",
    EmailState.DEAD: "Not delivered",
}
ACT_MEANS: Final[Mapping[str, str]] = {
    "link": "with a link from an email",
    "token": "with an access token",
}
AUTH_METHODS: Final[Mapping[AuthMethod, str]] = {
    AuthMethod.LINK: "A link in an email",
    AuthMethod.INVITATION: "An invitation",
    AuthMethod.OIDC: "Your district account",
    AuthMethod.HEADER: "Your district's sign-in page",
    AuthMethod.TOKEN: "An access token",
    AuthMethod.DEMO: "The demo",
}
TOKEN_SCOPES: Final[Mapping[TokenScope, str]] = {
    TokenScope.OWN_READ: "Read my results, alerts, checks and information",
    TokenScope.OWN_ANSWER: "Answer results and alerts for me",
    TokenScope.OWN_CHECK: "Ask for a check of me",
    TokenScope.OWN_CALENDAR: "Show in a calendar when I am checked",
    TokenScope.REVIEW_READ: "List the cases that IT can see, without names",
    TokenScope.REVIEW_OPEN: "Open these cases, with names (recorded each time)",
    TokenScope.REVIEW_FEED: "Count the cases that IT can see, in a feed reader",
    TokenScope.OPERATE_READ: "Read health, jobs and sources",
    TokenScope.OPERATE_INVITE: "Invite staff",
}
# Title, what it is, what its address reveals, and the button.
FEED_OFFERS: Final[Mapping[Role, tuple[str, str, str, str]]] = {
    Role.STAFF: (
        "Your checks in a calendar",
        (
            "Calendar programs can subscribe to an address with the dates of your checks, and of "
            "the next one. It works for a year."
        ),
        (
            "Anyone who has the address sees that you use Namesake, and when you are checked. It "
            "shows no result and no name. If it gets into wrong hands, revoke it on this page."
        ),
        "Create calendar address",
    ),
    Role.REVIEWER: (
        "The queue in a feed reader",
        (
            "Feed readers can subscribe to an address with the number of cases that are open to "
            "IT, by severity. It works for a year."
        ),
        (
            "Anyone who has the address sees these numbers, and when a case last opened. It shows "
            "no name, no school and no finding. If it gets into wrong hands, revoke it on this "
            "page."
        ),
        "Create feed address",
    ),
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
# The actions of the audit log, after the name of who did it. Staff and reviewers read the same
# words: "A reviewer viewed this case".
AUDIT_ACTIONS: Final[Mapping[str, str]] = {
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
    "resubscribed": "started the regular email again",
    "reviewer-chosen": "chose who in IT must not see the alerts",
    "signed-in": "signed in",
    "signed-out": "signed out everywhere",
    "token-created": "created an access token",
    "token-revoked": "revoked an access token",
    "check-requested": "asked for a check",
    "answered": "answered whose this is",
    "answered-by-link": "answered with a link from an email",
    "decided": "answered this alert",
    "lapsed": "reopened this alert",
    "closed": "closed this alert, because nothing is shown anymore",
    "viewed": "viewed this alert",
    "noted": "wrote a note on this alert",
    "assigned": "assigned this alert to themselves",
    "unassigned": "ended their assignment to this alert",
    "asked": "asked a question about this alert",
    "told-parents": "told families of this account",
    "told-staff": "told the staff of this account",
    "downloaded-evidence": "downloaded the evidence of this alert",
    "requested-early-access": "requested early access to this alert",
    "withdrew-early-access-request": "withdrew their request for early access to this alert",
    "flagged": "raised this alert",
    "look-alike-decided": "decided on a look-alike of the district",
    "opened-early": "opened this by early access (email sent)",
    "exported": "took a copy of all the data",
    "hold-proposed": "proposed to place a legal hold",
    "hold-proposal-refused": "tried to propose a legal hold",
    "hold-proposal-withdrawn": "withdrew their proposal about a legal hold",
    "hold-placed": "placed a legal hold (email sent)",
    "hold-lift-proposed": "proposed to lift a legal hold",
    "hold-lifted": "lifted a legal hold (email sent)",
    "records-proposed": "proposed to export public records",
    "records-withdrawn": "withdrew a proposal to export public records",
    "records-exported": "exported public records",
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


def describe_exposures(pages: int, kinds: Collection[ContactKind]) -> Reason:
    """Say of several pages at once what they show, the worst first."""
    worst_first = (ContactKind.HOME, ContactKind.PHONE, ContactKind.MAIL)
    listed = Listed(tuple(Label("own-contacts", kind) for kind in worst_first if kind in kinds))
    return Reason("exposures", {"pages": Count(pages), "kinds": listed})


def describe_case_kind(kind: CaseKind, severity: Severity) -> Reason:
    """Say to the person what a case is about."""
    if kind is CaseKind.OWN_ACCOUNT_CHANGED and severity is Severity.HIGH:
        return Reason("case.own-account-changed.taken-over")
    return Reason(f"case.{kind}")


_FIELD_WORDS = {
    "name": "display name",
    "handle": "username",
    "bio": "bio",
    "picture_hash": "picture",
    "links": "links",
    "private": "privacy setting",
    "title": "title",
}


def describe_field(field: str) -> str:
    return _FIELD_WORDS.get(field, field.replace("_", " "))


def format_account(account: str) -> str:
    """Write the key of an account (`ko-fi:@rosa`) as people do: `Ko-fi @rosa`."""
    platform, separator, handle = account.partition(":")
    return f"{spell_site_name(platform)} {handle}" if separator else account


def strip_platform(account: str) -> str:
    """Return what a platform itself calls an account, without our name of the platform."""
    return account.partition(":")[2] or account


@lru_cache(maxsize=4096)  # a page names each source of the district, some twice
def format_site_name(source: str) -> str:
    """Write the key of a source (`speaker-deck`) as people do; what has capitals keeps them.

    A host is written so that no mail program turns it into a link.
    """
    if source != source.lower() or "." in source:
        return source.replace(".", "[.]")
    return spell_site_name(source)
