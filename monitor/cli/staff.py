"""Invite people, list them, pause or end their consent. No command enrolls a person.

Also sends a person a copy of all their data, which goes to that person only.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from monitor.app import App
from monitor.cli.context import (
    CASES_LEFT_OUT,
    CliContext,
    break_glass_option,
    json_option,
    pass_cli_context,
    size_option,
)
from monitor.db.files import PRIVATE_MODE, write_file
from monitor.domain.consent import Consent, compute_consent_phase
from monitor.domain.dates import format_date, format_day, format_local_time
from monitor.domain.email import is_single_address
from monitor.domain.errors import (
    AlreadyEnrolledError,
    CannotWriteError,
    InputError,
    UnavailableError,
)
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import ConsentChannel, StaffLineState
from monitor.people_files import SizeCheck
from reports.labels import STAFF_LINE_STATES

# Services bring nearly all of the program along: each is loaded when a command needs it.
if TYPE_CHECKING:
    from monitor.services.staff_import import StaffImport

MAX_LINES_NAMED = 20
# What these say is about a person, and not about the file. A dry run leaves no trace, so it shows
# no smaller count: of a file with one line, it would tell whether that person is enrolled.
PERSONAL_STATES = (
    StaffLineState.NEW,
    StaffLineState.INVITED,
    StaffLineState.CHANGED,
    StaffLineState.ENROLLED,
    StaffLineState.LEFT,
    StaffLineState.DECLINED,
)
MIN_COUNT = 5


@click.command()
@click.argument("person", metavar="MAIL_OR_REF")
@click.confirmation_option(prompt="This ends their consent and deletes all their data. Continue?")
@pass_cli_context
def left(context: CliContext, person: str) -> None:
    """Record that a person has left the district, or will not join it.

    Searches and emails about them stop at once; an invitation that waits is taken back. Do this
    before their email address is given to someone else.
    """
    from monitor.services import erasure, leavers

    with context.open_app() as app:
        if is_single_address(person):
            leavers.record_left_address(app, person)
        else:
            erasure.record_departure(app, app.db.people.load_person(person).id)
    context.output.print_line(
        "Searches have stopped, and no invitation is open. If they had joined, one goodbye email "
        "is sent, and all data is deleted within 24 hours."
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
    from monitor.services import consent

    with context.open_app() as app:
        zone = ZoneInfo(app.db.people.load_person(person_id).zone)
        after = datetime.combine(until.date() + timedelta(days=1), time(), zone)
        consent.pause_checks(app, person_id, after, ConsentChannel.OPERATOR)
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
        sentence = "This data belongs to the person. --to needs --break-glass REASON."
        raise InputError(sentence)
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
        reason = f"{mail!r} is not a single email address. No one was invited."
        raise InputError(reason)
    if given and not family:
        reason = "Pass both a given and a family name, or neither. No one was invited."
        raise InputError(reason)
    _require_mail_server(context)
    with context.open_app() as app:
        # Who has joined is not for operators to try out: they read the same either way.
        with suppress(AlreadyEnrolledError):
            enrollment.invite_person(app, mail, given, family)
        expires_at = app.clock.now() + enrollment.INVITATION_LASTS
        context.output.print_line(
            "Done. An invitation is sent to this address, unless its owner has joined already. Its "
            "code is created when it is sent, and expires on "
            f"{format_day(expires_at, app.config.district.zone)}. If the address has a new owner, "
            "run `namesake staff left` for it first."
        )


def _require_mail_server(context: CliContext) -> None:
    if not context.config.mail.host:
        reason = (
            "Invitations need a mail server. Without one, the operator could read the code. "
            "Set `host` under [mail]."
        )
        raise UnavailableError(reason)


@staff.command("import")
@click.argument(
    "path", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option("--dry-run", is_flag=True, help="Show what would happen, and the email. Do nothing.")
@size_option
@json_option
@pass_cli_context
def import_file(
    context: CliContext, /, path: Path, size: SizeCheck, *, dry_run: bool, as_json: bool
) -> None:
    """Invite everyone in a staff file who is not known yet.

    The file can come from OneRoster, Clever, School Data Sync, Google or Entra, or be any CSV file
    whose first line names the columns: email, first name and last name, and school and title if you
    like. Students in it are skipped and never kept. Lines that cannot be used are listed.

    The same file can be imported again. Those who are no longer in it are only counted: the
    portal's Service page lists them, and an operator says of each whether they left.
    """
    from monitor.services import staff_import

    config = context.config
    file = staff_import.read_staff_file(path, config.district.domains, config.staff.student_unit)
    if not dry_run:
        _require_mail_server(context)
    with context.open_app() as app:
        act = staff_import.preview_staff_import if dry_run else staff_import.import_staff
        report = act(app, file, size)
        preview = staff_import.preview_invitation(app) if dry_run else {}
    if as_json:
        only_dry = {**_fold_counts(report), "preview": preview} if dry_run else {}
        context.output.print_json({"dry_run": dry_run, **asdict(report), **only_dry})
        return
    rows = tuple(_list_state_rows(report, dry_run=dry_run))
    context.output.print_table(("lines", "what"), rows)
    for sentence in describe_import(report, context.config.district.zone, dry_run=dry_run):
        context.output.print_line(sentence)
    for what, words in preview.items():
        context.output.print_line(f"{what.capitalize()}: {words}")


def _fold_counts(report: "StaffImport") -> dict[str, object]:
    """Leave out what a small count would tell about one person; nothing is done in its course."""
    shown = {
        state: None if state in PERSONAL_STATES and count < MIN_COUNT else count
        for state, count in report.states.items()
    }
    return {"states": shown, "in_small_counts": _count_folded(report), "last_email_at": None}


def _count_folded(report: "StaffImport") -> int:
    small = (report.states[state] for state in PERSONAL_STATES)
    return sum(count for count in small if count < MIN_COUNT)


def _list_state_rows(report: "StaffImport", *, dry_run: bool) -> Iterator[tuple[int, str]]:
    for state, count in report.states.items():
        if count and not (dry_run and state in PERSONAL_STATES and count < MIN_COUNT):
            yield count, STAFF_LINE_STATES[state]
    if dry_run and (folded := _count_folded(report)):
        yield folded, "new, invited or enrolled, in counts too small to show"
    if report.unusable:
        yield len(report.unusable), "could not be used"
    if report.missing:
        yield report.missing, "no longer in the file"


def describe_import(report: "StaffImport", zone: str, *, dry_run: bool) -> Iterator[str]:
    lines_by_reason: dict[str, list[int]] = defaultdict(list)
    for entry in report.unusable:
        lines_by_reason[entry.reason].append(entry.line)
    for reason, lines in lines_by_reason.items():
        some = ", ".join(map(str, lines[:MAX_LINES_NAMED]))
        more = f" and {left} more" if (left := len(lines) - MAX_LINES_NAMED) > 0 else ""
        yield f"{'Line' if len(lines) == 1 else 'Lines'} {some}{more}: {reason}."
    new = report.states[StaffLineState.NEW]
    shown = f"fewer than {MIN_COUNT}" if dry_run and new < MIN_COUNT else str(new)
    yield f"{'To invite' if dry_run else 'Invited'}: {shown} of {report.lines} lines."
    if report.last_email_at and not dry_run:
        sent = format_local_time(report.last_email_at, zone)
        yield f"The service sends the emails one after another, the last one at about {sent}."
    if report.missing and not dry_run:
        yield "Who may have left is on the portal's Service page. Nothing has changed for them."
    if dry_run:
        yield "This was a dry run. Nothing was changed. The invitation, as it would be sent:"


@staff.command("list")
@json_option
@pass_cli_context
def list_staff(context: CliContext, *, as_json: bool) -> None:
    """List references, states and scopes. Operators do not see names."""
    with context.open_app() as app:
        rows = [*_list_enrolled(app), *_list_invited(app)]
    if as_json:
        context.output.print_json(rows)
    elif rows:
        context.output.print_table(
            ("id", "state", "scopes", "until"),
            ((row.id, row.state, ", ".join(row.scopes), row.until) for row in rows),
        )
    else:
        context.output.print_line(
            "No one has enrolled yet. Invite people with `namesake staff import`."
        )


@staff.command()
@click.argument("person_id")
@click.confirmation_option(prompt="This ends their consent and deletes all their data. Continue?")
@pass_cli_context
def withdraw(context: CliContext, person_id: str) -> None:
    """Record that a person withdraws.

    Searches stop now, and all data is deleted within 24 hours.
    """
    from monitor.services import erasure

    with context.open_app() as app:
        erasure.withdraw_consent(app, person_id)
    context.output.print_line(
        "Searches about them have stopped. Their data is deleted within 24 hours."
    )


for command in (
    export,
    left,
    pause,
):
    staff.add_command(command)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRow:
    """`until` is when the state ends automatically, or when it was ended."""

    id: str
    state: str
    scopes: tuple[str, ...] = ()
    until: datetime


def _list_enrolled(app: App) -> Iterator[StaffRow]:
    for person_id in app.db.people.list_person_ids():
        consent = app.db.consents.find_latest_consent(person_id)
        if consent is not None:
            yield StaffRow(
                id=person_id,
                state=_describe_status(app, consent),
                scopes=tuple(sorted(consent.scopes)),
                until=consent.withdrawn_at or consent.expires_at,
            )


def _describe_status(app: App, consent: Consent) -> str:
    held = ", on legal hold" if app.db.legal_holds.has_active_legal_hold(consent.person_id) else ""
    return f"{compute_consent_phase(consent, app.clock.now())}{held}"


def _list_invited(app: App) -> Iterator[StaffRow]:
    for invitation in app.db.invitations.list_invitations():
        if invitation.is_open(app.clock.now()):
            yield StaffRow(id=invitation.id, state="invited", until=invitation.expires_at)
