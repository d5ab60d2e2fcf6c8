"""A copy of everything that is kept of one person: theirs to get, and nobody else's."""

from pathlib import Path

import click

from monitor.cli.desk import Desk, break_glass, pass_desk
from monitor.errors import CannotWriteError, InputError
from monitor.flows.membership.exporting import OwnCopy
from monitor.store.whole_file import PRIVATE, put

SEEN = "A copy of everything that is kept about you"


@click.command()
@click.argument("ref")
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the files there instead of printing JSON. Takes --break-glass.",
)
@break_glass
@pass_desk
def export(desk: Desk, ref: str, folder: Path | None, reason: str | None) -> None:
    """Send a person a copy of all that is kept about them, as JSON, HTML and CSV.

    With --break-glass REASON it is printed here as JSON instead, and they are told at once.
    """
    if folder is not None and reason is None:
        sentence = "What is kept of a person is their own: --to takes --break-glass REASON."
        raise InputError(sentence)
    with desk.service() as service:
        service.state.people.get(ref)
        if reason is None:
            service.exporting.send(ref, "operator")
            desk.output.say("It is queued, and made when it is sent: to them, and nobody else.")
            return
        service.glass.broken(ref, SEEN, reason)
        copy = service.exporting.copy(ref, "operator")
    if folder is None:
        click.echo(copy.json())
        return
    _write(folder, copy)
    desk.output.say(f"data.json, data.html and found.csv are in {folder}.")


def _write(folder: Path, copy: OwnCopy) -> None:
    files = {
        "data.json": copy.json(),
        "data.html": copy.html().encode(),
        "found.csv": copy.sheet().encode(),
    }
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        message = f"{folder} cannot be made ({error.strerror}): name another folder."
        raise CannotWriteError(message) from error
    for name, body in files.items():
        put(folder / name, body, PRIVATE)
