"""Planned queries with their dates and costs, for one person or as totals for the district."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

import click

from monitor.cli.context import Desk, Output, as_json, break_glass, demo_folder, opened, pass_desk
from monitor.domain.planning.selection import Outlook
from monitor.domain.schedule import iso_week, next_sweep
from monitor.errors import NotPermittedError
from monitor.service import Service

CLOSED = (
    "Search terms belong to the person. --break-glass REASON prints them. That is audited, and the "
    "person is notified at once. `namesake plan --district` prints totals without names."
)
SEEN = "Planned searches about you"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upcoming:
    """The next weekly sweep: its week, and the day it begins in the district."""

    week: str
    day: date

    @classmethod
    def of(cls, service: Service) -> Self:
        district = service.config.district
        at: datetime = next_sweep(service.now(), district.ref, district.zone)
        day = at.astimezone(ZoneInfo(district.zone)).date()
        return cls(week=iso_week(at, district.zone), day=day)


@click.command()
@click.argument("person", required=False)
@click.option(
    "--district", "whom", flag_value="district", help="Print the weekly cost for everyone."
)
@break_glass
@demo_folder
@as_json
@pass_desk
def plan(desk: Desk, /, folder: Path | None, *, as_json: bool, **given: str | None) -> None:
    """Print the planned queries about PERSON, with dates and costs. Sends no query.

    Without --break-glass, only --district works: counts and dollars, no names.
    """
    person, reason = given["person"], given["reason"]
    if (person is None) == (given["whom"] is None):
        sentence = "Name a PERSON, or use --district."
        raise click.UsageError(sentence)
    if person and reason is None and folder is None:
        raise NotPermittedError(CLOSED)
    with opened(desk, folder) as (service, output):
        if person is None:
            _tell_bill(service, output, as_json=as_json)
            return
        service.state.people.get(person)
        if not service.state.consents.asks(person, service.now()):
            sentence = "Consent has expired or is paused; no search was run."
            raise NotPermittedError(sentence)
        if reason is not None and folder is None:
            service.glass.broken(person, SEEN, reason)
        _tell_plan(service, output, person, as_json=as_json)


def _tell_plan(service: Service, output: Output, person: str, *, as_json: bool) -> None:
    upcoming = Upcoming.of(service)
    told = service.planning.outlook(person, upcoming.week)
    if as_json:
        output.json({"next_sweep": upcoming.day.isoformat(), "questions": told})
        return
    output.table(
        ("source", "query", "every", "next", "up to"),
        (
            (each.source, _words(each), _every(each), _day(upcoming, each), f"${each.usd:.3f}")
            for each in told
        ),
    )
    now = [each for each in told if not each.ahead]
    most = service.planning.limits.person.usd
    output.say(
        f"{len(now)} of {len(told)} queries run on {upcoming.day:%a, %b %-d}, for up to "
        f"${_sum(now):.3f}. The limit for one person is {_most(most)} a week."
    )


def _tell_bill(service: Service, output: Output, *, as_json: bool) -> None:
    upcoming = Upcoming.of(service)
    bill = service.planning.bill(upcoming.week)
    if as_json:
        output.json({"next_sweep": upcoming.day.isoformat(), "bill": bill})
        return
    if not bill.sources:
        output.say("All sources in use are free. Every query runs every week.")
        return
    output.table(
        ("source", "queries", "requests", "up to"),
        ((each.source, each.questions, each.requests, f"${each.usd:.2f}") for each in bill.sources),
    )
    output.say(
        f"Sweep on {upcoming.day:%a, %b %-d}: up to ${bill.usd:.2f} for {bill.people} people, "
        f"${bill.canaries.usd:.2f} of it for self-tests. The limit is {_most(bill.most)} a week. "
        f"{bill.left_out} queries are skipped to stay within it."
    )
    output.say(
        f"If all enrolled now: ${bill.forecast.first_quarter.usd} a week for the first quarter,"
        f" then ${bill.forecast.settled.usd}, assuming news about each person twice a year."
    )


def _most(usd: Decimal | None) -> str:
    return "unlimited" if usd is None else f"${usd:.2f}"


def _words(each: Outlook) -> str:
    return ", ".join(filter(None, each.terms))


def _every(each: Outlook) -> str:
    return "week" if each.every == 1 else f"{each.every} weeks"


def _day(upcoming: Upcoming, each: Outlook) -> str:
    return f"{upcoming.day + timedelta(weeks=each.ahead):%a, %b %-d}"


def _sum(told: Iterable[Outlook]) -> Decimal:
    return sum((each.usd for each in told), Decimal(0))
