"""Back up a district, and restore it."""

from datetime import timedelta
from pathlib import Path
from time import monotonic

import click

from monitor.cli.context import Desk, as_json, pass_desk
from monitor.db.backups import KeyCopy, newest
from monitor.db.database import State
from monitor.errors import InputError
from monitor.services.backups import BackingUp, Restoring, Rotation
from monitor.services.erasure import BACKUPS_ROTATE

a_folder = click.Path(path_type=Path, file_okay=False)
found_folder = click.Path(path_type=Path, file_okay=False, exists=True)


@click.command()
@click.argument("dest", type=a_folder, required=False)
@click.option(
    "--keys",
    type=a_folder,
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
    default=Rotation().most,
    show_default=True,
    help="Keep at most this many backups.",
)
@as_json
@pass_desk
def backup(
    desk: Desk, /, dest: Path | None, keys: Path | None, *, as_json: bool, **most: int
) -> None:
    """Back up the district to a new folder in DEST, and test the backup by restoring it.

    The service can keep running. The backup does not include the keys, and it cannot be read
    without them: --keys updates the copy of the keys in another folder. DEST and --keys default to
    [backup] in the configuration.
    """
    began = monotonic()
    dest, keys = dest or desk.config.backup.folder, keys or desk.config.backup.keys
    if dest is None:
        reason = "No backup folder. Pass DEST, or set `folder` under [backup]."
        raise InputError(reason)
    rotation = Rotation(keep=timedelta(days=most["keep_days"]), most=most["keep"])
    with State.open(desk.config.state) as state:
        backing = BackingUp(state=state, config=desk.config, now=desk.outside.clock.now)
        done = backing.back_up(dest, keys, rotation)
    if as_json:
        told = {"path": str(done.backup.path), "bytes": done.backup.bytes, "removed": done.removed}
        desk.output.json({**told, "keys": str(keys) if keys else None})
        return
    desk.output.say(
        f"{done.backup.path}: {done.backup.bytes / 1e6:.1f} MB, backed up and test-restored "
        f"in {monotonic() - began:.1f} s. Old backups deleted: {done.removed}."
    )
    if keys is None:
        desk.output.say("The keys were not copied. Use --keys FOLDER to update their copy.")


@click.command()
@click.argument("source", type=found_folder)
@click.option(
    "--keys", type=found_folder, required=True, help="The folder with the copy of the keys."
)
@click.option(
    "--postmarks",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The file `postmarks` from the old state folder, if you still have it.",
)
@as_json
@pass_desk
def restore(desk: Desk, source: Path, keys: Path, postmarks: Path | None, *, as_json: bool) -> None:
    """Restore a backup into the empty state folder: SOURCE itself, or the newest backup in it.

    People deleted after this backup was taken are deleted again.
    """
    config = desk.config
    restoring = Restoring(config=config, now=desk.outside.clock.now)
    done = restoring.restore(newest(source), KeyCopy(keys), postmarks)
    if as_json:
        desk.output.json(done)
        return
    desk.output.table(
        ("backup from", "people", "digests not sent again"),
        [(done.made_at, done.people, done.held)],
    )
    desk.output.say("The audit log is intact, and the database passed its checks.")
    if done.lost:
        told = f"The backup lacks the last {done.lost} audit log rows. The log records this."
        desk.output.say(told)
    desk.output.say(
        "People who changed their work address after this backup are back on the old address, and "
        "get their email there. Ask them to change it again."
    )
    desk.output.say(
        "Next: run `namesake doctor`, then start the service (systemctl start namesake)."
    )
    if postmarks is None:
        desk.output.say("People who missed a weekly digest get the next one on Monday.")
    if config.students.enabled:
        desk.output.say(
            "Backups do not include the roster. Re-import it with `namesake roster import`."
        )
