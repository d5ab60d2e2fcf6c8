"""What will be asked, when, and what it costs: about one person, or about all in a sum."""

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
    "By which words a person is searched is their own. With --break-glass REASON it is printed, "
    "audited, and they are told at once. `namesake plan --district` prints sums, and no names."
)
SEEN = "What is asked about you, and when"


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
@click.option("--district", "whom", flag_value="district", help="Print the weekly bill for all.")
@break_glass
@demo_folder
@as_json
@pass_desk
def plan(desk: Desk, /, folder: Path | None, *, as_json: bool, **given: str | None) -> None:
    """Print what will be asked about PERSON, when, and at what cost; nothing is asked.

    Without --break-glass only --district is printed: counts and dollars, and no names.
    """
    person, reason = given["person"], given["reason"]
    if (person is None) == (given["whom"] is None):
        sentence = "Name a PERSON, or ask for --district."
        raise click.UsageError(sentence)
    if person and reason is None and folder is None:
        raise NotPermittedError(CLOSED)
    with opened(desk, folder) as (service, output):
        if person is None:
            _tell_bill(service, output, as_json=as_json)
            return
        service.state.people.get(person)
        if not service.state.consents.asks(person, service.now()):
            sentence = "This person's consent has ended, or rests: nothing is asked about them."
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
        ("source", "question", "every", "next", "at most"),
        (
            (each.source, _words(each), _every(each), _day(upcoming, each), f"${each.usd:.3f}")
            for each in told
        ),
    )
    now = [each for each in told if not each.ahead]
    most = service.planning.limits.person.usd
    output.say(
        f"{len(now)} of {len(told)} questions are due on {upcoming.day}, for ${_sum(now):.3f} at "
        f"most; {_most(most)} may be spent on one person in a week."
    )


def _tell_bill(service: Service, output: Output, *, as_json: bool) -> None:
    upcoming = Upcoming.of(service)
    bill = service.planning.bill(upcoming.week)
    if as_json:
        output.json({"next_sweep": upcoming.day.isoformat(), "bill": bill})
        return
    if not bill.sources:
        output.say("No source that is asked costs anything: every question is asked every week.")
        return
    output.table(
        ("source", "questions", "requests", "at most"),
        ((each.source, each.questions, each.requests, f"${each.usd:.2f}") for each in bill.sources),
    )
    output.say(
        f"The sweep of {upcoming.day}: ${bill.usd:.2f} at most for {bill.people} people, "
        f"${bill.canaries.usd:.2f} of it for canaries. {_most(bill.most)} may be spent in a week; "
        f"{bill.left_out} questions are left out for that."
    )
    output.say(
        f"If all joined now: ${bill.forecast.first_quarter.usd} a week in the first quarter, "
        f"${bill.forecast.settled.usd} settled, with something new about each twice a year."
    )


def _most(usd: Decimal | None) -> str:
    return "any sum" if usd is None else f"${usd:.2f}"


def _words(each: Outlook) -> str:
    return ", ".join(filter(None, each.terms))


def _every(each: Outlook) -> str:
    return "week" if each.every == 1 else f"{each.every} weeks"


def _day(upcoming: Upcoming, each: Outlook) -> str:
    return (upcoming.day + timedelta(weeks=each.ahead)).isoformat()


def _sum(told: Iterable[Outlook]) -> Decimal:
    return sum((each.usd for each in told), Decimal(0))
