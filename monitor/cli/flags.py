"""Flags by reference. They are opened and answered on the portal's pages, never at a shell."""

import click

from monitor.cli.context import CliContext, json_option, pass_cli_context
from monitor.services.review_queue import find_review_opening


@click.group()
def flags() -> None:
    """List open flags by reference. People open and answer flags on the portal only."""


@flags.command("list")
@json_option
@pass_cli_context
def list_flags(context: CliContext, *, as_json: bool) -> None:
    """List undecided flags: reference, kind, severity, state and age. No names, no addresses."""
    with context.open_app() as app:
        rows = [
            {
                "id": flag.id,
                "kind": flag.kind,
                "severity": flag.severity,
                "state": flag.state,
                "opened_at": flag.opened_at,
                "to_it": "open" if find_review_opening(app, flag) else "not yet",
            }
            for flag in app.db.flags.list_undecided_flags()
        ]
    if as_json:
        context.output.print_json(rows)
    elif rows:
        context.output.print_table(tuple(rows[0]), [tuple(row.values()) for row in rows])
    else:
        context.output.print_line("No open flags.")
