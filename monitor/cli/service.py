"""Setting up, running, and seeing what is due."""

import os
import threading
from pathlib import Path

import click

from monitor.cli.desk import Desk, as_json, pass_desk
from monitor.daemon import Daemon, Doorbell, Supervisor
from monitor.errors import CannotWriteError, DatabaseError
from monitor.store.state import State

TEMPLATE = """\
# Namesake's configuration. Paths are relative to this file. Secrets do not belong here: the
# password of the mail account comes from the systemd credential `smtp-password` or from
# $NAMESAKE_SMTP_PASSWORD. All keys are described in docs/operate.md.

state = "state"

[district]
ref = "{ref}"  # goes into Message-IDs: never change it
name = "{name}"
zone = "{zone}"
domains = ["{domain}"]  # only these addresses can be invited
contact = "{contact}"
reviewers = []

[mail]
sender = "Namesake <namesake@{domain}>"
reply_to = "{contact}"
# host = "smtp.{domain}"  # without it, letters are written to the state folder

[sources.bluesky]
enabled = true

[sources.catalogue]
own = true
"""


@click.command()
@click.option("--name", prompt="Name of the district")
@click.option("--domain", prompt="Domain of its staff mail")
@click.option("--zone", prompt="Time zone", default="America/Chicago")
@click.option("--contact", prompt="Address of the person to write to")
@pass_desk
def init(desk: Desk, name: str, domain: str, zone: str, contact: str) -> None:
    """Write a configuration to start from, and make the district's folder."""
    if desk.path.exists():
        desk.output.say(f"{desk.path} is there already and stays as it is.")
    else:
        _write(desk.path, name, domain, zone, contact)
    State.init(desk.config.state).close()
    desk.output.say(f"Ready: configuration {desk.path}, state {desk.config.state}.")


@click.command()
@pass_desk
def run(desk: Desk) -> None:
    """Run the service until SIGTERM. A second one on the same folder exits with 75."""
    with desk.asking() as service:
        Daemon(
            rounds=service.rounds,
            supervisor=Supervisor(os.environ),
            doorbell=Doorbell(desk.config.state),
            stopping=threading.Event(),
        ).run()


@click.command()
@as_json
@pass_desk
def due(desk: Desk, *, as_json: bool) -> None:
    """Show what is due when, soonest first."""
    with desk.service() as service:
        service.rounds.schedule()
        rows = service.state.due.all()
    if as_json:
        desk.output.json(rows)
        return
    desk.output.table(
        ("what", "whom", "due", "in hand until"),
        (
            (each.name, each.subject or "the district", each.due_at, each.lease_until)
            for each in rows
        ),
    )


@click.group()
def audit() -> None:
    """Check the record of who did what."""


@audit.command()
@pass_desk
def verify(desk: Desk) -> None:
    """Check that no row of the audit log was changed or taken out."""
    with desk.service() as service:
        broken = service.state.audit.verify()
    if broken is not None:
        reason = f"The audit log is not as it was written from row {broken} on; keep a copy."
        raise DatabaseError(reason)
    desk.output.say("The audit log is as it was written.")


def _write(path: Path, name: str, domain: str, zone: str, contact: str) -> None:
    ref = "-".join(name.lower().split())
    text = TEMPLATE.format(ref=ref, name=name, domain=domain, zone=zone, contact=contact)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    except OSError as error:
        reason = f"{path} cannot be written ({error.strerror}); choose another with --config."
        raise CannotWriteError(reason) from error
