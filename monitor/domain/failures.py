"""Sources that fail in the same way are one fault: one line, with the likely cause."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

# Fewer than these, or less than half of all sources, are better listed one by one.
_MIN_GROUP = 5
# What the notes of the fetch tier point to; every note of one row has one cause.
_CAUSES: tuple[tuple[tuple[str, ...], str], ...] = (
    (("DNS error", "name service did not answer"), "Is DNS up?"),
    (("no connection could be made", "connection was lost"), "Is the network up?"),
    (("no whole answer in time",), "Is the network slow?"),
    (("connection could not be trusted",), "Does something on the network intercept TLS?"),
    (("does not belong to the public internet",), "Does DNS answer with private addresses?"),
    (("API key is not configured",), "Are the keys set?"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFailure:
    """A source that could not be checked; `outcome` and `note` say why."""

    source: str
    outcome: str
    since: datetime
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureGroup:
    """One line: one failure, or `count` of `total` sources that fail in the same way.

    All of them have failed since `since`. `suspicion` is a question about the cause, or empty.
    """

    source: str
    outcome: str
    since: datetime
    note: str
    count: int = 1
    total: int = 0
    suspicion: str = ""

    @property
    def is_folded(self) -> bool:
        return self.count > 1

    @property
    def subject(self) -> str:
        """Name the source, or say how many there are, in the singular."""
        return f"each of {self.count} places (of {self.total})" if self.is_folded else self.source

    @property
    def explanation(self) -> str:
        """Return the note, and what is suspected."""
        if not self.suspicion:
            return self.note
        return f"{self.note}. {self.suspicion}" if self.note else self.suspicion


def fold_failures(failures: Iterable[SourceFailure], total: int) -> tuple[FailureGroup, ...]:
    """Merge the failures that most of `total` sources share; keep the others, in their order."""
    listed = tuple(failures)
    alike: dict[tuple[str, str], list[SourceFailure]] = defaultdict(list)
    for failure in listed:
        alike[_build_failure_key(failure)].append(failure)
    return tuple(_build_groups(listed, alike, total))


def _build_groups(
    failures: tuple[SourceFailure, ...],
    alike: dict[tuple[str, str], list[SourceFailure]],
    total: int,
) -> Iterator[FailureGroup]:
    for source_failure in failures:
        same = alike[_build_failure_key(source_failure)]
        if len(same) < max(_MIN_GROUP, total / 2):
            yield FailureGroup(
                source=source_failure.source,
                outcome=source_failure.outcome,
                since=source_failure.since,
                note=source_failure.note,
            )
        elif source_failure is same[0]:
            notes = Counter(failure.note for failure in same)
            yield FailureGroup(
                source="",
                outcome=source_failure.outcome,
                since=max(failure.since for failure in same),
                note=notes.most_common(1)[0][0],
                count=len(same),
                total=total,
                suspicion=_find_cause(source_failure.note),
            )


def _build_failure_key(failure: SourceFailure) -> tuple[str, str]:
    return failure.outcome, _find_cause(failure.note) or failure.note


def _find_cause(note: str) -> str:
    return next((cause for words, cause in _CAUSES if any(word in note for word in words)), "")
