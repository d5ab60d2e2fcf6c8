"""Every word that emails and pages show for an enum value, and the names of fields and sites."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from monitor.domain.vocabulary import (
    AllowedReporter,
    ConsentAction,
    Decision,
    EventKind,
    FieldLikeness,
    FlagKind,
    FlagState,
    GapKind,
    GuideReliability,
    HealthLevel,
    HoldAction,
    OpeningReason,
    OwnershipLabel,
    ProofRequirement,
    Scope,
    Severity,
    SourceStage,
)


class DigestKind(StrEnum):
    FIRST = "first"
    WEEKLY = "weekly"


SEVERITIES: Final[Mapping[Severity, str]] = {
    Severity.HIGH: "High",
    Severity.MEDIUM: "Medium",
    Severity.LOW: "Low",
}
FLAG_KINDS: Final[Mapping[FlagKind, str]] = {
    FlagKind.IMPERSONATION: "Possible impersonation",
    FlagKind.STUDENT_LINK: "Link to a student",
    FlagKind.EXPOSED_CONTACT: "Private contact details in public",
    FlagKind.OWN_ACCOUNT_CHANGED: "Own account changed",
}
# Before what a page says of itself, in quotes.
QUOTE_LEADS: Final[Mapping[FlagKind, str]] = {
    FlagKind.IMPERSONATION: "It calls itself",
    FlagKind.STUDENT_LINK: "It calls itself",
    FlagKind.EXPOSED_CONTACT: "It calls itself",
    FlagKind.OWN_ACCOUNT_CHANGED: "It now calls itself",
}
EVENT_KINDS: Final[Mapping[EventKind, str]] = {
    EventKind.APPEARED: "New",
    EventKind.CHANGED: "Changed",
    EventKind.VANISHED: "Gone",
    EventKind.REAPPEARED: "Back again",
    EventKind.FLAPPING: "Comes and goes",
    EventKind.CLEARED: "Private contact details no longer shown",
}
OWNERS: Final[Mapping[OwnershipLabel, str]] = {
    OwnershipLabel.OWN: "your own account",
    OwnershipLabel.NAMESAKE: "someone else with your name",
    OwnershipLabel.IMPERSONATION: "possibly someone pretending to be you",
    OwnershipLabel.UNRELATED: "not about you",
    OwnershipLabel.UNKNOWN: "we do not know whose it is",
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
    Scope.PROFILES: "Profile sites",
    Scope.MAIL_ADDRESS: "Your work email",
    Scope.MAIL_HASH: "Gravatar",
    Scope.PHOTOS: "Profile pictures",
    Scope.STUDENT_LINKS: "Links to students",
}
# In the preview of all queries: whom a scope asks, in the order of the page, and what they learn.
PREVIEW_HEADINGS: Final[Mapping[Scope, str]] = {
    Scope.SEARCH: "Search engines",
    Scope.PROFILES: "Profile sites",
    Scope.MAIL_HASH: "Gravatar",
    Scope.STUDENT_LINKS: "Contacts of your own accounts",
}
PREVIEW_DISCLOSURES: Final[Mapping[Scope, str]] = {
    Scope.SEARCH: "They learn these words, but not who is asking.",
    Scope.PROFILES: "They learn that someone is looking for these names or handles.",
    Scope.MAIL_HASH: "It learns a code made from your work email (a hash), not the address.",
    Scope.STUDENT_LINKS: "They learn that someone is reading these public contact lists.",
}
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
    Decision.REPORTED: "reported it to the platform",
    Decision.REMOVED: "noted that the platform removed it",
    Decision.REFUSED: "noted that the platform left it up",
    Decision.STUDENT_LINK: "said that it is a link to a student",
    Decision.UNLINKED: "said that the link was removed",
    Decision.EXPLAINED: "explained the link",
    Decision.FAMILY: "said that it is family",
    Decision.SHARED: "shared it with IT",
    Decision.REOPENED: "took the last answer back",
}
# The status of a flag, as IT reads it.
FLAG_STATES: Final[Mapping[FlagState, str]] = {
    FlagState.NEW: "New",
    FlagState.OPEN: "Open",
    FlagState.MINE: "Their own",
    FlagState.NAMESAKE: "Someone else with that name",
    FlagState.HARMLESS: "Harmless",
    FlagState.IMPERSONATION: "Confirmed",
    FlagState.REPORTED: "Reported",
    FlagState.REMOVED: "Removed",
    FlagState.REFUSED: "Left up by the platform",
    FlagState.STUDENT_LINK: "Confirmed",
    FlagState.UNLINKED: "Link removed",
    FlagState.EXPLAINED: "Explained",
    FlagState.FAMILY: "Family",
    FlagState.GONE: "Gone",
}
# What was decided, as a sentence to the person without its period.
DECISION_SENTENCES: Final[Mapping[str, str]] = {
    Decision.MINE: "It is yours",
    Decision.NAMESAKE: "It is someone else with your name",
    Decision.UNRELATED: "It is not about you",
    Decision.HARMLESS: "It is harmless",
    Decision.IMPERSONATION: "It pretends to be you",
    Decision.REPORTED: "It pretends to be you, and was reported",
    Decision.REMOVED: "It pretended to be you, and was taken down",
    Decision.REFUSED: "It pretends to be you, but its platform left it up",
    Decision.STUDENT_LINK: "It is linked to students",
    Decision.UNLINKED: "It was linked to students, but no longer is",
    Decision.EXPLAINED: "There is a reason for it",
    Decision.FAMILY: "They are family",
    FlagState.GONE: "They are no longer shown: two checks, days apart, agree",
}
# What a flag says to the person.
_FLAG_SENTENCES: Final[Mapping[FlagKind, str]] = {
    FlagKind.IMPERSONATION: "This account may be pretending to be you.",
    FlagKind.STUDENT_LINK: "Your account seems to be linked to student accounts.",
    FlagKind.EXPOSED_CONTACT: "Private contact details appear next to your name.",
    FlagKind.OWN_ACCOUNT_CHANGED: "Your own account has changed. If it was not you, act now.",
}

# What a person may answer, in the order of the buttons and of the keys that stand for them.
ANSWERS: Final[Mapping[Decision, str]] = {
    Decision.MINE: "This is me",
    Decision.NAMESAKE: "Someone else with my name",
    Decision.IMPERSONATION: "Someone pretending to be me",
    Decision.UNRELATED: "Not about me",
}
PAGE_ANSWERS: Final[Mapping[Decision, str]] = {**ANSWERS, Decision.MINE: "This is about me"}
FLAG_ANSWERS: Final[Mapping[FlagKind, Mapping[Decision, str]]] = {
    FlagKind.IMPERSONATION: {**ANSWERS, Decision.HARMLESS: "I know about it, and it is fine"},
    FlagKind.STUDENT_LINK: {
        Decision.UNLINKED: "I removed the link",
        Decision.EXPLAINED: "There is a good reason for it",
        Decision.FAMILY: "They are family",
        Decision.HARMLESS: "They are not students",
    },
    FlagKind.EXPOSED_CONTACT: {
        Decision.MINE: "The details are mine",
        Decision.NAMESAKE: "They belong to someone else with my name",
        Decision.UNRELATED: "Not about me",
        Decision.HARMLESS: "Leave it up",
    },
    FlagKind.OWN_ACCOUNT_CHANGED: {
        Decision.MINE: "I changed it myself",
        Decision.IMPERSONATION: "It was not me",
        Decision.HARMLESS: "It does not matter",
    },
}
# What was answered or decided, as the person reads it later.
GIVEN_ANSWERS: Final[Mapping[str, str]] = {
    Decision.MINE: "This is me",
    Decision.NAMESAKE: "Someone else with my name",
    Decision.IMPERSONATION: "Someone pretending to be me",
    Decision.UNRELATED: "Not about me",
    Decision.UNLINKED: "I removed the link",
    Decision.EXPLAINED: "There is a good reason for it",
    Decision.FAMILY: "They are family",
    Decision.HARMLESS: "Harmless",
    Decision.REPORTED: "Reported to the platform",
    Decision.REMOVED: "Taken down",
    Decision.REFUSED: "The platform left it up",
    Decision.STUDENT_LINK: "A link to a student",
    FlagState.GONE: "No longer shown",
}
# What a person did with a flag that is no answer to it.
OWN_STEPS: Final[Mapping[Decision, str]] = {
    Decision.SHARED: "You shared it with IT.",
    Decision.REOPENED: "You undid your last answer.",
}
# What a reviewer may decide.
REVIEWER_CHOICES: Final[Mapping[Decision, str]] = {
    Decision.NAMESAKE: "Someone else with that name",
    Decision.UNRELATED: "Not about this person",
    Decision.HARMLESS: "Harmless",
    Decision.IMPERSONATION: "Impersonation",
    Decision.REPORTED: "Impersonation, reported",
    Decision.REMOVED: "Reported, and the platform removed it",
    Decision.REFUSED: "Reported, and the platform left it up",
    Decision.STUDENT_LINK: "A link to a student",
    Decision.UNLINKED: "The link was removed",
    Decision.EXPLAINED: "The link is explained",
}
# What anyone decided, as a reviewer reads it.
REVIEWER_ANSWERS: Final[Mapping[Decision, str]] = {
    **REVIEWER_CHOICES,
    Decision.MINE: "Their own",
    Decision.FAMILY: "Family",
}
# Why IT sees a flag: to the person, after "IT sees this", and to a reviewer.
ACCESS_REASONS: Final[Mapping[OpeningReason, str]] = {
    OpeningReason.SHARED: "because you shared it",
    OpeningReason.CONFIRMED: "because you said that someone is pretending to be you",
    OpeningReason.UNANSWERED: "because it is serious and you did not answer within 7 days",
    OpeningReason.COUNSEL: "as your consent text says about such links",
    OpeningReason.BREAK_GLASS: "because two reviewers opened it early; we notified you",
}
REVIEWER_ACCESS_REASONS: Final[Mapping[OpeningReason, str]] = {
    OpeningReason.SHARED: "The staff member shared it with IT.",
    OpeningReason.CONFIRMED: "The staff member confirmed that it is an impersonation.",
    OpeningReason.UNANSWERED: "It is urgent, and the staff member has not answered for a week.",
    OpeningReason.COUNSEL: (
        "The waiting period for such links has ended. The staff member knew about it."
    ),
    OpeningReason.BREAK_GLASS: (
        "Two reviewers opened it early, for one day. The staff member was notified."
    ),
}
HOLD_NOTICES: Final[Mapping[HoldAction, str]] = {
    HoldAction.PLACE: "The hold is in place. We are emailing the person.",
    HoldAction.LIFT: "The hold is lifted. We are emailing the person.",
}
HOLD_ERRORS: Final[Mapping[HoldAction, str]] = {
    HoldAction.PLACE: "This person is already under a legal hold.",
    HoldAction.LIFT: "This person is not under a legal hold.",
}

# How alike two fields are: on a page, and within a sentence of the evidence.
LIKENESSES: Final[Mapping[FieldLikeness, str]] = {
    FieldLikeness.SAME: "The same",
    FieldLikeness.LIKE: "Looks the same",
    FieldLikeness.PARTLY: "Partly the same",
    FieldLikeness.DIFFERENT: "Different",
}
EVIDENCE_LIKENESSES: Final[Mapping[FieldLikeness, str]] = {
    FieldLikeness.SAME: "the same",
    FieldLikeness.LIKE: "made to look the same",
    FieldLikeness.PARTLY: "the same in part",
    FieldLikeness.DIFFERENT: "different",
}

# What a person may say of a report to a platform, and a hint beside it.
REPORT_STEPS: Final[Mapping[Decision, tuple[str, str]]] = {
    Decision.REPORTED: ("I reported it", "We will look at the account again in three days."),
    Decision.REMOVED: ("It was removed", ""),
    Decision.REFUSED: (
        "The platform left it up",
        "You can report it again and show more copied elements.",
    ),
    Decision.REOPENED: ("Undo the last entry", ""),
}
REPORT_NOTICES: Final[Mapping[Decision, str]] = {
    Decision.REPORTED: "Saved: you reported it. We will look at the account again in three days.",
    Decision.REMOVED: "Saved: it was removed. We keep checking whether it comes back.",
    Decision.REFUSED: ("Saved: the platform left it up. You can report it again and show more."),
    Decision.REOPENED: "The last entry was undone.",
}
REPORTERS: Final[Mapping[AllowedReporter, str]] = {
    AllowedReporter.PERSON: "you",
    AllowedReporter.REPRESENTATIVE: "your legal representative",
    AllowedReporter.PARENT: "the parents of a minor",
    AllowedReporter.ANYBODY: "anyone, so coworkers can help",
}
PROOF_REQUIREMENTS: Final[Mapping[ProofRequirement, str]] = {
    ProofRequirement.NO: "It asks for no proof of who you are.",
    ProofRequirement.SOMETIMES: (
        "It often asks for proof of who you are, such as a photo of a document."
    ),
    ProofRequirement.ALWAYS: "It asks for a photo of an identity document.",
    ProofRequirement.UNTOLD: "It may ask for proof of who you are. We could not find out.",
}
GUIDE_SOURCES: Final[Mapping[GuideReliability, str]] = {
    GuideReliability.OFFICIAL: "Source: the platform's own page",
    GuideReliability.SECONDARY: ("Unconfirmed: reported by others; check the platform's own page"),
    GuideReliability.RECALLED: "Unconfirmed: from memory, not looked up",
}


def describe_flag_kind(kind: FlagKind, severity: Severity) -> str:
    if kind is FlagKind.OWN_ACCOUNT_CHANGED and severity is Severity.HIGH:
        return "Your own account may have been taken over."
    return _FLAG_SENTENCES[kind]


_FIELD_WORDS = {
    "name": "display name",
    "handle": "handle",
    "bio": "bio",
    "picture_hash": "picture",
    "links": "links",
    "private": "privacy setting",
    "title": "title",
}

# A reader does not care who searches; the other names have capitals within.
_SITE_NAMES = {
    "searxng": "Web search",
    "gdelt": "GDELT",
    "github": "GitHub",
    "gitlab": "GitLab",
    "linkedin": "LinkedIn",
    "soundcloud": "SoundCloud",
    "stackoverflow": "Stack Overflow",
    "tiktok": "TikTok",
    "wordpress": "WordPress",
    "youtube": "YouTube",
}


def describe_field(field: str) -> str:
    return _FIELD_WORDS.get(field, field.replace("_", " "))


def format_site_name(source: str) -> str:
    """Write the key of a source (`speaker-deck`) as people do; what has capitals keeps them.

    A host is written so that no mail program turns it into a link, and which API of a site is meant
    (`github-api`) is left out. Words about several sources stay as they are.
    """
    if " " in source:
        return source
    if source != source.lower() or "." in source:
        return source.replace(".", "[.]")
    source = source.removesuffix("-api")
    spelled = " ".join(f"{word[:1].upper()}{word[1:]}" for word in source.split("-"))
    return _SITE_NAMES.get(source, spelled)
