"""Flags by reference. They are opened and answered on the portal's pages, never at a shell."""

import click

from monitor.cli.context import Desk, as_json, pass_desk


@click.group()
def flags() -> None:
    """List open flags by reference. People open and answer flags on the portal only."""


@flags.command("list")
@as_json
@pass_desk
def list_(desk: Desk, *, as_json: bool) -> None:
    """List undecided flags: reference, kind, severity, state and age. No names, no addresses."""
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
        desk.output.say("No open flags.")
