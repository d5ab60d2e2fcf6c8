"""Flags, as far as IT may see them."""

import click

from monitor.cli.desk import Desk, as_json, pass_desk
from monitor.domain.disclosure import ReviewFields
from monitor.domain.flag import Ruling


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


@flags.command()
@click.argument("ref")
@click.argument("ruling", type=click.Choice([each.value for each in Ruling]))
@click.option("--note", default="", help="Why; it is kept sealed.")
@click.option("--for-person", is_flag=True, help="Record what the person themselves answered.")
@pass_desk
def rule(desk: Desk, ref: str, ruling: str, note: str, *, for_person: bool) -> None:
    """Append a ruling to a flag, or a person's answer to a question of their digest."""
    with desk.service() as service:
        said = service.reviewing.recorded(ref, Ruling(ruling), note, for_person=for_person)
    desk.output.say(said)


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
