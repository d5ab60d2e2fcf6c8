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
@click.confirmation_option(prompt="This ends the consent and erases everything about them. Go on?")
@pass_desk
def left(desk: Desk, whom: str) -> None:
    """Record that somebody has left the district: nothing is asked or sent from now on.

    Do so before their address is given to somebody else.
    """
    with desk.service() as service:
        service.leaving.left_district(_found(service, whom))
    desk.output.say("Nothing is asked or sent any more but a farewell; all is erased in 24 hours.")


@click.command()
@click.argument("ref")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The last day.")
@pass_desk
def pause(desk: Desk, ref: str, until: datetime) -> None:
    """Let Namesake rest for somebody, on their word; it goes on by itself after the last day."""
    with desk.service() as service:
        zone = ZoneInfo(service.state.people.get(ref).zone)
        after = datetime.combine(until.date() + timedelta(days=1), time(), zone)
        service.consenting.pause(ref, after, Channel.OPERATOR)
    desk.output.say(f"Nothing is asked about them until {until:%-d %B %Y} is over; they are told.")


@click.command()
@click.argument("ref")
@pass_desk
def resume(desk: Desk, ref: str) -> None:
    """Let Namesake go on for somebody who had paused, on their word."""
    with desk.service() as service:
        service.consenting.resume(ref, Channel.OPERATOR)
    desk.output.say("The next sweep asks about them again; they are told.")


def _found(service: Service, whom: str) -> str:
    """Find somebody by their address or by their ref."""
    if not one_address(whom):
        return service.state.people.get(whom).ref
    ref = service.state.people.find_by_mail(whom)
    if ref is None:
        reason = "Nobody is enrolled under this address."
        raise InputError(reason)
    return ref


SEEN = "A copy of what is kept about you, without what is flagged"


@click.command()
@click.argument("ref")
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the files there instead of printing JSON. Takes --break-glass.",
)
@break_glass
@pass_desk
def export(desk: Desk, ref: str, folder: Path | None, reason: str | None) -> None:
    """Send a person a copy of all that is kept about them, as JSON, HTML and CSV.

    With --break-glass REASON it is printed here as JSON instead, without their flags and what was
    flagged, and they are told at once.
    """
    if folder is not None and reason is None:
        sentence = "What is kept of a person is their own: --to takes --break-glass REASON."
        raise InputError(sentence)
    with desk.service() as service:
        service.state.people.get(ref)
        if reason is None:
            service.exporting.send(ref, "operator")
            desk.output.say("It is queued, and made when it is sent: to them, and nobody else.")
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
        message = f"{folder} cannot be made ({error.strerror}): name another folder."
        raise CannotWriteError(message) from error
    for name, body in files.items():
        put(folder / name, body, PRIVATE)


@click.group()
def staff() -> None:
    """Invite staff, list who joined by opaque ref, and record withdrawals."""


@staff.command()
@click.argument("mail")
@click.argument("given", default="")
@click.argument("family", default="")
@pass_desk
def invite(desk: Desk, mail: str, given: str, family: str) -> None:
    """Invite one person by their work address; only they can answer.

    They join under the GIVEN and FAMILY name you type, or a form of it. Without both, the name is
    taken from an address such as bob.baker@; another name waits for an operator to confirm it.
    """
    if not one_address(mail):
        reason = f"{mail!r} is not one mail address; nobody was invited."
        raise InputError(reason)
    if given.strip() and not family.strip():
        reason = "Give both a given and a family name, or neither; nobody was invited."
        raise InputError(reason)
    if not desk.config.mail.host:
        reason = (
            "Invitations need a mail server, or the operator could read the code: "
            "set host in [mail]."
        )
        raise UnavailableError(reason)
    if not desk.config.portal.address:
        reason = (
            "People answer an invitation on the portal's pages: set address in [portal], and run "
            "`namesake portal`."
        )
        raise UnavailableError(reason)
    with desk.service() as service:
        invitation = service.joining.invite(mail, given.strip(), family.strip())
        desk.output.say(
            f"An invitation is queued; its code is made when it is sent and is good until "
            f"{invitation.expires_at:%-d %B %Y}."
        )


@staff.command("list")
@as_json
@pass_desk
def list_(desk: Desk, *, as_json: bool) -> None:
    """List refs, states and scopes; names are not the operator's to read."""
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
        desk.output.say("Nobody has joined yet. `namesake staff invite` queues an invitation.")


@staff.command()
@click.argument("ref")
@click.confirmation_option(prompt="This ends the consent and erases everything about them. Go on?")
@pass_desk
def withdraw(desk: Desk, ref: str) -> None:
    """Record that a person leaves: asking stops now, and all is erased within 24 hours."""
    with desk.service() as service:
        service.leaving.withdraw(ref)
    desk.output.say("Nothing is asked about them any more; the erasure is due within 24 hours.")


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
    held = ", held" if service.state.holds.stands(consent.person) else ""
    return f"{phase(consent, service.now())}{held}"


def _invited(service: Service) -> Iterator[Listed]:
    for invitation in service.state.invitations.all():
        if invitation.open(service.now()):
            yield Listed(ref=invitation.ref, state="invited", until=invitation.expires_at)
