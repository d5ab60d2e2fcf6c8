"""Running the service, and seeing whether the record is whole."""

import threading
from dataclasses import replace

import click

from monitor.cli import logbook
from monitor.cli.desk import Desk, as_json, pass_desk
from monitor.daemon import Daemon, Doorbell, Supervisor
from monitor.errors import DatabaseError
from monitor.hands import Pulse
from monitor.heart import watched_rounds


@click.command()
@pass_desk
def run(desk: Desk) -> None:
    """Run the service until SIGTERM. A second one on the same folder exits with 75."""
    pulse = Pulse(desk.outside.clock)
    watched = replace(desk, outside=replace(desk.outside, clock=pulse))
    with logbook.kept(), watched.asking() as service:
        Daemon(
            rounds=watched_rounds(service, desk.outside),
            supervisor=Supervisor(desk.outside.environ),
            doorbell=Doorbell(desk.config.state),
            stopping=threading.Event(),
            pulse=pulse,
        ).run()


@click.group()
def audit() -> None:
    """Check the record of who did what."""


@audit.command()
@as_json
@pass_desk
def verify(desk: Desk, *, as_json: bool) -> None:
    """Check that no row of the audit log was changed or taken out."""
    with desk.service() as service:
        broken = service.state.audit.verify()
        rows = len(service.state.audit.all())
    if broken is not None:
        reason = f"The audit log is not as it was written from row {broken} on; keep a copy."
        raise DatabaseError(reason)
    if as_json:
        desk.output.json({"rows": rows})
        return
    desk.output.say("The audit log is as it was written.")
