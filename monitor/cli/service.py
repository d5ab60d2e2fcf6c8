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

from monitor.cli.context import CliContext, json_option, pass_cli_context
from monitor.db.database import Database
from monitor.db.encryption import AuditPosition
from monitor.db.files import write_file
from monitor.domain.errors import DatabaseError
from monitor.scheduler.daemon import Daemon, SystemdNotifier, WakeSocket
from monitor.scheduler.watchdog import build_supervised_runner
from monitor.scheduler.workers import Liveness
from monitor.services.backups import accept_audit_end, describe_audit_damage
from monitor.services.health import collect_vitals
from monitor.services.metrics import list_metric_samples, render_metrics

STDERR_FD = 2


class LineLogHandler(logging.Handler):
    """Writes a line at a time; a full disk or a closed pipe stops no work."""

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
def log_to_stream(stream: TextIO | None = None) -> Iterator[None]:
    """Write to a stream, stderr if none is named, where systemd adds the time."""
    root_logger, own_logger = logging.getLogger(), logging.getLogger("monitor")
    # Where no handler is, Python prints what a library warns of by itself.
    null_handler, line_handler = (
        logging.NullHandler(),
        LineLogHandler(stream.write if stream else _build_stderr_writer()),
    )
    root_logger.addHandler(null_handler)
    own_logger.addHandler(line_handler)
    own_logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        own_logger.setLevel(logging.NOTSET)
        own_logger.removeHandler(line_handler)
        root_logger.removeHandler(null_handler)


def _build_stderr_writer() -> Callable[[str], object]:
    """Pass by Python's own buffer: what it cannot get rid of, it complains of at the end.

    Where the service was started without it, another file may have its number by now.
    """
    if sys.stderr is None:
        return len
    return lambda line: os.write(STDERR_FD, line.encode("utf-8", "backslashreplace"))


@click.command()
@pass_cli_context
def run(context: CliContext) -> None:
    """Run the service until SIGTERM. A second one for the same state folder exits with code 75."""
    liveness = Liveness(context.environment.clock)
    watched = replace(context, environment=replace(context.environment, beat=liveness.beat))
    with log_to_stream(), watched.open_app_locked() as app:
        Daemon(
            jobs=build_supervised_runner(app, context.environment),
            notifier=SystemdNotifier(context.environment.variables),
            wake_socket=WakeSocket(context.config.state),
            stopping=threading.Event(),
            liveness=liveness,
        ).run_until_stopped()


@click.group()
def audit() -> None:
    """Check the audit log."""


@audit.command()
@click.option(
    "--end", help="An end printed by an earlier run. Check that all rows up to it still exist."
)
@json_option
@pass_cli_context
def verify(context: CliContext, end: str | None, *, as_json: bool) -> None:
    """Check that no row of the audit log was changed or removed.

    Rows at its end count, too. Someone who has the keys could still write a different log. Save the
    printed end on another machine, and pass it with --end next time to detect that too.
    """
    with context.open_app() as app:
        log = app.db.audit
        trouble, rows, last = (
            describe_audit_damage(log),
            len(log.list_entries()),
            log.log_end.load_last_position().text_form,
        )
        cut = end is not None and not log.log_end.has_row_at(AuditPosition.from_text(end))
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
        context.output.print_json({"rows": rows, "end": last})
        return
    context.output.print_line("The audit log is intact.")
    context.output.print_line(f"Its end: {last or 'no rows yet'}")


@audit.command()
@pass_cli_context
def accept(context: CliContext) -> None:
    """Confirm that you put back an older database.

    Its audit log can then continue. `namesake restore` does this automatically. The log records
    that an operator confirmed it.
    """
    with context.open_app() as app:
        accept_audit_end(app.db, app.clock.now())
    context.output.print_line("The audit log continues from its last row, and records this.")


@click.command()
@click.option(
    "--file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this file for node_exporter's textfile collector, all or nothing.",
)
@json_option
@pass_cli_context
def metrics(context: CliContext, file: Path | None, *, as_json: bool) -> None:
    """Print the service's metrics in Prometheus text format. They contain no names."""
    with Database.open_folder(context.config.state) as db:
        vitals = collect_vitals(db, context.environment.clock.now())
    if as_json:
        context.output.print_json(list_metric_samples(vitals))
        return
    text = render_metrics(vitals)
    if file is None:
        click.echo(text.decode(), nl=False)
    else:
        write_file(file, text)
