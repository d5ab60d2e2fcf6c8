"""Keeping a district safe, and bringing it back."""

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
    "--keys", type=a_folder, help="Where the one copy of the keys lies; never beside DEST."
)
@click.option(
    "--keep-days",
    type=click.IntRange(1, BACKUPS_ROTATE.days),
    default=BACKUPS_ROTATE.days,
    show_default=True,
    help="Remove copies that are older.",
)
@click.option(
    "--keep",
    type=click.IntRange(1),
    default=Rotation().most,
    show_default=True,
    help="Keep so many copies at most.",
)
@as_json
@pass_desk
def backup(
    desk: Desk, /, dest: Path | None, keys: Path | None, *, as_json: bool, **most: int
) -> None:
    """Copy the district to a new folder in DEST, and prove the copy by restoring it.

    The service may run meanwhile. The keys are left out: without a copy of them, which --keys
    renews at another place, no copy of the district can be read. [backup] of the configuration
    names both where they are left out here.
    """
    began = monotonic()
    dest, keys = dest or desk.config.backup.folder, keys or desk.config.backup.keys
    if dest is None:
        reason = "Name the folder for the copies, here or as `folder` under [backup]."
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
        f"{done.backup.path}: {done.backup.bytes / 1e6:.1f} MB, copied and restored on trial "
        f"in {monotonic() - began:.1f} s. Older copies removed: {done.removed}."
    )
    if keys is None:
        desk.output.say("The keys were not copied: --keys FOLDER renews their copy elsewhere.")


@click.command()
@click.argument("source", type=found_folder)
@click.option(
    "--keys", type=found_folder, required=True, help="The folder of the copy of the keys."
)
@click.option(
    "--postmarks",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The file of that name in the state folder that is given up, if you still have it.",
)
@as_json
@pass_desk
def restore(desk: Desk, source: Path, keys: Path, postmarks: Path | None, *, as_json: bool) -> None:
    """Fill the empty state folder from a copy: SOURCE itself, or the newest in it.

    Whoever was erased after the copy was made is erased again.
    """
    config = desk.config
    restoring = Restoring(config=config, now=desk.outside.clock.now)
    done = restoring.restore(newest(source), KeyCopy(keys), postmarks)
    if as_json:
        desk.output.json(done)
        return
    desk.output.table(
        ("copy of", "people", "digests not sent again"), [(done.made_at, done.people, done.held)]
    )
    desk.output.say("The audit log is as it was written, and every page of the database is sound.")
    if done.lost:
        told = f"The copy lacks the last {done.lost} rows of the audit log, which says so now."
        desk.output.say(told)
    desk.output.say(
        "Who has changed their work address since is known by the old one again, and gets letters "
        "there: have them change it once more."
    )
    desk.output.say("Next: `namesake doctor`, then start the service (systemctl start namesake).")
    if postmarks is None:
        desk.output.say("Whose weekly digest was due meanwhile gets the next one on Monday.")
    if config.students.enabled:
        desk.output.say("The roster is in no copy: bring it in anew with `namesake roster import`.")
