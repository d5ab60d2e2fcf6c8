"""Check whether the audit log is complete."""

import click

from monitor.cli.context import CliContext, json_option, pass_cli_context
from monitor.db.encryption import AuditPosition
from monitor.domain.errors import DatabaseError


@click.command()
@click.option(
    "--end", help="An end printed by an earlier run. Check that all rows up to it still exist."
)
@click.option(
    "--accept", is_flag=True, help="Confirm that you restored an older database. This is recorded."
)
@json_option
@pass_cli_context
def audit(context: CliContext, end: str | None, *, accept: bool, as_json: bool) -> None:
    """Check that no row of the audit log was changed or removed.

    This includes rows at its end. Someone who has the keys could still write a different log. To
    detect that too, save the printed end on another machine, and pass it with --end next time.

    With --accept, the log of an older database continues. `namesake restore` does this
    automatically.
    """
    from monitor.services import audit_end

    kept = None if end is None else AuditPosition.from_text(end)
    with context.open_app() as app:
        if accept:
            audit_end.accept_audit_end(app.db, app.clock.now())
        log = app.db.audit
        trouble, rows, last = (
            audit_end.describe_audit_damage(log),
            len(log.list_entries()),
            log.log_end.load_last_position().text_form,
        )
        cut = kept is not None and not log.log_end.has_row_at(kept)
    if trouble:
        raise DatabaseError(f"{trouble} Save a copy of the folder, and find the cause.")
    if cut:
        raise DatabaseError(
            "Rows that were once at the end of the audit log are missing. Save a copy of the "
            "folder. A restored backup lacks the rows written after it."
        )
    if as_json:
        context.output.print_json({"rows": rows, "end": last})
        return
    if accept:
        context.output.print_line("The audit log continues from its last row, and records this.")
    context.output.print_line("The audit log is intact.")
    context.output.print_line(f"Its end: {last or 'no rows yet'}")
