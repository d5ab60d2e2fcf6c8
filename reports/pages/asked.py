"""What will be asked about a person, in the words that go out: shown before the first question."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedLine:
    """Sites that are asked for the same words. `learns` is a clause: what they learn by it."""

    heading: str
    sites: tuple[str, ...]
    words: tuple[str, ...]
    learns: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedView:
    """`questions` counts the first ones: an answer may lead to more, about what it showed."""

    lines: tuple[AskedLine, ...] = ()
    questions: int = 0
    sites: int = 0
