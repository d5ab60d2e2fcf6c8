"""Make first contact: learn how every source really answers, and write what may be sent on."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from math import ceil
from pathlib import Path

import click

from monitor.app import App
from monitor.cli.check import describe_unknown_source, new_request, print_status, request_run
from monitor.cli.context import CliContext, json_option, pass_cli_context
from monitor.db.atomic_files import write_file
from monitor.domain.errors import InputError, UnavailableError
from monitor.domain.first_contact import ProbeReport, SourceContact, group_by_verdict
from monitor.services.first_contact import (
    FIRST_CONTACT,
    ContactPlan,
    list_log_names,
    plan_first_contact,
)
from monitor.services.first_contact_bundle import build_bundle, rename_publicly
from reports.labels.office import CONTACT_VERDICTS
from reports.reason_rendering import render_note
from scrapers.models import Outcome

PROBED: Mapping[str, str] = {
    Outcome.FOUND: "known",
    Outcome.ABSENT: "impossible",
    Outcome.UNREADABLE: "broken",
}
NO_NAMES = "None of them asks about staff, a school or the district."


@click.command("first-contact")
@click.argument("names", nargs=-1, metavar="[SOURCE]...")
@click.option("--dry-run", is_flag=True, help="Show what it would cost, without asking.")
@click.option(
    "--bundle",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("first-contact.tar"),
    show_default=True,
    help="Where to write the bundle.",
)
@json_option
@pass_cli_context
def first_contact(
    context: CliContext, names: tuple[str, ...], *, dry_run: bool, bundle: Path, as_json: bool
) -> None:
    """Learn how each source really answers, without any name.

    Asks it for its own account and for names that cannot exist. Searches for no person. Says how
    each answered, and writes a bundle: shapes of answers, without their words. Read it before you
    decide to send it to the project. The service does it; exits with 69 if it is not running.
    """
    with context.open_app() as app:
        for name in names:
            if name not in (*app.sources, *list_log_names(app)):
                raise InputError(describe_unknown_source(app, name))
        plan = plan_first_contact(app, names)
        if dry_run and as_json:
            context.output.print_json(plan)
            return
        for sentence in describe_plan(plan):
            (context.output.print_line if dry_run else print_status)(sentence)
        if dry_run:
            return
        contacts = _request_contacts(context, app, names)
        public = tuple(rename_publicly(app.sources, app.facts.changes, contacts))
        write_file(bundle, build_bundle(app.db, public, render_contact_page(public)))
    if as_json:
        context.output.print_json({"contacts": contacts, "bundle": str(bundle)})
        return
    context.output.print_line(render_contact_page(contacts))
    context.output.print_line(
        f"{bundle} holds the shapes of these answers, and no words but public ones. Read it"
        f" (`tar xf {bundle}`), then send it to the project or delete it."
    )


def _request_contacts(
    context: CliContext, app: App, names: Collection[str]
) -> tuple[SourceContact, ...]:
    wanted = new_request(app, FIRST_CONTACT, source=" ".join(sorted(names)))
    request = request_run(context, app, wanted)
    made = app.db.first_contacts.list_contacts_since(request.asked_at or request.due_at)
    contacts = tuple(contact for contact in made if not names or contact.source in names)
    if not contacts:
        reason = "No source was asked: none of these has anything that may be asked without a name."
        raise UnavailableError(reason)
    return contacts


def describe_plan(plan: ContactPlan) -> Iterator[str]:
    """Say what it costs at most, before anything is asked."""
    minutes = ceil(plan.seconds / 60)
    yield (
        f"First contact with {plan.sources} sources: at most {plan.requests} requests, in about"
        f" {minutes} minute{'' if minutes == 1 else 's'}. {NO_NAMES}"
    )
    if plan.usd:
        yield f"Those that are paid for cost at most ${plan.usd:.2f}."
    if plan.budgets:
        spent = ", ".join(f"{name} {count}" for name, count in plan.budgets.items())
        yield f"They come out of these budgets: {spent}."
    if plan.unprobed:
        yield f"Nothing can be asked of these without a name: {', '.join(plan.unprobed)}."


def render_contact_page(contacts: Collection[SourceContact]) -> str:
    """Return what a person reads of it: the sum, then what needs a look, then what was read."""
    well = [contact for contact in contacts if contact.verdict.is_understood]
    rest = [contact for contact in contacts if not contact.verdict.is_understood]
    day = max(contact.at for contact in contacts)
    lines = [f"First contact on {day:%Y-%m-%d}: {len(well)} of {len(contacts)} sources understood."]
    for verdict, names in group_by_verdict(contacts).items():
        lines.append(f"{len(names):4} {CONTACT_VERDICTS[verdict]}: {', '.join(names)}")
    for title, part in (("Not understood", rest), ("Understood", well)):
        if part:
            lines += ["", title]
        unanswered = [
            contact for contact in part if not any(map(_is_worth_a_line, contact.reports))
        ]
        reasons = Counter(_describe_verdict(contact.reports[0]) for contact in unanswered)
        lines += [f"  no answer of {count}: {reason}" for reason, count in reasons.most_common()]
        for contact in part:
            if contact not in unanswered:
                lines += [f"  {contact.source}", *map("    {}".format, _describe_reports(contact))]
    return "\n".join(lines) + "\n"


def _is_worth_a_line(report: ProbeReport) -> bool:
    is_answered = report.answer is not None or Outcome(report.outcome).is_conclusive
    return is_answered or bool(report.redirects.addresses)


def _describe_reports(contact: SourceContact) -> Iterator[str]:
    for report in contact.reports:
        known = PROBED[report.expects]
        page = f", page {report.page}" if report.page > 1 else ""
        asked = f"{report.method} ({known}{page}) {report.request['path']}"
        yield f"{asked}: {'; '.join((_describe_verdict(report), *_list_remarks(report)))}"


def _describe_verdict(report: ProbeReport) -> str:
    note = f" ({render_note(report.note)})" if report.note else ""
    return f"{CONTACT_VERDICTS[report.verdict]}{note}"


def _list_remarks(report: ProbeReport) -> Iterator[str]:
    answer = report.answer
    if answer is not None and not report.verdict.is_understood:
        yield f"status {answer.status}, {answer.size} bytes of {answer.content_type or 'no type'}"
    shown = answer if report.expects == Outcome.FOUND else None
    lists: Mapping[str, Collection[str]] = {
        "read": report.fields,
        "new": report.new,
        "gone": report.gone,
        "not there": shown.missing if shown else (),
        "not read": shown.unread if shown else (),
        "led to": report.redirects.addresses,
    }
    yield from (f"{title} {', '.join(listed)}" for title, listed in lists.items() if listed)
    if answer is not None and report.is_slow:
        yield f"slow: {answer.seconds:g} s"
