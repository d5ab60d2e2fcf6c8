"""Which of two rulings stays when two items turn out to be one."""

from monitor.domain.flag import FlagState, Ruling

# A word of a person beats none, and no merge may quieten an impersonation.
_STRONGEST_FIRST = (
    "impersonation",
    "reported",
    "refused",
    "removed",
    "student-link",
    "unlinked",
    "explained",
    "family",
    "mine",
    "namesake",
    "unrelated",
    "harmless",
    "shared",
    "reopened",
    "open",
    "new",
)


def weakness(word: Ruling | FlagState | None) -> int:
    return len(_STRONGEST_FIRST) if word is None else _STRONGEST_FIRST.index(word)
