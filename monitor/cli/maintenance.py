"""What is kept for how long, and what the next round of forgetting takes.

Kept pages through today's readers.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import click

from monitor.cli.context import Desk, as_json, pass_desk
from monitor.db.database import State
from monitor.db.pages import KEPT_IN
from monitor.domain.retention import TABLE, Kept
from monitor.errors import InputError, UnavailableError
from monitor.service import Service
from monitor.services.staging import Cleaning, Replayed, Replaying, workplace_of
from monitor.sources import all_sources
from scrapers.http.crawler import read
from scrapers.models import Page, Query, Reading
from scrapers.sandbox.client import ChildParser
from scrapers.source import Source

STAYS = "as long as they stay"
ALWAYS = frozenset({Kept.AUDIT, Kept.SOURCE})


@click.command()
@click.option("--dry-run", is_flag=True, help="Only tell what would go; forget nothing.")
@as_json
@pass_desk
def purge(desk: Desk, *, dry_run: bool, as_json: bool) -> None:
    """Forget now what is no longer kept, as the service does once a day.

    With --dry-run it lists every table: what it holds, for how long, and how much would go.
    """
    with desk.service() as service:
        if not dry_run:
            service.purging.purge()
            desk.output.say("All that is no longer kept is forgotten.")
            return
        rows = tuple(_rows(service))
    if as_json:
        desk.output.json(rows)
        return
    desk.output.table(
        ("table", "holds", "open for", "closed for", "rows", "would go"),
        ((row.table, row.holds, row.open, row.closed, row.rows, row.goes) for row in rows),
    )
    desk.output.say(f"{sum(row.goes for row in rows)} rows would go; nothing was forgotten.")


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
        return "as long as the service" if kept in ALWAYS else STAYS
    if not span:
        return "not at all"
    return "1 day" if span.days == 1 else f"{span.days} days"


@click.command()
@click.option("--source", "only", default="", help="Only the pages of this source.")
@as_json
@pass_desk
def replay(desk: Desk, only: str, *, as_json: bool) -> int:
    """Read the pages that are kept with today's readers, and count what they read otherwise.

    Nobody is asked, nothing is changed, and nothing personal is printed. Ends with 69 where a page
    that told something tells nothing any more: then a reader has become worse.
    """
    replayed = _replayed(desk, only)
    if as_json:
        desk.output.json(replayed)
    elif not replayed:
        desk.output.say("No page is kept; docs/decisions/0013-kept-pages.md says which are.")
    else:
        columns = ("source", "pages", "read alike", "worse", "outcomes", "findings")
        desk.output.table(columns, (_row(each) for each in replayed))
    return UnavailableError.exit_code if any(each.worse for each in replayed) else 0


def _replayed(desk: Desk, only: str) -> tuple[Replayed, ...]:
    sources = all_sources(desk.config)
    if only and only not in sources:
        reason = f"There is no source {only}: `namesake sources list` shows which there are."
        raise InputError(reason)
    with State.open(desk.config.state) as state, ChildParser() as parser:

        def reads(source: Source, query: Query, page: Page) -> Reading:
            return read(source, query, page, parser)

        return Replaying(
            state=state,
            sources=sources,
            reads=reads,
            cleaning=Cleaning(state=state, work=workplace_of(desk.config)),
            now=desk.outside.clock.now,
        ).replay(only)


def _row(each: Replayed) -> tuple[object, ...]:
    return (
        each.source,
        each.pages,
        each.same,
        each.worse,
        _counted(each.outcomes),
        _counted(each.details),
    )


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{what} ({count})" for what, count in sorted(counts.items()))
