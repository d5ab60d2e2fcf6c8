"""Back up a district, and restore one."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import monotonic

import click

from monitor import event_log
from monitor.cli.context import CliContext, json_option, pass_cli_context
from monitor.db.backup_files import KeyBackup, find_newest_backup
from monitor.domain.errors import InputError
from monitor.domain.retention import BACKUPS_ROTATE
from monitor.services.backups import BackupRotation, BackupTarget, restore_district
from monitor.services.changed_backups import back_up_district


@click.command()
@click.argument("dest", type=Path, required=False)
@click.option(
    "--keys",
    type=Path,
    metavar="DIRECTORY",
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
@click.option(
    "--changed",
    is_flag=True,
    help="Skip districts that have not changed since today's last backup.",
)
@json_option
@pass_cli_context
def backup(
    context: CliContext,
    /,
    dest: Path | None,
    keys: Path | None,
    *,
    changed: bool,
    as_json: bool,
    **most: int,
) -> None:
    """Back up the district to a new folder in DEST, and test the backup by restoring it.

    The service can keep running. The backup does not include the keys, and it cannot be read
    without them: --keys updates the copy of the keys in another folder. DEST and --keys default to
    [backup] in the configuration. --changed is for a timer that runs every few minutes. It makes at
    least one backup a day, and of those older than two hours, it keeps only the last one of each
    day.
    """
    rotation = build_rotation(**most)
    dest, keys = dest or context.config.backup.folder, keys or context.config.backup.keys
    if dest is None:
        raise InputError("No backup folder. Pass DEST, or set `folder` under [backup].")
    target = BackupTarget(folder=dest, keys=keys, rotation=rotation)
    with event_log.log_to_journal():
        done = back_up_one(context, target, changed=changed)
    if as_json:
        context.output.print_json(done)
        return
    context.output.print_line(str(done) if done.path else "Nothing changed since the last backup.")
    if done.path and keys is None:
        context.output.print_line(
            "The keys were not copied. Use --keys FOLDER to update their copy."
        )


def build_rotation(*, keep_days: int, keep: int) -> BackupRotation:
    return BackupRotation(max_age=timedelta(days=keep_days), max_count=keep)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupReport:
    """How the backup of a district went; nothing changed since the last one if there is no path.

    `keys` is the folder of their copy, None where it was left as it was.
    """

    path: str | None = None
    bytes: int = 0
    removed: int = 0
    keys: str | None = None
    seconds: float = 0.0

    def __str__(self) -> str:
        return (
            f"{self.path}: {self.bytes / 1e6:.1f} MB, backed up and test-restored in "
            f"{self.seconds:.1f} s. Old backups deleted: {self.removed}."
        )


def back_up_one(context: CliContext, target: BackupTarget, *, changed: bool) -> BackupReport:
    began, now = monotonic(), context.environment.clock.now()
    done = back_up_district(context.config, now, target, changed=changed)
    if done is None:
        return BackupReport()
    return BackupReport(
        path=str(done.backup.path),
        bytes=done.backup.size_bytes,
        removed=done.removed,
        keys=str(target.keys) if target.keys else None,
        seconds=round(monotonic() - began, 1),
    )


@click.command()
@click.argument("source", type=Path)
@click.option("--keys", type=Path, required=True, help="The folder with the copy of the keys.")
@click.option(
    "--sent-log",
    type=Path,
    help="The file `sent-log` from the old state folder, if you still have it.",
)
@json_option
@pass_cli_context
def restore(
    context: CliContext, source: Path, keys: Path, sent_log: Path | None, *, as_json: bool
) -> None:
    """Restore a backup into the empty state folder: SOURCE itself, or the newest backup in it.

    People deleted after this backup was taken are deleted again, and who ended, narrowed or paused
    their consent since then stays so, as do legal holds.
    """
    config = context.config
    copy = find_newest_backup(source)
    done = restore_district(config, context.environment, copy, KeyBackup(keys), sent_log)
    if as_json:
        context.output.print_json(done)
        return
    context.output.print_table(
        ("backup from", "people", "digests not sent again"),
        [(done.made_at, done.person_count, done.held_emails)],
    )
    context.output.print_line("The audit log is intact, and the database passed its checks.")
    if done.changed_consents:
        sentence = (
            f"Consents ended or changed after this backup: {done.changed_consents}. They hold."
        )
        context.output.print_line(sentence)
    if done.changed_holds:
        sentence = (
            f"Legal holds placed or lifted after this backup: {done.changed_holds}. They hold; of "
            "those placed, who did it and why is lost: only the email to the person has it."
        )
        context.output.print_line(sentence)
    if done.lost_audit_rows:
        lost = done.lost_audit_rows
        sentence = f"The backup lacks the last {lost} audit log rows. The log records this."
        context.output.print_line(sentence)
    context.output.print_line(
        "People who changed their work address after this backup are back on the old address, and "
        "get their email there. Ask them to change it again."
    )
    context.output.print_line(
        "Next: run `namesake init` and `namesake doctor`, then start the service, the portal and "
        "the nightly backup. With systemd: `systemctl enable --now namesake namesake-portal "
        "namesake-backup.timer`."
    )
    if sent_log is None:
        context.output.print_line("People who missed a weekly digest get the next one on Monday.")
    if config.students.enabled:
        context.output.print_line(
            "Backups do not include the roster. Re-import it with `namesake roster import`."
        )
