"""Planned queries with their dates and costs, for one person or as totals for the district."""

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

import click

from monitor.app import App
from monitor.cli.context import (
    CliContext,
    Output,
    break_glass_option,
    demo_folder_option,
    json_option,
    open_district_or_demo,
    pass_cli_context,
)
from monitor.domain.dates import format_weekday_date
from monitor.domain.errors import NotPermittedError
from monitor.domain.planning.selection import QueryOutlook
from monitor.domain.reason import Reason
from monitor.domain.schedule import compute_next_sweep, format_iso_week
from monitor.services.break_glass import record_break_glass
from monitor.services.query_planning import (
    build_query_outlook,
    build_spending_limits,
    build_weekly_bill,
)
from scrapers.parsers.search_terms import list_readable_terms

# A line of a terminal bears no more beside the other columns.
LONGEST_WORDS = 80

NEEDS_BREAK_GLASS = (
    "Search terms belong to the person. --break-glass REASON prints them. That is audited, and the "
    "person is notified at once. `namesake plan --district` prints totals without names."
)
BREAK_GLASS_SUBJECT = Reason("seen.plan")


@dataclass(frozen=True, slots=True, kw_only=True)
class NextSweep:
    """The next weekly sweep: its week, and the day it begins in the district."""

    week: str
    day: date

    @classmethod
    def from_app(cls, app: App) -> Self:
        district = app.config.district
        at: datetime = compute_next_sweep(app.clock.now(), district.id, district.zone)
        day = at.astimezone(ZoneInfo(district.zone)).date()
        return cls(week=format_iso_week(at, district.zone), day=day)


@click.command()
@click.argument("person", required=False)
@click.option(
    "--district", "whom", flag_value="district", help="Print the weekly cost for everyone."
)
@break_glass_option
@demo_folder_option
@json_option
@pass_cli_context
def plan(
    context: CliContext, /, folder: Path | None, *, as_json: bool, **given: str | None
) -> None:
    """Print the planned queries about PERSON, with dates and costs. Sends no query.

    Without --break-glass, only --district works: counts and dollars, no names.
    """
    person, reason = given["person"], given["reason"]
    if (person is None) == (given["whom"] is None):
        sentence = "Name a PERSON, or use --district."
        raise click.UsageError(sentence)
    if person and reason is None and folder is None:
        raise NotPermittedError(NEEDS_BREAK_GLASS)
    with open_district_or_demo(context, folder) as (app, output):
        if person is None:
            _print_bill(app, output, as_json=as_json)
            return
        app.db.people.load_person(person)
        if not app.db.consents.can_query_person(person, app.clock.now()):
            sentence = "Consent has expired or is paused; no search was run."
            raise NotPermittedError(sentence)
        if reason is not None and folder is None:
            record_break_glass(app, person, BREAK_GLASS_SUBJECT, reason)
        _print_plan(app, output, person, as_json=as_json)


def _print_plan(app: App, output: Output, person_id: str, *, as_json: bool) -> None:
    upcoming = NextSweep.from_app(app)
    outlooks = build_query_outlook(app, person_id, upcoming.week)
    if as_json:
        output.print_json({"next_sweep": upcoming.day.isoformat(), "queries": outlooks})
        return
    output.print_table(
        ("source", "query", "every", "next", "up to"),
        (
            (
                outlook.source,
                textwrap.shorten(
                    ", ".join(list_readable_terms(outlook.terms)), LONGEST_WORDS, placeholder=" ..."
                ),
                "week" if outlook.every == 1 else f"{outlook.every} weeks",
                _format_day(upcoming, outlook),
                f"${outlook.usd:.3f}",
            )
            for outlook in outlooks
        ),
    )
    now = [outlook for outlook in outlooks if not outlook.ahead]
    most = build_spending_limits(app.config.planning).person.usd
    output.print_line(
        f"{len(now)} of {len(outlooks)} queries run on {format_weekday_date(upcoming.day)}, "
        "for up to "
        f"${_sum_costs(now):.3f}. The limit for one person is {_format_limit(most)} a week."
    )


def _print_bill(app: App, output: Output, *, as_json: bool) -> None:
    upcoming = NextSweep.from_app(app)
    bill = build_weekly_bill(app, upcoming.week)
    if as_json:
        output.print_json({"next_sweep": upcoming.day.isoformat(), "bill": bill})
        return
    if not bill.sources:
        output.print_line("All sources in use are free. Every query runs every week.")
        return
    output.print_table(
        ("source", "queries", "requests", "up to"),
        (
            (source.source, source.queries, source.requests, f"${source.usd:.2f}")
            for source in bill.sources
        ),
    )
    output.print_line(
        f"Sweep on {format_weekday_date(upcoming.day)}: up to ${bill.usd:.2f} "
        f"for {bill.people} people, "
        f"${bill.canaries.usd:.2f} of it for self-tests. "
        f"The limit is {_format_limit(bill.most)} a week. "
        f"{bill.left_out} queries are skipped to stay within it."
    )
    output.print_line(
        f"If all enrolled now: ${bill.forecast.first_quarter.usd} a week for the first quarter,"
        f" then ${bill.forecast.settled.usd}, assuming news about each person twice a year."
    )


def _format_limit(dollars: Decimal | None) -> str:
    return "unlimited" if dollars is None else f"${dollars:.2f}"


def _format_day(upcoming: NextSweep, outlook: QueryOutlook) -> str:
    return format_weekday_date(upcoming.day + timedelta(weeks=outlook.ahead))


def _sum_costs(outlooks: Iterable[QueryOutlook]) -> Decimal:
    return sum((outlook.usd for outlook in outlooks), Decimal(0))
