"""The words for what was found, how it changed, and what could not be checked; names of sites."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from monitor.domain.vocabulary import (
    AccountReach,
    BreachAdvice,
    CoverageState,
    EventKind,
    FieldLikeness,
    FindingGroup,
    GapKind,
    OwnershipLabel,
    PairSign,
    SourceStage,
    SweepKind,
    WithheldKind,
    spell_site_name,
)

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
# Before what a page or an account says of itself, in quotes.
PAGE_LEAD: Final = "Its title is"
ACCOUNT_LEAD: Final = "It calls itself"
CHANGED_ACCOUNT_LEAD: Final = "It now calls itself"
# Why nothing else of an account is shown.
WITHHELD: Final[Mapping[WithheldKind, str]] = {
    WithheldKind.ADULT: (
        "This site is for adults or for dating, so we keep only the address and when we saw it."
    ),
    WithheldKind.MINOR: (
        "It says that a student, or someone under 18, runs it, so we keep only its address and "
        "when we saw it."
    ),
    WithheldKind.SEXUAL: "Its words seem sexual, so we keep only its address and when we saw it.",
}
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
SWEEP_KINDS: Final[Mapping[SweepKind, str]] = {
    SweepKind.SWEEP: "Weekly check",
    SweepKind.SELFCHECK: "Check that you asked for",
    SweepKind.PROOF: "Check of an account that you claimed",
    SweepKind.CANARIES: "Test of the sources",
    SweepKind.DISTRICT: "Check for look-alikes of the district",
}
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
