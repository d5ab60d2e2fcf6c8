"""Inviting, counting and letting go. Nobody is enrolled from here."""

from collections.abc import Iterator

import click

from monitor.cli.desk import Desk, as_json, pass_desk
from monitor.errors import UnavailableError
from monitor.store.state import State


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
        rows = list(_rows(service.state))
    if as_json:
        desk.output.json(rows)
    elif rows:
        desk.output.table(("ref", "state", "scopes", "until"), [list(r.values()) for r in rows])
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


def _rows(state: State) -> Iterator[dict[str, object]]:
    for ref in state.people.refs():
        consent = state.consents.latest(ref)
        if consent is None:
            continue
        yield {
            "ref": ref,
            "state": "withdrawn" if consent.withdrawn_at else "enrolled",
            "scopes": ", ".join(sorted(consent.scopes)),
            "until": consent.withdrawn_at or consent.expires_at,
        }
