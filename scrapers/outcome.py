"""What one visit came to."""

from enum import StrEnum


class Outcome(StrEnum):
    """Only a conclusive outcome speaks of the person; the others speak of the visit."""

    FOUND = "found"
    ABSENT = "absent"
    UNCHANGED = "unchanged"
    PARTIAL = "partial"
    BLOCKED = "blocked"
    LIMITED = "limited"
    UNREADABLE = "unreadable"
    FAILED = "failed"
    DECLINED = "declined"
    SKIPPED = "skipped"

    @property
    def conclusive(self) -> bool:
        return self in CONCLUSIVE


CONCLUSIVE = frozenset({Outcome.FOUND, Outcome.ABSENT, Outcome.UNCHANGED})
