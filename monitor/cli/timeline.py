"""What became of an account or a page since it was first seen."""

from pathlib import Path

import click

from monitor.cli.desk import Desk, as_json, break_glass, pass_desk
from monitor.cli.explain import CLOSED, item_of
from monitor.cli.looking import demo_folder, opened
from monitor.domain.comparison.marks import Mark, MarkKind
from monitor.domain.comparison.versions import FieldMarks
from monitor.domain.timeline import Moment
from monitor.errors import NotPermittedError
from reports.words import field_words

_SIGNS = {MarkKind.ADDED: ("{+", "+}"), MarkKind.REMOVED: ("[-", "-]")}


@click.command("timeline")
@click.argument("item")
@break_glass
@demo_folder
@as_json
@pass_desk
def timeline_(
    desk: Desk, item: str, reason: str | None, folder: Path | None, *, as_json: bool
) -> None:
    """Print what became of an item: versions, events, flags and rulings, oldest first.

    ITEM is the reference that a letter prints, of a question or of a flag. In what changed,
    [-words-] were taken away and {+words+} added.
    """
    if reason is None and folder is None:
        raise NotPermittedError(CLOSED)
    with opened(desk, folder) as (service, output):
        known = service.state.items.get(item_of(service, item))
        if reason is not None and folder is None:
            service.glass.broken(known.person, "What became of a finding over time", reason)
        moments = service.retracing.timeline(known.person, known.ref)
    if as_json:
        output.json(moments)
        return
    output.table(("when", "what", "told"), ((each.at, each.kind, _told(each)) for each in moments))


def _told(moment: Moment) -> str:
    if moment.number:
        first = f"version {moment.number}" + (f" by {moment.source}" if moment.source else "")
        return "\n".join((first, *map(_marked, moment.marks)))
    fields = ", ".join(map(field_words, moment.fields))
    said = moment.word or "became another one; what was said of it fell away"
    return f"{said}: {fields}" if fields else said


def _marked(field: FieldMarks) -> str:
    return f"{field_words(field.field)}: {''.join(map(_signed, field.marks))}"


def _signed(mark: Mark) -> str:
    before, after = _SIGNS.get(mark.kind, ("", ""))
    return f"{before}{mark.text}{after}"
