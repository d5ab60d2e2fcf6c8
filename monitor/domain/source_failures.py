"""Sources that fail in the same way are one fault: one line, with the likely cause."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.reason import Reason, read_note

# Fewer than these, or less than half of all sources, are better listed one by one.
_MIN_GROUP = 5
# What the notes of the fetch tier point to: a question by its id.
_CAUSES = {
    "no-such-name": "cause.dns",
    "name-service-slow": "cause.dns",
    "no-connection": "cause.network",
    "connection-lost": "cause.network",
    "answer-late": "cause.slow-network",
    "untrusted-connection": "cause.intercepted",
    "private-address": "cause.private-addresses",
    "key-missing": "cause.keys",
}


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

    All of them have failed since `since`. `suspicion` is a question about the cause,
    None without a guess.
    """

    source: str
    outcome: str
    since: datetime
    note: str
    count: int = 1
    total: int = 0
    suspicion: Reason | None = None

    @property
    def is_folded(self) -> bool:
        return self.count > 1

    @property
    def explanation(self) -> Reason | None:
        """Return what is noted and suspected, as a phrase; None where nothing is."""
        note = read_note(self.note)
        if note and self.suspicion:
            return Reason("note-and-cause", {"note": note, "cause": self.suspicion})
        return note or self.suspicion


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
                suspicion=Reason(_CAUSES[source_failure.note])
                if source_failure.note in _CAUSES
                else None,
            )


def _build_failure_key(failure: SourceFailure) -> tuple[str, str]:
    return failure.outcome, _CAUSES.get(failure.note, failure.note)
