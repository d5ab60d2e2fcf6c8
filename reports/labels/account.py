"""The words for one's own part: consent, joining, preferences, emails, and ways to sign in."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from monitor.domain.vocabulary import (
    AddressConfirmRefusal,
    AddressRequestRefusal,
    AuthMethod,
    ConsentAction,
    ConsentChannel,
    EmailCadence,
    EmailState,
    EnrollmentStep,
    Language,
    Role,
    Scope,
    TokenScope,
    UploadProblem,
)
from reports.labels.takedown import SCREENSHOT_PROBLEMS


class DigestKind(StrEnum):
    FIRST = "first"
    WEEKLY = "weekly"


# Each in its own words.
LANGUAGES: Final[Mapping[Language, str]] = {
    Language.ENGLISH: "English",
    Language.SPANISH: "Español",
}
INVITATION_BUTTON: Final = "Open your invitation"
OTHER_LANGUAGE_OFFER: Final = (
    "Is someone pretending to be you online? Namesake looks, if you say yes, in English, too. "
    "The button or the code below opens your invitation. To say no, do nothing."
)
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
    "reviewer-question": "Message from a reviewer",
    "new-address": "Confirm your new address",
    "address-changed": "Your address changed",
    "name-decided": "Decision about a name",
    "account-removed": "We stopped monitoring an account",
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
