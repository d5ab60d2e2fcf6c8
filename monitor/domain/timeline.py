"""What happened to one finding, oldest first: how it looked, its events, what people answered.

The difference of two texts, word by word. The difference of two versions of a finding, field by
field.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.domain.case import Case
from monitor.domain.case_log import DecisionRecord
from monitor.domain.edit_distance import list_edits
from monitor.domain.english_dates import format_date
from monitor.domain.feedback import Feedback
from monitor.domain.finding import FindingVersion
from monitor.domain.finding_events import Event
from monitor.domain.reason import Plain, Reason, Told
from monitor.domain.snapshot_diff import MATERIAL, normalize_text
from monitor.domain.vocabulary import CaseKind, DecisionMaker, DiffMarkKind
from scrapers.models import Trace

# No one reads marks in a longer text, and a hostile one costs the square of its length.
_MOST_WORDS = 2_000
_PIECES = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffMark:
    """A run of text, or one of the numbers of an account.

    The unchanged and removed runs together are the older text, the unchanged and added ones the
    newer.
    """

    kind: DiffMarkKind
    text: Told


def diff_text(before: str, after: str) -> tuple[DiffMark, ...]:
    """Mark what became of a text, by words: a blank between two changes is part of them."""
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    if max(len(old), len(new)) > _MOST_WORDS and before != after:
        return tuple(_build_replacement(before, after))
    return tuple(_merge_pieces(old, new))


def diff_list(before: Sequence[Told], after: Sequence[Told]) -> tuple[DiffMark, ...]:
    """Mark what became of a list, each entry whole."""
    old, new = dict.fromkeys(before), dict.fromkeys(after)
    kept = [DiffMark(kind=DiffMarkKind.KEPT, text=text) for text in old if text in new]
    gone = [DiffMark(kind=DiffMarkKind.REMOVED, text=text) for text in old if text not in new]
    come = [DiffMark(kind=DiffMarkKind.ADDED, text=text) for text in new if text not in old]
    return (*kept, *gone, *come)


def _merge_pieces(old: list[str], new: list[str]) -> Iterator[DiffMark]:
    gone = come = ""
    for step in list_edits(old, new):
        was = "".join(old[step.src_start : step.src_end])
        now = "".join(new[step.dest_start : step.dest_end])
        if step.tag == "equal" and not (was.isspace() and (gone or come)):
            yield from _build_replacement(gone, come)
            yield DiffMark(kind=DiffMarkKind.KEPT, text=was)
            gone = come = ""
        else:
            gone, come = gone + was, come + now
    yield from _build_replacement(gone, come)


def _build_replacement(gone: str, come: str) -> Iterator[DiffMark]:
    if gone:
        yield DiffMark(kind=DiffMarkKind.REMOVED, text=gone)
    if come:
        yield DiffMark(kind=DiffMarkKind.ADDED, text=come)


TEXT_FIELDS = ("name", "handle", "bio", "location", "title", "snippet")
PICTURE = "picture"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDiff:
    """One field that at least one of the two versions has.

    `material` says that a change of it is an event; changes of other fields are not.
    """

    field: str
    marks: tuple[DiffMark, ...]
    material: bool

    @property
    def is_changed(self) -> bool:
        return any(mark.kind is not DiffMarkKind.KEPT for mark in self.marks)


def diff_versions(before: FindingVersion, after: FindingVersion) -> tuple[FieldDiff, ...]:
    """Compare two versions; of two queries, only the fields that both show.

    A search result shows less than a profile: what it leaves out was not added or removed since.
    """
    fields = diff_traces(before.trace, after.trace)
    if before.query == after.query:
        return fields
    shown = _list_shown_fields(before.trace) & _list_shown_fields(after.trace)
    return tuple(diff for diff in fields if diff.field in shown)


def _list_shown_fields(trace: Trace) -> set[str]:
    return {name for name, marks in _diff_fields(trace, trace) if marks}


def diff_traces(before: Trace, after: Trace) -> tuple[FieldDiff, ...]:
    """Compare two versions of a finding; a different spelling of the same on the page is equal."""
    material = MATERIAL[after.kind]
    return tuple(
        FieldDiff(field=name, marks=marks, material=_get_material_name(name) in material)
        for name, marks in _diff_fields(before, after)
        if marks
    )


def _diff_fields(before: Trace, after: Trace) -> Iterator[tuple[str, tuple[DiffMark, ...]]]:
    for name in TEXT_FIELDS:
        old, new = (normalize_text(getattr(side, name)) for side in (before, after))
        yield name, diff_text(old, new)
    yield PICTURE, _diff_pictures(before, after)
    yield "links", diff_list(sorted(before.links), sorted(after.links))
    yield "private", diff_text(_describe_privacy(before), _describe_privacy(after))
    yield "created_at", diff_text(_format_day(before), _format_day(after))
    yield "counts", diff_list(_list_counts(before), _list_counts(after))


def _diff_pictures(before: Trace, after: Trace) -> tuple[DiffMark, ...]:
    """Compare prints where both were looked at, else the names that the network gives pictures."""
    prints = before.picture_print, after.picture_print
    old, new = prints if all(prints) else (before.picture_hash, after.picture_hash)
    if old == new:
        return (DiffMark(kind=DiffMarkKind.KEPT, text="a picture"),) if old else ()
    gone = DiffMark(kind=DiffMarkKind.REMOVED, text="a picture")
    come = DiffMark(kind=DiffMarkKind.ADDED, text="another picture" if old else "a picture")
    return (*((gone,) if old else ()), *((come,) if new else ()))


def _describe_privacy(trace: Trace) -> str:
    return "" if trace.private is None else "private" if trace.private else "public"


def _format_day(trace: Trace) -> str:
    return format_date(trace.created_at) if trace.created_at else ""


def _list_counts(trace: Trace) -> list[Told]:
    return [Reason(f"count.{name}", {"count": Plain(str(count))}) for name, count in trace.counts]


def _get_material_name(field: str) -> str:
    return "picture_hash" if field == PICTURE else field


class TimelineEntryKind(StrEnum):
    SHOWN = "shown"
    EVENT = "event"
    FLAGGED = "flagged"
    DECIDED = "decided"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """`word` is the event's kind, the case's kind or the decision, by `kind`; empty for SHOWN.

    `number` and `source` are those of the version shown, and `marks` what differs from what the
    same query showed before: none at its first.
    `case_id` is the id of the case meant, if any, and `case_kind` what a decision is about.
    `word` is empty, too, where the finding became another one, so that what was said fell away.
    """

    at: datetime
    kind: TimelineEntryKind
    word: str = ""
    by: DecisionMaker = DecisionMaker.PERSON
    case_id: str = ""
    case_kind: CaseKind | None = None
    fields: tuple[str, ...] = ()
    number: int = 0
    source: str = ""
    marks: tuple[FieldDiff, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRecord:
    """All that is stored about one finding. `sources` maps a query's key to its source."""

    versions: Mapping[int, FindingVersion]
    events: tuple[Event, ...] = ()
    cases: tuple[Case, ...] = ()
    decisions: tuple[DecisionRecord, ...] = ()
    feedback: tuple[Feedback, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)


