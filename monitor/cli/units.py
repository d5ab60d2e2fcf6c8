"""The systemd units of this installation, written where systemd reads them."""

import re
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

import click

from monitor.config import find_shipped_files
from monitor.domain.errors import CannotWriteError, InputError, NotPermittedError

UNITS = (
    "namesake.service",
    "namesake-portal.service",
    "namesake-backup.service",
    "namesake-backup.timer",
)
DROP_IN = "older-systemd.conf"
CREDENTIALS = Path("/etc/credstore")
# The units find no program below these (ProtectHome, PrivateTmp).
HIDDEN_PLACES = frozenset({"home", "root", "tmp"})
# ImportCredential came with 254; LoadCredential looks into /etc/credstore since 252.
CURRENT_SYSTEMD, FIRST_WITH_CREDSTORE, OLDEST_SYSTEMD = 254, 252, 249
SHIPPED_PROGRAM = Path("/opt/namesake/bin/namesake")


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
    program = find_program(Path(sys.prefix), Path(sys.executable))
    release = release or find_systemd_release(Path("/"))
    if release is None:
        sentence = "This machine has no systemd. Name the release to write for: --systemd 257."
        raise InputError(sentence)
    stored = list_credentials(Path("/"))
    for name in UNITS:
        shipped = (find_shipped_files() / name).read_text("utf-8")
        _write(folder / name, shipped.replace(str(SHIPPED_PROGRAM), str(program)))
        drop_in = folder / f"{name}.d" / DROP_IN
        if lines := list(build_credential_lines(shipped, release, stored)):
            _write(drop_in, "\n".join(("[Service]", *lines, "")))
        elif drop_in.exists():
            drop_in.unlink()
            click.echo(f"Removed {drop_in}.")
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


def build_credential_lines(unit: str, release: int, stored: Collection[str]) -> Iterator[str]:
    """Yield what an older systemd needs to hand over secrets; newer ones read the unit's lines.

    A newer one must not get these: it would hand over encrypted secrets as they are stored.
    """
    if release >= CURRENT_SYSTEMD:
        return
    for name in re.findall(r"^ImportCredential=(.+)$", unit, re.MULTILINE):
        if release >= FIRST_WITH_CREDSTORE:
            yield f"LoadCredential={name}"
        elif name in stored:
            # A file that is named and missing would stop the service from starting.
            yield f"LoadCredential={name}:{CREDENTIALS / name}"


def find_changed_units(root: Path, program: Path) -> tuple[str, ...]:
    """Name the units of the administrator's folder that are not as `units` or `init` writes them.

    One of the Debian package is in another folder; one that is masked was meant to be.
    """
    release = find_systemd_release(root) or CURRENT_SYSTEMD
    stored = list_credentials(root)
    changed = []
    for name in UNITS:
        path = root / "etc/systemd/system" / name
        if not path.is_file():
            continue
        shipped = (find_shipped_files() / name).read_text("utf-8")
        written = {shipped, shipped.replace(str(SHIPPED_PROGRAM), str(program))}
        drop_ins = (each.read_text("utf-8") for each in path.with_name(f"{name}.d").glob("*.conf"))
        handed = set("\n".join(drop_ins).splitlines())
        needed = set(build_credential_lines(shipped, release, stored))
        if path.read_text("utf-8") not in written or not needed <= handed:
            changed.append(name)
    return tuple(changed)


def list_credentials(root: Path) -> set[str]:
    """Name the secrets that are stored unsealed, which older releases are told of one by one."""
    folder = root / CREDENTIALS.relative_to("/")
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def find_systemd_release(root: Path) -> int | None:
    """Read the release off the name of systemd's own library: no program is started for it.

    Return None where there is no systemd.
    """
    places = ("usr/lib*/systemd", "usr/lib/*/systemd")
    names = (path.name for place in places for path in root.glob(f"{place}/libsystemd-shared-*.so"))
    found = (int(number) for name in names for number in re.findall(r"shared-(\d+)", name))
    return max(found, default=None)


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
