"""What happened to one item, oldest first: how it looked, what was told, what people said.

Two texts laid on each other: what was added, what was taken away, word by word. What an item
looked like at two times, field by field.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from rapidfuzz.distance import Indel

from monitor.domain.detection.lessons import Said
from monitor.domain.events import Event
from monitor.domain.flag import Flag, Judgement
from monitor.domain.item import MATERIAL, Version, as_read
from scrapers.models import Finding

# Nobody reads marks in a longer text, and a hostile one costs the square of its length.
_MOST_WORDS = 2_000
_PIECES = re.compile(r"\w+|\s+|[^\w\s]")


class MarkKind(StrEnum):
    KEPT = "kept"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A run of text; the kept and the removed ones together are the older text, letter by letter.

    The kept and the added ones are the newer.
    """

    kind: MarkKind
    text: str


def marked(before: str, after: str) -> tuple[Mark, ...]:
    """Mark what became of a text, by words: a blank between two changes is part of them."""
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    if max(len(old), len(new)) > _MOST_WORDS and before != after:
        return tuple(_changed(before, after))
    return tuple(_joined(old, new))


def marked_list(before: Sequence[str], after: Sequence[str]) -> tuple[Mark, ...]:
    """Mark what became of a list, each entry whole."""
    old, new = dict.fromkeys(before), dict.fromkeys(after)
    kept = [Mark(kind=MarkKind.KEPT, text=each) for each in old if each in new]
    gone = [Mark(kind=MarkKind.REMOVED, text=each) for each in old if each not in new]
    come = [Mark(kind=MarkKind.ADDED, text=each) for each in new if each not in old]
    return (*kept, *gone, *come)


def _joined(old: list[str], new: list[str]) -> Iterator[Mark]:
    gone = come = ""
    for step in Indel.opcodes(old, new):
        was = "".join(old[step.src_start : step.src_end])
        now = "".join(new[step.dest_start : step.dest_end])
        if step.tag == "equal" and not (was.isspace() and (gone or come)):
            yield from _changed(gone, come)
            yield Mark(kind=MarkKind.KEPT, text=was)
            gone = come = ""
        else:
            gone, come = gone + was, come + now
    yield from _changed(gone, come)


def _changed(gone: str, come: str) -> Iterator[Mark]:
    if gone:
        yield Mark(kind=MarkKind.REMOVED, text=gone)
    if come:
        yield Mark(kind=MarkKind.ADDED, text=come)


TEXTS = ("name", "handle", "bio", "location", "title", "snippet")
PICTURE = "picture"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldMarks:
    """One field that at least one of the two versions tells.

    `material` says that a change of it is told as an event; of the rest no change is.
    """

    field: str
    marks: tuple[Mark, ...]
    material: bool

    @property
    def changed(self) -> bool:
        return any(each.kind is not MarkKind.KEPT for each in self.marks)


def compared(before: Finding, after: Finding) -> tuple[FieldMarks, ...]:
    """Compare two versions of an item; what differs in its spelling on the page alone is equal."""
    material = MATERIAL[after.kind]
    return tuple(
        FieldMarks(field=name, marks=marks, material=_named(name) in material)
        for name, marks in _fields(before, after)
        if marks
    )


def _fields(before: Finding, after: Finding) -> Iterator[tuple[str, tuple[Mark, ...]]]:
    for name in TEXTS:
        old, new = (as_read(getattr(each, name)) for each in (before, after))
        yield name, marked(old, new)
    yield PICTURE, _pictures(before, after)
    yield "links", marked_list(sorted(before.links), sorted(after.links))
    yield "private", marked(_door(before), _door(after))
    yield "created_at", marked(_day(before), _day(after))
    yield "counts", marked_list(_counts(before), _counts(after))


def _pictures(before: Finding, after: Finding) -> tuple[Mark, ...]:
    """Compare prints where both were looked at, else the names that the network gives pictures."""
    prints = before.picture_print, after.picture_print
    old, new = prints if all(prints) else (before.picture_hash, after.picture_hash)
    if old == new:
        return (Mark(kind=MarkKind.KEPT, text="a picture"),) if old else ()
    gone = Mark(kind=MarkKind.REMOVED, text="a picture")
    come = Mark(kind=MarkKind.ADDED, text="another picture" if old else "a picture")
    return (*((gone,) if old else ()), *((come,) if new else ()))


def _door(finding: Finding) -> str:
    return "" if finding.private is None else "private" if finding.private else "public"


def _day(finding: Finding) -> str:
    return finding.created_at.date().isoformat() if finding.created_at else ""


def _counts(finding: Finding) -> list[str]:
    return [f"{name}: {count}" for name, count in finding.counts]


def _named(field: str) -> str:
    return "picture_hash" if field == PICTURE else field


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
