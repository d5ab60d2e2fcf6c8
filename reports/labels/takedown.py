"""The words for reports to platforms, requests to remove details, and what came of them."""

from collections.abc import Collection, Mapping
from typing import Final

from monitor.domain.reason import Count, Label, Listed, Reason
from monitor.domain.vocabulary import (
    CaseState,
    ContactKind,
    Decision,
    LetterKind,
    LeverKind,
    UploadProblem,
)
from reports.answer_choices import LEFT_AS_IT_IS, STOPS_ASKING
from reports.labels.cases import OWN_CASE_STATES, OWN_DECISION_PHRASES
from scrapers.facts.fact import FactReliability

LETTERS: Final[Mapping[str, str]] = {
    LetterKind.PARENTS: "To families",
    LetterKind.STAFF: "To the staff",
    LetterKind.CORRECTION: "To whom you told",
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
    LeverKind.APPEAL: "a second report, with what is copied",
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
    Decision.REPORTED: (
        "I reported it",
        "Press it after sending: we send nothing.",
    ),
    Decision.REMOVED: ("It was removed", ""),
    Decision.REFUSED: ("The platform left it up", "We say what helps next."),
    Decision.HARMLESS: (LEFT_AS_IT_IS, STOPS_ASKING),
}
REPORTED_AGAIN: Final = ("I reported it again", "")
# After a report of IT.
REPORTED_TOO: Final = ("I reported it, too", "")
STILL_THERE: Final = ("It is still there", "")
ASKED_AGAIN: Final = "It is still there: I asked again"
REMOVED_AGAIN: Final = "It is still there: I removed it again"
# The plan once something was reported.
REPORTED_TITLE: Final = "How the report is going"
IT_REPORTED_TITLE: Final = "How IT's report is going"
# The same of an account that no source of ours opens.
UNSEEN_REPORT_NOTICES: Final[Mapping[Decision, str]] = {
    Decision.REPORTED: (
        "Saved: you reported it. We cannot open this account ourselves. Please look at it again in "
        "three days."
    )
}
REPORT_NOTICES: Final[Mapping[Decision, str]] = {
    Decision.REPORTED: "Saved: you reported it. The last step says when we look again.",
    Decision.REMOVED: "Saved: it was removed. We look now, and again in three days.",
    Decision.REFUSED: "Saved: the platform left it up.",
    Decision.HARMLESS: "Saved: you leave it as it is. If it changes, we ask you again.",
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
    UploadProblem.SEXUAL: (
        "You cannot add a picture of what may be sexual, or of a student's account."
    ),
}
# What a person may say of a request to a site, and of an account of their own.
REMOVAL_STEPS: Final[Mapping[Decision, str]] = {
    Decision.REMOVAL_ASKED: "I asked for removal",
    Decision.REMOVAL_DONE: "I no longer see it",
}
OWN_REMOVAL_STEPS: Final[Mapping[Decision, str]] = {
    **REMOVAL_STEPS,
    Decision.REMOVAL_ASKED: "I removed it",
}
REMOVAL_NOTICES: Final[Mapping[Decision, str]] = {
    Decision.REMOVAL_ASKED: "Saved, with the date.",
    Decision.REMOVAL_DONE: "Saved: you no longer see it.",
}
SHARE_LINK: Final = "Share with IT"
GUIDE_SOURCES: Final[Mapping[FactReliability, str]] = {
    FactReliability.OFFICIAL: "Source: its own page",
    FactReliability.SECONDARY: "As others report it: we have not seen its own page",
    FactReliability.RECALLED: "From memory: nobody has looked it up for us",
}
# Kinds of contact details, after "your".
OWN_CONTACTS: Final[Mapping[ContactKind, str]] = {
    ContactKind.PHONE: "phone number",
    ContactKind.MAIL: "private email address",
    ContactKind.HOME: "street address",
}
# The same on the page about removal, and the ends of its sentences to the person.
REMOVAL_STATES: Final[Mapping[str, str]] = {
    **OWN_CASE_STATES,
    CaseState.MINE: "The details are mine",
}
REMOVAL_PHRASES: Final[Mapping[Decision, str]] = {
    **OWN_DECISION_PHRASES,
    Decision.MINE: "said that the details are yours",
    Decision.NAMESAKE: "said that they belong to someone else with your name",
}


def describe_exposures(pages: int, kinds: Collection[ContactKind]) -> Reason:
    """Say of several pages at once what they show, the worst first."""
    worst_first = (ContactKind.HOME, ContactKind.PHONE, ContactKind.MAIL)
    listed = Listed(tuple(Label("own-contacts", kind) for kind in worst_first if kind in kinds))
    return Reason("exposures", {"pages": Count(pages), "kinds": listed})
