"""Invite people, list them, pause or end their consent. No command enrolls a person.

Also sends a person a copy of all their data, which goes to that person only.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from monitor.app import App
from monitor.cli.context import (
    CASES_LEFT_OUT,
    CliContext,
    Output,
    break_glass_option,
    json_option,
    pass_cli_context,
    require_mail_server,
    show_bar,
    size_option,
)
from monitor.db.atomic_files import PRIVATE_MODE, write_file
from monitor.domain.consent import Consent, compute_consent_phase
from monitor.domain.email_delivery import is_single_address
from monitor.domain.english_dates import format_date, format_day
from monitor.domain.enrollment_draft import Invitee
from monitor.domain.errors import CannotWriteError, InputError
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import ConsentChannel
from monitor.people_csv import SizeCheck
from reports.labels.office import STAFF_LINE_STATES

# Services bring nearly all of the program along: each is loaded when a command needs it.
if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.config.sections import Config
    from monitor.services.staff_import import StaffFile, StaffImport, UnusableLine

MAX_LINES_NAMED, MAX_GROUPS_SHOWN = 20, 40


def _confirm_end(_context: click.Context, _option: click.Parameter, agreed: bool) -> None:  # noqa: FBT001 - click's own order
    """Ask, unless `--yes` was given; without anyone to answer, say so."""
    try:
        agreed = agreed or click.confirm(
            "This ends their consent and deletes all their data, unless a legal hold keeps it. "
            "Continue?"
        )
    except click.Abort:
        if sys.stdin.isatty():
            raise
        reason = "No one is there to answer. Nothing was done: add `--yes`."
        raise click.UsageError(reason) from None
    if not agreed:
        click.echo("Nothing was changed.")
        raise click.exceptions.Exit


confirm_end_option = click.option(
    "--yes",
    is_flag=True,
    expose_value=False,
    callback=_confirm_end,
    help="Confirm the action without prompting.",
)


@click.command()
@click.argument("person", metavar="MAIL_OR_REF")
@confirm_end_option
@pass_cli_context
def left(context: CliContext, person: str) -> None:
    """Record that a person has left the district, or will not join it.

    Searches and emails about them stop at once; an open invitation is canceled. Do this before
    their email address is given to someone else.
    """
    from monitor.services import consent_end, leavers

    with context.open_app() as app:
        if is_single_address(person):
            leavers.record_left_address(app, person)
        else:
            consent_end.record_departure(app, app.db.people.load_person(person).id)
    context.output.print_line(
        "Searches have stopped, and no invitation is open. If they had joined, one goodbye email "
        "is sent, and all data is deleted within 24 hours, or once no legal hold keeps it."
    )


@click.command()
@click.argument("person_id")
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The last day of the pause."
)
@pass_cli_context
def pause(context: CliContext, person_id: str, until: datetime) -> None:
    """Pause checks for a person at their request.

    Checks resume automatically after the end date. Only the person can shorten the pause.
    """
    from monitor.services import consent_renewal

    with context.open_app() as app:
        zone = ZoneInfo(app.db.people.load_person(person_id).zone)
        after = datetime.combine(until.date() + timedelta(days=1), time(), zone)
        consent_renewal.pause_checks(app, person_id, after, ConsentChannel.OPERATOR)
    context.output.print_line(
        f"Checks are paused through {format_date(until)}. The person is notified."
    )


BREAK_GLASS_SUBJECT = Reason("seen.copy")


@click.command()
@click.argument("person_id")
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the files to this folder instead of printing JSON. Needs --break-glass.",
)
@break_glass_option
@pass_cli_context
def export(context: CliContext, person_id: str, folder: Path | None, reason: str | None) -> None:
    """Send a person a copy of all their data, as JSON, HTML and CSV.

    --break-glass REASON prints it here as JSON instead, without their cases and flagged findings.
    The person is notified at once.
    """
    from monitor.domain import case
    from monitor.services import data_export
    from monitor.services.break_glass import record_break_glass

    if folder is not None and reason is None:
        raise InputError("This data belongs to the person. --to needs --break-glass REASON.")
    with context.open_app() as app:
        app.db.people.load_person(person_id)
        if reason is None:
            data_export.queue_export_email(app, person_id, "operator")
            context.output.print_line("Queued. It is created when it is sent, to the person only.")
            return
        record_break_glass(app, person_id, BREAK_GLASS_SUBJECT, reason)
        copy = data_export.export_person_data(
            app, person_id, "operator", case.FlaggedFindings.LEFT_OUT
        )
        left_out = len(app.db.cases.list_cases_of_person(person_id))
    if left_out:
        click.echo(CASES_LEFT_OUT.format(left_out), err=True)
    if folder is None:
        click.echo(copy.encode_json())
        return
    files = {
        "data.json": copy.encode_json(),
        "data.html": copy.render_html().encode(),
        "findings.csv": copy.render_csv().encode(),
    }
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        message = f"Cannot create {folder} ({error.strerror}). Choose another folder."
        raise CannotWriteError(message) from error
    for name, body in files.items():
        write_file(folder / name, body, PRIVATE_MODE)
    context.output.print_line(f"data.json, data.html and findings.csv are in {folder}.")


@click.group()
def staff() -> None:
    """Invite staff, list enrolled people by reference, and record withdrawals."""


@staff.command()
@click.argument("mail")
@click.argument("given", default="")
@click.argument("family", default="")
@pass_cli_context
def invite(context: CliContext, mail: str, given: str, family: str) -> None:
    """Invite one person by work email address. Only they can answer.

    They enroll under the GIVEN and FAMILY name you type, or a form of it. Without both, the name is
    taken from an address such as bob.baker@. An operator must confirm any other name.

    `staff import` invites a whole staff.
    """
    _invite_one(context, mail, given.strip(), family.strip())


def _invite_one(context: CliContext, mail: str, given: str, family: str) -> None:
    from monitor.services import enrollment

    if not is_single_address(mail):
        raise InputError(f"{mail!r} is not a single email address. No one was invited.")
    if given and not family:
        raise InputError("Pass both a given and a family name, or neither. No one was invited.")
    require_mail_server(context)
    with context.open_app() as app:
        # Who has joined is not for operators to try out: they read the same either way.
        enrollment.send_invitation(app, Invitee(mail=mail, given=given, family=family))
        expires_at = app.clock.now() + enrollment.INVITATION_LASTS
        context.output.print_line(
            "Done. This address gets an invitation, or, if its owner has already joined, an email "
            "that says so; you do not learn which. An invitation's code is created when it is "
            "sent, and expires on "
            f"{format_day(expires_at, app.config.district.zone)}. If the address has a new owner, "
            "run `namesake staff left` for it first."
        )


@staff.command("import")
@click.argument(
    "path", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option("--dry-run", is_flag=True, help="Show what would happen, and the email. Do nothing.")
@click.option(
    "--compare",
    "earlier",
    metavar="OLD",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Also list the addresses that this earlier file has and FILE has not.",
)
@size_option
@json_option
@pass_cli_context
def import_file(  # noqa: PLR0913 - what can be typed
    context: CliContext,
    /,
    path: Path,
    earlier: Path | None,
    size: SizeCheck,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Invite everyone in a staff file who is not known yet.

    The file can come from OneRoster, Clever, School Data Sync, Google or Entra, or be any CSV file
    whose first line names the columns: email, first name and last name, and school and title if you
    like. Students in it are skipped and never stored. Unusable lines are listed.

    The same file can be imported again. People no longer in it are only counted, and --compare
    lists them; on the portal's Service page, an operator records whether each one left. --dry-run
    also lists addresses that a mail server refused, whether or not their owners joined; those who
    did see that you looked.
    """
    from monitor.services import staff_import
    from monitor.services.invitation_mails import list_refused_addresses

    config = context.config
    file = staff_import.read_staff_file(path, config.district.domains, config.staff.student_unit)
    gone = _list_gone(config, earlier, file) if earlier else []
    if not dry_run:
        require_mail_server(context)
    with context.open_app() as app:
        preview = staff_import.preview_invitation(app) if dry_run else {}
        refused: tuple[str, ...] = ()
        if dry_run:
            refused = list_refused_addresses(app, (invitee.mail for invitee in file.invitees))
            report = staff_import.preview_staff_import(app, file, size)
        else:
            with show_bar("Inviting", len(file.invitees)) as watch:
                report = staff_import.import_staff(app, file, size, watch=watch)
    if as_json:
        only_dry = {"preview": preview, "refused": refused} if dry_run else {}
        compared = {"gone": gone} if earlier else {}
        context.output.print_json({"dry_run": dry_run, **asdict(report), **compared, **only_dry})
        return
    if dry_run:
        context.output.print_line("The invitation, as it would be sent:")
        for what, words in preview.items():
            context.output.print_line(f"{what.capitalize()}: {words}")
        print_staff_groups(context.output, file)
    for sentence in describe_import(report, dry_run=dry_run):
        context.output.print_line(sentence)
    if refused:
        context.output.print_line(f"A mail server refused these addresses: {', '.join(refused)}.")
    if earlier:
        context.output.print_line(f"In {earlier} and not in {path}: {', '.join(gone) or 'no one'}.")
    if dry_run:
        context.output.print_line("Next: if this is right, run it again without `--dry-run`.")


