"""Back up a district, and restore it."""

from datetime import timedelta
from pathlib import Path
from time import monotonic

import click

from monitor.cli import logs
from monitor.cli.context import CliContext, json_option, pass_cli_context
from monitor.db.backups import KeyBackup, find_newest_backup
from monitor.db.database import Database
from monitor.domain.errors import InputError
from monitor.services.backups import BackupRotation, BackupTarget, back_up, restore_district
from monitor.services.erasure import BACKUPS_ROTATE

FOLDER = click.Path(path_type=Path, file_okay=False)
EXISTING_FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)


@click.command()
@click.argument("dest", type=FOLDER, required=False)
@click.option(
    "--keys",
    type=FOLDER,
    help="The folder for the copy of the keys. Never inside or next to DEST.",
)
@click.option(
    "--keep-days",
    type=click.IntRange(1, BACKUPS_ROTATE.days),
    default=BACKUPS_ROTATE.days,
    show_default=True,
    help="Delete backups older than this.",
)
@click.option(
    "--keep",
    type=click.IntRange(1),
    default=BackupRotation().max_count,
    show_default=True,
    help="Keep at most this many backups.",
)
@json_option
@pass_cli_context
def backup(
    context: CliContext, /, dest: Path | None, keys: Path | None, *, as_json: bool, **most: int
) -> None:
    """Back up the district to a new folder in DEST, and test the backup by restoring it.

    The service can keep running. The backup does not include the keys, and it cannot be read
    without them: --keys updates the copy of the keys in another folder. DEST and --keys default to
    [backup] in the configuration.
    """
    began = monotonic()
    dest, keys = dest or context.config.backup.folder, keys or context.config.backup.keys
    if dest is None:
        reason = "No backup folder. Pass DEST, or set `folder` under [backup]."
        raise InputError(reason)
    rotation = BackupRotation(max_age=timedelta(days=most["keep_days"]), max_count=most["keep"])
    target = BackupTarget(folder=dest, keys=keys, rotation=rotation)
    now = context.environment.clock.now()
    with logs.log_to_journal(), Database.open_folder(context.config.state) as db:
        done = back_up(db, context.config, now, target)
    if as_json:
        report = {
            "path": str(done.backup.path),
            "bytes": done.backup.size_bytes,
            "removed": done.removed,
        }
        context.output.print_json({**report, "keys": str(keys) if keys else None})
        return
    context.output.print_line(
        f"{done.backup.path}: {done.backup.size_bytes / 1e6:.1f} MB, backed up and test-restored "
        f"in {monotonic() - began:.1f} s. Old backups deleted: {done.removed}."
    )
    if keys is None:
        context.output.print_line(
            "The keys were not copied. Use --keys FOLDER to update their copy."
        )


@click.command()
@click.argument("source", type=EXISTING_FOLDER)
@click.option(
    "--keys", type=EXISTING_FOLDER, required=True, help="The folder with the copy of the keys."
)
@click.option(
    "--sent-log",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The file `sent-log` from the old state folder, if you still have it.",
)
@json_option
@pass_cli_context
def restore(
    context: CliContext, source: Path, keys: Path, sent_log: Path | None, *, as_json: bool
) -> None:
    """Restore a backup into the empty state folder: SOURCE itself, or the newest backup in it.

    People deleted after this backup was taken are deleted again.
    """
    config = context.config
    now, copy = context.environment.clock.now(), find_newest_backup(source)
    done = restore_district(config, now, copy, KeyBackup(keys), sent_log)
    if as_json:
        context.output.print_json(done)
        return
    context.output.print_table(
        ("backup from", "people", "digests not sent again"),
        [(done.made_at, done.person_count, done.held_emails)],
    )
    context.output.print_line("The audit log is intact, and the database passed its checks.")
    if done.lost_audit_rows:
        lost = done.lost_audit_rows
        sentence = f"The backup lacks the last {lost} audit log rows. The log records this."
        context.output.print_line(sentence)
    context.output.print_line(
        "People who changed their work address after this backup are back on the old address, and "
        "get their email there. Ask them to change it again."
    )
    context.output.print_line(
        "Next: run `namesake init` and `namesake doctor`, then `systemctl enable --now namesake "
        "namesake-portal namesake-backup.timer`."
    )
    if sent_log is None:
        context.output.print_line("People who missed a weekly digest get the next one on Monday.")
    if config.students.enabled:
        context.output.print_line(
            "Backups do not include the roster. Re-import it with `namesake roster import`."
        )
