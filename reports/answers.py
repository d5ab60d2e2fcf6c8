"""The words a reader may answer with, and what each of them means."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reports.words import FlagKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """`about` names the kind of line that is answered so; `choices` are words and meanings."""

    about: str
    choices: Mapping[str, str]


_SHARED = {"shared": "IT may look at it with you"}
_FOR_FLAG: Mapping[FlagKind, Mapping[str, str]] = {
    FlagKind.IMPERSONATION: {
        "mine": "it is yours after all",
        "namesake": "someone else with your name",
        "unrelated": "not about you",
        "harmless": "known to you, and no trouble",
        "impersonation": "someone is posing as you, and IT is told",
        **_SHARED,
    },
    FlagKind.STUDENT_LINK: {
        "unlinked": "you have ended the link",
        "explained": "there is a good reason for it",
        "family": "they are family",
        "harmless": "they are not students",
        **_SHARED,
    },
    FlagKind.EXPOSED_CONTACT: {
        "mine": "the details are yours",
        "namesake": "they are those of someone else with your name",
        "unrelated": "not about you",
        "harmless": "they may stand there",
        **_SHARED,
    },
    FlagKind.OWN_ACCOUNT_CHANGED: {
        "mine": "you changed it yourself",
        "harmless": "it does not matter",
        "impersonation": "it was somebody else",
        **_SHARED,
    },
}
_FOR_QUESTION: Mapping[str, str] = {
    "mine": "this is you",
    "namesake": "someone else with your name",
    "unrelated": "not about you",
    "impersonation": "someone is posing as you",
}


def for_flags(kinds: Iterable[FlagKind]) -> tuple[Answers, ...]:
    """Return what may be answered, each kind once, in the order of the closed list."""
    present = frozenset(kinds)
    return tuple(
        Answers(about=kind.words, choices=_FOR_FLAG[kind]) for kind in FlagKind if kind in present
    )


def for_questions() -> Answers:
    return Answers(about="Is this you?", choices=_FOR_QUESTION)
