"""Inviting, counting and letting go. Nobody is enrolled from here.

What an operator records about somebody who joined: a pause, or an end. A copy of everything that
is kept of one person: theirs to get, and nobody else's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from monitor.cli.context import FLAGS_LEFT_OUT, Desk, as_json, break_glass, pass_desk
from monitor.db.files import PRIVATE, put
from monitor.domain.consent import Channel, Consent, phase
from monitor.domain.flag import Flagged
from monitor.errors import CannotWriteError, InputError, UnavailableError
from monitor.service import Service
from monitor.services.data_export import OwnCopy
from reports.sanitize import one_address


@click.command()
@click.argument("whom", metavar="MAIL_OR_REF")
@click.confirmation_option(prompt="This ends their consent and deletes all their data. Continue?")
@pass_desk
def left(desk: Desk, whom: str) -> None:
    """Record that a person has left the district. Searches and emails about them stop at once.

    Do this before their email address is given to someone else.
    """
    with desk.service() as service:
        service.leaving.left_district(_found(service, whom))
    desk.output.say(
        "Searches have stopped. One goodbye email is sent, and all data is deleted within 24 hours."
    )


@click.command()
@click.argument("ref")
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The last day of the pause."
)
@pass_desk
def pause(desk: Desk, ref: str, until: datetime) -> None:
    """Pause checks for a person at their request.

    Checks resume automatically after the end date.
    """
    with desk.service() as service:
        zone = ZoneInfo(service.state.people.get(ref).zone)
        after = datetime.combine(until.date() + timedelta(days=1), time(), zone)
        service.consenting.pause(ref, after, Channel.OPERATOR)
    desk.output.say(f"Checks are paused through {until:%b %-d, %Y}. The person is notified.")


@click.command()
@click.argument("ref")
@pass_desk
def resume(desk: Desk, ref: str) -> None:
    """Resume checks for a person at their request."""
    with desk.service() as service:
        service.consenting.resume(ref, Channel.OPERATOR)
    desk.output.say("Checks resume with the next sweep. The person is notified.")


def _found(service: Service, whom: str) -> str:
    """Find somebody by their address or by their ref."""
    if not one_address(whom):
        return service.state.people.get(whom).ref
    ref = service.state.people.find_by_mail(whom)
    if ref is None:
        reason = "No one is enrolled with this address."
        raise InputError(reason)
    return ref


SEEN = "A copy of your data, without flagged findings"


@click.command()
@click.argument("ref")
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the files to this folder instead of printing JSON. Needs --break-glass.",
)
@break_glass
@pass_desk
def export(desk: Desk, ref: str, folder: Path | None, reason: str | None) -> None:
    """Send a person a copy of all their data, as JSON, HTML and CSV.

    --break-glass REASON prints it here as JSON instead, without their flags and flagged findings.
    The person is notified at once.
    """
    if folder is not None and reason is None:
        sentence = "This data belongs to the person. --to needs --break-glass REASON."
        raise InputError(sentence)
    with desk.service() as service:
        service.state.people.get(ref)
        if reason is None:
            service.exporting.send(ref, "operator")
            desk.output.say("Queued. It is created when it is sent, to the person only.")
            return
        service.glass.broken(ref, SEEN, reason)
        copy = service.exporting.copy(ref, "operator", Flagged.LEFT_OUT)
        left_out = len(service.state.flags.of_person(ref))
    if left_out:
        click.echo(FLAGS_LEFT_OUT.format(left_out), err=True)
    if folder is None:
        click.echo(copy.json())
        return
    _write(folder, copy)
    desk.output.say(f"data.json, data.html and found.csv are in {folder}.")


def _write(folder: Path, copy: OwnCopy) -> None:
    files = {
        "data.json": copy.json(),
        "data.html": copy.html().encode(),
        "found.csv": copy.sheet().encode(),
    }
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        message = f"Cannot create {folder} ({error.strerror}). Choose another folder."
        raise CannotWriteError(message) from error
    for name, body in files.items():
        put(folder / name, body, PRIVATE)


@click.group()
def staff() -> None:
    """Invite staff, list enrolled people by reference, and record withdrawals."""


@staff.command()
@click.argument("mail")
@click.argument("given", default="")
@click.argument("family", default="")
@pass_desk
def invite(desk: Desk, mail: str, given: str, family: str) -> None:
    """Invite one person by work email address. Only they can answer.

    They enroll under the GIVEN and FAMILY name you type, or a form of it. Without both, the name is
    taken from an address such as bob.baker@. An operator must confirm any other name.
    """
    if not one_address(mail):
        reason = f"{mail!r} is not a single email address. No one was invited."
        raise InputError(reason)
    if given.strip() and not family.strip():
        reason = "Pass both a given and a family name, or neither. No one was invited."
        raise InputError(reason)
    if not desk.config.mail.host:
        reason = (
            "Invitations need a mail server. Without one, the operator could read the code. "
            "Set `host` under [mail]."
        )
        raise UnavailableError(reason)
    if not desk.config.portal.address:
        reason = (
            "People answer an invitation on the portal. Set `address` under [portal], and run "
            "`namesake portal`."
        )
        raise UnavailableError(reason)
    with desk.service() as service:
        invitation = service.joining.invite(mail, given.strip(), family.strip())
        desk.output.say(
            f"The invitation is queued. Its code is created when it is sent. It expires on "
            f"{invitation.expires_at:%b %-d, %Y}."
        )


@staff.command("list")
@as_json
@pass_desk
def list_(desk: Desk, *, as_json: bool) -> None:
    """List references, states and scopes. Operators do not see names."""
    with desk.service() as service:
        rows = [*_joined(service), *_invited(service)]
    if as_json:
        desk.output.json(rows)
    elif rows:
        desk.output.table(
            ("ref", "state", "scopes", "until"),
            ((row.ref, row.state, ", ".join(row.scopes), row.until) for row in rows),
        )
    else:
        desk.output.say("No one has enrolled yet. Invite people with `namesake staff invite`.")


@staff.command()
@click.argument("ref")
@click.confirmation_option(prompt="This ends their consent and deletes all their data. Continue?")
@pass_desk
def withdraw(desk: Desk, ref: str) -> None:
    """Record that a person withdraws.

    Searches stop now, and all data is deleted within 24 hours.
    """
    with desk.service() as service:
        service.leaving.withdraw(ref)
    desk.output.say("Searches about them have stopped. Their data is deleted within 24 hours.")


for command in (
    export,
    left,
    pause,
    resume,
):
    staff.add_command(command)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """`until` is when the state ends by itself, or when somebody ended it."""

    ref: str
    state: str
    scopes: tuple[str, ...] = ()
    until: datetime


def _joined(service: Service) -> Iterator[Listed]:
    for ref in service.state.people.refs():
        consent = service.state.consents.latest(ref)
        if consent is not None:
            yield Listed(
                ref=ref,
                state=_state(service, consent),
                scopes=tuple(sorted(consent.scopes)),
                until=consent.withdrawn_at or consent.expires_at,
            )


def _state(service: Service, consent: Consent) -> str:
    held = ", on legal hold" if service.state.holds.stands(consent.person) else ""
    return f"{phase(consent, service.now())}{held}"


def _invited(service: Service) -> Iterator[Listed]:
    for invitation in service.state.invitations.all():
        if invitation.open(service.now()):
            yield Listed(ref=invitation.ref, state="invited", until=invitation.expires_at)
