"""What an item looked like at two times, field by field."""

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.domain.comparison.marks import Mark, MarkKind, marked, marked_list
from monitor.domain.item import MATERIAL, as_read
from scrapers.finding import Finding

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
        FieldMarks(field=field, marks=marks, material=_named(field) in material)
        for field, marks in _fields(before, after)
        if marks
    )


def _fields(before: Finding, after: Finding) -> Iterator[tuple[str, tuple[Mark, ...]]]:
    for field in TEXTS:
        old, new = (as_read(getattr(each, field)) for each in (before, after))
        yield field, marked(old, new)
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
