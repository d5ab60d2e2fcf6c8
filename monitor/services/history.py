"""What became of one item over time, and how it looks beside a person's own accounts.

What happened to a finding, told to its person: marks and moments in words.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from monitor.db.database import State
from monitor.domain.detection.comparison import Parallel, beside
from monitor.domain.flag import Ruling
from monitor.domain.item import Item, Version
from monitor.domain.timeline import (
    By,
    FieldMarks,
    Mark,
    Moment,
    MomentKind,
    Record,
    compared,
    timeline,
)
from monitor.errors import InputError
from monitor.services.flagging import own_items
from reports import labels as words
from reports.labels import site_name
from reports.pages.findings import ANSWERS, FLAG_ANSWERS, FieldLine, MomentLine, Piece
from reports.pages.findings import Mark as Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """One own account, and what the item shows of it."""

    own: Item
    parallels: tuple[Parallel, ...]

    @property
    def copied(self) -> int:
        return sum(each.copied for each in self.parallels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retracing:
    """`owner` is the person who asks: what is not theirs is not there."""

    state: State

    def timeline(self, owner: str, ref: str) -> tuple[Moment, ...]:
        """Return what happened to an item, oldest first."""
        item = self.state.items.of_owner(owner, ref)
        flags = self.state.flags.of_item(item.ref)
        record = Record(
            versions=self.state.versions.numbered(item.ref),
            events=tuple(each.event for each in self.state.events.of_item(item.ref)),
            flags=flags,
            judgements=tuple(
                each for flag in flags for each in self.state.flags.judgements(flag.ref)
            ),
            said=self.state.verdicts.of(item.ref),
            sources={each.key: each.source for each in self.state.questions.of(owner)},
        )
        return timeline(record)

    def compare(self, owner: str, ref: str, older: int, newer: int) -> tuple[FieldMarks, ...]:
        """Compare two versions of an item by the numbers that its timeline gives them."""
        versions = self.state.versions.numbered(self.state.items.of_owner(owner, ref).ref)
        return compared(_version(versions, older).finding, _version(versions, newer).finding)

    def beside(self, owner: str, ref: str) -> tuple[Beside, ...]:
        """Lay an item beside each own account, the one it shows most of first."""
        item = self.state.items.of_owner(owner, ref)
        own = own_items(self.state, self.state.people.get(owner))
        laid = [
            Beside(own=each, parallels=beside(item.portrait, each.portrait))
            for each in own
            if each.ref != item.ref
        ]
        return tuple(sorted(laid, key=lambda each: -each.copied))


def _version(versions: dict[int, Version], number: int) -> Version:
    if number not in versions:
        reason = (
            f"There is no version {number} of this item. See its history for the versions we have."
        )
        raise InputError(reason)
    return versions[number]


RULED = {
    **{value: said for told in FLAG_ANSWERS.values() for value, said in told.items()},
    **ANSWERS,
    "harmless": "Harmless",
    "reported": "Reported to the platform",
    "removed": "Taken down",
    "refused": "The platform left it up",
    "student-link": "A link to a student",
    "gone": "No longer shown",
}
DEEDS = {Ruling.SHARED: "You shared it with IT.", Ruling.REOPENED: "You undid your last answer."}


def told(moments: Iterable[Moment]) -> Iterator[MomentLine]:
    """Tell the moments of a timeline, the latest first."""
    for each in reversed(tuple(moments)):
        yield MomentLine(
            at=each.at,
            words=_words(each),
            fields=tuple(map(field_line, each.marks)),
            version=each.number,
        )


def field_line(marks: FieldMarks) -> FieldLine:
    return FieldLine(
        field=words.field_words(marks.field),
        pieces=tuple(map(_piece, marks.marks)),
        changed=marks.changed,
        told=marks.material,
    )


def _piece(mark: Mark) -> Piece:
    return Piece(text=mark.text, mark=Shown(mark.kind))


def _words(moment: Moment) -> str:
    match moment.kind:
        case MomentKind.SHOWN:
            return _shown(moment)
        case MomentKind.EVENT:
            return f"{words.EventKind(moment.word).words}."
        case MomentKind.FLAGGED:
            return f"{words.FlagKind(moment.word).words}. We flagged it for you."
        case MomentKind.RULED | MomentKind.SORTED:
            return _ruled(moment)


def _shown(moment: Moment) -> str:
    site = site_name(moment.source) if moment.source else "a source"
    if moment.marks:
        return f"It looks different on {site}."
    return f"Seen on {site}."


def _ruled(moment: Moment) -> str:
    if not moment.word:
        return "It became another account, so your earlier answer no longer counts."
    ruling = Ruling(moment.word)
    if moment.by is By.REVIEWER:
        return f"IT decided: {RULED.get(ruling, ruling)}."
    return DEEDS.get(ruling, f"You said: {RULED.get(ruling, ruling)}.")