def build_timeline(record: FindingRecord) -> tuple[TimelineEntry, ...]:
    """Put it in the order of time; what came at one time, in the order in which it follows."""
    moments = (
        *_list_version_entries(record),
        *_list_event_entries(record.events),
        *_list_case_entries(record.cases),
        *_list_decision_entries(record),
        *_list_feedback_entries(record.feedback),
    )
    return tuple(
        sorted(moments, key=lambda moment: (moment.at, list(TimelineEntryKind).index(moment.kind)))
    )


def _list_version_entries(record: FindingRecord) -> Iterator[TimelineEntry]:
    last: dict[str, FindingVersion] = {}
    for number, version in sorted(record.versions.items()):
        before = last.get(version.query)
        last[version.query] = version
        marks = diff_traces(before.trace, version.trace) if before else ()
        yield TimelineEntry(
            at=version.at,
            kind=TimelineEntryKind.SHOWN,
            number=number,
            source=record.sources.get(version.query, ""),
            marks=tuple(mark for mark in marks if mark.is_changed),
        )


def _list_event_entries(events: Iterable[Event]) -> Iterator[TimelineEntry]:
    for event in events:
        yield TimelineEntry(
            at=event.at, kind=TimelineEntryKind.EVENT, word=event.kind, fields=event.fields
        )


def _list_case_entries(cases: Iterable[Case]) -> Iterator[TimelineEntry]:
    for case in cases:
        yield TimelineEntry(
            at=case.opened_at, kind=TimelineEntryKind.FLAGGED, word=case.kind, case_id=case.id
        )


def _list_decision_entries(record: FindingRecord) -> Iterator[TimelineEntry]:
    owners = {case.id: case.person_id for case in record.cases}
    kinds = {case.id: case.kind for case in record.cases}
    for decision in record.decisions:
        by = (
            DecisionMaker.PERSON
            if decision.by == owners.get(decision.case_id)
            else DecisionMaker.REVIEWER
        )
        yield TimelineEntry(
            at=decision.at,
            kind=TimelineEntryKind.DECIDED,
            word=decision.decision,
            by=by,
            case_id=decision.case_id,
            case_kind=kinds.get(decision.case_id),
        )


def _list_feedback_entries(feedback: Iterable[Feedback]) -> Iterator[TimelineEntry]:
    """Leave out answers about a case whose decision is already in the timeline."""
    for answer in feedback:
        if not answer.case_id:
            yield TimelineEntry(
                at=answer.at, kind=TimelineEntryKind.ANSWERED, word=answer.decision or ""
            )
