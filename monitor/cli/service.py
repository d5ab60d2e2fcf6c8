"""Running the service, and seeing whether the record is whole."""

import threading
from dataclasses import replace

import click

from monitor.cli import logbook
from monitor.cli.desk import Desk, as_json, pass_desk
from monitor.daemon import Daemon, Doorbell, Supervisor
from monitor.errors import DatabaseError
from monitor.flows.running.soundness import accept_end, trouble_of
from monitor.hands import Pulse
from monitor.heart import watched_rounds
from monitor.store.sealing import End


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
@click.option("--end", help="An end that was printed before: is all up to it still there?")
@as_json
@pass_desk
def verify(desk: Desk, end: str | None, *, as_json: bool) -> None:
    """Check that no row of the audit log was changed or taken out, at its end either.

    Who has the keys can still write another log. Keep the end that is printed in another place,
    and give it the next time: then that is missed, too.
    """
    with desk.service() as service:
        log = service.state.audit
        trouble, rows, last = trouble_of(log), len(log.all()), log.ending.now().written
        cut = end is not None and not log.ending.holds(End.read(end))
    if trouble:
        reason = f"{trouble} Keep a copy of the folder, and find out why."
        raise DatabaseError(reason)
    if cut:
        reason = (
            "The audit log lacks rows that it once ended with; keep a copy. "
            "A restored backup lacks what was written after it."
        )
        raise DatabaseError(reason)
    if as_json:
        desk.output.json({"rows": rows, "end": last})
        return
    desk.output.say("The audit log is as it was written.")
    desk.output.say(f"It ends with {last or 'no row yet'}")


@audit.command()
@pass_desk
def accept(desk: Desk) -> None:
    """Say that you put an older database back, so that its log goes on from where it ends.

    `namesake restore` does so by itself. The log says from then on that somebody did.
    """
    with desk.service() as service:
        accept_end(service.state, service.now())
    desk.output.say("The audit log goes on from where it ends, and says so.")
