"""Running the service; whether the record is whole; its numbers; what the next purge deletes.

Its systemd units, written where systemd reads them.
"""

import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.app import App
from monitor.cli import logs
from monitor.cli.context import (
    CliContext,
    Output,
    json_option,
    pass_cli_context,
)
from monitor.db.database import Database, list_declarations
from monitor.db.encryption import AuditPosition
from monitor.db.files import write_file
from monitor.domain.errors import CannotWriteError, DatabaseError, InputError, NotPermittedError
from monitor.domain.retention import RETENTION_PERIODS, RetainedKind

if TYPE_CHECKING:
    from monitor.services.metrics import MetricSample


@click.command()
@logs.log_options
@pass_cli_context
def run(context: CliContext, log_format: str, *, verbose: bool) -> None:
    """Run the service until SIGTERM. A second one for the same state folder exits with code 75."""
    from monitor.app.parser_sandbox import note_parser_sandbox
    from monitor.scheduler.daemon import Daemon, SystemdNotifier, WakeSocket
    from monitor.scheduler.watchdog import build_supervised_runner
    from monitor.scheduler.workers import Liveness

    settings = logs.LogSettings(form=logs.LogFormat(log_format), verbose=verbose)
    liveness = Liveness(context.environment.clock)
    environment = replace(context.environment, beat=liveness.beat)
    watched = replace(context, environment=environment)
    with logs.log_to_stream(settings=settings), watched.open_app_locked() as app:
        note_parser_sandbox(context.config.state)
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
    from monitor.services import backups

    with context.open_app() as app:
        log = app.db.audit
        trouble, rows, last = (
            backups.describe_audit_damage(log),
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
    from monitor.services import backups

    with context.open_app() as app:
        backups.accept_audit_end(app.db, app.clock.now())
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
    from monitor.services.health import collect_vitals
    from monitor.services.metrics import list_metric_samples, render_metrics

    with Database.open_folder(context.config.state) as db:
        vitals = collect_vitals(db, context.environment.clock.now())
    print_metrics(list_metric_samples(vitals), render_metrics(vitals), file, as_json=as_json)


def print_metrics(
    samples: "Sequence[MetricSample]", text: bytes, file: Path | None, *, as_json: bool
) -> None:
    """Print the numbers for a program, or write them to a file."""
    if as_json:
        Output("UTC").print_json(samples)
    elif file is None:
        click.echo(text.decode(), nl=False)
    else:
        write_file(file, text)


WHILE_ENROLLED = "while enrolled"
ALWAYS_KEPT = frozenset({RetainedKind.AUDIT, RetainedKind.SOURCE})


@click.command()
@click.option("--dry-run", is_flag=True, help="Only show what would be deleted. Delete nothing.")
@json_option
@pass_cli_context
def purge(context: CliContext, *, dry_run: bool, as_json: bool) -> None:
    """Delete data past its retention period now. The service does this once a day.

    With --dry-run it lists each table: its contents, its retention period, and how many rows would
    be deleted.
    """
    from monitor.services import retention

    with context.open_app() as app:
        if not dry_run:
            retention.purge_expired_data(app)
            context.output.print_line("Data past its retention period is deleted.")
            return
        rows = tuple(_build_retention_rows(app))
    if as_json:
        context.output.print_json(rows)
        return
    context.output.print_table(
        ("table", "contents", "stored while open", "stored once closed", "rows", "to delete"),
        ((row.table, row.holds, row.open, row.closed, row.rows, row.goes) for row in rows),
    )
    context.output.print_line(
        f"{sum(row.goes for row in rows)} rows would be deleted. Nothing was deleted."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRow:
    """`open` and `closed` are in days, or in words."""

    table: str
    holds: str
    open: str
    closed: str
    rows: int
    goes: int


def _build_retention_rows(app: App) -> Iterator[RetentionRow]:
    from monitor.services import retention

    counts, gone = app.db.count_rows(), retention.preview_purge(app)
    for declared in sorted(list_declarations(), key=lambda table: table.name):
        table, kind = declared.name, declared.kept_as
        lifetime = RETENTION_PERIODS[kind]
        yield RetentionRow(
            table=table,
            holds=kind,
            open=_format_retention(kind, lifetime.open),
            closed=_format_retention(kind, lifetime.closed),
            rows=counts.get(table, 0),  # those of an annex may be missing
            goes=gone.get(table, 0),
        )


def _format_retention(kind: RetainedKind, span: timedelta | None) -> str:
    if span is None:
        return "always" if kind in ALWAYS_KEPT else WHILE_ENROLLED
    if not span:
        return "not at all"
    return "1 day" if span.days == 1 else f"{span.days} days"


# The units find no program below these (ProtectHome, PrivateTmp).
HIDDEN_PLACES = frozenset({"home", "root", "tmp"})
OLDEST_SYSTEMD = 249


@click.command()
@click.argument(
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path("/etc/systemd/system"),
)
@click.option(
    "--systemd",
    "release",
    type=click.IntRange(min=OLDEST_SYSTEMD),
    help="The release of systemd to write for. Default: the one that runs here.",
)
def units(folder: Path, release: int | None) -> None:
    """Write the systemd units of this installation into FOLDER.

    FOLDER is /etc/systemd/system by default. Replaces units that are there, so keep your own
    changes in drop-ins (`systemctl edit namesake`). Run it again after each upgrade, and on a
    systemd before 252 also after each new secret.
    """
    from monitor.services.setup_files import UNITS

    write_units(folder, release, UNITS)


def write_units(folder: Path, release: int | None, names: Sequence[str]) -> None:
    from monitor.services import setup_files

    program = find_program(Path(sys.prefix), Path(sys.executable))
    release = release or setup_files.find_systemd_release(Path("/"))
    if release is None:
        sentence = "This machine has no systemd. Name the release to write for: --systemd 257."
        raise InputError(sentence)
    stored = setup_files.list_credentials(Path("/"))
    for planned in setup_files.plan_units(folder, program, release, stored, names):
        if planned.text:
            _write(planned.path, planned.text)
        elif planned.path.exists():
            planned.path.unlink()
            click.echo(f"Removed {planned.path}.")
    click.echo("Next: `systemctl daemon-reload`, then enable or restart the units you use.")


def find_program(prefix: Path, interpreter: Path) -> Path:
    """Return this installation's `namesake`. Raises if no service can be run with it."""
    program = prefix / "bin" / "namesake"
    if not program.is_file():
        sentence = f"{prefix} has no bin/namesake. The Debian package brings its units itself."
        raise InputError(sentence)
    for path in (program, interpreter.resolve()):
        if path.parts[1] in HIDDEN_PLACES:
            sentence = (
                f"The service could not read {path}: systemd hides that place from it. Install "
                "Namesake for all users instead: see docs/upgrade.md."
            )
            raise NotPermittedError(sentence)
    return program


def _write(path: Path, text: str) -> None:
    try:
        before = path.read_text("utf-8") if path.exists() else None
        if before == text:
            click.echo(f"{path} is current.")
            return
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    except OSError as error:
        sentence = f"{path} cannot be written ({error.strerror}). Run this as root."
        raise CannotWriteError(sentence) from error
    click.echo(f"Wrote {path}." if before is None else f"Replaced {path}.")
