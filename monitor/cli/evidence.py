"""The evidence pack of a flag, written to a file."""

from pathlib import Path

import click

from monitor.cli.desk import Desk, break_glass, pass_desk
from monitor.cli.looking import demo_folder, opened
from monitor.errors import CannotWriteError, NotPermittedError
from monitor.store.whole_file import PRIVATE, put
from reports.evidence import pack, pack_name

CLOSED = (
    "Evidence is its person's own: they find it in the portal. With --break-glass REASON it is "
    "written here, audited, and they are told at once."
)


@click.command()
@click.argument("flag")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    help="The folder to write to; else this one.",
)
@break_glass
@demo_folder
@pass_desk
def evidence(desk: Desk, flag: str, out: Path, reason: str | None, folder: Path | None) -> None:
    """Write the evidence pack of FLAG, a reference that a letter prints, as a ZIP."""
    if reason is None and folder is None:
        raise NotPermittedError(CLOSED)
    with opened(desk, folder) as (service, output):
        known = service.state.flags.get(service.state.flags.whole(flag))
        view = service.casework.evidence.of(known)
        place = out / pack_name(view)
        if place.exists():
            reason_not = f"{place} is there already; move it away, or name another folder."
            raise CannotWriteError(reason_not)
        if reason is not None and folder is None:
            service.glass.broken(known.person, "The evidence about a finding", reason)
        put(place, pack(view), PRIVATE)
        output.say(f"Written: {place}")
