"""The closed lists a letter may choose from, each with the words that people read.

What people did with a flag, as the end of a sentence about them.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Severity(StrEnum):
    """Worst first, so that letters can be sorted by it."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def words(self) -> str:
        return {"high": "High", "medium": "Medium", "low": "Low"}[self]

    @property
    def rank(self) -> int:
        return list(Severity).index(self)


class FlagKind(StrEnum):
    IMPERSONATION = "impersonation"
    STUDENT_LINK = "student-link"
    EXPOSED_CONTACT = "exposed-contact"
    OWN_ACCOUNT_CHANGED = "own-account-changed"

    @property
    def words(self) -> str:
        return {
            "impersonation": "Possible impersonation",
            "student-link": "Link with a student",
            "exposed-contact": "Private contact details in public",
            "own-account-changed": "Own account changed",
        }[self]

    @property
    def calls_itself(self) -> str:
        """Lead over to what a page says of itself."""
        return "It now calls itself" if self is FlagKind.OWN_ACCOUNT_CHANGED else "It calls itself"


class EventKind(StrEnum):
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
            "cleared": "Private contact details shown no longer",
        }[self]


class Whose(StrEnum):
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
            "impersonation": "possibly someone posing as you",
            "unrelated": "not about you",
            "unknown": "we cannot tell whose",
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
            "partial": "has answered only in part",
            "blocked": "has been blocking us",
            "limited": "has been limiting how often we may ask",
            "unreadable": "has answered in a way we cannot trust",
            "failed": "could not be reached",
            "declined": "has asked not to be read",
            "skipped": "was not asked",
            "unproven": "has not yet proved that it answers truly",
            "asked": "has been under way and is not done",
            "late": "has been answering slowly and is not done",
        }[self]


class Ending(StrEnum):
    """How a consent came to its end."""

    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    LEFT = "left"

    @property
    def words(self) -> str:
        return {
            "withdrawn": "You took it back.",
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
            "paused": "You let Namesake rest",
            "resumed": "You let Namesake go on",
        }[self]


class DigestKind(StrEnum):
    FIRST = "first"
    WEEKLY = "weekly"


_FIELD_WORDS = {
    "name": "display name",
    "handle": "handle",
    "bio": "description",
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


def field_words(field: str) -> str:
    return _FIELD_WORDS.get(field, field.replace("_", " "))


def site_name(source: str) -> str:
    """Write the key of a source (`speaker-deck`) as people do; what has capitals keeps them.

    So does a host, but nobody is led there by a letter; and people do not say which of a site's
    doors is meant (`github-api`). Words about several sources stay as they are.
    """
    if " " in source:
        return source
    if source != source.lower() or "." in source:
        return source.replace(".", "[.]")
    source = source.removesuffix("-api")
    spelled = " ".join(f"{word[:1].upper()}{word[1:]}" for word in source.split("-"))
    return _SITE_NAMES.get(source, spelled)


# By the words of the rules, which stand in the judgements that are kept.
DEEDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "mine": "said that it is their own",
        "namesake": "said that it is somebody else of that name",
        "unrelated": "said that it is not about them",
        "harmless": "ruled it harmless",
        "impersonation": "confirmed that it is an impersonation",
        "reported": "reported it to the platform",
        "removed": "noted that the platform removed it",
        "refused": "noted that the platform refused",
        "student-link": "said that it is a link with a student",
        "unlinked": "said that the link was removed",
        "explained": "explained the link",
        "family": "said that it is family",
        "shared": "shared it with IT",
        "reopened": "took the last word back",
    }
)
STATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "new": "New",
        "open": "Open",
        "mine": "Their own",
        "namesake": "Somebody of that name",
        "harmless": "Harmless",
        "impersonation": "Confirmed",
        "reported": "Reported",
        "removed": "Removed",
        "refused": "Refused",
        "student-link": "Confirmed",
        "unlinked": "Link removed",
        "explained": "Explained",
        "family": "Family",
        "gone": "Gone",
    }
)
