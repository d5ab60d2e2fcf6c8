"""Inviting, counting and letting go. Nobody is enrolled from here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import click

from monitor.cli import export, standing
from monitor.cli.desk import Desk, as_json, pass_desk
from monitor.domain.consent import Consent, phase
from monitor.errors import InputError, UnavailableError
from monitor.service import Service
from reports.text import one_address


@click.group()
def staff() -> None:
    """Invite staff, list who joined by opaque ref, and record withdrawals."""


@staff.command()
@click.argument("mail")
@click.argument("given")
@click.argument("family")
@pass_desk
def invite(desk: Desk, mail: str, given: str, family: str) -> None:
    """Invite one person by their work address; only they can answer."""
    if not one_address(mail):
        reason = f"{mail!r} is not one mail address; nobody was invited."
        raise InputError(reason)
    if not desk.config.mail.host:
        reason = (
            "Invitations need a mail server, or the operator could read the code: "
            "set host in [mail]."
        )
        raise UnavailableError(reason)
    with desk.service() as service:
        invitation = service.joining.invite(mail, given, family)
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
    export.export,
    standing.left,
    standing.pause,
    standing.resume,
    standing.hold,
    standing.release,
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
