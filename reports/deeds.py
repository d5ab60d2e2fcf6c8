"""What people did with a flag, as the end of a sentence about them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

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
