"""The systemd units of this installation, written where systemd reads them."""

import sys
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path

import click

from monitor.domain.errors import CannotWriteError, InputError, NotPermittedError

CommandFunction = Callable[..., int]
# The units find no program below these (ProtectHome, PrivateTmp).
HIDDEN_PLACES = frozenset({"home", "root", "tmp"})
ONLY_UNITS = "--units [FOLDER] only writes units: of other options, pass --systemd or none with it."


def units_options(function: CommandFunction) -> CommandFunction:
    """Let a command only write the units, as after an upgrade."""

    @click.option(
        "--units",
        "folder",
        is_flag=False,
        flag_value="/etc/systemd/system",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        help="Only write the systemd units of this installation, into this folder. Default: "
        "/etc/systemd/system.",
    )
    @click.option(
        "--systemd",
        "release",
        type=click.IntRange(min=249),
        help="With --units: the systemd release to write for. Default: the one running here.",
    )
    @wraps(function)
    def run(*own: object, folder: Path | None, release: int | None, **given: object) -> int:
        from monitor.services.setup_files import UNITS

        if folder is None and release is None:
            return function(*own, **given)
        if folder is None or any(given.values()):
            raise click.UsageError(ONLY_UNITS)
        write_units(folder, release, UNITS)
        return 0

    return run


def write_units(folder: Path, release: int | None, names: Sequence[str]) -> None:
    """Replace the units that are there; raise where no service could be run with this program."""
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
            raise NotPermittedError(
                f"The service could not read {path}: systemd hides that place from it. Install "
                "Namesake for all users instead: see docs/install.md."
            )
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
