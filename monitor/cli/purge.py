"""What the next purge deletes, and a purge by hand."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import click

from monitor.app import App
from monitor.cli.context import (
    CliContext,
    json_option,
    pass_cli_context,
)
from monitor.db.database import list_declarations
from monitor.domain.retention import RETENTION_PERIODS, RetainedKind

WHILE_ENROLLED = "while enrolled"
ALWAYS_KEPT = frozenset({RetainedKind.AUDIT, RetainedKind.SOURCE})


@click.command()
@click.option("--dry-run", is_flag=True, help="Only show what would be deleted. Delete nothing.")
@json_option
@pass_cli_context
def purge(context: CliContext, *, dry_run: bool, as_json: bool) -> None:
    """Delete data past its retention period now. The service does this once a day.

    With --dry-run it lists each table: its contents, its retention period, and how many rows would
    be deleted.
    """
    from monitor.services import retention

    with context.open_app() as app:
        if not dry_run:
            retention.purge_expired_data(app)
            context.output.print_line("Data past its retention period is deleted.")
            return
        rows = tuple(_build_retention_rows(app))
    if as_json:
        context.output.print_json(rows)
        return
    context.output.print_table(
        ("table", "contents", "stored while open", "stored once closed", "rows", "to delete"),
        ((row.table, row.holds, row.open, row.closed, row.rows, row.goes) for row in rows),
    )
    context.output.print_line(
        f"{sum(row.goes for row in rows)} rows would be deleted. Nothing was deleted."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRow:
    """`open` and `closed` are in days, or in words."""

    table: str
    holds: str
    open: str
    closed: str
    rows: int
    goes: int


def _build_retention_rows(app: App) -> Iterator[RetentionRow]:
    from monitor.services import retention

    counts, gone = app.db.count_rows(), retention.preview_purge(app)
    for declared in sorted(list_declarations(), key=lambda table: table.name):
        table, kind = declared.name, declared.kept_as
        lifetime = RETENTION_PERIODS[kind]
        yield RetentionRow(
            table=table,
            holds=kind,
            open=_format_retention(kind, lifetime.open),
            closed=_format_retention(kind, lifetime.closed),
            rows=counts.get(table, 0),  # those of an annex may be missing
            goes=gone.get(table, 0),
        )


def _format_retention(kind: RetainedKind, span: timedelta | None) -> str:
    if span is None:
        return "always" if kind in ALWAYS_KEPT else WHILE_ENROLLED
    if not span:
        return "not at all"
    return "1 day" if span.days == 1 else f"{span.days} days"
