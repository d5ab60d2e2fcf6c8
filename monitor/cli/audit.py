"""Whether the audit log is whole."""

import click

from monitor.cli.context import (
    CliContext,
    json_option,
    pass_cli_context,
)
from monitor.db.encryption import AuditPosition
from monitor.domain.errors import DatabaseError


@click.group()
def audit() -> None:
    """Check the audit log."""


@audit.command()
@click.option(
    "--end", help="An end printed by an earlier run. Check that all rows up to it still exist."
)
@json_option
@pass_cli_context
def verify(context: CliContext, end: str | None, *, as_json: bool) -> None:
    """Check that no row of the audit log was changed or removed.

    Rows at its end count, too. Someone who has the keys could still write a different log. Save the
    printed end on another machine, and pass it with --end next time to detect that too.
    """
    from monitor.services import backups

    with context.open_app() as app:
        log = app.db.audit
        trouble, rows, last = (
            backups.describe_audit_damage(log),
            len(log.list_entries()),
            log.log_end.load_last_position().text_form,
        )
        cut = end is not None and not log.log_end.has_row_at(AuditPosition.from_text(end))
    if trouble:
        reason = f"{trouble} Save a copy of the folder, and find the cause."
        raise DatabaseError(reason)
    if cut:
        reason = (
            "Rows that were once at the end of the audit log are missing. Save a copy of the "
            "folder. A restored backup lacks the rows written after it."
        )
        raise DatabaseError(reason)
    if as_json:
        context.output.print_json({"rows": rows, "end": last})
        return
    context.output.print_line("The audit log is intact.")
    context.output.print_line(f"Its end: {last or 'no rows yet'}")


@audit.command()
@pass_cli_context
def accept(context: CliContext) -> None:
    """Confirm that you put back an older database.

    Its audit log can then continue. `namesake restore` does this automatically. The log records
    that an operator confirmed it.
    """
    from monitor.services import backups

    with context.open_app() as app:
        backups.accept_audit_end(app.db, app.clock.now())
    context.output.print_line("The audit log continues from its last row, and records this.")
