"""One question to a scorer, and its answer: what `namesake score` reads and writes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Ask(StrEnum):
    """What is asked of a row."""

    SAME_NAME = "same_name"
    OWN = "own"
    LOOKALIKE = "lookalike"
    LABEL = "label"


class Answer(StrEnum):
    YES = "yes"
    PERHAPS = "perhaps"
    NO = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """What a row tells of the person: a name as one writes it, and handles by platform."""

    name: str = ""
    handles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a row tells of the account that was found."""

    platform: str = ""
    handle: str = ""
    display_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    id: str
    ask: Ask
    staff: Staff
    found: Found


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """`score` is the confidence in yes, in bits; `reasons` are sentences, strongest first."""

    score: float
    label: str
    reasons: tuple[str, ...] = ()


# Raises InputError where the row lacks what the question is about.
Scorer = Callable[[Staff, Found], Scored]
