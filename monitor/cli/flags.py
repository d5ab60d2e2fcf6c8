"""Flags, as far as IT may see them."""

from datetime import datetime, timedelta
from typing import TypedDict, Unpack
from zoneinfo import ZoneInfo

import click

from monitor.cli.context import Desk, as_json, pass_desk
from monitor.domain.disclosure import ReviewFields
from monitor.domain.flag import Ruling
from monitor.services.feedback import Word
from monitor.services.review import REVIEWER


@click.group()
def flags() -> None:
    """List open flags by ref, show one that is open to IT, and record rulings."""


@flags.command("list")
@as_json
@pass_desk
def list_(desk: Desk, *, as_json: bool) -> None:
    """List undecided flags: ref, kind, severity, state and age; no names, no addresses."""
    with desk.service() as service:
        opened = {flag.ref for flag, _ in service.reviewing.opened()}
        rows = [
            {
                "ref": flag.ref,
                "kind": flag.kind,
                "severity": flag.severity,
                "state": flag.state,
                "opened_at": flag.opened_at,
                "to_it": "open" if flag.ref in opened else "not yet",
            }
            for flag in service.state.flags.all_open()
        ]
    if as_json:
        desk.output.json(rows)
    elif rows:
        desk.output.table(tuple(rows[0]), [tuple(row.values()) for row in rows])
    else:
        desk.output.say("No flag is open.")


@flags.command()
@click.argument("ref")
@click.option("--break-glass", "reason", metavar="REASON", help="Open it early; see --reviewer.")
@click.option("--reviewer", "reviewers", multiple=True, help="Who decided so: twice, two people.")
@as_json
@pass_desk
def show(
    desk: Desk, ref: str, reason: str | None, reviewers: tuple[str, ...], *, as_json: bool
) -> None:
    """Show one flag with the closed list of fields; every look is audited."""
    with desk.service() as service:
        if reason is None:
            shown = service.reviewing.show(ref)
        else:
            shown = service.reviewing.break_glass(ref, frozenset(reviewers), reason)
    if as_json:
        desk.output.json(shown)
        return
    desk.output.table(("field", "value"), _fields(shown))


class Said(TypedDict):
    """What is said of flags, as it was typed."""

    ruling: str
    note: str
    until: datetime | None
    for_person: bool


for_person = click.option(
    "--for-person", is_flag=True, help="Record what the person themselves answered."
)


@flags.command()
@click.argument("refs", nargs=-1, required=True, metavar="REF...")
@click.argument("ruling", type=click.Choice([each.value for each in Ruling]))
@click.option("--note", default="", help="Why; it is kept sealed.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day of a harmless ruling.")
@for_person
@pass_desk
def rule(desk: Desk, /, refs: tuple[str, ...], **said: Unpack[Said]) -> None:
    """Append one ruling to flags, or a person's answer to questions of their digest.

    Of several either all are ruled or none.
    """
    word = Word(
        ruling=Ruling(said["ruling"]),
        by=REVIEWER,
        note=said["note"],
        until=_over(said["until"], desk.config.district.zone),
    )
    _record(desk, refs, word, for_person=said["for_person"])


@flags.command()
@click.argument("refs", nargs=-1, required=True, metavar="REF...")
@for_person
@pass_desk
def undo(desk: Desk, refs: tuple[str, ...], *, for_person: bool) -> None:
    """Take back the last word on flags, or a person's last answer to questions."""
    _record(desk, refs, Word(ruling=Ruling.REOPENED, by=REVIEWER), for_person=for_person)


def _record(desk: Desk, refs: tuple[str, ...], word: Word, *, for_person: bool) -> None:
    with desk.service() as service:
        done = service.reviewing.recorded(refs, word, for_person=for_person)
    for ref, sentence in zip(refs, done, strict=True):
        desk.output.say(f"{ref}: {sentence}" if len(refs) > 1 else sentence)


def _over(last_day: datetime | None, zone: str) -> datetime | None:
    """Return when a day is over in the district."""
    return last_day and (last_day + timedelta(days=1)).replace(tzinfo=ZoneInfo(zone))


def _fields(shown: ReviewFields) -> list[tuple[str, object]]:
    return [
        ("person", shown.name),
        ("school", shown.school),
        ("kind", shown.kind),
        ("severity", shown.severity),
        ("platform", shown.platform),
        ("address", shown.url.replace(".", "[.]").replace("://", "[:]//")),
        ("state", shown.state),
        ("opened", shown.opened_at),
        ("first seen", shown.first_seen),
        ("last seen", shown.last_seen),
        ("reasons", "\n".join(shown.reasons)),
        ("their ruling", shown.ruling or "none yet"),
    ]
