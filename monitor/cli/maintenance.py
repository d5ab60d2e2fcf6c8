"""How long each table keeps its rows, and what the next purge deletes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import click

from monitor.cli.context import Desk, as_json, pass_desk
from monitor.db.pages import KEPT_IN
from monitor.domain.retention import TABLE, Kept
from monitor.service import Service

STAYS = "while enrolled"
ALWAYS = frozenset({Kept.AUDIT, Kept.SOURCE})


@click.command()
@click.option("--dry-run", is_flag=True, help="Only show what would be deleted. Delete nothing.")
@as_json
@pass_desk
def purge(desk: Desk, *, dry_run: bool, as_json: bool) -> None:
    """Delete data past its retention period now. The service does this once a day.

    With --dry-run it lists each table: its contents, its retention period, and how many rows would
    be deleted.
    """
    with desk.service() as service:
        if not dry_run:
            service.purging.purge()
            desk.output.say("Data past its retention period is deleted.")
            return
        rows = tuple(_rows(service))
    if as_json:
        desk.output.json(rows)
        return
    desk.output.table(
        ("table", "contents", "kept while open", "kept once closed", "rows", "to delete"),
        ((row.table, row.holds, row.open, row.closed, row.rows, row.goes) for row in rows),
    )
    desk.output.say(f"{sum(row.goes for row in rows)} rows would be deleted. Nothing was deleted.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`open` and `closed` are in days, or in words."""

    table: str
    holds: str
    open: str
    closed: str
    rows: int
    goes: int


def _rows(service: Service) -> Iterator[Row]:
    counts, gone = service.state.rows(), service.purging.preview()
    for table, kept in sorted(KEPT_IN.items()):
        lifetime = TABLE[kept]
        yield Row(
            table=table,
            holds=kept,
            open=_span(kept, lifetime.open),
            closed=_span(kept, lifetime.closed),
            rows=counts[table],
            goes=gone[table],
        )


def _span(kept: Kept, span: timedelta | None) -> str:
    if span is None:
        return "always" if kept in ALWAYS else STAYS
    if not span:
        return "not at all"
    return "1 day" if span.days == 1 else f"{span.days} days"
