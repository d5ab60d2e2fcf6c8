"""What happened to a finding, told to its person: marks and moments in words."""

from collections.abc import Iterable, Iterator

from monitor.domain.comparison.marks import Mark
from monitor.domain.comparison.versions import FieldMarks
from monitor.domain.flag import Ruling
from monitor.domain.timeline import By, Moment, MomentKind
from reports import words
from reports.pages.item import FieldLine, MomentLine, Piece
from reports.pages.item import Mark as Shown
from reports.pages.sort import ANSWERS, FLAG_ANSWERS
from reports.words import site_name

RULED = {
    **{value: said for told in FLAG_ANSWERS.values() for value, said in told.items()},
    **ANSWERS,
    "harmless": "Harmless",
    "reported": "Reported to the platform",
    "removed": "Taken down",
    "refused": "The platform left it up",
    "student-link": "A link with a student",
    "gone": "Shown no longer",
}
DEEDS = {Ruling.SHARED: "You shared it with IT.", Ruling.REOPENED: "You took your last word back."}


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
            return f"{words.FlagKind(moment.word).words}: flagged for you to look at."
        case MomentKind.RULED | MomentKind.SORTED:
            return _ruled(moment)


def _shown(moment: Moment) -> str:
    site = site_name(moment.source) if moment.source else "A source"
    if moment.marks:
        return f"{site} shows it differently."
    return f"Seen by {site}."


def _ruled(moment: Moment) -> str:
    if not moment.word:
        return "It became another account, so what you had said of it no longer counts."
    ruling = Ruling(moment.word)
    if moment.by is By.REVIEWER:
        return f"IT ruled: {RULED.get(ruling, ruling)}."
    return DEEDS.get(ruling, f"You said: {RULED.get(ruling, ruling)}.")
