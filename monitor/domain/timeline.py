"""What happened to one item, oldest first: how it looked, what was told, what people said."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.domain.comparison.versions import FieldMarks, compared
from monitor.domain.events import Event
from monitor.domain.flag import Flag, Judgement
from monitor.domain.item import Version
from monitor.domain.verdicts.said import Said


class MomentKind(StrEnum):
    SHOWN = "shown"
    EVENT = "event"
    FLAGGED = "flagged"
    RULED = "ruled"
    SORTED = "sorted"


class By(StrEnum):
    PERSON = "person"
    REVIEWER = "reviewer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """`word` is the event's kind, the flag's kind or the ruling, by `kind`; empty for SHOWN.

    `number` and `source` are those of the version shown, and `marks` what differs from what the
    same question showed before: none at its first. `flag` is the ref of the flag meant, if any.
    `word` is empty, too, where the item became another one, so that what was said fell away.
    """

    at: datetime
    kind: MomentKind
    word: str = ""
    by: By = By.PERSON
    flag: str = ""
    fields: tuple[str, ...] = ()
    number: int = 0
    source: str = ""
    marks: tuple[FieldMarks, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """All that is kept of one item. `sources` says which source asked a question, by its key."""

    versions: Mapping[int, Version]
    events: tuple[Event, ...] = ()
    flags: tuple[Flag, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    said: tuple[Said, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)


def timeline(record: Record) -> tuple[Moment, ...]:
    """Put it in the order of time; what came at one time, in the order in which it follows."""
    moments = (
        *_shown(record),
        *_events(record.events),
        *_flagged(record.flags),
        *_ruled(record),
        *_sorted(record.said),
    )
    return tuple(sorted(moments, key=lambda each: (each.at, list(MomentKind).index(each.kind))))


def _shown(record: Record) -> Iterator[Moment]:
    last: dict[str, Version] = {}
    for number, version in sorted(record.versions.items()):
        before = last.get(version.query)
        last[version.query] = version
        marks = compared(before.finding, version.finding) if before else ()
        yield Moment(
            at=version.at,
            kind=MomentKind.SHOWN,
            number=number,
            source=record.sources.get(version.query, ""),
            marks=tuple(each for each in marks if each.changed),
        )


def _events(events: Iterable[Event]) -> Iterator[Moment]:
    for each in events:
        yield Moment(at=each.at, kind=MomentKind.EVENT, word=each.kind, fields=each.fields)


def _flagged(flags: Iterable[Flag]) -> Iterator[Moment]:
    for each in flags:
        yield Moment(at=each.opened_at, kind=MomentKind.FLAGGED, word=each.kind, flag=each.ref)


def _ruled(record: Record) -> Iterator[Moment]:
    owners = {each.ref: each.person for each in record.flags}
    for each in record.judgements:
        by = By.PERSON if each.by == owners.get(each.flag) else By.REVIEWER
        yield Moment(at=each.at, kind=MomentKind.RULED, word=each.ruling, by=by, flag=each.flag)


def _sorted(said: Iterable[Said]) -> Iterator[Moment]:
    """Leave out what was said of a flag, whose ruling stands in the timeline already."""
    for each in said:
        if not each.flag:
            yield Moment(at=each.at, kind=MomentKind.SORTED, word=each.ruling or "")
