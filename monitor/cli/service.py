"""Running the service, and seeing whether the record is whole.

What the service writes to its log: our own sentences, and nothing that a library says. A
library's warning may quote an address, and with it a name. The service's numbers, for a
monitoring system.
"""

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TextIO

import click

from monitor.cli.context import Desk, as_json, pass_desk
from monitor.db.database import State
from monitor.db.encryption import End
from monitor.db.files import put
from monitor.errors import DatabaseError
from monitor.scheduler.daemon import Daemon, Doorbell, Supervisor
from monitor.scheduler.watchdog import watched_rounds
from monitor.scheduler.workers import Pulse
from monitor.services.backups import accept_end, trouble_of
from monitor.services.health import TakingVitals
from monitor.services.metrics import exposition, samples

STANDARD_ERROR = 2


class Lines(logging.Handler):
    """Writes a line at a time; a disk that is full, or a reader that left, stops nobody."""

    def __init__(self, write: Callable[[str], object]) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
        self._write = write

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = f"{self.format(record)}\n"
        except (TypeError, ValueError, LookupError) as error:
            fault = f"logger={record.name} error={type(error).__name__}"
            line = f"{record.levelname} log_line_lost {fault}\n"
        with suppress(OSError):
            self._write(line)


@contextmanager
def kept(stream: TextIO | None = None) -> Iterator[None]:
    """Write to a stream, stderr if none is named, where systemd adds the time."""
    everybody, ours = logging.getLogger(), logging.getLogger("monitor")
    # Where no handler is, Python prints what a library warns of by itself.
    silent, shown = logging.NullHandler(), Lines(stream.write if stream else _standard_error())
    everybody.addHandler(silent)
    ours.addHandler(shown)
    ours.setLevel(logging.INFO)
    try:
        yield
    finally:
        ours.setLevel(logging.NOTSET)
        ours.removeHandler(shown)
        everybody.removeHandler(silent)


def _standard_error() -> Callable[[str], object]:
    """Pass by Python's own buffer: what it cannot get rid of, it complains of at the end.

    Where the service was started without it, another file may have its number by now.
    """
    if sys.stderr is None:
        return len
    return lambda line: os.write(STANDARD_ERROR, line.encode("utf-8", "backslashreplace"))


@click.command()
@pass_desk
def run(desk: Desk) -> None:
    """Run the service until SIGTERM. A second one for the same state folder exits with code 75."""
    pulse = Pulse(desk.outside.clock)
    watched = replace(desk, outside=replace(desk.outside, clock=pulse))
    with kept(), watched.asking() as service:
        Daemon(
            rounds=watched_rounds(service, desk.outside),
            supervisor=Supervisor(desk.outside.environ),
            doorbell=Doorbell(desk.config.state),
            stopping=threading.Event(),
            pulse=pulse,
        ).run()


@click.group()
def audit() -> None:
    """Check the audit log."""


@audit.command()
@click.option(
    "--end", help="An end printed by an earlier run. Check that all rows up to it still exist."
)
@as_json
@pass_desk
def verify(desk: Desk, end: str | None, *, as_json: bool) -> None:
    """Check that no row of the audit log was changed or removed, including at its end.

    Someone who has the keys could still write a different log. Save the printed end on another
    machine, and pass it with --end next time to detect that too.
    """
    with desk.service() as service:
        log = service.state.audit
        trouble, rows, last = trouble_of(log), len(log.all()), log.ending.now().written
        cut = end is not None and not log.ending.holds(End.read(end))
    if trouble:
        reason = f"{trouble} Save a copy of the folder, and find the cause."
        raise DatabaseError(reason)
    if cut:
        reason = (
            "Rows that were once at the end of the audit log are missing. Save a copy of the "
            "folder. A restored backup lacks the rows written after it."
        )
        raise DatabaseError(reason)
    if as_json:
        desk.output.json({"rows": rows, "end": last})
        return
    desk.output.say("The audit log is intact.")
    desk.output.say(f"Its end: {last or 'no rows yet'}")


@audit.command()
@pass_desk
def accept(desk: Desk) -> None:
    """Confirm that you put back an older database, so that its audit log can continue.

    `namesake restore` does this automatically. The log records that an operator confirmed it.
    """
    with desk.service() as service:
        accept_end(service.state, service.now())
    desk.output.say("The audit log continues from its last row, and records this.")


@click.command()
@click.option(
    "--file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this file for node_exporter's textfile collector, all or nothing.",
)
@as_json
@pass_desk
def metrics(desk: Desk, file: Path | None, *, as_json: bool) -> None:
    """Print the service's metrics in Prometheus text format. They contain no names."""
    with State.open(desk.config.state) as state:
        vitals = TakingVitals(state=state, now=desk.outside.clock.now).take()
    if as_json:
        desk.output.json(samples(vitals))
        return
    text = exposition(vitals)
    if file is None:
        click.echo(text.decode(), nl=False)
    else:
        put(file, text)
