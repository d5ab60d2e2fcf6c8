"""Planned queries with their dates and costs, for one person or as totals for the district."""

import textwrap
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from monitor.app import App
from monitor.cli.context import CliContext, Output, holds_invented_people
from monitor.domain.english_dates import format_weekday_date
from monitor.domain.errors import NotPermittedError
from monitor.domain.reason import Reason
from monitor.domain.schedule import compute_next_sweep, format_iso_week
from monitor.services.break_glass import record_break_glass
from monitor.services.job_kinds import preview_sweep
from monitor.services.query_planning import (
    build_query_outlook,
    build_spending_limits,
    build_weekly_bill,
)
from scrapers.search_queries import list_readable_terms

# A line of a terminal bears no more beside the other columns.
LONGEST_WORDS = 80

NEEDS_BREAK_GLASS = (
    "Search terms belong to the person. --break-glass REASON prints them. That is audited, and the "
    "person is notified at once. `namesake check --all --dry-run` prints totals without names."
)
BREAK_GLASS_SUBJECT = Reason("seen.plan")


def _find_next_sweep(app: App) -> tuple[str, date]:
    """Return the week of the next weekly sweep, and the day it begins in the district."""
    district = app.config.district
    at = compute_next_sweep(app.clock.now(), district.id, district.zone)
    return format_iso_week(at, district.zone), at.astimezone(ZoneInfo(district.zone)).date()


def print_plan(
    context: CliContext, person: str | None, reason: str | None, *, as_json: bool
) -> None:
    """Print what would be asked: about one person, for a reason, or how much about all."""
    output = context.output
    with context.open_app() as app:
        if person and reason is None and not holds_invented_people(context, app):
            raise NotPermittedError(NEEDS_BREAK_GLASS)
        if person is None:
            _print_totals(app, output, as_json=as_json)
            return
        app.db.people.load_person(person)
        if not app.db.consents.can_query_person(person, app.clock.now()):
            raise NotPermittedError("Consent has expired or is paused; no search was run.")
        if reason is not None:
            record_break_glass(app, person, BREAK_GLASS_SUBJECT, reason)
        _print_queries(app, output, person, as_json=as_json)


def _print_queries(app: App, output: Output, person_id: str, *, as_json: bool) -> None:
    week, day = _find_next_sweep(app)
    outlooks = build_query_outlook(app, person_id, week)
    if as_json:
        output.print_json({"next_sweep": day.isoformat(), "queries": outlooks})
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
                format_weekday_date(day + timedelta(weeks=outlook.ahead)),
                f"${outlook.usd:.3f}",
            )
            for outlook in outlooks
        ),
    )
    now = [outlook for outlook in outlooks if not outlook.ahead]
    costs = sum(outlook.usd for outlook in now)
    most = build_spending_limits(app.config.planning).person.usd
    output.print_line(
        f"{len(now)} of {len(outlooks)} queries run on {format_weekday_date(day)}, "
        "for up to "
        f"${costs:.3f}. The limit for one person is {_format_limit(most)} a week."
    )


def _print_totals(app: App, output: Output, *, as_json: bool) -> None:
    week, day = _find_next_sweep(app)
    bill = build_weekly_bill(app, week)
    counts = Counter(query.source for query in preview_sweep(app))
    people = len(app.db.consents.list_queryable_person_ids(app.clock.now()))
    if as_json:
        output.print_json(
            {
                "people": people,
                "queries": counts,
                "next_sweep": day.isoformat(),
                "bill": bill,
            }
        )
        return
    output.print_table(("source", "queries"), sorted(counts.items()))
    output.print_line(f"Queries: {counts.total()}; people: {people}. Nothing was sent.")
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
        f"Sweep on {format_weekday_date(day)}: up to ${bill.usd:.2f} "
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
