"""Kept pages through today's readers."""

from collections import Counter

import click

from monitor.cli.desk import Desk, as_json, pass_desk
from monitor.errors import InputError, UnavailableError
from monitor.flows.asking.cleaning import Cleaning, workplace_of
from monitor.flows.asking.replay import Replayed, Replaying
from monitor.sources import all_sources
from monitor.store.state import State
from scrapers.fetch.answer import read
from scrapers.page import Page
from scrapers.parsing.parser import ChildParser
from scrapers.reading import Reading
from scrapers.request import Query
from scrapers.source import Source


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
