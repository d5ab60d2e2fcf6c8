"""The closed lists that emails and pages choose from, each with the words that people read."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class SeverityLabel(StrEnum):
    """Most serious first, so that emails can be sorted by it."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def words(self) -> str:
        return {"high": "High", "medium": "Medium", "low": "Low"}[self]

    @property
    def rank(self) -> int:
        return list(SeverityLabel).index(self)


class FlagKindLabel(StrEnum):
    IMPERSONATION = "impersonation"
    STUDENT_LINK = "student-link"
    EXPOSED_CONTACT = "exposed-contact"
    OWN_ACCOUNT_CHANGED = "own-account-changed"

    @property
    def words(self) -> str:
        return {
            "impersonation": "Possible impersonation",
            "student-link": "Link to a student",
            "exposed-contact": "Private contact details in public",
            "own-account-changed": "Own account changed",
        }[self]

    @property
    def calls_itself(self) -> str:
        """Lead over to what a page says of itself."""
        return (
            "It now calls itself"
            if self is FlagKindLabel.OWN_ACCOUNT_CHANGED
            else "It calls itself"
        )


class EventKindLabel(StrEnum):
    APPEARED = "appeared"
    CHANGED = "changed"
    VANISHED = "vanished"
    REAPPEARED = "reappeared"
    FLAPPING = "flapping"
    CLEARED = "cleared"

    @property
    def words(self) -> str:
        return {
            "appeared": "New",
            "changed": "Changed",
            "vanished": "Gone",
            "reappeared": "Back again",
            "flapping": "Comes and goes",
            "cleared": "Private contact details no longer shown",
        }[self]


class ItemOwnerLabel(StrEnum):
    OWN = "own"
    NAMESAKE = "namesake"
    IMPERSONATION = "impersonation"
    UNRELATED = "unrelated"
    UNKNOWN = "unknown"

    @property
    def words(self) -> str:
        return {
            "own": "your own account",
            "namesake": "someone else with your name",
            "impersonation": "possibly someone pretending to be you",
            "unrelated": "not about you",
            "unknown": "we do not know whose it is",
        }[self]


class GapKind(StrEnum):
    """Why a source could not be checked: what proves nothing, a missing proof, or no end yet."""

    PARTIAL = "partial"
    BLOCKED = "blocked"
    LIMITED = "limited"
    UNREADABLE = "unreadable"
    FAILED = "failed"
    DECLINED = "declined"
    SKIPPED = "skipped"
    UNPROVEN = "unproven"
    ASKED = "asked"
    LATE = "late"

    @property
    def words(self) -> str:
        return {
            "partial": "has given only part of its answers",
            "blocked": "has been blocking us",
            "limited": "has been limiting our requests",
            "unreadable": "has given answers we cannot trust",
            "failed": "could not be reached",
            "declined": "has asked not to be read",
            "skipped": "was not checked",
            "unproven": "has not passed its test yet",
            "asked": "has been in progress and is not finished",
            "late": "has been answering slowly and is not finished",
        }[self]


class ConsentEnding(StrEnum):
    """How a consent came to its end."""

    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    LEFT = "left"

    @property
    def words(self) -> str:
        return {
            "withdrawn": "You withdrew it.",
            "lapsed": "It was not renewed.",
            "left": "The district says that you no longer work there.",
        }[self]


class ConsentChange(StrEnum):
    """What was done with a consent that goes on."""

    RENEWED = "renewed"
    CHANGED = "changed"
    PAUSED = "paused"
    RESUMED = "resumed"

    @property
    def words(self) -> str:
        return {
            "renewed": "You renewed your consent",
            "changed": "You changed what you agree to",
            "paused": "You paused Namesake",
            "resumed": "You resumed Namesake",
        }[self]


class DigestKind(StrEnum):
    FIRST = "first"
    WEEKLY = "weekly"


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


# The tables below are keyed by the values of monitor.domain.flag.Ruling and FlagState.

# The end of a sentence about someone: "The person ... ."
DEEDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "mine": "said that it is their own",
        "namesake": "said that it is someone else with that name",
        "unrelated": "said that it is not about them",
        "harmless": "said that it is harmless",
        "impersonation": "confirmed that it is an impersonation",
        "reported": "reported it to the platform",
        "removed": "noted that the platform removed it",
        "refused": "noted that the platform left it up",
        "student-link": "said that it is a link to a student",
        "unlinked": "said that the link was removed",
        "explained": "explained the link",
        "family": "said that it is family",
        "shared": "shared it with IT",
        "reopened": "took the last answer back",
    }
)
# The status of a flag, as IT reads it.
STATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "new": "New",
        "open": "Open",
        "mine": "Their own",
        "namesake": "Someone else with that name",
        "harmless": "Harmless",
        "impersonation": "Confirmed",
        "reported": "Reported",
        "removed": "Removed",
        "refused": "Left up by the platform",
        "student-link": "Confirmed",
        "unlinked": "Link removed",
        "explained": "Explained",
        "family": "Family",
        "gone": "Gone",
    }
)
# What was decided, as a sentence to the person without its period.
DECISIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "mine": "It is yours",
        "namesake": "It is someone else with your name",
        "unrelated": "It is not about you",
        "harmless": "It is harmless",
        "impersonation": "It pretends to be you",
        "reported": "It pretends to be you, and was reported",
        "removed": "It pretended to be you, and was taken down",
        "refused": "It pretends to be you, but its platform left it up",
        "student-link": "It is linked to students",
        "unlinked": "It was linked to students, but no longer is",
        "explained": "There is a reason for it",
        "family": "They are family",
        "gone": "They are no longer shown: two checks, days apart, agree",
    }
)
# What a flag says to the person, by its kind.
_FLAG_SENTENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "impersonation": "This account may be pretending to be you.",
        "student-link": "Your account seems to be linked to student accounts.",
        "exposed-contact": "Private contact details appear next to your name.",
        "own-account-changed": "Your own account has changed. If it was not you, act now.",
    }
)


def describe_flag_kind(kind: str, severity: str) -> str:
    if kind == FlagKindLabel.OWN_ACCOUNT_CHANGED and severity == SeverityLabel.HIGH:
        return "Your own account may have been taken over."
    return _FLAG_SENTENCES[kind]


def describe_state(state: str) -> str:
    return STATES.get(state, state)


def describe_decision(ruling: str) -> str:
    return DEEDS.get(ruling, ruling)
