"""What a person may answer of a result or an alert, in words, and what follows from each answer."""

from collections.abc import Mapping
from typing import Final

from monitor.domain.vocabulary import CaseKind, Decision
from reports.labels.cases import GIVEN_ANSWERS

# What a person may answer, in the order of the buttons and of their keys.
ANSWERS: Final[Mapping[Decision, str]] = {
    Decision.MINE: "This is me",
    Decision.NAMESAKE: "Someone else with my name",
    Decision.IMPERSONATION: "Someone pretending to be me",
    Decision.UNRELATED: "Not about me",
    Decision.MOCK: "Others made it about me",
}
PAGE_ANSWERS: Final[Mapping[Decision, str]] = {
    Decision.MINE: "This is about me",
    **{said: text for said, text in ANSWERS.items() if said not in {Decision.MINE, Decision.MOCK}},
}
# What comes after an answer that a link in an email gave.
ANSWER_NEXT_STEPS: Final[Mapping[Decision, str]] = {
    Decision.MINE: "We keep checking it, and email you when it changes.",
    Decision.NAMESAKE: "We set it aside, and use your answer to tell you two apart.",
    Decision.UNRELATED: "We set it aside.",
    Decision.IMPERSONATION: "We show you how to report the account.",
    Decision.MOCK: "We show you how to report the account.",
}
# What others made, and its person does nothing more about.
LEFT_AS_IT_IS: Final = "I leave it as it is"
STOPS_ASKING: Final = "We stop asking."
CASE_ANSWERED: Final = "Sign in to see what you can do about it."
MISREPORTED_ANSWERED: Final = "You reported it. Sign in for the text that takes your report back."
TAKEN_OVER_ANSWERED: Final = "Sign in once you have it back, or cannot get in: we ask you there."
DETAILS_ANSWERED: Final = "We help you have them removed."
ANSWER_LINK_OVER: Final = (
    "The result was answered, is gone, or the link is older than 14 days. Sign in to see where it "
    "is now."
)
ANSWER_LINK_OVER_SIGNED_IN: Final = (
    "The result was answered, is gone, or the link is older than 14 days. Your results say where "
    "it is now."
)
CASE_ANSWERS: Final[Mapping[CaseKind, Mapping[Decision, str]]] = {
    CaseKind.IMPERSONATION: {**ANSWERS, Decision.HARMLESS: "I know about it, and it is fine"},
    CaseKind.MOCK_ACCOUNT: {
        Decision.MOCK: ANSWERS[Decision.MOCK],
        **ANSWERS,
        Decision.HARMLESS: "I know about it, and it is fine",
    },
    CaseKind.STUDENT_LINK: {
        Decision.UNLINKED: "I removed the link",
        Decision.EXPLAINED: "There is a good reason for it",
        Decision.FAMILY: "They are family",
        Decision.HARMLESS: "I looked, and found no student",
    },
    CaseKind.EXPOSED_CONTACT: {
        Decision.MINE: "The details are mine",
        Decision.NAMESAKE: "They belong to someone else with my name",
        Decision.UNRELATED: "Not about me",
        Decision.HARMLESS: LEFT_AS_IT_IS,
    },
    CaseKind.HARMFUL_PAGE: {
        Decision.MOCK: "It is about me",
        Decision.NAMESAKE: "It is about someone else with my name",
        Decision.UNRELATED: "Not about me",
        Decision.HARMLESS: "I know about it, and it is fine",
    },
    CaseKind.OWN_ACCOUNT_CHANGED: {
        Decision.MINE: "I changed it myself",
        Decision.IMPERSONATION: "It was not me",
        Decision.HARMLESS: "It does not matter",
    },
}
# What its person may say once an account of theirs was taken over, and what follows.
RECOVERY_ANSWERS: Final[Mapping[Decision, str]] = {
    Decision.RECOVERED: "I have it back",
    Decision.LOCKED_OUT: "I cannot get in",
    Decision.GIVEN_UP: GIVEN_ANSWERS[Decision.GIVEN_UP],
}
RECOVERY_HINTS: Final[Mapping[Decision, str]] = {
    Decision.RECOVERED: "We keep looking, and ask you if it changes again.",
    Decision.LOCKED_OUT: "We show you whom to write to, and who helps.",
    Decision.GIVEN_UP: "It is lost for good. We stop asking, unless it changes.",
}
# What follows from an answer, below its words; what that changes for IT comes behind it.
_ANOTHER_PERSON = "A real person who shares your name."
_NO_CONNECTION = "It has nothing to do with you."
OWNERSHIP_HINTS: Final[Mapping[Decision, str]] = {
    Decision.MINE: "We keep an eye on it.",
    Decision.NAMESAKE: _ANOTHER_PERSON,
    Decision.UNRELATED: _NO_CONNECTION,
    Decision.MOCK: "A joke, a fan page, or worse.",
}
ANSWER_HINTS: Final[Mapping[CaseKind, Mapping[Decision, str]]] = {
    CaseKind.IMPERSONATION: OWNERSHIP_HINTS,
    CaseKind.MOCK_ACCOUNT: OWNERSHIP_HINTS,
    CaseKind.STUDENT_LINK: {
        Decision.UNLINKED: "We close it in 30 days, unless we see it again.",
        Decision.EXPLAINED: STOPS_ASKING,
        Decision.FAMILY: STOPS_ASKING,
        Decision.HARMLESS: STOPS_ASKING,
    },
    CaseKind.EXPOSED_CONTACT: {
        Decision.MINE: DETAILS_ANSWERED,
        Decision.NAMESAKE: _ANOTHER_PERSON,
        Decision.UNRELATED: _NO_CONNECTION,
        Decision.HARMLESS: STOPS_ASKING,
    },
    CaseKind.HARMFUL_PAGE: {
        Decision.MOCK: "We show you what helps.",
        Decision.NAMESAKE: _ANOTHER_PERSON,
        Decision.UNRELATED: _NO_CONNECTION,
    },
    CaseKind.OWN_ACCOUNT_CHANGED: {
        Decision.MINE: STOPS_ASKING,
        Decision.IMPERSONATION: "We show you how to get it back.",
        Decision.HARMLESS: STOPS_ASKING,
    },
}
# A link in an email alone does not end what IT says is serious.
CONFIRMED_HINT: Final = "IT reported it as a fake: you sign in to confirm this answer."
CONTRADICTED_HINT: Final = "IT says otherwise: you sign in to confirm this answer."
# The question of a case, to its person.
CASE_QUESTIONS: Final[Mapping[CaseKind, str]] = {
    CaseKind.IMPERSONATION: "Is this account you?",
    CaseKind.MOCK_ACCOUNT: "Did someone else make this account about you?",
    CaseKind.STUDENT_LINK: "What is this link?",
    CaseKind.EXPOSED_CONTACT: "Are these details yours?",
    CaseKind.OWN_ACCOUNT_CHANGED: "Did you change your account?",
    CaseKind.HARMFUL_PAGE: "Is this page about you?",
}


def describe_given_answer(kind: CaseKind, said: Decision) -> str:
    """Return what the person said of a case, in the words of the button that they pressed."""
    return CASE_ANSWERS[kind].get(said, GIVEN_ANSWERS[said])