def _list_gone(config: "Config", earlier: Path, file: "StaffFile") -> list[str]:
    """Return whom an earlier file lists and this one does not: the files alone say it."""
    from monitor.services.staff_import import read_staff_file

    old = read_staff_file(earlier, config.district.domains, config.staff.student_unit)
    listed = {invitee.mail for invitee in file.invitees} | file.unusable_mails
    return sorted(invitee.mail for invitee in old.invitees if invitee.mail not in listed)


def print_staff_groups(output: Output, file: "StaffFile") -> None:
    """Show who is in a file, by school, unit and title, the largest groups first, if it says so."""
    if not any(map(any, file.groups)):
        return
    groups = sorted(file.groups.items(), key=lambda group: (-group[1], group[0]))
    rows = [(count, *group) for group, count in groups[:MAX_GROUPS_SHOWN]]
    output.print_table(("staff", "school", "unit", "title"), rows)
    if left := len(groups) - len(rows):
        output.print_line(f"And {left} more groups.")


def describe_unusable(lines: "Iterable[UnusableLine]") -> Iterator[str]:
    """Say why lines cannot be used, grouped by reason."""
    lines_by_reason: dict[str, list[int]] = defaultdict(list)
    for entry in lines:
        lines_by_reason[entry.reason].append(entry.line)
    for reason, numbers in lines_by_reason.items():
        some = ", ".join(map(str, numbers[:MAX_LINES_NAMED]))
        more = f" and {left} more" if (left := len(numbers) - MAX_LINES_NAMED) > 0 else ""
        yield f"{'Line' if len(numbers) == 1 else 'Lines'} {some}{more}: {reason}."


def describe_import(report: "StaffImport", *, dry_run: bool) -> Iterator[str]:
    """Say only what follows from the file: no count reveals who is new, invited or enrolled."""
    for state, count in report.skipped.items():
        if count:
            yield f"{STAFF_LINE_STATES[state].capitalize()}: {count}."
    yield from describe_unusable(report.unusable)
    if report.mistakes:
        yield f"Lines to correct, which `namesake status` counts: {report.mistakes}."
    yield f"{'To invite' if dry_run else 'Invited'}: anyone new among {report.listed} staff."
    if dry_run:
        yield (
            "This was a dry run. Nothing was changed. New people are not counted, as that "
            "would reveal who has joined."
        )
        return
    yield "The service sends the emails one after another. A file never invites anyone twice."
    if report.missing:
        yield (
            f"{report.missing} people in the last file are not in this one. `--dry-run --compare "
            "OLD` lists them. Record on the portal's Service page who left. Nothing has changed "
            "for them."
        )


@staff.command("list")
@json_option
@pass_cli_context
def list_staff(context: CliContext, *, as_json: bool) -> None:
    """List references, states and scopes of people who joined. Operators do not see names.

    Invitations are not listed: after an import, their number would reveal who had joined before.
    """
    with context.open_app() as app:
        rows = [*_list_enrolled(app)]
    context.output.print_rows(
        rows,
        ("id", "state", "scopes", "until"),
        lambda row: (row["id"], row["state"], ", ".join(row["scopes"]), row["until"]),
        "No one has enrolled yet. Invite people with `namesake staff import`.",
        as_json=as_json,
    )


@staff.command()
@click.argument("person_id")
@confirm_end_option
@pass_cli_context
def withdraw(context: CliContext, person_id: str) -> None:
    """Record that a person withdraws.

    Searches stop now, and all data is deleted within 24 hours, unless a legal hold keeps it.
    """
    from monitor.services import consent_end

    with context.open_app() as app:
        consent_end.withdraw_consent(app, person_id)
    context.output.print_line(
        "Searches about them have stopped. Their data is deleted within 24 hours, or once no legal "
        "hold keeps it."
    )


for command in (export, left, pause):
    staff.add_command(command)


def _list_enrolled(app: App) -> Iterator[dict[str, Any]]:
    """Yield who joined; `until` is when the state ends automatically, or when it was ended."""
    for person_id in app.db.people.list_person_ids():
        consent = app.db.consents.find_latest_consent(person_id)
        if consent is not None:
            yield {
                "id": person_id,
                "state": _describe_status(app, consent),
                "scopes": sorted(consent.scopes),
                "until": consent.withdrawn_at or consent.expires_at,
            }


def _describe_status(app: App, consent: Consent) -> str:
    held = ", on legal hold" if app.db.legal_holds.has_active_legal_hold(consent.person_id) else ""
    return f"{compute_consent_phase(consent, app.clock.now())}{held}"
